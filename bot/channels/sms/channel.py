"""The `sms` channel: one vendor's account, as `bot.channel.Channel` wants it.

`bot.app` makes it, runs `receive` and has the outbox call `send`. What cannot be said by an approved template is
refused here, before it costs anything; names and symptoms never can.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

import aiohttp
from aiohttp import web

from bot.channel import Addresses, Hears, Intake, Standing, Starts, Traits
from bot.channels.sms.aliyun import Aliyun
from bot.channels.sms.callbacks import Callbacks
from bot.channels.sms.gateway import Call, Gateway, Saying
from bot.channels.sms.tencent import Tencent
from bot.clock import Clock
from bot.errors import ChannelUnavailable, DeliveryRefused
from bot.messages import Dispatch
from bot.settings import SmsSettings

log = logging.getLogger(__name__)

_DIGITS: Final = 11


class SmsChannel:
    """Short messages (短信)."""

    def __init__(self, settings: SmsSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._gateway: Gateway = Aliyun(settings) if settings.vendor == "aliyun" else Tencent(settings)
        self._callbacks = Callbacks(settings, clock, self._gateway)
        self._call: Call | None = None
        self._standing = Standing(connected=False, since=clock.now(), detail="短信还没有启动")

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

    @property
    def traits(self) -> Traits:
        """Approved words to telephone numbers; answers are heard where the vendor knows our address."""
        return Traits(
            hears=Hears.PRIVATE if self._settings.callback else Hears.NOTHING,
            starts=Starts.TEMPLATES,
            proves_senders=False,  # callbacks are not signed, and numbers can be shown falsely
            addresses=Addresses.PHONE,
            nudge=self._settings.nudge,
            waits_for_us=True,  # vendors try again for hours
        )

    @property
    def standing(self) -> Standing:
        """How it stands now; there is no connection that could be lost, so trouble is told in words."""
        return self._standing

    @property
    def refused(self) -> Mapping[str, int]:
        """How many callbacks were refused, by why."""
        return self._callbacks.refused

    def attach(self, app: web.Application) -> None:
        """Adds the callback's address to the program's server, before it starts."""
        self._callbacks.attach(app)

    async def receive(self, intake: Intake) -> None:
        """Lets messages out and callbacks in, until it is cancelled."""
        # A connection kept open may be closed by the vendor just as a message leaves: then nobody knows.
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            self._call, self._callbacks.intake = Call(self._settings, session), intake
            self._stand("短信已启动", connected=True)
            try:
                await asyncio.Event().wait()
            finally:
                self._call = self._callbacks.intake = None
                self._stand("短信已停止", connected=False)

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something by the template that says exactly that; see `Channel.send`."""
        number = dispatch.conversation.external_id
        if len(number) != _DIGITS or not number.isdecimal():
            raise DeliveryRefused("收信的不是手机号码")
        saying = self._saying(dispatch, number)
        if self._call is None:
            raise ChannelUnavailable("短信还没有启动")
        try:
            proof = await self._gateway.say(self._call, saying, self._clock.now())
        except ChannelUnavailable as exc:
            log.warning("%s", exc)
            self._stand(str(exc), connected=True)
            raise
        self._stand("短信已启动", connected=True)
        return proof or None

    def _saying(self, dispatch: Dispatch, number: str) -> Saying:
        text = dispatch.text.strip()
        for template in self._settings.templates:
            variables = template.variables(text, self._settings.variable_chars)
            if variables is not None:
                return Saying(dispatch_id=dispatch.id, number=number, template=template.id, variables=variables)
        raise DeliveryRefused("短信只能发审核过的模板，这段话没有哪个模板能说")

    def _stand(self, detail: str, *, connected: bool) -> None:
        changed = connected != self._standing.connected
        since = self._clock.now() if changed else self._standing.since
        self._standing = Standing(connected=connected, since=since, detail=detail)
