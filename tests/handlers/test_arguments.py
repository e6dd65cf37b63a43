"""What people write behind a command: rooms, days, spans, names, with and without blanks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import VirtualClock
from bot.messages import Dispatch
from storage import Store
from tests.office import GROUP, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    return await open_office(store, clock, settings_for(), real())


def in_group(said: list[Dispatch]) -> str:
    return "\n".join(dispatch.text for dispatch in said if not dispatch.conversation.private)


async def test_yesterdays_pasted_evening_gives_way_to_what_is_said_this_morning(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    await office.ask("周敏", "/录入 长沙\n张三 21:30\n38.5 咳嗽", STAFF_ROOM)
    await office.bot.inbox.handle_waiting()
    await office.heard()
    assert "张三" not in "".join(said.text for said in await office.ask("周敏", "/异常 长沙", STAFF_ROOM))


async def test_a_paste_without_a_name_is_of_the_group_where_it_is_said(office: Office) -> None:
    assert "录入 1 条" in in_group(await office.ask("周敏", "/录入\n张三 07:50\n36.5 健康"))


async def test_a_paste_without_a_name_is_of_the_offices_only_group(store: Store, clock: VirtualClock) -> None:
    settings = settings_for()
    rooms = tuple(room for room in settings.rooms if room.name in (GROUP, STAFF_ROOM))
    office = await open_office(store, clock, replace(settings, rooms=rooms), real())
    assert "录入 1 条" in in_group(await office.ask("周敏", "/录入\n张三 07:50\n36.5 健康", STAFF_ROOM))


async def test_a_paste_without_a_name_asks_for_one_where_several_groups_may_be_meant(office: Office) -> None:
    assert "写明群名" in in_group(await office.ask("周敏", "/录入\n张三 07:50\n36.5 健康", STAFF_ROOM))
    assert "录入 1 条" in in_group(await office.ask("周敏", "/录入 长沙\n张三 07:50\n36.5 健康", STAFF_ROOM))
