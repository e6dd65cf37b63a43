"""What the corpus says of single stretches: a part of a message and what it is for, as `bot.parsing.voice` is asked.

`tests.corpus.learn` learns from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.parsing import Context, Rules, Segmenter, chains, frame, normalize, prose, voice
from bot.parsing.document import Document, Speaker
from tests.corpus import Case

NOTHING = "none"
PURPOSES = ("suggestion", "problem", "practice", "deed", "comment", NOTHING)

FIELDS = ("诊断治疗", "物资保障", "复工复产", "复学", "社区防控", "民生保障", "宣传引导", "法治", "其他")
"""The categories of suggestions."""

_SIGN = re.compile(r"\W")


class Stretch(NamedTuple):
    """A stretch: its parts as they are weighed, and what it is for."""

    parts: frozenset[str]
    purpose: str


def stretches(case: Case, rules: Rules, segmenter: Segmenter) -> Iterator[Stretch]:
    """The stretches of a message whose purpose its labels settle; of lists and commands there are none."""
    document = Document(case.text, Context(case.sender, roster=case.roster), rules, segmenter)
    start, end = 0, len(document.plain.rstrip())
    if frame.command(document):
        return
    if quote := frame.quote(document):
        start = quote.end
    if start >= end or chains.read(document, start, end, Speaker(case.sender)) is not None:
        return
    for begin, stop, purpose in _settled(case, document, start, end):
        if (parts := voice.parts(document, begin, stop)) is not None:
            yield Stretch(frozenset(parts), purpose)


def suggestions(case: Case, rules: Rules, segmenter: Segmenter) -> Iterator[Stretch]:
    """The suggestions of a message, each with its category for what it is for."""
    for record in case.records:
        if record["kind"] == "suggestion":
            document = Document(record.get("text", case.text), Context(case.sender), rules, segmenter)
            yield Stretch(frozenset(voice.field_parts(document)), record["category"])


def _settled(case: Case, document: Document, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    told = [record for record in case.records if record["kind"] in PURPOSES]
    units = prose.units(document, start, end)
    if not told:
        yield from ((begin, stop, NOTHING) for begin, stop in units)
        if len(units) > 1:
            yield start, end, NOTHING
    elif len(units) == 1:
        if len({record["kind"] for record in told}) == 1:
            yield start, end, told[0]["kind"]
    elif all("text" in record for record in told):
        yield from _by_text(document, units, [(_plain(record["text"], document), record["kind"]) for record in told])
    elif len(told) == len(case.records) == 1:
        yield start, end, told[0]["kind"]


def _by_text(
    document: Document, units: list[tuple[int, int]], told: list[tuple[str, str]]
) -> Iterator[tuple[int, int, str]]:
    """Each record's own stretch, and the sentences that are in none."""
    said = {unit: _plain(document.plain[slice(*unit)], document) for unit in units}
    for unit, words in said.items():
        if words and not any(words in text or text in words for text, _ in told):
            yield *unit, NOTHING
    for text, kind in told:
        inside = [unit for unit, words in said.items() if words and words in text]
        if inside:
            yield inside[0][0], inside[-1][1], kind


def _plain(text: str, document: Document) -> str:
    return _SIGN.sub("", normalize.normalize(text, document.rules.table).plain)
