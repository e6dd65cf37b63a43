"""Keeps the long connection up: `aibot` runs it, `answering` asks over it.

It subscribes and asks for a sign of life at intervals; `bot.channels.upkeep` connects again. Only when another
connection of the same robot has taken its place does it stay away: two that came back would put each other out in
turns. In its log lines stand codes and counts; never texts, accounts or the secret.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Never

import aiohttp

from bot.channel import Standing
from bot.channels import upkeep
from bot.channels.calls import CallFailed
from bot.channels.upkeep import Displaced, Lost, Miss, Pauses, Upkeep
from bot.channels.wecom import frames, verdicts
from bot.channels.wecom.frames import Frame
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.settings import WecomAibotSettings

log = logging.getLogger(__name__)

Hear = Callable[[Frame], Awaitable[None]]

_MISSES: Final = 2
"""So many signs of life asked for and not given: the connection is dead, though nobody has closed it."""
_OFFLINE: Final = "连不上企业微信，正在重试"
_NOT_LET_IN: Final = "企业微信不认 Bot ID 或 Secret，正在重试"
_KICKED: Final = "同一个机器人在别处连上了；请停掉另一处，再重新启动"


class Line:
    """The long connection of one robot."""

    def __init__(self, settings: WecomAibotSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        pauses = Pauses(settings.backoff_first_seconds, settings.backoff_most_seconds)
        self._upkeep = Upkeep(settings.name, _OFFLINE, pauses, clock)

    @property
    def standing(self) -> Standing:
        """How the channel stands."""
        return self._upkeep.standing

    async def ask(self, cmd: str, body: Mapping[str, Any] | None, req_id: str = "") -> Frame:
        """Sends a frame and waits for its reply.

        Args:
            req_id: of the callback that is answered; empty for a frame of our own.

        Raises:
            ChannelUnavailable: there is no connection, so nothing went out.
            CallFailed: there was no reply.
        """
        if self._socket is None or not self.standing.connected:
            raise ChannelUnavailable(f"{self._settings.name}：{self.standing.detail}")
        reply = await self._exchange(self._socket, cmd, body, req_id or frames.new_req_id(cmd))
        if reply.code == verdicts.NOT_SUBSCRIBED:  # the socket would stay open for a minute, and take nothing
            await self._hang_up(self._socket)
        return reply

    async def keep(self, hear: Hear, fresh: Callable[[], None], miss: Miss) -> Never:
        """Hands on what is heard, and connects again whenever the connection is lost.

        Args:
            hear: takes one callback after another.
            fresh: is told of each new connection.
            miss: takes each gap when it is over.
        """
        await self._upkeep.keep(lambda: self._session(hear, fresh, miss))

    # ── one connection ──────────────────────────────────────────────────────────────────────────────────────────

    async def _session(self, hear: Hear, fresh: Callable[[], None], miss: Miss) -> Never:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._settings.connect_timeout_seconds)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            socket = await upkeep.connect(session, self._settings.url, self._settings.connect_timeout_seconds)
            try:
                await self._subscribe(socket, hear)
                self._socket = socket
                fresh()
                await self._upkeep.arrive(miss)
                async with asyncio.TaskGroup() as group:
                    beating = group.create_task(self._beat(socket))
                    kicked = await self._read(socket, hear)
                    beating.cancel()
            finally:
                await self._hang_up(socket)
        raise Displaced(_KICKED) if kicked else Lost("the connection was closed")

    async def _subscribe(self, socket: aiohttp.ClientWebSocketResponse, hear: Hear) -> None:
        req_id = frames.new_req_id(frames.SUBSCRIBE)
        body = {"bot_id": self._settings.bot_id, "secret": self._settings.secret}
        try:
            async with asyncio.timeout(self._settings.connect_timeout_seconds):
                await socket.send_str(frames.write(frames.SUBSCRIBE, req_id, body))
                while (frame := await self._next(socket)) is not None:
                    if frame.req_id == req_id and not frame.cmd:
                        break
                    await hear(frame)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Lost("no reply to the subscription") from None
        if frame is None:
            raise Lost("closed before the subscription was answered")
        if frame.code != 0:
            raise Lost(f"the subscription was refused ({frame.code})", _NOT_LET_IN)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, hear: Hear) -> bool:
        """Reads until the connection is closed, or another has taken its place: then True."""
        while (frame := await self._next(socket)) is not None:
            self._upkeep.alive()
            if not frame.cmd:
                waiting = self._waiting.get(frame.req_id)
                if waiting is not None and not waiting.done():
                    waiting.set_result(frame)
            elif frame.cmd == frames.EVENT and frame.event == frames.KICKED:
                return True
            else:
                await hear(frame)
        return False

    async def _next(self, socket: aiohttp.ClientWebSocketResponse) -> Frame | None:
        """The next frame that makes sense; None at the end."""
        while (text := await upkeep.next_text(socket)) is not None:
            if (frame := frames.read(text)) is not None:
                return frame
        return None

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        misses = 0
        while misses < _MISSES:
            await self._clock.sleep(self._settings.heartbeat_seconds)
            try:
                await self._exchange(socket, frames.PING, None, frames.new_req_id(frames.PING))
            except CallFailed:
                misses += 1
            else:
                misses = 0
        log.warning("%s: no sign of life, closing the connection", self._settings.name)
        await self._hang_up(socket)

    async def _exchange(
        self, socket: aiohttp.ClientWebSocketResponse, cmd: str, body: Mapping[str, Any] | None, req_id: str
    ) -> Frame:
        reply: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = reply
        try:
            async with asyncio.timeout(self._settings.call_timeout_seconds):
                await socket.send_str(frames.write(cmd, req_id, body))
                return await reply
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise CallFailed("企业微信没有应答", left=True) from None
        finally:
            self._waiting.pop(req_id, None)

    async def _hang_up(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = None
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(ConnectionResetError())
        await upkeep.hang_up(socket)
