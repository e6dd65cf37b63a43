"""A roster (名单): the CSV that says who belongs to a room → frozen entries; all faults told at once.

Called by `bot.settings.loading`. It takes files as Excel and clerks make them: Chinese or English headers, UTF-8,
GB18030 or UTF-16, commas or tabs, columns in any order, more columns than are needed. A fault names a line, never a
person or a telephone number.
"""

from __future__ import annotations

import codecs
import csv
import enum
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import Fault, SettingsError

MOST_NAME = 50
MOST_UNIT = 100
MOST_ALIASES = 20

_HEADERS = {
    "name": ("姓名", "name"),
    "role": ("身份", "角色", "role"),
    "unit": ("单位", "代表团", "unit"),
    "phone": ("电话", "手机", "手机号", "手机号码", "联系电话", "phone"),
    "aliases": ("别名", "昵称", "群昵称", "aliases"),
}
_COLUMN = {header: column for column, headers in _HEADERS.items() for header in headers}
_SPACED_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·\s]+")
_PHONE = re.compile(r"\+?\d{5,15}")
_PHONE_SPACING = re.compile(r"[\s()\-]")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SAVE_AS = "另存为“CSV UTF-8（逗号分隔）”"
_ALIAS_SEPARATOR = re.compile(r"[;；、|｜]")


class Role(enum.StrEnum):
    """What somebody is in a room."""

    DEPUTY = "deputy"
    """A deputy (代表): is to report."""
    STAFF = "staff"
    """Staff (工作人员): may give commands, is told who is unwell."""


_ROLES = {
    "代表": Role.DEPUTY,
    "人大代表": Role.DEPUTY,
    "deputy": Role.DEPUTY,
    "工作人员": Role.STAFF,
    "staff": Role.STAFF,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One person of a roster.

    Args:
        unit: where they belong (单位): a delegation, a district, an office; empty where the roster does not say.
        phone: digits, perhaps behind a +; empty where the roster does not say. Never shown.
        aliases: other names (别名) they go by in groups.
    """

    name: str
    role: Role = Role.DEPUTY
    unit: str = ""
    phone: str = field(default="", repr=False)
    aliases: tuple[str, ...] = ()


def read(path: Path) -> tuple[RosterEntry, ...]:
    """Reads a roster file.

    Raises:
        SettingsError: with every fault of the file.
    """
    file = str(path)
    try:
        content = path.read_bytes()
    except OSError:
        remedy = "请检查文件是不是在那里，本程序有没有读它的权限"
        raise SettingsError([Fault(file, 0, "名单读不了", remedy)]) from None
    if content.startswith(_WORKBOOKS):
        raise SettingsError([Fault(file, 0, "名单是 Excel 工作簿，不是 CSV", f"请在 Excel 里{_SAVE_AS}")])
    text = _decode(content)
    if text is None:
        raise SettingsError([Fault(file, 0, "名单的编码不认识", f"请用 Excel 打开，{_SAVE_AS}")])
    return parse(text, file)


def parse(text: str, file: str) -> tuple[RosterEntry, ...]:
    """Reads a roster's text.

    Args:
        file: what faults call it.

    Raises:
        SettingsError: with every fault of the text.
    """
    reader = _Reader(file)
    entries = reader.read(text)
    if reader.faults:
        raise SettingsError(reader.faults)
    return entries


def _decode(content: bytes) -> str | None:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


class _Reader:
    """Goes through one roster and collects its faults rather than stopping at the first."""

    def __init__(self, file: str) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._line = 0
        self._seen: dict[tuple[str, str], int] = {}

    def read(self, text: str) -> tuple[RosterEntry, ...]:
        rows = self._rows(text)
        header = next(rows, [])
        columns = self._columns(header)
        if columns is None:
            return ()
        entries = [entry for row in rows if (entry := self._entry(row, len(header), columns))]
        if not entries and not self.faults:
            self._fault("名单里没有人", "请在表头下面每行写一个人")
        return tuple(entries)

    def _rows(self, text: str) -> Iterator[list[str]]:
        """The rows that are not blank; `_line` is where the row begins while it is read."""
        first = next((line for line in text.splitlines() if line.strip()), "")
        separator = max("\t,，", key=first.count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        self._line = 1
        try:
            for row in rows:
                cells = [cell.strip() for cell in row]
                if any(cells):
                    yield cells
                self._line = rows.line_num + 1
        except csv.Error:
            self._fault("这里的引号不成对，后面的都读不了", "请补上或删去引号")

    def _columns(self, header: Sequence[str]) -> Mapping[str, int] | None:
        """Which column holds what; None where it cannot be known."""
        remedy = "请在第一行写表头：姓名,身份,单位,电话,别名；姓名和身份必须有"
        if not header:
            if not self.faults:
                self._fault("名单是空的", remedy)
            return None
        found: dict[str, int] = {}
        for number, title in enumerate(header):
            column = _COLUMN.get("".join(title.split()).lower())
            if column in found:
                self._fault(f"表头里的“{title}”和前面一列重复", "同样的列只留一列")
            elif column is not None:
                found[column] = number
        absent = [_HEADERS[column][0] for column in ("name", "role") if column not in found]
        if absent:
            self._fault(f"表头里没有{'、'.join(absent)}", remedy)
            return None
        return found

    def _entry(self, row: Sequence[str], width: int, columns: Mapping[str, int]) -> RosterEntry | None:
        before = len(self.faults)
        cells = {column: row[number] if number < len(row) else "" for column, number in columns.items()}
        if any(row[width:]):
            self._fault("这一行比表头多出几格", "别名之间请用分号隔开，不要用逗号")
        name, unit = _plain(cells["name"]), cells.get("unit", "")
        self._check_name(name, unit)
        role = _ROLES.get(cells["role"].lower())
        if role is None:
            self._fault("身份不认识" if cells["role"] else "没有写身份", "请写“代表”或“工作人员”")
        phone = self._phone(cells.get("phone", ""))
        aliases = self._aliases(cells.get("aliases", ""))
        if role is None or len(self.faults) > before:
            return None
        return RosterEntry(name=name, role=role, unit=unit, phone=phone, aliases=aliases)

    def _check_name(self, name: str, unit: str) -> None:
        if not name:
            self._fault("没有写姓名", "请补上姓名，或删去这一行")
            return
        if len(name) > MOST_NAME or not name.isprintable():
            self._fault("姓名太长，或者里面有看不见的字符", f"姓名至多 {MOST_NAME} 个字；请重新输入")
        if len(unit) > MOST_UNIT or not unit.isprintable():
            self._fault("单位太长，或者里面有看不见的字符", f"单位至多 {MOST_UNIT} 个字；请重新输入")
        earlier = self._seen.setdefault((name, unit), self._line)
        if earlier != self._line:
            self._fault(f"和第 {earlier} 行重名", "同一个人请删去一行；真有两个同名的人，请写上不同的单位")

    def _phone(self, written: str) -> str:
        phone = _PHONE_SPACING.sub("", unicodedata.normalize("NFKC", written))
        if phone and not _PHONE.fullmatch(phone):
            self._fault("电话写得不对", "请只写一个号码；若被 Excel 改成了 1.38E+10，请把这一列设成“文本”再重新输入")
        return phone

    def _aliases(self, written: str) -> tuple[str, ...]:
        aliases = tuple(dict.fromkeys(filter(None, map(_plain, _ALIAS_SEPARATOR.split(written)))))
        if len(aliases) > MOST_ALIASES or any(len(alias) > MOST_NAME or not alias.isprintable() for alias in aliases):
            self._fault("别名太多或太长", f"一个人至多 {MOST_ALIASES} 个别名，每个至多 {MOST_NAME} 个字")
        return aliases

    def _fault(self, what: str, remedy: str) -> None:
        self.faults.append(Fault(self._file, self._line, what, remedy))


def _plain(name: str) -> str:
    """A name without the blanks by which lists are aligned: 张　三 → 张三; John Smith stays."""
    name = " ".join(name.split())
    return name.replace(" ", "") if _SPACED_HAN.fullmatch(name) else name
