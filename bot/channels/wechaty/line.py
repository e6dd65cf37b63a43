"""Keeps a connection to the gateway up, for ever: `account` runs it, `hearing` gets what it hears.

It connects with Start and never with Stop (which logs the account out), asks for a sign of life at intervals (a
frozen gateway closes nothing), connects again by itself, and notes every gap in what was heard. In its log lines
stand ids, counts and reasons; never names, texts or the token.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Never

from bot.channel import Gap, Standing
from bot.channels.wechaty.failures import Answer, WireError
from bot.channels.wechaty.payloads import Event, EventType
from bot.channels.wechaty.tls import tls_context
from bot.channels.wechaty.wire import Connection
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.settings import WechatySettings

log = logging.getLogger(__name__)

Hear = Callable[[Event], Awaitable[None]]
Miss = Callable[[Gap], Awaitable[None]]

_KNOCK_SECONDS: Final = 2.0
"""Longest pause while the gateway is silent: asking a closed port costs nothing, and it may be back at any moment.
The longer pauses of the settings are for a gateway that answers and refuses."""
_STEADY: Final = timedelta(seconds=60)
"""A connection that lasted so long has shown that nobody else wants the account's event stream."""
_REFUSALS_BEFORE_STOP: Final = 3
_SLOW_START: Final = timedelta(seconds=5)
"""The first connection is no gap, unless it took longer than this: the account may have been up without us."""


class State(enum.Enum):
    """How the line stands; the value is what staff read."""

    OFFLINE = "连不上网关，正在重试"
    LOGGED_OUT = "网关已连上，微信账号没有登录"
    HERE = "已连上"


class Line:
    """The connection to one account's gateway.

    Attributes:
        self_id: the account's own contact id, the last one known; empty until a login told it.
    """

    def __init__(self, settings: WechatySettings, clock: Clock) -> None:
        self.self_id = settings.self_id
        self._settings = settings
        self._clock = clock
        self._tls = tls_context(settings)
        self._connection: Connection | None = None
        self._state = State.OFFLINE
        self._alive_at = self._deaf_since = clock.now()
        self._heard_before = False
        self._standing = Standing(connected=False, since=clock.now(), detail=State.OFFLINE.value)
        self._told = ""
        self._refusals = 0
        self._may_stop = True

    @property
    def standing(self) -> Standing:
        """How the channel stands."""
        return self._standing

    @property
    def connection(self) -> Connection:
        """The connection, while the account can hear and speak.

        Raises:
            ChannelUnavailable: it cannot now.
        """
        if self._connection is None or self._state is not State.HERE:
            raise ChannelUnavailable(f"{self._settings.name}：{self._standing.detail}")
        return self._connection

    async def keep(self, hear: Hear, miss: Miss) -> Never:
        """Hands on what is heard, and connects again whenever the connection is lost.

        Args:
            hear: takes one event after another, and a login whenever the account begins to hear; the stream waits.
            miss: takes each gap when it is over.
        """
        pause = self._settings.backoff_first_seconds
        while True:
            began_at = self._clock.now()
            try:
                await self._session(hear, miss)
            except WireError as exc:
                self._lose(exc)
                most = self._settings.backoff_most_seconds
                if exc.answer is Answer.NONE:
                    most = min(most, _KNOCK_SECONDS)
            if self._clock.now() - began_at > _STEADY:
                pause, self._may_stop = self._settings.backoff_first_seconds, True
            await self._clock.sleep(min(pause, most))
            pause = min(pause * 2, most)

    async def watch(self) -> Never:
        """Asks the gateway for a sign of life at intervals, and gives up a connection that shows none."""
        while True:
            await self._clock.sleep(self._settings.keepalive_seconds)
            if (connection := self._connection) is None:
                continue
            try:
                await connection.probe(self._settings.keepalive_timeout_seconds)
            except WireError:
                connection.close("no sign of life")
            else:
                self._alive_at = self._clock.now()

    async def _session(self, hear: Hear, miss: Miss) -> Never:
        """One connection from its start to the `WireError` that ends it."""
        connection = Connection(self._settings, self._tls)
        try:
            if self._refusals >= _REFUSALS_BEFORE_STOP and self._may_stop:
                await self._evict(connection)
            await connection.start()
            self._connection = connection
            await connection.follow(partial(self._heed, hear, miss))
        except WireError as exc:
            if exc.answer is Answer.HELD:
                self._refusals += 1
            raise
        finally:
            self._connection = None
            connection.close()

    async def _evict(self, connection: Connection) -> None:
        """Takes the event stream from whoever holds it: mostly a half-dead connection of our own.

        Once only, until a connection has been steady: it logs the account out, and two bots would do it in turns.
        """
        log.warning(
            "%s: the event stream has been held by another client for %d attempts; stopping the puppet once, which "
            "logs the account out. Make sure that no second bot uses this token",
            self._settings.name,
            self._refusals,
        )
        self._refusals, self._may_stop = 0, False
        await connection.stop()

    async def _heed(self, hear: Hear, miss: Miss, event: Event) -> None:
        self._alive_at = self._clock.now()
        if self._state is State.OFFLINE:
            await self._greet(hear, miss)
        match event.type:
            case EventType.LOGIN:
                self.self_id = event.text("contactId") or self.self_id
                await self._arrive(hear, miss)
            case EventType.LOGOUT | EventType.SCAN:
                self._depart(State.LOGGED_OUT, self._clock.now())
            case EventType.ERROR:  # ordinary: the gateway's watchdog sends one, logs the account out and in
                log.warning("%s: the gateway reports an error of its puppet", self._settings.name)
            case EventType.MESSAGE:
                await self._arrive(hear, miss)
                await hear(event)
            case _:
                await hear(event)

    # ── how it stands ───────────────────────────────────────────────────────────────────────────────────────────

    async def _greet(self, hear: Hear, miss: Miss) -> None:
        """The first event of a connection has come."""
        self._refusals, self._told = 0, ""
        self._stand(State.LOGGED_OUT)
        if self._settings.self_id:  # such a gateway does not tell of logins
            await self._arrive(hear, miss)

    async def _arrive(self, hear: Hear, miss: Miss) -> None:
        """The account hears and speaks from now on."""
        if self._state is State.HERE:
            return
        self._stand(State.HERE)
        gap = Gap(channel=self._settings.name, began_at=self._deaf_since, ended_at=self._standing.since)
        length = gap.ended_at - gap.began_at
        if self._heard_before or length > _SLOW_START:
            log.warning("%s: heard nothing for %.1f s", self._settings.name, length.total_seconds())
            await miss(gap)
        self._heard_before = True
        await hear(Event(EventType.LOGIN, {"contactId": self.self_id}))

    def _depart(self, state: State, deaf_since: datetime) -> None:
        """The account neither hears nor speaks."""
        if self._state is State.HERE:
            self._deaf_since = deaf_since
        self._stand(state)

    def _lose(self, end: WireError) -> None:
        if (reason := str(end)) != self._told:
            log.warning("%s: no connection to the gateway (%s), trying again", self._settings.name, reason)
            self._told = reason
        self._depart(State.OFFLINE, self._alive_at)

    def _stand(self, state: State) -> None:
        if state is self._state:
            return
        self._state = state
        self._standing = Standing(connected=state is State.HERE, since=self._clock.now(), detail=state.value)
        log.info("%s: %s", self._settings.name, state.name)
