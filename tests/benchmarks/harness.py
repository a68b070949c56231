"""What every benchmark shares: ratios of interleaved runs, one line of JSON a figure.

Absolute times say little on a machine that does other things as well. Two things to compare run in turns,
each pair gives one ratio, and the median of the ratios is the figure.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """What a figure has to reach: at least or at most a value."""

    at_least: float | None = None
    at_most: float | None = None

    def reached(self, value: float) -> bool:
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return "" if self.at_most is None else f"<= {self.at_most:g}"


def report(name: str, value: float, unit: str, target: Target | None = None, **more: object) -> None:
    """Print one figure as one line of JSON."""
    line: dict[str, object] = {"name": name, "value": float(f"{value:.4g}"), "unit": unit}
    if target is not None:
        line |= {"target": str(target), "reached": target.reached(value)}
    sys.stdout.write(json.dumps(line | more) + "\n")
    sys.stdout.flush()


def not_measured(name: str, *, because: str) -> None:
    """Print that a figure could not be measured here, and why."""
    sys.stdout.write(json.dumps({"name": name, "value": None, "because": because}) + "\n")
    sys.stdout.flush()


def interleaved(runs: int, **contenders: Callable[[], float]) -> dict[str, list[float]]:
    """Run the contenders in turns, this many times each; in every second round in the opposite order."""
    results: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(runs):
        names = list(contenders) if turn % 2 == 0 else list(reversed(contenders))
        for name in names:
            results[name].append(contenders[name]())
    return results


def median_ratio(above: list[float], below: list[float]) -> float:
    """The median of the ratios of runs that stood next to each other."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))
