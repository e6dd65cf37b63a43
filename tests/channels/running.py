"""A channel that receives, for the tests of those that keep a long connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.channel import Channel
from tests.eventually import eventually
from tests.fakes.intake import MemoryIntake


@asynccontextmanager
async def receiving(
    channel: Channel, intake: MemoryIntake | None = None, *, connected: bool = True
) -> AsyncIterator[MemoryIntake]:
    """Runs the channel until the block is left.

    Args:
        connected: the block begins when it is.
    """
    intake = intake or MemoryIntake()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(channel.receive(intake))
        if connected:
            await eventually(lambda: channel.standing.connected)
        yield intake
        task.cancel()
