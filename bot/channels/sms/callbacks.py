"""Where a vendor tells what became of a message, and what somebody answered; `channel` attaches it to the server.

The vendors sign nothing here: the address's last piece is the credential. Whoever does not know it learns nothing,
not even that there is an address. What comes again changes nothing; what is refused is counted.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from bot.channel import Intake
from bot.channels.sms.gateway import Answer, Fate, Gateway
from bot.clock import Clock
from bot.keeping import digest
from bot.messages import Conversation, Message, Receipt, Sender
from bot.settings import SmsSettings

log = logging.getLogger(__name__)

_AHEAD: Final = timedelta(minutes=10)
"""How far a vendor's clock may be ahead of ours."""
_MOST_ITEMS: Final = 1_000


class Callbacks:
    """The address, and what was refused there."""

    def __init__(self, settings: SmsSettings, clock: Clock, gateway: Gateway) -> None:
        self._settings, self._clock, self._gateway = settings, clock, gateway
        self.intake: Intake | None = None
        self.refused: Counter[str] = Counter()

    def attach(self, app: web.Application) -> None:
        """Adds the address, where a secret for it was given."""
        if self._settings.callback:
            app.router.add_post(f"/sms/{self._settings.name}/{{secret}}", self._take)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        given = request.match_info["secret"].encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._settings.callback.encode()):
            self._refuse("secret")
            raise web.HTTPNotFound
        most = self._settings.max_callback_bytes
        content = await request.content.read(most + 1)
        while len(content) <= most and (more := await request.content.read(most + 1 - len(content))):
            content += more
        if len(content) > most:
            self._refuse("size")
            raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(content))
        items = self._items(content)
        if items is None:
            self._refuse("form")
            raise web.HTTPBadRequest
        intake = self.intake
        if intake is None:
            raise web.HTTPServiceUnavailable
        for item in items:
            await self._heed(intake, item)
        return web.json_response(dict(self._gateway.thanks))

    def _items(self, content: bytes) -> list[Mapping[str, Any]] | None:
        try:
            told = json.loads(content)
        except (ValueError, RecursionError):
            return None
        items = told if isinstance(told, list) else [told]
        if len(items) > _MOST_ITEMS or not all(isinstance(item, dict) for item in items):
            return None
        return items

    async def _heed(self, intake: Intake, item: Mapping[str, Any]) -> None:
        try:
            told = self._gateway.told(item)
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            told = None
        if isinstance(told, Fate):
            await self._note(intake, told)
        elif isinstance(told, Answer):
            await self._hand_in(intake, told)
        else:
            self._refuse("form")

    async def _note(self, intake: Intake, fate: Fate) -> None:
        receipt = Receipt(
            channel=self._settings.name,
            delivered=fate.delivered,
            dispatch_id=fate.dispatch_id,
            proof=fate.proof,
            account=fate.number,
            detail="" if fate.delivered else fate.detail,
        )
        if not await intake.note_receipt(receipt):
            self._refuse("unknown")

    async def _hand_in(self, intake: Intake, answer: Answer) -> None:
        now = self._clock.now()
        if not now - timedelta(days=self._settings.callback_days) <= answer.sent_at <= now + _AHEAD:
            self._refuse("time")
            return
        message = Message(
            channel=self._settings.name,
            external_id=digest(answer.number, answer.id),
            sender=Sender(external_id=answer.number, name=f"尾号 {answer.number[-4:]}"),
            conversation=Conversation(external_id=answer.number, private=True),
            text=answer.text,
            sent_at=answer.sent_at,
        )
        if not await intake.accept(message):
            self._refuse("repeated")

    def _refuse(self, why: str) -> None:
        self.refused[why] += 1
        log.warning("%s: a callback was refused: %s (%d so far)", self._settings.name, why, self.refused[why])
