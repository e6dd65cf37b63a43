"""PURE: what stands behind a command: days as people write them, a room or a unit, the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot import wording
from bot.errors import Refusal

_NEAR = {
    "今天": 0,
    "今日": 0,
    "今": 0,
    "today": 0,
    "昨天": 1,
    "昨日": 1,
    "yesterday": 1,
    "前天": 2,
    "大前天": 3,
    "明天": -1,
    "后天": -2,
}
_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SHORT = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?")
_ONLY_DAY = re.compile(r"(\d{1,2})[日号]")
_LAST = re.compile(r"(?:近|最近|过去)(\d{1,2})[天日]")
_FROM_TO = re.compile(r"(.+?)(?:至|到|~|—|－|(?<=日)-)(.+)")


@dataclass(frozen=True, slots=True)
class Span:
    """Days from..to, both included."""

    first: date
    last: date

    @property
    def days(self) -> Sequence[date]:
        """Each of them, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def read_day(word: str, today: date) -> date | None:
    """The day somebody means; a day without a year is the nearest one, None where it is no day."""
    word = word.strip().casefold()
    if word in _NEAR:
        return today - timedelta(days=_NEAR[word])
    if found := _FULL.fullmatch(word):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SHORT.fullmatch(word):
        years = (today.year, today.year - 1, today.year + 1)
        days = [day for year in years if (day := _date(year, int(found[1]), int(found[2])))]
        return min(days, key=lambda day: abs(day - today), default=None)
    if found := _ONLY_DAY.fullmatch(word):
        return _date(today.year, today.month, int(found[1]))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_span(word: str, today: date) -> Span | None:
    """A span of days: one day, 本周, 上周, 本月, 近7天, 2月1日至2月10日."""
    monday = today - timedelta(days=today.weekday())
    named = {
        "本周": Span(monday, today),
        "这周": Span(monday, today),
        "上周": Span(monday - timedelta(days=7), monday - timedelta(days=1)),
        "本月": Span(today.replace(day=1), today),
    }
    if word in named:
        return named[word]
    if found := _LAST.fullmatch(word):
        return Span(today - timedelta(days=max(int(found[1]), 1) - 1), today)
    if day := read_day(word, today):
        return Span(day, day)
    if found := _FROM_TO.fullmatch(word):
        first, last = read_day(found[1], today), read_day(found[2], today)
        if first and last and first <= last:
            return Span(first, last)
    return None


def split_span(args: Sequence[str], today: date) -> tuple[Span, list[str]]:
    """The span that stands among the arguments (today where none does), and the other arguments.

    Raises:
        Refusal: something looks like a day and is none.
    """
    span, rest = None, []
    for word in args:
        found = read_span(word, today)
        if found is not None and span is None:
            span = found
        elif re.fullmatch(r"[\d年月日号/.\-]+", word):
            raise Refusal(wording.which_day(word))
        else:
            rest.append(word)
    return span or Span(today, today), rest
