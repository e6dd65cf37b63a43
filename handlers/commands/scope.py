"""Which rooms a command is about, and who is meant by a name in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot import audience, wording
from bot import people as naming
from bot.audience import Audience, Reached
from bot.errors import Refusal
from bot.heard import Heard, known_of
from bot.people import Evidence, Known, Match
from bot.rosters import Role
from storage import Session, people, register, rooms
from storage.people import Membership
from storage.tables import Room

BY_UNITS = "单位"
"""Behind /汇总: one line for each unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of the people, as a command names them: a unit with all below it, a mandate, a sub-list.

    Args:
        unit: the unit's code where it is one of the register's tree.
    """

    name: str
    people: Sequence[Reached]
    unit: str = ""

    @property
    def ids(self) -> frozenset[int]:
        """Who they are."""
        return frozenset(person.person_id for person in self.people)


async def rooms_meant(words: Sequence[str], heard: Heard, session: Session) -> tuple[list[Room], Part | None]:
    """The rooms of deputies that are meant, and some of their people to look at only, if it is those.

    A name of a room or a part that only one has; else a unit, a mandate, a sub-list; without words this room, outside
    of groups all. 工作人员 are the rooms of staff where their health is asked; those have names, too.

    Raises:
        Refusal: no room and nobody is called so.
    """
    known = list(await rooms.every(session, heard.office_id, "deputies"))
    if not words:
        if heard.room is not None and not heard.room.for_staff:
            return [await rooms.get(session, heard.room.id)], None
        return known, None
    word = " ".join(words)
    of_staff = []
    if Role.STAFF in audience.roles_in(heard.settings.health.whom):
        of_staff = list(await rooms.every(session, heard.office_id, "staff"))
    if word == "工作人员" and of_staff:
        return of_staff, None
    found, part = await _called(word, [*known, *of_staff], heard.office_id, session)
    if not found:
        raise Refusal(wording.which_room(word[:30], [room.name for room in known]))
    return found, part


async def is_room(words: Sequence[str], heard: Heard, session: Session) -> bool:
    """Whether a room or a unit is called so."""
    known = await rooms.every(session, heard.office_id, "deputies")
    found, _ = await _called(" ".join(words), known, heard.office_id, session)
    return bool(found)


async def _called(word: str, known: Sequence[Room], office_id: int, session: Session) -> tuple[list[Room], Part | None]:
    exact = [room for room in known if room.name == word]
    named = exact or [room for room in known if word in room.name]
    if len(named) == 1 or exact:
        return named[:1], None
    part = await _part(word, office_id, session)
    of_part = [room for room in known if part and await has_any(session, room, part)]
    if of_part:
        return of_part, part
    return named, None


async def _part(word: str, office_id: int, session: Session) -> Part | None:
    """Whom a word means that is no room's name; a part of a unit's name as rosters write it will do."""
    try:
        meant = audience.parse([word], await audience.names_of(session, office_id))
    except Refusal:
        meant = None
    if meant is not None and meant != audience.EVERYONE:
        unit = (
            next((unit for unit in meant.units if unit.isdigit()), "") if meant == Audience(units=meant.units) else ""
        )
        return Part(name=word, people=await audience.people_of(session, office_id, meant), unit=unit)
    everybody = await audience.people_of(session, office_id, audience.EVERYONE)
    return Part(name=word, people=[person for person in everybody if word in person.unit])


async def has_any(session: Session, room: Room, part: Part) -> bool:
    """Whether one of them sits in the room."""
    ids = part.ids
    return any(member.person_id in ids for member in await people.members(session, room.id))


async def has_below(session: Session, office_id: int, part: Part) -> bool:
    """Whether it is a unit with others below it."""
    return bool(part.unit) and any(up == part.unit for _, _, up in await register.units(session, office_id))


async def each_meant(words: Sequence[str], heard: Heard, session: Session) -> tuple[list[Room], list[Membership]]:
    """The rooms, and the people of units, that are meant by words of which each stands for itself (长沙群 平江县).

    A room goes by its name or a part that only it has, with or without 群; 所有群 is all rooms of deputies.

    Raises:
        Refusal: a word is no room and no unit, or it may be several rooms.
    """
    known = [room for room in await rooms.every(session, heard.office_id) if room.purpose != rooms.UNKNOWN]
    found: dict[int, Room] = {}
    of_units: dict[int, Membership] = {}
    for word in words:
        if word in _ALL_ROOMS:
            found |= {room.id: room for room in known if room.purpose == "deputies"}
            continue
        part = word.removesuffix("群") or word
        named = [room for room in known if room.name == word] or [room for room in known if part in room.name]
        if len(named) > 1:
            raise Refusal(wording.several_rooms(word[:30], [room.name for room in named]))
        if named:
            found[named[0].id] = named[0]
            continue
        everybody = await people.everybody(session, heard.office_id)
        if not (meant := [member for member in everybody if word in member.unit]):
            raise Refusal(wording.which_room(word[:30], [room.name for room in known]))
        of_units |= {member.person_id: member for member in meant}
    return list(found.values()), list(of_units.values())


_ALL_ROOMS = ("所有群", "全部群", "各群")


async def one_room(words: Sequence[str], heard: Heard, session: Session, command: str) -> Room:
    """The one room that is meant.

    Raises:
        Refusal: none is, or several are.
    """
    found, _ = await rooms_meant(words, heard, session)
    if len(found) == 1:
        return found[0]
    raise Refusal(wording.no_room(command))


_BEHIND_NAME = re.compile(r"(\D+?)((?:[至到从自~～—－]|-?\d|今天|明天|后天|[一两二三四五六七八九十]天).*)")


async def person_and_days(args: Sequence[str], heard: Heard, session: Session) -> tuple[Known, list[str]]:
    """The person, and the words behind; a day may stand right behind the name (张三至2月20日).

    Raises:
        Refusal: see `person_meant`.
    """
    name, words = args[0], list(args[1:])
    match = await _match(name, heard, session)
    if match.evidence in (None, Evidence.NICKNAME) and (found := _BEHIND_NAME.fullmatch(name)):
        name, words = found[1], [found[2], *words]
    return await person_meant(name, heard, session), words


async def person_meant(name: str, heard: Heard, session: Session) -> Known:
    """The one person who goes by that name.

    Raises:
        Refusal: nobody does, or several do; the text names who may be meant.
    """
    match = await _match(name, heard, session)
    if match.one is not None:
        return match.one
    raise Refusal(wording.who_is_it(name[:20], [f"{p.unit}-{p.name}" if p.unit else p.name for p in match.people]))


async def _match(name: str, heard: Heard, session: Session) -> Match:
    everybody = [known_of(m) for m in await people.everybody(session, heard.office_id)]
    return naming.find_here(name, heard.people, everybody)
