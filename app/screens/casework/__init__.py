"""The desk: what handlers see. `shell` holds the places; every other file is one place or one thing on it.

Files that import no Flet (`urgency`, `record_words`, `keys`, `phrases`) say what is shown; the others draw
it.
"""
