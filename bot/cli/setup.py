"""What commands on the store begin with: a bot without channels, and its errors told in one line."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from bot import app
from bot.app import Bot, Reader
from bot.clock import SystemClock
from bot.errors import BotError
from bot.settings import Settings
from storage import StorageError

Result = TypeVar("Result")


def complete(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs it to its end; an error of the store becomes one of the command line."""
    try:
        return asyncio.run(work)
    except StorageError as exc:
        raise BotError(str(exc)) from exc


@contextlib.asynccontextmanager
async def offline(settings: Settings) -> AsyncIterator[Bot]:
    """A bot that keeps and handles, and says nothing: its posts stay due for the one that runs.

    Its channels are there for their traits, by which posts find their way; none is connected.
    """
    async with app.opened(settings) as store:
        reader = Reader.for_settings(settings)
        clock = SystemClock()
        make = app.channels_of(settings, store, clock)
        yield await app.build(
            settings,
            store,
            clock,
            make,
            reader.heard,
            random.Random(),  # noqa: S311 - jitter, no secret
            reader.private,
        )
