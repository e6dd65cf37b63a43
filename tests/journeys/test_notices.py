"""Notices (通知): drafted, shown, approved by a second person, sent by each one's way, corrected, withdrawn."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.clock import VirtualClock
from bot.messages import Attachment, MessageKind
from bot.rosters import RosterEntry
from bot.settings import NoticesSettings
from storage import Store
from tests.notices import DRAFT, GROUPS, MAIL, PAGE, SMS, Office, in_room, to
from tests.office import GROUP, OTHER, STAFF_ROOM

PRIVATE = "/通知 岳麓区 代表\n关于材料的通知\n\n请在本周内把材料交来。"
"""To a part of a group: each is told alone."""


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    return await Office(store, clock, group=GROUPS, mail=MAIL, sms=SMS, page=PAGE).open()


async def test_a_draft_is_shown_as_it_will_look_and_to_whom(office: Office) -> None:
    assert await office.staff_room("周敏", DRAFT) == (
        "通知 1 草稿，周敏起草\n"
        "发给：代表，共 6 人（华容县 2，岳麓区 2，开福区 2）\n"
        f"怎么发：群“{GROUP}”4 人；群“{OTHER}”2 人\n"
        "截止：2月11日 18:00，要回执\n"
        "请另一位工作人员看过发 /批准 1 才发出（起草人不能批）；改：/改通知 1 换行写全文；不发了：/取消通知 1\n"
        "—— 发出去是这样 ——\n"
        "【通知 1】关于推迟会议的通知\n\n"
        "原定2月12日的会议推迟，时间另行通知。\n\n"
        "请在2月11日 18:00前回复“收到”。"
    )


async def test_each_group_reads_it_once_and_only_when_a_second_person_approved(office: Office) -> None:
    said = await office.say("周敏", DRAFT, STAFF_ROOM)
    assert {d.conversation.name for _, d in said} == {STAFF_ROOM}
    refused = await office.say("周敏", "/批准 1", STAFF_ROOM)
    assert in_room(refused, STAFF_ROOM) == "通知 1 发给全体，要另一位工作人员来批；您是起草人，不能自己批。"
    assert in_room(refused, GROUP) == ""
    said = await office.say("谭芳", "/批准 1", STAFF_ROOM)
    for room in (GROUP, OTHER):
        assert in_room(said, room).startswith("【通知 1】关于推迟会议的通知")
    assert "通知 1《关于推迟会议的通知》已交发：群里 6 人。" in in_room(said, STAFF_ROOM)
    assert "不是草稿了" in await office.staff_room("谭芳", "/批准 1")
    assert await office.work() == []


async def test_whoever_changed_a_draft_is_its_drafter(office: Office) -> None:
    await office.staff_room("周敏", DRAFT)
    assert "谭芳起草" in await office.staff_room("谭芳", "/改通知 1\n新的标题\n\n新的正文")
    assert "不能自己批" in await office.staff_room("谭芳", "/批准 1")
    said = await office.say("周敏", "/批准 1", STAFF_ROOM)
    assert "新的正文" in in_room(said, GROUP)


async def test_a_part_of_the_deputies_needs_no_second_person_and_a_threshold_can_be_set(
    store: Store, clock: VirtualClock
) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL, page=PAGE).open()
    assert "看过没错，发 /批准 1 就发出" in await office.staff_room("周敏", PRIVATE)
    assert "已批准" in await office.staff_room("周敏", "/批准 1")
    office.settings = replace(office.settings, notices=NoticesSettings(everyone_from=2))
    await office.start()
    await office.staff_room("周敏", PRIVATE)
    assert "不能自己批" in await office.staff_room("周敏", "/批准 2")
    office.settings = replace(office.settings, notices=NoticesSettings(approval="never"))
    await office.start()
    await office.staff_room("周敏", DRAFT)
    assert "已批准" in await office.staff_room("周敏", "/批准 3")


async def test_people_of_no_whole_group_are_told_alone_each_by_their_own_way(office: Office) -> None:
    preview = await office.staff_room("周敏", "/通知 岳麓区、华容县 代表\n关于材料的通知\n\n请把材料交来。")
    assert f"群“{GROUP}”" not in preview
    assert "共 4 人" in preview
    said = await office.say("周敏", "/批准 1", STAFF_ROOM)
    assert len(to(said, "zhang@x.test")) == len(to(said, "zhao@x.test")) == 1
    assert to(said, "13900010007") == ["您有1条通知，请登录查看。"]
    seats = [d.text for name, d in said if name == "page"]
    assert len(seats) == 2
    assert all("请把材料交来" in text for text in seats)
    assert in_room(said, GROUP) == in_room(said, OTHER) == ""


async def test_who_cannot_be_reached_is_named(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    assert "联系不上 1 人，请打电话：岳麓区-李四" in await office.staff_room("周敏", PRIVATE)
    said = await office.say("周敏", "/批准 1", STAFF_ROOM)
    assert "联系不上 1 人：岳麓区-李四，打过电话的发 /回执 1 姓名 电话" in in_room(said, STAFF_ROOM)
    assert len(to(said, "zhang@x.test")) == 1
    assert "岳麓区 0/2，未收：张三、李四（没有发到）" in await office.staff_room("周敏", "/回执 1")
    await office.staff_room("周敏", "/回执 1 李四 电话")
    assert await office.seen(1) == {"岳麓区-李四": "staff"}


async def test_somebody_in_two_groups_counts_once_and_a_group_that_adds_nobody_is_left_alone(
    store: Store, clock: VirtualClock
) -> None:
    twice = (RosterEntry(name="王五", unit="开福区"), RosterEntry(name="李四", unit="岳麓区"))
    office = await Office(store, clock, group=GROUPS).open(others=twice)
    assert "共 4 人" in await office.staff_room("周敏", DRAFT)
    said = await office.say("谭芳", "/批准 1", STAFF_ROOM)
    assert in_room(said, GROUP)
    assert in_room(said, OTHER) == ""
    await office.say("王五", "收到")
    await office.say("王五", "收到", OTHER)
    assert "应收 4 人，已收 1 人，未收 3 人" in await office.staff_room("周敏", "/回执 1")


async def test_drafts_can_be_listed_changed_and_dropped(office: Office) -> None:
    assert "没有草稿" in await office.staff_room("周敏", "/通知")
    await office.staff_room("周敏", DRAFT)
    await office.staff_room("周敏", PRIVATE)
    listed = await office.staff_room("谭芳", "/通知")
    assert "· 通知 2《关于材料的通知》草稿\n· 通知 1《关于推迟会议的通知》草稿" in listed
    assert "发出去是这样" in await office.staff_room("谭芳", "/通知 2")
    assert await office.staff_room("周敏", "/取消通知 2") == "好的，通知 2 不发了。"
    assert "通知 2" not in (await office.staff_room("谭芳", "/通知")).replace("通知 2《", "")
    assert "已取消，不是草稿了" in await office.staff_room("谭芳", "/批准 2")
    assert "没有这个编号" in await office.staff_room("谭芳", "/批准 9")


async def test_a_notice_is_not_drafted_where_deputies_read_and_not_by_deputies(office: Office) -> None:
    said = await office.say("周敏", DRAFT, GROUP)
    assert "请在工作人员群里起草" in in_room(said, GROUP)
    said = await office.say("张三", DRAFT, GROUP)
    assert "由联工委工作人员使用" in "".join(d.text for _, d in said)
    assert "没有草稿" in await office.staff_room("周敏", "/通知")


async def test_all_that_is_wrong_with_a_draft_is_told_at_once(office: Office) -> None:
    said = await office.staff_room("周敏", "/通知 代表\n标题：会议\n截止：某天\n回执：也许")
    assert "· 没有正文" in said
    assert "第 2 行：没看懂截止时间“某天”" in said
    assert "第 3 行：“也许”没看懂" in said
    assert "2月9日 18:00 已经过了" in await office.staff_room("周敏", "/通知 代表\n会议\n截止：昨天\n\n正文")
    assert "“火星人”" in await office.staff_room("周敏", "/通知 火星人\n会议\n\n正文")
    assert "没有草稿" in await office.staff_room("周敏", "/通知")


async def test_at_night_it_waits_for_the_morning_unless_it_is_urgent(office: Office) -> None:
    office.clock.advance(15 * 3600)  # 23:00
    assert in_room(await office.sent_notice(), GROUP) == ""
    said = await office.sent_notice("/通知 代表\n标题：紧急会议\n紧急：是\n\n请立即到会。")
    assert "请立即到会" in in_room(said, GROUP)
    assert "原定2月12日的会议推迟" in in_room(await office.wait(9), GROUP)


async def test_a_draft_whose_deadline_is_over_is_not_sent(office: Office) -> None:
    await office.staff_room("周敏", DRAFT)
    office.clock.advance(40 * 3600)
    assert "已经过了，没有发" in await office.staff_room("谭芳", "/批准 1")


# --- files ---------------------------------------------------------------------------------------------------------


async def hand_in(office: Office, name: str, content: bytes, who: str = "周敏", room: str | None = STAFF_ROOM) -> str:
    file = Attachment(name=name, media_type="application/octet-stream", content=content)
    said = await office.say(who, name, room, kind=MessageKind.FILE, attachment=file)
    return "\n".join(d.text for _, d in said)


async def test_files_go_along_where_the_channel_can_and_as_links_where_not(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=replace(GROUPS, files=False), mail=MAIL, page=PAGE).open()
    await office.say("周敏", "早上好", STAFF_ROOM)
    draft = "/通知 代表 岳麓区\n标题：材料\n附件：说明.docx、表.xlsx\n\n请看附件。"
    assert "没找到附件“说明.docx”" in await office.staff_room("周敏", draft)
    await hand_in(office, "说明.docx", b"one")
    await hand_in(office, "表.xlsx", b"two")
    assert "附件：说明.docx、表.xlsx" in await office.staff_room("周敏", draft)
    said = await office.say("周敏", "/批准 1", STAFF_ROOM)
    mails = [d for name, d in said if name == "mail"]
    assert [d.attachment.content for d in mails if d.attachment] == [b"one", b"two"]
    await office.staff_room("周敏", "/通知 代表\n标题：材料\n附件：说明.docx\n\n请看附件。")
    said = await office.say("谭芳", "/批准 2", STAFF_ROOM)
    link = in_room(said, GROUP).rpartition("/files/")[2]
    file = await office.bot.file(link)
    assert file is not None
    assert (file.name, file.content) == ("说明.docx", b"one")


FILE = "---\n对象：代表\n标题：关于推迟会议的通知\n截止：明天 18:00\n回执：要\n---\n\n会议推迟。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_text_file_with_a_head_is_a_draft(office: Office, encoding: str) -> None:
    await office.say("周敏", "早上好", STAFF_ROOM)
    said = await hand_in(office, "推迟.md", FILE.encode(encoding))
    assert "通知 1 草稿，周敏起草" in said
    assert "【通知 1】关于推迟会议的通知\n\n会议推迟。" in said
    assert "会议推迟" in in_room(await office.say("谭芳", "/批准 1", STAFF_ROOM), GROUP)


async def test_other_files_and_other_peoples_files_are_no_drafts(office: Office) -> None:
    await office.say("周敏", "早上好", STAFF_ROOM)
    assert await hand_in(office, "推迟.md", FILE.encode(), "张三", GROUP) == ""
    assert await hand_in(office, "推迟.md", FILE.encode(), "张三", None) == ""
    assert await hand_in(office, "推迟.md", FILE.encode(), "周敏", GROUP) == ""
    assert await hand_in(office, "随笔.txt", "今天天气好".encode()) == ""
    assert await hand_in(office, "图.md", b"\xff\xfe\x00\x00---") == ""
    assert "没有草稿" in await office.staff_room("周敏", "/通知")


# --- corrected and withdrawn ---------------------------------------------------------------------------------------


async def test_a_correction_refers_to_the_first_and_reaches_those_whom_it_reached(office: Office) -> None:
    await office.sent_notice()
    await office.say("张三", "收到")
    preview = await office.staff_room("周敏", "/更正通知 1\n会议改在2月20日9时召开。")
    assert "发给：收到通知 1 的人，共 6 人" in preview
    assert "不能自己批" in await office.staff_room("周敏", "/批准 2")
    said = await office.say("谭芳", "/批准 2", STAFF_ROOM)
    for room in (GROUP, OTHER):
        assert in_room(said, room).startswith(
            "【通知 2·更正】关于推迟会议的通知\n\n更正通知 1《关于推迟会议的通知》，请以这一份为准：\n会议改在2月20日"
        )
    await office.say("李四", "收到")
    assert await office.seen(1) == {"岳麓区-张三": "room"}
    assert await office.seen(2) == {"岳麓区-李四": "room"}
    assert "已更正" in await office.staff_room("周敏", "/回执 1")
    assert "已更正，没有在外面的" in await office.staff_room("周敏", "/撤回通知 1")


@contextlib.contextmanager
def away(office: Office, channel: str) -> Iterator[None]:
    """A channel that cannot send for a while."""
    office.channels[channel].connected = False
    yield
    office.channels[channel].connected = True


async def test_a_withdrawal_tells_those_who_have_it_and_nobody_else_ever_gets_it(office: Office) -> None:
    everybody = "/通知 岳麓区、华容县 代表\n关于材料的通知\n\n请把材料交来。"
    await office.staff_room("周敏", everybody)
    with away(office, "mail"):
        said = await office.say("周敏", "/批准 1", STAFF_ROOM)
        assert not to(said, "zhang@x.test")
        said = await office.say("谭芳", "/撤回通知 1 数字有误", STAFF_ROOM)
    assert "就告诉已经收到的 2 人" in in_room(said, STAFF_ROOM)
    said += await office.wait(2)
    seats = [d.text for name, d in said if name == "page"]
    assert len(seats) == 2
    for text in seats:
        assert (
            text
            == "【通知 2·撤回】撤回《关于材料的通知》\n\n通知 1《关于材料的通知》撤回，请不要照那一份办。\n数字有误"
        )
    assert not [d for name, d in said if name == "mail"]


async def test_a_correction_is_all_that_reaches_those_who_had_not_had_the_first(office: Office) -> None:
    await office.staff_room("周敏", "/通知 岳麓区、华容县 代表\n关于材料的通知\n\n请把材料交来。")
    with away(office, "mail"):
        await office.say("周敏", "/批准 1", STAFF_ROOM)
        await office.staff_room("周敏", "/更正通知 1\n请把材料寄来。")
        await office.say("周敏", "/批准 2", STAFF_ROOM)
    said = await office.wait(2)
    assert to(said, "zhang@x.test") == ["【通知 2】关于材料的通知\n\n请把材料寄来。\n\n请在2月12日 08:00前回复“收到”。"]


async def test_a_draft_is_not_corrected_and_a_correction_of_what_was_withdrawn_is_not_sent(office: Office) -> None:
    await office.staff_room("周敏", DRAFT)
    assert "草稿，没有在外面的可更正或撤回" in await office.staff_room("周敏", "/更正通知 1\n新")
    await office.say("谭芳", "/批准 1", STAFF_ROOM)
    await office.staff_room("周敏", "/更正通知 1\n新")
    await office.staff_room("周敏", "/撤回通知 1")
    assert "通知 2 要更正的通知 1 已撤回了，这一份没有发" in await office.staff_room("谭芳", "/批准 2")


# --- followed up ---------------------------------------------------------------------------------------------------


async def test_who_has_not_answered_is_reminded_until_they_have_or_it_ends(office: Office) -> None:
    await office.sent_notice("/通知 代表\n标题：会议\n截止：2月12日 12:00\n\n会议推迟。")
    for who in ("张三", "李四", "王五"):
        await office.say(who, "收到")
    said = await office.wait(28.5)  # 12:30 of the day before: the reminder in the groups
    assert in_room(said, GROUP) == (
        "还没看到您对通知 1《会议》的回执，请在2月12日 12:00前回复“收到”；几份通知一起的，写明“收到 1”。"
    )
    mentioned = {m.name for _, d in said for m in d.mentions}
    assert mentioned == {"欧阳静", "赵六", "孙七"}
    await office.say("欧阳静", "收到")
    said = await office.wait(20)  # until 08:30 of the day: each alone
    assert in_room(said, GROUP) == ""
    assert len(to(said, "zhao@x.test")) == 1
    assert to(said, "13900010007") == ["您有1条通知，请登录查看。"]
    assert not [d for name, d in said if name == "page"]
    await office.say("zhao@x.test", "收到，谢谢", None, "mail")
    said = await office.wait(6)
    assert [d.conversation.name for _, d in said] == [STAFF_ROOM]
    assert in_room(said, STAFF_ROOM) == (
        "通知 1《会议》（到截止时间了）：应收 6 人，已收 5 人，未收 1 人\n"
        "华容县 1/2，未收：孙七\n岳麓区 2/2\n开福区 2/2\n怎么回的：群里 4，单独 1"
    )
    assert await office.wait(200) == []


async def test_a_withdrawn_notice_reminds_nobody(office: Office) -> None:
    await office.sent_notice()
    await office.staff_room("周敏", "/撤回通知 1")
    assert await office.wait(60) == []


async def test_a_group_that_sees_no_names_is_not_told_who_is_missing(store: Store, clock: VirtualClock) -> None:
    office = Office(store, clock, group=GROUPS, mail=MAIL, page=PAGE)
    await office.open()
    hidden = replace(office.settings.manners, show_missing_names=False)
    office.settings = replace(office.settings, manners=hidden)
    await office.start()
    await office.sent_notice()
    said = await office.wait(35)
    assert not in_room(said, GROUP)
    assert len(to(said, "zhang@x.test")) == 2
    shown = await office.say("周敏", "/回执 1", GROUP)
    assert "张三" not in in_room(shown, GROUP)
    assert "张三" in "".join(to(shown, "wxid-周敏"))
