"""PURE: the day's telephone list (电话名单): who is to be called, what was tried. For whoever is on duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot import wording
from bot.reports.workbook import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody to be called.

    Args:
        phone: empty where none is known.
        tried: what was tried, in order, in words.
        unreachable: staff have noted today that they do not answer.
    """

    name: str
    unit: str
    phone: str = field(repr=False)
    groups: Sequence[str]
    tried: Sequence[str]
    unreachable: bool


def line(call: Call) -> str:
    """One person of the list."""
    return wording.phone_line(
        wording.called(call.name, call.unit, call.phone), call.tried, unreachable=call.unreachable
    )


def sheet(calls: Sequence[Call]) -> Sheet:
    """The list to print, with columns to write in."""
    columns = [
        ("序号", 6),
        ("姓名", 10),
        ("单位", 18),
        ("电话", 16),
        ("群", 28),
        ("已经试过", 48),
        ("标记", 10),
        ("打通了没有", 12),
        ("情况", 30),
    ]
    rows = [
        (
            number,
            call.name,
            call.unit,
            call.phone,
            "、".join(call.groups),
            "、".join(call.tried),
            "联系不上" if call.unreachable else "",
            "",
            "",
        )
        for number, call in enumerate(calls, 1)
    ]
    return Sheet(title="电话名单", columns=columns, rows=rows)
