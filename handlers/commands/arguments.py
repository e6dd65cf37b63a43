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
_TO = re.compile(r"\s*(?:至|到|[~～—－-])+\s*")
_LIKE_A_DAY = re.compile(r"(?=.*\d)[\d年月日号/.\-至到~～—－]+")
_FOR_DAYS = re.compile(r"(?:(.+?)(?:(?<=[日号天])|\s|起)\s*起?\s*)?([1-9]\d?|[一两二三四五六七八九十])\s*天")
_DIGITS = {"两": 2, **{digit: n for n, digit in enumerate("一二三四五六七八九十", 1)}}

_WEEK_OR_MONTH = re.compile(r"(本|这|下)个?(周|星期|礼拜|月)")

MOST_DAYS = 31
"""How many days one answer shows."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from..to, both included."""

    first: date
    last: date

    @property
    def days(self) -> Sequence[date]:
        """Each of them, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def latest(self) -> Span:
        """The last of them, at most MOST_DAYS."""
        if (self.last - self.first).days < MOST_DAYS:
            return self
        return Span(self.last - timedelta(days=MOST_DAYS - 1), self.last)


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
    return _from_to(word, today)


def _from_to(word: str, today: date) -> Span | None:
    """2月1日至2月10日, 2月1日-10日, 2020-02-01-2020-02-10: parted wherever both sides are days."""
    word = re.sub(r"^[从自]", "", word)
    for parting in _TO.finditer(word):
        first, after = read_day(word[: parting.start()], today), word[parting.end() :]
        if first is None:
            continue
        same_month = _ONLY_DAY.fullmatch(after)
        last = _date(first.year, first.month, int(same_month[1])) if same_month else read_day(after, today)
        if last is not None and first <= last:
            return Span(first, last)
    return None


def read_leave(words: Sequence[str], today: date) -> Span | None:
    """The days of a leave (请假): 明天 is that day, 至2月20日 is from today on, 3天 too; today without words."""
    text = " ".join(words)
    if not text:
        return Span(today, today)
    if week := _ahead(text, today):
        return week
    if found := _FOR_DAYS.fullmatch(text):
        first = read_day(found[1].lstrip("从自"), today) if found[1] else today
        length = _DIGITS[found[2]] if found[2] in _DIGITS else int(found[2])
        return Span(first, first + timedelta(days=length - 1)) if first else None
    if until := _TO.match(text):
        last = read_day(text[until.end() :], today)
        return Span(today, last) if last is not None and last >= today else None
    if day := read_day(text, today):
        return Span(day, day)
    days = [read_day(word, today) for word in words]
    if len(days) == 2 and days[0] and days[1] and days[0] <= days[1]:
        return Span(days[0], days[1])
    return _from_to(text, today)


def _ahead(word: str, today: date) -> Span | None:
    """A span that lies ahead: the rest of this week or month, all of the next."""
    monday = today - timedelta(days=today.weekday())
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    spans = {
        "周": (Span(today, monday + timedelta(days=6)), Span(monday + timedelta(days=7), monday + timedelta(days=13))),
        "月": (
            Span(today, next_month - timedelta(days=1)),
            Span(next_month, (next_month + timedelta(days=32)).replace(day=1) - timedelta(days=1)),
        ),
    }
    found = _WEEK_OR_MONTH.fullmatch(word)
    return spans["月" if found[2] == "月" else "周"][found[1] == "下"] if found else None


def split_span(args: Sequence[str], today: date) -> tuple[Span, list[str]]:
    """The span that stands among the arguments (today where none does), and the other arguments.

    Raises:
        Refusal: something looks like a day and is none.
    """
    span, rest = None, []
    for word in _joined(args, today):
        found = read_span(word, today)
        if found is not None and span is None:
            span = found
        elif _LIKE_A_DAY.fullmatch(word):
            raise Refusal(wording.which_day(word))
        else:
            rest.append(word)
    return span or Span(today, today), rest


def _joined(args: Sequence[str], today: date) -> list[str]:
    """The arguments, with a span that was written with blanks (2月1日 至 2月10日) in one."""
    for width in (3, 2):
        for at in range(len(args) - width + 1):
            if _from_to(span := " ".join(args[at : at + width]), today):
                return [*args[:at], span, *args[at + width :]]
    return list(args)
