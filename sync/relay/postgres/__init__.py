"""The relay's store on PostgreSQL, for when one machine is not enough: several relays on one database.

Needs `psycopg` (the extra `postgres`), which nothing else here imports.
"""
