"""Which callbacks are let in: of now, and not seen before; those that are not are counted. Channels ask.

What signs a callback is the platform's own affair, and is checked by the channel's module. Nonces are remembered in
memory: what is replayed after a restart, within the window, is a message that is known by its id, and changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.clock import Clock

log = logging.getLogger(__name__)

_CHUNK: Final = 64 * 1024


class TurnedAway(Exception):
    """A callback that is not let in; the text is the reason it is counted under."""


class Turnstile:
    """Lets each callback in once.

    Args:
        name: the channel's.
        window_seconds: by which a callback's own time may differ from ours, either way.

    Attributes:
        refused: reason → how many were refused: `malformed` (no callback, too long, cut off), `forged` (wrong
            signature), `late` (its time is not now), `replayed` (the same nonce again), `foreign` (for somebody else).
    """

    def __init__(self, name: str, window_seconds: float, clock: Clock) -> None:
        self.refused: Counter[str] = Counter()
        self._name = name
        self._window = timedelta(seconds=window_seconds)
        self._clock = clock
        self._seen: dict[tuple[str, str], datetime] = {}

    def check(self, nonce: tuple[str, str], said_at: datetime) -> None:
        """Whether it is of now and new.

        Raises:
            TurnedAway: it is not.
        """
        now = self._clock.now()
        if abs(now - said_at) > self._window:
            raise TurnedAway("late")
        self._forget_old(now)
        if nonce in self._seen:
            raise TurnedAway("replayed")

    def use_up(self, nonce: tuple[str, str]) -> None:
        """It was let in, and is not let in again."""
        self._seen[nonce] = self._clock.now()

    def forget(self, nonce: tuple[str, str]) -> None:
        """It could not be kept: the platform brings it again, maybe under the same nonce."""
        self._seen.pop(nonce, None)

    def count(self, reason: str) -> None:
        """Counts a callback that was refused; a flood of them does not flood the log."""
        self.refused[reason] += 1
        so_far = self.refused[reason]
        if so_far in (1, 10, 100) or so_far % 1000 == 0:
            log.warning("%s: a callback was refused (%s), %d so far", self._name, reason, so_far)

    @property
    def told(self) -> str:
        """How many were refused, for people; empty where none was."""
        refused = self.refused.total()
        return f"；拒收了 {refused} 次来路不明或重复的回调" if refused else ""

    def _forget_old(self, now: datetime) -> None:
        """A nonce is no longer needed when its time is outside the window, whichever side of now it was on."""
        for key, seen_at in list(self._seen.items()):
            if now - seen_at <= 2 * self._window:
                break
            del self._seen[key]


async def body_of(request: web.Request, most_bytes: int, seconds: float) -> bytes:
    """A callback's body, read as it comes.

    Raises:
        TurnedAway: it is too long, or does not come.
    """
    try:
        async with asyncio.timeout(seconds):
            body = await _read(request, most_bytes)
    except (TimeoutError, web.RequestPayloadError, ConnectionError):
        raise TurnedAway("malformed") from None
    if body is None:
        raise TurnedAway("malformed")
    return body


async def _read(request: web.Request, most: int) -> bytes | None:
    """The body; None as soon as it is too long."""
    if (request.content_length or 0) > most:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
