"""Tables as clerks keep them: a CSV of any usual encoding, or an Excel workbook's first sheet → rows of text.

`bot.rosters` and `bot.register` read with it. Of Excel's doors this is the one in; `bot.reports.workbook` is the one
out. A fault names a line, never what stands in it.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.errors import Fault, SettingsError

_XLSX, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SAVE_AS = "另存为“CSV UTF-8（逗号分隔）”"
_MOST_BYTES = 20_000_000
_MOST_CELLS = 40
"""Columns that are looked at; a sheet that was once formatted to its right edge has 16,384."""


class Row(NamedTuple):
    """A row that is not blank: the line it begins at, and its cells without outer blanks."""

    line: int
    cells: list[str]


class Headed(NamedTuple):
    """A table whose first row says what its columns hold.

    Args:
        columns: which cell of a row holds what.
        width: how many columns the heading has.
    """

    columns: Mapping[str, int]
    width: int
    rows: Sequence[Row]


def read(path: Path, faults: list[Fault], what: str = "名单") -> list[Row]:
    """The rows of a file.

    Args:
        what: how faults call it.

    Raises:
        SettingsError: it is not there, or nothing that can be read.
    """
    file = str(path)
    try:
        content = path.read_bytes()
    except OSError:
        raise _error(file, f"{what}读不了", "请检查文件是不是在那里，本程序有没有读它的权限") from None
    if content.startswith(_XLS):
        raise _error(file, f"{what}是旧版 Excel 工作簿（.xls）", f"请在 Excel 里另存为 .xlsx，或{_SAVE_AS}")
    if content.startswith(_XLSX):
        return list(_of_workbook(content, file, what))
    text = _decode(content)
    if text is None:
        raise _error(file, f"{what}的编码不认识", f"请用 Excel 打开，{_SAVE_AS}")
    return parse(text, file, faults)


def parse(text: str, file: str, faults: list[Fault]) -> list[Row]:
    """The rows of a CSV's text, whatever parts its cells; as far as its quotes pair."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max("\t,，", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found, line = [], 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                found.append(Row(line, cells))
            line = reader.line_num + 1
    except csv.Error:
        faults.append(Fault(file, line, "这里的引号不成对，后面的都读不了", "请补上或删去引号"))
    return found


def headed(
    rows: Sequence[Row], file: str, titles: Mapping[str, Sequence[str]], needed: Sequence[str], faults: list[Fault]
) -> Headed | None:
    """The table under its heading; None where what it holds cannot be known.

    Args:
        titles: what a column may be called, by what it holds.
        needed: the columns without which it can't be read.
    """
    usual = ",".join(titles[column][0] for column in titles)
    must = "和".join(titles[column][0] for column in needed)
    remedy = f"请在第一行写表头：{usual}；{must}必须有"
    if not rows:
        if not faults:
            faults.append(Fault(file, 1, "名单是空的", remedy))
        return None
    named = {title: column for column, known in titles.items() for title in known}
    found: dict[str, int] = {}
    heading = rows[0]
    for number, title in enumerate(heading.cells):
        column = named.get("".join(title.split()).lower())
        if column in found:
            faults.append(Fault(file, heading.line, f"表头里的“{title}”和前面一列重复", "同样的列只留一列"))
        elif column is not None:
            found[column] = number
    absent = [titles[column][0] for column in needed if column not in found]
    if absent:
        faults.append(Fault(file, heading.line, f"表头里没有{'、'.join(absent)}", remedy))
        return None
    return Headed(found, len(heading.cells), rows[1:])


def _of_workbook(content: bytes, file: str, what: str) -> Iterator[Row]:
    if len(content) > _MOST_BYTES:
        raise _error(file, f"{what}太大", f"工作簿至多 {_MOST_BYTES // 1_000_000} MB；请删去图片和别的表")
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for line, values in enumerate(sheet.iter_rows(max_col=_MOST_CELLS, values_only=True), 1):
            cells = [_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield Row(line, cells)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError):
        raise _error(file, f"{what}这个工作簿打不开", f"请用 Excel 打开看看，再另存一次，或{_SAVE_AS}") from None


def _text(value: object) -> str:
    """A cell as people see it; a telephone number that Excel keeps as a number has no .0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    return str(value).strip()


def _decode(content: bytes) -> str | None:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _error(file: str, what: str, remedy: str) -> SettingsError:
    return SettingsError([Fault(file, 0, what, remedy)])
