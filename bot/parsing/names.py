"""Which words are names of people (names).

Called by the readers, for a place in the plain text where a name may stand. A roster name always counts; without one a
name is a family name (姓) and one or two characters that no other word explains. It never guesses who is meant:
`bot.people` does that.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Container, Sequence

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.parsing.lexicon import NameRules

_CJK = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf·]")
TITLE = re.compile(
    r"(?:人大)?副?(?:代表|同志|主任|主席|老师|书记|医生|局长|镇长|乡长|县长|支书|村长|部长|经理|科长|处长|所长|站长|总(?:经理)?|先生|女士|委员|律师|教授|院长|校长|组长|队长|会长|行长|厂长|团长|董事长|常委|市长|区长|秘书长|师傅)"
)


class Either:
    """Places that are in one of two sets, without making a third."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Container[int], second: Container[int]) -> None:
        self._first, self._second = first, second

    def __contains__(self, place: object) -> bool:
        return place in self._first or place in self._second


class Roster:
    """The names known in a group, found in a text in one pass."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = frozenset(name for name in names if len(name) >= 2)
        ordered = sorted(self.names)
        self._automaton = (
            AhoCorasick(ordered, matchkind=MatchKind.LeftmostLongest, store_patterns=False) if ordered else None
        )

    def find(self, plain: str) -> list[tuple[int, int]]:
        """Where known names stand."""
        if self._automaton is None:
            return []
        return [(start, end) for _, start, end in self._automaton.find_matches_as_indexes(plain)]


EMPTY = Roster()


@functools.lru_cache(maxsize=64)
def roster_of(names: tuple[str, ...]) -> Roster:
    """A roster for a list of names; the same list is prepared once."""
    return Roster(names)


def length_at(
    plain: str, start: int, end: int, rules: NameRules, borders: Container[int], *, sure: bool = False
) -> int:
    """How many characters from `start` on are a name; 0 where none stands there.

    Args:
        borders: places where another word is known to begin.
        sure: something else says that a name stands here (代李四, 李四代表): fewer words are ruled out.
    """
    first = plain[start : start + 2]
    if first in rules.compound:
        base = 2
    elif first[:1] in rules.surnames:
        base = 1
    else:
        return 0
    if not sure and first in rules.not_names:
        return 0
    run = _WEIGHED.match(plain, start + base, end) or rules.given.match(plain, start + base, end)
    for stop in range(run.end() if run else 0, start + base, -1):
        if plain[start:stop] in rules.not_names or plain[start + base : stop] == "得":
            continue
        if stop == end or stop in borders or not _CJK.match(plain, stop) or TITLE.match(plain, stop):
            return stop - start
    return 0


def before_title(plain: str, start: int, end: int, rules: NameRules, words: Callable[[str], Sequence[str]]) -> int:
    """Where the name begins that ends at `end`, in front of 代表 or another title; `end` itself where none does.

    Where two beginnings are possible (向王五代表) the segmenter's border decides.
    """
    fits = []
    for length in (2, 3, 4):
        begin = end - length
        if begin < start or _NO_NAME.search(plain, begin, end):
            continue
        first = plain[begin : begin + 2]
        base = 2 if first in rules.compound else 1
        if base == 1 and (length == 4 or first[:1] not in rules.surnames):
            continue
        if length <= base or not _given(plain[begin + base : end], rules):
            continue
        if plain[begin:end] in rules.not_names:
            continue
        fits.append(begin)
    if not fits:
        return end
    longest = min(fits)
    if len(fits) == 1 or longest == start or not _CJK.match(plain, longest - 1) or plain[longest - 1] in "代替帮受":
        return longest
    position = max(start, longest - 6)
    for word in words(plain[position:end]):
        if position in fits:
            return position
        position += len(word)
    return longest


def _given(given: str, rules: NameRules) -> bool:
    """Whether characters may be a given name: 八斤 may, although 斤 else counts; 得 alone may not."""
    if _WEIGHED.fullmatch(given):
        return True
    return given != "得" and not any(c in rules.never or not _CJK.match(c) for c in given)


_WEIGHED = re.compile(r"[一二三四五六七八九十]斤|(?:三|开|培|占|怀)元|太[平安福和华荣清]")
_NO_NAME = re.compile(r"[省市县区州镇乡村人级位名届籍的各组团会]|[全我中]国|^国|(?<!^)任|^[两三四五六七八九十几]")


_PARTICLES = frozenset("的了是在也都说报")


def by_words(plain: str, start: int, end: int, words: Callable[[str], Sequence[str]]) -> int:
    """How long the name is that surely stands here (代表石老三普通话…), by the segmenter's borders."""
    cut = list(words(plain[start : min(end, start + 8)]))
    if cut and 2 <= len(cut[0]) <= 4 and not set(cut[0]) & _PARTICLES and all(_CJK.match(c) for c in cut[0]):
        return len(cut[0])
    if (
        len(cut) > 1
        and len(cut[0]) == 1
        and 1 <= len(cut[1]) <= 2
        and not set(cut[1]) & _PARTICLES
        and all(_CJK.match(c) for c in cut[1])
    ):
        return 1 + len(cut[1])
    return 0
