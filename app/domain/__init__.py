"""The domain: complaints, cases, the taxonomy, consent. Pure functions over plain typed records.

Guarantees: no input or output (the one exception reads the packaged taxonomy, in `taxonomy_data.py`); time,
randomness and storage are passed in.
"""
