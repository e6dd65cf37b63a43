"""Kept first, handled once; a message that fails stops nobody; who spoke is never guessed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import VirtualClock, day_of
from bot.daybook import room_day
from bot.heard import Heard
from bot.inbox import Inbox
from bot.messages import MessageKind
from bot.records import Record
from bot.reports.tally import RoomDay
from bot.settings import OfficeSettings
from handlers import HANDLERS
from storage import Store, messages, records, rooms
from storage.tables import Message as KeptMessage
from tests.office import GROUP, OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    return await open_office(store, clock, settings_for(), real())


async def day(office: Office, room: str = GROUP) -> RoomDay:
    async with office.bot.store.read() as session:
        found = await rooms.by_name(session, office.bot.office_id, None, room)
        assert found is not None
        return await room_day(session, found, day_of(office.clock.now()))


async def reported(office: Office, room: str = GROUP) -> list[str]:
    return [known.name for known in (await day(office, room)).reported]


async def kept(office: Office, external_id: str, channel: str = "group") -> KeptMessage:
    async with office.bot.store.read() as session:
        found = await messages.by_external_id(session, office.bot.office_id, channel, external_id)
        assert found is not None
        return found


async def test_a_report_counts(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    assert await reported(office) == ["张三"]


async def test_a_message_seen_twice_counts_once(office: Office) -> None:
    await office.say("张三", "建议给环卫工人配发口罩", id="x")
    await office.say("张三", "建议给环卫工人配发口罩", id="x")
    assert (await day(office)).suggestions == 1


async def test_a_message_is_kept_before_anything_reads_it(store: Store, clock: VirtualClock) -> None:
    office = await open_office(store, clock, settings_for(), real())
    assert await office.bot.inbox.accept(office.message("张三", "36.5 健康", id="x"))
    assert not await office.bot.inbox.accept(office.message("张三", "36.5 健康", id="x"))
    assert (await kept(office, "x")).handled_at is None
    again = await open_office(store, clock, settings_for(), real())  # the process was killed and started anew
    await again.bot.inbox.handle_waiting()
    assert await reported(again) == ["张三"]


class Failing:
    """Fails on one message as often as it is told."""

    def __init__(self, times: int) -> None:
        self.times = times

    async def heard(self, text: str, heard: Heard) -> Sequence[Record]:
        if "地雷" in text and self.times > 0:
            self.times -= 1
            raise RuntimeError(f"cannot read {text}")
        return await real().heard(text, heard)


def failing_inbox(office: Office, times: int) -> Inbox:
    bot = office.bot
    read = Failing(times).heard
    return Inbox(bot.store, office.clock, bot.settings, bot.office_id, read=read, handlers=HANDLERS, put=bot.outbox.put)


async def test_a_message_that_fails_stops_nobody_and_is_tried_again(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = failing_inbox(office, times=1)
    for who, text in (("张三", "地雷 36.5 健康"), ("李四", "36.6 健康")):
        office.clock.advance(1)
        await inbox.accept(office.message(who, text, id=who))
    await inbox.handle_waiting()
    assert await reported(office) == ["李四"]
    failed = await kept(office, "张三")
    assert (failed.error, failed.attempts, failed.handled_at) == ("RuntimeError", 1, None)
    assert "地雷" not in caplog.text  # nobody's words reach a log
    office.clock.advance(61)
    await inbox.handle_waiting()
    assert await reported(office) == ["张三", "李四"]
    assert (await kept(office, "张三")).error == ""


async def test_a_message_that_always_fails_is_left_for_a_person(office: Office) -> None:
    inbox = failing_inbox(office, times=99)
    await inbox.accept(office.message("张三", "地雷", id="x"))
    for _ in range(office.bot.settings.inbox.most_attempts + 2):
        await inbox.handle_waiting()
        office.clock.advance(4000)
    left = await kept(office, "x")
    assert (left.outcome, left.attempts) == ("failed", office.bot.settings.inbox.most_attempts)
    async with office.bot.store.read() as session:
        assert [m.external_id for m in await messages.failed(session, office.bot.office_id)] == ["x"]


async def test_what_a_failed_handling_wrote_is_undone(office: Office) -> None:
    handlers = dict(HANDLERS)

    async def breaks(record: Record, heard: Heard, session: object) -> Sequence[object]:
        raise RuntimeError("after the health record was written")

    handlers["suggestion"] = breaks  # type: ignore[assignment]  # it never returns
    bot = office.bot
    inbox = Inbox(
        bot.store,
        office.clock,
        bot.settings,
        bot.office_id,
        read=real().heard,
        handlers=handlers,
        put=bot.outbox.put,
    )
    await inbox.accept(office.message("张三", "38.5，咳嗽。建议给村医配发额温枪"))
    await inbox.handle_waiting()
    assert await reported(office) == []
    assert await office.heard() == []


async def test_a_recalled_message_takes_back_what_it_reported(office: Office) -> None:
    first = await office.say("张三", "38.5 咳嗽")
    assert [known.name for known in (await day(office)).unwell] == ["张三"]
    await office.say("张三", "", kind=MessageKind.RECALL, recalls=first)
    assert await reported(office) == []


async def test_a_recall_that_comes_before_its_message_still_holds(office: Office) -> None:
    await office.say("张三", "", kind=MessageKind.RECALL, recalls="later")
    await office.say("张三", "38.5 咳嗽", id="later")
    assert await reported(office) == []
    assert await office.heard() == []


async def test_the_earlier_report_stands_again_when_the_later_is_recalled(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    second = await office.say("张三", "38.5 咳嗽")
    await office.say("张三", "", kind=MessageKind.RECALL, recalls=second)
    found = await day(office)
    assert [known.name for known in found.reported] == ["张三"]
    assert not found.unwell


@pytest.mark.parametrize(
    "nickname",
    ["长沙-张三", "张三(岳麓区)", "张三（岳麓）", "岳麓区 张三", "张三代表", "岳麓区张三", "张　三"],
)
async def test_a_group_nickname_that_can_be_only_one_person_binds_at_once(office: Office, nickname: str) -> None:
    await office.say(nickname, "36.5 健康", account="wx1")
    assert await reported(office) == ["张三"]


async def test_an_alias_binds_at_once(office: Office) -> None:
    await office.say("老李", "36.5 健康", account="wx1")
    assert await reported(office) == ["李四"]


@pytest.mark.parametrize("nickname", ["三哥", "张", "张三丰", "小张三", "张三李四"])
async def test_a_name_that_could_be_anybody_waits_and_counts_for_nobody(office: Office, nickname: str) -> None:
    await office.say(nickname, "36.5 健康", account="wx1")
    assert await reported(office) == []
    (answer,) = await office.ask("周敏", "/绑定", STAFF_ROOM)
    assert nickname in answer.text


async def test_namesakes_are_told_apart_by_their_unit_or_not_at_all(office: Office) -> None:
    await office.say("王五", "36.5 健康", OTHER, account="wx-a")
    assert await reported(office, OTHER) == ["王五"]
    assert await reported(office) == []
    await office.say("王五", "37.9", None, account="wx-b")  # privately: which of the two?
    assert not (await day(office)).reported


async def test_reports_of_unknown_people_count_from_the_binding_on(office: Office) -> None:
    await office.say("三哥", "36.5 健康。建议给村医配发额温枪", account="wx1")
    assert await reported(office) == []
    (answer,) = await office.ask("周敏", "/绑定 三哥 张三")
    assert "张三" in answer.text
    await office.bot.inbox.handle_waiting()
    assert await reported(office) == ["张三"]
    assert (await day(office)).suggestions == 1
    await office.say("三哥", "37.5 咳嗽", account="wx1")
    assert [known.name for known in (await day(office)).unwell] == ["张三"]


async def test_a_bound_accounts_name_may_change(office: Office) -> None:
    await office.say("张三", "36.5 健康", account="wx1")
    await office.say("我爱长沙🌸", "37.6 咳嗽", account="wx1")
    assert [known.name for known in (await day(office)).unwell] == ["张三"]


async def test_a_second_account_in_the_name_of_staff_has_no_rights_until_confirmed(office: Office) -> None:
    await office.ask("周敏", "/帮助")
    await office.say("周敏", "/异常", account="wx-impostor")
    said = await office.heard()
    assert not any("异常" in dispatch.text and "没有异常" in dispatch.text for dispatch in said)
    async with office.bot.store.read() as session:
        waiting = await messages.waiting(session, office.bot.office_id)
    assert waiting == 0


async def test_a_group_nobody_configured_is_kept_and_read_once_it_is(store: Store, clock: VirtualClock) -> None:
    settings = settings_for()
    without = replace(settings, rooms=settings.rooms[1:])
    office = await open_office(store, clock, without, real())
    await office.say("张三", "36.5 健康", GROUP, id="x")
    assert (await kept(office, "x")).outcome == "unknown_room"
    again = await open_office(store, clock, settings, real())
    await again.bot.inbox.handle_waiting()
    assert await reported(again) == ["张三"]


async def test_a_group_whose_id_changed_is_known_by_its_name(office: Office) -> None:
    await office.say("张三", "36.5 健康")
    message = office.message("李四", "36.6 健康")
    await office.bot.inbox.accept(
        replace(message, conversation=replace(message.conversation, external_id="room-after-a-new-login"))
    )
    await office.bot.inbox.handle_waiting()
    assert await reported(office) == ["张三", "李四"]


async def test_what_the_bot_itself_said_reports_nothing(office: Office) -> None:
    message = replace(office.message("张三", "例：张三 36.5 健康"), from_self=True)
    await office.bot.inbox.accept(message)
    await office.bot.inbox.handle_waiting()
    assert await reported(office) == []


async def test_two_workers_on_one_store_handle_each_message_once(store: Store, clock: VirtualClock) -> None:
    one = await open_office(store, clock, settings_for(), real())
    two = await open_office(store, clock, settings_for(), real())
    for number in range(20):
        await one.bot.inbox.accept(one.message("张三", f"建议{'修' * (number + 2)}第{number}号桥和{number}号路"))
    await asyncio.gather(one.bot.inbox.handle_waiting(), two.bot.inbox.handle_waiting())
    async with store.read() as session:
        room = await rooms.by_name(session, one.bot.office_id, None, GROUP)
        assert room is not None
        found = await records.of_rooms(session, [room.id], day_of(clock.now()), day_of(clock.now()))
    assert len({record.message_id for record in found}) == len(found)
    async with store.read() as session:
        assert await messages.waiting(session, one.bot.office_id) == 0


HOSTILE = {
    "one megabyte": "很" * 350_000,
    "a long run": "建议" + "很" * 200_000,
    "digits": "1" * 100_000 + "℃",
    "nul": "36.5\0健康",
    "lone surrogate": "36.5 \ud800 健康",
    "right to left": "\u202e5.63 健康",
    "zero width": "36\u200b.5 健康",
    "long chain": "#接龙\n健康\n\n" + "\n".join(f"{n}. 某人{n} 36.5 正常" for n in range(1, 2001)),
    "sql": "'); DROP TABLE messages; --",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "format": "%s%n{0}{{7*7}}${7*7}",
    "ansi": "\x1b[31m36.5\x1b[0m 健康\r",
    "brackets": "（" * 5000,
    "slashes": "/" * 5000,
    "emoji": "👨‍👩‍👧‍👦" * 3000,
    "empty": "",
    "blank": " \n\t　",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
async def test_no_text_stops_the_bot_and_each_is_kept(office: Office, text: str) -> None:
    await office.say("张三", text, id="hostile")
    left = await kept(office, "hostile")
    assert (left.error, left.outcome) == ("", "read")
    await office.say("李四", "36.5 健康")
    assert "李四" in await reported(office)


@pytest.mark.parametrize(
    "name", ["'); DROP TABLE people; --", "<b>张三</b>", "{{7*7}}", "\u202e三张", "=1+1", "a" * 500, "\0", "\ud800", ""]
)
async def test_no_name_stops_the_bot(office: Office, name: str) -> None:
    await office.say(name, "36.5 健康", id="hostile", account="wx-odd")
    assert (await kept(office, "hostile")).outcome == "read"
    assert await reported(office) == []


async def test_a_report_after_midnight_belongs_to_the_day_before_where_the_office_says_so(
    store: Store, clock: VirtualClock
) -> None:
    settings = settings_for()
    settings = replace(settings, office=replace(settings.office, day_cutoff_hour=4))
    office = await open_office(store, clock, settings, real())
    clock.advance_to(clock.now() + timedelta(hours=18))  # two at night
    await office.say("张三", "36.5 健康")
    async with store.read() as session:
        room = await rooms.by_name(session, office.bot.office_id, None, GROUP)
        assert room is not None
        assert len((await room_day(session, room, day_of(clock.now(), 4))).reported) == 1
    assert day_of(clock.now(), 4) == day_of(clock.now()) - timedelta(days=1)


async def test_a_command_may_stand_behind_the_name_that_the_office_gave_the_bot(
    store: Store, clock: VirtualClock
) -> None:
    settings = settings_for(office=OfficeSettings(bot_name="省人大小助手"))
    office = await open_office(store, clock, settings, real())
    assert await office.ask("周敏", "@省人大小助手 /汇总", STAFF_ROOM)
    assert await office.ask("周敏", "@别的助手 /汇总", STAFF_ROOM) == []
