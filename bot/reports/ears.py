"""PURE: the EARS methods C1, C2, C3: lists of daily counts in, statistic out; with a day's few reports kept apart.

`bot.watching` hands in the days of a unit. The formulas are Hutwagner's (2003) as R's `surveillance::earsC` has them:
m and s are mean and sample standard deviation of seven days; C1 takes the seven before the day, C2 and C3 leave two
days between, so that the beginning of an outbreak does not hide it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

BASELINE = 7
"""Days that a day is compared with."""
GUARD = 2
"""Days between those and the day itself, in C2 and C3."""
SUMMED = 3
"""Days whose C2 are added up in C3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """What a method makes of the last day of a series.

    Args:
        value: the statistic itself.
        mean: of the baseline.
        sd: the baseline's sample standard deviation, without the floor.
    """

    value: float
    mean: float
    sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """A day of a unit: how many are due, how many of them have reported, how many of those are unwell.

    Args:
        excused: of those due, on leave; nobody expects a report of them.
        unsure: of those unwell, whose state nobody has settled yet.
    """

    due: int
    reported: int
    excused: int = 0
    unwell: int = 0
    unsure: int = 0

    @property
    def rate(self) -> float:
        """Share of those expected to report who have; 0 where nobody is expected."""
        expected = self.due - self.excused
        return self.reported / expected if expected > 0 else 0.0

    def enough(self, least_rate: float) -> bool:
        """Whether enough have reported for the day's count to say something (else 数据不足)."""
        return self.reported > 0 and self.rate >= least_rate


def series(days: Sequence[DayCount], least_rate: float) -> Sequence[int]:
    """The counts to be judged, oldest first: of days with enough reports only. Empty where the last has too few.

    The others are left out rather than taken as zero: nobody was counted on them. A zero would draw the mean down and
    raise a false alarm the day after; as a day to be judged it would be a healthy one that nobody saw.
    """
    if not days or not days[-1].enough(least_rate):
        return ()
    return [day.unwell for day in days if day.enough(least_rate)]


def c1(counts: Sequence[int], floor: float) -> Statistic | None:
    """(y - m) / s of the last day, by the seven days before it; None before the eighth day.

    Args:
        floor: least standard deviation that is divided by, over 0: in a small group that of seven days may be 0.
    """
    return _deviation(counts, floor, guard=0)


def c2(counts: Sequence[int], floor: float) -> Statistic | None:
    """As `c1`, by the seven days that end three days before the last; None before the tenth day."""
    return _deviation(counts, floor, guard=GUARD)


def c3(counts: Sequence[int], floor: float) -> Statistic | None:
    """What C2 exceeds 1 by, added up over the last three days; None before the twelfth. Baseline is the last day's."""
    parts = [c2(counts[: len(counts) - back], floor) for back in range(SUMMED)]
    known = [part for part in parts if part is not None]
    if len(known) < SUMMED:
        return None
    return Statistic(value=sum(max(0.0, part.value - 1) for part in known), mean=known[0].mean, sd=known[0].sd)


def _deviation(counts: Sequence[int], floor: float, guard: int) -> Statistic | None:
    last = len(counts) - 1
    if last < BASELINE + guard:
        return None
    before = counts[last - guard - BASELINE : last - guard]
    mean = sum(before) / BASELINE
    sd = math.sqrt(sum((count - mean) ** 2 for count in before) / (BASELINE - 1))
    return Statistic(value=(counts[last] - mean) / max(sd, floor), mean=mean, sd=sd)
