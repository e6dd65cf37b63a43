"""The wechaty channel against a gateway that does what real ones do at times and the npm mock never does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from grpclib.const import Status

from bot.channels.wechaty import WechatyChannel
from bot.channels.wechaty.wire import Connection
from bot.clock import Clock, SystemClock, VirtualClock
from bot.errors import BotError, ChannelUnavailable, DeliveryRefused, DeliveryUnknown, SettingsError
from bot.messages import Attachment, Conversation, Dispatch, Mention, MessageKind
from tests.eventually import eventually
from tests.fakes import wechaty_gateway as wire
from tests.fakes.clock import HastyClock
from tests.fakes.intake import MemoryIntake
from tests.fakes.wechaty_gateway import ROOM, SELF, FakeGateway


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with FakeGateway() as running:
        yield running


@asynccontextmanager
async def receiving(
    gateway: FakeGateway, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[tuple[WechatyChannel, MemoryIntake]]:
    """A channel that receives from the gateway, connected or not."""
    channel = WechatyChannel(gateway.settings(**settings), clock or SystemClock())
    intake = MemoryIntake()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(channel.receive(intake))
        yield channel, intake
        task.cancel()


@asynccontextmanager
async def connected(
    gateway: FakeGateway, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[tuple[WechatyChannel, MemoryIntake]]:
    async with receiving(gateway, clock, **settings) as (channel, intake):
        await eventually(lambda: channel.standing.connected)
        yield channel, intake


def post(text: str = "请上报", **more: Any) -> Dispatch:
    given: dict[str, Any] = {"id": 1, "conversation": Conversation(external_id=ROOM), "text": text}
    return Dispatch(**given | more)


# ── hearing ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("timestamp", "sent_at"),
    [
        pytest.param(1_581_292_800, datetime(2020, 2, 10, tzinfo=UTC), id="seconds"),
        pytest.param(1_581_292_800_500, datetime(2020, 2, 10, 0, 0, 0, 500_000, tzinfo=UTC), id="milliseconds"),
    ],
)
async def test_times_are_understood_in_seconds_and_milliseconds(
    gateway: FakeGateway, timestamp: int, sent_at: datetime
) -> None:
    async with connected(gateway) as (_, intake):
        gateway.say("36.5", timestamp=timestamp)
        await eventually(lambda: intake.messages)
    assert intake.messages[0].sent_at == sent_at


@pytest.mark.parametrize("timestamp", [0, 5, 2**64 - 1])
async def test_a_time_that_cannot_be_is_replaced_by_that_of_hearing(gateway: FakeGateway, timestamp: int) -> None:
    before = SystemClock().now()
    async with connected(gateway) as (_, intake):
        gateway.say("36.5", timestamp=timestamp)
        await eventually(lambda: intake.messages)
    assert before <= intake.messages[0].sent_at <= SystemClock().now()


@pytest.mark.parametrize(
    "text",
    [
        "7001",
        "<sysmsg type='revokemsg'><revokemsg><msgid>1</msgid><newmsgid>7001</newmsgid></revokemsg></sysmsg>",
        "wxid_1:\n<sysmsg type='revokemsg'><newmsgid><![CDATA[7001]]></newmsgid></sysmsg>",
    ],
)
async def test_a_recall_is_understood_in_each_form(gateway: FakeGateway, text: str) -> None:
    async with connected(gateway) as (_, intake):
        gateway.say(text, type=13)
        await eventually(lambda: intake.messages)
    assert (intake.messages[0].kind, intake.messages[0].recalls) == (MessageKind.RECALL, "7001")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "张三撤回了一条消息 36.5",
        '<!DOCTYPE x [<!ENTITY a "7001">]><sysmsg><newmsgid>&a;</newmsgid></sysmsg>',
    ],
)
async def test_a_recall_of_what_is_not_told_takes_back_nothing(gateway: FakeGateway, text: str) -> None:
    async with connected(gateway) as (_, intake):
        gateway.say(text, type=13)
        await eventually(lambda: intake.messages)
    assert (intake.messages[0].kind, intake.messages[0].recalls) == (MessageKind.RECALL, None)


@pytest.mark.parametrize("number", [0, 3, 5, 14, 16, 99])
async def test_a_message_of_any_other_type_is_kept(gateway: FakeGateway, number: int) -> None:
    async with connected(gateway) as (_, intake):
        gateway.say("<msg/>", type=number)
        await eventually(lambda: intake.messages)
    assert (intake.messages[0].kind, intake.messages[0].text) == (MessageKind.OTHER, "<msg/>")


async def test_events_that_make_no_sense_are_passed_over(gateway: FakeGateway) -> None:
    async with connected(gateway) as (_, intake):
        for nonsense in ("", "{", "[]", "null", '{"messageId": 7}', '{"messageId": ""}'):
            gateway.emit(wire.MESSAGE, nonsense)
        gateway.emit(wire.DIRTY, {"payloadType": "room", "payloadId": None})
        gateway.emit(4711, {})
        gateway.say("36.5")
        await eventually(lambda: intake.messages)
    assert intake.texts() == ["36.5"]
    assert intake.gaps == []


async def test_a_payload_that_comes_late_keeps_its_place(gateway: FakeGateway) -> None:
    gateway.missing["m1"] = 3
    async with connected(gateway, HastyClock()) as (_, intake):
        gateway.say("一")
        gateway.say("二")
        await eventually(lambda: len(intake.messages) == 2)
    assert intake.texts() == ["一", "二"]


async def test_a_message_whose_payload_never_comes_is_handed_in_all_the_same(gateway: FakeGateway) -> None:
    gateway.missing["m1"] = 1_000
    async with connected(gateway, HastyClock()) as (_, intake):
        gateway.say("听不到")
        gateway.say("36.5")
        await eventually(lambda: len(intake.messages) == 2)
    lost = next(message for message in intake.messages if message.external_id == "m1")
    assert (lost.kind, lost.text, lost.sender.external_id) == (MessageKind.OTHER, "", "")


async def test_a_message_heard_of_before_an_outage_is_fetched_after_it(gateway: FakeGateway) -> None:
    gateway.silent.add("MessagePayload")
    async with connected(gateway) as (channel, intake):
        for number in range(50):  # more than are fetched at a time
            gateway.say(str(number))
        await eventually(lambda: gateway.calls["MessagePayload"] > 30)
        await gateway.stop()
        gateway.silent.clear()
        await gateway.start()
        await eventually(lambda: len(intake.messages) > 30)
        assert channel.standing.connected
        assert len(intake.gaps) == 1
    assert intake.texts() == [str(number) for number in range(len(intake.messages))]


async def test_a_slow_group_holds_up_no_other_and_keeps_its_order(gateway: FakeGateway) -> None:
    gateway.topics["room-2@chatroom"] = "另一个群"
    async with connected(gateway) as (_, intake):
        intake.hold(ROOM)
        for number in range(50):
            gateway.say(f"慢 {number}")
            gateway.say(f"快 {number}", room_id="room-2@chatroom")
        await eventually(lambda: len(intake.messages) == 50)
        assert intake.texts() == [f"快 {number}" for number in range(50)]
        intake.release(ROOM)
        await eventually(lambda: len(intake.messages) == 100)
    assert intake.texts(ROOM) == [f"慢 {number}" for number in range(50)]


async def test_what_is_not_accepted_yet_waits_at_the_gateway(gateway: FakeGateway) -> None:
    async with connected(gateway) as (_, intake):
        intake.hold(ROOM)
        for number in range(1_200):
            gateway.say(str(number))
        await eventually(lambda: gateway.calls["MessagePayload"] > 1_000)
        assert gateway.calls["MessagePayload"] < 1_100
        intake.release(ROOM)
        await eventually(lambda: len(intake.messages) == 1_200, within=10)
    assert intake.texts() == [str(number) for number in range(1_200)]


async def test_names_are_asked_for_once(gateway: FakeGateway) -> None:
    async with connected(gateway) as (_, intake):
        for _ in range(20):
            gateway.say("36.5")
        await eventually(lambda: len(intake.messages) == 20)
        await eventually(lambda: intake.met and intake.rooms)  # the group, and its other member
    assert gateway.calls["RoomMemberPayload"] == 2
    assert gateway.calls["RoomPayload"] == 1


async def test_a_name_that_cannot_be_told_holds_nothing_up(gateway: FakeGateway) -> None:
    gateway.failures = {"RoomMemberPayload": Status.INTERNAL, "RoomPayload": Status.INTERNAL}
    async with connected(gateway) as (_, intake):
        gateway.say("36.5")
        await eventually(lambda: intake.messages)
        gateway.failures = {}
        gateway.say("36.6")
        await eventually(lambda: len(intake.messages) == 2)
    assert [message.sender.name for message in intake.messages] == ["", "长沙-张三"]


async def test_a_file_that_cannot_be_fetched_leaves_its_message(gateway: FakeGateway) -> None:
    gateway.failures["MessageFileStream"] = Status.INTERNAL
    async with connected(gateway, HastyClock()) as (_, intake):
        gateway.say("", type=1, filename="名单.xlsx")
        await eventually(lambda: intake.messages)
    [message] = intake.messages
    assert (message.kind, message.text, message.attachment) == (MessageKind.FILE, "名单.xlsx", None)


async def test_an_image_without_an_ending_is_an_image(gateway: FakeGateway) -> None:
    gateway.offer("m1", "图片", b"\xff\xd8")
    async with connected(gateway) as (_, intake):
        gateway.say("", type=6)
        await eventually(lambda: intake.messages)
    expected = Attachment(name="图片", media_type="image/jpeg", content=b"\xff\xd8")
    assert intake.messages[0].attachment == expected


# ── speaking ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_mention_ids_go_to_the_gateway_and_names_into_the_text(gateway: FakeGateway) -> None:
    mentions = (Mention(name="张三", external_id="c1"), Mention(name="李四"))
    async with connected(gateway) as (channel, _):
        await channel.send(post("还没上报", mentions=mentions))
    [request] = gateway.sent
    assert (request.text, request.mentonal_ids) == ("@长沙-张三\u2005@李四\u2005还没上报", ["c1"])


async def test_an_echo_that_comes_before_the_answer_is_known(gateway: FakeGateway) -> None:
    async with connected(gateway) as (channel, intake):
        message_id = await channel.send(post(id=42))
        await eventually(intake.echoes)
    assert [(echo.external_id, echo.dispatch_id) for echo in intake.echoes()] == [(message_id, 42)]


async def test_two_posts_of_the_same_words_have_an_echo_each(gateway: FakeGateway) -> None:
    async with connected(gateway) as (channel, intake):
        await channel.send(post(id=1))
        await channel.send(post(id=2))
        await eventually(lambda: len(intake.echoes()) == 2)
    assert [echo.dispatch_id for echo in intake.echoes()] == [1, 2]


async def test_what_somebody_says_with_the_account_itself_is_an_echo_of_no_post(gateway: FakeGateway) -> None:
    async with connected(gateway) as (_, intake):
        gateway.say("我用手机说一句", SELF)
        await eventually(intake.echoes)
    assert intake.echoes()[0].dispatch_id is None


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (Status.UNKNOWN, DeliveryRefused),  # what the Node gateway makes of a puppet that throws
        (Status.INTERNAL, DeliveryRefused),
        (Status.RESOURCE_EXHAUSTED, DeliveryRefused),
        (Status.UNAUTHENTICATED, ChannelUnavailable),
        (Status.UNAVAILABLE, DeliveryUnknown),
        (Status.DEADLINE_EXCEEDED, DeliveryUnknown),
    ],
)
async def test_an_answer_says_whether_a_post_may_be_tried_again(
    gateway: FakeGateway, status: Status, error: type[BotError]
) -> None:
    gateway.failures["MessageSendText"] = status
    async with connected(gateway) as (channel, _):
        with pytest.raises(error, match=status.name):
            await channel.send(post())


async def test_a_post_that_is_never_answered_may_have_gone_out(gateway: FakeGateway) -> None:
    gateway.silent.add("MessageSendText")
    async with connected(gateway, call_timeout_seconds=0.2) as (channel, intake):
        with pytest.raises(DeliveryUnknown):
            await channel.send(post(id=3))
        await eventually(intake.echoes)
    assert intake.echoes()[0].dispatch_id == 3  # and this is how one comes to know that it has


async def test_a_post_whose_connection_breaks_may_have_gone_out(gateway: FakeGateway) -> None:
    gateway.silent.add("MessageSendText")
    async with connected(gateway) as (channel, _), asyncio.TaskGroup() as group:
        sending = group.create_task(_outcome(channel.send(post())))
        await eventually(lambda: gateway.sent)
        await gateway.stop()
    assert isinstance(sending.result(), DeliveryUnknown)


async def test_a_post_before_any_connection_has_not_gone_out(gateway: FakeGateway) -> None:
    channel = WechatyChannel(gateway.settings(), SystemClock())
    with pytest.raises(ChannelUnavailable, match="连不上网关"):
        await channel.send(post())


async def test_a_post_to_a_group_not_met_yet_waits(gateway: FakeGateway) -> None:
    async with connected(gateway) as (channel, _):
        with pytest.raises(ChannelUnavailable, match="还没认出这个群"):
            await channel.send(post(conversation=Conversation(external_id="", name="新群")))
    assert gateway.sent == []


async def test_a_file_above_the_limit_is_refused_in_words_staff_understand(gateway: FakeGateway) -> None:
    big = Attachment(name="录像.mp4", media_type="video/mp4", content=bytes(3_000_001))
    async with connected(gateway) as (channel, _):
        with pytest.raises(DeliveryRefused, match=r"最多能发 3\.0 MB"):
            await channel.send(post(attachment=big))
    assert gateway.sent == []


async def test_where_the_file_went_and_the_text_did_not_nobody_tries_again(gateway: FakeGateway) -> None:
    gateway.failures["MessageSendText"] = Status.INTERNAL
    file = Attachment(name="汇总.xlsx", media_type="application/octet-stream", content=b"x")
    async with connected(gateway) as (channel, _):
        with pytest.raises(DeliveryUnknown, match="文件已经发出"):
            await channel.send(post(attachment=file))
    [request] = gateway.sent
    assert json.loads(request.filebox) == {"boxType": 1, "name": "汇总.xlsx", "base64": "eA=="}


async def test_text_that_no_wire_can_carry_is_sent_with_question_marks(gateway: FakeGateway) -> None:
    async with connected(gateway) as (channel, _):
        await channel.send(post("体温 \ud800 36.5"))
    assert gateway.sent[0].text == "体温 ? 36.5"


# ── keeping the line ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_stream_that_ends_without_a_word_is_opened_again_and_the_gap_noted(gateway: FakeGateway) -> None:
    async with connected(gateway) as (channel, intake):
        gateway.end_stream()
        await eventually(lambda: intake.gaps)
        assert channel.standing.connected
        gateway.say("36.5")
        await eventually(lambda: intake.messages)
    assert gateway.calls["Stop"] == 0


async def test_a_held_stream_is_taken_by_one_stop_after_three_refusals(
    gateway: FakeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.held = True
    async with connected(gateway):
        assert (gateway.calls["Event"], gateway.calls["Stop"]) == (4, 1)
        gateway.end_stream()
        await eventually(lambda: not gateway.followed)
        gateway.held = True
        await eventually(lambda: gateway.calls["Event"] >= 10)
    assert gateway.calls["Stop"] == 1  # two bots on one token do not log the account out in turns
    assert "no second bot" in caplog.text


async def test_a_gateway_that_shows_no_sign_of_life_is_given_up(gateway: FakeGateway) -> None:
    async with connected(gateway, keepalive_seconds=0.05, keepalive_timeout_seconds=0.5) as (channel, intake):
        gateway.silent.add("Version")
        await eventually(lambda: intake.gaps)
        gateway.silent.clear()
        await eventually(lambda: gateway.followed)
        gateway.say("36.5")
        await eventually(lambda: intake.texts() == ["36.5"])
        await eventually(lambda: channel.standing.connected)


async def test_a_gateway_that_does_not_know_the_probe_is_alive(gateway: FakeGateway) -> None:
    gateway.failures["Version"] = Status.UNIMPLEMENTED
    async with connected(gateway, keepalive_seconds=0.01) as (_, intake):
        await eventually(lambda: gateway.calls["Version"] > 5)
    assert intake.gaps == []


async def test_logged_out_is_not_connected_and_a_gap(gateway: FakeGateway) -> None:
    async with connected(gateway) as (channel, intake):
        gateway.emit(wire.LOGOUT, {"contactId": SELF, "data": ""})
        await eventually(lambda: not channel.standing.connected)
        assert channel.standing.detail == "网关已连上，微信账号没有登录"
        gateway.emit(wire.SCAN, {"qrcode": "https://example.org", "status": 2})
        gateway.emit(wire.LOGIN, {"contactId": SELF})
        await eventually(lambda: channel.standing.connected)
        await eventually(lambda: intake.gaps)


async def test_a_gateway_that_tells_no_login_is_believed_where_the_settings_say_who_the_bot_is(
    gateway: FakeGateway,
) -> None:
    gateway.logged_in = False
    async with connected(gateway, self_id=SELF) as (channel, intake):
        await channel.send(post())
        await eventually(intake.echoes)


async def test_groups_are_made_known_again_after_each_login(gateway: FakeGateway) -> None:
    async with connected(gateway) as (_, intake):
        await eventually(lambda: intake.rooms == {ROOM: "代表群"})
        gateway.emit(wire.LOGOUT, {"contactId": SELF, "data": ""})
        gateway.topics = {"room-9@chatroom": "换了编号的群"}
        gateway.emit(wire.LOGIN, {"contactId": SELF})
        await eventually(lambda: intake.rooms.get("room-9@chatroom") == "换了编号的群")


async def test_groups_that_were_not_told_are_asked_for_again(gateway: FakeGateway) -> None:
    gateway.failures["RoomPayload"] = Status.INTERNAL
    async with connected(gateway, HastyClock()) as (_, intake):
        await eventually(lambda: gateway.calls["RoomPayload"])
        gateway.failures.clear()
        await eventually(lambda: intake.rooms == {ROOM: "代表群"})


async def test_without_a_login_it_is_not_connected(gateway: FakeGateway) -> None:
    gateway.logged_in = False
    async with receiving(gateway) as (channel, _):
        await eventually(lambda: channel.standing.detail.startswith("网关已连上"))
        assert not channel.standing.connected


async def test_a_start_that_waits_for_its_gateway_is_a_gap(gateway: FakeGateway) -> None:
    await gateway.stop()
    clock = VirtualClock(datetime(2020, 2, 10, tzinfo=UTC))
    async with receiving(gateway, clock) as (channel, intake):
        await eventually(lambda: clock.now() > datetime(2020, 2, 10, 0, 5, tzinfo=UTC))
        await gateway.start()
        await eventually(lambda: intake.gaps)
        assert channel.standing.connected
    assert intake.gaps[0].began_at == datetime(2020, 2, 10, tzinfo=UTC)


async def test_a_refused_token_is_not_hammered_and_never_logged(
    gateway: FakeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    async with receiving(gateway, token="wrong-secret") as (channel, _):
        await eventually(lambda: gateway.calls["Start"] >= 5)
    assert not channel.standing.connected
    assert "wrong-secret" not in caplog.text
    assert caplog.text.count("UNAUTHENTICATED") == 1  # the same reason is logged once


async def test_a_cancellation_that_meets_the_end_of_the_connection_is_not_lost(gateway: FakeGateway) -> None:
    gateway.silent = {"RoomMemberList"}
    connection = Connection(gateway.settings(), None)
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(connection.members(ROOM))
        await eventually(lambda: gateway.calls["RoomMemberList"])
        connection.close()
        asking.cancel()
    assert asking.cancelled()


async def test_a_certificate_that_cannot_be_read_is_told_as_a_fault_of_the_settings(
    gateway: FakeGateway, tmp_path: Path
) -> None:
    for file in (tmp_path / "none.pem", Path(__file__)):
        with pytest.raises(SettingsError, match="读不出网关的证书"):
            WechatyChannel(gateway.settings(tls=True, tls_ca_file=file), SystemClock())


async def _outcome(call: Any) -> object:
    try:
        return await call
    except BotError as exc:
        return exc
