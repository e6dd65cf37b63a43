"""One measured thing, and the stop-watch (figures)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing; `ratio` to what it stands beside (below 1 is faster or smaller), its spread of all passes."""

    what: str
    value: float
    unit: str
    ratio: float
    lowest: float
    highest: float


def seconds(work: Callable[[], object]) -> float:
    """How much of the processor's time it takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun
