"""The Stream robot as a channel: groups where it is mentioned and private talks, over one long connection.

`bot.app` makes it. What is heard waits in a queue between the connection and the store, so that a store that is slow
does not make the connection look dead; it is acknowledged when it is kept, not before.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final, Never

from bot.channel import Hears, Intake, Standing, Starts, Traits
from bot.channels import saying
from bot.channels.dingtalk import talk
from bot.channels.dingtalk.frames import Frame
from bot.channels.dingtalk.line import Ack, Line
from bot.channels.dingtalk.robot import LONGEST_TEXT, Robot
from bot.clock import Clock
from bot.messages import Dispatch
from bot.settings import DingtalkStreamSettings

TRAITS: Final = Traits(
    hears=Hears.MENTIONS,
    starts=Starts.ALWAYS,
    files=True,
    max_bytes=LONGEST_TEXT - saying.RESERVE,
)

_MOST_WAITING: Final = 10_000


class DingtalkStreamChannel:
    """A robot of DingTalk in Stream mode (钉钉企业内部应用机器人)."""

    def __init__(self, settings: DingtalkStreamSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._line = Line(settings, clock)
        self._robot = Robot(settings, clock)
        self._heard: asyncio.Queue[tuple[Frame, Ack, datetime]] = asyncio.Queue(_MOST_WAITING)

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

    @property
    def traits(self) -> Traits:
        """It hears what mentions it, and may speak first to whomever it knows."""
        return TRAITS

    @property
    def standing(self) -> Standing:
        """How it stands now; while there is no access token, that is told."""
        standing, tokens = self._line.standing, self._robot.tokens
        if not standing.connected or not tokens.trouble:
            return standing
        return Standing(connected=False, since=tokens.since, detail=tokens.trouble)

    async def receive(self, intake: Intake) -> None:
        """Hands in what it hears, until it is cancelled; what the intake raises ends it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hand_in(intake))
            group.create_task(self._robot.tokens.keep())
            group.create_task(self._line.keep(self._hear, intake.note_gap))

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something; see `Channel.send`."""
        return await self._robot.send(dispatch)

    async def _hear(self, frame: Frame, ack: Ack) -> None:
        await self._heard.put((frame, ack, self._clock.now()))

    async def _hand_in(self, intake: Intake) -> Never:
        while True:
            frame, ack, heard_at = await self._heard.get()
            body = frame.body()
            if body is not None:
                if (opening := talk.opening_of(body)) is not None:
                    self._robot.openings.note(opening)
                await intake.accept(talk.message_of(body, self.name, heard_at, frame.id))
            await ack()
