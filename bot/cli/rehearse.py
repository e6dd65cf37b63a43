"""`liaison rehearse`: a group-day on a virtual clock, and every post that the bot would make."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from bot import rehearsal
from bot.app import Reader
from bot.cli.setup import complete
from bot.cli.sources import group_days, settings_of

_APART: Final = timedelta(minutes=15)
"""What is said alike and no further apart than this is shown once."""
_SOMEBODY: Final = "〔姓名〕"
_MEANS: Final = {"private": "私聊", "sms": "短信", "mail": "邮件"}


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints the posts in order."""
    settings, days = settings_of(arguments, environ, secrets=False), group_days(arguments.files)
    reader = Reader.for_settings(settings)
    posts = complete(rehearsal.rehearse(settings, days, reader, withheld=not arguments.json))
    if arguments.json:
        print(json.dumps(posts, ensure_ascii=False, indent=2))
        return 0
    console = Console(highlight=False, soft_wrap=True)
    for same in _alike(posts):
        _show(console, same)
    if not posts:
        console.print("这一天机器人什么也不会说。")
    return 0


def _alike(posts: Sequence[Mapping[str, Any]]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """Posts that differ in nothing but whom they go to, each lot at the place of its first."""
    found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for post in posts:
        kind = (post["why"], post.get("means"), _said(post), bool(post["mentions"]))
        lot = found.setdefault(kind, [])
        if lot and datetime.fromisoformat(post["at"]) - datetime.fromisoformat(lot[-1]["at"]) > _APART:
            found[*kind, len(found)] = lot
            lot = found[kind] = []
        lot.append(post)
    return sorted(found.values(), key=lambda lot: str(lot[0]["at"]))


def _said(post: Mapping[str, Any]) -> str:
    """What is said, whoever is addressed by name."""
    said = str(post.get("withheld", post["text"]))
    return said.replace(post["to"], _SOMEBODY) if post["to"] else said


def _show(console: Console, lot: Sequence[Mapping[str, Any]]) -> None:
    first, last = (f"{datetime.fromisoformat(post['at']):%m-%d %H:%M:%S}" for post in (lot[0], lot[-1]))
    when = first if first == last else f"{first} 起"
    head = Text(f"{when}  ", style="bold")
    names = "、".join(dict.fromkeys(post["to"] or post["room"] for post in lot))
    if "withheld" in lot[0]:
        console.print(head.append(f"没有发  {_said(lot[0]).replace(_SOMEBODY, names)}", style="yellow"))
        return
    mentioned = bool(lot[0]["mentions"])
    means = _MEANS.get(lot[0]["means"], "")
    where = f"{means} {names}".strip()
    if len(lot) > 1:
        where = f"{means} {len(lot)} 人" if means else f"{len(lot)} 个群"
    console.print(head.append(where, style="cyan").append(f"  {lot[0]['why']}", style="dim"))
    if len(lot) > 1 and not mentioned:
        console.print(Text(f"    {names}", style="cyan"))
    for post in lot if mentioned else ():
        called = " ".join(f"@{name}" for name in post["mentions"])
        console.print(Text(f"    {post['room']}：{called}" if len(lot) > 1 else f"    {called}"))
    for line in (_said(lot[0]) if len(lot) > 1 else lot[0]["text"]).splitlines():
        console.print(Text(f"    {line}"))
