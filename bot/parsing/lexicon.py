"""The words of the rules, ready to be found: one pass over a text yields every hit (lexicon).

`bot.rulebook` fills a `Rules` from the TOML files; `bot.parsing.document` scans with it. The core never sees a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.parsing import normalize
from bot.parsing.weights import Weights

PLAIN = "plain"  # a word that only keeps shorter ones in it from being read

HEALTH = frozenset(
    [
        "symptom",
        "body",
        "ache",
        "open",
        "chronic",
        "well",
        "fine",
        "topic",
        "generic",
        "thermometer",
        "not_body",
        "animal",
        "isolation",
        "isolation_place",
        "released",
        "diagnosis",
        "contact",
        "case",
        "area",
        "move",
        "neg",
        "possible",
        "double",
        "affirm",
        "intense",
        "still",
        "gone",
        "better",
        "condition",
        "asked",
        "wish",
        "contrast",
        "past",
        "long_past",
        "recent",
        "present",
        "newest",
        "correct",
        "misstated",
        "below",
        "all",
        "list_end",
        "notice",
        "self",
        "kin",
        "other",
        "pronoun",
        "object",
        "proxy",
        "title",
    ]
)
VOICE = frozenset(
    [
        "suggest",
        "advised",
        "modal",
        "weak_modal",
        "body_politic",
        "problem_announce",
        "trouble",
        "practice",
        "result",
        "we",
        "draft",
        "view",
        "chat",
        "staff_notice",
        "category",
        "give",
        "donate",
        "gift_others",
        "not_cash",
        "gift_own",
        "value",
        "buy",
        "unit",
        "goods",
        "batch",
        "service",
        "self",
        "kin",
        "deputy",
        "notice",
        "wish",
    ]
)
FRAME = frozenset(
    ["ack", "ack_alone", "retract", "report_ref", "forward", "chain", "example", "title", "proxy", "deputy", "place"]
)
ROLES = HEALTH | VOICE | FRAME | {PLAIN, "household"}


Sense = tuple[str, str, str]
"""What a word means to a reader: role, value, group."""
Match = tuple[int, int, int]
"""A word of a searcher in a text: its number, its start, its end."""


class Hit(NamedTuple):
    """A word of the rules in a text: where it stands, what it does there, and the group it comes from."""

    start: int
    end: int
    role: str
    value: str
    group: str


class Scan(NamedTuple):
    """All hits in one text, in the order they stand there, once for each kind of reader.

    Args:
        matches: where any word of the rules stands, whoever reads it.
    """

    health: list[Hit]
    voice: list[Hit]
    frame: list[Hit]
    matches: list[Match]


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
    """How a Chinese name is told from other words.

    Args:
        pattern: where a family name may stand.
        given: what may stand behind it, one or two characters.
    """

    surnames: frozenset[str]
    compound: tuple[str, ...]
    never: frozenset[str]
    not_names: frozenset[str]
    pattern: re.Pattern[str] = field(init=False, compare=False, repr=False)
    given: re.Pattern[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        firsts = "".join(sorted(self.surnames | {name[0] for name in self.compound}))
        never = f"(?![{re.escape(''.join(sorted(self.never)))}])" if self.never else ""
        object.__setattr__(self, "given", re.compile(rf"(?:{never}[\u4e00-\u9fff\u3400-\u4dbf·]){{1,2}}"))
        object.__setattr__(self, "pattern", re.compile(f"[{re.escape(firsts)}]" if firsts else r"(?!)"))


@dataclass(frozen=True)
class Rules:
    """Everything that the core knows about words; immutable, made once, shared by all readings."""

    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    names: NameRules
    characters: Mapping[str, str]
    version: str = ""
    weights: Weights = field(default_factory=Weights, repr=False)
    fields: Weights = field(default_factory=Weights, repr=False)
    suspicion: Weights = field(default_factory=Weights, repr=False)
    table: normalize.Table = field(init=False, repr=False)
    households: frozenset[str] = field(init=False, repr=False)
    pair_of: Mapping[tuple[str, str], Pair] = field(init=False, repr=False)
    _health: Searcher = field(init=False, repr=False)
    _others: Searcher = field(init=False, repr=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        table = normalize.character_table(self.characters)
        put(self, "table", table)
        senses: dict[str, dict[Sense, None]] = {}
        for group in self.groups:
            for value, words in group.words.items():
                for word in words:
                    senses.setdefault(word.translate(table), {})[(group.role, value, group.id)] = None
        put(self, "households", frozenset(w for w, s in senses.items() if any(role == "household" for role, _, _ in s)))
        put(self, "pair_of", {(p.body, ache): p for p in self.pairs for ache in p.ache})
        put(self, "_health", Searcher(senses, HEALTH))
        put(self, "_others", Searcher(senses, VOICE, FRAME))

    def scan(self, plain: str) -> Scan:
        """Find the words of the rules; of overlapping ones the leftmost and longest.

        The words of health are looked for by themselves: no word of a suggestion may hide a 没 or a 咳 from view.
        """
        found, others = self._health.matches(plain), self._others.matches(plain)
        (health,), (voice, frame) = self._health.meanings, self._others.meanings
        return Scan(
            _hits(found, health) if found else [],
            _hits(others, voice) if others else [],
            _hits(others, frame) if others else [],
            found + others,
        )

    def segment_words(self) -> Iterable[tuple[str, int, str | None]]:
        """Words for the segmenter's own dictionary: word, weight, part of speech."""
        for group in self.groups:
            if group.weight:
                for words in group.words.values():
                    for word in words:
                        yield word, group.weight, group.tag


class Searcher:
    """Finds the words that some readers want, and those that keep shorter ones from being read.

    Args:
        readers: for each reader the roles it asks for.

    Attributes:
        matches: where the words stand in a text: the number of each, its start, its end.
        meanings: for each reader what it takes each word for, by number.
    """

    def __init__(self, senses: Mapping[str, Iterable[Sense]], *readers: frozenset[str]) -> None:
        words: list[str] = []
        self.meanings: list[dict[int, tuple[Sense, ...]]] = [{} for _ in readers]
        for word, found in senses.items():
            wanted = [tuple(sense for sense in found if sense[0] in roles) for roles in readers]
            if any(wanted) or any(role == PLAIN for role, _, _ in found):
                for meanings, own in zip(self.meanings, wanted, strict=True):
                    if own:
                        meanings[len(words)] = own
                words.append(word)
        automaton = AhoCorasick(words, matchkind=MatchKind.LeftmostLongest, store_patterns=False)
        self.matches: Callable[[str], list[Match]] = automaton.find_matches_as_indexes


def _hits(matches: list[Match], meanings: Mapping[int, tuple[Sense, ...]]) -> list[Hit]:
    """The hits of one reader, one for each meaning of each word."""
    new = tuple.__new__  # a third of what calling Hit costs, and this is the hottest place of all
    return [
        new(Hit, (start, end, role, value, group))
        for index, start, end in matches
        if index in meanings
        for role, value, group in meanings[index]
    ]
