"""APScheduler's only door: ticks at each configured time of day, and once a minute for what a restart left behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import ZONE
from bot.settings import ScheduleSettings

log = logging.getLogger(__name__)


async def tick(schedules: tuple[ScheduleSettings, ...], run_due: Callable[[], Awaitable[object]]) -> None:
    """Calls `run_due` now, at each schedule's time (Asia/Shanghai) and every minute, until it is cancelled.

    An error of `run_due` is logged and does not stop the ticking: the rows are still due at the next tick.
    """
    due = asyncio.Event()
    due.set()

    async def ring() -> None:
        due.set()

    clock = AsyncIOScheduler(timezone=ZONE)
    for wall in sorted({schedule.at for schedule in schedules}):
        trigger = CronTrigger(hour=wall.hour, minute=wall.minute, second=wall.second, timezone=ZONE)
        clock.add_job(ring, trigger, misfire_grace_time=None, coalesce=True)
    clock.add_job(ring, IntervalTrigger(minutes=1, timezone=ZONE), misfire_grace_time=None, coalesce=True)
    clock.start()
    try:
        while True:
            await due.wait()
            due.clear()
            await _run(run_due)
    finally:
        clock.shutdown(wait=False)


async def _run(run_due: Callable[[], Awaitable[object]]) -> None:
    try:
        await run_due()
    except Exception as exc:  # noqa: BLE001 - one bad tick never stops the rest
        log.error("the schedules could not run: %s; tried again in a minute", type(exc).__name__)
