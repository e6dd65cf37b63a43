"""The address that callbacks of 专有钉钉 come in by, on the program's one server, and which of them are let in.

The platform signs the time, not what is said: whoever has seen one callback could send others in its name. So the
address ends in a secret as well, the window is narrow, and each message is let in once. Whatever is refused is answered
alike, so that a forger learns nothing.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from bot.channels.dingtalk import signing
from bot.channels.gate import TurnedAway, Turnstile, body_of
from bot.clock import Clock
from bot.settings import DingtalkGovSettings

Keep = Callable[[Mapping[str, Any]], Awaitable[bool]]
"""Keeps what a callback brings; False where it cannot now, and the platform has to bring it again."""

_MILLISECONDS: Final = re.compile(r"\d{11,13}", re.ASCII)


class Callbacks:
    """The HTTP side of the application.

    Attributes:
        gate: counts what was refused.
    """

    def __init__(self, settings: DingtalkGovSettings, clock: Clock, keep: Keep) -> None:
        self.gate = Turnstile(settings.name, settings.callback_window_seconds, clock)
        self._settings = settings
        self._keep = keep

    def attach(self, app: web.Application) -> None:
        """Adds the address, where a secret for it was given."""
        if self._settings.callback:
            app.router.add_post(f"/dingtalk/{self._settings.name}/{{secret}}", self._take)

    async def _take(self, request: web.Request) -> web.Response:
        try:
            nonce, said = await self._let_in(request)
        except TurnedAway as exc:
            self.gate.count(str(exc))
            return web.Response(status=403)
        kept = False
        try:
            kept = await self._keep(said)
        finally:
            if not kept:
                self.gate.forget(nonce)
        return web.json_response({"errmsg": "ok"}) if kept else web.Response(status=503)

    async def _let_in(self, request: web.Request) -> tuple[tuple[str, str], Mapping[str, Any]]:
        given = request.match_info["secret"].encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._settings.callback.encode()):
            raise TurnedAway("forged")
        body = await body_of(request, self._settings.max_callback_bytes, self._settings.call_timeout_seconds)
        timestamp = request.headers.get("timestamp", "")
        if not _MILLISECONDS.fullmatch(timestamp):
            raise TurnedAway("malformed")
        if not signing.is_signed(request.headers.get("sign", ""), self._settings.secret, timestamp):
            raise TurnedAway("forged")
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            said = None
        message_id = said.get("msgId") if isinstance(said, dict) else None
        if not isinstance(said, dict) or not isinstance(message_id, str) or not message_id:
            raise TurnedAway("malformed")
        nonce = (timestamp, message_id)
        self.gate.check(nonce, datetime.fromtimestamp(int(timestamp) / 1000, UTC))
        self.gate.use_up(nonce)
        return nonce, said
