"""What is said in one room appears in the rooms joined with it (bridge): once, its speaker named, nobody's health.

`bot.inbox` asks it of each message of a room after that was read, and of each recall. What may be carried is decided by
the records read: a message with a health report, an answer to a form, a command or a retraction stays where it was
said, and so does one whose words may be about somebody's health. Only what people say is carried, never a post of the
bot's: so nothing goes round.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot import keeping, wording
from bot.clock import local
from bot.heard import Heard
from bot.messages import FileId, Manner, MessageKind, Post, RoomId
from bot.records import Record
from bot.settings import BridgeSettings, Settings
from storage import Session, files, identities, posts, rooms
from storage.tables import Message as KeptMessage
from storage.tables import Post as PostRow
from storage.tables import Room

CARRIED = frozenset({"suggestion", "problem", "deed", "practice", "comment", "ack"})
"""Kinds of records that are nobody's health and nothing for the bot alone."""
_ASKS = re.compile(r"[?？]|[吗呢么][\s。！!~～]*$")
_MOST_PIECES = 20
"""Of a long message, into how many pieces a channel may have had it cut."""


def bridge_of(settings: Settings, room: str) -> BridgeSettings | None:
    """The bridge that a room belongs to."""
    return next((bridge for bridge in settings.bridges if room in bridge.rooms), None)


def called(bridge: BridgeSettings, room: str) -> str:
    """What a room is called in what is carried from it."""
    return dict(zip(bridge.rooms, bridge.called, strict=False)).get(room, room)


def key_of(message_id: int, room_id: int) -> str:
    """Under which key a message stands in another room: once, however often it is handled."""
    return f"bridge/{message_id}/{room_id}"


def is_health(kinds: Collection[str]) -> bool:
    """Whether somebody's health, or an answer to a form, is among these kinds of records."""
    return bool({"health", "health_count", "answer"} & set(kinds))


async def carried(session: Session, message: KeptMessage, heard: Heard, read: Sequence[Record]) -> Sequence[Post]:
    """What the other rooms are told of a message; nothing where it stays where it was said."""
    bridge = bridge_of(heard.settings, heard.room.name) if heard.room is not None else None
    if bridge is None or heard.room is None or message.channel == keeping.PASTE:
        return ()
    until = message.sent_at + timedelta(minutes=bridge.late_minutes)
    if until <= heard.now or _is_ours(message.text, bridge) or not _is_meant(message, heard, read, bridge):
        return ()
    text, file_id = message.text, None
    if message.kind == MessageKind.FILE:
        file = await files.get(session, message.file_id) if message.file_id is not None else None
        text, file_id = file.name if file else message.text, message.file_id
    if not text.strip() or await is_private(session, text, heard, by_staff=heard.speaker.staff):
        return ()
    said = wording.bridged(heard.speaker.name, called(bridge, heard.room.name), text, file=file_id is not None)
    return [
        Post(
            key=key_of(message.id, room.id),
            why="互通",
            text=said,
            room=RoomId(room.id),
            attachment=FileId(file_id) if file_id is not None else None,
            manner=Manner.TOGETHER if file_id is None else Manner.ALONE,
            not_after=until,
        )
        for room in await _others(session, heard.settings, heard.office_id, heard.room.id, bridge)
        if room.paused_at is None
    ]


def _is_meant(message: KeptMessage, heard: Heard, read: Sequence[Record], bridge: BridgeSettings) -> bool:
    kinds = {record.kind for record in read}
    if not kinds <= CARRIED:
        return False
    if message.kind == MessageKind.FILE:
        return heard.speaker.staff  # what a deputy photographs may be a report of theirs, and nobody can tell
    if bridge.carry == "all":
        return True
    if heard.speaker.staff:
        return kinds != {"ack"}
    return bridge.carry == "notices" and bool(_ASKS.search(message.text))


def _is_ours(text: str, bridge: BridgeSettings) -> bool:
    """Whether words that a bridge carried stand in it: an echo that nobody told from a message, a copy by hand."""
    places = "|".join(re.escape(called(bridge, room)) for room in bridge.rooms)
    return re.search(rf"【[^】\n]+ · (?:{places})】", text) is not None


async def is_private(session: Session, text: str, heard: Heard, *, by_staff: bool) -> bool:
    """Whether a text may be about somebody's health; everybody's names are fetched where they decide only."""
    if not heard.private(text, (), False):
        return False
    return not by_staff or heard.private(text, await heard.names(session), True)


async def _others(
    session: Session, settings: Settings, office_id: int, room_id: int, bridge: BridgeSettings
) -> list[Room]:
    """The other rooms of a bridge, in its order."""
    channel_of = {room.name: room.channel for room in settings.rooms}
    found = [await rooms.by_name(session, office_id, channel_of.get(name), name) for name in bridge.rooms]
    return [room for room in found if room is not None and room.id != room_id and room.purpose != rooms.UNKNOWN]


async def recalled(
    session: Session, settings: Settings, office_id: int, original: KeptMessage, now: datetime
) -> Sequence[Post]:
    """A message is taken back: what has not gone out stays unsaid, and where it has, that is told."""
    if original.room_id is None:
        return ()
    source = await rooms.get(session, original.room_id)
    bridge = bridge_of(settings, source.name)
    place = called(bridge, source.name) if bridge is not None else source.name
    owner = await identities.owner(session, original.identity_id) if original.identity_id is not None else None
    told: list[Post] = []
    for room in await rooms.every(session, office_id):
        stem = (key_of(original.id, room.id), f"forward/m{original.id}/r{room.id}")
        keys = [key if number == 0 else f"{key}#{number}" for key in stem for number in range(_MOST_PIECES)]
        found = await posts.by_keys(session, office_id, keys)
        if await _unsay(session, found.values(), now):
            told.append(
                Post(
                    key=f"bridge/recalled/{original.id}/{room.id}",
                    why="互通：撤回",
                    text=wording.bridged_recall(owner or original.sender_name, place, local(original.sent_at)),
                    room=RoomId(room.id),
                    not_after=now + timedelta(hours=settings.manners.alert_hours),
                )
            )
    return told


async def _unsay(session: Session, found: Collection[PostRow], now: datetime) -> bool:
    """Drops what is still due; returns whether any of it has gone out, or may have."""
    gone_out = False
    for post in found:
        state = post.state
        dropped = await posts.settle(session, post.id, "dropped", only_from="due", note="原话撤回了")
        if not dropped:
            await posts.let_lapse(session, post.id, now)
        gone_out = gone_out or (not dropped and state in (*posts.REACHED, "due", "merged"))
    return gone_out
