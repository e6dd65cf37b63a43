"""From the gateway's events to messages handed in: `line` calls `hear`, `intake.accept` is the way on.

An event holds no more than a message's id. Payloads are fetched a few at a time, are taken in the order of their
events, and go to one lane per conversation; names and files are fetched there, so that they hold up nobody else. A
message is never dropped: where its payload cannot be fetched, that there was one is handed in. No meaning is read.
"""

from __future__ import annotations

import asyncio
import logging
import mimetypes
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Never

from bot.channel import Intake
from bot.channels.wechaty.failures import Answer, FileTooLarge, WireError
from bot.channels.wechaty.lanes import Lanes
from bot.channels.wechaty.line import Line
from bot.channels.wechaty.names import Names
from bot.channels.wechaty.payloads import FILES, Event, EventType, MessageType, Payload, recalled_id, sent_at
from bot.channels.wechaty.speaking import Spoken
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.messages import Attachment, Conversation, Message, MessageKind, Sender
from bot.settings import WechatySettings

log = logging.getLogger(__name__)

_FETCHES: Final = 32
"""Payloads fetched at a time."""
_WAITING: Final = 1_000
"""Messages waiting in all lanes; with more the stream is left unread, and they wait at the gateway."""
_DOWNLOADS: Final = 2
"""Files fetched at a time: each is held in memory."""
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0)
"""Before another attempt to fetch what the gateway did not have: some tell of a message before they have it."""
_FILE_PAUSE_SECONDS: Final = 2.0
"""The same for files, tried twice: the group's next messages wait."""
_RETRY_SECONDS: Final = 1.0
_OUTAGE: Final = timedelta(seconds=60)
"""A message waits so long for a gateway that is away; one that was not restarted still has it afterwards."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that an event told of; without a payload where that could not be fetched."""

    id: str
    at: datetime
    payload: Payload | None

    @property
    def conversation(self) -> str:
        """What its order is kept by; those whose payload is missing make up a conversation of their own."""
        if self.payload is None:
            return ""
        return self.payload.room or "".join(sorted((self.payload.talker, self.payload.listener)))


class Hearing:
    """Turns what a line hears into messages.

    Args:
        group: runs the fetches and lanes; what the intake raises ends it.
    """

    def __init__(
        self,
        settings: WechatySettings,
        line: Line,
        names: Names,
        spoken: Spoken,
        clock: Clock,
        intake: Intake,
        group: asyncio.TaskGroup,
    ) -> None:
        self._settings = settings
        self._line = line
        self._names = names
        self._spoken = spoken
        self._clock = clock
        self._intake = intake
        self._group = group
        self._lanes = Lanes(group, _WAITING)
        self._fetches: asyncio.Queue[asyncio.Task[Heard]] = asyncio.Queue(_FETCHES)
        self._downloads = asyncio.Semaphore(_DOWNLOADS)

    async def hear(self, event: Event) -> None:
        """Takes one event; waits while too much is on its way."""
        if event.type != EventType.MESSAGE:
            self._names.heed(event)
        elif message_id := event.text("messageId"):
            await self._fetches.put(self._group.create_task(self._fetch(message_id, self._clock.now())))

    async def sort(self) -> Never:
        """Puts what was fetched into the lanes, in the order in which it was heard of."""
        while True:
            fetch = await self._fetches.get()
            heard = await fetch
            await self._lanes.put(heard.conversation, partial(self._hand_in, heard))

    async def _fetch(self, message_id: str, heard_at: datetime) -> Heard:
        pauses = iter(_PAUSES)
        while True:
            try:
                return Heard(message_id, heard_at, await self._line.connection.message(message_id))
            except (ChannelUnavailable, WireError) as exc:
                refused = isinstance(exc, WireError) and exc.answer is Answer.REFUSED
                pause = next(pauses, None) if refused else _RETRY_SECONDS
                if pause is None or self._clock.now() - heard_at > _OUTAGE:
                    log.error("%s: message %s cannot be fetched: %s", self._settings.name, message_id, exc)
                    return Heard(message_id, heard_at, None)
            await self._clock.sleep(pause)

    async def _hand_in(self, heard: Heard) -> None:
        payload = heard.payload
        await self._intake.accept(await self._message(payload, heard.at) if payload else self._lost(heard))

    def _lost(self, heard: Heard) -> Message:
        return Message(
            channel=self._settings.name,
            external_id=heard.id,
            sender=Sender(external_id="", name=""),
            conversation=Conversation(external_id=""),
            text="",
            sent_at=heard.at,
            kind=MessageKind.OTHER,
        )

    async def _message(self, payload: Payload, heard_at: datetime) -> Message:
        from_self = payload.talker != "" and payload.talker == self._line.self_id
        conversation = await self._conversation(payload, from_self)
        kind = _kind(payload.type)
        return Message(
            channel=self._settings.name,
            external_id=payload.id,
            sender=await self._sender(payload),
            conversation=conversation,
            text=payload.text or payload.filename,
            sent_at=sent_at(payload.timestamp, heard_at),
            kind=kind,
            recalls=recalled_id(payload.text) if kind is MessageKind.RECALL else None,
            from_self=from_self,
            mentions_bot=await self._mentions_bot(payload),
            dispatch_id=self._echo_of(conversation, payload) if from_self else None,
            attachment=await self._file(payload) if kind is MessageKind.FILE and not from_self else None,
        )

    async def _conversation(self, payload: Payload, from_self: bool) -> Conversation:
        if not payload.room:
            return Conversation(external_id=payload.listener if from_self else payload.talker, private=True)
        self._names.heard_of(payload.room)
        return Conversation(external_id=payload.room, name=await self._names.topic(payload.room))

    async def _sender(self, payload: Payload) -> Sender:
        name = await self._names.of(payload.talker, payload.room) if payload.talker else ""
        return Sender(external_id=payload.talker, name=name)

    async def _mentions_bot(self, payload: Payload) -> bool:
        """Told by the ids, or, since some gateways never fill those in, by the text."""
        self_id = self._line.self_id
        if self_id in payload.mentions:
            return True
        if not self_id or not payload.room or "@" not in payload.text:
            return False
        name = await self._names.of(self_id, payload.room)
        return bool(name) and re.search(rf"@{re.escape(name)}(?=\s|$)", payload.text) is not None

    def _echo_of(self, conversation: Conversation, payload: Payload) -> int | None:
        return self._spoken.claim(conversation.external_id, payload.text, payload.filename)

    async def _file(self, payload: Payload) -> Attachment | None:
        """The file of a message; None where it is too large or cannot be had, which its message outlives."""
        for pause in (_FILE_PAUSE_SECONDS, None):
            try:
                async with self._downloads:
                    name, content = await self._line.connection.file(payload.id, self._settings.in_file_bytes)
            except FileTooLarge:
                log.warning("%s: file of message %s is too large", self._settings.name, payload.id)
                return None
            except (ChannelUnavailable, WireError) as exc:
                if pause is None:
                    log.error("%s: file of message %s cannot be fetched: %s", self._settings.name, payload.id, exc)
                    return None
            else:
                name = name or payload.filename
                return Attachment(name=name, media_type=_media_type(name, payload.type), content=content)
            await self._clock.sleep(pause)
        return None


def _kind(number: int) -> MessageKind:
    if number == MessageType.TEXT:
        return MessageKind.TEXT
    if number == MessageType.RECALLED:
        return MessageKind.RECALL
    return MessageKind.FILE if number in FILES else MessageKind.OTHER


def _media_type(name: str, number: int) -> str:
    guessed, _ = mimetypes.guess_type(name)
    return guessed or ("image/jpeg" if number == MessageType.IMAGE else "application/octet-stream")
