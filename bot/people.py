"""PURE: who is meant by a name that was seen: one person of a roster, several, or none. Never a guess.

`bot.inbox` asks it of speakers, `handlers` of people that are reported for.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_SEPARATORS = re.compile(r"[\s\-—–_·•.,，、/|@:：()（）\[\]【】《》#~+]+")
_TITLES = re.compile(r"(代表|同志|主任|主席|书记|委员|同学|老师|本人)$")


class Evidence(enum.StrEnum):
    """What ties a name that was seen to a person."""

    NAME = "name"
    ALIAS = "alias"
    NICKNAME = "nickname"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person as rosters name them; `role` is `deputy` or `staff`."""

    person_id: int
    name: str
    unit: str = ""
    aliases: tuple[str, ...] = ()
    role: str = "deputy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Who may be meant; it is settled where that is one person."""

    people: tuple[Known, ...] = ()
    evidence: Evidence | None = None

    @property
    def one(self) -> Known | None:
        """The person, where it can be no other."""
        return self.people[0] if len(self.people) == 1 else None


def key(name: str) -> str:
    """What two writings of one name have in common: no blanks, no invisible signs, narrow forms, lower case."""
    visible = (char for char in name if unicodedata.category(char) not in ("Cf", "Cc", "Cs") and not char.isspace())
    return "".join(visible).translate(_WIDE).casefold()


_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def find(seen: str, people: Sequence[Known]) -> Match:
    """Finds who goes by the name that was seen.

    Args:
        seen: an account's name, a group nickname (长沙-张三, 张三(岳阳市)), or a name in a text (张三代表).
        people: the roster to look in.
    """
    whole = key(seen)
    if not whole:
        return Match()
    tokens = [token for token in _SEPARATORS.split(seen.translate(_WIDE)) if token]
    for evidence, found in (
        (Evidence.NAME, [known for known in people if key(known.name) == whole]),
        (Evidence.ALIAS, [known for known in people if whole in map(key, known.aliases)]),
        (Evidence.NICKNAME, [known for known in people if _in_tokens(known, tokens)]),
        (Evidence.NICKNAME, [known for known in people if _behind_unit(known, whole)]),
    ):
        if found:
            meant = (_of_unit(found, tokens) or found) if len(found) > 1 else found
            return Match(people=tuple(meant), evidence=evidence)
    return Match()


def find_here(seen: str, here: Sequence[Known], everybody: Sequence[Known]) -> Match:
    """The same, where a namesake of the room itself is meant unless the words name another unit (华容县-王五)."""
    match = find(seen, everybody)
    if match.one is not None:
        return match
    ids = {known.person_id for known in here}
    near = tuple(known for known in match.people if known.person_id in ids)
    return Match(people=near, evidence=match.evidence) if near else match


def _in_tokens(known: Known, tokens: Sequence[str]) -> bool:
    names = {key(known.name), *map(key, known.aliases)}
    return any(key(token) in names or key(_TITLES.sub("", token)) in names for token in tokens)


def _behind_unit(known: Known, whole: str) -> bool:
    name, unit = key(known.name), key(known.unit)
    if not unit or not whole.endswith(name) or whole == name:
        return False
    before = whole.removesuffix(name)
    return len(before) >= 2 and (before in unit or unit in before)


def _of_unit(found: Sequence[Known], tokens: Sequence[str]) -> list[Known]:
    """Those of namesakes whose unit stands beside the name."""
    places = [key(token) for token in tokens if len(token) >= 2]
    return [
        known for known in found if known.unit and any(p in key(known.unit) or key(known.unit) in p for p in places)
    ]


def nearest(seen: str, people: Sequence[Known], most: int = 3) -> list[Known]:
    """People whose name shares signs with the name seen: proposals for staff, never bound."""
    signs = set(key(seen))
    scored = [(len(signs & set(key(known.name))), known) for known in people]
    best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
    return [known for _, known in best[:most]]
