"""Whom something is for (受众): what staff write in a command or a file → the people, each once.

Collections, the ladder of reminders and notices all ask here. The words are the same everywhere: 代表, 工作人员, a
unit, a mandate, a sub-list, a group, 全体.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

from bot import rosters, wording
from bot.errors import Refusal
from bot.register import LEVELS, Level
from bot.rosters import Role
from storage import Session, audiences

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom something is for: everybody who fits all that is given; several values of one field are alternatives.

    Args:
        roles: deputies, staff; empty: both.
        units: codes, or names as rosters write them: each with all that is below it.
        mandates: the congresses that people are deputies of.
        lists: sub-lists (名单) of the register.
        rooms: names of groups.
    """

    roles: tuple[Role, ...] = ()
    units: tuple[str, ...] = ()
    mandates: tuple[Level, ...] = ()
    lists: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()


EVERYONE = Audience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A person of an audience; `roles` is what they are by the register and by the groups, deputies first."""

    person_id: int
    name: str
    unit: str
    unit_code: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What words can mean, besides roles and mandates.

    Args:
        units: (code, name) of the register's tree.
        written_units: units that only rosters tell, as they write them.
    """

    units: Sequence[tuple[str, str]] = ()
    written_units: Sequence[str] = ()
    lists: Sequence[str] = ()
    rooms: Sequence[str] = ()


WHOM = {"deputies": "代表", "staff": "工作人员", "everyone": "全体"}
"""What settings may write for the words of everyday."""
_ALL = frozenset({"全体", "全体人员", "所有人", "大家", "everyone", "all", "*"})
_PARTED = re.compile(r"[\s、，,;；|｜]+")
_SHORT_UNIT = 2


async def names_of(session: Session, office_id: int) -> Names:
    """What words can mean in an office."""
    found = await audiences.names(session, office_id)
    return Names(units=found.units, written_units=found.written_units, lists=found.lists, rooms=found.rooms)


def parse(words: Sequence[str], names: Names) -> Audience:
    """What staff write → an audience: ["长沙市", "代表"], ["全国两会"], ["省代表、市代表"], ["全体"].

    A word may join two (长沙市代表). A group's or a sub-list's name goes before one of those.

    Raises:
        Refusal: a word means nothing, or several units; the text names what is nearest.
    """
    parts: list[Audience] = []
    for written in words:
        whole = _known(written.strip(), names)
        if whole is not None:
            parts.append(whole)
        else:
            parts += [_meant(word, names) for word in _PARTED.split(written) if word]
    if not parts:
        raise Refusal(wording.audience_missing())
    return _joined(parts)


def roles_in(words: Sequence[str]) -> tuple[Role, ...]:
    """Which roles the words ask for, as far as they say it by themselves; a unit or a sub-list may be of both."""
    said = [part for word in words for part in _PARTED.split(WHOM.get(word, word)) if part]
    found = {role for name, role in rosters.ROLES.items() for word in said if word.casefold().endswith(name)}
    if any(word in LEVELS for word in said):
        found.add(Role.DEPUTY)
    return tuple(role for role in Role if role in found or not found)


def only_roles(words: Sequence[str]) -> bool:
    """Whether the words say no more than roles, so that nobody has to be looked up."""
    said = [part for word in words for part in _PARTED.split(WHOM.get(word, word)) if part]
    return all(word.casefold() in rosters.ROLES or word.casefold() in _ALL for word in said)


async def meant_by(session: Session, office_id: int, words: Sequence[str]) -> frozenset[int]:
    """The ids of whom the settings' words mean now; of nobody where the store's register knows one of them no more."""
    try:
        meant = parse(words, await names_of(session, office_id))
    except Refusal:
        log.error("the register knows none called as settings say: liaison check tells which")
        return frozenset()
    return frozenset(person.person_id for person in await people_of(session, office_id, meant))


async def people_of(session: Session, office_id: int, audience: Audience) -> list[Reached]:
    """Everybody of an audience, once each, by unit and name; who is gone is left out."""
    found = await audiences.find(
        session,
        office_id,
        roles=[str(role) for role in audience.roles],
        units=audience.units,
        mandates=[str(level) for level in audience.mandates],
        lists=audience.lists,
        rooms=audience.rooms,
    )
    return [
        Reached(
            person_id=person.person_id,
            name=person.name,
            unit=person.unit,
            unit_code=person.unit_code,
            roles=tuple(role for role in Role if str(role) in person.roles),
        )
        for person in found
    ]


def by_unit(people: Sequence[Reached], units: Sequence[tuple[str, str, str]], top: str) -> list[tuple[str, list[int]]]:
    """People by the units right below one, in the tree's order: (name, ids); the top's own people first.

    Args:
        units: (code, name, parent) of the tree.
        top: the code of the unit above; empty: the topmost, and units that only rosters tell.
    """
    named = {code: name for code, name, _ in units}
    above = {code: parent for code, _, parent in units}
    roots = [code for code, _, parent in units if not parent]
    top = top or (roots[0] if len(roots) == 1 else "")
    found: dict[str, list[int]] = {}
    for person in people:
        code = person.unit_code
        while code and code != top and above.get(code, top) != top:
            code = above[code]
        found.setdefault(code or person.unit, []).append(person.person_id)
    ordered = sorted(found.items(), key=lambda pair: (pair[0] != top, pair[0] not in named, pair[0]))
    return [
        (wording.own_unit(named[key]) if key == top and key else named.get(key) or key or "（没写单位）", ids)
        for key, ids in ordered
    ]


def _meant(word: str, names: Names) -> Audience:
    """What one word means, or two that stand in one."""
    whole = _known(word, names)
    if whole is not None:
        return whole
    for at in range(len(word) - 1, 0, -1):
        first, second = _known(word[:at], names), _known(word[at:], names)
        if first is not None and second is not None:
            return _joined([first, second])
    near = difflib.get_close_matches(word, _sayable(names), n=3, cutoff=0.3)
    raise Refusal(wording.unknown_audience(word[:20], near or _sharing(word, names)))


def _known(word: str, names: Names) -> Audience | None:
    """What a word means by itself; None where it means nothing. What settings write in English is a word, too.

    Raises:
        Refusal: several units are called so.
    """
    word = WHOM.get(word, word)
    if word.casefold() in _ALL:
        return EVERYONE
    if word in names.rooms:
        return Audience(rooms=(word,))
    if word in names.lists:
        return Audience(lists=(word,))
    if word.casefold() in rosters.ROLES:
        return Audience(roles=(rosters.ROLES[word.casefold()],))
    if word in LEVELS:
        return Audience(mandates=(LEVELS[word],))
    return _unit(word, names)


def _unit(word: str, names: Names) -> Audience | None:
    """The unit of that code or name; of a name's beginning (长沙) where only one has it."""
    named = dict(names.units)
    exact = [word] if word in named else [code for code, name in names.units if name == word]
    codes = exact or [code for code, name in names.units if len(word) >= _SHORT_UNIT and name.startswith(word)]
    if len(codes) > 1:
        raise Refusal(wording.several_units(word[:20], [(code, named[code]) for code in codes]))
    called = named.get(word, word)
    written = len(called) >= _SHORT_UNIT and any(unit.startswith(called) for unit in names.written_units)
    units = (*codes, *([called] if written else ()))
    return Audience(units=units) if units else None


def _joined(parts: Sequence[Audience]) -> Audience:
    """All parts at once: values of one field are alternatives."""
    gathered = {
        field.name: tuple(dict.fromkeys(value for part in parts for value in getattr(part, field.name)))
        for field in fields(Audience)
    }
    return Audience(**gathered)


def _sayable(names: Names) -> list[str]:
    units = [name for _, name in names.units]
    return list(dict.fromkeys(("代表", "工作人员", *LEVELS, *units, *names.written_units, *names.lists, *names.rooms)))


def _sharing(word: str, names: Names) -> list[str]:
    """What shares a character with the word: of short words difflib finds few."""
    return [name for name in _sayable(names) if set(name) & set(word)][:3]
