"""Keeps what came in, once, before anything reads it; then a worker has each message handled in one transaction.

Channels call `accept` (as `Intake`); `handle_waiting` finds the speaker, reads, calls the handlers it was given, puts
the posts they return into the outbox and marks the message handled: all of it commits, or none. A message whose
handling fails is kept, marked and tried again; it never stops the ones behind it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from bot import answering, bridging, keeping, staff, wording
from bot.clock import Clock, local, until_set
from bot.heard import Heard, Private, Reach, all_private, known_of, nobody
from bot.messages import Gap, Message, MessageKind, Post, Receipt
from bot.records import Attached, Command, Record
from bot.series import Shelf
from bot.settings import Settings
from bot.speakers import Read, Speakers
from storage import (
    Session,
    Store,
    StoreUnreachable,
    gaps,
    identities,
    is_outage,
    messages,
    notices,
    people,
    records,
    rooms,
)
from storage.tables import Message as KeptMessage
from storage.tables import Room

log = logging.getLogger(__name__)

Handler = Callable[[Record, Heard, Session], Awaitable[Sequence[Post]]]
Put = Callable[[Session, Sequence[Post]], Awaitable[None]]
Note = Callable[[Receipt], Awaitable[bool]]


class Inbox:
    """What came in, and the worker that has it handled."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        office_id: int,
        *,
        read: Read,
        handlers: Mapping[str, Handler],
        put: Put,
        people_channels: frozenset[str] = frozenset(),
        unproven: frozenset[str] = frozenset(),
        reach: Reach = nobody,
        private: Private = all_private,
        shelf: Shelf | None = None,
        note_receipt: Note | None = None,
        hears: Mapping[str, str] | None = None,
    ) -> None:
        """Args:
        read: text and circumstances in, records out.
        handlers: what is done about a record, by its kind.
        put: where the posts go, within the same transaction.
        people_channels: channels whose accounts are our own `person:<id>`, so that each is bound at once.
        unproven: channels where anybody can pass for somebody else: nobody is taken for staff there.
        reach: how it is found out whether somebody can be asked privately.
        private: how it is found out whether a text may be shown in another group.
        shelf: the series of texts (普法) at work.
        note_receipt: who is told what became of a post.
        hears: channel → what of a room's talk reaches the bot there.
        """
        self._hears = hears or {}
        self._shelf = shelf or Shelf(settings.series)
        self._reach, self._private, self._note_receipt = reach, private, note_receipt
        self._store, self._clock, self._settings, self._office_id = store, clock, settings, office_id
        self._read, self._handlers, self._put = read, handlers, put
        self._speakers = Speakers(clock, settings, office_id, read, people_channels, unproven)
        self._arrived = asyncio.Event()

    async def accept(self, message: Message) -> bool:
        """Keeps a message durably; see `Intake.accept`. Waits for the database rather than lose one."""
        pause = 0.5
        while True:
            try:
                kept = await self._keep(message)
            except StoreUnreachable:
                log.error("the store does not answer; message kept waiting at the channel %s", message.channel)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)
                continue
            self._arrived.set()
            return kept

    async def _keep(self, message: Message) -> bool:
        async with self._store.begin() as session:
            return await keeping.keep(session, self._office_id, message, self._clock.now()) is not None

    async def note_gap(self, gap: Gap) -> None:
        """Keeps a gap and has staff told; see `Intake.note_gap`."""
        async with self._store.begin() as session:
            gap_id = await gaps.add(session, self._office_id, gap.channel, gap.began_at, gap.ended_at)
            posts = await staff.of_affairs(
                session,
                self._settings,
                self._office_id,
                None,
                key=f"gap/{gap_id}",
                why="断线提示",
                text=wording.gap(local(gap.began_at), local(gap.ended_at)),
                now=self._clock.now(),
            )
            await self._put(session, posts)
        self._arrived.set()

    async def note_receipt(self, receipt: Receipt) -> bool:
        """Hands on what became of a post; see `Intake.note_receipt`."""
        return self._note_receipt is not None and await self._note_receipt(receipt)

    async def meet_room(self, channel: str, external_id: str, name: str) -> None:
        """Learns a group's id by its name; see `Intake.meet_room`."""
        async with self._store.begin() as session:
            await rooms.met(session, self._office_id, channel, external_id, keeping.name_of(name))

    async def meet(self, channel: str, external_id: str, name: str) -> None:
        """Notes an account by its name and binds it where that name is one person's; see `Intake.meet`."""
        async with self._store.begin() as session:
            identity = await identities.seen(
                session, self._office_id, channel, external_id, keeping.name_of(name), None, self._clock.now()
            )
            everybody = [known_of(m) for m in await people.everybody(session, self._office_id)]
            await self._speakers.bind(session, identity, everybody)

    async def run(self, stop: asyncio.Event) -> None:
        """Handles what comes in until told to stop; what is in hand is finished."""
        while not stop.is_set():
            self._arrived.clear()
            try:
                await self.handle_waiting(stop)
            except StoreUnreachable:
                log.error("the store does not answer; handling goes on when it does")
            # The time-out brings round what failed and what another process kept.
            await until_set((self._arrived, stop), seconds=2.0)

    async def handle_waiting(self, stop: asyncio.Event | None = None) -> int:
        """Handles all that waits now, in order of each conversation; returns how many messages that were."""
        handled = 0
        while not (stop and stop.is_set()) and (count := await self._handle_lane()):
            handled += count
        return handled

    async def _handle_lane(self) -> int:
        async with self._store.begin() as session:
            lane = await messages.claim_lane(session, self._office_id, self._clock.now(), self._settings.inbox.batch)
            for message in lane:
                await self._handle_one(session, message)
        return len(lane)

    async def _handle_one(self, session: Session, message: KeptMessage) -> None:
        try:
            async with session.begin_nested():
                message.outcome = await self._outcome(session, message)
        except Exception as exc:
            if is_outage(exc):
                raise  # the store's trouble, not the message's: the whole transaction is tried again
            self._fail(message, exc)
            if message.outcome == "failed":
                await self._tell_unhandled(session, message)
            return
        now = self._clock.now()
        message.handled_at, message.retry_at = now, None
        message.error = ""
        if message.outcome == "no_content":
            message.error = "内容没有取到"
            await self._tell_unhandled(session, message)
        message.read_at = message.read_at or now

    async def _tell_unhandled(self, session: Session, message: KeptMessage) -> None:
        """Staff are asked to look at what the bot could not handle; nobody's words are repeated."""
        room = await rooms.get(session, message.room_id) if message.room_id is not None else None
        text = wording.unhandled(
            room.name if room else "私聊", local(message.sent_at), lost=message.outcome == "no_content"
        )
        told = await staff.of_affairs(
            session,
            self._settings,
            self._office_id,
            message.room_id,
            key=f"unhandled/{message.id}",
            why="有消息没能处理",
            text=text,
            now=self._clock.now(),
        )
        await self._put(session, told)

    def _fail(self, message: KeptMessage, exc: Exception) -> None:
        # The error's own words may hold the message's: only its type and place are logged and kept.
        where = exc.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
        log.error("message %d could not be handled: %s at %s", message.id, type(exc).__name__, place)
        limits = self._settings.inbox
        message.attempts += 1
        message.error = type(exc).__name__
        wait = min(limits.retry_first_seconds * 2 ** (message.attempts - 1), limits.retry_most_seconds)
        message.retry_at = self._clock.now() + timedelta(seconds=wait)
        if message.attempts >= limits.most_attempts:
            message.handled_at, message.retry_at, message.outcome = self._clock.now(), None, "failed"

    async def _outcome(self, session: Session, message: KeptMessage) -> str:
        if message.from_self:
            return "echo"
        room = await rooms.get(session, message.room_id) if message.room_id is not None else None
        if room is not None and room.purpose == rooms.UNKNOWN:
            return "unknown_room"
        if message.kind == MessageKind.RECALL:
            return await self._recall(session, message)
        if message.recalled_at is not None or await messages.recall_of(session, message) is not None:
            message.recalled_at = message.recalled_at or self._clock.now()
            return "recalled"
        if await self._is_twin(session, message):
            return "twin"
        if message.kind == MessageKind.FILE and room is not None and bridging.bridge_of(self._settings, room.name):
            heard = dataclasses.replace(await self._speakers.heard(session, message, room), private=self._private)
            await self._put(session, await bridging.carried(session, message, heard, ()))
        if message.kind != MessageKind.TEXT:
            await self._take_file(session, message, room)
            return "no_text" if message.identity_id is not None else "no_content"
        return await self._understand(session, message, room)

    async def _is_twin(self, session: Session, message: KeptMessage) -> bool:
        """Whether another channel brought the same words before: pasted what was heard, or the other way round."""
        window = timedelta(minutes=self._settings.inbox.paste_window_minutes)
        for other in await messages.twins(session, message, timedelta(days=1)):
            untimed = keeping.UNTIMED in (message.external_id[:8], other.external_id[:8])
            if untimed or abs(other.sent_at - message.sent_at) <= window:
                return True
        return False

    async def _recall(self, session: Session, message: KeptMessage) -> str:
        if message.recalls:
            original = await messages.by_external_id(session, self._office_id, message.channel, message.recalls)
            if original is not None:
                original.recalled_at = self._clock.now()
                await records.withdraw_message(session, original.id, f"recall:{message.id}", self._clock.now())
                await notices.take_back(session, original.id, self._clock.now())
                told = await bridging.recalled(session, self._settings, self._office_id, original, self._clock.now())
                await self._put(session, told)
        return "recall"

    async def _take_file(self, session: Session, message: KeptMessage, room: Room | None) -> None:
        """A file that may be meant for the bot: handed in by staff in their room, or privately."""
        handler = self._handlers.get(Attached.kind)
        if message.file_id is None or handler is None or (room is not None and room.purpose != "staff"):
            return
        heard = await self._speakers.heard(session, message, room)
        heard = dataclasses.replace(heard, reach=self._reach, hears=self._hears)
        await self._put(session, await handler(Attached(file_id=message.file_id), heard, session))

    async def _understand(self, session: Session, message: KeptMessage, room: Room | None) -> str:
        heard = await answering.in_context(session, await self._speakers.heard(session, message, room), message)
        heard = dataclasses.replace(
            heard, reach=self._reach, hears=self._hears, private=self._private, series=self._shelf.series
        )
        if heard.again:
            await records.withdraw_message(session, message.id, "reread", self._clock.now())
        posts: list[Post] = []
        found = await self._read(_cut(message.text, self._settings), heard)
        for position, record in enumerate(found):
            if isinstance(record, Command) and (heard.again or message.channel == keeping.PASTE):
                continue  # carried out once, however often it is read; what is pasted commands nothing
            handler = self._handlers.get(record.kind)
            if handler is not None:
                posts.extend(await handler(record, heard_at(heard, position), session))
        posts.extend(await bridging.carried(session, message, heard, found))
        await self._put(session, posts)
        await self._look_again(session, message, heard)
        return "read"

    async def _look_again(self, session: Session, message: KeptMessage, heard: Heard) -> None:
        """A message that came late may be what a retraction handled before it meant: that one is handled anew."""
        speaker = (heard.speaker.person_id, heard.speaker.identity_id)
        if speaker == (None, None):
            return
        until = message.sent_at + timedelta(days=self._settings.inbox.retract_days)
        for later in await records.retractions_after(session, self._office_id, speaker, heard.order, until):
            if later != message.id:
                await records.give_back(session, f"retract:{later}")
                await messages.read_one_again(session, later)


def heard_at(heard: Heard, position: int) -> Heard:
    """The same circumstances for the record at that place of the message."""
    return dataclasses.replace(heard, position=position)


def _cut(text: str, settings: Settings) -> str:
    most = settings.inbox.max_text_bytes
    return text if len(text) * 4 <= most else text.encode()[:most].decode("utf-8", "ignore")
