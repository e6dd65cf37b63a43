"""Who has seen a notice (回执): by every route into one ledger, the first counts, right to the person."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update

from bot.clock import VirtualClock, local
from bot.messages import Message, MessageKind
from storage import Store, notices, records
from storage.tables import Message as Kept
from tests.notices import DRAFT, GROUPS, MAIL, PAGE, SMS, Office, in_room
from tests.office import GROUP, OTHER, STAFF_ROOM


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    return await Office(store, clock, group=GROUPS, mail=MAIL, sms=SMS, page=PAGE).open()


async def person(office: Office, name: str) -> int:
    async with office.store.read() as session:
        found = await notices.numbered(session, office.bot.office_id, 1)
        assert found is not None
        return next(e.person_id for e in await notices.ledger(session, found.id) if e.name == name)


async def test_five_routes_lead_into_one_ledger(office: Office) -> None:
    await office.sent_notice()
    await office.say("张三", "收到")
    await office.say("李四", "早上好")
    await office.say("李四", "已阅", None)
    await office.say("zhao@x.test", "收到，谢谢", None, "mail")
    await office.say("13900010007", "收到", None, "sms")
    seat = f"person:{await person(office, '王五')}"
    message = office.message("王五", "好的", None, "page")
    await office.bot.inbox.accept(_from(message, seat))
    await office.work()
    assert "应收 6 人，已收 4 人，未收 2 人" in await office.staff_room("周敏", "/回执 1")
    await office.bot.inbox.accept(_from(office.message("王五", "收到", None, "page"), seat))
    await office.work()
    await office.staff_room("周敏", "/回执 1 欧阳静 电话")
    told = await office.staff_room("周敏", "/回执 1")
    assert told == (
        "通知 1《关于推迟会议的通知》（2月11日 18:00截止）：应收 6 人，已收 6 人，未收 0 人\n"
        "华容县 2/2\n岳麓区 2/2\n开福区 2/2\n怎么回的：群里 1，单独 4，工作人员代记 1"
    )
    detailed = await office.staff_room("周敏", "/回执 1 明细")
    assert "岳麓区-张三：2月10日 08:00 群里" in detailed
    assert "开福区-欧阳静：2月10日 08:00 工作人员代记，电话" in detailed
    assert len([line for line in detailed.split("\n") if "单独（" in line]) == 4
    assert "回执 6/6" in await office.staff_room("周敏", "/回执")


def _from(message: Message, account: str) -> Message:
    place = replace(message.conversation, external_id=account)
    return replace(message, sender=replace(message.sender, external_id=account), conversation=place)


async def test_the_first_one_counts_and_none_is_lost(office: Office) -> None:
    await office.sent_notice()
    await office.say("张三", "收到")
    at = office.clock.now()
    office.clock.advance(3600)
    await office.say("张三", "收到收到")
    assert "张三之前就回过了" in await office.staff_room("周敏", "/回执 1 张三 电话")
    async with office.store.read() as session:
        found = await notices.numbered(session, office.bot.office_id, 1)
        assert found is not None
        (entry,) = [e for e in await notices.ledger(session, found.id) if e.seen]
    assert entry.seen is not None
    assert (entry.name, entry.seen.route, entry.seen.said_at) == ("张三", "room", at)


@pytest.mark.parametrize(
    "text",
    ["没收到", "收到没有？", "大家都收到了吧", "快递收到了吗", "收到 3 箱口罩", "早上好", "收到 2", "收到请回复"],
)
async def test_what_is_no_receipt_counts_for_nothing(office: Office, text: str) -> None:
    await office.sent_notice()
    await office.say("张三", text)
    assert await office.seen(1) == {}


@pytest.mark.parametrize(
    "text", ["收到", "好的收到", "已阅", "收到，谢谢", "@小联 收到", "通知1收到", "收到 1", "知道了"]
)
async def test_what_is_a_receipt_counts(office: Office, text: str) -> None:
    await office.sent_notice()
    await office.say("张三", text)
    assert await office.seen(1) == {"岳麓区-张三": "room"}


async def test_a_receipt_that_reports_health_counts_for_both(office: Office) -> None:
    await office.sent_notice()
    await office.say("张三", "收到，36.5 健康")
    assert await office.seen(1) == {"岳麓区-张三": "room"}
    async with office.store.read() as session:
        day = local(office.clock.now()).date()
        ids = [await person(office, "张三")]
        (report,) = await records.health_of(session, office.bot.office_id, ids, day)
    assert not report.ill


async def test_bare_words_in_the_group_count_only_just_after_the_notice(office: Office) -> None:
    await office.sent_notice()
    await office.say("张三", "好的")
    office.clock.advance(31 * 60)
    await office.say("李四", "好的")
    await office.say("王五", "「小联：【通知 1】关于推迟会议的通知」\n- - - - - - - - - - - - - - -\n好的")
    assert await office.seen(1) == {"岳麓区-张三": "room", "开福区-王五": "room"}


async def test_a_group_where_no_notice_was_said_answers_none(office: Office) -> None:
    await office.staff_room("周敏", "/通知 岳麓区、开福区 代表\n材料\n\n请交材料。")
    said = await office.say("周敏", "/批准 1", STAFF_ROOM)
    assert in_room(said, GROUP)
    await office.say("王五", "收到", OTHER)
    assert await office.seen(1) == {}
    await office.say("王五", "收到", GROUP)
    assert await office.seen(1) == {"开福区-王五": "room"}


async def test_a_receipt_before_the_notice_was_said_is_none(office: Office) -> None:
    early = office.message("张三", "收到")
    office.clock.advance(3600)
    await office.sent_notice()
    await office.bot.inbox.accept(early)
    await office.work()
    assert await office.seen(1) == {}


async def test_of_two_open_notices_the_newest_is_answered_and_staff_learn_it_once(office: Office) -> None:
    await office.sent_notice()
    await office.sent_notice("/通知 代表\n第二份\n\n请准备材料。")
    said = await office.say("张三", "收到")
    assert "现在有几份通知一起在收回执" in in_room(said, STAFF_ROOM)
    assert "都记给最新的通知 2，没有记给通知 1" in in_room(said, STAFF_ROOM)
    assert await office.say("李四", "收到") == []
    assert await office.say("张三", "收到") == []
    assert await office.seen(1) == {}
    assert await office.seen(2) == {"岳麓区-张三": "room", "岳麓区-李四": "room"}
    await office.say("李四", "收到 1")
    await office.say("张三", "「小联：【通知 1】关于推迟会议的通知」\n- - - - - - - - - - - - - - -\n收到")
    assert await office.seen(1) == {"岳麓区-张三": "room", "岳麓区-李四": "room"}


async def test_an_answer_to_a_mail_answers_the_notice_that_the_mail_was(office: Office) -> None:
    await office.staff_room("周敏", "/通知 岳麓区 代表\n第一份\n\n正文")
    said = await office.say("周敏", "/批准 1", STAFF_ROOM)
    (mail,) = [d for name, d in said if name == "mail"]
    await office.staff_room("周敏", "/通知 岳麓区 代表\n第二份\n\n正文")
    await office.say("周敏", "/批准 2", STAFF_ROOM)
    assert await office.say("zhang@x.test", "收到", None, "mail", answers=mail.id) == []
    assert await office.seen(1) == {"岳麓区-张三": "private"}
    assert await office.seen(2) == {}


async def test_nobody_answers_for_another_by_naming_their_post(office: Office) -> None:
    await office.staff_room("周敏", "/通知 岳麓区 代表\n第一份\n\n正文")
    said = await office.say("周敏", "/批准 1", STAFF_ROOM)
    (mail,) = [d for name, d in said if name == "mail"]
    await office.say("zhao@x.test", "收到", None, "mail", answers=mail.id)
    await office.say("zhao@x.test", "收到 1", None, "mail")
    assert await office.seen(1) == {}


async def test_a_line_of_a_chain_and_a_word_for_another_count_for_those_they_name(office: Office) -> None:
    await office.sent_notice()
    await office.say("张三", "#接龙\n收到通知请接龙\n1. 张三\n2. 李四")
    await office.say("王五", "欧阳静收到")
    assert await office.seen(1) == {"岳麓区-张三": "room", "岳麓区-李四": "chain", "开福区-欧阳静": "proxy"}


async def test_somebody_nobody_knows_counts_once_they_are_bound(office: Office) -> None:
    await office.sent_notice()
    await office.say("岳麓老张", "收到")
    assert await office.seen(1) == {}
    await office.staff_room("周敏", "/绑定 岳麓老张 张三")
    assert await office.seen(1) == {"岳麓区-张三": "room"}
    await office.staff_room("周敏", "/绑定 岳麓老张 李四")
    assert await office.seen(1) == {"岳麓区-李四": "room"}


async def test_a_receipt_that_is_recalled_is_none_whichever_comes_first(office: Office) -> None:
    await office.sent_notice()
    said = office.message("张三", "收到")
    back = office.message("张三", "", kind=MessageKind.RECALL, recalls=said.external_id)
    await office.bot.inbox.accept(said)
    await office.work()
    await office.bot.inbox.accept(back)
    await office.work()
    assert await office.seen(1) == {}
    await office.say("张三", "收到")
    assert await office.seen(1) == {"岳麓区-张三": "room"}


async def test_a_late_answer_still_counts_and_is_told_as_late(office: Office) -> None:
    await office.sent_notice()
    await office.wait(48)
    await office.say("张三", "收到")
    assert "张三：2月12日 08:00 群里（逾期）" in await office.staff_room("周敏", "/回执 1 明细")
    await office.wait(24 * 8)
    await office.say("李四", "收到")
    assert set(await office.seen(1)) == {"岳麓区-张三"}


async def test_a_tick_can_be_taken_back_and_wants_somebody_whom_the_notice_is_for(office: Office) -> None:
    await office.staff_room("周敏", "/通知 岳麓区 代表\n材料\n\n请交材料。")
    assert "还没有发出" in await office.staff_room("周敏", "/回执 1")
    await office.say("周敏", "/批准 1", STAFF_ROOM)
    assert await office.staff_room("周敏", "/回执 1 张三 李四 电话") == "已记通知 1 的回执：张三、李四。"
    assert await office.seen(1) == {"岳麓区-张三": "staff", "岳麓区-李四": "staff"}
    assert "已取消代记" in await office.staff_room("周敏", "/回执 1 李四 取消")
    assert await office.seen(1) == {"岳麓区-张三": "staff"}
    assert "通知 1 没有发给“王五”" in await office.staff_room("周敏", "/回执 1 王五 电话")


async def test_pasted_talk_brings_receipts_and_the_same_twice_brings_no_more(office: Office) -> None:
    await office.sent_notice()
    paste = f"/录入 {GROUP}\n张三 2020-02-10 08:05:00\n收到\n李四 2020-02-10 08:06:00\n收到"
    office.clock.advance(1800)
    await office.staff_room("周敏", paste)
    await office.staff_room("周敏", paste)
    assert await office.seen(1) == {"岳麓区-张三": "room", "岳麓区-李四": "room"}


# --- whatever the order ----------------------------------------------------------------------------------------------


async def _ledger(office: Office) -> dict[str, tuple[str, datetime]]:
    async with office.store.read() as session:
        found = await notices.numbered(session, office.bot.office_id, 1)
        assert found is not None
        entries = await notices.ledger(session, found.id)
    return {e.name: (e.seen.route, e.seen.said_at) for e in entries if e.seen is not None}


def _talk(office: Office) -> list[Message]:
    """What people say to a notice: twice, by several ways, taken back, by accounts nobody knows."""
    say: Callable[..., Message] = office.message
    first = say("张三", "收到")
    taken = say("王五", "收到")
    return [
        first,
        say("zhang@x.test", "收到，谢谢", None, "mail"),
        say("张三", "好的收到"),
        say("李四", "收到，36.5 健康"),
        say("李四", "没收到附件"),
        taken,
        say("王五", "", kind=MessageKind.RECALL, recalls=taken.external_id),
        say("zhao@x.test", "收到", None, "mail"),
        say("赵六", "已阅", OTHER),
        say("13900010007", "收到", None, "sms"),
        say("欧阳静", "收到 1"),
        say("某某某", "收到"),
    ]


@pytest.mark.parametrize("seed", range(12))
async def test_the_ledger_is_the_same_in_whatever_order_and_however_often_messages_come(
    store: Store, clock: VirtualClock, seed: int
) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL, sms=SMS, page=PAGE).open()
    for name in ("张三", "李四", "王五", "欧阳静"):
        await office.say(name, "早")
    await office.say("赵六", "早", OTHER)
    await office.sent_notice()
    talk = _talk(office)
    expected = {
        "张三": ("room", talk[0].sent_at),
        "李四": ("room", talk[3].sent_at),
        "赵六": ("private", talk[7].sent_at),
        "孙七": ("private", talk[9].sent_at),
        "欧阳静": ("room", talk[10].sent_at),
    }
    chance = random.Random(seed)
    played = [message for message in talk for _ in range(chance.randint(1, 3))]
    chance.shuffle(played)
    for message in played:
        await office.bot.inbox.accept(message)
        if chance.random() < 0.4:
            await office.work()
        if chance.random() < 0.1:
            await office.start()
    await office.work()
    assert await _ledger(office) == expected


async def test_reading_all_again_changes_nothing(office: Office) -> None:
    await office.staff_room("周敏", DRAFT)
    await office.say("谭芳", "/批准 1", STAFF_ROOM)
    for message in _talk(office):
        await office.bot.inbox.accept(message)
    await office.work()
    before = await _ledger(office)
    async with office.store.begin() as session:
        await session.execute(update(Kept).where(Kept.outcome == "read").values(handled_at=None))
    await office.work()
    assert await _ledger(office) == before


async def test_a_reminder_that_waits_is_called_off_by_the_answer(office: Office) -> None:
    await office.staff_room("周敏", "/通知 岳麓区 代表\n标题：材料\n截止：2月12日 12:00\n\n请交材料。")
    await office.say("周敏", "/批准 1", STAFF_ROOM)
    office.channels["mail"].connected = False
    await office.wait(30)
    await office.say("zhang@x.test", "收到", None, "mail")
    office.channels["mail"].connected = True
    assert [d for name, d in await office.work() if name == "mail"] == []
