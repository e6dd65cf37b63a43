"""What the corpus says of pieces that no rule understands: which sound like being ill (`bot.parsing.suspicion`).

A symptom that the rules know stands for one that they don't: how people speak of it is what is learned. From well
people's messages and from chat come the pieces that are harmless. `tests.corpus.learn` learns from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.parsing import Context, Rules, Segmenter, parse, suspicion, weights
from bot.parsing.document import Document
from bot.parsing.polarity import State
from bot.parsing.temperature import FEVER
from bot.parsing.witness import Seen, Witness, Word
from tests.corpus import Case

SUSPECT = "suspect"


class Piece(NamedTuple):
    """A piece: its parts as they are weighed, whether it tells of being ill, and whether it stands in a report.

    Args:
        open: the message reports somebody well: suspecting the piece would be a false alarm.
    """

    text: str
    parts: frozenset[str]
    ill: bool
    open: bool


def pieces(case: Case, rules: Rules, segmenter: Segmenter) -> Iterator[Piece]:
    """The pieces of a message that its label settles."""
    witness = Witness()
    parse(case.text, Context(case.sender, roster=case.roster, witness=witness), rules, segmenter)
    told = [record for record in case.records if record["kind"] == "health"]
    ill = any(record["status"] == "unwell" or record["unsure"] for record in told)
    hidden = ill and len(told) == 1 and not any(_troubled(word) for seen in witness.sentences for word in seen.words)
    for seen in witness.sentences:
        document = _document_of(seen, witness)
        if document is None or not seen.counted:
            continue
        tokens = [word.hit for word in seen.words]
        troubles = {word.hit for word in seen.words if word.hit.role != "temp" and _troubled(word)} if ill else set()
        rest = [token for token in tokens if token not in troubles]
        for begin, stop in suspicion.pieces(document.plain, seen.start, seen.start + len(seen.text), rest):
            affirmed = hidden or any(begin <= trouble.start < stop for trouble in troubles)
            if affirmed or not ill:
                surface, marks = suspicion.parts(document, begin, stop)
                marks = [mark for mark in marks if mark not in _OWN_ROLES]
                yield Piece(
                    document.plain[begin:stop], frozenset({*weights.runs(surface), *marks}), affirmed, bool(told)
                )


_OWN_ROLES = frozenset(f"@{role}" for role in suspicion.UNDERSTOOD)
"""Roles that no piece has which is not understood."""


def _troubled(word: Word) -> bool:
    """Whether a word says of somebody that they are ill; where none does, the rest of the message must."""
    if word.hit.role == "temp":
        return bool(word.hit.value) and float(word.hit.value) >= FEVER
    troubles = word.hit.role in ("symptom", "open", "better", "still", "diagnosis")
    return troubles and bool(word.about) and word.state in (State.AFFIRMED, State.POSSIBLE)


def _document_of(seen: Seen, witness: Witness) -> Document | None:
    stop = seen.start + len(seen.text)
    return next((d for d in witness.documents if d.plain[seen.start : stop] == seen.text), None)
