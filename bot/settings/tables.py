"""One table of `bot.toml` → its dataclass, what is wrong with it told with its line.

Called by `bot.settings.loading`. Pydantic checks the values; its errors are never chained to ours, since they repeat
the values, and one may be a secret written in the wrong place.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.errors import Fault, SettingsError
from bot.lines import Lines, Place, locate
from bot.settings import credentials, faults, kinds
from bot.settings.shape import (
    REGISTER,
    AlarmSettings,
    BridgeSettings,
    DutySettings,
    HealthSettings,
    InboxSettings,
    MannersSettings,
    NoticesSettings,
    OfficeSettings,
    OutboxSettings,
    Pacing,
    ReadingSettings,
    RegisterSettings,
    RoomSettings,
    ScheduleSettings,
    SmsTemplate,
    StoreSettings,
    WebSettings,
    keys_of,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

HEADINGS: Mapping[str, type] = {
    "[office]": OfficeSettings,
    "[store]": StoreSettings,
    "[web]": WebSettings,
    **{f"[channels.{name}]": kind.table for name, kind in kinds.KINDS.items()},
    "[[channels.sms.templates]]": SmsTemplate,
    "[channels.….pacing]": Pacing,
    "[register]": RegisterSettings,
    "[[rooms]]": RoomSettings,
    "[[bridges]]": BridgeSettings,
    "[[schedules]]": ScheduleSettings,
    "[duty]": DutySettings,
    "[health]": HealthSettings,
    "[alarms]": AlarmSettings,
    "[manners]": MannersSettings,
    "[notices]": NoticesSettings,
    "[inbox]": InboxSettings,
    "[outbox]": OutboxSettings,
    "[reading]": ReadingSettings,
}
"""Every table that a file may hold, by its heading."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_SYNTAX_LINE = re.compile(r"\(at line (\d+)")


class Document:
    """A `bot.toml`: gives its tables as dataclasses and collects what is wrong rather than stopping at the first."""

    def __init__(
        self,
        path: Path | None,
        written: Mapping[str, Any],
        lines: Lines,
        headings: Mapping[str, type] = HEADINGS,
    ) -> None:
        self.faults: list[Fault] = []
        self.path = path
        self.folder = path.parent if path else Path()
        self.written = written
        self._lines = lines
        self._headings = headings

    @classmethod
    def read(cls, path: Path, headings: Mapping[str, type] = HEADINGS) -> Document:
        """Reads the file; `headings` are the tables that it may hold.

        Raises:
            SettingsError: it cannot be read, or it is no TOML.
        """
        return cls(path, *parse(_read(path), str(path)), headings)

    def section(self, table: type[T], name: str) -> T:
        """`[name]`; what is shipped where it is absent or refused."""
        return self.table(table, (name,), self.written.get(name, {})) or table()

    def items(self, name: str) -> dict[int, dict[str, Any]]:
        """`[[name]]` as written, refused ones too, by their number in the file."""
        written = self.written.get(name)
        items = written if isinstance(written, list) else []
        return {number: item for number, item in enumerate(items) if isinstance(item, dict)}

    def list_of(self, table: type[T], name: str, given: Mapping[str, Any] = _NOTHING) -> dict[int, T]:
        """`[[name]]`: those that are right, by their number in the file. `given` as in `table`."""
        items = self.written.get(name, [])
        if not isinstance(items, list):
            self.fault((name,), f"{name} 可以有好几段，这里只写成了一段", f"请写两层方括号 [[{name}]]，每段前面写一次")
            return {}
        read = {number: self.table(table, (name, number), item, given) for number, item in enumerate(items)}
        return {number: item for number, item in read.items() if item}

    def table(self, table: type[T], place: Place, written: object, given: Mapping[str, Any] = _NOTHING) -> T | None:
        """One table; None where it is refused.

        Args:
            given: what stands where the file writes nothing: values that no key sets, and other defaults than usual.
        """
        if not isinstance(written, dict):
            several = isinstance(place[-1], int)
            heading = f"[[{place[0]}]]" if several else f"[{'.'.join(map(str, place))}]"
            self.fault(place, f"{place[0]} 写法不对", f"请用一行 {heading} 作标题，下面一行写一项")
            return None
        keys = keys_of(table)
        for key in written:
            if key not in keys:
                self._unknown((*place, key), list(keys))
        values = {**given, **{keys[key]: value for key, value in written.items() if key in keys}}
        try:
            # As JSON: strict about kinds, and yet a list may be a tuple and a text a path.
            read = TypeAdapter(table).validate_json(json.dumps(values, default=str), strict=True)
        except ValidationError as exc:
            key_of = {field: key for key, field in keys.items()}
            for error in exc.errors(include_url=False):
                key = key_of[str(error["loc"][0])]
                self.fault((*place, key, *error["loc"][1:]), *faults.explain(key, error))
            return None
        return self._with_files_found(read, place)

    def fault(self, place: Place, what: str, remedy: str) -> None:
        """Notes that something is wrong there."""
        self.faults.append(self.told(place, what, remedy))

    def told(self, place: Place, what: str, remedy: str) -> Fault:
        """Something to be said about that place."""
        return Fault(str(self.path), self._lines.of(place), what, remedy)

    def check_headings(self, known: Sequence[str]) -> None:
        """Notes what stands at the top of the file and is none of the known."""
        for key in self.written:
            if key not in known:
                self._unknown((key,), known)

    def _with_files_found(self, read: T, place: Place) -> T:
        """With paths that start from the folder of `bot.toml`."""
        changes: dict[str, Any] = {}
        for key, field in keys_of(type(read)).items():
            value = getattr(read, field)
            if isinstance(value, Path):
                changes[field] = self._file((*place, key), key, value)
            elif isinstance(value, tuple) and value and isinstance(value[0], Path):
                changes[field] = tuple(self._file((*place, key, n), key, path) for n, path in enumerate(value))
        return replace(read, **changes)

    def _file(self, place: Place, key: str, written: Path) -> Path:
        if written == REGISTER:
            return written
        path = self.folder / written
        if not is_file(path):
            remedy = faults.nearest(path.name, _siblings(path)) or f"请检查文件名，它从 {self.folder.absolute()} 算起"
            self.fault(place, f"{key} 指的文件找不到", remedy)
        return path

    def _unknown(self, place: Place, known: Sequence[str]) -> None:
        key = str(place[-1])
        homes = [heading for heading, table in self._headings.items() if key in keys_of(table)]
        if credentials.is_secret(key) and not homes:
            instead = "环境变量"
            if place[0] == "channels" and len(place) > 2:
                secret = key.lower() if key.lower() in kinds.SECRETS else "token"
                instead = f"环境变量 {credentials.variable_of(str(place[1]), secret)} 或者 {secret}_file"
            remedy = f"请删去这一行，改用{instead}；已经给别人看过的要换掉"
            self.fault(place, f"{key} 是密钥，密钥不能写在 bot.toml 里", remedy)
        else:
            self.fault(place, *faults.unknown_key(key, known, homes))


def is_file(path: Path) -> bool:
    """Whether it is a file that we can see."""
    try:
        return path.is_file()
    except OSError:  # a folder that we may not look into, a name that is too long
        return False


def _siblings(path: Path) -> list[str]:
    try:
        return [other.name for other in path.parent.iterdir()]
    except OSError:
        return []


def parse(text: str, file: str) -> tuple[dict[str, Any], Lines]:
    """The document of a TOML text, and the lines of its keys.

    Args:
        file: what the fault calls it.

    Raises:
        SettingsError: it is no TOML; `tomllib` finds no more than the first reason.
    """
    text = text.replace("\r\n", "\n") + "\n"  # tomllib names no line for what is wrong in a last line without end
    try:
        return tomllib.loads(text), locate(text)
    except (ValueError, RecursionError) as exc:
        rows = text.split("\n")
        found = _SYNTAX_LINE.search(str(exc))
        line = int(found[1]) if found else len(rows) - 1
        raise SettingsError([Fault(file, line, *faults.syntax(str(exc), rows[line - 1]))]) from None


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        what, remedy = "文件不是 UTF-8 编码", "请在记事本里“另存为”，编码选 UTF-8"
    except OSError:
        what, remedy = "配置文件读不了", "请检查文件名、文件是不是在那里、本程序有没有读它的权限"
    raise SettingsError([Fault(str(path), 0, what, remedy)])
