"""What a stretch of words is for, by the weights of its parts: a linear model over short runs of characters (weights).

`bot.parsing.voice` asks what a stretch is for, and what field a suggestion belongs to; `bot.rulebook` reads the weights
from `rules/voice.toml` and `rules/fields.toml`, which `make learn` makes out of the labelled corpus. A part is a run of
one to three characters, or a role that a word of the rules has there, so that a word which an office adds to the rules
weighs as the others of its role do. Every part's share can be shown.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, MatchKind

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LENGTHS = (10, 18, 30, 60)
BEGIN, END, ASKS = "^", "$", "?"
LONGEST = 400
"""Characters that are looked at: nobody needs more to say what he is about."""

OFFICE = "<office>"
ASKS_FIRST = "<asks>"
"""It begins with a word that asks for something."""
ADVISES = "<advises>"
"""It begins with such a word too, and turns to those who read it."""


def surface(text: str, *, asks: bool) -> str:
    """The text as its runs are taken from: without blanks, each number as 0, with its begin and end marked."""
    plain = "".join(_NUMBER.sub("0", text[:LONGEST]).split())
    return f"{BEGIN}{plain}{ASKS if asks else END}"


def marks(text: str, roles: Iterable[str], *, opening: str, office: bool) -> list[str]:
    """The parts that are no runs: roles, how it opens or how long it is, whether an office speaks.

    Args:
        opening: `ASKS_FIRST`, `ADVISES` or "". What begins by asking may be as short as it likes: 建议修桥.
    """
    marked = [*map("@".__add__, roles), opening or f"<{bisect_right(_LENGTHS, len(text))}>"]
    return [*marked, OFFICE] if office else marked


def runs(surface_text: str) -> Set[str]:
    """Every run of one to three characters, for learning; reading finds only those that weigh something."""
    return {surface_text[i : i + n] for n in (1, 2, 3) for i in range(len(surface_text) - n + 1)}


_LANE = struct.Struct("<I")
_ZERO = 1 << 17
"""Weights of all purposes lie side by side in one number, each lifted above zero, so that one sum adds them all.

A lane has room for thousands of them: more than the runs of `LONGEST` characters.
"""


def _packed(weights: Iterable[int]) -> int:
    return int.from_bytes(b"".join(_LANE.pack(weight + _ZERO) for weight in weights), "little")


@dataclass(frozen=True)
class Weights:
    """A weight for each part and each purpose, in hundredths.

    Args:
        purposes: what a stretch can be for; the last stands for nothing.
    """

    purposes: tuple[str, ...] = ("none",)
    bias: tuple[int, ...] = (0,)
    parts: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _packed: Mapping[str, int] = field(init=False, repr=False, compare=False)
    _start: int = field(init=False, repr=False, compare=False)
    _lanes: struct.Struct = field(init=False, repr=False, compare=False)
    _automaton: AhoCorasick = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        words = [part for part in self.parts if part[0] not in "@<" or len(part) == 1]
        put(self, "_packed", {part: _packed(row) for part, row in self.parts.items()})
        put(self, "_start", _packed(self.bias))
        put(self, "_lanes", struct.Struct(f"<{len(self.purposes)}I"))
        put(self, "_automaton", AhoCorasick(words, matchkind=MatchKind.Standard, store_patterns=True))

    def purpose(self, surface_text: str, other: Iterable[str]) -> str:
        """What weighs most."""
        lanes, _ = self._lifted(surface_text, other)
        return self.purposes[lanes.index(max(lanes))]

    def totals(self, surface_text: str, other: Iterable[str]) -> list[int]:
        """What speaks for each purpose, in hundredths."""
        lanes, lift = self._lifted(surface_text, other)
        return [lane - lift for lane in lanes]

    def _lifted(self, surface_text: str, other: Iterable[str]) -> tuple[tuple[int, ...], int]:
        """What speaks for each purpose, all lifted above zero by the same; and by how much."""
        weights = self._packed
        found = set(self._automaton.find_matches_as_strings(surface_text, overlapping=True))
        found.update(filter(weights.__contains__, other))
        total = sum(map(weights.__getitem__, found), self._start)
        return self._lanes.unpack(total.to_bytes(self._lanes.size, "little")), (len(found) + 1) * _ZERO

    def shares(self, surface_text: str, other: Iterable[str], purpose: str) -> list[tuple[str, int]]:
        """What each part adds to a purpose, the weightiest first."""
        which = self.purposes.index(purpose)
        present = [*(run for run in runs(surface_text) if run in self.parts), *(p for p in other if p in self.parts)]
        return sorted(((part, self.parts[part][which]) for part in present), key=lambda share: (-share[1], share[0]))


def of_table(table: object) -> Weights:
    """The weights of a rules file's table: `purposes`, `bias`, and `parts`, a line for each.

    Raises:
        ValueError: it is not such a table.
    """
    if not isinstance(table, Mapping) or not isinstance(table.get("parts"), str):
        raise ValueError("缺少 parts")  # noqa: TRY004 - whatever is wrong with a file is one kind of error
    purposes = tuple(str(table.get("purposes", "")).split())
    bias = table.get("bias")
    if not purposes or not isinstance(bias, list) or len(bias) != len(purposes):
        raise ValueError("bias 应当和 purposes 一样多")
    parts = {}
    for line in str(table["parts"]).strip("\n").split("\n"):
        part, *numbers = line.rsplit(" ", len(purposes))
        if not part or len(numbers) != len(purposes):
            raise ValueError(f"这一行不是 {len(purposes)} 个数：{line[:30]}")
        parts[part] = tuple(map(int, numbers))
        if any(abs(number) >= _ZERO for number in parts[part]):
            raise ValueError(f"这一行的数太大，要小于 {_ZERO}：{line[:30]}")
    return Weights(purposes, tuple(map(int, bias)), parts)
