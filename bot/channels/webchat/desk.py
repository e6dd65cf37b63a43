"""What somebody who sits at the page may do: look into their rooms, say something, take it back, send a file.

Called by `talk` (WebSocket) and `door` (HTTP), which know who sits there; hands what was said to the channel's intake.
Whoever says something is asked for anew in the store; whoever only looks, when they sit down and at each review of the
hub. A `bot.errors.Refusal` is a sentence for the person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.channel import Intake
from bot.channels.webchat import seats, wire
from bot.channels.webchat.hub import Hub
from bot.clock import Clock
from bot.errors import Refusal
from bot.messages import Attachment, Conversation, Message, MessageKind, OfficeId, Sender
from bot.settings import WebchatSettings
from storage import StorageError, Store, seating, webchat

MOST_UNREAD = 100


class NotNow(Refusal):
    """It could not be kept now; the page says it again after `seconds`."""

    def __init__(self, text: str, seconds: float) -> None:
        super().__init__(text)
        self.seconds = seconds


@dataclass(slots=True)
class Allowance:
    """How many messages one person may still send at once; it fills up again by the minute."""

    left: float
    at: datetime


class Desk:
    """The page's errands, for whoever sits there."""

    def __init__(
        self, settings: WebchatSettings, store: Store, office_id: OfficeId, clock: Clock, hub: Hub, bot_name: str
    ) -> None:
        self.settings = settings
        self.bot_name = bot_name
        self.intake: Intake | None = None
        """Where what is said goes; None while the channel is not receiving."""
        self._store, self._office_id, self._clock, self._hub = store, office_id, clock, hub
        self._allowances: dict[int, Allowance] = {}

    async def sitter(self, person_id: int) -> seating.Sitter | None:
        """The person of that id, if they may sit down."""
        async with self._store.read() as session:
            return await seating.sitter(session, self._office_id, self.settings.name, person_id)

    async def sitter_by_link(self, token: str) -> seating.Sitter | None:
        """The person whose personal link it is."""
        async with self._store.read() as session:
            return await seating.sitter_by_link(session, self._office_id, self.settings.name, token)

    async def halls(self) -> tuple[seating.Hall, ...]:
        """All rooms with all seats, for choosing one."""
        async with self._store.read() as session:
            return await seating.halls(session, self._office_id, self.settings.name)

    async def welcome(self, sitter: seating.Sitter, seen: Mapping[str, int]) -> dict[str, Any]:
        """Who sits here, their conversations with the last word of each, and how much is unread."""
        async with self._store.read() as session:
            halls = await seating.halls(session, self._office_id, self.settings.name, sitter.rooms)
            places: dict[str, dict[str, Any]] = {f"room:{hall.room_id}": wire.hall(hall) for hall in halls}
            places[wire.BOT] = {"id": wire.BOT, "name": self.bot_name, "staff_room": False, "members": []}
            for name, shown in places.items():
                place = self._place(sitter, name)
                last = await webchat.newest(session, place, 1)
                shown["last"] = wire.said(last[0]) if last else None
                shown["unread"] = 0
                if name in seen:
                    mine = seats.account(sitter.person_id)
                    shown["unread"] = await webchat.unread(session, place, seen[name], mine, MOST_UNREAD)
        staff = any(
            seat.role == "staff" and seat.person_id == sitter.person_id for hall in halls for seat in hall.seats
        )
        return {
            "type": "welcome",
            "me": {"id": sitter.person_id, "name": sitter.name, "staff": staff},
            "bot": self.bot_name,
            "conversations": list(places.values()),
            "open_seats": self.settings.open_seats,
            "limits": {
                "text": self.settings.max_message_bytes,
                "file": self.settings.max_file_bytes,
                "recall_seconds": self.settings.recall_minutes * 60,
            },
            "now": self._clock.now().isoformat(),
        }

    async def show(self, sitter: seating.Sitter, asked: wire.Open) -> str:
        """The last page of a conversation, or what came since the message the page saw last."""
        place, most = self._place(sitter, asked.conversation), self.settings.history_messages
        async with self._store.read() as session:
            if asked.after is not None:
                missed = await webchat.after(session, place, asked.after, most)
                if missed is not None:
                    return wire.page(asked.conversation, missed, "missed")
            found = await webchat.newest(session, place, most)
        return wire.page(asked.conversation, found, "opened", older=len(found) == most)

    async def show_older(self, sitter: seating.Sitter, asked: wire.Older) -> str:
        """The page before a message."""
        place, most = self._place(sitter, asked.conversation), self.settings.history_messages
        async with self._store.read() as session:
            found = await webchat.before(session, place, asked.before, most)
        return wire.page(asked.conversation, found, "older", older=len(found) == most)

    def too_large(self) -> str:
        """What is said of a file over the limit."""
        return f"文件超过 {size(self.settings.max_file_bytes)}，没有发出。"

    async def unfold(self, sitter: seating.Sitter, message_id: int) -> str:
        """The whole of a long text."""
        said = await self._seen_by(sitter, message_id)
        async with self._store.read() as session:
            text = await webchat.whole_text(session, said.id)
        return wire.encode({"type": "text", "message": said.id, "text": text})

    async def say(self, sitter: seating.Sitter, asked: wire.Say) -> None:
        """Keeps a message; said again under the same id, it is there once."""
        if not asked.text.strip():
            raise Refusal("空消息没有发出。")
        if len(asked.text.encode("utf-8", "surrogatepass")) > self.settings.max_message_bytes:
            limit = size(self.settings.max_message_bytes)
            raise Refusal(f"这条消息太长，没有发出（最多 {limit}）。请分几条发，或者作为文件发送。")
        await self._keep(sitter, asked.conversation, asked.id, text=asked.text)

    async def send_file(self, sitter: seating.Sitter, conversation: str, client_id: str, file: Attachment) -> None:
        """Keeps a file or picture as a message."""
        cleaned = Attachment(name=clean_name(file.name), media_type=file.media_type, content=file.content)
        await self._keep(sitter, conversation, client_id, kind=MessageKind.FILE, attachment=cleaned)

    async def recall(self, sitter: seating.Sitter, asked: wire.Recall) -> None:
        """Takes a message of one's own back, while it is new."""
        async with self._store.read() as session:
            said = await webchat.by_external_id(session, self._office_id, self.settings.name, asked.key)
        if said is None or said.author != seats.account(sitter.person_id) or said.kind == MessageKind.RECALL:
            raise Refusal("只能撤回自己发的消息。")
        minutes = self.settings.recall_minutes
        if self._clock.now() - said.sent_at > timedelta(minutes=minutes):
            raise Refusal(f"发出超过 {minutes} 分钟，不能撤回了。报错的内容，可以再发一条“作废”或“更正”。")
        conversation = wire.BOT if said.room_id is None else f"room:{said.room_id}"
        await self._keep(sitter, conversation, asked.id, kind=MessageKind.RECALL, recalls=asked.key)

    async def file(self, sitter: seating.Sitter, message_id: int, token: str) -> Attachment:
        """The file that hangs on a message."""
        said = await self._seen_by(sitter, message_id)
        async with self._store.read() as session:
            content = await webchat.file_content(session, said.id, token, self._clock.now())
        if content is None or said.file is None or said.recalled:
            raise Refusal("这个文件已经不在了。")
        return Attachment(name=clean_name(said.file.name), media_type=said.file.media_type, content=content)

    async def _seen_by(self, sitter: seating.Sitter, message_id: int) -> webchat.Said:
        async with self._store.read() as session:
            said = await webchat.by_id(session, self._office_id, message_id)
        if said is None or not seats.may_see(sitter, said):
            raise Refusal("没有这条消息。")
        return said

    def _place(self, sitter: seating.Sitter, conversation: str) -> webchat.Place:
        return seats.place(sitter, conversation, self._office_id, self.settings.name)

    async def _keep(
        self,
        sitter: seating.Sitter,
        conversation: str,
        client_id: str,
        *,
        text: str = "",
        kind: MessageKind = MessageKind.TEXT,
        recalls: str | None = None,
        attachment: Attachment | None = None,
    ) -> None:
        now_there = await self.sitter(sitter.person_id)
        if now_there is None:
            raise Refusal("您已不在名单里，请联系工作人员。")
        place = self._place(now_there, conversation)
        if self.intake is None:
            raise NotNow("程序正在启动，马上就好。", seconds=1)
        self._spend(sitter.person_id)
        message = Message(
            channel=self.settings.name,
            external_id=f"{sitter.person_id}-{client_id}",
            sender=Sender(external_id=seats.account(sitter.person_id), name=sitter.name),
            conversation=_conversation(now_there, place),
            text=text,
            sent_at=self._clock.now(),
            kind=kind,
            recalls=recalls,
            mentions_bot=f"@{self.bot_name}" in text,
            attachment=attachment,
        )
        try:
            await self.intake.accept(message)
        except StorageError as exc:
            raise NotNow("暂时存不进去，会自动重发。", seconds=2) from exc
        self._hub.nudge()

    def _spend(self, person_id: int) -> None:
        """Takes one from the person's allowance: a minute's worth at once, then as it fills up."""
        full, now = float(self.settings.messages_per_minute), self._clock.now()
        mine = self._allowances.setdefault(person_id, Allowance(left=full, at=now))
        mine.left = min(full, mine.left + (now - mine.at).total_seconds() * full / 60)
        mine.at = now
        if mine.left < 1:
            raise NotNow("发得太快了，稍等会接着发出。", seconds=(1 - mine.left) * 60 / full)
        mine.left -= 1


def _conversation(sitter: seating.Sitter, place: webchat.Place) -> Conversation:
    if isinstance(place, webchat.WithBot):
        return Conversation(external_id=place.external_id, private=True)
    return Conversation(external_id=str(place.room_id), name=sitter.rooms[place.room_id])


def size(count: int) -> str:
    """A number of bytes as people read it."""
    mega = count / 1024 / 1024
    return f"{mega:.0f} MB" if mega >= 1 else f"{count / 1024:.0f} KB"


def clean_name(name: str) -> str:
    """A file's name without folders, control and direction marks, at most 120 characters with its ending."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in plain if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[:109]}.{ending}" if stem else f"文件.{ending}"
    return plain[:120] or "文件"
