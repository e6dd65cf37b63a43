"""The application's access token: asked for in time, kept, and asked for anew when the platform no longer takes it.

`app` and `names` make their calls through `asked`; `app` runs `keep`, so that the channel knows that it can speak.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, Never

from bot.channels.wecom import verdicts
from bot.channels.wecom.calls import Answer, CallFailed, Calls
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.settings import WecomAppSettings

log = logging.getLogger(__name__)

_EARLY: Final = timedelta(minutes=5)
"""How long before its end a token is renewed, so that none ends on its way."""


class Tokens:
    """One application's access token.

    Attributes:
        trouble: why there is none, in Chinese; empty while there is one.
        since: since when it stands so.
    """

    def __init__(self, settings: WecomAppSettings, calls: Calls, clock: Clock) -> None:
        self.trouble = "还没有取得 access_token"
        self.since = clock.now()
        self._settings = settings
        self._calls = calls
        self._clock = clock
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
        if answer.code in verdicts.STALE_TOKEN:
            if token == self._token:
                self._token = ""
            answer = await call(await self._valid())
        return answer

    async def keep(self) -> Never:
        """Sees to it that there is a token, now and whenever it was lost."""
        pause = self._settings.backoff_first_seconds
        while True:
            self._lost.clear()
            try:
                await self._valid()
            except ChannelUnavailable:
                await self._clock.sleep(pause)
                pause = min(pause * 2, self._settings.backoff_most_seconds)
            else:
                pause = self._settings.backoff_first_seconds
                await self._lost.wait()

    async def _valid(self) -> str:
        async with self._turn:  # several that find it stale ask for one new token
            if not self._token or self._clock.now() >= self._renew_at:
                self._token = ""
                self._token = await self._fetch()
            return self._token

    async def _fetch(self) -> str:
        settings = self._settings
        try:
            answer = await self._calls.get("/cgi-bin/gettoken", corpid=settings.corp_id, corpsecret=settings.secret)
        except CallFailed as exc:
            raise self._none(str(exc)) from exc
        token = answer.text("access_token")
        if answer.code != 0 or not token:
            raise self._none(verdicts.meaning(answer.code))
        lasts = timedelta(seconds=max(answer.number("expires_in"), 0))
        self._renew_at = self._clock.now() + max(lasts - _EARLY, lasts / 2)
        self._stand("")
        return token

    def _none(self, why: str) -> ChannelUnavailable:
        self._stand(f"取不到 access_token：{why}")
        self._lost.set()
        return ChannelUnavailable(f"{self._settings.name}：{self.trouble}")

    def _stand(self, trouble: str) -> None:
        if trouble == self.trouble:
            return
        self.trouble, self.since = trouble, self._clock.now()
        if trouble:
            log.warning("%s: %s, trying again", self._settings.name, trouble)
        else:
            log.info("%s: an access token was given", self._settings.name)
