"""The `wechaty` channel: one account behind one gateway, as `bot.channel.Channel` wants it.

`bot.app` makes it, runs `receive` and has the outbox call `send`; the parts are in the modules beside it.
"""

from __future__ import annotations

import asyncio
from typing import Final

from bot.channel import Hears, Intake, Standing, Starts, Traits
from bot.channels.wechaty.hearing import Hearing
from bot.channels.wechaty.line import Line
from bot.channels.wechaty.names import Names
from bot.channels.wechaty.speaking import Speaking, Spoken
from bot.clock import Clock
from bot.messages import Dispatch
from bot.settings import WechatySettings

TRAITS: Final = Traits(
    hears=Hears.ALL,
    starts=Starts.ALWAYS,
    mentions=True,
    files=True,
    recalls=True,
    echoes=True,
    max_bytes=2048,  # no figure is published; this is what bots keep to, and WeCom's documented limit
    per_minute=40,  # likewise: accounts that said more were throttled
)


class WechatyChannel:
    """WeChat (微信) through a Wechaty gateway.

    Raises:
        SettingsError: the certificate that the settings name cannot be used.
    """

    def __init__(self, settings: WechatySettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._spoken = Spoken()
        self._line = Line(settings, clock)
        self._names = Names(settings, self._line, clock)
        self._speaking = Speaking(settings, self._line, self._names, self._spoken)

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

    @property
    def traits(self) -> Traits:
        """What it can do; whether a mention notifies, and whether a post gets an id, is up to the puppet."""
        return TRAITS

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        return self._line.standing

    async def receive(self, intake: Intake) -> None:
        """Hands in what the account hears, until it is cancelled; what the intake raises ends it."""
        async with asyncio.TaskGroup() as group:
            hearing = Hearing(self._settings, self._line, self._names, self._spoken, self._clock, intake, group)
            group.create_task(hearing.sort())
            group.create_task(self._line.watch())
            group.create_task(self._names.tour(intake))
            group.create_task(self._names.walk(intake))
            group.create_task(self._line.keep(hearing.hear, intake.note_gap))

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something; see `Channel.send`."""
        return await self._speaking.send(dispatch)
