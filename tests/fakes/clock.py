"""Clocks for tests that wait for real processes and sockets."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

from bot.clock import SystemClock, VirtualClock

_HASTE: Final = 100


class HastyClock(SystemClock):
    """The machine's clock, on which a pause lasts a hundredth of its time."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / _HASTE)


class WallClock(VirtualClock):
    """Tells the time of the test, and really waits: settings are short."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class CountingClock(WallClock):
    """Notes the pauses, and does not wait long."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(min(seconds, 0.01))
