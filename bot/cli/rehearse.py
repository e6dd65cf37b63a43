"""`liaison rehearse`: a group-day on a virtual clock, and every post that the bot would make."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from bot import rehearsal
from bot.app import Reader
from bot.cli.setup import complete
from bot.cli.sources import group_days, settings_of


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints the posts in order."""
    settings, days = settings_of(arguments, environ), group_days(arguments.files)
    reader = Reader.for_settings(settings)
    posts = complete(rehearsal.rehearse(settings, days, reader, withheld=not arguments.json))
    if arguments.json:
        print(json.dumps(posts, ensure_ascii=False, indent=2))
        return 0
    console = Console(highlight=False, soft_wrap=True)
    for post in posts:
        _show(console, post)
    if not posts:
        console.print("这一天机器人什么也不会说。")
    return 0


def _show(console: Console, post: Mapping[str, Any]) -> None:
    at = datetime.fromisoformat(post["at"])
    if "withheld" in post:
        console.print(
            Text(f"{at:%m-%d %H:%M:%S}  ", style="bold").append(f"没有发  {post['withheld']}", style="yellow")
        )
        return
    where = post["room"] or f"私聊 {post['to']}"
    head = (
        Text(f"{at:%m-%d %H:%M:%S}  ", style="bold").append(where, style="cyan").append(f"  {post['why']}", style="dim")
    )
    console.print(head)
    called = " ".join(f"@{name}" for name in post["mentions"])
    for line in ([called] if called else []) + post["text"].splitlines():
        console.print(Text(f"    {line}"))
