"""Sentences of `org recover` that take more than a line."""

from __future__ import annotations

REFUSED = (
    "The relay refuses the publishing token: another machine was restored or revoked since. Make a new card"
    " on that machine and restore with it, or ask whoever runs the relay for a new token and give it with"
    " `kantha org recover status --publish-token`."
)


def left_out_words(rows: int) -> str:
    """What the archive does not hold is said, so that nobody counts on it."""
    if not rows:
        return ""
    many = f"{rows} entries of this vault are" if rows > 1 else "One entry of this vault is"
    return (
        f"\n{many} not in it, because no archive may hold what has this form. This program never writes such"
        " entries: look on this machine for what is missing, before it is gone."
    )
