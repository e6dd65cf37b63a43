"""Tables pasted as text, and answers that stand in cells (cells).

A cell with 无 or 是 answers its column's heading: it is read as 接触史:无. Called by `bot.parsing.chains` and
`bot.parsing.numbered`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.parsing import deed, health
from bot.parsing.document import Document, Speaker
from bot.records import Deed, Record

YES_NO = re.compile(r"(?:无|否|没有?|有|是|未|×|x|√|不是|没得|冇|均无|都没有)\s*$|(?:是|有|否|无)[,，(（].*")


def read(document: Document, text: str, speaker: Speaker, heading: str | None, source: str) -> list[Record]:
    """Read answers with their questions before them, as a text of its own."""
    made = document.again(text)
    records = health.read(made, 0, len(made.plain), speaker, chain=heading, listed=True)
    return [record.with_source(source) for record in records]


def table(
    document: Document, lines: list[tuple[int, int]], heading_of: Callable[[Document, list[tuple[int, int]]], str]
) -> list[Record] | None:
    """A table with a heading line that has 姓名 in it."""
    for index, (start, end) in enumerate(lines[:4]):
        header = document.plain[start:end]
        if "姓名" not in header or index + 1 >= len(lines):
            continue
        split = _splitter(header)
        columns = [c.strip() for c in split.split(header.strip(" |"))]
        if len(columns) < 2 or not any(c in ("姓名", "代表姓名", "名字") for c in columns):
            return None
        at = next(i for i, c in enumerate(columns) if "姓名" in c or c == "名字")
        found: dict[tuple[object, ...], Record] = {}
        money = any(re.search(r"捐款|捐物|金额|捐赠|善款|现金|^物资", c) for c in columns)
        for a, b in lines[index + 1 :]:
            if money:
                if row := _gift_row(document, a, b, split, columns, at):
                    found["deed", row.subject] = row
                continue
            for record in _row(document, a, b, split, columns, at, heading_of(document, lines[:index])):
                found["health", getattr(record, "subject", ""), getattr(record, "relation", "")] = record
        return list(found.values())
    return None


def _gift_row(
    document: Document, start: int, end: int, split: re.Pattern[str], columns: list[str], at: int
) -> Deed | None:
    """A row of a table of gifts: a bare number in the money column is yuan."""
    visible = document.text.visible[start:end]
    cells = split.split(visible.strip(" |") if "|" in split.pattern else visible)
    if len(cells) <= at or not cells[at].strip():
        return None
    parts = []
    for column, cell in zip(columns, cells, strict=False):
        value = cell.strip()
        if column == columns[at] or not value or re.fullmatch(r"序号|编号|单位|代表团|职务|时间|日期", column):
            continue
        parts.append(
            f"捐款{value}元"
            if re.fullmatch(r"[\d,.]+", value) and "万" not in column
            else f"捐款{value}万元"
            if re.fullmatch(r"[\d,.]+", value)
            else value
        )
    made = document.again(",".join(parts))
    row = deed.line(made, 0, len(made.plain), cells[at].strip(), None)
    return None if row is None else row.with_source(document.visible(start, end))


def _splitter(header: str) -> re.Pattern[str]:
    if "\t" in header:
        return re.compile(r" *\t *")
    if "|" in header:
        return re.compile(r"\s*\|\s*")
    return re.compile(r"\s*[,、]\s*|\s+")


def _row(
    document: Document, start: int, end: int, split: re.Pattern[str], columns: list[str], at: int, heading: str
) -> list[Record]:
    visible = document.text.visible[start:end]
    cells = split.split(visible.strip(" |") if "|" in split.pattern else visible)
    if len(cells) <= at or not re.search(r"[\u4e00-\u9fffA-Za-z]", cells[at]) or set(visible.strip()) <= set("|-: "):
        return []
    name = cells[at].strip()
    parts = []
    for column, written in zip(columns, cells, strict=False):
        cell = written.strip()
        if (
            column == columns[at]
            or not cell
            or re.fullmatch(r"序号|编号|电话|手机号?|职务|单位|代表团|性别|年龄", column)
        ):
            continue
        place = re.search(r"现居|所在|地点|位置|住址|现在何处", column)
        parts.append(f"{column}:{cell}" if YES_NO.fullmatch(cell) or place else cell)
    mine = document.is_sender(name)
    if not parts:
        return []
    return read(document, ",".join(parts), Speaker(name, proxy=not mine), heading or None, document.visible(start, end))
