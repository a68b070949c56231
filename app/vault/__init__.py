"""The encrypted store of one device: one folder, one database, one process at a time.

`vault` opens and closes it, `schema` says what is in it, and each other module is one kind of thing kept
there, with its SQL. Nothing here knows of keys of the organisation, of cells or of screens.
"""
