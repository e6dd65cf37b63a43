"""Figures and records as an Excel workbook (openpyxl's only door). PURE: rows in, bytes out.

Text cells are written as text: a name that begins with `=` must not become a formula.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_000  # Excel refuses more than 32,767 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: its title, column heads with widths in characters, and rows of numbers, days and texts."""

    title: str
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[str | int | float | date | None]]


def workbook(sheets: Sequence[Sheet], made_at: datetime) -> bytes:
    """The workbook's bytes."""
    book = Workbook()
    book.remove(book["Sheet"])
    book.properties.creator = "联络员"
    book.properties.created = book.properties.modified = made_at.replace(tzinfo=None)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title[:31]), sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, sheet: Sheet) -> None:
    for column, (head, width) in enumerate(sheet.columns, 1):
        cell = _write(page, 1, column, head)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF4")
        page.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(sheet.rows, 2):
        for column, value in enumerate(row, 1):
            cell = _write(page, number, column, value)
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str) and len(value) > 12)
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions


def _write(page: Worksheet, row: int, column: int, value: str | int | float | date | None) -> Cell:
    cell = page.cell(row=row, column=column)
    if isinstance(value, str):
        cell.value = _ILLEGAL.sub("�", value)[:_LONGEST_CELL]
        cell.data_type = "s"
    else:
        cell.value = value
    if not isinstance(cell, Cell):
        raise TypeError("a cell of a new sheet is a plain one")
    return cell
