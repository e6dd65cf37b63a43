"""PURE: what an office's own words, laid over the shipped ones (overlay), may not do; each fault with its remedy.

`bot.rulebook` asks once all files have been read: whether two words quarrel depends on what a later file takes away.
The shipped rules are not held to this: a word that has two meanings there has them on purpose.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.errors import Fault
from bot.parsing.lexicon import Group, Pair, Rules

_ONE_CHARACTER = frozenset(["ack_alone", "animal", "goods", "kin", "pronoun", "self", "title", "unit"])
"""Roles in which one Chinese character is a whole word; elsewhere it would be found inside others: 痛 in 痛快."""
_OPEN = frozenset(["body", "ache"])
"""Roles whose values an office may add to: its own pairs name them."""
_HAN = re.compile(r"[\u3400-\u9fff]")


class Word(NamedTuple):
    """A word that a file of the office's own gives, and where it stands."""

    file: str
    line: int
    group: str
    role: str
    value: str
    text: str


class PairPlace(NamedTuple):
    """Where a pair of the office's own stands."""

    file: str
    line: int
    pair: Pair


def faults(
    words: Sequence[Word], pairs: Sequence[PairPlace], shipped: Sequence[Group], whole: Rules
) -> Iterator[Fault]:
    """What is wrong with an office's words and pairs.

    Args:
        shipped: the groups that they are laid over.
        whole: the rules that come of it.
    """
    if not words and not pairs:
        return
    known = _values(shipped)
    yield from _unknown_values(words, known)
    for word in words:
        if len(word.text) == 1 and _HAN.match(word.text) and word.role not in _ONE_CHARACTER:
            remedy = "请至少写两个字，连上它前后常说的字"
            yield Fault(word.file, word.line, f"{word.group} 里的“{word.text}”只有一个字，会在别的词里误认", remedy)
    yield from _collisions(words, whole)
    for place in pairs:
        yield from _of_pair(place, _values(whole.groups), known.get("symptom", ()))


def _values(groups: Sequence[Group]) -> Mapping[str, tuple[str, ...]]:
    """By role the values that its words have; a role whose words have none is left out."""
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        found.setdefault(group.role, {}).update(dict.fromkeys(group.words))
    return {role: tuple(values) for role, values in found.items() if any(values)}


def _unknown_values(words: Sequence[Word], known: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
    told: set[tuple[str, str]] = set()
    for word in words:
        if word.role not in known or word.role in _OPEN or word.value in known[word.role]:
            continue
        if (word.group, word.value) not in told:
            told.add((word.group, word.value))
            what = f"{word.group} 的 value 写的是“{word.value}”，{word.role} 里没有这一种"
            yield Fault(word.file, word.line, what, remedy(word.value, [value for value in known[word.role] if value]))


def _collisions(words: Sequence[Word], whole: Rules) -> Iterator[Fault]:
    """One word with two values of one role: which of them is read would be chance."""
    senses: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for group in whole.groups:
        for value, texts in group.words.items():
            for text in texts:
                senses.setdefault((group.role, text.translate(whole.table)), {})[(value, group.id)] = None
    told: set[tuple[str, str]] = set()
    for word in words:
        key = (word.role, word.text.translate(whole.table))
        others = [(value, group) for value, group in senses.get(key, ()) if value != word.value]
        if others and key not in told:
            told.add(key)
            value, name = others[0]
            what = f"“{word.text}”在 {word.group} 里算“{word.value}”，在 {name} 里又算“{value}”"
            mend = f'只能留一处；不要那一处的话，给 {name} 写 without = "{word.text}"'
            yield Fault(word.file, word.line, what, mend)


def _of_pair(place: PairPlace, values: Mapping[str, tuple[str, ...]], symptoms: Sequence[str]) -> Iterator[Fault]:
    pair = place.pair
    asked: list[tuple[str, str, Sequence[str]]] = [("body", pair.body, values.get("body", ()))]
    asked += [("ache", ache, values.get("ache", ())) for ache in sorted(pair.ache)]
    asked += [("symptom", pair.symptom, symptoms)] if pair.symptom else []
    for key, written, known in asked:
        if known and written not in known:
            what = f"{pair.id} 的 {key} 写的是“{written}”，没有这一种"
            yield Fault(place.file, place.line, what, remedy(written, known))


def remedy(written: str, known: Sequence[str]) -> str:
    """Which of the known words may be meant; all of them where none is near."""
    near = difflib.get_close_matches(written, known, n=1, cutoff=0.6)
    return f"您是不是想写“{near[0]}”？" if near else f"可用的有：{'、'.join(known)}"
