"""`liaison check`: what is wrong, with file, line and remedy, and what waits for a person. All of it in one go."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot import register, registering, rulebook
from bot.cli import channels, running
from bot.cli.setup import complete
from bot.cli.sources import settings_of
from bot.clock import SystemClock, day_of, local
from bot.errors import Fault, RuleError, SettingsError
from bot.parsing import forms, parse
from bot.segmenter import JiebaSegmenter
from bot.settings import REGISTER, MailSettings, Settings, WechatySettings, usual_path
from schedules import calendar
from storage import (
    SchemaMismatch,
    Session,
    StorageError,
    Store,
    gaps,
    identities,
    messages,
    migrate,
    occasions,
    people,
    posts,
    rooms,
)

_DAYS = 7
_REACH_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: `fault` must be mended, `waiting` is for a person to settle, `note` is to be known."""

    weight: str
    where: str
    line: int
    what: str
    remedy: str


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints the report; 1 where there is a fault."""
    findings = list(_of_files(arguments, environ))
    settings = _settings(arguments, environ)
    if settings is not None:
        findings += [_told("note", fault) for fault in settings.warnings]
        findings += _of_forms(settings)
        today = day_of(SystemClock().now(), settings.office.day_cutoff_hour)
        findings += [_told("note", fault) for fault in calendar.warnings(settings, today)]
        findings += complete(_of_surroundings(settings))
    faulty = any(finding.weight == "fault" for finding in findings)
    if arguments.json:
        print(json.dumps({"ok": not faulty, "findings": [asdict(f) for f in findings]}, ensure_ascii=False, indent=2))
    else:
        _show(findings, sys.stdout)
    return 1 if faulty else 0


def _told(weight: str, fault: Fault) -> Finding:
    return Finding(weight, fault.file, fault.line, fault.what, fault.remedy)


def _settings(arguments: argparse.Namespace, environ: Mapping[str, str]) -> Settings | None:
    with contextlib.suppress(SettingsError):
        return settings_of(arguments, environ)
    return None


def _of_files(arguments: argparse.Namespace, environ: Mapping[str, str]) -> Sequence[Finding]:
    """Faults of the configuration, the rosters and the rules, all of them."""
    found: list[Finding] = []
    office_rules: Sequence[Path] = ()
    try:
        office_rules = settings_of(arguments, environ).reading.office_rules
    except SettingsError as exc:
        found += [_told("fault", fault) for fault in exc.faults]
    try:
        found += [_told("note", fault) for fault in rulebook.read((rulebook.SHIPPED, *office_rules)).warnings]
    except RuleError as exc:
        found += [_told("fault", fault) for fault in exc.faults]
    if usual_path(environ) is None and arguments.config is None:
        found.append(Finding("note", "bot.toml", 0, "没有配置文件，用的是默认设置", "在这个文件夹放一份 bot.toml"))
    return found


def _of_forms(settings: Settings) -> Sequence[Finding]:
    """Examples of the office's own forms (采集) that are not read as they should be."""
    if not settings.forms:
        return ()
    try:
        rules = rulebook.load((rulebook.SHIPPED, *settings.reading.office_rules))
    except RuleError:
        return ()  # told already
    segmenter = JiebaSegmenter.for_rules(rules)
    today = day_of(SystemClock().now(), settings.office.day_cutoff_hour)
    found = []
    for form in settings.forms:
        wrong = forms.misread(
            form, rules, segmenter, lambda text, context: parse(text, context, rules, segmenter), today
        )
        for text, wanted in wrong:
            what = f"例子“{text}”{'没有读全' if wanted else '被当成了答复'}"
            remedy = "请在相应的项目里加上它的说法" if wanted else "请把过于平常的词从 words、yes、options 里拿掉"
            found.append(Finding("fault", form.file, 0, what, remedy))
    return found


async def _of_surroundings(settings: Settings) -> Sequence[Finding]:
    found = [finding async for finding in _of_gateways(settings)]
    found += [finding async for finding in _of_channels(settings)]
    store = Store.open(settings.store.url)
    try:
        await migrate.verify(store)
        async with store.read() as session:
            found += [finding async for finding in _of_store(session, settings, SystemClock().now())]
    except SchemaMismatch as exc:
        empty = await migrate.current(store) is None
        what, _, remedy = str(exc).partition("。")
        found.append(Finding("note" if empty else "fault", store.url, 0, what, remedy))
    except StorageError as exc:
        what, _, remedy = str(exc).partition("。")
        found.append(Finding("fault", store.url, 0, what, remedy))
    finally:
        await store.close()
    return found


async def _of_gateways(settings: Settings) -> AsyncIterator[Finding]:
    for channel in settings.channels:
        if isinstance(channel, WechatySettings):
            remedy = "请确认网关已启动、地址和端口没写错；启动后机器人会自己连上"
            ends = {channel.endpoint: " Wechaty 网关"}
        elif isinstance(channel, MailSettings):
            remedy = "请确认地址和端口没写错、防火墙放行；启动后机器人会自己再试"
            ends = {channel.smtp: "发信服务器", channel.imap: "收信服务器"}
        else:
            continue
        for endpoint, called in ends.items():
            if endpoint and not await _reached(endpoint):
                yield Finding("fault", f"channels.{channel.name}", 0, f"连不上{called} {endpoint}", remedy)


async def _of_channels(settings: Settings) -> AsyncIterator[Finding]:
    """Steps that are left to the office: no channel for them, or one that cannot be used now."""
    if by_hand := channels.missing(settings):
        what = f"没有配置{'、'.join(by_hand)}，要这样找人的那一步由办公室自己做"
        yield Finding("note", "bot.toml", 0, what, "要配置，见 docs/howto-channels-mail.md")
    for name, standing in (await running.channels(settings) or {}).items():
        if not standing.get("connected"):
            what = f"现在用不了：{standing.get('detail', '')}"
            yield Finding("waiting", f"channels.{name}", 0, what, channels.BY_HAND)


async def _reached(endpoint: str) -> bool:
    host, _, port = endpoint.rpartition(":")
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        writer.close()
    except (OSError, TimeoutError):
        return False
    return True


async def _of_store(session: Session, settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    office_id = await people.office(session, settings.office.name)
    if office_id is None:
        return
    async for finding in _of_register(session, settings, office_id):
        yield finding
    since = now - timedelta(days=_DAYS)
    for message in await messages.failed(session, office_id):
        what = f"第 {message.id} 条消息没处理成（{message.error}，试了 {message.attempts} 次），原文留着"
        remedy = "会自动再试" if message.retry_at else "请把日志里这一条的出错位置告诉维护人员；修好后升级，它会再读"
        yield Finding("waiting", "存储", 0, what, remedy)
    for room in await rooms.every(session, office_id, rooms.UNKNOWN):
        yield Finding(
            "waiting", "存储", 0, f"群“{room.name}”不在配置里，说的话都留着没有读", "在 bot.toml 加上这个群和名单"
        )
    waiting = await identities.waiting(session, office_id)
    if waiting:
        names = "、".join(identity.name_seen for identity in waiting[:10])
        yield Finding("waiting", "存储", 0, f"有 {len(waiting)} 个账号不知道是谁：{names}", "在群里发 /绑定 看和处理")
    states = {"held": "扣着等人决定", "unknown": "可能没发出", "refused": "被平台拒绝", "stale": "太晚没有发"}
    for post in await posts.in_states(session, office_id, list(states), since):
        what = f"{local(post.not_before):%m-%d %H:%M} 的“{post.why}”{states[post.state]}"
        yield Finding("waiting" if post.state != "stale" else "note", "存储", 0, what, post.note or "请看一眼群里")
    for occasion in await occasions.missed(session, office_id, since):
        what = f"{local(occasion.due_at):%m-%d %H:%M} 的“{occasion.schedule}”没有发，当时机器人没开"
        yield Finding("note", "存储", 0, what, "需要的话在群里发 /提醒 或 /汇总")
    for gap in await gaps.between(session, office_id, since, now):
        what = f"{local(gap.began_at):%m-%d %H:%M} 至 {local(gap.ended_at):%H:%M} 与 {gap.channel} 断开"
        yield Finding("note", "存储", 0, what, "看看群里有没有漏的，有就 /录入")


async def _of_register(session: Session, settings: Settings, office_id: int) -> AsyncIterator[Finding]:
    """Rooms that the register seats with nobody, and files that are not what was taken over."""
    stored = await registering.before(session, office_id)
    after = settings.register.content
    if after is not None and not register.changes(stored, after).none:
        file = str(settings.register.people_file)
        yield Finding("waiting", file, 0, "名册文件和库里的不一样", "运行 liaison people 看会改什么，再加 --yes 更新")
    seated = {name for entry in stored.people for name in entry.rooms}
    for room in settings.rooms:
        if room.roster_file == REGISTER and room.name not in seated:
            why = "名册里没有谁写着它" if stored.people else "名册是空的"
            what = f"群“{room.name}”里还没有人：{why}"
            yield Finding("fault", str(settings.path), 0, what, "请先运行 liaison people --yes，或核对名册里的群名")


_HEADS: Mapping[str, tuple[str, str]] = {
    "fault": ("必须改", "bold red"),
    "waiting": ("等人处理", "yellow"),
    "note": ("请留意", "cyan"),
}


def _show(findings: Sequence[Finding], out: TextIO) -> None:
    console = Console(file=out, highlight=False, soft_wrap=True)
    say: Callable[[Text], None] = console.print
    for weight, (head, style) in _HEADS.items():
        for finding in findings:
            if finding.weight == weight:
                where = f"{finding.where}:{finding.line}" if finding.line else finding.where
                say(
                    Text(f"{head}  ", style=style)
                    .append(f"{where}：", style="bold")
                    .append(f"{finding.what}。{finding.remedy}")
                )
    if not any(finding.weight == "fault" for finding in findings):
        say(Text("配置、规则、名单和存储都没有问题。", style="green"))
