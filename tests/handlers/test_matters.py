"""Suggestions and problems followed to their outcome, by commands as staff type them."""

from __future__ import annotations

import io
import re
from datetime import date, time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import VirtualClock, at
from bot.likeness import overlap, shared_words
from bot.messages import Dispatch
from bot.settings import ScheduleSettings
from storage import Store, matters
from tests.office import GROUP, OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real

DAY = date(2020, 2, 10)
MASKS = "建议加大口罩等防护物资的市场供应，严打哄抬价格"
ROADS = "建议取消乡村道路硬隔离，保证春耕农资运输"


@pytest.fixture
async def office(store: Store) -> Office:
    late = ScheduleSettings(name="逾期提醒", do="overdue", at=time(9))
    made = await open_office(store, VirtualClock(at(DAY, time(10))), settings_for([late]), real())
    for name in ("周敏", "谭芳"):
        await made.say(name, "早上好", STAFF_ROOM)
    await made.heard()
    return made


def texts(said: list[Dispatch]) -> str:
    return "\n".join(dispatch.text for dispatch in said)


async def staff(office: Office, command: str) -> str:
    return (await office.ask("周敏", command, STAFF_ROOM))[0].text


async def test_suggestions_and_problems_are_numbered_without_a_gap_over_all_groups(office: Office) -> None:
    await office.say("张三", MASKS)
    await office.say("赵六", ROADS, OTHER)
    await office.say("李四", "反映一个问题：村里垃圾三天没有人收了")
    assert re.findall(r"^(\S+) 收到", await staff(office, "/建议"), re.M) == ["建议第1号", "建议第2号"]
    assert re.findall(r"^(\S+) 收到", await staff(office, "/问题"), re.M) == ["问题第1号"]


async def test_what_is_said_twice_or_passed_on_has_one_number(office: Office) -> None:
    await office.say("张三", MASKS)
    await office.say("周敏", f"【转】张三代表：{MASKS}")
    await office.say("张三", MASKS)
    async with office.bot.store.read() as session:
        found = await matters.sourced(session, office.bot.office_id)
    assert [each.matter.number for each in found] == [1]


async def test_the_whole_life_of_a_suggestion_with_the_deputy_told_at_each_step(office: Office) -> None:
    await office.say("张三", MASKS)
    assert "已告知" not in await staff(office, "/办理 建议1 整理")
    told = await office.ask("周敏", "/办理 1 报送 已送省委办公厅", STAFF_ROOM)
    assert "已告知 1 位代表" in told[0].text
    (deputy,) = told[1:]
    assert "张三代表，您提的建议第1号“建议加大口罩等防护物资的市场供应，严打…”已经报送：已送省委办公厅" in deputy.text
    assert "写上要告诉代表的话" in await staff(office, "/办理 1 答复")
    assert "有了答复：已投放" in texts(await office.ask("谭芳", "/办理 1 答复 已投放口罩二十万只", STAFF_ROOM))
    assert "已经办结" in texts(await office.ask("周敏", "/办理 建议1 办结", STAFF_ROOM))
    shown = await staff(office, "/建议 1")
    for line in (
        "2月10日 10:00 收到",
        "整理（周敏）",
        "报送（周敏）：已送省委办公厅",
        "答复（谭芳）：已投放口罩二十万只",
        "办结（周敏）",
    ):
        assert line in shown
    assert "没有这样的建议" in await staff(office, "/建议")
    assert "建议第1号 办结" in await staff(office, "/建议 全部")


async def test_who_spoke_to_the_bot_alone_is_told_alone(store: Store, office: Office) -> None:
    await office.say("张三", MASKS)
    (_, deputy) = await office.ask("周敏", "/办理 1 报送", STAFF_ROOM)
    assert deputy.conversation.private or deputy.conversation.name == GROUP


async def test_one_that_was_taken_back_is_shown_so_and_keeps_its_number(office: Office) -> None:
    await office.say("张三", MASKS)
    await office.say("张三", "刚才的建议作废")
    await office.say("李四", ROADS)
    assert "建议第1号 撤回" in await staff(office, "/建议 全部")
    assert re.findall(r"^(\S+) 收到", await staff(office, "/建议"), re.M) == ["建议第2号"]


async def test_like_ones_are_offered_and_merged_and_both_deputies_are_told(office: Office) -> None:
    await office.say("张三", MASKS)
    await office.say("赵六", "建议保障口罩等防护物资市场供应，打击哄抬物价", OTHER)
    shown = await staff(office, "/建议 2")
    assert "可能和建议第1号是一回事" in shown
    assert "防护物资" in shown
    assert "已并入建议第1号" in await staff(office, "/办理 建议2 合并 1")
    assert "已并入建议第1号，请对建议第1号操作" in await staff(office, "/办理 2 报送")
    assert "不能并入自己" in await staff(office, "/办理 1 合并 1")
    assert "已告知 2 位代表" in await staff(office, "/办理 1 报送 已送")
    assert "张三、赵六" in await staff(office, "/建议 全部")


async def test_the_officer_in_charge_is_told_at_once_and_when_the_day_has_passed(office: Office) -> None:
    await office.say("张三", MASKS)
    given = await office.ask("周敏", "/办理 1 负责 谭芳 2月11日", STAFF_ROOM)
    assert "由谭芳负责，2月11日以前办好" in given[0].text
    assert [d.conversation.private for d in given] == [False, True]
    office.clock.advance(86_400)
    await office.play(time(20))
    assert "已经过了期限" not in texts(list(office.channel.said))
    office.clock.advance(86_400 - 12 * 3600)
    await office.play(time(9, 30))
    late = office.channel.said[-1]
    assert late.conversation.private
    assert "已经过了期限，请办理：\n建议第1号" in late.text
    assert "（逾期）" in await staff(office, "/建议 逾期")


async def test_lists_are_narrowed_by_state_category_and_name(office: Office) -> None:
    await office.say("张三", MASKS)
    await office.say("李四", ROADS)
    await staff(office, "/办理 2 办理 已转农业农村局")
    assert "建议第2号" in await staff(office, "/建议 办理")
    assert "建议第1号" not in await staff(office, "/建议 办理")
    assert "建议第1号" in await staff(office, "/建议 张三")
    await staff(office, "/办理 1 类别 物资保障、市场监管")
    assert "好像说了不止一件事（物资保障、市场监管）" in await staff(office, "/建议 1")
    assert "建议第1号" in await staff(office, "/建议 市场监管")


async def test_the_export_has_fixed_columns(office: Office) -> None:
    await office.say("张三", MASKS)
    await staff(office, "/办理 1 报送 =1+1")
    said = await office.ask("周敏", "/导出 建议", STAFF_ROOM)
    attachment = next(dispatch.attachment for dispatch in said if dispatch.attachment)
    page = openpyxl.load_workbook(io.BytesIO(attachment.content)).worksheets[0]
    rows = list(page.iter_rows(values_only=True))
    assert rows[0][:6] == ("版本", "编号", "种类", "状态", "类别", "代表")
    assert rows[1][:4] == (1, "2020-1", "意见建议", "报送")
    assert rows[1][12] == "=1+1"


@pytest.mark.parametrize(
    ("command", "because"),
    [
        ("/办理", "请写编号和怎么办"),
        ("/办理 1", "请写编号和怎么办"),
        ("/办理 1 丢掉", "请写编号和怎么办"),
        ("/办理 7 报送", "没有建议“7”"),
        ("/建议 7", "没有建议“7”"),
        ("/办理 问题1 报送", "没有问题“问题1”"),
        ("/办理 1 负责", "请写编号和怎么办"),
        ("/办理 1 合并", "请写编号和怎么办"),
    ],
)
async def test_what_is_not_clear_changes_nothing(office: Office, command: str, because: str) -> None:
    await office.say("张三", MASKS)
    assert because in await staff(office, command)
    assert "建议第1号 收到" in await staff(office, "/建议")


async def test_a_message_read_again_keeps_its_number(office: Office) -> None:
    await office.say("不认识的人", MASKS)
    await staff(office, "/绑定 不认识的人 李四")
    shown = await staff(office, "/建议 全部")
    assert "建议第1号 收到" in shown
    assert "李四" in shown
    assert "第2号" not in shown


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_is_alike_is_so_both_ways_and_shared_words_are_in_both(one: str, other: str) -> None:
    assert overlap(one, other) == overlap(other, one)
    assert 0 <= overlap(one, other) <= 1
    for word in shared_words(one, other):
        assert word in one
        assert word in other
