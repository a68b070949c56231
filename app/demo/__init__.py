"""`kantha demo`: a throwaway organisation with a relay, a phone and a desk, at one address of this
computer.
"""

from __future__ import annotations

from app.demo.run import run

__all__ = ["run"]
