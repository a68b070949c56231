"""Kantha: what people see and do. Knows `sync` and `crypto`; neither knows it."""

from __future__ import annotations

__version__ = "0.1.0"
