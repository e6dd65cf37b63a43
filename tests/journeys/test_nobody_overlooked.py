"""The ways in which an ill person could be overlooked, or taken for another: each found once, and closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import VirtualClock, day_of
from bot.daybook import room_day
from bot.errors import DeliveryRefused
from bot.messages import Dispatch, MessageKind
from bot.reports.tally import RoomDay
from storage import Store, posts, records, rooms
from tests.office import GROUP, OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real
from tests.test_inbox import failing_inbox
from tests.test_outbox import Flaky


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    found = await open_office(store, clock, settings_for(), real())
    await found.say("周敏", "早")
    await found.heard()
    return found


async def day(office: Office, room: str = GROUP) -> RoomDay:
    async with office.bot.store.read() as session:
        found = await rooms.by_name(session, office.bot.office_id, None, room)
        assert found is not None
        return await room_day(session, found, day_of(office.clock.now()))


def unwell(of: RoomDay) -> list[str]:
    return [known.name for known in of.unwell]


def alerts(said: list[Dispatch]) -> list[str]:
    return [d.text for d in said if d.conversation.private]


async def test_a_report_on_behalf_of_a_namesake_is_about_the_one_who_was_named(office: Office) -> None:
    await office.ask("周敏", "/代报 华容县-王五 38.5 发烧")
    assert unwell(await day(office, OTHER)) == ["王五"]
    assert not (await day(office)).reported


async def test_a_correction_of_a_namesake_is_about_the_one_who_was_named(office: Office) -> None:
    await office.say("王五", "36.5 健康", OTHER, account="wx-other")
    await office.ask("周敏", "/更正 华容县-王五 38.5 发烧", STAFF_ROOM)
    assert unwell(await day(office, OTHER)) == ["王五"]


async def test_a_report_on_behalf_of_two_is_refused(office: Office) -> None:
    (answer,) = await office.ask("周敏", "/代报 张三 李四 38.5 发烧")
    assert "一次只记一个人" in answer.text
    assert not (await day(office)).reported


async def test_each_ill_person_of_one_report_on_behalf_is_told(office: Office) -> None:
    said = alerts(await office.ask("周敏", "/代报 张三 38.5 发烧，母亲37.9咳嗽"))
    assert any("张三（" in text for text in said)
    assert any("张三的家属" in text for text in said)


async def test_correcting_a_person_leaves_their_relatives_illness_alone(office: Office) -> None:
    await office.say("张三", "我36.5健康，母亲38.6咳嗽")
    await office.ask("周敏", "/更正 张三 36.6 健康")
    async with office.bot.store.read() as session:
        standing = await records.about_person(session, office.bot.office_id, 1, day_of(office.clock.now()), "health")
    assert {(row.relation, row.ill) for row in standing} == {("本人", False), ("家属", True)}


async def test_a_chain_that_was_recalled_and_posted_again_counts(office: Office) -> None:
    chain = "#接龙\n健康接龙\n\n1. 张三 36.5 正常\n2. 李四 38.6 咳嗽"
    first = await office.say("张三", chain)
    await office.say("张三", "", kind=MessageKind.RECALL, recalls=first)
    await office.say("张三", chain)
    assert unwell(await day(office)) == ["李四"]


async def test_another_relative_who_falls_ill_is_told_too(office: Office) -> None:
    assert len(alerts(await office.ask("张三", "我母亲发烧"))) == 1
    assert len(alerts(await office.ask("张三", "我父亲发烧"))) == 1


async def test_an_illness_that_gets_worse_is_told_again(office: Office) -> None:
    assert len(alerts(await office.ask("张三", "38.5 咳嗽，在家隔离"))) == 1
    assert len(alerts(await office.ask("张三", "38.5 咳嗽，在医院隔离"))) == 1


async def test_staff_are_asked_to_look_at_what_could_not_be_handled_and_a_paste_brings_it_back(office: Office) -> None:
    inbox = failing_inbox(office, times=5)
    message = office.message("张三", "地雷，发烧38.5")
    await inbox.accept(message)
    for _ in range(6):
        await inbox.handle_waiting()
        office.clock.advance(4000)
    said = await office.heard()
    assert any("没能处理" in d.text for d in said)
    assert not any("38.5" in d.text for d in said)
    await office.ask("周敏", "/录入 长沙\n张三 2020-02-10 08:00\n地雷，发烧38.5", STAFF_ROOM)
    await office.bot.inbox.handle_waiting()
    assert unwell(await day(office)) == ["张三"]


async def test_a_message_whose_content_came_late_is_filled_and_read(office: Office) -> None:
    whole = office.message("张三", "38.5 咳嗽", id="late")
    empty = replace(
        whole,
        kind=MessageKind.OTHER,
        text="",
        sender=replace(whole.sender, external_id="", name=""),
        conversation=replace(whole.conversation, external_id="", name=""),
    )
    await office.bot.inbox.accept(empty)
    await office.bot.inbox.handle_waiting()
    assert any("内容没有取到" in d.text for d in await office.heard())
    assert await office.bot.inbox.accept(whole)
    assert not await office.bot.inbox.accept(whole)
    await office.bot.inbox.handle_waiting()
    assert unwell(await day(office)) == ["张三"]


async def test_an_illness_brought_in_two_days_late_is_still_told(office: Office) -> None:
    await office.say("周敏", "/录入 长沙\n张三 2020-02-08 08:00\n38.5 咳嗽", STAFF_ROOM)
    await office.bot.inbox.handle_waiting()
    assert any("张三" in text for text in alerts(await office.heard()))


async def test_an_illness_of_long_ago_is_history(office: Office) -> None:
    await office.say("周敏", "/录入 长沙\n张三 2019-02-08 08:00\n38.5 咳嗽", STAFF_ROOM)
    await office.bot.inbox.handle_waiting()
    assert not any("张三" in text for text in alerts(await office.heard()))


async def test_commands_in_a_pasted_chat_command_nothing(office: Office) -> None:
    pasted = "周敏 07:00\n/请假 张三 至 2月20日\n周敏 07:01\n/暂停"
    await office.ask("谭芳", f"/录入 长沙\n{pasted}", STAFF_ROOM)
    await office.bot.inbox.handle_waiting()
    found = await day(office)
    assert len(found.missing) == 4
    assert len(await office.ask("周敏", "/汇总")) == 1


async def test_a_stranger_who_calls_themselves_staff_privately_sees_nothing(store: Store, clock: VirtualClock) -> None:
    office = await open_office(store, clock, settings_for(), real())
    await office.say("张三", "38.5 咳嗽")
    await office.say("周敏", "/异常", None, account="wx-stranger")
    await office.say("周敏", "/导出", None, account="wx-stranger")
    said = [d for d in await office.heard() if d.conversation.external_id == "wx-stranger"]
    assert said
    assert not any("张三" in d.text or d.attachment for d in said)


async def test_a_group_of_the_same_name_does_not_take_over_one_whose_id_is_fixed(
    store: Store, clock: VirtualClock
) -> None:
    settings = settings_for()
    fixed = replace(settings.rooms[0], external_id="the-real-one")
    office = await open_office(store, clock, replace(settings, rooms=(fixed, *settings.rooms[1:])), real())
    await office.say("周敏", "/汇总", GROUP)  # said in another group of that name
    await office.heard()
    async with store.read() as session:
        room = await rooms.by_name(session, office.bot.office_id, None, GROUP)
        assert room is not None
        assert room.external_id == "the-real-one"
        assert [m.name for m in await rooms.every(session, office.bot.office_id, rooms.UNKNOWN)] != []
    assert not [d for d in office.channel.said if d.conversation.external_id == f"room-{GROUP}"]


async def test_a_refused_private_alert_leaves_a_word_for_staff(store: Store, clock: VirtualClock) -> None:
    channel = Flaky(clock, [])
    office = await open_office(store, clock, settings_for(), real(), channel=channel)
    await office.say("周敏", "早")
    channel.failures.append((DeliveryRefused, False))
    await office.say("张三", "38.5 咳嗽")
    await office.heard()
    await office.heard()
    async with store.read() as session:
        assert len(await posts.in_states(session, office.bot.office_id, ("refused",))) == 1
    assert any("周敏" in d.text and d.conversation.name == STAFF_ROOM for d in channel.said)
