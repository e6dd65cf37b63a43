"""PURE: a room's day (汇总): who is to report, who has, who has not, who is unwell; seven states, none from silence.

`bot.daybook` hands in what the store holds; `handlers`, `schedules` and `liaison tally` show what comes out.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.people import Known


class State(enum.StrEnum):
    """How a person stands on a day."""

    WELL = "well"
    """已报正常."""
    ILL = "ill"
    """已报异常: unwell, or not surely well."""
    ZERO = "zero"
    """零报告: their unit says that there is nothing to report of them."""
    PROXY = "proxy"
    """代报: well, as somebody else says."""
    LEAVE = "leave"
    """请假."""
    MISSING = "missing"
    """未报."""
    UNREACHABLE = "unreachable"
    """联系不上."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A standing report of a person's own health; handed in by the order in which it was said."""

    record_id: int
    subject_id: int
    ill: bool
    unsure: bool
    proxy: bool
    said_at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfFamily:
    """A standing report of the health of somebody's relative; `words` say which one."""

    known: Known
    words: str
    ill: bool
    unsure: bool
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomDay:
    """A room's day, or that of other people who are counted together; lists are in the order of the roster.

    Args:
        deputies: those who are due: deputies, in a room of staff its staff.
        families: what was reported of their families; makes nobody reported.
        cash_yuan: in yuan.
    """

    room: str
    on: date
    deputies: Sequence[Known]
    states: Mapping[int, State]
    last: Mapping[int, Report]
    suggestions: int = 0
    problems: int = 0
    deeds: int = 0
    cash_yuan: float = 0.0
    families: Sequence[OfFamily] = ()
    for_staff: bool = False

    @property
    def should_report(self) -> int:
        """How many deputies are due."""
        return len(self.deputies)

    @property
    def reported(self) -> Sequence[Known]:
        """Deputies about whom a report stands."""
        return self.in_states(State.WELL, State.ILL, State.ZERO, State.PROXY)

    @property
    def missing(self) -> Sequence[Known]:
        """Deputies of whom nothing is known and who are not excused."""
        return self.in_states(State.MISSING, State.UNREACHABLE)

    @property
    def unwell(self) -> Sequence[Known]:
        """Deputies whose last report is unwell or unsure."""
        return self.in_states(State.ILL)

    def in_states(self, *states: State) -> Sequence[Known]:
        """Deputies in one of these states."""
        return [known for known in self.deputies if self.states[known.person_id] in states]

    def of_people(self, name: str, ids: Collection[int]) -> RoomDay:
        """The same day, of these people only, under another name."""
        return RoomDay(
            room=name,
            on=self.on,
            deputies=[known for known in self.deputies if known.person_id in ids],
            states=self.states,
            last=self.last,
            families=[told for told in self.families if told.known.person_id in ids],
            for_staff=self.for_staff,
        )

    def as_json(self) -> dict[str, Any]:
        """What `liaison tally --json` prints for a room."""
        return {
            "room": self.room,
            "date": self.on.isoformat(),
            "should_report": self.should_report,
            "reported": len(self.reported),
            "missing": [known.name for known in self.missing],
            "unwell": [known.name for known in self.unwell],
            "suggestions": self.suggestions,
            "deeds": self.deeds,
            "cash_yuan": self.cash_yuan,
        }


def together(name: str, days: Sequence[RoomDay]) -> RoomDay:
    """One day of several rooms as one: who sits in three of them counts once."""
    return RoomDay(
        room=name,
        on=days[0].on,
        deputies=list({known.person_id: known for day in days for known in day.deputies}.values()),
        states={person: state for day in days for person, state in day.states.items()},
        last={person: report for day in days for person, report in day.last.items()},
        suggestions=sum(day.suggestions for day in days),
        problems=sum(day.problems for day in days),
        deeds=sum(day.deeds for day in days),
        cash_yuan=sum(day.cash_yuan for day in days),
    )


def states_of(
    deputies: Sequence[Known], reports: Sequence[Report], marks: Sequence[tuple[int, State]]
) -> tuple[dict[int, State], dict[int, Report]]:
    """Each deputy's state, and the last report about each who has one.

    Args:
        reports: in the order in which they were said.
        marks: (person, state) that staff noted, oldest first.
    """
    last = {report.subject_id: report for report in reports}
    noted = dict(marks)
    states = {}
    for known in deputies:
        report = last.get(known.person_id)
        if report is None:
            states[known.person_id] = noted.get(known.person_id, State.MISSING)
        elif report.ill or report.unsure:
            states[known.person_id] = State.ILL
        else:
            states[known.person_id] = State.PROXY if report.proxy else State.WELL
    return states, last
