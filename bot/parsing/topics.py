"""What a suggestion's topic may be told by, beside the words of the categories (topics).

`bot.rulebook` fills them from `rules/topics.toml`; `bot.parsing.voice` adds up those found in a suggestion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

FIELDS = frozenset({"诊断治疗", "物资保障", "复工复产", "复学", "社区防控", "民生保障", "宣传引导", "法治", "其他"})
"""The categories of suggestions."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of thing that suggestions are about.

    Args:
        pattern: what names such a thing; None for what always counts.
        most: so many different ones count at most.
        speaks: how strongly each one speaks for a category, and against it where below zero.
    """

    id: str
    speaks: Mapping[str, float]
    pattern: re.Pattern[str] | None = None
    most: int = 1

    def breadth(self, text: str, ask: int) -> float:
        """How many different ones are named: behind the word that asks in full, before it by half."""
        if self.pattern is None:
            return 1.0
        before = {found[0] for found in self.pattern.finditer(text, 0, ask)}
        behind = {found[0] for found in self.pattern.finditer(text, ask)}
        return min(len(behind) + len(before) / 2, self.most)
