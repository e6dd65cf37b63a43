"""`liaison people`: the office's register (名册): checked, what would change shown, then taken over."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from bot import app, register, registering
from bot.cli.setup import complete, offline
from bot.cli.sources import settings_of
from bot.errors import BotError
from bot.register import Changes, Register
from bot.rosters import Role
from bot.settings import Settings
from storage import people

_SHOWN = 20
_WIDTH = 80
"""Columns of the narrowest terminal; a 汉字 takes two."""
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
    settings = settings_of(arguments, environ, secrets=False)
    after = _register(arguments, settings)
    console = Console(highlight=False, width=_WIDTH)
    found = complete(_take_over(settings, after) if arguments.yes else _preview(settings, after))
    _show(console, found, after)
    if found.none:
        console.print("名册已经是这样，什么也不用改。")
    elif arguments.yes:
        console.print(Text("已照此更新，群里的人也照名册换好了。", style="bold green"))
    else:
        console.print(Text("只是预览，还没有改。看过没有错，加 --yes 再运行一次。", style="bold yellow"))
    for room in sorted({name for entry in after.people for name in entry.rooms} - _rooms(settings)):
        console.print(Text(f"请留意：名册里的群“{room}”不在 bot.toml 里，那里的人还收不到消息。", style="yellow"))
    return 0


def _register(arguments: argparse.Namespace, settings: Settings) -> Register:
    """What the named files hold, or those of `bot.toml`."""
    if arguments.people is not None and arguments.units is not None:
        return register.read(arguments.people, arguments.units)
    if arguments.people is None and arguments.units is None and settings.register.content is not None:
        return settings.register.content
    raise BotError("不知道名册在哪里。请写 liaison people 人员.csv --units 单位.csv，或者写进 bot.toml 的 [register]")


def _rooms(settings: Settings) -> set[str]:
    return {room.name for room in settings.rooms}


async def _preview(settings: Settings, after: Register) -> Changes:
    async with app.opened(settings) as store, store.read() as session:
        office_id = await people.office(session, settings.office.name)
        before = (
            await registering.before(session, office_id) if office_id is not None else Register(units=(), people=())
        )
        return register.changes(before, after)


async def _take_over(settings: Settings, after: Register) -> Changes:
    """Takes the register over, and seats its people in their rooms, whether or not the bot runs beside."""
    async with offline(settings) as bot:
        async with bot.store.begin() as session:
            await people.lock_office(session, bot.office_id)
            found = register.changes(await registering.before(session, bot.office_id), after)
            if not found.none:
                await registering.put(session, bot.office_id, after, bot.clock.now())
        await app.sync_rooms(bot, settings.rooms)
        return found


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
