"""What no rule has a word for and yet sounds like being ill: 气都接不到, 两条腿跟灌了铅一样 (suspicion).

Called by `bot.parsing.health` for what it made nothing of in a report that says "well" otherwise. A learned weight may
only ever leave such a state open, so that somebody asks; it takes nothing back and makes nobody well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.parsing import weights
from bot.parsing.document import Document, between
from bot.parsing.lexicon import Hit

UNDERSTOOD = frozenset(
    {
        "symptom",
        "open",
        "unclear",
        "denied_pair",
        "well",
        "fine",
        "generic",
        "chronic",
        "diagnosis",
        "isolation",
        "released",
        "contact",
        "gone",
        "still",
        "better",
        "name",
        "temp",
    }
)
"""Roles of words that the rules have made something of."""

_PIECE = re.compile(r"[^\s,、;:()\[\]\"“”「」/|+#*]{3,}")
_SAYS = re.compile(r"[\u4e00-\u9fff]{2}")


def pieces(plain: str, start: int, end: int, tokens: Sequence[Hit]) -> Iterator[tuple[int, int]]:
    """What is left between two places once the words that were understood are taken out, cut at commas and blanks."""
    at = start
    for token in tokens:
        if token.role in UNDERSTOOD and token.end > at:
            if token.start > at:
                yield from _cut(plain, at, token.start)
            at = token.end
    yield from _cut(plain, at, end)


def _cut(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in _PIECE.finditer(plain, start, end):
        if _SAYS.search(found[0]):
            yield found.span()


def parts(document: Document, start: int, end: int) -> tuple[str, list[str]]:
    """What of a piece is weighed: its runs of characters, and the roles that words of the rules have there."""
    roles = {hit.role for hit in between(document.health, start, end)}
    return weights.surface(document.plain[start:end], asks=False), [f"@{role}" for role in sorted(roles)]


def suspected(document: Document, start: int, end: int) -> bool:
    """Whether a piece sounds like being ill."""
    return document.rules.suspicion.totals(*parts(document, start, end))[0] > 0
