"""PURE: a form (采集): what an office asks of people besides health: its fields, when it is open, whom it asks.

`bot.settings` reads forms from TOML; `bot.parsing.forms` reads answers to them, `bot.reports.forms` counts these.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time


class Kind(enum.StrEnum):
    """What a field holds."""

    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    DATE = "date"
    PLACE = "place"
    TEXT = "text"


class Reads(enum.StrEnum):
    """What of an ordinary health report answers a field."""

    TEMPERATURE = "temperature"
    SYMPTOMS = "symptoms"
    EXPOSURE = "exposure"
    ISOLATION = "isolation"
    LOCATION = "location"
    STATUS = "status"


class Whom(enum.StrEnum):
    """In whose groups a form asks."""

    DEPUTIES = "deputies"
    STAFF = "staff"
    EVERYONE = "everyone"


class Per(enum.StrEnum):
    """How often a person answers."""

    DAY = "day"
    ONCE = "once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a form asks.

    Args:
        name: what it is called; the key of its value.
        kind: None where `reads` says it.
        words: what announces it in an answer; its name is one of them.
        ask: how the reminder asks for it.
        units: of a number, as people write them; the first is shown. A number of another unit is not this one.
        least, most: the range of a number, both included.
        options: of a choice, each with the words that say it.
        yes, no: of a yes/no, words that say so by themselves (到岗).
        reads: what of a health report answers it.
    """

    name: str
    kind: Kind | None = None
    words: tuple[str, ...] = ()
    ask: str = ""
    required: bool = True
    units: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    reads: Reads | None = None

    def fits(self, value: float) -> bool:
        """Whether a number is within the range."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A collection that an office declares.

    Args:
        name: short; commands and schedules call it so.
        title: what it is called in what the bot says.
        words: what announces an answer to it; its name and title are among them.
        from_on, to_on: its first and last day, None for no such day.
        from_at, to_at: from and until which time of day it is open; both or none.
        whom: in whose groups it asks.
        asks: who is asked there, in the words of `bot.audience`; empty: all of `whom`.
        rooms: names of the groups it is for; empty for all groups of those whom it asks.
        people: a sub-list (name, unit or ""); None for all.
        private: values are never said in a group.
        examples: answers, as people write them; each has to be read whole.
        counter_examples: what people write besides, which is no answer.
        file: where it is declared.
    """

    name: str
    title: str
    words: tuple[str, ...]
    fields: tuple[Field, ...]
    per: Per = Per.DAY
    whom: Whom = Whom.DEPUTIES
    asks: tuple[str, ...] = ()
    from_on: date | None = None
    to_on: date | None = None
    from_at: time | None = None
    to_at: time | None = None
    rooms: tuple[str, ...] = ()
    people: tuple[tuple[str, str], ...] | None = None
    private: bool = False
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    file: str = ""

    @property
    def reads_health(self) -> bool:
        """Whether an ordinary health report answers some of it."""
        return any(field.reads for field in self.fields)

    def open_on(self, day: date) -> bool:
        """Whether it is open on that reporting day."""
        return (self.from_on is None or day >= self.from_on) and (self.to_on is None or day <= self.to_on)

    def open_at(self, day: date, wall: time) -> bool:
        """Whether it is open on that day at that time of day."""
        if self.from_at is None or self.to_at is None:
            return self.open_on(day)
        return self.open_on(day) and self.from_at <= wall < self.to_at

    def since(self, day: date) -> date:
        """From which day on an answer counts for that day."""
        if self.per is Per.DAY:
            return day
        return self.from_on or date.min

    def asked_in(self, room: str, *, for_staff: bool) -> bool:
        """Whether it is for that group."""
        if self.rooms:
            return room in self.rooms
        return self.whom is Whom.EVERYONE or (self.whom is Whom.STAFF) == for_staff


def named(forms: Sequence[Form], word: str) -> Form | None:
    """The form of that name or title."""
    wanted = _key(word)
    return next((form for form in forms if wanted in (_key(form.name), _key(form.title))), None)


def _key(word: str) -> str:
    return "".join(word.split()).casefold()
