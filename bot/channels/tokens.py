"""A platform's access token: asked for in time, kept, and asked for anew when the platform no longer takes it.

Channels make their calls through `asked`, and run `keep`, so that they know that they can speak.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Never

from bot.channels.calls import Answer, CallFailed
from bot.channels.upkeep import Pauses
from bot.clock import Clock
from bot.errors import ChannelUnavailable

log = logging.getLogger(__name__)

_EARLY: Final = timedelta(minutes=5)
"""How long before its end a token is renewed, so that none ends on its way."""


class NotGiven(Exception):
    """The platform gave no token; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and for how many seconds it lasts."""

    value: str = field(repr=False)
    seconds: int


class Tokens:
    """One application's access token.

    Args:
        name: the channel's.
        fetch: asks the platform for one; raises `NotGiven` or `CallFailed`.
        stale: whether an answer says that the token is no longer taken.

    Attributes:
        trouble: why there is none, in Chinese; empty while there is one.
        since: since when it stands so.
    """

    def __init__(
        self,
        name: str,
        fetch: Callable[[], Awaitable[Token]],
        stale: Callable[[Answer], bool],
        pauses: Pauses,
        clock: Clock,
    ) -> None:
        self.trouble = "还没有取得 access_token"
        self.since = clock.now()
        self._name, self._fetch, self._stale = name, fetch, stale
        self._pauses, self._clock = pauses, clock
        self._token = ""
        self._renew_at: datetime = clock.now()
        self._turn = asyncio.Lock()
        self._lost = asyncio.Event()

    async def asked(self, call: Callable[[str], Awaitable[Answer]]) -> Answer:
        """What the platform answers to a call with the token; once more with a new one where it refuses the old.

        Raises:
            ChannelUnavailable: there is no token to be had.
            CallFailed: the call brought no answer.
        """
        token = await self._valid()
        answer = await call(token)
        if self._stale(answer):
            if token == self._token:
                self._token = ""
            answer = await call(await self._valid())
        return answer

    async def keep(self) -> Never:
        """Sees to it that there is a token, now and whenever it was lost."""
        while True:
            self._lost.clear()
            try:
                await self._valid()
            except ChannelUnavailable:
                await self._clock.sleep(self._pauses.next())
            else:
                self._pauses.reset()
                await self._lost.wait()

    async def _valid(self) -> str:
        async with self._turn:  # several that find it stale ask for one new token
            if not self._token or self._clock.now() >= self._renew_at:
                self._token = ""
                self._token = await self._new()
            return self._token

    async def _new(self) -> str:
        try:
            token = await self._fetch()
        except (CallFailed, NotGiven) as exc:
            self._stand(f"取不到 access_token：{exc}")
            self._lost.set()
            raise ChannelUnavailable(f"{self._name}：{self.trouble}") from exc
        lasts = timedelta(seconds=max(token.seconds, 0))
        self._renew_at = self._clock.now() + max(lasts - _EARLY, lasts / 2)
        self._stand("")
        return token.value

    def _stand(self, trouble: str) -> None:
        if trouble == self.trouble:
            return
        self.trouble, self.since = trouble, self._clock.now()
        if trouble:
            log.warning("%s: %s, trying again", self._name, trouble)
        else:
            log.info("%s: an access token was given", self._name)
