"""`liaison replay`: group-day files into the store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.progress import Progress

from bot import replay
from bot.cli.setup import complete, offline
from bot.cli.sources import group_days, settings_of
from bot.settings import Settings
from bot.transcript import GroupDay


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Takes the files in, in the order given."""
    settings, days = settings_of(arguments, environ), group_days(arguments.files)
    return complete(_replay(settings, days))


async def _replay(settings: Settings, days: Sequence[GroupDay]) -> int:
    console = Console(stderr=True)
    async with offline(settings) as bot:
        with Progress(console=console, disable=not sys.stderr.isatty(), transient=True) as progress:
            task = progress.add_task("录入", total=len(days))
            for day in days:
                total, new = await replay.replay(bot, day)
                progress.advance(task)
                print(f"{day.room} {day.date}：{total} 条，新录入 {new} 条", file=sys.stderr)
        _, particulars = await bot.health()
    failed = particulars["messages"]["failed"]
    if failed:
        print(f"liaison：有 {failed} 条没有处理成，都留着；运行 liaison check 看原因", file=sys.stderr)
    return 1 if failed else 0
