"""A group's day as people live it: what is said to whom, and what never is."""

from __future__ import annotations

from datetime import time

import pytest

from bot.clock import VirtualClock, day_of
from bot.daybook import room_day
from bot.messages import Dispatch
from bot.reports.tally import RoomDay, State
from bot.settings import MannersSettings, ScheduleSettings
from storage import Store, rooms
from tests.office import GROUP, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real

DAY = (
    ScheduleSettings(name="早上提醒", do="remind", at=time(8, 30)),
    ScheduleSettings(name="下午催报", do="remind_missing", at=time(15)),
    ScheduleSettings(name="晚上汇总", do="tally", at=time(20)),
)


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    return await open_office(store, clock, settings_for(DAY), real())


async def day(office: Office) -> RoomDay:
    async with office.bot.store.read() as session:
        room = await rooms.by_name(session, office.bot.office_id, None, GROUP)
        assert room is not None
        return await room_day(session, room, day_of(office.clock.now()))


def names(people: object) -> list[str]:
    return [known.name for known in people]  # type: ignore[attr-defined]  # any sequence of people


def whispered(said: list[Dispatch]) -> list[Dispatch]:
    return [dispatch for dispatch in said if dispatch.conversation.private]


async def test_the_bot_does_not_answer_reports_in_the_group(office: Office) -> None:
    for who in ("张三", "李四", "王五"):
        assert await office.ask(who, "36.5 健康") == []
    assert await office.ask("欧阳静", "建议给村医配发额温枪") == []
    assert await office.ask("张三", "今天天气不错") == []


async def test_who_is_unwell_reaches_each_of_the_staff_alone_and_at_once(office: Office) -> None:
    await office.say("周敏", "早")
    said = await office.ask("张三", "38.5℃，咳嗽，在家隔离")
    alerts = [d for d in said if "38.5℃" in d.text]
    assert len(alerts) == 1
    assert alerts[0].conversation.private
    assert alerts[0].conversation.external_id == "wxid-周敏"
    assert "张三" in alerts[0].text
    assert "咳嗽" in alerts[0].text
    assert "岳麓区" in alerts[0].text
    assert not [d for d in said if d.conversation.name == GROUP]


async def test_the_same_state_said_again_alerts_once(office: Office) -> None:
    await office.say("周敏", "早")
    assert len(whispered(await office.ask("张三", "38.5 咳嗽"))) == 1
    assert await office.ask("张三", "38.5 咳嗽") == []
    assert len(whispered(await office.ask("张三", "39.1 咳嗽"))) == 1


async def test_staff_who_cannot_be_told_privately_learn_that_something_waits_and_no_more(office: Office) -> None:
    said = await office.ask("张三", "38.5 咳嗽")
    assert {d.conversation.name for d in said} == {STAFF_ROOM}
    assert "周敏" in said[0].text
    assert not any(word in d.text for d in said for word in ("张三", "38.5", "咳嗽"))
    await office.say("周敏", "收到", STAFF_ROOM)
    asked = await office.ask("周敏", "/异常", None)
    assert "张三" in asked[0].text


async def test_an_office_may_wish_each_report_to_be_answered_without_its_value(
    store: Store, clock: VirtualClock
) -> None:
    settings = settings_for(manners=MannersSettings(answer_reports=True))
    office = await open_office(store, clock, settings, real())
    await office.say("周敏", "早")
    (answer,) = [
        d for d in await office.ask("张三", "38.5 咳嗽") if not d.conversation.private and d.conversation.name == GROUP
    ]
    assert answer.text == "已收到张三的情况。"


async def test_an_unsure_state_counts_as_unwell_and_is_to_be_settled(office: Office) -> None:
    await office.say("周敏", "早")
    said = whispered(await office.ask("李四", "36.6，有点不舒服，说不上来"))
    assert {d.conversation.external_id: d.text.count("待核实") for d in said} == {"wxid-李四": 0, "wxid-周敏": 1}
    assert names((await day(office)).unwell) == ["李四"]


async def test_a_relative_who_is_ill_alerts_staff_and_makes_nobody_reported(office: Office) -> None:
    await office.say("周敏", "早")
    (alert,) = whispered(await office.ask("王五", "我爱人37.8，咳嗽"))
    assert "王五的家属" in alert.text
    assert (await day(office)).states
    assert not (await day(office)).reported


async def test_the_seven_states(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    await office.say("李四", "38.1 咳嗽")
    await office.ask("周敏", "/代报 王五 36.4 健康")
    found = await day(office)
    assert [found.states[known.person_id] for known in found.deputies] == [
        State.WELL,
        State.ILL,
        State.PROXY,
        State.MISSING,
    ]
    for word, state in (("零报告", State.ZERO), ("联系不上", State.UNREACHABLE), ("请假", State.LEAVE)):
        await office.ask("周敏", f"/标记 欧阳静 {word}")
        found = await day(office)
        assert found.states[found.deputies[3].person_id] is state


async def test_the_day_runs_by_itself(office: Office) -> None:
    await office.say("周敏", "早")
    await office.play(time(8, 31))
    await office.say("张三", "36.5 健康")
    await office.say("李四", "37.9 咳嗽")
    await office.play(time(15, 1))
    await office.say("王五", "36.6")
    await office.play(time(20, 1))
    in_group = [d for d in office.channel.said if d.conversation.name == GROUP]
    assert [d.text.split("\n")[0] for d in in_group] == [
        "各位代表：请报2月10日健康情况，直接在群里说就行，比如：",
        "还没看到您2月10日的健康情况，方便时报一下，谢谢。",
        "2月10日健康上报：应报 4 人，已报 3 人，未报 1 人",
    ]
    assert [mention.name for mention in in_group[1].mentions] == ["王五", "欧阳静"]
    assert in_group[2].text.endswith("未报：欧阳静")


async def test_no_group_ever_hears_of_anybodys_health(office: Office) -> None:
    await office.say("周敏", "早")
    await office.say("张三", "38.5 咳嗽 头痛，疑似，在家隔离")
    await office.say("李四", "有点不舒服")
    for command in ("/汇总", "/未报", "/异常", "/提醒", "/导出", "/帮助", "/绑定", "/更正 张三 39.9 腹泻"):
        await office.ask("周敏", command)
        await office.ask("周敏", command, STAFF_ROOM)
    await office.play(time(21))
    public = "\n".join(d.text for d in office.channel.said if not d.conversation.private)
    for word in ("38.5", "39.9", "咳嗽", "头痛", "疑似", "隔离", "腹泻", "有点不舒服"):
        assert word not in public, word


async def test_everybody_reported_means_nobody_is_reminded(office: Office) -> None:
    for who in ("张三", "李四", "王五", "欧阳静"):
        await office.say(who, "36.5 健康")
    await office.play(time(15, 1))
    assert not [d for d in office.channel.said if d.conversation.name == GROUP and "还没看到" in d.text]


CHAIN = "#接龙\n2月10日健康接龙\n\n"


async def test_a_chain_posted_again_adds_nothing(office: Office) -> None:
    await office.say("张三", CHAIN + "1. 张三 36.5 正常")
    await office.say("李四", CHAIN + "1. 张三 36.5 正常\n2. 李四 36.6 正常")
    await office.say("张三", "下午量了38.2，咳嗽")
    await office.say("王五", CHAIN + "1. 张三 36.5 正常\n2. 李四 36.6 正常\n3. 王五 36.4 正常")
    found = await day(office)
    assert names(found.reported) == ["张三", "李四", "王五"]
    assert names(found.unwell) == ["张三"]  # his unchanged line is no newer report


async def test_a_changed_line_takes_the_place_of_the_old_one(office: Office) -> None:
    gifts = "#接龙\n给敬老院捐款\n\n"
    await office.say("张三", gifts + "1. 张三 200元")
    await office.say("李四", gifts + "1. 张三 200元\n2. 李四 500元")
    await office.say("张三", gifts + "1. 张三 300元\n2. 李四 500元")
    found = await day(office)
    assert (found.deeds, found.cash_yuan) == (2, 800)


async def test_a_retraction_takes_back_the_latest_report_and_the_earlier_one_stands(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    await office.say("张三", "38.2 咳嗽")
    await office.say("张三", "刚才报错了请忽略")
    found = await day(office)
    assert names(found.reported) == ["张三"]
    assert not found.unwell


async def test_what_staff_pass_on_counts_once(office: Office) -> None:
    await office.say("张三", "建议各镇统一设置废口罩回收桶并每日清运消毒")
    await office.say("周敏", "【转】张三代表：建议各镇统一设置废口罩回收桶并每日清运消毒")
    assert (await day(office)).suggestions == 1
