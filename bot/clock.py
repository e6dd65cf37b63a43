"""The only reader of time. Everything else is given a `Clock`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Returns when that many seconds have passed on this clock."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one place

    async def sleep(self, seconds: float) -> None:
        """Really waits."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """A clock that stands where it was put: for rehearsals and tests."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self._now

    def advance_to(self, moment: datetime) -> None:
        """Moves on to that instant; a clock never goes back."""
        self._now = max(self._now, moment.astimezone(UTC))

    def advance(self, seconds: float) -> None:
        """Moves on by that many seconds."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Moves on by that many seconds and lets others run."""
        self.advance(seconds)
        await asyncio.sleep(0)


async def until_set(events: Collection[asyncio.Event], seconds: float) -> None:
    """Returns when one of the events is set, or so many real seconds have passed."""
    async with asyncio.TaskGroup() as waits:
        tasks = [waits.create_task(event.wait()) for event in events]
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


def local(moment: datetime) -> datetime:
    """The instant as a clock on a wall in China shows it, whatever zone the host is in."""
    return moment.astimezone(ZONE)


def at(day: date, wall: time) -> datetime:
    """The instant, in UTC, at which that day's wall clock in China shows that time."""
    return datetime.combine(day, wall, tzinfo=ZONE).astimezone(UTC)


def quiet_until(moment: datetime, hours: tuple[int, int]) -> datetime | None:
    """When the quiet hours end that an instant lies in; None where it lies in none.

    Args:
        hours: local hours from..to, over midnight where the first is the larger; twice the same for none.
    """
    begin, end = hours
    here = local(moment)
    if not (begin <= here.hour < end if begin <= end else here.hour >= begin or here.hour < end):
        return None
    ends_on = here.date() if here.hour < end else here.date() + timedelta(days=1)
    return at(ends_on, time(end))


def day_of(moment: datetime, cutoff_hour: int = 0) -> date:
    """The reporting day an instant belongs to.

    Args:
        moment: any aware instant.
        cutoff_hour: the local hour at which a new reporting day begins; 0 is midnight.
    """
    return (local(moment) - timedelta(hours=cutoff_hour)).date()
