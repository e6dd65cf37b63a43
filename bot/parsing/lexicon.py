"""The words of the rules, ready to be found: one pass over a text yields every hit (lexicon).

`bot.rulebook` fills a `Rules` from the TOML files; `bot.parsing.document` scans with it. The core never sees a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.parsing import normalize

PLAIN = "plain"  # a word that only keeps shorter ones in it from being read

HEALTH = frozenset(
    "symptom body ache open chronic well fine topic generic thermometer not_body isolation isolation_place released "
    "diagnosis contact case area move neg possible double affirm intense still gone better condition asked wish "
    "contrast past long_past recent present newest correct misstated below all list_end notice self kin other "
    "pronoun object proxy title".split()
)
VOICE = frozenset(
    "suggest modal weak_modal body_politic problem_announce trouble practice result we draft view chat staff_notice category "
    "give donate gift_others not_cash gift_own value buy unit goods batch service self kin deputy notice wish".split()
)
FRAME = frozenset("ack ack_alone retract report_ref forward chain example title proxy deputy place".split())
ROLES = HEALTH | VOICE | FRAME | {PLAIN, "household"}


class Hit(NamedTuple):
    """A word of the rules in a text: where it stands, what it does there, and the group it comes from."""

    start: int
    end: int
    role: str
    value: str
    group: str


class Entry(NamedTuple):
    """What one word can mean, sorted by who reads it."""

    health: tuple[tuple[str, str, str], ...]
    voice: tuple[tuple[str, str, str], ...]
    frame: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """All hits in one text, in the order they stand there, once for each kind of reader."""

    health: list[Hit]
    voice: list[Hit]
    frame: list[Hit]
    ends: frozenset[int]


@dataclass(frozen=True, slots=True)
class Group:
    """Words that do the same: a group of a rules file.

    Args:
        weight: how strongly the segmenter keeps the words whole; 0 leaves them to it.
        examples: messages that must be read with this group's help.
        counter_examples: messages that must not.
    """

    id: str
    role: str
    words: Mapping[str, tuple[str, ...]]
    weight: int = 0
    tag: str | None = None
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A part of the body and a complaint which together name a symptom; none named leaves the state open."""

    id: str
    body: str
    ache: frozenset[str]
    symptom: str
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameRules:
    """How a Chinese name is told from other words."""

    surnames: frozenset[str]
    compound: tuple[str, ...]
    never: frozenset[str]
    not_names: frozenset[str]


@dataclass(frozen=True)
class Rules:
    """Everything that the core knows about words; immutable, made once, shared by all readings."""

    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    names: NameRules
    characters: Mapping[str, str]
    version: str = ""
    table: Mapping[int, str] = field(init=False, repr=False)
    households: frozenset[str] = field(init=False, repr=False)
    pair_of: Mapping[tuple[str, str], Pair] = field(init=False, repr=False)
    _entries: list[Entry] = field(init=False, repr=False)
    _automaton: AhoCorasick = field(init=False, repr=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        table = normalize.character_table(self.characters)
        put(self, "table", table)
        senses: dict[str, dict[tuple[str, str, str], None]] = {}
        for group in self.groups:
            for value, words in group.words.items():
                for word in words:
                    senses.setdefault(word.translate(table), {})[(group.role, value, group.id)] = None
        put(self, "households", frozenset(w for w, s in senses.items() if any(role == "household" for role, _, _ in s)))
        put(self, "pair_of", {(p.body, ache): p for p in self.pairs for ache in p.ache})
        put(self, "_entries", [_entry(found) for found in senses.values()])
        put(self, "_automaton", AhoCorasick(list(senses), matchkind=MatchKind.LeftmostLongest, store_patterns=False))

    def scan(self, plain: str) -> Scan:
        """Find every word of the rules in one pass; of overlapping ones the leftmost and longest."""
        entries = self._entries
        health: list[Hit] = []
        voice: list[Hit] = []
        frame: list[Hit] = []
        starts = set()
        for index, start, end in self._automaton.find_matches_as_indexes(plain):
            entry = entries[index]
            starts.add(start)
            for role, value, group in entry.health:
                health.append(Hit(start, end, role, value, group))
            for role, value, group in entry.voice:
                voice.append(Hit(start, end, role, value, group))
            for role, value, group in entry.frame:
                frame.append(Hit(start, end, role, value, group))
        return Scan(health, voice, frame, frozenset(starts))

    def segment_words(self) -> Iterable[tuple[str, int, str | None]]:
        """Words for the segmenter's own dictionary: word, weight, part of speech."""
        for group in self.groups:
            if group.weight:
                for words in group.words.values():
                    for word in words:
                        yield word, group.weight, group.tag


def _entry(senses: Iterable[tuple[str, str, str]]) -> Entry:
    def of(roles: frozenset[str]) -> tuple[tuple[str, str, str], ...]:
        return tuple(sense for sense in senses if sense[0] in roles)

    return Entry(of(HEALTH), of(VOICE), of(FRAME))


def groups_of(hits: Sequence[Hit]) -> tuple[str, ...]:
    """The ids of the groups behind some hits, for "why?"; each once, in order."""
    return tuple(dict.fromkeys(hit.group for hit in hits))
