"""How alike two texts are, and in which words: for finding what was said twice. PURE."""

from __future__ import annotations

import itertools


def bigrams(text: str) -> set[str]:
    """Pairs of neighbouring signs, for telling whether two texts say the same."""
    kept = [char for char in text if char.isalnum()]
    return {a + b for a, b in itertools.pairwise(kept)}


def overlap(one: str, other: str) -> float:
    """How much of the shorter text stands in the longer, from 0 to 1."""
    first, second = bigrams(one), bigrams(other)
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 0.0


def shared_words(one: str, other: str, most: int = 4) -> tuple[str, ...]:
    """The longest pieces of two signs or more that both texts have, the longest first."""
    found: dict[str, None] = {}
    at = 0
    while at < len(one):
        width = 0
        while at + width < len(one) and one[at + width].isalnum() and one[at : at + width + 1] in other:
            width += 1
        if width >= 2:
            found[one[at : at + width]] = None
        at += max(width, 1)
    return tuple(sorted(found, key=len, reverse=True)[:most])
