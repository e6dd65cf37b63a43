"""What a reading saw on its way, for whoever asks "why?" (witness).

A witness is handed in with the `Context`; without one nothing is collected and reading costs nothing more. `bot.why`
makes an explanation of what it has seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bot.parsing.lexicon import Hit
from bot.parsing.polarity import State

if TYPE_CHECKING:
    from bot.parsing.document import Document


class Word(NamedTuple):
    """A word that a health reader met: how it is meant, and whom it is about.

    Args:
        about: (name, relative) of each person; empty for somebody whose health is not collected.
    """

    hit: Hit
    text: str
    state: State
    about: tuple[tuple[str, str], ...]


class Seen(NamedTuple):
    """One sentence as the health reader took it.

    Args:
        cues: the words that took something back: denials, times, doubts, conditions.
        counted: False where it is told to others and reports nothing.
        start: where it begins in the text that was read.
    """

    text: str
    words: tuple[Word, ...]
    cues: tuple[tuple[str, str], ...]
    counted: bool
    start: int


@dataclass(slots=True)
class Witness:
    """Collects the documents that were read and the sentences that were walked through."""

    documents: list[Document] = field(default_factory=list)
    sentences: list[Seen] = field(default_factory=list)

    def saw(
        self, plain: str, span: tuple[int, int], words: Sequence[Word], cues: Sequence[Hit], *, counted: bool
    ) -> None:
        """Notes a sentence."""
        told = tuple((plain[cue.start : cue.end], cue.group) for cue in cues)
        self.sentences.append(Seen(plain[slice(*span)], tuple(words), told, counted, span[0]))
