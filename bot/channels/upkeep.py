"""Keeps a long connection up, whosever it is: connects again with growing pauses, notes every gap in what was heard.

`wecom.line` and `dingtalk.line` run it over a session of their own. In its log lines stand codes and counts; never
texts, accounts or secrets.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, Never

import aiohttp

from bot.channel import Gap, Standing
from bot.clock import Clock

log = logging.getLogger(__name__)

Miss = Callable[[Gap], Awaitable[None]]

HERE: Final = "已连上"
_LONGEST_FRAME: Final = 4 * 1024 * 1024
_FAREWELL_SECONDS: Final = 1.0
_STEADY: Final = timedelta(seconds=60)
"""A connection that lasted so long was a good one: the pauses begin anew."""
_ENDS: Final = frozenset(
    {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
)


class Pauses:
    """Pauses between attempts, in seconds: each twice as long as the one before, up to the longest."""

    def __init__(self, first: float, most: float) -> None:
        self._first, self._most = first, most
        self._pause = first

    def next(self) -> float:
        """The pause before the next attempt."""
        pause, self._pause = self._pause, min(self._pause * 2, self._most)
        return pause

    def reset(self) -> None:
        """An attempt succeeded: the pauses begin anew."""
        self._pause = self._first


class Lost(Exception):
    """The connection is over.

    Args:
        reason: for the log.
        detail: what staff read, where it is not just that it cannot be reached.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.detail = detail


class Displaced(Exception):
    """Another has taken this connection's place: it must not be taken back. The text is what staff read."""


class Upkeep:
    """How one long connection stands, and the loop that brings it back.

    Args:
        name: the channel's.
        offline: what staff read while it cannot be reached.
    """

    def __init__(self, name: str, offline: str, pauses: Pauses, clock: Clock) -> None:
        self._name, self._offline, self._pauses, self._clock = name, offline, pauses, clock
        self._standing = Standing(connected=False, since=clock.now(), detail=offline)
        self._alive_at: datetime = clock.now()
        self._heard_before = False
        self._told = ""

    @property
    def standing(self) -> Standing:
        """How the channel stands."""
        return self._standing

    def alive(self) -> None:
        """It was heard just now."""
        self._alive_at = self._clock.now()

    async def keep(self, session: Callable[[], Awaitable[Never]]) -> Never:
        """Runs one session after another; it raises `Lost`, or `Displaced` after which there is no other."""
        while True:
            began_at = self._clock.now()
            try:
                await session()
            except Displaced as exc:
                self._depart(str(exc), "another connection has taken its place")
                await asyncio.Event().wait()
            except Lost as exc:
                self._depart(exc.detail or self._offline, str(exc))
            if self._clock.now() - began_at > _STEADY:
                self._pauses.reset()
            await self._clock.sleep(self._pauses.next())

    async def arrive(self, miss: Miss) -> None:
        """It is connected; the gap since it last heard, if it ever did, is told."""
        deaf_since, self._told = self._alive_at, ""
        self._alive_at = self._clock.now()
        self._stand(HERE)
        if self._heard_before:
            gap = Gap(channel=self._name, began_at=deaf_since, ended_at=self._alive_at)
            log.warning("%s: heard nothing for %.1f s", self._name, (gap.ended_at - deaf_since).total_seconds())
            await miss(gap)
        self._heard_before = True

    def _depart(self, detail: str, reason: str) -> None:
        if reason != self._told:
            log.warning("%s: no connection (%s)", self._name, reason)
            self._told = reason
        self._stand(detail)

    def _stand(self, detail: str) -> None:
        if detail != self._standing.detail:
            here = detail == HERE
            self._standing = Standing(connected=here, since=self._clock.now(), detail=detail)
            log.info("%s: %s", self._name, "connected" if here else "not connected")


async def connect(
    session: aiohttp.ClientSession, url: str, seconds: float, heartbeat: float | None = None
) -> aiohttp.ClientWebSocketResponse:
    """A new connection.

    Args:
        seconds: that connecting may take.
        heartbeat: seconds between two signs of life of WebSocket's own; None where the platform has its own.

    Raises:
        Lost: there is none to be had.
    """
    try:
        async with asyncio.timeout(seconds):
            return await session.ws_connect(
                url,
                max_msg_size=_LONGEST_FRAME,
                timeout=aiohttp.ClientWSTimeout(ws_close=_FAREWELL_SECONDS),
                heartbeat=heartbeat,
            )
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as exc:
        raise Lost(type(exc).__name__) from None


async def next_text(socket: aiohttp.ClientWebSocketResponse) -> str | None:
    """The next text that comes; None at the end."""
    while (message := await socket.receive()).type not in _ENDS:
        if message.type is aiohttp.WSMsgType.TEXT:
            return str(message.data)
    return None


async def hang_up(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Ends a connection; of a half-dead one even the farewell may hang, so it is not waited for long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL_SECONDS):
            await socket.close()
