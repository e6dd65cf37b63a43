"""What accounts of the application are called: a callback tells only their ids. `app` asks, at most once each.

Whether an application may ask is the corporation's decision; where it may not, accounts go by their ids.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Final

from bot.channels.calls import Answer, CallFailed, Calls
from bot.channels.tokens import Tokens
from bot.errors import ChannelUnavailable
from bot.settings import WecomAppSettings

log = logging.getLogger(__name__)

_PATIENCE_SECONDS: Final = 2.0
"""How long a message waits for its sender's name: the platform wants its callback answered within five."""
_MOST: Final = 50_000


class Names:
    """Remembers who is called what."""

    def __init__(self, settings: WecomAppSettings, calls: Calls, tokens: Tokens) -> None:
        self._settings = settings
        self._calls = calls
        self._tokens = tokens
        self._known: dict[str, str] = {}

    async def of(self, account: str) -> str:
        """What the account is called; its id where the platform does not say."""
        if account and account not in self._known and self._settings.names:
            await self._look_up(account)
        return self._known.get(account) or account

    async def _look_up(self, account: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                answer = await self._tokens.asked(partial(self._ask, account))
        except (CallFailed, ChannelUnavailable, TimeoutError):
            return  # asked again at the next message
        if answer.code != 0:
            log.info("%s: the platform does not say what an account is called (%d)", self._settings.name, answer.code)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[account] = answer.text("name") if answer.code == 0 else ""

    async def _ask(self, account: str, token: str) -> Answer:
        return await self._calls.get("/cgi-bin/user/get", access_token=token, userid=account)
