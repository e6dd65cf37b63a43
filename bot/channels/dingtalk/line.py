"""The long connection of a Stream robot: `stream` runs it. `bot.channels.upkeep` connects again.

Each connection begins with a ticket, asked for by HTTP and good once. The platform says itself when it is about to
close a connection; where it says nothing any more, the heartbeat of WebSocket finds out.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Never
from urllib.parse import quote_plus

import aiohttp

from bot.channel import Standing
from bot.channels import upkeep
from bot.channels.calls import CallFailed, Calls
from bot.channels.dingtalk import frames, verdicts
from bot.channels.dingtalk.frames import Frame
from bot.channels.upkeep import Lost, Miss, Pauses, Upkeep
from bot.clock import Clock
from bot.settings import DingtalkStreamSettings
from bot.settings.values import is_socket

log = logging.getLogger(__name__)

Ack = Callable[[], Awaitable[None]]
Hear = Callable[[Frame, Ack], Awaitable[None]]

_OFFLINE: Final = "连不上钉钉，正在重试"
_NOT_LET_IN: Final = "钉钉不认 Client ID 或 Client Secret，正在重试"
_AGENT: Final = "liaison"


class Line:
    """The long connection of one robot."""

    def __init__(self, settings: DingtalkStreamSettings, clock: Clock) -> None:
        self._settings = settings
        self._calls = Calls(verdicts.CALLED, settings, settings.api_url)
        pauses = Pauses(settings.backoff_first_seconds, settings.backoff_most_seconds)
        self._upkeep = Upkeep(settings.name, _OFFLINE, pauses, clock)

    @property
    def standing(self) -> Standing:
        """How the channel stands."""
        return self._upkeep.standing

    async def keep(self, hear: Hear, miss: Miss) -> Never:
        """Hands on what is heard, and connects again whenever the connection is lost.

        Args:
            hear: takes one frame after another, with what acknowledges it.
            miss: takes each gap when it is over.
        """
        await self._upkeep.keep(lambda: self._session(hear, miss))

    async def _session(self, hear: Hear, miss: Miss) -> Never:
        settings = self._settings
        url = await self._address()
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_timeout_seconds)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            socket = await upkeep.connect(session, url, settings.connect_timeout_seconds, settings.heartbeat_seconds)
            try:
                await self._upkeep.arrive(miss)
                await self._read(socket, hear)
            finally:
                await upkeep.hang_up(socket)
        raise Lost("the connection was closed")

    async def _address(self) -> str:
        """Where to connect, with a new ticket."""
        body = {
            "clientId": self._settings.client_id,
            "clientSecret": self._settings.secret,
            "subscriptions": [{"type": "CALLBACK", "topic": frames.HEARD}],
            "ua": _AGENT,
        }
        try:
            answer = await self._calls.post("/v1.0/gateway/connections/open", body)
        except CallFailed as exc:
            raise Lost(f"no ticket ({exc})") from None
        if answer.status != 200:
            detail = _NOT_LET_IN if answer.status in (400, 401, 403) else ""
            raise Lost(f"no ticket (HTTP {answer.status}, {verdicts.shown(answer.text('code'))})", detail)
        endpoint, ticket = answer.text("endpoint"), answer.text("ticket")
        if not ticket or not is_socket(endpoint):
            raise Lost("a ticket that makes no sense")
        return f"{endpoint}?ticket={quote_plus(ticket)}"

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, hear: Hear) -> None:
        """Reads until the connection is closed, or the platform says that it is about to be."""
        while (text := await upkeep.next_text(socket)) is not None:
            frame = frames.read(text)
            if frame is None:
                continue
            self._upkeep.alive()
            if frame.kind == frames.SYSTEM and frame.topic == frames.DISCONNECT:
                log.info("%s: the platform asks for a new connection", self._settings.name)
                return
            if frame.topic == frames.HEARD:
                await hear(frame, lambda taken=frame: _answer(socket, taken))  # type: ignore[misc] # binds the frame
            else:
                await _answer(socket, frame)


async def _answer(socket: aiohttp.ClientWebSocketResponse, frame: Frame) -> None:
    """Acknowledges a frame; where its connection is gone, the platform brings it again, and it is known."""
    with contextlib.suppress(aiohttp.ClientError, OSError):
        await socket.send_str(frames.ack(frame))
