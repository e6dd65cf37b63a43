"""The 智能机器人 as a channel: groups where it is mentioned and private talks, over one long connection.

`bot.app` makes it. What is heard waits in a queue between the connection and the store, so that a store that is slow
does not make the connection look dead.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Final, Never

from bot.channel import Hears, Intake, Standing, Starts, Traits
from bot.channels import saying
from bot.channels.wecom import frames
from bot.channels.wecom.answering import LONGEST_TEXT, Answering, Questions
from bot.channels.wecom.frames import Frame
from bot.channels.wecom.line import Line
from bot.channels.wecom.media import Media
from bot.clock import Clock
from bot.messages import Dispatch
from bot.settings import WecomAibotSettings

TRAITS: Final = Traits(
    hears=Hears.MENTIONS,
    starts=Starts.WINDOW,  # only where somebody has spoken to it; whom it met in a group it may not write to alone
    files=True,
    max_bytes=LONGEST_TEXT - saying.RESERVE,
    per_minute=30,  # by the document for each conversation; kept for all of them together
)

_MOST_WAITING: Final = 10_000


class WecomAibotChannel:
    """A 智能机器人 of WeCom (企业微信)."""

    def __init__(self, settings: WecomAibotSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._line = Line(settings, clock)
        self._questions = Questions(settings, clock)
        self._answering = Answering(settings, self._line, self._questions)
        self._media = Media(settings)
        self._heard: asyncio.Queue[tuple[Frame, datetime]] = asyncio.Queue(_MOST_WAITING)

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

    @property
    def traits(self) -> Traits:
        """It hears what mentions it, and speaks where it was spoken to."""
        return TRAITS

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        return self._line.standing

    async def receive(self, intake: Intake) -> None:
        """Hands in what it hears, until it is cancelled; what the intake raises ends it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hand_in(intake))
            group.create_task(self._line.keep(self._hear, self._questions.forget, intake.note_gap))

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something; the platform gives no id. See `Channel.send`."""
        await self._answering.send(dispatch)
        return None

    async def _hear(self, frame: Frame) -> None:
        if frame.cmd == frames.HEARD:
            await self._heard.put((frame, self._clock.now()))

    async def _hand_in(self, intake: Intake) -> Never:
        while True:
            frame, heard_at = await self._heard.get()
            message = frames.message_of(frame, self.name, heard_at)
            if (sent := frames.file_of(frame)) is not None:
                message = replace(message, attachment=await self._media.fetch(sent))
            if message.sender.external_id:
                self._questions.note(message.conversation.external_id, frame.req_id)
            await intake.accept(message)
