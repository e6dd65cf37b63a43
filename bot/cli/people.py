"""`liaison people`: the office's register (名册): checked, what would change shown, then taken over."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from bot import app, register
from bot.cli.setup import complete
from bot.cli.sources import settings_of
from bot.clock import SystemClock
from bot.register import Changes, Entry, Level, Register, Unit
from bot.rosters import Role
from bot.settings import Settings
from storage import Session, people
from storage import register as stored

_Word = TypeVar("_Word", Role, Level)
_SHOWN = 20
_FIELDS = {
    "name": "姓名",
    "unit": "单位",
    "roles": "身份",
    "mandates": "届别",
    "phone": "手机",
    "email": "邮箱",
    "aliases": "别名",
    "rooms": "群",
    "lists": "名单",
}
_PRIVATE = ("phone", "email")


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Shows what the files would change; with `--yes` changes it. Files with a fault are refused whole."""
    settings = settings_of(arguments, environ)
    after = register.read(arguments.people, arguments.units)
    console = Console(highlight=False, soft_wrap=True)
    found = complete(_take_over(settings, after, apply=arguments.yes))
    _show(console, found, after)
    if found.none:
        console.print("名册已经是这样，什么也不用改。")
    elif arguments.yes:
        console.print(Text("已照此更新。", style="bold green"))
    else:
        console.print(Text("只是预览，还没有改。看过没有错，加 --yes 再运行一次。", style="bold yellow"))
    return 0


async def _take_over(settings: Settings, after: Register, *, apply: bool) -> Changes:
    async with app.opened(settings) as store, store.begin() as session:
        office_id = await people.ensure_office(session, settings.office.name)
        await people.lock_office(session, office_id)
        found = register.changes(await _before(session, office_id), after)
        if apply and not found.none:
            await stored.take_over(session, office_id, tree_of(after), rows_of(after))
            await people.note_gone(session, office_id, SystemClock().now())
        return found


async def _before(session: Session, office_id: int) -> Register:
    units = [Unit(code=c, name=name, parent=up) for c, name, up in await stored.units(session, office_id)]
    return Register(units=tuple(units), people=tuple(_entry(row) for row in await stored.people(session, office_id)))


def _entry(row: stored.Row) -> Entry:
    return Entry(
        name=row.name,
        unit=row.unit_code,
        roles=_ordered(Role, row.standings.get("role", ())),
        mandates=_ordered(Level, row.standings.get("mandate", ())),
        phone=row.phone,
        email=row.email,
        aliases=row.aliases,
        rooms=row.standings.get("room", ()),
        lists=row.standings.get("list", ()),
    )


def tree_of(after: Register) -> list[tuple[str, str, str]]:
    """The units as the store takes them."""
    return [(unit.code, unit.name, unit.parent) for unit in after.units]


def rows_of(after: Register) -> list[stored.Row]:
    """The people as the store takes them."""
    named = {unit.code: unit.name for unit in after.units}
    return [
        stored.Row(
            name=entry.name,
            unit_code=entry.unit,
            unit=named[entry.unit],
            phone=entry.phone,
            email=entry.email,
            aliases=entry.aliases,
            standings={
                "role": tuple(map(str, entry.roles)),
                "mandate": tuple(map(str, entry.mandates)),
                "list": entry.lists,
                "room": entry.rooms,
            },
        )
        for entry in after.people
    ]


def _ordered(kind: type[_Word], values: Sequence[str]) -> tuple[_Word, ...]:
    return tuple(value for value in kind if value in values)


def _show(console: Console, found: Changes, after: Register) -> None:
    console.print(
        Text(f"名册：单位 {len(after.units)} 个，人员 {len(after.people)} 位", style="bold").append(
            f"（代表 {sum(Role.DEPUTY in e.roles for e in after.people)}，"
            f"工作人员 {sum(Role.STAFF in e.roles for e in after.people)}）"
        )
    )
    _listed(console, "新增单位", "green", found.units_added)
    _listed(console, "去掉单位", "red", found.units_gone)
    _listed(console, "新增", "green", [f"{name}（{unit}）" for name, unit in found.added])
    _listed(console, "变更", "yellow", [f"{c.name}（{c.unit}）：{_changed(c.fields)}" for c in found.changed])
    _listed(console, "不在名册上了", "red", [f"{name}（{unit}）" for name, unit in found.gone])


def _changed(fields: Mapping[str, tuple[str, str]]) -> str:
    """What was and what will be; a telephone number or an address is not printed."""
    return "；".join(
        f"{_FIELDS[name]}改了" if name in _PRIVATE else f"{_FIELDS[name]} {old or '（空）'} → {new or '（空）'}"
        for name, (old, new) in fields.items()
    )


def _listed(console: Console, title: str, style: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    console.print(Text(f"{title} {len(lines)}", style=style))
    for line in lines[:_SHOWN]:
        console.print(Text(f"    {line}"))
    if len(lines) > _SHOWN:
        console.print(Text(f"    …… 还有 {len(lines) - _SHOWN} 项", style="dim"))
