"""`liaison tally`: a day's state from what is stored."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date

from bot import app, daybook, wording
from bot.cli.setup import complete
from bot.cli.sources import settings_of
from bot.clock import SystemClock, day_of
from bot.errors import BotError
from bot.reports import daily
from bot.reports.tally import RoomDay, together
from bot.settings import Settings
from handlers.commands.arguments import read_day
from storage import people, rooms


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints the day."""
    settings = settings_of(arguments, environ)
    today = day_of(SystemClock().now(), settings.office.day_cutoff_hour)
    on = read_day(arguments.date, today)
    if on is None:
        raise BotError(f"没看懂 --date {arguments.date}。请写成 2020-02-10")
    days = complete(_days(settings, on, arguments.room))
    if arguments.json:
        found = [day.as_json() for day in days]
        print(json.dumps(found[0] if arguments.room is not None else found, ensure_ascii=False, indent=2))
    else:
        texts = [_text(day) for day in days]
        if len(days) > 1:
            whole = together("", days)
            texts.append(wording.total(len(days), whole.should_report, len(whole.reported)))
        print("\n\n".join(texts) or "还没有代表群。")
    return 0


async def _days(settings: Settings, on: date, name: str | None) -> Sequence[RoomDay]:
    async with app.opened(settings) as store, store.read() as session:
        office_id = await people.office(session, settings.office.name)
        if name is None:
            return (
                await daybook.office_day(session, office_id, on, settings.health.whom) if office_id is not None else ()
            )
        room = await rooms.by_name(session, office_id, None, name) if office_id is not None else None
        if room is None:
            known = "、".join(r.name for r in await rooms.every(session, office_id)) if office_id is not None else ""
            raise BotError(f"没有叫“{name}”的群。现有：{known or '（还没有）'}")
        return [await daybook.room_day(session, room, on, settings.health.whom)]


def _text(day: RoomDay) -> str:
    unwell = "、".join(known.name for known in day.unwell)
    text = f"【{day.room}】{daily.for_room(day, names=True)}"
    return f"{text}\n异常或待核实：{unwell}" if unwell else text
