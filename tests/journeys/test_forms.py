"""The office's own forms (采集) in a group: answered, reminded, tallied, exported, corrected, kept private."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

import openpyxl
import pytest

from bot.channel import Hears
from bot.clock import VirtualClock
from bot.forms import Form, Whom
from bot.messages import Dispatch
from bot.settings import MannersSettings, ScheduleSettings
from storage import Store
from tests.forms import DUTY, HEALTH, MASKS, open_now
from tests.office import GROUP, GROUP_TRAITS, OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real


async def with_forms(
    store: Store,
    clock: VirtualClock,
    *forms: Form,
    schedules: Sequence[ScheduleSettings] = (),
    manners: MannersSettings | None = None,
) -> Office:
    settings = settings_for(schedules, forms=forms)
    if manners is not None:
        settings = replace(settings, manners=manners)
    return await open_office(store, clock, settings, real())


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    return await with_forms(store, clock, open_now(MASKS), open_now(DUTY), open_now(HEALTH))


def in_group(said: list[Dispatch]) -> str:
    return "\n".join(dispatch.text for dispatch in said if not dispatch.conversation.private)


def privately(said: list[Dispatch]) -> str:
    return "\n".join(dispatch.text for dispatch in said if dispatch.conversation.private)


async def test_answers_are_read_counted_and_summed(office: Office) -> None:
    await office.say("张三", "口罩：2包，自取")
    await office.say("李四", "我领1包口罩，代领")
    await office.say("王五", "口罩什么时候发？")
    said = in_group(await office.ask("周敏", "/汇总 口罩领取"))
    assert said == (
        "口罩领取（2月10日）：应报 4 人，已报 2 人，未报 2 人\n"
        "数量：合计 3 包（2 人）\n领取方式：自取 1，代领 1\n未报：王五、欧阳静"
    )


async def test_a_later_answer_supersedes_field_by_field(office: Office) -> None:
    await office.say("张三", "口罩：2包，自取")
    await office.say("张三", "更正：口罩3包")
    said = in_group(await office.ask("周敏", "/汇总 口罩领取"))
    assert "合计 3 包（1 人）" in said
    assert "自取 1" in said


async def test_what_is_out_of_range_is_counted_nowhere_and_staff_are_told_to_ask(office: Office) -> None:
    await office.say("张三", "口罩9包")
    await office.say("周敏", "早")
    said = await office.ask("周敏", "/汇总 口罩领取")
    assert "已报 1 人，未报 3 人，没填全 1 人" in in_group(said)
    assert "合计" not in in_group(said)
    assert "张三：数量没看懂" in privately(said)


async def test_an_answer_taken_back_is_missing_again(office: Office) -> None:
    await office.say("张三", "口罩2包")
    await office.say("张三", "刚才报错了，作废")
    assert "已报 0 人" in in_group(await office.ask("周敏", "/汇总 口罩领取"))


async def test_an_answer_that_is_recalled_is_gone(office: Office) -> None:
    said = await office.say("张三", "口罩2包")
    await office.say("张三", "", recalls=said, kind=type(office.message("x", "x").kind).RECALL)
    assert "已报 0 人" in in_group(await office.ask("周敏", "/汇总 口罩领取"))


async def test_once_means_once_in_the_whole_time_and_daily_means_each_day(office: Office) -> None:
    await office.say("张三", "口罩2包")
    await office.say("张三", "到岗")
    office.clock.advance(86_400)
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 口罩领取"))
    assert "已报 0 人" in in_group(await office.ask("周敏", "/汇总 值班签到"))
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 值班签到 昨天"))
    assert "已报 0 人" in in_group(await office.ask("周敏", "/汇总 口罩领取 2月9日"))


async def test_a_chain_carried_on_undoes_no_correction(office: Office) -> None:
    await office.say("张三", "#接龙\n口罩领取登记\n1. 张三 2包\n2. 李四 1包")
    office.clock.advance(86_400)
    await office.say("李四", "更正：口罩3包")
    await office.say("王五", "#接龙\n口罩领取登记\n1. 张三 2包\n2. 李四 1包\n3. 王五 1包")
    assert "合计 6 包（3 人）" in in_group(await office.ask("周敏", "/汇总 口罩领取"))


async def test_a_sign_in_chain_counts_anew_each_day(office: Office) -> None:
    chain = "值班签到接龙\n1. 张三\n2. 李四 未到岗"
    await office.say("张三", chain)
    assert "到岗：是 1，否 1" in in_group(await office.ask("周敏", "/汇总 值班签到"))
    office.clock.advance(86_400)
    await office.say("张三", chain)
    assert "已报 2 人" in in_group(await office.ask("周敏", "/汇总 值班签到"))


async def test_missing_and_reminded(office: Office) -> None:
    await office.say("张三", "口罩2包")
    await office.say("李四", "早上好")
    assert "口罩领取 2月10日未报 3 人：李四、王五、欧阳静" in in_group(await office.ask("周敏", "/未报 口罩领取"))
    said = await office.ask("周敏", "/提醒 口罩领取")
    assert "这就提醒 3 位" in said[0].text
    assert [mention.name for mention in said[1].mentions] == ["李四", "王五", "欧阳静"]
    assert "还没看到您的口罩领取" in said[1].text


async def test_who_is_on_leave_is_not_missing(office: Office) -> None:
    await office.ask("周敏", "/请假 张三")
    assert "未报 3 人，请假 1 人" in in_group(await office.ask("周敏", "/汇总 口罩领取"))


async def test_staff_report_and_correct_for_somebody(office: Office) -> None:
    assert in_group(await office.ask("周敏", "/代报 张三 口罩领取 2包 自取")) == "已记下张三的口罩领取。"
    assert "数量没看懂" in in_group(await office.ask("周敏", "/代报 李四 口罩领取 9包"))
    assert "/代报 张三 口罩领取" in in_group(await office.ask("周敏", "/代报 王五 口罩领取 哈哈"))
    assert "已更正张三的口罩领取" in in_group(await office.ask("周敏", "/更正 张三 口罩领取 3包"))
    said = in_group(await office.ask("周敏", "/汇总 口罩领取"))
    assert "合计 3 包" in said
    assert "自取" not in said
    assert "没有记录可更正" in in_group(await office.ask("周敏", "/更正 欧阳静 口罩领取 3包"))


async def test_from_the_staff_room_and_privately_it_is_the_same(office: Office) -> None:
    await office.say("周敏", "早")
    await office.ask("周敏", "/代报 赵六 口罩领取 4包", STAFF_ROOM)
    await office.say("张三", "早")
    await office.say("张三", "口罩2包", None)
    said = in_group(await office.ask("周敏", "/汇总 口罩领取", STAFF_ROOM))
    assert f"【{GROUP}】口罩领取（2月10日）：应报 4 人，已报 1 人" in said
    assert f"【{OTHER}】口罩领取（2月10日）：应报 2 人，已报 1 人" in said


async def test_an_ordinary_health_report_answers_a_form_of_health_and_stays_a_health_report(office: Office) -> None:
    await office.say("张三", "36.5 健康 在长沙 未离湘")
    await office.say("李四", "36.6")
    await office.say("周敏", "早")
    said = await office.ask("周敏", "/汇总 两会健康采集")
    assert "已报 2 人，未报 2 人，没填全 1 人" in in_group(said)
    assert "李四：缺症状、所在地" in privately(said)
    assert "应报 4 人，已报 2 人" in in_group(await office.ask("周敏", "/汇总"))


async def test_staff_report_health_by_the_form_and_it_is_health(office: Office) -> None:
    await office.say("谭芳", "早")
    said = await office.ask("周敏", "/代报 李四 两会健康采集 38.2 咳嗽 在长沙")
    assert in_group(said) == "已记下李四的全国“两会”代表健康信息采集。"
    assert "38.2℃" in privately(said)  # alerted as ever
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总"))
    await office.ask("周敏", "/更正 李四 两会健康采集 36.5 健康 在长沙")
    assert "没有异常" in privately(await office.ask("谭芳", "/异常"))


async def test_what_corrects_or_withdraws_a_health_report_corrects_the_form(office: Office) -> None:
    await office.say("周敏", "早")
    await office.say("张三", "有点不舒服 36.8 在长沙")
    assert "张三：症状没看懂" in privately(await office.ask("周敏", "/汇总 两会健康采集"))
    await office.ask("周敏", "/更正 张三 36.6 健康 在长沙")
    assert "没填全" not in in_group(await office.ask("周敏", "/汇总 两会健康采集"))
    await office.ask("周敏", "/代报 李四 36.5 健康 在岳阳")
    assert "已报 2 人" in in_group(await office.ask("周敏", "/汇总 两会健康采集"))
    await office.say("张三", "37.9 咳嗽")
    await office.say("张三", "刚才报错了，作废")
    await office.heard()
    assert "没看懂" not in privately(await office.ask("周敏", "/汇总 两会健康采集"))
    assert "没有异常" in privately(await office.ask("周敏", "/异常"))


async def test_no_value_of_a_private_form_is_said_in_a_group(office: Office) -> None:
    await office.say("周敏", "早")
    await office.say("张三", "38.5 咳嗽 在长沙，接触过武汉回来的人")
    await office.heard()
    for command in ("/汇总 两会健康采集", "/未报 两会健康采集", "/采集", "/导出 两会健康采集"):
        for room in (GROUP, STAFF_ROOM):
            said = in_group(await office.ask("周敏", command, room))
            for word in ("38.5", "咳嗽", "发热", "接触", "是 1"):
                assert word not in said, (command, room)


async def test_names_are_kept_out_of_the_group_where_the_office_wishes_it(store: Store, clock: VirtualClock) -> None:
    quiet = MannersSettings(show_missing_names=False)
    office = await with_forms(store, clock, open_now(MASKS), manners=quiet)
    await office.say("周敏", "早")
    await office.say("张三", "口罩9包")
    for command in ("/汇总 口罩领取", "/未报 口罩领取"):
        said = await office.ask("周敏", command)
        assert "李四" not in in_group(said)
        assert "张三" not in in_group(said)


async def test_an_export_goes_person_by_person(office: Office) -> None:
    await office.say("张三", "36.5 健康 在长沙")
    office.clock.advance(86_400)
    await office.say("周敏", "早")
    await office.say("张三", "36.7 健康 在岳阳")
    await office.say("李四", "37.8 有点咳嗽，在长沙")
    await office.heard()
    said = await office.ask("周敏", "/导出 两会健康采集")
    assert in_group(said) == ""
    (file,) = [dispatch.attachment for dispatch in said if dispatch.attachment]
    assert file.name == "两会健康采集 2020-02-08至2020-02-11.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    assert book.sheetnames == ["逐人", "逐日", "汇总"]
    rows = [[cell.value for cell in row] for row in book["逐人"].iter_rows(min_row=2)]
    mine = [row for row in rows if row[0] == GROUP and row[2] == "张三"]
    assert [(f"{row[3]:%m-%d}", row[4], row[5]) for row in mine] == [
        ("02-08", "未报", None),
        ("02-09", "未报", None),
        ("02-10", "已报", 36.5),
        ("02-11", "已报", 36.7),
    ]
    overview = {row[2].value: [cell.value for cell in row[3:]] for row in book["逐日"].iter_rows(min_row=2, max_row=5)}
    assert overview["张三"] == ["未报", "未报", "已报", "已报"]


async def test_the_forms_are_listed(office: Office) -> None:
    await office.say("张三", "口罩2包")
    said = in_group(await office.ask("周敏", "/采集"))
    assert "口罩领取（2月8日至2月21日）：开放，应报 6 人，已报 1 人" in said
    assert "值班签到（2月8日至2月21日，每天 06:00–22:00）" in said
    assert said == in_group(await office.ask("周敏", "/forms"))


async def test_a_closed_form_reads_nothing_and_says_so(store: Store, clock: VirtualClock) -> None:
    office = await with_forms(store, clock, open_now(MASKS, from_on=date(2020, 2, 11)), open_now(DUTY, to_at=time(7)))
    await office.say("张三", "口罩2包")
    await office.say("张三", "到岗")
    assert "已报 0 人" in in_group(await office.ask("周敏", "/汇总 口罩领取"))
    assert "今天不开放" in in_group(await office.ask("周敏", "/采集"))
    assert "这一天不开放" in in_group(await office.ask("周敏", "/代报 张三 口罩领取 2包"))
    assert "已报 0 人" in in_group(await office.ask("周敏", "/汇总 值班签到"))
    await office.ask("周敏", "/代报 张三 值班签到 到岗")  # staff may bring it in later
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 值班签到"))


async def test_a_form_asks_staff_in_their_room_or_a_sub_list(store: Store, clock: VirtualClock) -> None:
    staff = open_now(DUTY, whom=Whom.STAFF)
    few = open_now(MASKS, people=(("张三", "岳麓区"), ("王五", "开福区"), ("李四", "别的单位")))
    office = await with_forms(store, clock, staff, few)
    await office.say("周敏", "到岗", STAFF_ROOM)
    assert "应报 2 人，已报 1 人" in in_group(await office.ask("周敏", "/汇总 值班签到", STAFF_ROOM))
    assert "值班签到不问长沙代表联络群" in in_group(await office.ask("周敏", "/汇总 值班签到"))
    assert "应报 2 人" in in_group(await office.ask("周敏", "/汇总 口罩领取"))


async def test_part_of_a_forms_name_will_do_unless_it_is_a_groups_or_a_units(office: Office) -> None:
    await office.say("张三", "口罩2包")
    assert "口罩领取（2月10日）" in in_group(await office.ask("周敏", "/汇总 口罩"))
    assert "健康上报" in in_group(await office.ask("周敏", "/汇总 长沙"))


async def test_without_forms_the_commands_are_as_ever(store: Store, clock: VirtualClock) -> None:
    office = await with_forms(store, clock)
    await office.say("张三", "口罩2包")
    assert "没有叫“口罩领取”的群或单位" in in_group(await office.ask("周敏", "/汇总 口罩领取"))
    assert "还没有自定的采集" in in_group(await office.ask("周敏", "/采集"))


async def test_schedules_ask_remind_and_tally_a_form_while_it_is_open(store: Store, clock: VirtualClock) -> None:
    schedules = [
        ScheduleSettings(name="问", do="remind", at=time(9), form=MASKS),
        ScheduleSettings(name="催", do="remind_missing", at=time(10), form=MASKS),
        ScheduleSettings(name="报", do="tally", at=time(11), form=MASKS, rooms=(GROUP,)),
        ScheduleSettings(name="值班群", do="tally", at=time(11, 30), form=DUTY),
        ScheduleSettings(name="没开", do="remind", at=time(11, 45), form=HEALTH),
    ]
    closed = open_now(HEALTH, from_on=date(2020, 2, 15))
    forms = (open_now(MASKS), open_now(DUTY, whom=Whom.STAFF), closed)
    office = await with_forms(store, clock, *forms, schedules=schedules)
    await office.say("周敏", "早")
    await office.say("张三", "口罩：9包")
    await office.play(time(12))
    said = office.channel.said
    first = next(dispatch for dispatch in said if dispatch.text.startswith("请填"))
    assert first.text == (
        "请填口罩领取：\n1. 数量（0 到 5 包）\n2. 领取方式（自取／代领／送上门）\n"
        "直接在群里说就行，比如：口罩：2包，自取\n（替别人报请写“代张三报：…”）"
    )
    assert sum(dispatch.text.startswith("请填") for dispatch in said) == 2
    reminded = [dispatch for dispatch in said if "还没看到您的口罩领取" in dispatch.text]
    assert [[m.name for m in dispatch.mentions] for dispatch in reminded] == [
        ["李四", "王五", "欧阳静"],
        ["赵六", "王五"],
    ]
    tallies = [dispatch for dispatch in said if "应报" in dispatch.text]
    assert [dispatch.conversation.name for dispatch in tallies] == [GROUP, STAFF_ROOM]
    assert any("张三：数量没看懂" in dispatch.text for dispatch in said if dispatch.conversation.private)


@pytest.mark.parametrize(("hears", "how"), [
    (Hears.MENTIONS, "请在群里 @小联 说（不 @ 我听不到），比如：口罩"), (Hears.NOTHING, "请单独发给我"),
])  # fmt: skip
async def test_a_form_is_asked_for_in_the_way_in_which_the_bot_can_hear(
    store: Store, clock: VirtualClock, hears: Hears, how: str
) -> None:
    settings = settings_for(
        [ScheduleSettings(name="问", do="remind", at=time(9), form=MASKS)], forms=(open_now(MASKS),)
    )
    office = await open_office(store, clock, settings, real(), replace(GROUP_TRAITS, hears=hears))
    await office.play(time(9, 5))
    asked = office.channel.said[0].text
    assert how in asked
    assert "直接在群里说" not in asked
    await office.say("张三", "@小联 口罩：2包，自取")
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 口罩领取"))


async def test_a_name_that_nobody_knows_is_settled_by_binding(office: Office) -> None:
    await office.say("周敏", "代张山报：口罩2包")
    assert "张山" in in_group(await office.ask("周敏", "/绑定"))
    await office.ask("周敏", "/绑定 张山 张三")
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 口罩领取"))


async def test_other_records_of_the_message_stay(office: Office) -> None:
    await office.say("张三", "36.5 健康，口罩2包。建议给村医配发额温枪")
    said = in_group(await office.ask("周敏", "/汇总"))
    assert "已报 1 人" in said
    assert "意见建议 1 条" in said
    assert "已报 1 人" in in_group(await office.ask("周敏", "/汇总 口罩领取"))
