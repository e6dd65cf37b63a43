"""Early warning: more people unwell than usual is told once, to those on duty, with its figures; and it is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot import watching
from bot.audience import Reached
from bot.clock import VirtualClock, at
from bot.messages import Dispatch
from bot.rosters import Role, RosterEntry
from bot.rota import Shift
from bot.settings import AlarmSettings, DutySettings, RoomSettings, ScheduleSettings, Settings
from storage import Store, alarms, people
from tests.office import GROUP, OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real

DAY = date(2020, 2, 20)
WELL, ILL = "36.5 健康", "38.5 发热"
YUELU, KAIFU = ("张一", "张二", "张三", "张四", "张五"), ("李一", "李二")
STAFF = tuple(RosterEntry(name=name, unit="联工委", role=Role.STAFF) for name in ("周敏", "谭芳"))
ROSTER = (
    *(RosterEntry(name=name, unit="岳麓区") for name in YUELU),
    *(RosterEntry(name=name, unit="开福区") for name in KAIFU),
    *STAFF,
)
SHIFTS = (Shift(on=DAY, names=("周敏",)), Shift(on=DAY + timedelta(days=1), names=("周敏",)))
MORNING = ScheduleSettings(name="早间预警", do="warn", at=time(7, 30))
EVENING = ScheduleSettings(name="晚间预警", do="warn", at=time(20, 30))
STATISTICS_ONLY = AlarmSettings(unit_threshold=0, office_threshold=0)
THRESHOLD_ONLY = AlarmSettings(limits=(0, 0, 0), unit_threshold=2)


def settings_of(watch: AlarmSettings = STATISTICS_ONLY, **changes: object) -> Settings:
    made = settings_for([MORNING, EVENING], alarms=watch, duty=DutySettings(shifts=SHIFTS))
    made = replace(
        made,
        rooms=(
            RoomSettings(name=GROUP, channel="group", roster=ROSTER),
            RoomSettings(name=OTHER, channel="group", roster=ROSTER[:1]),  # 张一 sits in both, and counts once
            RoomSettings(name=STAFF_ROOM, channel="group", purpose="staff", roster=STAFF),
        ),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the names are those of Settings' fields


async def town(store: Store, watch: AlarmSettings = STATISTICS_ONLY) -> Office:
    office = await open_office(store, VirtualClock(at(DAY, time(7))), settings_of(watch), real())
    for one in STAFF:
        await office.say(one.name, "早上好", STAFF_ROOM)
    await office.play(time(7, 5))
    return office


async def day(office: Office, on: date, ill: int, reported: int = 5) -> None:
    """A day on which that many of 岳麓区 report, the first of them unwell, and all of 开福区 are well."""
    await office.play_until(at(on, time(10)))
    for number, name in enumerate(YUELU[:reported]):
        await office.say(name, ILL if number < ill else WELL)
    for name in KAIFU:
        await office.say(name, WELL)


async def days(office: Office, until: date, ill: list[int]) -> None:
    """The days before that one, as the group's talk that staff hand in: the first so many of 岳麓区 are unwell."""
    lines = []
    for back, number in zip(range(len(ill), 0, -1), ill, strict=True):
        for place, name in enumerate([*YUELU, *KAIFU]):
            lines += [f"{name} {until - timedelta(days=back)} 09:{place:02}", ILL if place < number else WELL]
    await office.say("周敏", "\n".join([f"/录入 {GROUP}", *lines]), STAFF_ROOM)
    await office.heard()


async def played(office: Office, moment: datetime) -> list[Dispatch]:
    """What was said until then about early warnings."""
    before = len(office.channel.said)
    await office.play_until(moment)
    return [said for said in office.channel.said[before:] if "预警" in said.text]


def whom(said: list[Dispatch]) -> set[str]:
    return {dispatch.conversation.external_id for dispatch in said}


async def test_a_rise_is_told_once_to_the_officer_on_duty_with_its_figures(store: Store) -> None:
    office = await town(store)
    await days(office, DAY, [0, 1, 0, 0, 1, 0, 0, 0])
    assert await played(office, at(DAY, time(9))) == []
    await day(office, DAY, ill=3)
    told = await played(office, at(DAY, time(21)))
    assert whom(told) == {"wxid-周敏"}
    assert all(dispatch.conversation.private for dispatch in told)
    (of_unit,) = [dispatch.text for dispatch in told if "岳麓区" in dispatch.text]
    for figure in (
        "2月20日",
        "身体异常 3 人",
        "应报 5、已报 5",
        "报送率 100%",
        "C1",
        "平均每天 0.29 人",
        "标准差 0.49",
    ):
        assert figure in of_unit
    assert "= 5.43" in of_unit  # (3 - 2/7) / 0.5: the deviation of that week is under the floor
    assert not any(name in of_unit for name in YUELU)
    assert len(told) == 2  # the unit's, and the whole office's
    again = await played(office, at(DAY + timedelta(days=1), time(7, 45)))
    assert all("还没有人知悉" in dispatch.text for dispatch in again)  # looked at once more, and not raised anew


async def test_nothing_unusual_is_nothing_said(store: Store) -> None:
    office = await town(store)
    await days(office, DAY, [0, 1, 0, 1, 0, 1, 1, 0, 1])
    await day(office, DAY, ill=1)
    assert await played(office, at(DAY, time(23))) == []
    async with office.bot.store.read() as session:
        assert await alarms.listed(session, office.bot.office_id, date.min, 9) == []


async def test_what_nobody_answers_is_repeated_once_to_all_staff_after_the_night(store: Store) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=2)
    assert whom(await played(office, at(DAY, time(21)))) == {"wxid-周敏"}
    tomorrow = DAY + timedelta(days=1)
    assert await played(office, at(tomorrow, time(6, 55))) == []  # two hours later it was night
    repeated = await played(office, at(tomorrow, time(7, 20)))
    assert whom(repeated) == {"wxid-周敏", "wxid-谭芳"}
    assert all("还没有人知悉" in dispatch.text and dispatch.conversation.private for dispatch in repeated)
    assert await played(office, at(tomorrow + timedelta(days=2), time(12))) == []


async def test_what_is_answered_is_not_repeated_and_says_by_whom(store: Store) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=2)
    assert len(await played(office, at(DAY, time(20, 45)))) == 1
    (answer,) = await office.ask("周敏", "/知悉 1", room=None)
    assert "预警 1 记为您已知悉" in answer.text
    (late,) = await office.ask("谭芳", "/知悉 1号", room=None)
    assert "周敏 2月20日 20:45 已知悉" in late.text
    assert await played(office, at(DAY + timedelta(days=2), time(12))) == []
    (shown,) = await office.ask("谭芳", "/预警", STAFF_ROOM)
    assert "1. 2月20日 岳麓区：身体异常 2 人" in shown.text
    assert "周敏 2月20日 20:45 知悉" in shown.text


async def test_all_are_answered_at_once_and_an_unknown_number_is_refused(store: Store) -> None:
    office = await town(store, replace(THRESHOLD_ONLY, office_threshold=2))
    await day(office, DAY, ill=2)
    assert len(await played(office, at(DAY, time(20, 45)))) == 2
    for wrong in ("/知悉", "/知悉 7", "/知悉 1 7"):
        assert "请写预警的编号" in (await office.ask("周敏", wrong, STAFF_ROOM))[0].text
    assert "预警 1、2 记为您已知悉" in (await office.ask("周敏", "/知悉 全部", STAFF_ROOM))[0].text
    assert "没有等着知悉的预警" in (await office.ask("周敏", "/知悉 全部", STAFF_ROOM))[0].text


async def test_commands_answer_the_asker_alone_wherever_they_are_given(store: Store) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=2)
    await office.play(time(20, 45))
    for command in ("/预警", "/知悉 1"):
        (said,) = await office.ask("周敏", command, GROUP)
        assert said.conversation.private
    (refused,) = await office.ask("张一", "/预警", GROUP)
    assert "岳麓区" not in refused.text


# ── days with few reports ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_day_with_few_reports_raises_nothing_and_is_called_by_its_name(store: Store) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=2, reported=2)
    assert await played(office, at(DAY, time(21))) == []
    (shown,) = await office.ask("周敏", "/预警", STAFF_ROOM)
    assert "数据不足" in shown.text
    assert "岳麓区 已报 2/5，异常 2 人" in shown.text
    assert "开福区 已报" not in shown.text


async def test_what_was_reported_late_is_seen_in_the_morning(store: Store) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=2, reported=2)
    assert await played(office, at(DAY, time(22))) == []
    await office.say("张三", WELL)
    (told,) = await played(office, at(DAY + timedelta(days=1), time(7, 45)))
    assert "2月20日 岳麓区：身体异常 2 人；应报 5、已报 3，报送率 60%" in told.text


async def test_silent_days_do_not_make_a_usual_day_unusual(store: Store) -> None:
    office = await town(store)
    await days(office, DAY - timedelta(days=7), [2] * 7)  # and then a week in which nobody reports
    await day(office, DAY, ill=2)
    assert await played(office, at(DAY, time(23))) == []


async def test_whoever_is_on_leave_is_not_expected(store: Store) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=2, reported=2)
    for name in YUELU[3:]:
        await office.say("周敏", f"/请假 {name}", STAFF_ROOM)
    (told,) = await played(office, at(DAY, time(21)))
    assert "应报 5、已报 2、请假 2，报送率 67%" in told.text


# ── who is counted ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_counts_once_by_their_last_word_and_families_not_at_all(store: Store) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=1)
    await office.say("张一", "38.2 发热", OTHER)  # the same person in the other group
    await office.say("张二", "我爱人今天发烧38.5")
    await office.say("张三", "37.8 发热")
    await office.say("周敏", "/更正 张三 36.4 健康", STAFF_ROOM)
    assert await played(office, at(DAY, time(21))) == []
    async with office.bot.store.read() as session:
        units = await watching.units_until(session, office.bot.settings, office.bot.office_id, DAY)
    assert {unit.name: unit.days[-1].unwell for unit in units} == {"联工委": 1, "岳麓区": 1, "开福区": 0}


async def test_whoever_is_not_settled_counts_as_unwell(store: Store) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=1)
    await office.say("张二", "有点不舒服")
    (told,) = await played(office, at(DAY, time(21)))
    assert "身体异常 2 人（其中待核实 1 人）" in told.text


async def test_the_days_are_those_that_the_rest_of_the_bot_counts(store: Store) -> None:
    office = await town(store)
    await days(office, DAY, [2, 0])
    await day(office, DAY, ill=1, reported=4)
    await office.say("周敏", "/标记 张五 零报告", STAFF_ROOM)
    async with office.bot.store.read() as session:
        (unit,) = [
            unit
            for unit in await watching.units_until(session, office.bot.settings, office.bot.office_id, DAY)
            if unit.name == "岳麓区"
        ]
    assert [(one.unwell, one.reported, one.due) for one in unit.days[-3:]] == [(2, 5, 5), (0, 5, 5), (1, 5, 5)]


def person(number: int, code: str, unit: str = "") -> Reached:
    return Reached(person_id=number, name="", unit=unit, unit_code=code, roles=(Role.DEPUTY,))


def test_people_count_in_their_unit_and_in_all_above_it() -> None:
    tree = [("430000", "湖南省", ""), ("430100", "长沙市", "430000"), ("430102", "芙蓉区", "430100"),
            ("430104", "岳麓区", "430100"), ("430600", "岳阳市", "430000"), ("430623", "华容县", "430600")]  # fmt: skip
    asked = [
        person(1, "430102"),
        person(2, "430104"),
        person(3, "430100"),
        person(4, "430623"),
        person(5, "", "铁路局"),
    ]
    found = {name: set(ids) for _, name, ids in watching.groups(asked, tree, "联工委")}
    assert found == {
        "联工委": {1, 2, 3, 4, 5},
        "湖南省": {1, 2, 3, 4},
        "长沙市": {1, 2, 3},
        "芙蓉区": {1},
        "岳麓区": {2},
        "华容县": {4},  # 岳阳市 has nobody else: it would say the same
        "铁路局": {5},
    }


# ── whatever happens ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_bot_that_is_started_again_raises_and_repeats_nothing_twice(store: Store) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=2)
    await office.play(time(20, 20))
    for _ in range(2):  # what is due is settled by two planners, and again
        for _planner in range(2):
            office.clock.advance_to(at(DAY, time(20, 31)))
            await office.bot.planner.run_due()
    told = [said for said in await office.heard() if "预警" in said.text]
    assert len(told) == 1
    async with office.bot.store.begin() as session:
        why = "晚间预警"
        found = await watching.look(session, office.bot.settings, office.bot.office_id, DAY, office.clock.now(), why)
    assert found == []


@pytest.mark.parametrize("answered", [False, True])
async def test_one_repetition_is_taken_by_one_only(store: Store, answered: bool) -> None:
    office = await town(store, THRESHOLD_ONLY)
    await day(office, DAY, ill=2)
    await office.play(time(20, 45))
    later = at(DAY + timedelta(days=1), time(8))
    async with office.bot.store.begin() as session:
        (alarm,) = await alarms.unanswered(session, office.bot.office_id)
        if answered:
            someone = (await people.everybody(session, office.bot.office_id))[0].person_id
            assert await alarms.acknowledge(session, alarm.id, someone, office.clock.now())
            assert not await alarms.acknowledge(session, alarm.id, someone, office.clock.now())
    taken = []
    for _ in range(2):
        async with office.bot.store.begin() as session:
            taken.append(await alarms.take_to_repeat(session, office.bot.office_id, later))
    assert [one is not None for one in taken] == [not answered, False]
