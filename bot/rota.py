"""The rota (值班表): a table that says who is on duty on which day → frozen shifts; all faults told at once.

Called by `bot.settings.loading`. It takes CSV and workbooks as clerks keep them; a line is a day, or a span of days,
and one or several names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot import tabular
from bot.errors import Fault, SettingsError
from bot.rosters import MOST_NAME, plain

_TITLES = {
    "on": ("日期", "值班日期", "时间", "date"),
    "names": ("值班人员", "值班", "值班员", "值班人", "姓名", "name"),
}
_DATE = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_SPAN = re.compile(rf"{_DATE}(?:\s*(?:至|到|[~～—－-])+\s*{_DATE})?")
_PARTED = re.compile(r"[;；、，,|｜/\s]+")
_SPACED = re.compile(r"(?<![\u3400-\u9fff])([\u3400-\u9fff])[ \u3000]+([\u3400-\u9fff])(?![\u3400-\u9fff])")
"""张　三: two signs that a clerk has spread to the width of three are one name."""
_MOST_DAYS = 366
MOST_ON_DUTY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Who is on duty on a day, in the table's order; never empty."""

    on: date
    names: tuple[str, ...]


def read(path: Path) -> tuple[Shift, ...]:
    """Reads a rota, by day; several lines of one day are one shift.

    Raises:
        SettingsError: with every fault of the file.
    """
    faults: list[Fault] = []
    table = tabular.headed(tabular.read(path, faults, "值班表"), str(path), _TITLES, tuple(_TITLES), faults)
    columns = table.columns if table else {}
    days: dict[date, list[str]] = {}
    for line, cells in table.rows if table else ():
        row = {title: cells[at] if at < len(cells) else "" for title, at in columns.items()}
        on, names = row["on"], _names(row["names"])
        for what, remedy in _wrong(on, names):
            faults.append(Fault(str(path), line, what, remedy))
        for day in _days(on):
            days.setdefault(day, []).extend(name for name in names if name not in days.get(day, ()))
    if faults:
        raise SettingsError(faults)
    return tuple(Shift(on=day, names=tuple(names)) for day, names in sorted(days.items()))


def _names(written: str) -> Sequence[str]:
    return [plain(name) for name in _PARTED.split(_SPACED.sub(r"\1\2", written)) if name]


def _days(written: str) -> Sequence[date]:
    """The days that are written; none where they can't be read."""
    found = _SPAN.fullmatch(written.strip())
    try:
        first = date(*map(int, found.groups()[:3])) if found else None
        last = date(*map(int, found.groups()[3:])) if found and found[4] else first
    except ValueError:  # 2 月 30 日
        return ()
    if first is None or last is None or not 0 <= (last - first).days < _MOST_DAYS:
        return ()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _wrong(on: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    if not _days(on):
        what = "日期写得不对" if on else "没有写日期"
        yield what, "请写上年月日，如 2020-02-05；连着几天可以写 2020-02-05至2020-02-07"
    if not names:
        yield "没有写值班人员", "请写姓名，几个人用顿号隔开；没有人值班的日子请删去这一行"
    elif len(names) > MOST_ON_DUTY or any(len(name) > MOST_NAME or not name.isprintable() for name in names):
        yield "值班人员太多或姓名太长", f"一天至多 {MOST_ON_DUTY} 人，用顿号隔开"
