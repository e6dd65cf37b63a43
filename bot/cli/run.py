"""`liaison run`: the bot, until SIGTERM or Ctrl-C; SIGHUP has it read rules and rosters anew at once."""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
from collections.abc import Mapping

from bot import app
from bot.app import Reader
from bot.cli.setup import complete
from bot.cli.sources import settings_of
from bot.clock import SystemClock
from bot.settings import Settings, WebchatSettings


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Runs the bot; 0 when it was told to stop."""
    settings = settings_of(arguments, environ)
    complete(_run(settings))
    return 0


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    asked = asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, asked.set)
    reader = Reader.for_settings(settings)
    clock = SystemClock()
    async with app.opened(settings) as store:
        make = app.channels_of(settings, store, clock)
        bot = await app.build(
            settings,
            store,
            clock,
            make,
            reader.heard,
            random.Random(),  # noqa: S311 - jitter, no secret
            reader.private,
        )
        reloading = app.reloading_of(bot, reader, asked)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asyncio.to_thread(reader.warm_up))
            tasks.create_task(bot.run(stop, lambda address: _greet(settings, address), reloading))


def _greet(settings: Settings, address: str) -> None:
    lines = [f"联络员已启动：{address}", "按 Ctrl-C 停止。"]
    open_seats = any(isinstance(channel, WebchatSettings) and channel.open_seats for channel in settings.channels)
    if settings.rooms and open_seats:
        listed = [(p.name, p.role) for room in settings.rooms for p in room.roster]
        content = settings.register.content
        listed += [(p.name, role) for p in (content.people if content else ()) for role in p.roles]
        deputy = next((name for name, role in listed if role == "deputy"), None)
        member = next((name for name, role in listed if role == "staff"), None)
        lines[1:1] = [
            f"先试试：用浏览器打开上面的地址，进“{settings.rooms[0].name}”，",
            f"  坐到代表{deputy or ''}的位子上说：36.5 健康",
            f"  再坐到工作人员{member or ''}的位子上发：/汇总",
        ]
    print("\n".join(lines), file=sys.stdout, flush=True)
