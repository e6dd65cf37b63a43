"""Notes now and then that the channels hear, so that a start knows how long the bot itself was away.

A channel notes the gaps of its own connection; what a killed process missed only the store can tell. `bot.app` runs it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.channel import Channel, Intake
from bot.clock import Clock, until_set
from bot.messages import Gap
from storage import Store, StoreUnreachable, gaps

log = logging.getLogger(__name__)

_EVERY_SECONDS = 5.0
_WORTH_TELLING = timedelta(seconds=20)
"""A shorter silence is a pulse that came late, or a restart that nobody's message fell into."""


async def keep_pulse(
    store: Store, clock: Clock, office_id: int, channels: Mapping[str, Channel], intake: Intake, stop: asyncio.Event
) -> None:
    """Runs until told to stop; the first pulse of each channel after the start tells of the time before it."""
    begun: set[str] = set()
    while not stop.is_set():
        for name, channel in channels.items():
            if channel.standing.connected:
                try:
                    await _beat(store, clock, office_id, channel, intake, first=name not in begun)
                except StoreUnreachable:
                    log.error("the store does not answer; the pulse of %s was not noted", name)
                else:
                    begun.add(name)
        await until_set((stop,), _EVERY_SECONDS)


async def _beat(store: Store, clock: Clock, office_id: int, channel: Channel, intake: Intake, *, first: bool) -> None:
    now = clock.now()
    async with store.begin() as session:
        before = await gaps.beat(session, office_id, channel.name, now)
    if first and before is not None and now - before > _WORTH_TELLING and not channel.traits.waits_for_us:
        await intake.note_gap(Gap(channel=channel.name, began_at=before, ended_at=now))
