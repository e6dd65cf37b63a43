"""The statistics of early warning: the worked example, and what must hold of any series."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports import ears
from bot.reports.ears import DayCount

EXAMPLE = [0, 1, 0, 0, 2, 1, 0, 1, 0, 0, 1, 0, 3, 5, 2, 0]
FLOOR = 0.5
METHODS = {"C1": (ears.c1, 7), "C2": (ears.c2, 9), "C3": (ears.c3, 11)}

counts = st.lists(st.integers(0, 60), max_size=30)


@pytest.mark.parametrize(
    ("at", "c1", "c2", "c3"),
    [(12, 4.811, 3.087, 2.087), (13, 3.852, 5.669, 6.756), (14, 0.300, 2.940, 8.696), (15, -0.826, -0.642, 6.609)],
)
def test_the_worked_example(at: int, c1: float, c2: float, c3: float) -> None:
    until = EXAMPLE[: at + 1]
    found = [method(until, FLOOR) for method, _ in METHODS.values()]
    assert [round(one.value, 3) for one in found if one] == [c1, c2, c3]


@pytest.mark.parametrize("method", METHODS)
def test_a_method_speaks_from_its_first_usable_day_on(method: str) -> None:
    judge, first = METHODS[method]
    assert judge(EXAMPLE[:first], FLOOR) is None
    assert judge(EXAMPLE[: first + 1], FLOOR) is not None


@given(counts, st.floats(0.1, 3))
def test_mean_and_deviation_are_those_of_the_days_that_the_method_names(days: list[int], floor: float) -> None:
    for judge, begin, end in ((ears.c1, -8, -1), (ears.c2, -10, -3)):
        found = judge(days, floor)
        if found is not None:
            before = days[begin:end]
            assert found.mean == pytest.approx(statistics.mean(before))
            assert found.sd == pytest.approx(statistics.stdev(before))
            assert found.value == pytest.approx((days[-1] - found.mean) / max(found.sd, floor))


@given(st.lists(st.integers(0, 60), min_size=12, max_size=30), st.integers(1, 20))
def test_more_unwell_never_lower_a_statistic(days: list[int], more: int) -> None:
    worse = [*days[:-1], days[-1] + more]
    for judge, _ in METHODS.values():
        before, after = judge(days, FLOOR), judge(worse, FLOOR)
        assert before is not None
        assert after is not None
        assert after.value >= before.value


@given(st.lists(st.integers(0, 60), min_size=12, max_size=30), st.integers(0, 40))
def test_the_same_number_each_day_is_nothing_unusual(days: list[int], level: int) -> None:
    for judge, _ in METHODS.values():
        found = judge([level] * len(days), FLOOR)
        assert found is not None
        assert found.value == 0


# ── days with few reports ───────────────────────────────────────────────────────────────────────────────────────

FEW = DayCount(due=10, reported=5, unwell=4)
full = st.builds(DayCount, due=st.just(60), reported=st.integers(48, 60), unwell=st.integers(0, 48))


@given(st.lists(full, min_size=1, max_size=25), st.lists(st.integers(0, 24), max_size=10))
def test_days_with_few_reports_change_nothing_wherever_they_lie(days: list[DayCount], places: list[int]) -> None:
    mixed = list(days)
    for place in places:
        mixed.insert(min(place, len(mixed) - 1), FEW)
    assert ears.series(mixed, 0.8) == ears.series(days, 0.8)


@given(st.lists(full, max_size=25))
def test_a_day_with_few_reports_is_not_judged(days: list[DayCount]) -> None:
    assert ears.series([*days, FEW], 0.8) == ()


def test_taken_as_zeros_such_days_would_raise_a_false_alarm() -> None:
    silent, steady = DayCount(due=10, reported=1), DayCount(due=10, reported=10, unwell=2)
    days = [*[steady] * 7, *[silent] * 7, steady]
    as_zeros = ears.c1([day.unwell for day in days], FLOOR)
    left_out = ears.c1(ears.series(days, 0.8), FLOOR)
    assert as_zeros is not None
    assert left_out is not None
    assert (as_zeros.value > 3, left_out.value) == (True, 0)


@pytest.mark.parametrize(
    ("day", "enough"),
    [
        (DayCount(due=10, reported=8), True),
        (DayCount(due=10, reported=7), False),
        (DayCount(due=10, reported=4, excused=5), True),
        (DayCount(due=10, reported=0, excused=10), False),
        (DayCount(due=0, reported=0), False),
    ],
)
def test_whoever_is_on_leave_is_not_expected_and_nobody_at_all_says_nothing(day: DayCount, enough: bool) -> None:
    assert day.enough(0.8) is enough
