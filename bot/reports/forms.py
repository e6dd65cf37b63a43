"""PURE: a group's day in one of the office's own forms (采集): who was asked, who answered, what it sums up to.

`bot.daybook` hands in what the store holds; `handlers` and `schedules` show what comes out. Values of a private form
stand only in what goes to one member of staff alone.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot import wording
from bot.forms import Field, Form, Kind, Reads, Whom
from bot.people import Known, key
from bot.records import Value
from bot.reports.workbook import Sheet


class Standing(enum.StrEnum):
    """How a person stands in a form."""

    ANSWERED = "answered"
    """已报."""
    INCOMPLETE = "incomplete"
    """没填全: something required is lacking, or was not clear."""
    LEAVE = "leave"
    """请假."""
    MISSING = "missing"
    """未报."""
    UNREACHABLE = "unreachable"
    """联系不上."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One standing answer of a person, perhaps to some of the fields only."""

    record_id: int
    subject_id: int
    values: Mapping[str, Value]
    open: Sequence[str]
    proxy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a person has answered in all: of each field what was said last.

    Args:
        lacking: required fields without a value.
        open: fields whose last word was not clear; a person settles them.
        parts: the records behind it.
    """

    values: Mapping[str, Value]
    open: tuple[str, ...]
    lacking: tuple[str, ...]
    proxy: bool
    parts: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing has to be asked any more."""
        return not self.open and not self.lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDay:
    """A group's day in a form; of a form that is answered once, all until that day."""

    form: Form
    room: str
    on: date
    people: Sequence[Known]
    standings: Mapping[int, Standing]
    given: Mapping[int, Given]

    @property
    def answered(self) -> Sequence[Known]:
        """Those who have answered, incomplete answers too."""
        return self.standing(Standing.ANSWERED, Standing.INCOMPLETE)

    @property
    def incomplete(self) -> Sequence[Known]:
        """Those of whom something is still to be asked."""
        return self.standing(Standing.INCOMPLETE)

    @property
    def missing(self) -> Sequence[Known]:
        """Those of whom nothing is known and who are not excused."""
        return self.standing(Standing.MISSING, Standing.UNREACHABLE)

    def standing(self, *standings: Standing) -> Sequence[Known]:
        """Those who stand so, in the order of the roster."""
        return [known for known in self.people if self.standings[known.person_id] in standings]

    def of_people(self, name: str, ids: Collection[int]) -> FormDay:
        """The same day, of these people only, under another name."""
        here = [known for known in self.people if known.person_id in ids]
        return FormDay(
            form=self.form,
            room=name,
            on=self.on,
            people=here,
            standings=self.standings,
            given={k.person_id: self.given[k.person_id] for k in here if k.person_id in self.given},
        )

    def total(self, field: Field) -> float:
        """The sum of a number."""
        return sum(v for v in self._values(field) if isinstance(v, float | int) and not isinstance(v, bool))

    def counted(self, field: Field) -> Mapping[str, int]:
        """How many said what, of a choice, a yes/no or a day; in the order in which the form has them."""
        said = Counter(wording.value(value) for value in self._values(field))
        order = [name for name, _ in field.options] or ["是", "否"]
        return {name: said[name] for name in (*order, *sorted(said.keys() - set(order))) if said[name]}

    def _values(self, field: Field) -> list[Value]:
        return [g.values[field.name] for g in self.given.values() if field.name in g.values]


def together(name: str, days: Sequence[FormDay]) -> FormDay:
    """One day of several groups as one: who sits in three of them counts once."""
    return FormDay(
        form=days[0].form,
        room=name,
        on=days[0].on,
        people=list({known.person_id: known for day in days for known in day.people}.values()),
        standings={person: standing for day in days for person, standing in day.standings.items()},
        given={person: given for day in days for person, given in day.given.items()},
    )


def asked(form: Form, members: Sequence[Known]) -> list[Known]:
    """Those of a group's members whom a form asks."""
    role = {Whom.DEPUTIES: "deputy", Whom.STAFF: "staff"}.get(form.whom)
    found = [known for known in members if role in (None, known.role)]
    if form.people is None:
        return found
    listed = {(key(name), key(unit)) for name, unit in form.people}
    return [k for k in found if (key(k.name), key(k.unit)) in listed or (key(k.name), "") in listed]


def put_together(form: Form, parts: Sequence[Part]) -> dict[int, Given]:
    """Each person's answer from its parts, in the order in which they were said: of a field the last word holds."""
    of_person: dict[int, list[Part]] = {}
    for part in parts:
        of_person.setdefault(part.subject_id, []).append(part)
    return {person: _given(form, theirs) for person, theirs in of_person.items()}


def _given(form: Form, parts: Sequence[Part]) -> Given:
    values: dict[str, Value] = {}
    unclear: set[str] = set()
    for part in parts:
        values.update(part.values)
        unclear -= part.values.keys()
        unclear.update(part.open)
        for name in part.open:
            values.pop(name, None)
    known = [field for field in form.fields if field.name in values]
    return Given(
        values={field.name: values[field.name] for field in known},
        open=tuple(field.name for field in form.fields if field.name in unclear),
        lacking=tuple(f.name for f in form.fields if f.required and f.name not in values and f.name not in unclear),
        proxy=parts[-1].proxy,
        parts=tuple(part.record_id for part in parts),
    )


def standings_of(
    people: Sequence[Known], given: Mapping[int, Given], marks: Sequence[tuple[int, str]]
) -> dict[int, Standing]:
    """How each person stands.

    Args:
        marks: (person, state) that staff noted, oldest first; what is noted of health alone (零报告) says nothing here.
    """
    noted = {person: Standing(state) for person, state in marks if state in (Standing.LEAVE, Standing.UNREACHABLE)}
    found = {}
    for known in people:
        if (answer := given.get(known.person_id)) is not None:
            found[known.person_id] = Standing.ANSWERED if answer.whole else Standing.INCOMPLETE
        else:
            found[known.person_id] = noted.get(known.person_id, Standing.MISSING)
    return found


def for_room(day: FormDay, *, names: bool, totals: bool) -> str:
    """A form's day as a group may see it: counts, and where the office wishes so names and totals."""
    text = wording.form_tally(
        day.form.title,
        day.on,
        (len(day.people), len(day.answered), len(day.missing), len(day.incomplete)),
        len(day.standing(Standing.LEAVE)),
    )
    lines = [text]
    if totals and not day.form.private:
        lines += _totals(day)
    if names and day.missing:
        lines.append(wording.form_missing([known.name for known in day.missing]))
    if names and day.incomplete:
        lines.append(wording.form_incomplete([known.name for known in day.incomplete]))
    return "\n".join(lines)


def for_staff(day: FormDay) -> str:
    """What of a form's day a group may not see: totals of a private form, and what is to be asked of whom."""
    lines = _totals(day) if day.form.private else []
    for known in day.incomplete:
        answer = day.given[known.person_id]
        lines.append(wording.form_to_ask(known.name, answer.open, answer.lacking))
    return "\n".join([wording.form_heading(day.form.title, day.on, day.room), *lines]) if lines else ""


def _totals(day: FormDay) -> list[str]:
    lines = []
    for field in day.form.fields:
        counted = field.kind in (Kind.YES_NO, Kind.CHOICE, Kind.DATE)
        counted = counted or field.reads in (Reads.EXPOSURE, Reads.ISOLATION, Reads.STATUS)
        if field.kind is Kind.NUMBER and (answers := sum(field.name in g.values for g in day.given.values())):
            lines.append(wording.form_sum(field.name, day.total(field), field.units[:1], answers))
        elif counted and (said := day.counted(field)):
            lines.append(wording.form_counts(field.name, said))
    return lines


def sheets(days: Sequence[FormDay]) -> list[Sheet]:
    """A form as an Excel file: each person's days one below another, who answered when, and the totals.

    Args:
        days: of one form, by day and group.
    """
    form = days[0].form
    columns = [("群", 24), ("单位", 18), ("姓名", 10), ("日期", 12), ("状态", 10)]
    columns += [(_head(field), 16) for field in form.fields] + [("待核实", 18), ("代报", 8)]
    groups = _groups(days)
    rows = [
        _row(day, known, "、".join(groups[known.person_id]))
        for room in dict.fromkeys(d.room for d in days)
        for known in _everybody(days, room)
        if groups[known.person_id][0] == room  # each person once, whatever groups they are in
        for day in days
        if day.room == room and known.person_id in day.standings
    ]
    found = [Sheet(title="逐人", columns=columns, rows=rows)]
    dates = sorted({day.on for day in days})
    if len(dates) > 1:
        found.append(_overview(days, dates))
    heads = [("日期", 12), ("群", 24), ("应报", 8), ("已报", 8), ("未报", 8), ("没填全", 8), ("请假", 8), ("合计", 60)]
    wholes = [
        together(wording.all_rooms(len(here)), here)
        for on in dates
        if len(here := [day for day in days if day.on == on]) > 1
    ]
    totals = [
        (
            d.on,
            d.room,
            len(d.people),
            len(d.answered),
            len(d.missing),
            len(d.incomplete),
            len(d.standing(Standing.LEAVE)),
            "；".join(_totals(d)),
        )
        for d in (*days, *wholes)
    ]
    return [*found, Sheet(title="汇总", columns=heads, rows=totals)]


def _overview(days: Sequence[FormDay], dates: Sequence[date]) -> Sheet:
    """Who answered on which day."""
    rows = []
    groups = _groups(days)
    for room in dict.fromkeys(day.room for day in days):
        of_date = {day.on: day for day in days if day.room == room}
        for known in _everybody(days, room):
            if groups[known.person_id][0] == room:
                cells = [_state(of_date[on], known) if on in of_date else "" for on in dates]
                rows.append(("、".join(groups[known.person_id]), known.unit, known.name, *cells))
    heads = [("群", 24), ("单位", 18), ("姓名", 10), *((f"{on.month}-{on.day}", 8) for on in dates)]
    return Sheet(title="逐日", columns=heads, rows=rows)


def _groups(days: Sequence[FormDay]) -> dict[int, list[str]]:
    """In which groups each person is asked."""
    found: dict[int, list[str]] = {}
    for day in days:
        for known in day.people:
            rooms = found.setdefault(known.person_id, [])
            if day.room not in rooms:
                rooms.append(day.room)
    return found


def _everybody(days: Sequence[FormDay], room: str) -> list[Known]:
    found = {known.person_id: known for day in days if day.room == room for known in day.people}
    return list(found.values())


def _head(field: Field) -> str:
    return f"{field.name}（{field.units[0]}）" if field.units else field.name


def _state(day: FormDay, known: Known) -> str:
    return wording.standing_names()[day.standings[known.person_id]] if known.person_id in day.standings else ""


def _row(day: FormDay, known: Known, rooms: str) -> tuple[str | int | float | date | None, ...]:
    answer = day.given.get(known.person_id)
    values = answer.values if answer else {}
    cells = [_cell(values.get(field.name)) for field in day.form.fields]
    unclear = "、".join(answer.open) if answer else ""
    by_other = "是" if answer and answer.proxy else ""
    return (rooms, known.unit, known.name, day.on, _state(day, known), *cells, unclear, by_other)


def _cell(value: Value | None) -> str | float | None:
    return wording.value(value) if isinstance(value, bool) else value
