"""Workdays with 调休 as the State Council fixed them, and Monday to Friday where it has not yet."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Days, ScheduleSettings, Settings
from schedules import calendar

UNKNOWN_YEAR = 2100


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param("2020-02-10", True, id="a Monday"),
        pytest.param("2020-02-08", False, id="a Saturday"),
        pytest.param("2020-01-19", True, id="a Sunday worked for 春节"),
        pytest.param("2020-01-31", False, id="the holiday prolonged in 2020"),
        pytest.param("2020-02-03", True, id="the first day after it"),
        pytest.param("2020-10-01", False, id="国庆节"),
        pytest.param("2026-10-10", True, id="a Saturday worked for 国庆节"),
    ],
)
def test_holidays_and_the_days_worked_for_them_are_known(day: str, works: bool) -> None:
    assert calendar.is_workday(date.fromisoformat(day)) is works


def test_it_is_known_which_years_are_known() -> None:
    assert calendar.known(2020)
    assert not calendar.known(1999)
    assert not calendar.known(UNKNOWN_YEAR)


def test_monday_to_friday_stand_in_for_a_year_that_is_not_known() -> None:
    monday = date(UNKNOWN_YEAR, 10, 4)
    assert [calendar.is_workday(monday + timedelta(days=ahead)) for ahead in range(7)] == [True] * 5 + [False] * 2


@given(st.dates())
def test_no_day_raises_and_each_is_either_a_workday_or_a_day_of_rest(day: date) -> None:
    assert calendar.fits(day, "workdays") is not calendar.fits(day, "weekends")
    assert calendar.fits(day, "daily")
    assert calendar.fits(day, (day.weekday(),))
    assert not calendar.fits(day, ((day.weekday() + 1) % 7,))


def told(days: Days, today: date, from_on: date | None = None, to_on: date | None = None) -> list[str]:
    """What `liaison check` would say of a schedule on that day."""
    schedule = ScheduleSettings(name="早报", do="remind", at=time(8), days=days, from_on=from_on, to_on=to_on)
    found = calendar.warnings(Settings(schedules=(schedule,), path=Path("x/bot.toml")), today)
    assert {warning.file for warning in found} <= {"x/bot.toml"}
    return [warning.what for warning in found]


@pytest.mark.parametrize("days", ["workdays", "weekends"])
def test_a_year_without_holidays_is_warned_of_where_schedules_need_them(days: Days) -> None:
    assert told(days, date(UNKNOWN_YEAR, 3, 1)) == [f"还没有 {UNKNOWN_YEAR} 年的放假调休安排，工作日暂按周一到周五算"]


@pytest.mark.parametrize("days", ["daily", (0, 3)])
def test_a_year_without_holidays_is_not_warned_of_where_none_does(days: Days) -> None:
    assert told(days, date(UNKNOWN_YEAR, 12, 1)) == []


def test_the_next_year_is_warned_of_from_november_on() -> None:
    last = next(year for year in range(2020, UNKNOWN_YEAR) if not calendar.known(year + 1))
    assert told("workdays", date(last, 10, 31)) == []
    assert told("workdays", date(last, 11, 1)) == [f"还没有 {last + 1} 年的放假调休安排，工作日暂按周一到周五算"]


def test_a_schedule_that_is_over_is_warned_of() -> None:
    assert told("daily", date(2020, 3, 2), to_on=date(2020, 3, 1)) == ["定时“早报”到 2020-03-01 为止，已经过期"]
    assert told("daily", date(2020, 3, 1), to_on=date(2020, 3, 1)) == []


def test_a_schedule_of_workdays_within_a_holiday_is_warned_of() -> None:
    today, first, last = date(2020, 1, 1), date(2020, 1, 24), date(2020, 2, 2)
    assert told("workdays", today, first, last) == ["定时“早报”从 2020-01-24 到 2020-02-02 没有一天要执行"]
    assert told("workdays", today, first, last + timedelta(days=1)) == []
