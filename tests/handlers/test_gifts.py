"""The ledger of deeds and gifts, by commands as staff type them."""

from __future__ import annotations

import io
from datetime import date, time

import openpyxl
import pytest
from sqlalchemy import select

from bot.clock import VirtualClock, at
from bot.messages import MessageKind
from storage import Session, Store
from storage.tables import Person, Standing
from tests.office import OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real

DAY = date(2020, 2, 10)


@pytest.fixture
async def office(store: Store) -> Office:
    made = await open_office(store, VirtualClock(at(DAY, time(10))), settings_for(), real())
    await made.say("周敏", "早上好", STAFF_ROOM)
    await made.heard()
    return made


async def staff(office: Office, command: str) -> str:
    return (await office.ask("周敏", command, STAFF_ROOM))[0].text


async def _mandates(session: Session, office: Office, held: dict[str, tuple[str, ...]]) -> None:
    for name, levels in held.items():
        person = (await session.scalars(select(Person.id).where(Person.name == name))).first()
        session.add_all(
            Standing(person_id=person, kind="mandate", value=level, office_id=office.bot.office_id) for level in levels
        )


async def test_money_and_goods_are_summed_apart_by_the_end_of_a_day(office: Office) -> None:
    await office.say("张三", "向县红十字会捐款2万余元")
    await office.say("李四", "捐赠口罩2000只，价值约3万元")
    office.clock.advance(86_400)
    await office.say("赵六", "捐款5000元", OTHER)
    today = await staff(office, "/捐赠")
    assert "截至2月11日" in today
    assert "捐赠 3 笔、3 人；捐款2.5万余元；物资折合约3万元" in today
    assert "防护用品：口罩2000只" in today
    before = await staff(office, "/捐赠 截至 2月10日")
    assert "捐赠 2 笔、2 人；捐款2万余元；物资折合约3万元" in before
    assert "捐赠 1 笔、1 人；捐款5000元" in await staff(office, "/捐赠 华容县")
    assert "1. 2月10日 张三：捐款2万余元" in await staff(office, "/捐赠 截至2月10日 张三")


async def test_deputies_of_two_congresses_stand_in_both_and_count_once(office: Office) -> None:
    async with office.bot.store.begin() as session:
        await _mandates(session, office, {"张三": ("全国", "省"), "李四": ("省",)})
    await office.say("张三", "向县红十字会捐款2万元")
    await office.say("李四", "捐款5000元")
    said = await staff(office, "/捐赠")
    assert "捐赠 2 笔、2 人；捐款2.5万元" in said
    assert "全国代表：好人好事 1 件，其中捐赠 1 笔、1 人；捐款2万元" in said
    assert "省代表：好人好事 2 件，其中捐赠 2 笔、2 人；捐款2.5万元" in said
    assert "截至2月10日，全国代表好人好事" in await staff(office, "/捐赠 全国")
    assert "捐款2.5万元" in await staff(office, "/捐赠 省")


async def test_the_same_gift_told_in_another_room_is_offered_and_merged(office: Office) -> None:
    await office.say("张三", "向县红十字会捐款2万元")
    office.clock.advance(86_400)
    await office.say("周敏", "【转】张三代表向县红十字会捐款20000元，受到好评", OTHER)
    both = await staff(office, "/捐赠")
    assert "捐款4万元" in both
    assert "第2号和第1号可能是一回事（都是捐款2万元" in both
    assert "捐赠第2号已并入第1号，只算一次：捐款2万元" in await staff(office, "/捐赠 合并 2 1")
    merged = await staff(office, "/捐赠")
    assert "捐赠 1 笔、1 人；捐款2万元" in merged
    assert "可能是一回事" not in merged
    assert "已并入第1号，请对第1号操作" in await staff(office, "/捐赠 更正 2 金额 1万元 听错了")
    assert "各算各的" in await staff(office, "/捐赠 不同 2 1")
    apart = await staff(office, "/捐赠")
    assert "捐款4万元" in apart
    assert "可能是一回事" not in apart


async def test_a_correction_leaves_a_trace_and_figures_follow(office: Office) -> None:
    await office.say("张三", "捐款20万元")
    said = await staff(office, "/捐赠 更正 1 金额 2万元 多写了一个零")
    assert "捐赠第1号已更正：张三捐款2万元" in said
    assert "捐款2万元" in await staff(office, "/捐赠")
    shown = await staff(office, "/捐赠 1")
    assert "张三：捐款20万元" in shown
    assert "更正（周敏）：金额2万元，多写了一个零" in shown
    await staff(office, "/捐赠 更正 1 物资 口罩200只、酒精约10桶 补登")
    assert "口罩200只、酒精约10桶" in await staff(office, "/捐赠 1")
    await staff(office, "/捐赠 更正 1 代表 李四 写错了人")
    assert "1. 2月10日 李四" in await staff(office, "/捐赠 李四")


async def test_what_is_taken_back_or_recalled_or_left_out_no_longer_counts(office: Office) -> None:
    await office.say("张三", "捐款2万元")
    said = await office.say("李四", "捐款5000元")
    await office.say("王五", "捐款300元", "岳阳代表联络群")
    assert "捐款2.53万元" in await staff(office, "/捐赠")
    await office.say("张三", "刚才的捐款作废")
    assert "捐款5300元" in await staff(office, "/捐赠")
    await office.say("李四", "", kind=MessageKind.RECALL, recalls=said)
    assert "捐款300元" in await staff(office, "/捐赠")
    assert "不计入总数" in await staff(office, "/捐赠 不计 3 是旧闻")
    assert "没有这样的" in await staff(office, "/捐赠")
    await staff(office, "/捐赠 计入 3")
    assert "捐款300元" in await staff(office, "/捐赠")


async def test_a_changed_line_of_a_chain_keeps_its_number(office: Office) -> None:
    await office.say("张三", "#接龙 抗疫捐款\n1. 张三 捐款500元\n2. 李四 捐款300元")
    await office.say("李四", "#接龙 抗疫捐款\n1. 张三 捐款500元\n2. 李四 捐款800元")
    assert "捐赠 2 笔、2 人；捐款1300元" in await staff(office, "/捐赠")
    assert "2. 2月10日 李四：捐款800元" in await staff(office, "/捐赠 2")
    assert "没有捐赠“3”" in await staff(office, "/捐赠 3")


async def test_a_message_read_again_keeps_its_number_and_what_staff_said_of_it(office: Office) -> None:
    await office.say("不认识的人", "捐款5000元")
    await staff(office, "/捐赠 更正 1 金额 500 听错了")
    await staff(office, "/绑定 不认识的人 李四")
    assert "1. 2月10日 李四：捐款500元" in await staff(office, "/捐赠 李四")
    assert "没有捐赠“2”" in await staff(office, "/捐赠 2")


async def test_what_names_nobody_is_said_apart_and_counts_if_staff_say_so(office: Office) -> None:
    await office.say("张三", "捐款5000元")
    await office.say("周敏", "截至2月10日，全市代表累计捐款6534.39万余元", STAFF_ROOM)
    said = await staff(office, "/捐赠")
    assert "捐款5000元" in said
    assert "没写姓名的 1 件，没有计入" in said
    await staff(office, "/捐赠 计入 2")
    assert "捐款6534.89万余元" in await staff(office, "/捐赠")


async def test_the_order_of_decisions_changes_nothing(office: Office) -> None:
    await office.say("张三", "捐款2万元")
    await office.say("张三", "捐款2万元", OTHER)
    await office.say("李四", "捐款5000元")
    for command in ("/捐赠 更正 3 金额 600 原因", "/捐赠 合并 2 1", "/捐赠 更正 1 金额 3万元 原因"):
        await staff(office, command)
    first = await staff(office, "/捐赠")
    await staff(office, "/捐赠 不同 2 1")
    for command in ("/捐赠 更正 1 金额 3万元 原因", "/捐赠 合并 2 1", "/捐赠 更正 3 金额 600 原因"):
        await staff(office, command)
    assert await staff(office, "/捐赠") == first
    assert "捐款3.06万元" in first


async def test_the_export_has_fixed_columns(office: Office) -> None:
    await office.say("张三", "捐款2万余元，口罩200只")
    await staff(office, "/捐赠 更正 1 折价 约1000元 =1+1")
    said = await office.ask("周敏", "/导出 捐赠", STAFF_ROOM)
    attachment = next(dispatch.attachment for dispatch in said if dispatch.attachment)
    book = openpyxl.load_workbook(io.BytesIO(attachment.content))
    rows = list(book["捐赠"].iter_rows(values_only=True))
    assert rows[0][:7] == ("版本", "编号", "日期", "代表", "单位", "届别", "捐款（元）")
    assert rows[1][:2] == (1, 1)
    assert rows[1][3:5] == ("张三", "岳麓区")
    assert rows[1][6:10] == (20_000, "余", 1000, "约")
    assert "=1+1" in str(rows[1][14])
    goods = list(book["物资"].iter_rows(values_only=True))
    assert goods[1][3:10] == ("张三", "防护用品", "口罩", 200, None, "只", 1000)


@pytest.mark.parametrize(
    ("command", "because"),
    [
        ("/捐赠 更正", "可以写"),
        ("/捐赠 更正 1", "为什么"),
        ("/捐赠 更正 1 金额 2万元", "为什么"),
        ("/捐赠 更正 1 金额 很多 原因", "为什么"),
        ("/捐赠 更正 1 颜色 红 原因", "为什么"),
        ("/捐赠 更正 7 金额 1 原因", "没有捐赠“7”"),
        ("/捐赠 合并 1", "可以写"),
        ("/捐赠 合并 1 1", "就是它自己"),
        ("/捐赠 不计 1", "可以写"),
        ("/捐赠 火星", "火星"),
    ],
)
async def test_what_is_not_clear_changes_nothing(office: Office, command: str, because: str) -> None:
    await office.say("张三", "捐款5000元")
    assert because in await staff(office, command)
    assert "捐款5000元" in await staff(office, "/捐赠")
