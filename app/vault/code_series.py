"""The numbers of this device's complaint codes: a random start, then one after the other, none ever given
twice.

A number is given when a draft is begun and is spent even if the draft is discarded: a slip of paper with a
code on it must never come to mean another complaint.
"""

from __future__ import annotations

from app.vault.vault import Vault

NUMBERS = 10_000  # four digits of PPP-NNNN-C


class SeriesEndedError(Exception):
    """All ten thousand numbers of this prefix were given."""


def next_number(vault: Vault, prefix: int) -> int:
    """The next unused number of ``prefix``, inside the caller's transaction. Raises SeriesEndedError."""
    row = vault.db.execute("SELECT start, given FROM code_series WHERE prefix = ?", (prefix,)).fetchone()
    if row is None:
        # 32 random bits over 10,000 numbers: the bias is below one in 400,000 and guards nothing.
        row = (int.from_bytes(vault.entropy(4), "big") % NUMBERS, 0)
        vault.db.execute("INSERT INTO code_series (prefix, start, given) VALUES (?, ?, 0)", (prefix, row[0]))
    start, given = row
    if given >= NUMBERS:
        raise SeriesEndedError
    vault.db.execute("UPDATE code_series SET given = given + 1 WHERE prefix = ?", (prefix,))
    return int((start + given) % NUMBERS)


def was_given(vault: Vault, prefix: int, number: int) -> bool:
    """Whether this device ever gave this number."""
    row = vault.db.execute("SELECT start, given FROM code_series WHERE prefix = ?", (prefix,)).fetchone()
    return row is not None and (number - row[0]) % NUMBERS < row[1]
