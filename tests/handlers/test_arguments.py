"""What people write behind a command: rooms, days, spans, names, with and without blanks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from bot import cli
from bot.clock import VirtualClock
from bot.messages import Dispatch
from bot.settings import ScheduleSettings
from handlers.commands.arguments import Span, read_leave, read_span
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


TODAY = date(2020, 2, 10)


def february(first: int, last: int) -> Span:
    return Span(date(2020, 2, first), date(2020, 2, last))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", february(10, 10)),
        ("明天", february(11, 11)),
        ("至明天", february(10, 11)),
        ("到 2月20日", february(10, 20)),
        ("2月20日", february(20, 20)),
        ("2月10日-2月20日", february(10, 20)),
        ("2月12日至20日", february(12, 20)),
        ("2月12日 2月20日", february(12, 20)),
        ("从2月12日 到 2月20日", february(12, 20)),
        ("02-12-02-20", february(12, 20)),
        ("3天", february(10, 12)),
        ("两天", february(10, 11)),
        ("明天起3天", february(11, 13)),
        ("2月10 3天", february(10, 12)),
        ("至2月1日", None),
        ("几天", None),
    ],
)
def test_a_leave_is_read_as_people_write_it(written: str, meant: Span | None) -> None:
    assert read_leave(written.split(), TODAY) == meant


@pytest.mark.parametrize(
    ("command", "noted"),
    [
        ("/请假 张三 2月10日-2月20日", "张三2月10日至2月20日请假"),
        ("/请假 张三 3天", "张三2月10日至2月12日请假"),
        ("/请假 张三至2月20日", "张三2月10日至2月20日请假"),
        ("/请假 张三~2月20日", "张三2月10日至2月20日请假"),
        ("/请假 岳麓区-张三 明天", "张三2月11日请假"),
        ("/请假张三 明天", "张三2月11日请假"),
        ("/请假 张三 本周", "张三2月10日至2月16日请假"),
        ("/请假 张三 下个星期", "张三2月17日至2月23日请假"),
        ("/请假 张三 本月", "张三2月10日至2月29日请假"),
        ("/请假 张三 下月", "张三3月1日至3月31日请假"),
        ("/请假 张三 几天", "没看懂“几天”"),
    ],
)
async def test_a_leave_is_noted_for_the_days_meant(office: Office, command: str, noted: str) -> None:
    assert noted in in_group(await office.ask("周敏", command))


@pytest.mark.parametrize("undo", ["/请假 张三 取消", "/标记 张三 取消"])
async def test_what_is_taken_back_leaves_past_days_as_they_were(office: Office, undo: str) -> None:
    await office.ask("周敏", "/请假 张三 至 2月20日")
    office.clock.advance(86_400 * 2)
    await office.ask("周敏", undo)
    assert "请假 1 人" in in_group(await office.ask("周敏", "/未报 昨天"))
    for day in ("今天", "明天"):
        assert "请假" not in in_group(await office.ask("周敏", f"/未报 {day}"))


async def test_a_leave_to_come_can_be_taken_back(office: Office) -> None:
    await office.ask("周敏", "/请假 张三 明天")
    await office.ask("周敏", "/请假 张三 取消")
    assert "请假" not in in_group(await office.ask("周敏", "/未报 明天"))


@pytest.mark.parametrize(
    "command",
    [
        "/汇总 2020-02-10 至 2020-02-12",
        "/汇总 2020-02-10 - 2020-02-12 长沙",
        "/汇总 长沙 2月10日至 12日",
        "/汇总2020-02-10至2020-02-12",
    ],
)
async def test_a_span_may_be_written_with_blanks_or_none(office: Office, command: str) -> None:
    office.clock.advance(86_400 * 3)
    said = in_group(await office.ask("周敏", command))
    assert [day for day in range(9, 14) if f"2月{day}日健康上报" in said] == [10, 11, 12]


async def test_a_command_needs_no_blank_behind_its_name(office: Office) -> None:
    assert "2月9日健康上报" in in_group(await office.ask("周敏", "/汇总昨天"))
    assert "长沙代表联络群 2月10日未报 4 人" in in_group(await office.ask("周敏", "/未报长沙", STAFF_ROOM))
    assert "录入 1 条" in in_group(await office.ask("周敏", "/录入长沙\n张三 07:50\n36.5 健康", STAFF_ROOM))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0001-01-01至9999-12-31"])
@pytest.mark.parametrize("name", ["导出", "汇总", "未报", "异常"])
async def test_a_day_at_the_end_of_the_calendar_is_answered(office: Office, name: str, day: str) -> None:
    assert await office.ask("周敏", f"/{name} {day}") != []


def test_a_huge_span_is_its_latest_days() -> None:
    span = read_span("0001-01-01至9999-12-31", TODAY)
    assert span is not None
    assert span.latest == Span(date(9999, 12, 1), date(9999, 12, 31))
    assert len(span.latest.days) == 31


async def test_a_name_of_the_roster_is_not_bound_to_another(office: Office) -> None:
    await office.say("李四", "36.5 健康")
    assert "“李四”在名单上是岳麓区-李四的名字" in in_group(await office.ask("周敏", "/绑定 李四 张三"))
    assert "已报 1 人，未报 3 人" in in_group(await office.ask("周敏", "/汇总"))


@pytest.mark.parametrize(("show", "said"), [(False, "还差：。"), (True, "还差：张三、李四、王五、欧阳静。")])
async def test_a_schedules_own_text_names_nobody_where_names_are_not_shown(
    store: Store, clock: VirtualClock, show: bool, said: str
) -> None:
    settings = settings_for([ScheduleSettings(name="催报", do="remind", at=time(9), text="还差：{missing}。")])
    rooms = tuple(replace(room, show_missing=show) for room in settings.rooms if room.name == GROUP)
    office = await open_office(store, clock, replace(settings, rooms=rooms), real())
    await office.play(time(10))
    assert said in [dispatch.text for dispatch in office.channel.said]


@pytest.mark.parametrize("days", ["-5", "99999999", "36501", "x", "9" * 5000])
def test_a_purge_takes_a_number_of_days_that_can_be(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["db", "purge", "--days", days])
    assert stopped.value.code == 2
    assert "天数要写 0 到 36500 的整数" in capsys.readouterr().err
