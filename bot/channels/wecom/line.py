"""Keeps the long connection up: `aibot` runs it, `answering` asks over it.

It subscribes, asks for a sign of life at intervals, connects again with growing pauses and notes every gap in what was
heard. Only when another connection of the same robot has taken its place does it stay away: two that came back would
put each other out in turns. In its log lines stand codes and counts; never texts, accounts or the secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Never

import aiohttp

from bot.channel import Gap, Standing
from bot.channels.wecom import frames, verdicts
from bot.channels.wecom.calls import CallFailed
from bot.channels.wecom.frames import Frame
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.settings import WecomAibotSettings

log = logging.getLogger(__name__)

Hear = Callable[[Frame], Awaitable[None]]
Miss = Callable[[Gap], Awaitable[None]]

_LONGEST_FRAME: Final = 4 * 1024 * 1024
_FAREWELL_SECONDS: Final = 1.0
_MISSES: Final = 2
"""So many signs of life asked for and not given: the connection is dead, though nobody has closed it."""
_STEADY: Final = timedelta(seconds=60)
"""A connection that lasted so long was a good one: the pauses begin anew."""


class State(enum.Enum):
    """How the line stands; the value is what staff read."""

    OFFLINE = "连不上企业微信，正在重试"
    NOT_LET_IN = "企业微信不认 Bot ID 或 Secret，正在重试"
    KICKED = "同一个机器人在别处连上了；请停掉另一处，再重新启动"
    HERE = "已连上"


class Lost(Exception):
    """The connection is over; the text is the reason, for the log."""

    def __init__(self, reason: str, state: State = State.OFFLINE) -> None:
        super().__init__(reason)
        self.state = state


class Kicked(Exception):
    """Another connection has taken this one's place."""


class Line:
    """The long connection of one robot."""

    def __init__(self, settings: WecomAibotSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._state = State.OFFLINE
        self._standing = Standing(connected=False, since=clock.now(), detail=State.OFFLINE.value)
        self._alive_at: datetime = clock.now()
        self._heard_before = False
        self._told = ""

    @property
    def standing(self) -> Standing:
        """How the channel stands."""
        return self._standing

    async def ask(self, cmd: str, body: Mapping[str, Any] | None, req_id: str = "") -> Frame:
        """Sends a frame and waits for its reply.

        Args:
            req_id: of the callback that is answered; empty for a frame of our own.

        Raises:
            ChannelUnavailable: there is no connection, so nothing went out.
            CallFailed: there was no reply.
        """
        if self._socket is None or self._state is not State.HERE:
            raise ChannelUnavailable(f"{self._settings.name}：{self._standing.detail}")
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
        pause = self._settings.backoff_first_seconds
        while True:
            began_at = self._clock.now()
            try:
                await self._session(hear, fresh, miss)
            except Kicked:
                self._depart(State.KICKED, "another connection of this robot has taken its place")
                await asyncio.Event().wait()
            except Lost as exc:
                self._depart(exc.state, str(exc))
            if self._clock.now() - began_at > _STEADY:
                pause = self._settings.backoff_first_seconds
            await self._clock.sleep(pause)
            pause = min(pause * 2, self._settings.backoff_most_seconds)

    # ── one connection ──────────────────────────────────────────────────────────────────────────────────────────

    async def _session(self, hear: Hear, fresh: Callable[[], None], miss: Miss) -> Never:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._settings.connect_timeout_seconds)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            socket = await self._connect(session)
            try:
                await self._subscribe(socket, hear)
                self._socket = socket
                fresh()
                await self._arrive(miss)
                async with asyncio.TaskGroup() as group:
                    beating = group.create_task(self._beat(socket))
                    kicked = await self._read(socket, hear)
                    beating.cancel()
            finally:
                await self._hang_up(socket)
        raise Kicked if kicked else Lost("the connection was closed")

    async def _connect(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        try:
            async with asyncio.timeout(self._settings.connect_timeout_seconds):
                return await session.ws_connect(
                    self._settings.url,
                    max_msg_size=_LONGEST_FRAME,
                    timeout=aiohttp.ClientWSTimeout(ws_close=_FAREWELL_SECONDS),
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise Lost(type(exc).__name__) from None

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
            raise Lost(f"the subscription was refused ({frame.code})", State.NOT_LET_IN)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, hear: Hear) -> bool:
        """Reads until the connection is closed, or another has taken its place: then True."""
        while (frame := await self._next(socket)) is not None:
            self._alive_at = self._clock.now()
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
        while (message := await socket.receive()).type not in _ENDS:
            if message.type is aiohttp.WSMsgType.TEXT and (frame := frames.read(message.data)) is not None:
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
        with contextlib.suppress(TimeoutError):  # of a half-dead connection even the farewell may hang
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await socket.close()

    # ── how it stands ───────────────────────────────────────────────────────────────────────────────────────────

    async def _arrive(self, miss: Miss) -> None:
        deaf_since, self._told = self._alive_at, ""
        self._alive_at = self._clock.now()
        self._stand(State.HERE)
        if self._heard_before:
            gap = Gap(channel=self._settings.name, began_at=deaf_since, ended_at=self._alive_at)
            log.warning(
                "%s: heard nothing for %.1f s", self._settings.name, (gap.ended_at - deaf_since).total_seconds()
            )
            await miss(gap)
        self._heard_before = True

    def _depart(self, state: State, reason: str) -> None:
        if reason != self._told:
            log.warning("%s: no connection (%s)", self._settings.name, reason)
            self._told = reason
        self._stand(state)

    def _stand(self, state: State) -> None:
        self._state = state
        if state.value != self._standing.detail:
            self._standing = Standing(connected=state is State.HERE, since=self._clock.now(), detail=state.value)
            log.info("%s: %s", self._settings.name, state.name)


_ENDS: Final = frozenset(
    {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
)
