"""The office's people (名册): units, and who belongs to them, as what → frozen entries; all faults told at once. PURE.

`liaison people` reads a file with it, shows what would change (`changes`), and has `storage.register` take it over. A
unit's code (行政区划代码) says where it belongs: 430000 province, 430100 city, 430102 county, 430102001 township. A
unit and a mandate are two things: a deputy of the national congress may live in a county, and hold its mandate, too.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from bot import rosters, tabular
from bot.errors import Fault, SettingsError
from bot.rosters import Role


class Level(enum.StrEnum):
    """Whose congress a mandate is in."""

    NATION = "全国"
    PROVINCE = "省"
    CITY = "市"
    COUNTY = "县"
    TOWNSHIP = "乡"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A place of the tree; `parent` is the code of the one above, empty at the top."""

    code: str
    name: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person.

    Args:
        unit: the code of where they belong.
        roles: what they are; one person may be a deputy and staff.
        mandates: the congresses they are deputies of; several are one person all the same.
        rooms: the groups they sit in.
        lists: sub-lists they stand on (全国两会).
    """

    name: str
    unit: str
    roles: tuple[Role, ...]
    mandates: tuple[Level, ...] = ()
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    aliases: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The whole of a file; parents stand before their children."""

    units: tuple[Unit, ...]
    people: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one person: the fields that differ, each with what it was and what it will be."""

    name: str
    unit: str
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What taking over a register would do; people by name and unit's name."""

    added: tuple[tuple[str, str], ...]
    changed: tuple[Change, ...]
    gone: tuple[tuple[str, str], ...]
    units_added: tuple[str, ...]
    units_gone: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Whether all stays as it is."""
        return not (self.added or self.changed or self.gone or self.units_added or self.units_gone)


_UNIT_TITLES = {
    "code": ("代码", "区划代码", "行政区划代码", "code"),
    "name": ("名称", "单位", "name"),
}
_TITLES = {
    "name": ("姓名", "name"),
    "unit": ("单位", "代码", "区划代码", "单位代码", "unit"),
    "roles": ("身份", "角色", "role"),
    "mandates": ("届别", "代表层级", "层级", "哪级代表", "mandates"),
    "phone": ("手机", "电话", "手机号", "手机号码", "联系电话", "phone"),
    "email": rosters.EMAIL_TITLES,
    "aliases": ("别名", "昵称", "群昵称", "aliases"),
    "rooms": ("群", "所在群", "rooms"),
    "lists": ("名单", "子名单", "lists"),
}
_CODE = re.compile(r"[1-9]\d{5}(?:\d{3})?")
_PARTED = re.compile(r"[;；、，,|｜/\s]+")
LEVELS = {
    **{level.value: level for level in Level},
    **{f"{level.value}人大代表": level for level in Level},
    **{f"{level.value}代表": level for level in Level},
    "州": Level.CITY,
    "区": Level.COUNTY,
    "镇": Level.TOWNSHIP,
}
"""What a register, or a command, may call a mandate."""
_MOST_LIST = 50


def parent_of(code: str) -> str:
    """The code of the unit above; empty at the top: 430102001 → 430102 → 430100 → 430000."""
    if len(code) > 6:
        return code[:6]
    if not code.endswith("00"):
        return f"{code[:4]}00"
    return "" if code.endswith("0000") else f"{code[:2]}0000"


def read(people: Path, units: Path) -> Register:
    """Reads the two tables of a register, workbooks or CSV.

    Raises:
        SettingsError: with every fault of both; nothing of them is to be used then.
    """
    faults: list[Fault] = []
    found = _Units(str(units), faults).read(_rows(units, faults, "单位表"))
    entries = _People(str(people), faults, found).read(_rows(people, faults, "人员表"))
    if faults:
        raise SettingsError(sorted(faults, key=lambda fault: (fault.file != str(units), fault.line)))
    return Register(units=tuple(sorted(found.values(), key=lambda unit: (len(unit.code), unit.code))), people=entries)


def _rows(path: Path, faults: list[Fault], what: str) -> list[tabular.Row]:
    try:
        return tabular.read(path, faults, what)
    except SettingsError as exc:
        faults.extend(exc.faults)
        return []


class _Table:
    """Goes through a table and collects its faults rather than stopping at the first."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self._file, self._faults, self._line = file, faults, 0

    def _headed(
        self, rows: Sequence[tabular.Row], titles: Mapping[str, Sequence[str]], needed: Sequence[str]
    ) -> list[tuple[int, dict[str, str]]]:
        table = tabular.headed(rows, self._file, titles, needed, self._faults)
        if table is None:
            return []
        found = []
        for self._line, cells in table.rows:
            if any(cells[table.width :]):
                self._fault("这一行比表头多出几格", "一格里写几样，请用顿号隔开，不要用逗号")
            row = {column: cells[at] if at < len(cells) else "" for column, at in table.columns.items()}
            found.append((self._line, row))
        if not found:
            self._fault("表头下面什么也没有", "请每行写一个")
        return found

    def _fault(self, what: str, remedy: str) -> None:
        self._faults.append(Fault(self._file, self._line, what, remedy))


class _Units(_Table):
    """The table of units."""

    def read(self, rows: Sequence[tabular.Row]) -> dict[str, Unit]:
        """The units by their codes."""
        found: dict[str, Unit] = {}
        lines: dict[str, int] = {}
        for line, row in self._headed(rows, _UNIT_TITLES, ("code", "name")):
            self._line = line
            code, name = row["code"], row["name"]
            if not _CODE.fullmatch(code):
                self._fault(
                    "代码不对" if code else "没有写代码", "请写 6 位行政区划代码（乡镇 9 位），这一列设成“文本”"
                )
            elif code in lines:
                self._fault(f"代码和第 {lines[code]} 行重复", "同一个单位只写一行")
            elif not name or len(name) > rosters.MOST_UNIT or not name.isprintable():
                self._fault("没有写名称，或者太长", f"请写单位的名称，至多 {rosters.MOST_UNIT} 个字")
            else:
                lines[code] = self._line
                found[code] = Unit(code=code, name=name)
        return {code: self._placed(unit, found, lines[code]) for code, unit in found.items()}

    def _placed(self, unit: Unit, units: Mapping[str, Unit], line: int) -> Unit:
        """The unit under the nearest one above it that the table has; only the topmost has none."""
        above = parent_of(unit.code)
        while above and above not in units:
            above = parent_of(above)
        tops = [code for code in units if not any(code != other and _over(other, code) for other in units)]
        if not above and len(tops) > 1 and unit.code != min(tops):
            self._line = line
            self._fault("它上面的单位不在表里", "请补上它的上级（省、市州）那一行；一张表只能有一个最上级")
        return Unit(code=unit.code, name=unit.name, parent=above)


def _over(upper: str, code: str) -> bool:
    above = parent_of(code)
    while above:
        if above == upper:
            return True
        above = parent_of(above)
    return False


class _People(_Table):
    """The table of people."""

    def __init__(self, file: str, faults: list[Fault], units: Mapping[str, Unit]) -> None:
        super().__init__(file, faults)
        self._units = units
        self._named: dict[str, list[str]] = {}
        for unit in units.values():
            self._named.setdefault(unit.name, []).append(unit.code)
        self._seen: dict[tuple[str, str], int] = {}
        self._phones: dict[str, int] = {}
        self._emails: dict[str, int] = {}

    def read(self, rows: Sequence[tabular.Row]) -> tuple[Entry, ...]:
        """The people, in the table's order."""
        found = []
        for line, row in self._headed(rows, _TITLES, ("name", "unit", "roles")):
            self._line = line
            found.append(self._entry(row))
        return tuple(entry for entry in found if entry is not None)

    def _entry(self, row: Mapping[str, str]) -> Entry | None:
        before = len(self._faults)
        name = rosters.plain(row["name"])
        if not name or len(name) > rosters.MOST_NAME or not name.isprintable():
            self._fault("没有写姓名" if not name else "姓名太长，或者里面有看不见的字符", "请补上姓名，或删去这一行")
        unit = self._unit(row["unit"])
        roles = self._roles(row["roles"])
        mandates = self._mandates(row.get("mandates", ""), roles)
        phone, email = self._phone(row.get("phone", "")), self._email(row.get("email", ""))
        self._once(name, unit)
        lists = {
            column: self._list(row.get(column, ""), _TITLES[column][0]) for column in ("aliases", "rooms", "lists")
        }
        if len(self._faults) > before:
            return None
        return Entry(
            name=name,
            unit=unit,
            roles=roles,
            mandates=mandates,
            phone=phone,
            email=email,
            aliases=lists["aliases"],
            rooms=tuple(sorted(lists["rooms"])),
            lists=tuple(sorted(lists["lists"])),
        )

    def _unit(self, written: str) -> str:
        """The code: written as such, or as a name that only one unit has."""
        if written in self._units:
            return written
        codes = self._named.get(written, [])
        if len(codes) == 1:
            return codes[0]
        if not written:
            self._fault("没有写单位", "请写单位表里的代码或名称")
        elif codes:
            self._fault(f"叫“{written[:20]}”的单位有 {len(codes)} 个", f"请写代码：{'、'.join(codes[:5])}")
        elif self._units:
            self._fault("单位不在单位表里", "请照单位表写代码或名称，或在单位表里补一行")
        return ""

    def _roles(self, written: str) -> tuple[Role, ...]:
        words = [word for word in _PARTED.split(written) if word]
        if not words:
            self._fault("没有写身份", "请写“代表”或“工作人员”，两样都是就写“代表、工作人员”")
        known = [rosters.ROLES[word.lower()] for word in words if word.lower() in rosters.ROLES]
        if len(known) < len(words):
            self._fault("身份不认识", "请写“代表”或“工作人员”，两样都是就写“代表、工作人员”")
        return tuple(sorted(set(known), key=list(Role).index))

    def _mandates(self, written: str, roles: Sequence[Role]) -> tuple[Level, ...]:
        words = [word for word in _PARTED.split(written) if word]
        unknown = [word for word in words if word not in LEVELS]
        if unknown:
            self._fault("届别不认识", f"请写{'、'.join(Level)}，几级都是就用顿号隔开")
        if words and Role.DEPUTY not in roles:
            self._fault("写了届别，身份却不是代表", "请在身份里加上“代表”，或删去届别")
        if len(words) > len(set(words)):
            self._fault("同一届别写了两次", "每级只写一次")
        return tuple(sorted({LEVELS[word] for word in words if word in LEVELS}, key=list(Level).index))

    def _phone(self, written: str) -> str:
        phone = rosters.phone_of(written)
        if phone is None:
            self._fault(*rosters.BAD_PHONE)
            return ""
        if phone and self._phones.setdefault(phone, self._line) != self._line:
            self._fault(f"手机和第 {self._phones[phone]} 行的一样", "一个号码只能是一个人的；同一个人请并成一行")
        return phone

    def _email(self, written: str) -> str:
        email = rosters.email_of(written)
        if email is None:
            self._fault(*rosters.BAD_EMAIL)
        elif email and (earlier := self._emails.setdefault(email, self._line)) != self._line:
            self._fault(*rosters.same_email(earlier))
        return email or ""

    def _once(self, name: str, unit: str) -> None:
        if name and unit and self._seen.setdefault((name, unit), self._line) != self._line:
            self._fault(f"和第 {self._seen[name, unit]} 行是同一个人", "请并成一行；真有两个同名的人，请写上不同的单位")

    def _list(self, written: str, title: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(rosters.plain(word) for word in re.split(r"[;；、|｜]", written) if word.strip()))
        if len(found) > _MOST_LIST or any(len(word) > rosters.MOST_UNIT or not word.isprintable() for word in found):
            self._fault(f"{title}太多或太长", f"至多 {_MOST_LIST} 个，用顿号隔开")
        return found


def changes(before: Register, after: Register) -> Changes:
    """What taking over `after` would change; a person is the same by telephone, else by name and unit."""
    named = {unit.code: unit.name for unit in (*before.units, *after.units)}
    old = dict.fromkeys(before.people)
    added, changed = [], []
    for entry in after.people:
        same = _same(entry, old)
        if same is None:
            added.append((entry.name, named.get(entry.unit, "")))
            continue
        del old[same]
        differing = {
            item.name: (_shown(getattr(same, item.name), named), _shown(getattr(entry, item.name), named))
            for item in fields(Entry)
            if getattr(same, item.name) != getattr(entry, item.name)
        }
        if differing:
            changed.append(Change(name=entry.name, unit=named.get(entry.unit, ""), fields=differing))
    codes_before, codes_after = {unit.code for unit in before.units}, {unit.code for unit in after.units}
    return Changes(
        added=tuple(added),
        changed=tuple(changed),
        gone=tuple((entry.name, named.get(entry.unit, "")) for entry in old),
        units_added=tuple(unit.name for unit in after.units if unit.code not in codes_before),
        units_gone=tuple(unit.name for unit in before.units if unit.code not in codes_after),
    )


def _same(entry: Entry, among: Mapping[Entry, None]) -> Entry | None:
    by_phone = next((other for other in among if entry.phone and other.phone == entry.phone), None)
    return by_phone or next((o for o in among if (o.name, o.unit) == (entry.name, entry.unit)), None)


def _shown(value: object, named: Mapping[str, str]) -> str:
    if isinstance(value, tuple):
        return "、".join({"deputy": "代表", "staff": "工作人员"}.get(str(item), str(item)) for item in value)
    return named.get(str(value), str(value))
