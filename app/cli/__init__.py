"""Kantha from a shell: the same functions as the screens, for scripts, tests and people who like keys."""

from __future__ import annotations

from app.cli.main import main

__all__ = ["main"]
