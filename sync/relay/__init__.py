"""The relay: keeps sealed cells for some days and gives identical pages to whoever asks.

It imports nothing of ours but `sync.wire`: it has no code that could open a cell.
"""
