"""A message ready to be read: its text, its hits, and who speaks (document).

Made once by `bot.parsing.parse`; the readers share it and cut it into pieces by position, so that no word is looked
for twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, Protocol

from bot.parsing import names, normalize
from bot.parsing.lexicon import Hit, Rules


class Segmenter(Protocol):
    """Cuts Chinese text into words; asked only where a word's border decides."""

    def words(self, text: str) -> Sequence[str]:
        """The words of the text, in order; joined they are the text."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about a message besides its text.

    Args:
        sender: the name of who wrote it.
        roster: names known in that group.
        question: the text of the bot's numbered reminder that this may answer.
        bot_names: how the bot is called in the group; a command may stand behind its mention.
    """

    sender: str
    roster: tuple[str, ...] | names.Roster = ()
    sent_at: datetime | None = None
    question: str | None = None
    bot_names: tuple[str, ...] = ("小联", "联络员")


class Speaker(NamedTuple):
    """Whose report a piece is unless it says otherwise.

    Args:
        subject: the person's name.
        proxy: somebody else says it of them.
        quoted: whom 他 or 她 means before anybody is named (quote).
    """

    subject: str
    proxy: bool = False
    quoted: str | None = None


@dataclass(eq=False)
class Document:
    """A message's text in both forms, with the hits of all rules in it."""

    text: normalize.Text
    rules: Rules
    context: Context
    roster: names.Roster
    segmenter: Segmenter
    health: list[Hit] = field(default_factory=list)
    voice: list[Hit] = field(default_factory=list)
    frame: list[Hit] = field(default_factory=list)
    borders: frozenset[int] = frozenset()

    @classmethod
    def of(cls, text: str, context: Context, rules: Rules, segmenter: Segmenter) -> Document:
        """Normalize and scan a message."""
        both = normalize.normalize(text, rules.table)
        roster = context.roster if isinstance(context.roster, names.Roster) else names.roster_of(context.roster)
        scan = rules.scan(both.plain)
        return cls(both, rules, context, roster, segmenter, scan.health, scan.voice, scan.frame, scan.ends)

    @property
    def plain(self) -> str:
        """The text that is read."""
        return self.text.plain

    def visible(self, start: int, end: int) -> str:
        """What was written between two places."""
        return self.text.visible[start:end].strip()

    @cached_property
    def known(self) -> list[tuple[int, int]]:
        """Where names of the roster stand."""
        return self.roster.find(self.plain)

    @cached_property
    def sender_plain(self) -> str:
        """The sender's name in the form that is read."""
        return normalize.normalize(self.context.sender, self.rules.table).plain

    @cached_property
    def own_name(self) -> str:
        """The sender's personal name, without the office in front of it: 谭敏 of 平江联工委 谭敏."""
        part = _LAST_PART.search(self.context.sender)
        if part is None:
            return self.context.sender
        name = normalize.normalize(part[1], self.rules.table).plain
        if names.length_at(name, 0, len(name), self.rules.names, frozenset(), sure=True) == len(name):
            return part[1]
        return self.context.sender

    @cached_property
    def places(self) -> dict[int, int]:
        """Where place names begin, and where each ends."""
        return {hit.start: hit.end for hit in self.frame if hit.role == "place"}

    def is_sender(self, name: str) -> bool:
        """Whether a name in the text is the sender's own: 吴显 of 凤凰联工委 吴显."""
        return bool(name) and (name == self.sender_plain or (len(name) > 1 and self.sender_plain.endswith(name)))


_LAST_PART = re.compile(r"[\u4e00-\u9fff][ \-—_·|/：:]+([\u4e00-\u9fff]{2,4})$")


def between(hits: list[Hit], start: int, end: int) -> list[Hit]:
    """The hits that stand between two places."""
    if not hits:
        return []
    low = bisect_left(hits, (start,))
    high = bisect_left(hits, (end,), low)
    return hits[low:high]
