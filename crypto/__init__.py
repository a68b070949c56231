"""Keys, cells, parcels, root and roster: everything that seals, opens, signs or checks.

Imports nothing of ours. `crypto/primitives.py` is the only door to the `cryptography` package.
"""
