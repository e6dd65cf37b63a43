"""Clocks for tests that wait for real processes and sockets."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.clock import SystemClock

_HASTE: Final = 100


class HastyClock(SystemClock):
    """The machine's clock, on which a pause lasts a hundredth of its time."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / _HASTE)
