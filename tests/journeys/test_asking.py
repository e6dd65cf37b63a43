"""A state that the words leave open: asked back once, privately; answered, or settled by staff."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.channel import Starts
from bot.channels.memory import MemoryChannel
from bot.clock import VirtualClock, day_of
from bot.daybook import room_day
from bot.errors import DeliveryRefused
from bot.messages import Dispatch, MessageKind
from bot.reports.tally import RoomDay
from bot.settings import MannersSettings, ScheduleSettings
from storage import Store, messages, posts, questions, records, rooms
from storage.tables import Question
from tests.office import GROUP, GROUP_TRAITS, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    found = await open_office(store, clock, settings_for(), real())
    for who in ("周敏", "谭芳"):
        await found.say(who, "早")
    return found


async def day(office: Office) -> RoomDay:
    async with office.bot.store.read() as session:
        room = await rooms.by_name(session, office.bot.office_id, None, GROUP)
        assert room is not None
        return await room_day(session, room, day_of(office.clock.now()))


async def unwell(office: Office) -> list[str]:
    return [known.name for known in (await day(office)).unwell]


async def unsure(office: Office) -> list[str]:
    found = await day(office)
    return [known.name for known in found.deputies if (r := found.last.get(known.person_id)) and r.unsure]


def to(who: str, said: Sequence[Dispatch]) -> list[str]:
    return [d.text for d in said if d.conversation.private and d.conversation.external_id == f"wxid-{who}"]


def public(said: Sequence[Dispatch]) -> str:
    return "\n".join(d.text for d in said if not d.conversation.private)


async def later(office: Office, minutes: float) -> list[Dispatch]:
    """What is said by itself in the next minutes."""
    before = len(office.channel.said)
    await office.play_until(office.clock.now() + timedelta(minutes=minutes))
    return office.channel.said[before:]


async def all_questions(office: Office) -> list[Question]:
    async with office.bot.store.read() as session:
        return list(await questions.open_ones(session, office.bot.office_id))


ASKED = "您今早报的“有点不舒服”，现在有没有发热、咳嗽或者不舒服？回一句就行。"


async def test_the_sender_is_asked_back_privately_in_one_line(office: Office) -> None:
    said = await office.ask("李四", "有点不舒服")
    assert to("李四", said) == [ASKED]
    assert public(said) == ""
    (alert,) = to("周敏", said)  # staff know at once that it is open
    assert alert.endswith("没问清楚再告诉您。")


@pytest.mark.parametrize("answer", ["没有", "都没有，谢谢", "已经好了", "没有发热咳嗽，就是没睡好"])
async def test_a_denial_in_answer_settles_it(office: Office, answer: str) -> None:
    await office.ask("李四", "有点不舒服")
    assert await office.ask("李四", answer, None) == []
    assert await unwell(office) == []
    assert "没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]
    assert await later(office, 120) == []


@pytest.mark.parametrize("answer", ["37.8", "是的,咳嗽", "没有发烧，有点咳嗽"])
async def test_an_illness_in_answer_is_one(office: Office, answer: str) -> None:
    await office.ask("李四", "有点不舒服")
    said = await office.ask("李四", answer, None)
    assert "健康异常" in to("周敏", said)[0]
    assert (await unwell(office), await unsure(office)) == (["李四"], [])
    assert await later(office, 120) == []


@pytest.mark.parametrize("answer", ["有一点", "就是累了", "好多了", "36.8", "应该没有", "没有别的"])
async def test_an_answer_that_leaves_it_open_goes_to_staff_with_its_words(office: Office, answer: str) -> None:
    await office.ask("李四", "有点不舒服")
    said = await office.ask("李四", answer, None)
    assert to("李四", said) == []  # asked once
    (told,) = to("周敏", said)
    assert f"问过李四，回的是“{answer}”" in told
    assert await unsure(office) == ["李四"]
    listed = to("周敏", await office.ask("周敏", "/待核", None))[0]
    assert "“有点不舒服”" in listed
    assert f"后来说“{answer}”" in listed
    assert await later(office, 120) == []


async def test_a_second_answer_that_says_something_new_is_told_too(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    await office.ask("李四", "有一点", None)
    assert to("周敏", await office.ask("李四", "今天天气不好", None)) == []
    (alert,) = to("周敏", await office.ask("李四", "好像有点发热", None))
    assert "好像有点发热" in alert


async def test_of_a_chain_that_is_copied_on_each_is_asked_about_their_own_line(office: Office) -> None:
    await office.say("李四", "早")
    chain = "#接龙\n2月10日健康接龙\n\n1. 李四 有点不舒服\n2. 张三 36.5 正常"
    said = await office.ask("张三", chain)
    assert [len(to(who, said)) for who in ("张三", "李四")] == [0, 1]
    said = await office.ask("王五", chain + "\n3. 王五 36.6 正常")
    assert to("李四", said) == []


async def test_of_a_list_that_staff_made_staff_are_asked(office: Office) -> None:
    await office.say("李四", "早")
    said = await office.ask("周敏", "#接龙\n2月10日健康接龙\n\n1. 李四 有点不舒服\n2. 张三 36.5 正常")
    assert to("李四", said) == []
    assert any(text.startswith("您今早替李四报的") for text in to("周敏", said))


async def test_what_is_no_answer_is_none(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    for text in ("收到", "请问口罩在哪里领？", "建议给环卫工人配发口罩"):
        await office.say("李四", text, None)
    assert await unsure(office) == ["李四"]
    assert (await office.ask("李四", "没有", None)) == []
    assert await unwell(office) == []


async def test_no_answer_within_the_time_goes_to_staff_once(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    assert await later(office, 58) == []
    said = await later(office, 3)
    assert len(said) == 2
    (text,) = to("周敏", said)
    assert "李四" in text
    assert "有点不舒服" in text
    assert "还没有回" in text
    assert await later(office, 600) == []


async def test_a_late_answer_still_counts(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    await later(office, 90)
    await office.say("李四", "没有", None)
    assert await unwell(office) == []
    assert "没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]


async def test_a_word_in_the_group_is_no_answer_to_what_was_asked_privately(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    await office.say("李四", "没有")  # who knows what of
    assert await unsure(office) == ["李四"]
    await office.say("李四", "不发烧不咳嗽，都好")
    assert await unwell(office) == []
    assert await later(office, 120) == []


async def test_an_unsure_word_in_the_group_after_the_question_goes_to_staff(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    said = await office.ask("李四", "还是有点头晕")
    assert to("李四", said) == []
    assert any("回的是“还是有点头晕”" in text for text in to("周敏", said))
    assert public(said) == ""


async def test_one_is_asked_once_a_day_whatever_is_repeated(office: Office) -> None:
    await office.ask("李四", "有点不舒服", None)
    await office.say("李四", "不舒服，头晕", GROUP)
    await office.say("李四", "没有了，好了", None)
    said = await office.ask("李四", "又有点不舒服")
    assert to("李四", said) == []
    assert await unsure(office) == ["李四"]
    assert "又有点不舒服" in to("周敏", await office.ask("周敏", "/待核"))[0]


async def test_a_new_day_is_a_new_question_and_settles_the_old_one(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    await later(office, 24 * 60)
    assert len(to("李四", await office.ask("李四", "还是有点不舒服"))) == 1
    listed = to("周敏", await office.ask("周敏", "/待核"))[0]
    assert listed.count("·") == 1
    await office.say("李四", "36.5 健康")
    assert "没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]


async def test_handling_it_again_asks_nobody_twice(office: Office) -> None:
    first = await office.say("李四", "有点不舒服")
    await office.heard()
    second = await office.say("李四", "没有", None)
    for external_id in (first, second, second, first):
        async with office.bot.store.begin() as session:
            message = await messages.by_external_id(session, office.bot.office_id, "group", external_id)
            assert message is not None
            await messages.read_one_again(session, message.id)
        assert await office.bot.inbox.handle_waiting() == 1
    assert await office.heard() == []
    assert await unwell(office) == []
    assert await all_questions(office) == []


async def test_a_restart_asks_and_tells_nobody_twice(store: Store, office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    again = await open_office(store, office.clock, settings_for(), real())
    assert await later(again, 30) == []
    third = await open_office(store, office.clock, settings_for(), real())
    assert len(to("周敏", await later(third, 31))) == 1
    assert await later(again, 240) == []


async def test_two_processes_tell_once(store: Store, office: Office) -> None:
    other = await open_office(store, office.clock, settings_for(), real())
    await office.ask("李四", "有点不舒服")
    office.clock.advance(61 * 60)
    await asyncio.gather(*(bot.planner.run_due() for bot in (office.bot, other.bot) for _ in range(3)))
    said = [*await office.heard(), *await other.heard()]
    assert len(to("周敏", said)) == 1


async def test_at_night_nobody_is_asked_until_the_morning(store: Store) -> None:
    clock = VirtualClock(datetime(2020, 2, 10, 15, 30, tzinfo=UTC))  # 23:30 in China
    office = await open_office(store, clock, settings_for(), real())
    await office.say("周敏", "晚安")
    said = await office.ask("李四", "有点不舒服")
    assert to("李四", said) == []
    assert len(to("周敏", said)) == 1
    assert await later(office, 7 * 60) == []
    (asked,) = to("李四", await later(office, 31))
    assert asked == ASKED.replace("今早", "昨晚")
    await office.say("李四", "好了", None)
    assert await all_questions(office) == []
    assert "没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]
    assert await later(office, 120) == []


async def test_two_processes_ask_once_in_the_morning(store: Store) -> None:
    clock = VirtualClock(datetime(2020, 2, 10, 15, 30, tzinfo=UTC))
    office = await open_office(store, clock, settings_for(), real())
    other = await open_office(store, clock, settings_for(), real())
    await office.ask("李四", "有点不舒服")
    clock.advance(8 * 3600)
    await asyncio.gather(*(bot.planner.run_due() for bot in (office.bot, other.bot) for _ in range(3)))
    assert len(to("李四", [*await office.heard(), *await other.heard()])) == 1


async def test_what_was_settled_over_night_is_not_asked(store: Store) -> None:
    office = await open_office(store, VirtualClock(datetime(2020, 2, 10, 15, 30, tzinfo=UTC)), settings_for(), real())
    await office.ask("李四", "有点不舒服")
    await later(office, 6 * 60)
    await office.say("李四", "36.5 健康")
    assert to("李四", await later(office, 180)) == []


async def test_what_was_recalled_or_taken_back_is_not_open(office: Office) -> None:
    first = await office.say("李四", "有点不舒服")
    await office.heard()
    await office.say("李四", "", kind=MessageKind.RECALL, recalls=first)
    assert await later(office, 120) == []
    assert "没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]


async def test_what_had_settled_it_may_be_taken_back(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    await office.say("李四", "没有", None)
    await office.say("李四", "刚才报错了请忽略", None)
    assert await unsure(office) == ["李四"]
    assert "李四" in to("周敏", await office.ask("周敏", "/待核"))[0]


async def test_who_goes_by_a_name_may_be_settled_later(office: Office) -> None:
    await office.ask("周敏", "代报：张山有点不舒服")
    await office.say("周敏", "/绑定 张山 张三", STAFF_ROOM)
    await later(office, 30)
    assert "张三" in to("周敏", await office.ask("周敏", "/待核"))[0]
    await office.say("张三", "36.5 健康")
    assert "没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]


async def test_a_cough_beside_a_suspect_number_is_asked_for_and_stays(office: Office) -> None:
    (asked,) = to("李四", await office.ask("李四", "咳嗽，体温368"))
    assert "体温是多少度" in asked
    await office.say("李四", "没有", None)
    assert await unsure(office) == ["李四"]
    await office.say("李四", "36.8", None)
    assert (await unwell(office), await unsure(office)) == (["李四"], [])


async def test_a_suspect_number_is_asked_for(office: Office) -> None:
    assert to("李四", await office.ask("李四", "体温368")) == ["您今早报的“体温368”，体温是多少度？回一句就行。"]
    await office.say("李四", "没有", None)
    assert await unsure(office) == ["李四"]
    await office.say("李四", "36.8", None)
    assert await unwell(office) == []


async def test_whoever_reports_for_another_is_asked_about_them(office: Office) -> None:
    said = await office.ask("李四", "代张三报：有点不舒服")
    (asked,) = to("李四", said)
    assert asked.startswith("您今早替张三报的“")
    assert asked.endswith("，张三现在有没有发热、咳嗽或者不舒服？回一句就行。")
    assert to("张三", said) == []
    await office.say("李四", "36.5 健康", None)  # his own
    assert await unsure(office) == ["张三"]
    await office.say("李四", "他没有了", None)
    found = await day(office)
    assert [known.name for known in found.reported] == ["张三", "李四"]
    assert not found.unwell


async def test_a_relative_who_is_open_is_asked_about(office: Office) -> None:
    (asked,) = to("李四", await office.ask("李四", "36.5 健康，我母亲头晕"))
    assert asked == "您今早报的“36.5健康，我母亲头晕”，家里人现在有没有发热、咳嗽或者不舒服？回一句就行。"
    await office.say("李四", "我父亲36.5，健康")  # of another one
    assert "李四的家属" in to("周敏", await office.ask("周敏", "/待核"))[0]
    await office.say("李四", "好了", None)
    assert "没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]


@pytest.mark.parametrize(
    ("said", "closed"),
    [
        (["我母亲36.5，健康"], False),
        (["我儿子36.5，没有发热咳嗽"], False),
        (["我母亲36.5，健康", "我女儿36.6，健康"], True),
        (["全家健康"], True),
    ],
)
async def test_each_relative_is_open_by_themselves(office: Office, said: list[str], closed: bool) -> None:
    await office.ask("李四", "我母亲头晕")
    await office.ask("李四", "我女儿有点不舒服")
    await office.say("李四", "没有", None)  # which of the two?
    assert "李四的家属" in to("周敏", await office.ask("周敏", "/待核"))[0]
    for text in said:
        await office.say("李四", text)
    assert ("没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]) is closed


async def test_an_account_may_be_asked_one_thing_at_a_time(office: Office) -> None:
    said = await office.ask("李四", "代报：张三有点不舒服，王五头晕")
    assert len(to("李四", said)) == 1
    listed = to("周敏", await office.ask("周敏", "/待核"))[0]
    assert "张三" in listed
    assert "王五" in listed


async def test_a_pasted_report_of_long_ago_is_for_staff_to_settle(office: Office) -> None:
    await office.say("李四", "早")
    await office.say("周敏", "/录入 长沙\n李四 2020-02-09 08:00\n有点不舒服", STAFF_ROOM)
    await office.bot.inbox.handle_waiting()
    assert to("李四", await office.heard()) == []
    assert "李四" in to("周敏", await office.ask("周敏", "/待核"))[0]


async def test_a_fresh_pasted_report_is_asked_about(office: Office) -> None:
    await office.say("李四", "早")
    await office.say("周敏", "/录入 长沙\n李四 2020-02-10 07:58\n有点不舒服", STAFF_ROOM)
    await office.bot.inbox.handle_waiting()
    assert to("李四", await office.heard()) == [ASKED]


@pytest.mark.parametrize("manners", [MannersSettings(ask_back=False)])
async def test_an_office_may_wish_nobody_to_be_asked(
    store: Store, clock: VirtualClock, manners: MannersSettings
) -> None:
    office = await open_office(store, clock, settings_for(manners=manners), real())
    await office.say("周敏", "早")
    assert to("李四", await office.ask("李四", "有点不舒服")) == []
    assert "李四" in to("周敏", await office.ask("周敏", "/待核"))[0]


class Refusing(MemoryChannel):
    """Takes nothing for one person, who is no friend of the account."""

    async def send(self, dispatch: Dispatch) -> str | None:
        if dispatch.conversation.external_id == "wxid-李四":
            raise DeliveryRefused("对方不是好友")
        return await super().send(dispatch)


async def test_who_cannot_be_asked_privately_is_for_staff_at_once(store: Store, clock: VirtualClock) -> None:
    channel = Refusing("group", clock, GROUP_TRAITS)
    office = await open_office(store, clock, settings_for(), real(), channel=channel)
    await office.say("周敏", "早")
    await office.ask("李四", "有点不舒服")
    said = await later(office, 2)
    assert any("没能送到" in text for text in to("周敏", said))
    async with store.read() as session:
        assert await posts.in_states(session, office.bot.office_id, ("refused",)) == []
    assert not any("李四" in d.text for d in channel.said if not d.conversation.private)


@pytest.mark.parametrize(("starts", "alone", "asked"), [
    (Starts.WINDOW, True, True), (Starts.WINDOW, False, False), (Starts.TEMPLATES, True, False),
])  # fmt: skip
async def test_where_the_bot_may_only_answer_whoever_has_spoken_to_it_alone_is_asked(
    store: Store, clock: VirtualClock, starts: Starts, *, alone: bool, asked: bool
) -> None:
    office = await open_office(store, clock, settings_for(), real(), replace(GROUP_TRAITS, starts=starts))
    if alone:
        await office.ask("李四", "在吗", None)
    assert bool(to("李四", await office.ask("李四", "有点不舒服"))) is asked


async def test_a_paused_room_is_asked_nothing(office: Office) -> None:
    await office.ask("周敏", "/暂停")
    assert to("李四", await office.ask("李四", "有点不舒服")) == []
    assert "李四" in to("周敏", await office.ask("周敏", "/待核 长沙", STAFF_ROOM))[0]


@pytest.mark.parametrize(
    ("command", "ill"),
    [("/核实 李四 正常", []), ("/核实 李四 异常", ["李四"]), ("/verify 李四 37.9 咳嗽", ["李四"]),
     ("/更正 李四 36.5 健康", []), ("/代报 李四 36.5 健康", [])],
)  # fmt: skip
async def test_staff_settle_what_is_open(office: Office, command: str, ill: list[str]) -> None:
    await office.ask("李四", "有点不舒服")
    said = await office.ask("周敏", command, STAFF_ROOM)
    assert "李四" in public(said)
    assert "异常" not in public(said)
    assert (await unwell(office), await unsure(office)) == (ill, [])
    assert "没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]
    assert await later(office, 120) == []


async def test_staff_settle_the_state_of_a_relative(office: Office) -> None:
    await office.ask("李四", "我母亲头晕")
    assert "家属" in to("周敏", await office.ask("周敏", "/unsure"))[0]
    await office.say("周敏", "/核实 李四 家属 正常")
    assert "没有待核实的" in to("周敏", await office.ask("周敏", "/待核"))[0]
    assert not (await day(office)).reported


async def test_a_verdict_nobody_can_read_is_asked_for(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    for command in ("/核实", "/核实 李四", "/核实 李四 家属", "/核实 李四 家属 大概好了"):
        assert "/核实 张三 正常" in public(await office.ask("周敏", command))
    assert await unsure(office) == ["李四"]


async def test_what_is_open_is_shown_to_staff_alone(office: Office) -> None:
    await office.ask("李四", "有点不舒服")
    for who, room in (("周敏", GROUP), ("周敏", STAFF_ROOM), ("张三", GROUP), ("张三", None)):
        said = await office.ask(who, "/待核", room)
        assert "李四" not in public(said)
        assert any("李四" in text for text in to(who, said)) is (who == "周敏")


async def test_no_group_hears_what_was_asked_or_answered(office: Office) -> None:
    await office.ask("李四", "有点不舒服，头晕")
    await office.say("李四", "还是头晕", None)
    for command in ("/汇总", "/未报", "/待核", "/核实 李四 异常", "/待发"):
        await office.ask("周敏", command)
        await office.ask("周敏", command, STAFF_ROOM)
    await later(office, 24 * 60)
    said = public(office.channel.said)
    for word in ("不舒服", "头晕", "发热", "咳嗽", "核实 李四 异常", "追问"):
        assert word not in said, word


async def test_an_unknown_account_is_not_asked_and_is_once_it_is_bound(office: Office) -> None:
    assert to("三哥", await office.ask("三哥", "有点不舒服")) == []
    assert "三哥" in to("周敏", await office.ask("周敏", "/待核"))[0]
    await office.say("周敏", "/绑定 三哥 张三", STAFF_ROOM)
    await office.bot.inbox.handle_waiting()
    assert to("三哥", await office.heard()) == [ASKED]
    listed = to("周敏", await office.ask("周敏", "/待核"))[0]
    assert ("张三" in listed, "三哥" in listed) == (True, False)


REMINDER = ScheduleSettings(
    name="问", do="remind", at=time(8, 30), text="请回复：1.今日体温 2.有无咳嗽、乏力 3.有无接触史 4.现在何处"
)


@pytest.mark.parametrize("room", [GROUP, None])
async def test_numbered_answers_are_read_by_the_question_that_the_bot_posted(
    store: Store, clock: VirtualClock, room: str | None
) -> None:
    office = await open_office(store, clock, settings_for([REMINDER]), real())
    await office.say("张三", "早")
    await office.play(time(8, 31))
    await office.say("张三", "1.36.5 2.无 3.无 4.长沙", room)
    async with store.read() as session:
        (row,) = await records.about_person(session, office.bot.office_id, 1, day_of(clock.now()), "health")
    assert (row.body["exposure"], row.body["location"]) == (False, "长沙")


async def test_each_record_tells_the_version_of_the_rules_it_was_read_by(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    await office.say("李四", "有点不舒服")
    await office.heard()
    await office.say("李四", "没有", None)
    async with office.bot.store.read() as session:
        found = [
            row
            for person in (1, 2)
            for row in await records.about_person(
                session, office.bot.office_id, person, day_of(office.clock.now()), "health"
            )
        ]
    versions = {row.rules_version for row in found}
    assert len(found) == 3
    assert len(versions) == 1
    assert versions != {""}


def test_the_time_to_wait_is_a_setting() -> None:
    assert replace(MannersSettings(), ask_wait_minutes=5).ask_wait_minutes == 5
