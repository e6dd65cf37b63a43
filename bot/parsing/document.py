"""A message ready to be read: its text, its hits, and who speaks (document).

Made once by `bot.parsing.parse`; the readers share it and cut it into pieces by position, so that no word is looked
for twice.
"""

from __future__ import annotations

import enum
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.parsing import names, normalize, temperature
from bot.parsing.lexicon import Hit, Rules
from bot.parsing.witness import Witness
from bot.records import Goods


class Voice(enum.Enum):
    """What a stretch of text is for; `bot.parsing.voice` tells."""

    SUGGESTION = "suggestion"
    PROBLEM = "problem"
    PRACTICE = "practice"
    COMMENT = "comment"
    DEED = "deed"
    NONE = "none"


Roles = defaultdict[str, int]
"""How often each role stands in a stretch of text; one that does not, 0 times."""


class Gift(NamedTuple):
    """What a stretch of text says was given."""

    cash: float | None
    goods: tuple[Goods, ...]
    value: float | None
    rules: tuple[str, ...]


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
        witness: collects what the reading sees, for "why?".
    """

    sender: str
    roster: tuple[str, ...] | names.Roster = ()
    sent_at: datetime | None = None
    question: str | None = None
    bot_names: tuple[str, ...] = ("小联", "联络员")
    witness: Witness | None = None


class Speaker(NamedTuple):
    """Whose report a piece is unless it says otherwise.

    Args:
        subject: the person's name.
        proxy: somebody else says it of them.
        quoted: whom 他 or 她 means before anybody is named (quote).
        kin: the relative of theirs whom the quote asks about.
        question: the quote, where it asks by numbers.
        about: the third person whom the quote asks about, and so the one a reply without a name is about.
        complaints: the symptoms that the quote speaks of.
    """

    subject: str
    proxy: bool = False
    quoted: str | None = None
    kin: str = ""
    question: str | None = None
    about: str | None = None
    complaints: tuple[str, ...] = ()


class Document:
    """A message's text in both forms, with the hits of all rules in it; made once, shared by all readers.

    Args:
        framed: what frames it at all: the roles of its words for that.
        voiced: what speaks at all for a suggestion, a deed and the like.
        felt: what it says at all of how somebody is.
    """

    __slots__ = (
        "_borders",
        "_matches",
        "_own_name",
        "_places",
        "_sender_plain",
        "_temperatures",
        "context",
        "felt",
        "frame",
        "framed",
        "gifts",
        "health",
        "known",
        "owners",
        "people",
        "plain",
        "roster",
        "rules",
        "segmenter",
        "text",
        "voice",
        "voiced",
        "voices",
    )

    def __init__(self, text: str, context: Context, rules: Rules, segmenter: Segmenter) -> None:
        self.text = normalize.normalize(text, rules.table)
        self.plain = self.text.plain
        self.context, self.rules, self.segmenter = context, rules, segmenter
        self.roster = context.roster if isinstance(context.roster, names.Roster) else names.roster_of(context.roster)
        self.health, self.voice, self.frame, self._matches = rules.scan(self.plain)
        self.framed = {hit.role for hit in self.frame}
        self.voiced = {hit.role for hit in self.voice}
        self.felt = {hit.role for hit in self.health}
        self.known = self.roster.find(self.plain)
        self.gifts: dict[tuple[int, int, bool, str | None], Gift] = {}
        self.people: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self.owners: dict[tuple[int, int], tuple[int, int] | None] = {}
        self.voices: dict[tuple[int, int, bool], Voice] = {}
        self._temperatures: list[temperature.Reading] | None = None
        self._places: dict[int, int] | None = None
        self._sender_plain: str | None = None
        self._own_name: str | None = None
        self._borders: set[int] | None = None
        if context.witness is not None:
            context.witness.documents.append(self)

    def again(self, text: str) -> Document:
        """Another text of the same message: a line put together from a table's cells."""
        return Document(text, self.context, self.rules, self.segmenter)

    def visible(self, start: int, end: int) -> str:
        """What was written between two places."""
        return self.text.visible[start:end].strip()

    def temperatures(self, start: int, end: int) -> list[temperature.Reading]:
        """The temperatures between two places, as free text has them."""
        found = self._temperatures
        if found is None:
            found = self._temperatures = temperature.readings(self.plain, 0, len(self.plain))
        if not found or (start <= found[0].start and found[-1].start < end):
            return found
        low = bisect_left(found, (start,))
        return found[low : bisect_left(found, (end,), low)]

    def known_between(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where names of the roster stand between two places."""
        if not self.known:
            return []
        low = bisect_left(self.known, (start,))
        return self.known[low : bisect_left(self.known, (end,), low)]

    @property
    def sender_plain(self) -> str:
        """The sender's name in the form that is read."""
        if self._sender_plain is None:
            self._sender_plain = normalize.normalize(self.context.sender, self.rules.table).plain
        return self._sender_plain

    @property
    def own_name(self) -> str:
        """The sender's personal name, without the office in front of it: 谭敏 of 平江联工委 谭敏."""
        if self._own_name is None:
            sender = self.context.sender
            self._own_name = sender if sender.isalnum() else self._introduced() or self._personal(sender)
        return self._own_name

    def _introduced(self) -> str | None:
        """The full name at the head of what somebody says who goes by their surname: 宁远 欧阳 says 欧阳春生,36.4."""
        surname = _SURNAME_LAST.search(self.sender_plain)
        if surname is None or self.office_speaks:
            return None
        start = len(self.plain) - len(self.plain.lstrip())
        rules, name = self.rules.names, surname[1]
        known = name in (rules.surnames if len(name) == 1 else rules.compound)
        if not known or not self.plain.startswith(name, start):
            return None
        length = names.length_at(self.plain, start, len(self.plain), rules, (), sure=True)
        alone = length > len(name) and self.plain[start + length : start + length + 1] in (",", ":", " ")
        return self.visible(start, start + length) if alone else None

    def _personal(self, sender: str) -> str:
        part = _LAST_PART.search(sender)
        if part is None:
            return sender
        name = normalize.normalize(part[1], self.rules.table).plain
        whole = names.length_at(name, 0, len(name), self.rules.names, (), sure=True) == len(name)
        return part[1] if whole else sender

    @property
    def office_speaks(self) -> bool:
        """Whether the sender's name is that of an office or of its staff: 联工委-戈平."""
        return bool(_OFFICE.search(self.context.sender))

    @property
    def borders(self) -> set[int]:
        """Where a word of the rules begins."""
        if self._borders is None:
            self._borders = {start for _, start, _ in self._matches}
        return self._borders

    @property
    def places(self) -> dict[int, int]:
        """Where place names begin, and where each ends."""
        if self._places is None:
            self._places = {hit.start: hit.end for hit in self.frame if hit.role == "place"}
        return self._places

    def is_sender(self, name: str) -> bool:
        """Whether a name in the text is the sender's own: 吴显 of 凤凰联工委 吴显."""
        return bool(name) and (
            name in (self.sender_plain, self.own_name) or (len(name) > 1 and self.sender_plain.endswith(name))
        )


_OFFICE = re.compile(r"联工委|人大|联络处|联络站|工委|常委会|办$|办\s")
_SURNAME_LAST = re.compile(r"[\u4e00-\u9fff][ \-—_·|/：:]+([\u4e00-\u9fff]{1,2})$")
_LAST_PART = re.compile(r"[\u4e00-\u9fff][ \-—_·|/：:]+([\u4e00-\u9fff]{2,4})$")


_STOP = re.compile(r"[。!?;\n…]+|\.{3,}|(?<=[^\d\s])\.(?=\s|$)")
_ANY_STOP = re.compile(r"[。!?;\n….](?:(?<!\.)|\.\.|\s|$)")
"""The same more loosely, but quicker to tell that there is none."""
LONGEST_SENTENCE = 300
"""A longer one is cut at a comma: nobody speaks so, and work within a sentence grows faster than its length."""


def sentences(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the sentences between two places begin and end, their stops left out."""
    found: list[tuple[int, int]] = []
    if not _ANY_STOP.search(plain, start, end):
        if 0 < end - start <= LONGEST_SENTENCE:
            return [(start, end)]
        _cut(plain, start, end, found)
        return found
    for stop in _STOP.finditer(plain, start, end):
        _cut(plain, start, stop.start(), found)
        start = stop.end()
    _cut(plain, start, end, found)
    return found


def _cut(plain: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    while end - start > LONGEST_SENTENCE:
        at = plain.rfind(",", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
        at = at if at >= 0 else start + LONGEST_SENTENCE
        found.append((start, at))
        start = at + 1 if plain[at] == "," else at
    if start < end:
        found.append((start, end))


def counted(hits: Iterable[Hit]) -> Roles:
    """How often each role stands among some hits."""
    roles: Roles = defaultdict(int)
    for hit in hits:
        roles[hit.role] += 1
    return roles


def between(hits: list[Hit], start: int, end: int) -> list[Hit]:
    """The hits that stand between two places."""
    if not hits or (start <= hits[0].start and hits[-1].start < end):
        return hits
    low = bisect_left(hits, (start,))
    high = bisect_left(hits, (end,), low)
    return hits[low:high]
