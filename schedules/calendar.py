"""Which days are workdays (工作日), 调休 counted: the only door to `chinese_calendar`.

Called by the schedules, and by `liaison check` for what staff should know about the days. The State Council fixes a
year's holidays in the November before it; for a year the installed package does not know, Monday to Friday stand in,
and `known` and `warnings` say so. Nothing here raises, and no clock is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import chinese_calendar
from chinese_calendar.constants import holidays

from bot.errors import Fault
from bot.settings import Days, ScheduleSettings, Settings

_ANNOUNCED_IN = 11
"""The month in which next year's holidays are announced; before it nobody can know them."""


@cache
def known(year: int) -> bool:
    """Whether that year's holidays and 调休 are known; otherwise its workdays are Monday to Friday."""
    return any(day.year == year for day in holidays)


def is_workday(day: date) -> bool:
    """Whether offices work on that day."""
    if known(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def fits(day: date, days: Days) -> bool:
    """Whether a schedule with these `days` is due on that day."""
    match days:
        case "daily":
            return True
        case "workdays":
            return is_workday(day)
        case "weekends":
            return not is_workday(day)
        case _:
            return day.weekday() in days


def warnings(settings: Settings, today: date) -> tuple[Fault, ...]:
    """What staff should know about the days of their schedules, for `liaison check`."""
    file = str(settings.path or "bot.toml")
    found = [*_of_years(settings, today)]
    for schedule in settings.schedules:
        found += _of_window(schedule, today)
    return tuple(Fault(file, 0, what, remedy) for what, remedy in found)


def _of_years(settings: Settings, today: date) -> Iterator[tuple[str, str]]:
    if not any(schedule.days in ("workdays", "weekends") for schedule in settings.schedules):
        return
    years = [today.year, today.year + 1] if today.month >= _ANNOUNCED_IN else [today.year]
    for year in years:
        if not known(year):
            yield (
                f"还没有 {year} 年的放假调休安排，工作日暂按周一到周五算",
                "国务院公布安排后请升级：pip install -U chinesecalendar",
            )


def _of_window(schedule: ScheduleSettings, today: date) -> Iterator[tuple[str, str]]:
    first, last = schedule.from_on, schedule.to_on
    if last is None:
        return
    if last < today:
        yield f"定时“{schedule.name}”到 {last} 为止，已经过期", "请改 to_on，或者删去这个定时"
    elif first is not None and not any(
        fits(first + timedelta(days=ahead), schedule.days) for ahead in range(min((last - first).days, 400) + 1)
    ):
        yield (
            f"定时“{schedule.name}”从 {first} 到 {last} 没有一天要执行",
            "这几天都是节假日，或者都是工作日；请改 days，或者放宽日期",
        )
