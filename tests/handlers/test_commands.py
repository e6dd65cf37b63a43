"""Staff commands, as people type them in a room or privately; and what everybody else gets who tries."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pytest

from bot.clock import VirtualClock
from bot.errors import DeliveryUnknown
from bot.messages import Dispatch, Doubt
from handlers.commands import COMMANDS
from handlers.commands.arguments import Span, read_day, read_span
from storage import Store
from tests.office import GROUP, GROUP_TRAITS, OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real
from tests.test_outbox import Flaky, put


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    return await open_office(store, clock, settings_for(), real())


def in_group(said: list[Dispatch]) -> str:
    return "\n".join(dispatch.text for dispatch in said if not dispatch.conversation.private)


def privately(said: list[Dispatch], who: str) -> str:
    return "\n".join(
        dispatch.text
        for dispatch in said
        if dispatch.conversation.private and dispatch.conversation.external_id == f"wxid-{who}"
    )


@pytest.mark.parametrize("command", ["/汇总", "/summary", "／汇总", "@小联 /汇总", "/汇总 今天", "/统计", "/SUMMARY"])
async def test_a_summary_counts_the_group(office: Office, command: str) -> None:
    await office.say("张三", "36.5 健康")
    said = in_group(await office.ask("周敏", command))
    assert "应报 4 人，已报 1 人，未报 3 人" in said
    assert "未报：李四、王五、欧阳静" in said


async def test_a_summary_in_a_group_shows_nobodys_health(office: Office) -> None:
    await office.say("周敏", "早上好")
    await office.say("张三", "38.5 咳嗽")
    await office.heard()
    said = await office.ask("周敏", "/汇总")
    for word in ("38.5", "咳嗽", "异常", "发热", "张三"):
        assert word not in in_group(said)
    assert "张三" in privately(said, "周敏")
    assert "38.5℃" in privately(said, "周敏")


async def test_a_summary_in_the_staff_room_has_all_groups_and_their_total(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    await office.say("赵六", "36.5 健康", OTHER)
    said = in_group(await office.ask("谭芳", "/汇总", STAFF_ROOM))
    assert f"【{GROUP}】" in said
    assert f"【{OTHER}】" in said
    assert "合计 2 个群：应报 6 人，已报 2 人" in said


async def test_a_summary_of_a_named_room_a_part_of_its_name_or_a_unit(office: Office) -> None:
    await office.say("赵六", "36.5 健康", OTHER)
    for words in (OTHER, "岳阳", "华容县"):
        said = in_group(await office.ask("周敏", f"/汇总 {words}"))
        assert "已报 1 人" in said, words


async def test_a_summary_of_another_day(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    office.clock.advance(86_400)
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 昨天"))
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 2月10日"))
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 2020-02-10"))
    assert "已报 0 人" in in_group(await office.ask("周敏", "/汇总"))


async def test_a_day_nobody_can_read_is_asked_for_kindly(office: Office) -> None:
    assert "没看懂“2月31日”" in in_group(await office.ask("周敏", "/汇总 2月31日"))


async def test_a_command_given_privately_is_answered_privately(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    await office.say("周敏", "早")  # so that it is known whose account it is: privately a name is no evidence of staff
    said = await office.ask("周敏", "/汇总 长沙", None)
    assert in_group(said) == ""
    assert "已报 1 人" in privately(said, "周敏")


async def test_a_deputy_who_tries_gets_a_kind_line_alone(office: Office) -> None:
    said = await office.ask("张三", "/汇总")
    assert in_group(said) == ""
    assert "36.5 健康" in privately(said, "张三")


async def test_a_command_that_is_quoted_or_forwarded_is_none(office: Office) -> None:
    for text in (
        "「周敏：/汇总」\n- - - - - - - - - - - - - - -\n好的",
        "发 /汇总 就能看到",
        "附件在D盘/共享/名单里",
    ):
        assert await office.ask("周敏", text) == [], text


async def test_an_unknown_command_gets_the_nearest_one(office: Office) -> None:
    assert "/汇总" in in_group(await office.ask("周敏", "/总汇"))
    assert "/汇总" in in_group(await office.ask("周敏", "/sumary"))
    assert "/帮助" in in_group(await office.ask("周敏", "/xyz"))


async def test_help_lists_every_command(office: Office) -> None:
    said = in_group(await office.ask("周敏", "/帮助"))
    for entry in COMMANDS:
        assert f"/{entry.names[0]}" in said


async def test_missing_names_those_who_have_not_reported(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    assert "未报 3 人：李四、王五、欧阳静" in in_group(await office.ask("周敏", "/未报"))


async def test_an_office_may_keep_names_out_of_the_group(store: Store, clock: VirtualClock) -> None:
    settings = settings_for()
    quiet = type(settings.manners)(show_missing_names=False)
    office = await open_office(store, clock, settings_for(manners=quiet), real())
    await office.say("周敏", "早")
    said = await office.ask("周敏", "/未报")
    assert "李四" not in in_group(said)
    assert "李四" in privately(said, "周敏")
    assert "李四" not in in_group(await office.ask("周敏", "/汇总"))


async def test_remind_mentions_only_those_who_have_not_reported(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    await office.say("李四", "早上好")
    said = await office.ask("周敏", "/提醒")
    assert "这就提醒 3 位" in said[0].text
    reminder = said[1]
    assert [mention.name for mention in reminder.mentions] == ["李四", "王五", "欧阳静"]
    assert reminder.mentions[0].external_id == "wxid-李四"


async def test_a_report_on_behalf(office: Office) -> None:
    said = await office.ask("周敏", "/代报 张三 36.5 健康")
    assert in_group(said) == "已记下张三2月10日的情况。"
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总"))


async def test_a_report_of_somebody_ill_on_behalf_says_nothing_of_it_in_the_group(office: Office) -> None:
    await office.say("谭芳", "早")
    said = await office.ask("周敏", "/代报 李四 38.2 咳嗽")
    assert "38.2" not in in_group(said)
    assert "咳嗽" not in in_group(said)
    assert "李四" in privately(said, "谭芳")
    assert "38.2℃" in privately(said, "谭芳")


async def test_a_report_on_behalf_of_nobody_known_is_refused(office: Office) -> None:
    assert "名单里没有“无名氏”" in in_group(await office.ask("周敏", "/代报 无名氏 36.5 健康"))
    assert "/代报 张三 36.5 健康" in in_group(await office.ask("周敏", "/代报"))


async def test_a_correction_takes_the_place_of_what_stood(office: Office) -> None:
    await office.say("张三", "38.5 咳嗽")
    await office.say("周敏", "早")
    await office.heard()
    await office.ask("周敏", "/更正 张三 36.5 健康")
    assert "没有异常" in privately(await office.ask("周敏", "/异常"), "周敏")
    assert "没有记录可更正" in in_group(await office.ask("周敏", "/更正 李四 36.5 健康"))


async def test_leave_takes_people_off_the_missing(office: Office) -> None:
    assert "2月10日至2月20日请假" in in_group(await office.ask("周敏", "/请假 张三 至 2月20日"))
    assert "未报 3 人" in in_group(await office.ask("周敏", "/汇总"))
    assert "请假 1 人" in in_group(await office.ask("周敏", "/汇总"))
    office.clock.advance(86_400 * 5)
    assert "请假 1 人" in in_group(await office.ask("周敏", "/未报"))
    await office.ask("周敏", "/请假 张三 取消")
    assert "未报 4 人" in in_group(await office.ask("周敏", "/汇总"))


async def test_marks_are_states_of_their_own(office: Office) -> None:
    await office.ask("周敏", "/标记 张三 联系不上")
    await office.ask("周敏", "/标记 李四 零报告")
    said = in_group(await office.ask("周敏", "/未报"))
    assert "张三" in said
    assert "李四" not in said
    assert "联系不上 1 人" in said
    assert "联系不上" in in_group(await office.ask("周敏", "/标记 张三 失踪"))


async def test_pause_and_resume(office: Office) -> None:
    assert "先不说话" in in_group(await office.ask("周敏", "/暂停"))
    await office.say("张三", "36.5 健康")
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 长沙", STAFF_ROOM))
    assert "恢复提醒" in in_group(await office.ask("周敏", "/恢复"))


async def test_binding_settles_a_name_that_was_reported_for(office: Office) -> None:
    await office.say("周敏", "代报：张山36.5健康、李四36.6健康")
    assert "张山" in in_group(await office.ask("周敏", "/绑定"))
    await office.ask("周敏", "/绑定 张山 张三")
    assert "已报 2 人" in in_group(await office.ask("周敏", "/汇总"))
    assert "没有待绑定的" in in_group(await office.ask("周敏", "/绑定"))


async def test_an_export_is_a_workbook_for_the_asker_alone(office: Office) -> None:
    await office.say("张三", "38.5 咳嗽。建议给村医配发额温枪")
    await office.say("=1+1", "36.5", account="odd")
    await office.say("周敏", "早")
    await office.heard()
    said = await office.ask("周敏", "/导出 今天")
    assert in_group(said) == ""
    (file,) = [dispatch.attachment for dispatch in said if dispatch.attachment]
    assert file.name == f"{GROUP} 2020-02-10.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    assert book.sheetnames == ["汇总", "健康情况", "建议与事迹"]
    totals = [cell.value for cell in book["汇总"][2]]
    assert f"{totals[0]:%Y-%m-%d}" == "2020-02-10"
    assert totals[1:6] == [GROUP, 4, 1, 3, 1]
    people = {row[3].value: row[4].value for row in book["健康情况"].iter_rows(min_row=2)}
    assert people == {"张三": "已报异常", "李四": "未报", "王五": "未报", "欧阳静": "未报"}
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


async def test_where_no_file_can_be_sent_an_export_is_a_link_that_works(store: Store, clock: VirtualClock) -> None:
    office = await open_office(store, clock, settings_for(), real(), replace(GROUP_TRAITS, files=False))
    await office.say("周敏", "早")
    (answer,) = await office.ask("周敏", "/导出")
    assert answer.attachment is None
    link = answer.text.rsplit("：", 1)[1]
    assert link.startswith("http://127.0.0.1:8420/files/")
    file = await office.bot.file(link.rsplit("/", 1)[1])
    assert file is not None
    assert openpyxl.load_workbook(io.BytesIO(file.content)).sheetnames[0] == "汇总"
    clock.advance(8 * 86_400)
    assert await office.bot.file(link.rsplit("/", 1)[1]) is None


async def test_what_is_held_is_said_again_or_dropped_as_a_person_decides(store: Store, clock: VirtualClock) -> None:
    channel = Flaky(clock, [(DeliveryUnknown, False), (DeliveryUnknown, False)])
    office = await open_office(store, clock, settings_for(), real(), channel=channel)
    for key in ("notice", "other"):
        await put(office, key, doubt=Doubt.HOLD)
    await office.heard()
    clock.advance(31)
    told = in_group(await office.heard())
    assert "/重发 1" in told
    assert "/作罢 2" in told
    assert "1. " in in_group(await office.ask("周敏", "/待发", STAFF_ROOM))
    said = in_group(await office.ask("周敏", "/重发 1"))
    assert "话 notice" in said
    assert "话 notice" not in in_group(await office.ask("周敏", "/作罢 2"))
    assert "没有等着处理的" in privately(await office.ask("周敏", "/待发"), "周敏")
    assert "没有这个编号" in in_group(await office.ask("周敏", "/重发 2"))


PASTED = """—————  2020-02-10  —————

张三  07:31

36.5 健康

李四  07:33

不发烧，但咳嗽
建议给村医配发额温枪

王五 2020-02-10 07:40
收到
"""


async def test_a_pasted_chat_is_taken_in_and_counts(office: Office) -> None:
    said = await office.ask("周敏", f"/录入 长沙\n{PASTED}", STAFF_ROOM)
    assert "录入 3 条" in in_group(said)
    await office.bot.inbox.handle_waiting()
    assert "已报 2 人" in in_group(await office.ask("周敏", "/汇总 长沙", STAFF_ROOM))


async def test_pasting_again_or_what_was_heard_changes_nothing(office: Office) -> None:
    office.clock.advance_to(datetime(2020, 2, 9, 23, 31, 20, tzinfo=UTC))
    await office.say("张三", "建议给环卫工人配发口罩")
    text = "张三  08:00\n建议给环卫工人配发口罩\n李四 08:05\n36.5 健康"
    for expected in ("录入 2 条", "录入 0 条，另有 2 条"):
        assert expected in in_group(await office.ask("周敏", f"/录入 长沙\n{text}", STAFF_ROOM))
        await office.bot.inbox.handle_waiting()
    said = in_group(await office.ask("周敏", "/汇总 长沙", STAFF_ROOM))
    assert "已报 1 人" in said
    assert "意见建议 1 条" in said


async def test_a_paste_of_nothing_is_explained(office: Office) -> None:
    assert "/录入 后面" in in_group(await office.ask("周敏", "/录入 长沙\n大家早上好", STAFF_ROOM))
    assert "写明群名" in in_group(await office.ask("周敏", "/录入", STAFF_ROOM))


TODAY = date(2020, 2, 10)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("今天", TODAY),
        ("昨天", date(2020, 2, 9)),
        ("前天", date(2020, 2, 8)),
        ("2月8日", date(2020, 2, 8)),
        ("2月8号", date(2020, 2, 8)),
        ("2.8", date(2020, 2, 8)),
        ("02-08", date(2020, 2, 8)),
        ("2020-02-08", date(2020, 2, 8)),
        ("2020年2月8日", date(2020, 2, 8)),
        ("2020/2/8", date(2020, 2, 8)),
        ("8日", date(2020, 2, 8)),
        ("12月31日", date(2019, 12, 31)),
        ("2月30日", None),
        ("张三", None),
    ],
)
def test_days_are_read_as_people_write_them(written: str, meant: date | None) -> None:
    assert read_day(written, TODAY) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("本周", Span(date(2020, 2, 10), TODAY)),
        ("上周", Span(date(2020, 2, 3), date(2020, 2, 9))),
        ("近7天", Span(date(2020, 2, 4), TODAY)),
        ("2月1日至2月5日", Span(date(2020, 2, 1), date(2020, 2, 5))),
        ("2月1日-2月5日", Span(date(2020, 2, 1), date(2020, 2, 5))),
        ("2月5日至2月1日", None),
    ],
)
def test_spans_are_read_as_people_write_them(written: str, meant: Span | None) -> None:
    assert read_span(written, TODAY) == meant


async def test_why_tells_the_words_and_the_rules_to_the_asker_alone(office: Office) -> None:
    await office.say("张三", "前几天咳嗽，现已好转，36.5")
    await office.heard()  # the alert, and the question that goes back
    (told,) = await office.ask("周敏", "/为什么 张三")
    assert told.conversation.private
    assert "“前几天咳嗽，现已好转，36.5” → 异常" in told.text
    assert "health.symptom.咳嗽" in told.text
    assert "规则版本" in told.text
    assert "没有记录" in in_group(await office.ask("周敏", "/为什么 王五"))
