"""`/转发`: sends one message on to chosen rooms, or to the people of a unit, each once; nobody's health goes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import bridging, keeping, wording
from bot.clock import local
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Doubt, FileId, PersonId, Post, RoomId
from bot.records import Command
from handlers.commands.scope import each_meant
from storage import Session, files, identities, messages, posts, records, rooms
from storage.people import Membership
from storage.tables import Message, Room

_LISTED = 8
_LOOKED_AT = 100
_DAYS = 7
"""How far back a message is found by its words."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What is sent on: `stem` names it in the keys, `room_id` is where it stands already."""

    stem: str
    text: str
    file_id: int | None = None
    message_id: int | None = None
    room_id: int | None = None


async def forward(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/转发 群 群` under a quote or with the text below it, `/转发 12 群` by its number; alone it lists the latest."""
    first, _, below = command.rest.partition("\n")
    words = first.split()
    number = words[0].lstrip("#") if words else ""
    numbered = number.isdecimal() and len(number) < 18
    targets = words[1:] if numbered else words
    if not targets:
        return [await _listed(heard, session)]
    if numbered:
        passed = await _by_number(int(number), heard, session)
    elif below.strip():
        passed = await _by_text(below.strip(), heard, session)
    elif command.quoted is not None:
        passed = await _by_quote(*command.quoted, heard, session)
    else:
        raise Refusal(wording.nothing_to_forward())
    found, members = await each_meant(targets, heard, session)
    return await _send_on(passed, found, members, heard, session)


async def _send_on(
    passed: Passed, found: Sequence[Room], members: Sequence[Membership], heard: Heard, session: Session
) -> Sequence[Post]:
    until = heard.now + timedelta(hours=heard.settings.manners.alert_hours)
    new: list[Post] = []
    told: list[str] = []
    there: list[str] = []
    for room in found:
        key = f"forward/{passed.stem}/r{room.id}"
        if await _stands(key, passed, room, heard, session):
            there.append(room.name)
            continue
        told.append(room.name + ("（暂停着）" if room.paused_at is not None else ""))
        if room.paused_at is None:
            new.append(_post(key, passed, until, room=room.id))
    alone, unreached = 0, []
    for member in members:
        key = f"forward/{passed.stem}/p{member.person_id}"
        if await posts.by_key(session, heard.office_id, key) is not None:
            there.append(member.name)
        elif await heard.reach(session, member.person_id, None) is None:
            unreached.append(member.name)
        else:
            new.append(_post(key, passed, until, person=member.person_id))
            alone += 1
    said = wording.sent_on(told, alone, there, unreached)
    return [*new, heard.answer(said, "/转发")]


def _post(key: str, passed: Passed, until: datetime, room: int | None = None, person: int | None = None) -> Post:
    return Post(
        key=key,
        why="转发",
        text=passed.text,
        room=RoomId(room) if room is not None else None,
        person=PersonId(person) if person is not None else None,
        attachment=FileId(passed.file_id) if passed.file_id is not None else None,
        not_after=until,
        doubt=Doubt.HOLD,
    )


async def _stands(key: str, passed: Passed, room: Room, heard: Heard, session: Session) -> bool:
    """Whether it was said there, sent on there, or carried there by the bridge."""
    keys = [key] if passed.message_id is None else [key, bridging.key_of(passed.message_id, room.id)]
    return room.id == passed.room_id or bool(await posts.by_keys(session, heard.office_id, keys))


# --- which message ---------------------------------------------------------------------------------------------------


async def _by_number(number: int, heard: Heard, session: Session) -> Passed:
    message = await messages.find(session, heard.office_id, number)
    if message is None or message.room_id is None or message.from_self or message.recalled_at is not None:
        raise Refusal(wording.no_such_message(number))
    return await _of(message, heard, session)


async def _by_quote(speaker: str, said: str, heard: Heard, session: Session) -> Passed:
    """The message that was quoted; of one that is not found here, the words as they are quoted."""
    rest = said.rstrip("….")
    since = heard.sent_at - timedelta(days=_DAYS)
    lately = await messages.lately_said(session, [heard.room.id], since, _LOOKED_AT) if heard.room is not None else ()
    for message in lately:
        text = " ".join(message.text.split())
        whole = " ".join(rest.split())
        if whole and message.id != heard.message_id and (text == whole or (rest != said and text.startswith(whole))):
            return await _of(message, heard, session)
    return await _by_text(said, heard, session, speaker)


async def _by_text(text: str, heard: Heard, session: Session, speaker: str = "") -> Passed:
    read = await heard.read(text)
    await _refuse_health(text, {record.kind for record in read}, heard, session)
    name = speaker or heard.speaker.name
    place = heard.settings.office.name if not speaker else heard.room.name if heard.room is not None else ""
    return Passed(f"t{keeping.digest(text, heard.day.isoformat())}", wording.forwarded(name, place, text))


async def _of(message: Message, heard: Heard, session: Session) -> Passed:
    text, file_id = message.text, message.file_id
    if file_id is not None:
        text = (await files.get(session, file_id)).name
    if not text.strip():
        raise Refusal(wording.no_such_message(message.id))
    kinds = {record.kind for record in await records.read_from(session, message.id)}
    if message.read_at is None and file_id is None:
        kinds |= {record.kind for record in await heard.read(text)}
    await _refuse_health(text, kinds, heard, session)
    room = await rooms.get(session, message.room_id) if message.room_id is not None else None
    said = wording.forwarded(await _name(message, session), room.name if room else "", text, file=file_id is not None)
    return Passed(f"m{message.id}", said, file_id, message.id, message.room_id)


async def _name(message: Message, session: Session) -> str:
    owner = await identities.owner(session, message.identity_id) if message.identity_id is not None else None
    return owner or message.sender_name


async def _refuse_health(text: str, kinds: set[str], heard: Heard, session: Session) -> None:
    if bridging.is_health(kinds) or await bridging.is_private(session, text, heard, by_staff=True):
        raise Refusal(wording.health_stays())


async def _listed(heard: Heard, session: Session) -> Post:
    """The latest that could be sent on, with their numbers: here, or of all groups of deputies outside of one."""
    here = heard.room is not None and not heard.room.for_staff
    found = {room.id: room.name for room in await rooms.every(session, heard.office_id, "deputies")}
    ids = [heard.room.id] if heard.room is not None and here else list(found)
    lines: list[str] = []
    since = heard.sent_at - timedelta(days=1)
    for message in await messages.lately_said(session, ids, since, _LOOKED_AT):
        kinds = {record.kind for record in await records.read_from(session, message.id)}
        staying = bridging.is_health(kinds) or await bridging.is_private(session, message.text, heard, by_staff=False)
        if staying or message.text.startswith("/") or message.id == heard.message_id or len(lines) >= _LISTED:
            continue
        place = "" if here else found.get(message.room_id or 0, "")
        lines.append(
            wording.forwardable(message.id, local(message.sent_at), await _name(message, session), place, message.text)
        )
    text = wording.forwardables(lines)
    return heard.whisper(text, "/转发") if here else heard.answer(text, "/转发")
