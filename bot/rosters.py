"""A roster (名单): the table that says who belongs to a room → frozen entries; all faults told at once.

Called by `bot.settings.loading`. It takes files as Excel and clerks make them: workbooks or CSV, Chinese or English
headers, columns in any order, more columns than are needed. A fault names a line, never a person or a telephone number.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot import tabular
from bot.errors import Fault, SettingsError

MOST_NAME = 50
MOST_UNIT = 100
MOST_ALIASES = 20

EMAIL_TITLES = ("邮箱", "电子邮箱", "邮件", "电子邮件", "email", "e-mail")
"""How the column of e-mail addresses may be headed, here and in the register."""
_HEADERS = {
    "name": ("姓名", "name"),
    "role": ("身份", "角色", "role"),
    "unit": ("单位", "代表团", "unit"),
    "phone": ("电话", "手机", "手机号", "手机号码", "联系电话", "phone"),
    "email": EMAIL_TITLES,
    "aliases": ("别名", "昵称", "群昵称", "aliases"),
}
_SPACED_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·\s]+")
EMAIL = re.compile(r"(?=.{3,200}\Z)[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*")
"""An e-mail address in small letters, as mail servers everywhere take it."""
_PHONE = re.compile(r"\+?\d{5,15}")
_COUNTRY = re.compile(r"(?:\+|00)86(?=1)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_PHONE_SPACING = re.compile(r"[\s()\-]")
_ALIAS_SEPARATOR = re.compile(r"[;；、|｜]")


class Role(enum.StrEnum):
    """What somebody is in a room."""

    DEPUTY = "deputy"
    """A deputy (代表): is to report."""
    STAFF = "staff"
    """Staff (工作人员): may give commands, is told who is unwell."""


ROLES = {
    "代表": Role.DEPUTY,
    "人大代表": Role.DEPUTY,
    "deputy": Role.DEPUTY,
    "工作人员": Role.STAFF,
    "staff": Role.STAFF,
}
"""What a roster may call somebody, in small letters."""
BAD_EMAIL = ("邮箱写得不对", "请只写一个邮箱地址，例如 zhang@example.gov.cn")
BAD_PHONE = ("电话写得不对", "请只写一个号码；若被 Excel 改成了 1.38E+10，请把这一列设成“文本”再重新输入")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One person of a roster.

    Args:
        unit: where they belong (单位): a delegation, a district, an office; empty where the roster does not say.
        phone: digits, perhaps behind a +; empty where the roster does not say. Never shown.
        email: in small letters; empty where the roster does not say. Never shown.
        aliases: other names (别名) they go by in groups.
    """

    name: str
    role: Role = Role.DEPUTY
    unit: str = ""
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    aliases: tuple[str, ...] = ()


def read(path: Path) -> tuple[RosterEntry, ...]:
    """Reads a roster file.

    Raises:
        SettingsError: with every fault of the file.
    """
    reader = _Reader(str(path))
    return reader.finished(tabular.read(path, reader.faults))


def parse(text: str, file: str) -> tuple[RosterEntry, ...]:
    """Reads a roster's text.

    Args:
        file: what faults call it.

    Raises:
        SettingsError: with every fault of the text.
    """
    reader = _Reader(file)
    return reader.finished(tabular.parse(text, file, reader.faults))


class _Reader:
    """Goes through one roster and collects its faults rather than stopping at the first."""

    def __init__(self, file: str) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._line = 0
        self._seen: dict[tuple[str, str], int] = {}
        self._mailboxes: dict[str, int] = {}

    def finished(self, rows: Sequence[tabular.Row]) -> tuple[RosterEntry, ...]:
        """The entries of all rows.

        Raises:
            SettingsError: with every fault.
        """
        entries = []
        table = tabular.headed(rows, self._file, _HEADERS, ("name", "role"), self.faults)
        if table is not None:
            for self._line, cells in table.rows:
                entries.append(self._entry(cells, table.width, table.columns))
            if not entries and not self.faults:
                self._line = rows[0].line + 1
                self._fault("名单里没有人", "请在表头下面每行写一个人")
        if self.faults:
            raise SettingsError(self.faults)
        return tuple(entry for entry in entries if entry)

    def _entry(self, row: Sequence[str], width: int, columns: Mapping[str, int]) -> RosterEntry | None:
        before = len(self.faults)
        cells = {column: row[number] if number < len(row) else "" for column, number in columns.items()}
        if any(row[width:]):
            self._fault("这一行比表头多出几格", "别名之间请用分号隔开，不要用逗号")
        name, unit = plain(cells["name"]), cells.get("unit", "")
        self._check_name(name, unit)
        role = ROLES.get(cells["role"].lower())
        if role is None:
            self._fault("身份不认识" if cells["role"] else "没有写身份", "请写“代表”或“工作人员”")
        phone = self._phone(cells.get("phone", ""))
        email = self._email(cells.get("email", ""))
        aliases = self._aliases(cells.get("aliases", ""))
        if role is None or len(self.faults) > before:
            return None
        return RosterEntry(name=name, role=role, unit=unit, phone=phone, email=email, aliases=aliases)

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
        phone = phone_of(written)
        if phone is None:
            self._fault(*BAD_PHONE)
        return phone or ""

    def _email(self, written: str) -> str:
        email = email_of(written)
        if email is None:
            self._fault(*BAD_EMAIL)
        elif email and (earlier := self._mailboxes.setdefault(email, self._line)) != self._line:
            self._fault(*same_email(earlier))
        return email or ""

    def _aliases(self, written: str) -> tuple[str, ...]:
        aliases = tuple(dict.fromkeys(filter(None, map(plain, _ALIAS_SEPARATOR.split(written)))))
        if len(aliases) > MOST_ALIASES or any(len(alias) > MOST_NAME or not alias.isprintable() for alias in aliases):
            self._fault("别名太多或太长", f"一个人至多 {MOST_ALIASES} 个别名，每个至多 {MOST_NAME} 个字")
        return aliases

    def _fault(self, what: str, remedy: str) -> None:
        self.faults.append(Fault(self._file, self._line, what, remedy))


def plain(name: str) -> str:
    """A name without the blanks by which lists are aligned: 张　三 → 张三; John Smith stays."""
    name = " ".join(name.split())
    return name.replace(" ", "") if _SPACED_HAN.fullmatch(name) else name


def phone_of(written: str) -> str | None:
    """The digits of a telephone number; None where it is none."""
    phone = _PHONE_SPACING.sub("", unicodedata.normalize("NFKC", written))
    return phone if not phone or _PHONE.fullmatch(phone) else None


def mobile_of(phone: str) -> str:
    """The eleven digits of a mobile number; empty where the phone is none, so that nothing is sent to a desk."""
    digits = _COUNTRY.sub("", phone)
    return digits if _MOBILE.fullmatch(digits) else ""


def email_of(written: str) -> str | None:
    """The e-mail address in small letters; None where it is none."""
    email = unicodedata.normalize("NFKC", written).replace(" ", "").lower()
    return email if not email or EMAIL.fullmatch(email) else None


def same_email(earlier: int) -> tuple[str, str]:
    """What is wrong, and the remedy, where an earlier line has the same e-mail address."""
    return f"和第 {earlier} 行是同一个邮箱", "回信要知道是谁写的，一个邮箱只能是一个人的；请改一个，或者删去"
