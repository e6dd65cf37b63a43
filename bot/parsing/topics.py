"""What a suggestion's topic may be told by, beside the words of the categories (topics).

`bot.rulebook` fills them from `rules/topics.toml`; `bot.parsing.voice` adds up those found in a suggestion, which names
few of the many things that are looked for: one pass for a piece of text that each must hold says which to look for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

FIELDS = frozenset({"诊断治疗", "物资保障", "复工复产", "复学", "社区防控", "民生保障", "宣传引导", "法治", "其他"})
"""The categories of suggestions."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of thing that suggestions are about.

    Args:
        pattern: what names such a thing; None for what always counts.
        most: so many different ones count at most.
        speaks: how strongly each one speaks for a category, and against it where below zero.
    """

    id: str
    speaks: Mapping[str, float]
    pattern: re.Pattern[str] | None = None
    most: int = 1

    def breadth(self, text: str, ask: int) -> float:
        """How many different ones are named: behind the word that asks in full, before it by half."""
        if self.pattern is None:
            return 1.0
        before = {found[0] for found in self.pattern.finditer(text, 0, ask)} if ask else ()
        behind = {found[0] for found in self.pattern.finditer(text, ask)}
        return min(len(behind) + len(before) / 2, self.most)


class Topics:
    """All topics of the rules, and which of them a text can name at all."""

    def __init__(self, topics: Iterable[Topic] = ()) -> None:
        holds: dict[str, set[int]] = {}
        self._topics = tuple(topics)
        self._always: set[int] = set()
        for number, topic in enumerate(self._topics):
            plain = topic.pattern is not None and topic.pattern.flags == re.UNICODE
            pieces = needed(topic.pattern.pattern) if topic.pattern is not None and plain else ()
            if not pieces:
                self._always.add(number)
            for piece in pieces:
                holds.setdefault(piece, set()).add(number)
        self._of = holds
        self._pieces = AhoCorasick(list(holds), matchkind=MatchKind.Standard)

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics)

    def likely(self, text: str) -> list[Topic]:
        """The topics that the text may name, in their order; it names none of the others."""
        found = set(self._pieces.find_matches_as_strings(text, overlapping=True))
        numbers = self._always.union(*[self._of[piece] for piece in found])
        return [self._topics[number] for number in sorted(numbers)]


_SIGN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|[()|]", re.DOTALL)
_PART = re.compile(
    r"(?:\(\?<?[!=][^()]*\)"  # looks ahead or behind, and takes nothing
    r"|\((?:\?:)?(?P<group>[^()]*)\)|\[(?P<any>[^\]\\^-]+)\]|(?P<plain>[^\\()\[\]{}.^$*+?|])"
    r"|\\.|\[(?:\\.|[^\]\\])*\]|[.^$])"
    r"(?:(?P<maybe>[?*]|\{0?,?\d*\})|(?P<more>\+|\{[\d,]+\}))?\??",
    re.DOTALL,
)
"""A part of a branch of a pattern, and how often it may stand there."""


def needed(pattern: str) -> frozenset[str]:
    """Pieces of text one of which stands in whatever a pattern finds; none where that cannot be told."""
    pieces: set[str] = set()
    for branch in _branches(pattern):
        best = _needed_by(branch)
        if not best:
            return frozenset()
        pieces |= best
    return frozenset(pieces)


def _branches(pattern: str) -> Iterator[str]:
    depth = start = 0
    for sign in _SIGN.finditer(pattern):
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if sign[0] == "|" and not depth:
            yield pattern[start : sign.start()]
            start = sign.end()
    yield pattern[start:]


def _needed_by(branch: str) -> frozenset[str]:
    """The longest piece, or choice of pieces, that the branch cannot do without."""
    found: list[frozenset[str]] = []
    run, position = "", 0
    while position < len(branch):
        part = _PART.match(branch, position)
        if part is None:
            return frozenset()
        position = part.end()
        if part["plain"] and not part["maybe"]:
            run += part["plain"]
            if not part["more"]:
                continue
        elif not part["maybe"]:
            found.append(frozenset(part["any"]) if part["any"] else needed(part["group"] or ""))
        found.append(frozenset([run]) if run else frozenset())
        run = ""
    found.append(frozenset([run]) if run else frozenset())
    return max(found, key=lambda pieces: (min(map(len, pieces), default=0), -len(pieces)))
