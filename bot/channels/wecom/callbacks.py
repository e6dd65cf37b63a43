"""The address that callbacks of the platform come in by, on the program's one server; `app` is given what they hold.

The order is: not too long, let in by the gate, kept, and only then answered. Whatever is refused is answered alike, so
that a forger learns nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.channels.gate import TurnedAway, body_of
from bot.channels.wecom import envelopes
from bot.channels.wecom.gate import Gate, nonce_of
from bot.settings import WecomAppSettings

Keep = Callable[[Mapping[str, str]], Awaitable[bool]]
"""Keeps what a callback brings; False where it cannot now, and the platform has to bring it again."""


class Callbacks:
    """The HTTP side of the application."""

    def __init__(self, settings: WecomAppSettings, gate: Gate, keep: Keep) -> None:
        self._settings = settings
        self._gate = gate
        self._keep = keep

    def attach(self, app: web.Application) -> None:
        """Adds the address to the program's server."""
        app.router.add_get(self._settings.callback_path, self._verify, allow_head=False)
        app.router.add_post(self._settings.callback_path, self._take)

    async def _verify(self, request: web.Request) -> web.Response:
        """The platform's first visit: it wants to see that we can read what it sends."""
        try:
            plain = self._gate.open(request.query, request.query.get("echostr", ""))
        except TurnedAway as exc:
            return self._refuse(exc)
        return web.Response(body=plain, content_type="text/plain")

    async def _take(self, request: web.Request) -> web.Response:
        try:
            body = await body_of(request, self._settings.max_callback_bytes, self._settings.call_timeout_seconds)
            plain = self._gate.open(request.query, envelopes.sealed_in(body))
        except TurnedAway as exc:
            return self._refuse(exc)
        kept = False
        try:
            kept = await self._keep(self._fields(plain))
        except TurnedAway as exc:
            kept = True  # it will never be taken, so its nonce stays used up
            return self._refuse(exc)
        finally:
            if not kept:
                self._gate.forget(nonce_of(request.query))
        return web.Response(status=200 if kept else 503)

    def _fields(self, plain: bytes) -> Mapping[str, str]:
        try:
            return envelopes.fields_of(plain)
        except envelopes.Unreadable:
            raise TurnedAway("malformed") from None

    def _refuse(self, reason: TurnedAway) -> web.Response:
        self._gate.count(str(reason))
        return web.Response(status=403)
