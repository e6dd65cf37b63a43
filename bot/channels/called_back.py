"""An application that a platform calls back: what those of WeCom and 专有钉钉 have in common.

It hears by callbacks on the program's one server and speaks with an access token, so how it stands depends on both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from bot.channel import Intake, Standing
from bot.channels.gate import Turnstile
from bot.channels.tokens import Tokens


class Callbacks(Protocol):
    """The address that callbacks come in by."""

    def attach(self, app: web.Application) -> None:
        """Adds it to the program's server."""
        ...


class CalledBack:
    """The part of a channel that callbacks and tokens decide."""

    def __init__(self, tokens: Tokens, gate: Turnstile, callbacks: Callbacks) -> None:
        self._tokens, self._gate, self._callbacks = tokens, gate, callbacks
        self._intake: Intake | None = None

    @property
    def standing(self) -> Standing:
        """How it stands now, and how many callbacks were refused."""
        return Standing(
            connected=self._intake is not None and not self._tokens.trouble,
            since=self._tokens.since,
            detail=(self._tokens.trouble or "已连上") + self._gate.told,
        )

    @property
    def refused(self) -> Mapping[str, int]:
        """How many callbacks were refused, by reason; see `Turnstile.refused`."""
        return dict(self._gate.refused)

    def attach(self, app: web.Application) -> None:
        """Adds the callbacks' address to the program's server, before it starts."""
        self._callbacks.attach(app)

    async def receive(self, intake: Intake) -> None:
        """Lets callbacks in and keeps an access token, until it is cancelled."""
        self._intake = intake
        try:
            await self._tokens.keep()
        finally:
            self._intake = None
