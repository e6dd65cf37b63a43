"""Messages may come late and in any order (a gap that was pasted later): the day's figures are the same."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot import app, replay
from bot.clock import VirtualClock
from bot.daybook import room_day
from bot.settings import Settings
from bot.transcript import GroupDay, read_group_day
from storage import Store, rooms
from tests.reading import real

DAYS = sorted((Path(__file__).parents[1] / "corpus" / "days").glob("*.jsonl"))


def day_of_file(file: Path) -> GroupDay:
    return read_group_day(file.name, file.read_text("utf-8").splitlines())


async def tally(store: Store, clock: VirtualClock, day: GroupDay, order: list[int]) -> dict[str, Any]:
    bot = await app.build(Settings(), store, clock, lambda _office: {}, real().heard, random.Random(0))
    room = await replay.room_of(bot, day)
    said = replay.messages_of(day)
    for position in order:
        await replay.keep(bot, room, [said[position]])
        await bot.inbox.handle_waiting()
    async with store.read() as session:
        found = await rooms.by_name(session, bot.office_id, None, day.room)
        assert found is not None
        return (await room_day(session, found, day.date)).as_json()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("file", DAYS, ids=[day.stem for day in DAYS])
async def test_a_day_that_comes_out_of_order_tallies_the_same(
    file: Path, seed: int, sqlite_template: Path, tmp_path: Path, clock: VirtualClock
) -> None:
    day = day_of_file(file)
    order = list(range(len(day.said)))
    late = random.Random(seed).sample(order, 12)  # these were missed, and pasted in the evening
    found = []
    for number, arriving in enumerate((order, [n for n in order if n not in late] + sorted(late))):
        store = Store.open(f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / f'{number}.db')}")
        try:
            found.append(await tally(store, clock, day, arriving))
        finally:
            await store.close()
    assert found[1] == found[0]
