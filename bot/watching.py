"""Early warning (预警): each unit's daily count of unwell people, watched for days on which it is more than usual.

`schedules` has it look, `bot.reports.ears` holds the statistics, `handlers` list what was raised and take the answer.
What was raised goes to whoever is on duty, once for each unit, day and method; unanswered, once more to all staff.
Numbers only, and privately: which people they are, `/异常` tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot import daybook, staff, wording
from bot.audience import Reached
from bot.clock import quiet_until
from bot.messages import Post
from bot.reports import ears
from bot.reports.ears import DayCount
from bot.reports.tally import RoomDay, State
from bot.settings import AlarmSettings, Settings
from storage import Session, alarms, people, register
from storage.tables import Alarm

OFFICE = ""
"""The key of the whole office among units."""
_STATISTICS = (("c1", ears.c1), ("c2", ears.c2), ("c3", ears.c3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A unit and its days, oldest first.

    Args:
        key: its code, its name where only rosters tell it, `OFFICE` for all.
    """

    key: str
    name: str
    days: Sequence[DayCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is unusual about a unit's last day, by one method.

    Args:
        method: `c1`, `c2`, `c3` or `threshold`.
        statistic: with its baseline; None for the threshold.
    """

    method: str
    limit: float
    statistic: ears.Statistic | None = None


async def units_until(session: Session, settings: Settings, office_id: int, on: date) -> Sequence[Watched]:
    """Every unit with its days until that one, each person counted in their own unit and in all above it."""
    since = on - timedelta(days=settings.alarms.look_back_days - 1)
    asked, days = await daybook.days_of(session, office_id, settings.health.whom, since, on)
    tree = await register.units(session, office_id)
    return [
        Watched(key=key, name=name, days=[_count(day, ids) for day in days])
        for key, name, ids in groups(asked, tree, settings.office.name)
    ]


def groups(
    asked: Sequence[Reached], tree: Sequence[tuple[str, str, str]], office: str
) -> Sequence[tuple[str, str, frozenset[int]]]:
    """The office and its units: (key, name, who). Of several with the very same people the lowest stands for all.

    Args:
        tree: (code, name, parent) of all units, those above before those below.
    """
    above = {code: (name, parent) for code, name, parent in tree}
    names: dict[str, str] = {OFFICE: office, **{code: name for code, name, _ in tree}}
    found: dict[str, set[int]] = {key: set() for key in names}
    for person in asked:
        found[OFFICE].add(person.person_id)
        key = person.unit_code if person.unit_code in above else person.unit
        while key:
            names.setdefault(key, key)
            found.setdefault(key, set()).add(person.person_id)
            key = above[key][1] if key in above else ""
    lowest = {frozenset(ids): key for key, ids in found.items() if ids}
    return [(key, names[key], ids) for ids, key in lowest.items()]


def _count(day: RoomDay, ids: frozenset[int]) -> DayCount:
    states = [day.states[person] for person in ids]
    unwell = [person for person in ids if day.states[person] is State.ILL]
    excused = states.count(State.LEAVE)
    silent = states.count(State.MISSING) + states.count(State.UNREACHABLE)
    return DayCount(
        due=len(ids),
        reported=len(ids) - excused - silent,
        excused=excused,
        unwell=len(unwell),
        unsure=sum(day.last[person].unsure for person in unwell),
    )


def findings(unit: Watched, settings: AlarmSettings) -> Iterator[Finding]:
    """What is unusual about the unit's last day; nothing where too few have reported or nobody is unwell."""
    counts = ears.series(unit.days, settings.least_rate)
    if not counts or not counts[-1]:
        return  # C3 adds up three days, and stays high on the day after: nobody has to be called for that
    for (method, judge), limit in zip(_STATISTICS, settings.limits, strict=True):
        statistic = judge(counts, settings.min_sigma) if limit else None
        if statistic is not None and statistic.value > limit:
            yield Finding(method=method, limit=limit, statistic=statistic)
    threshold = settings.office_threshold if unit.key == OFFICE else settings.unit_threshold
    if threshold and counts[-1] >= threshold:
        yield Finding(method="threshold", limit=threshold)


async def look(
    session: Session, settings: Settings, office_id: int, on: date, now: datetime, why: str
) -> Sequence[Post]:
    """Raises what is unusual about a day and the one before it, each once; nothing where nothing is.

    The day before is looked at again for what was reported late.
    """
    await people.lock_office(session, office_id)  # of two processes one raises
    units = await units_until(session, settings, office_id, on)
    yesterday = on - timedelta(days=1)
    standing = await alarms.raised(session, office_id, (yesterday, on))
    posts: list[Post] = []
    for day, cut in ((yesterday, 1), (on, 0)):
        for unit in units:
            until = Watched(key=unit.key, name=unit.name, days=unit.days[: len(unit.days) - cut])
            for finding in findings(until, settings.alarms):
                if (day, unit.key, finding.method) not in standing:
                    posts += await _raise(session, settings, office_id, until, finding, (day, on), now, why)
    return posts


async def _raise(
    session: Session,
    settings: Settings,
    office_id: int,
    unit: Watched,
    finding: Finding,
    days: tuple[date, date],
    now: datetime,
    why: str,
) -> Sequence[Post]:
    """Keeps an alarm and tells those on duty.

    Args:
        days: the day it is about, and the day whose officers are told.
    """
    about, today = days
    alarm = await alarms.add(
        session,
        office_id,
        on_day=about,
        unit=(unit.key, unit.name),
        method=finding.method,
        figures=_figures(unit.days[-1], finding),
        made_at=now,
        repeat_at=_repeat_at(settings, now),
    )
    text = wording.private_alarm(said(alarm), alarm.number, settings.alarms.repeat_minutes)
    key = f"alarm/{about.isoformat()}/{unit.key}/{finding.method}"
    until = now + timedelta(hours=settings.manners.alert_hours)
    return await staff.to_officers(session, None, office_id, today, key, why, text, until)


def _figures(day: DayCount, finding: Finding) -> Mapping[str, Any]:
    found = finding.statistic
    return {
        "due": day.due,
        "reported": day.reported,
        "excused": day.excused,
        "unwell": day.unwell,
        "unsure": day.unsure,
        "rate": day.rate,
        "limit": finding.limit,
        "statistic": found.value if found else None,
        "mean": found.mean if found else None,
        "sd": found.sd if found else None,
    }


def _repeat_at(settings: Settings, now: datetime) -> datetime | None:
    if not settings.alarms.repeat_minutes:
        return None
    at = now + timedelta(minutes=settings.alarms.repeat_minutes)
    return quiet_until(at, settings.manners.quiet_hours) or at


def said(alarm: Alarm) -> str:
    """An alarm with the numbers behind it, in words; nobody's name."""
    figures = alarm.figures
    numbers = wording.private_unit_day(
        alarm.on_day,
        alarm.unit_name,
        (figures["due"], figures["reported"], figures["excused"]),
        figures["rate"],
        (figures["unwell"], figures["unsure"]),
    )
    if figures["statistic"] is None:
        return f"{numbers}；{wording.over_threshold(figures['limit'])}"
    baseline = (figures["statistic"], figures["mean"], figures["sd"])
    return f"{numbers}；{wording.over_usual(alarm.method, *baseline, figures['limit'])}"


async def next_repeat(session: Session, settings: Settings, office_id: int, now: datetime) -> Sequence[Post] | None:
    """Tells all staff once more of the next alarm that nobody has answered in time; None where there is none."""
    alarm = await alarms.take_to_repeat(session, office_id, now)
    if alarm is None:
        return None
    text = wording.private_alarm_again(said(alarm), alarm.number)
    until = now + timedelta(hours=settings.manners.alert_hours)
    return await staff.to_each(session, None, office_id, f"alarm/{alarm.number}/again", "预警没有人知悉", text, until)
