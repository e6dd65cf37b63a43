"""The self-built application of WeCom: callbacks in, messages out, and the access token between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web

from bot.channels.wecom import WecomAppChannel
from bot.clock import VirtualClock
from bot.errors import BotError, ChannelUnavailable, DeliveryRefused, DeliveryUnknown
from bot.messages import Attachment, Conversation, Dispatch, Mention, MessageKind
from tests.eventually import eventually
from tests.fakes import wecom
from tests.fakes.intake import BrokenIntake, MemoryIntake
from tests.fakes.wecom import FakeWecom

ZHANG: Final = Conversation(external_id="zhangsan", private=True)
NOW: Final = datetime(2020, 2, 10, tzinfo=UTC)


class Desk:
    """A receiving application, its address, and the platform that calls there."""

    def __init__(
        self, channel: WecomAppChannel, intake: MemoryIntake, url: str, session: aiohttp.ClientSession
    ) -> None:
        self.channel, self.intake = channel, intake
        self._url, self._session = url, session

    async def post(self, body: bytes, query: dict[str, str]) -> int:
        async with self._session.post(self._url, params=query, data=body) as response:
            assert await response.read() == b""
            return response.status

    async def call(self, plain: bytes, nonce: str = "n1", at: datetime = NOW, **keys: str) -> int:
        """Sends a callback as the platform does."""
        token = keys.pop("token", wecom.TOKEN)
        sealed = wecom.seal(plain, **keys)
        return await self.post(wecom.envelope(sealed), wecom.query(sealed, at, nonce, token))

    async def verify(self, query: dict[str, str]) -> tuple[int, bytes]:
        async with self._session.get(self._url, params=query) as response:
            return response.status, await response.read()


@pytest.fixture
async def platform(clock: VirtualClock) -> AsyncIterator[FakeWecom]:
    async with FakeWecom(clock) as running:
        yield running


@asynccontextmanager
async def serving(channel: WecomAppChannel) -> AsyncIterator[str]:
    """The channel's address on a server of its own."""
    app = web.Application()
    channel.attach(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, lingering_time=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/wecom/wecom_app"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def receiving(
    platform: FakeWecom, clock: VirtualClock, intake: MemoryIntake | None = None, **settings: Any
) -> AsyncIterator[Desk]:
    channel = WecomAppChannel(platform.app(**settings), clock)
    intake = intake or MemoryIntake()
    async with serving(channel) as url, aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        task = group.create_task(channel.receive(intake))
        await eventually(lambda: platform.calls["gettoken"])
        yield Desk(channel, intake, url, session)
        task.cancel()


def hurry(mood: str | int) -> dict[str, float]:
    """Waits shortly where there is nothing to wait for."""
    return {"call_timeout_seconds": 0.1} if mood == "silent" else {}


def post(text: str = "请上报", **more: Any) -> Dispatch:
    given: dict[str, Any] = {"id": 1, "conversation": ZHANG, "text": text}
    return Dispatch(**given | more)


# ── callbacks ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_member_is_heard_under_their_name(platform: FakeWecom, clock: VirtualClock) -> None:
    async with receiving(platform, clock) as desk:
        assert await desk.call(wecom.said("36.5 健康", 4561255354251345929)) == 200
    (message,) = desk.intake.messages
    assert (message.external_id, message.text, message.kind) == ("4561255354251345929", "36.5 健康", MessageKind.TEXT)
    assert (message.sender.external_id, message.sender.name) == ("zhangsan", "张三")
    assert message.conversation == ZHANG
    assert message.sent_at == NOW


async def test_a_name_is_asked_for_once(platform: FakeWecom, clock: VirtualClock) -> None:
    async with receiving(platform, clock) as desk:
        for number in range(3):
            await desk.call(wecom.said("36.5", number), nonce=str(number))
    assert platform.calls["get"] == 1


@pytest.mark.parametrize("mood", ["silent", "drop", 500, "", "off"])
async def test_a_name_that_is_not_told_holds_up_no_message(
    platform: FakeWecom, clock: VirtualClock, mood: str | int
) -> None:
    if mood == "":
        platform.codes["get"] = 60011
    elif mood != "off":
        platform.moods["get"] = mood
    async with receiving(platform, clock, None, **hurry(mood), names=mood != "off") as desk:
        assert await desk.call(wecom.said("36.5")) == 200
    assert desk.intake.messages[0].sender.name == "zhangsan"


async def test_the_same_message_brought_again_is_kept_once(platform: FakeWecom, clock: VirtualClock) -> None:
    async with receiving(platform, clock) as desk:
        for nonce in ("n1", "n2", "n3"):  # the platform brings it again under another nonce
            assert await desk.call(wecom.said("36.5", 7), nonce) == 200
    assert (len(desk.intake.messages), desk.intake.repeats) == (1, 2)
    assert desk.channel.refused == {}


async def test_messages_out_of_order_keep_their_own_times(platform: FakeWecom, clock: VirtualClock) -> None:
    async with receiving(platform, clock) as desk:
        await desk.call(wecom.said("36.8", 2, at=1581292860), "n1")
        await desk.call(wecom.said("36.5", 1, at=1581292800), "n2")
    assert [message.text for message in sorted(desk.intake.messages, key=lambda m: m.sent_at)] == ["36.5", "36.8"]


@pytest.mark.parametrize(
    ("fields", "kind", "text"),
    [
        pytest.param({"MsgType": "image", "PicUrl": "http://p", "MediaId": "m"}, MessageKind.FILE, "", id="image"),
        pytest.param({"MsgType": "voice", "MediaId": "m", "Format": "amr"}, MessageKind.FILE, "", id="voice"),
        pytest.param({"MsgType": "location", "Label": "长沙市"}, MessageKind.OTHER, "长沙市", id="place"),
        pytest.param({"MsgType": "link", "Title": "通知", "Url": "u"}, MessageKind.OTHER, "通知", id="link"),
        pytest.param({"MsgType": "new-thing"}, MessageKind.OTHER, "", id="unknown"),
        pytest.param({"MsgType": "text", "Content": "<!DOCTYPE>]]>"}, MessageKind.TEXT, "<!DOCTYPE>]]>", id="markup"),
        pytest.param({"MsgType": "text", "Content": "36\x01.5\x00"}, MessageKind.TEXT, "36.5", id="control characters"),
    ],
)  # fmt: skip
async def test_whatever_a_member_sends_is_kept(
    platform: FakeWecom, clock: VirtualClock, fields: dict[str, str], kind: MessageKind, text: str
) -> None:
    async with receiving(platform, clock) as desk:
        assert await desk.call(wecom.xml(FromUserName="zhangsan", CreateTime=1581292800, MsgId=1, **fields)) == 200
    assert [(message.kind, message.text) for message in desk.intake.messages] == [(kind, text)]


async def test_who_comes_in_can_be_spoken_to_from_then_on(platform: FakeWecom, clock: VirtualClock) -> None:
    event = wecom.xml(FromUserName="zhangsan", CreateTime=1581292800, MsgType="event", Event="enter_agent")
    async with receiving(platform, clock) as desk:
        assert await desk.call(event) == 200
    assert desk.intake.met == {"zhangsan": "张三"}
    assert desk.intake.messages == []


async def test_nothing_is_acknowledged_before_it_is_kept(platform: FakeWecom, clock: VirtualClock) -> None:
    async with receiving(platform, clock) as desk:
        desk.intake.hold("zhangsan")
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(desk.call(wecom.said("36.5")))
            await eventually(lambda: platform.calls["get"])
            assert not answer.done()
            desk.intake.release("zhangsan")
        assert answer.result() == 200


async def test_what_could_not_be_kept_may_come_again_under_the_same_nonce(
    platform: FakeWecom, clock: VirtualClock
) -> None:
    intake = BrokenIntake()
    async with receiving(platform, clock, intake) as desk:
        sealed = wecom.seal(wecom.said("36.5"))
        query = wecom.query(sealed, NOW, "n1")
        async with (
            aiohttp.ClientSession() as session,
            session.post(desk._url, params=query, data=wecom.envelope(sealed)) as response,
        ):
            assert response.status == 500
        intake.broken = False
        assert await desk.post(wecom.envelope(sealed), query) == 200
    assert (intake.texts(), desk.channel.refused) == (["36.5"], {})


async def test_before_it_receives_the_platform_is_asked_to_come_again(platform: FakeWecom, clock: VirtualClock) -> None:
    channel = WecomAppChannel(platform.app(), clock)
    async with serving(channel) as url, aiohttp.ClientSession() as session:
        desk = Desk(channel, MemoryIntake(), url, session)
        assert await desk.call(wecom.said("36.5")) == 503


# ── callbacks that are refused, and counted ─────────────────────────────────────────────────────────────────────────


async def test_a_replayed_callback_is_refused_and_counted(platform: FakeWecom, clock: VirtualClock) -> None:
    async with receiving(platform, clock) as desk:
        sealed = wecom.seal(wecom.said("36.5"))
        query = wecom.query(sealed, NOW, "n1")
        assert [await desk.post(wecom.envelope(sealed), query) for _ in range(3)] == [200, 403, 403]
        assert await desk.call(wecom.said("别的", 2), "n1") == 403
    assert desk.channel.refused == {"replayed": 3}
    assert (desk.intake.texts(), desk.intake.repeats) == (["36.5"], 0)
    assert "拒收了 3 次" in desk.channel.standing.detail


@pytest.mark.parametrize("seconds", [-86400 * 3650, -301, 301])
async def test_a_callback_of_another_time_is_refused_and_counted(
    platform: FakeWecom, clock: VirtualClock, seconds: int
) -> None:
    async with receiving(platform, clock) as desk:
        assert await desk.call(wecom.said("36.5"), at=NOW + timedelta(seconds=seconds)) == 403
    assert (desk.channel.refused, desk.intake.messages) == ({"late": 1}, [])


@pytest.mark.parametrize("seconds", [-299, 299])
async def test_a_clock_that_is_a_little_off_does_no_harm(
    platform: FakeWecom, clock: VirtualClock, seconds: int
) -> None:
    async with receiving(platform, clock) as desk:
        assert await desk.call(wecom.said("36.5"), at=NOW + timedelta(seconds=seconds)) == 200


async def test_a_nonce_is_remembered_as_long_as_its_time_is_valid(platform: FakeWecom, clock: VirtualClock) -> None:
    early = NOW + timedelta(seconds=299)
    async with receiving(platform, clock) as desk:
        await desk.call(wecom.said("36.5"), "n1", early)
        clock.advance(598)
        assert await desk.call(wecom.said("36.5"), "n1", early) == 403
        clock.advance(10)
        assert await desk.call(wecom.said("36.5"), "n1", early) == 403
        await desk.call(wecom.said("36.6", 2), "n2", clock.now())
    assert desk.channel.refused == {"replayed": 1, "late": 1}
    assert len(desk.channel._gate._seen) == 1


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        pytest.param("token", "guessed", "forged", id="another token"),
        pytest.param("aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "foreign", id="another key"),
        pytest.param("receiver", "ww0000000000000000", "foreign", id="another corporation"),
    ],
)
async def test_a_forged_callback_is_refused_and_counted(
    platform: FakeWecom, clock: VirtualClock, key: str, value: str, reason: str
) -> None:
    async with receiving(platform, clock) as desk:
        assert await desk.call(wecom.said("36.5"), "n1", NOW, **{key: value}) == 403
    assert (desk.channel.refused, desk.intake.messages) == ({reason: 1}, [])


@pytest.mark.parametrize("key", ["msg_signature", "timestamp", "nonce"])
@pytest.mark.parametrize("value", [None, "", "0", "９", "9" * 400, "𝟙"])
async def test_a_signature_counts_for_its_own_time_and_nonce_only(
    platform: FakeWecom, clock: VirtualClock, key: str, value: str | None
) -> None:
    async with receiving(platform, clock) as desk:
        sealed = wecom.seal(wecom.said("36.5"))
        query = wecom.query(sealed, NOW, "n1")
        query |= {key: value} if value is not None else {}
        if value is None:
            del query[key]
        assert await desk.post(wecom.envelope(sealed), query) == 403
        assert await desk.post(wecom.envelope(wecom.seal(wecom.said("37.5"))), wecom.query(sealed, NOW, "n2")) == 403
    assert sum(desk.channel.refused.values()) == 2
    assert desk.intake.messages == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml></xml>",
        b"{}",
        b"<Encrypt></Encrypt>",
        b"<Encrypt>!!</Encrypt>",
        b"<Encrypt>QUJD</Encrypt>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><Encrypt>QUJD</Encrypt>',
        b"\xff" * 100,
        b"<Encrypt>" + b"A" * 4096 + b"</Encrypt>",
    ],
)
async def test_what_is_no_callback_is_refused_unparsed(platform: FakeWecom, clock: VirtualClock, body: bytes) -> None:
    async with receiving(platform, clock, max_callback_bytes=4096) as desk:
        assert await desk.post(body, {"msg_signature": "0", "timestamp": "1581292800", "nonce": "1"}) == 403
    assert sum(desk.channel.refused.values()) == 1


@pytest.mark.parametrize("how", ["half-open", "cut off", "too long"])
async def test_a_caller_that_never_ends_holds_nothing_up(platform: FakeWecom, clock: VirtualClock, how: str) -> None:
    async with receiving(platform, clock, call_timeout_seconds=0.1, max_callback_bytes=4096) as desk:
        port = int(desk._url.split(":")[2].split("/")[0])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        length = "Transfer-Encoding: chunked" if how == "too long" else "Content-Length: 1000"
        writer.write(f"POST /wecom/wecom_app?nonce=1 HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode())
        if how == "too long":
            writer.write(b"2000\r\n" + b"A" * 0x2000 + b"\r\n")
        if how == "cut off":
            writer.write(b"<xml>")
            writer.close()
        else:
            assert b"403" in await reader.readline()
        await eventually(lambda: desk.channel.refused == {"malformed": 1})
        writer.close()
        assert await desk.call(wecom.said("36.5")) == 200


@pytest.mark.parametrize(
    "plain",
    [
        pytest.param(b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>', id="DTD"),
        pytest.param(b"<xml><Content>", id="cut off"),
        pytest.param(b"", id="empty"),
        pytest.param(b"<xml><AgentID>999</AgentID><FromUserName>zhangsan</FromUserName></xml>", id="another agent"),
    ],
)
async def test_a_signed_callback_that_is_not_ours_is_refused(
    platform: FakeWecom, clock: VirtualClock, plain: bytes
) -> None:
    async with receiving(platform, clock) as desk:
        assert await desk.call(plain) == 403
    assert (sum(desk.channel.refused.values()), desk.intake.messages) == (1, [])


async def test_a_flood_of_forgeries_does_not_flood_the_log(
    platform: FakeWecom, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    channel = WecomAppChannel(platform.app(), clock)
    for _ in range(999):
        channel._gate.count("forged")
    assert len(caplog.records) == 3


# ── the vendor's own vectors ────────────────────────────────────────────────────────────────────────────────────────

VECTOR_AT: Final = datetime.fromtimestamp(1409659600, UTC)
ECHO: Final = {
    "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "timestamp": "1409659589",
    "nonce": "263014780",
    "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
}
POSTED: Final = {
    "msg_signature": "477715d11cdb4164915debcba66cb864d751f3e6",
    "timestamp": "1409659813",
    "nonce": "1372623149",
}
POSTED_SEALED: Final = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
    "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
    "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
    "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
    "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)


async def test_the_vendors_verification_is_answered_as_the_vendor_says(platform: FakeWecom) -> None:
    async with receiving(platform, VirtualClock(VECTOR_AT)) as desk:
        assert await desk.verify(ECHO) == (200, b"1616140317555161061")
        assert (await desk.verify(ECHO))[0] == 403
        assert (await desk.verify(ECHO | {"msg_signature": "0" * 40}))[0] == 403
    assert desk.channel.refused == {"replayed": 1, "forged": 1}


async def test_the_vendors_message_is_heard(platform: FakeWecom) -> None:
    async with receiving(platform, VirtualClock(VECTOR_AT)) as desk:
        assert await desk.post(wecom.envelope(POSTED_SEALED), POSTED) == 200
    (message,) = desk.intake.messages
    assert (message.sender.external_id, message.text, message.external_id) == (
        "mycreate", "hello", "4561255354251345929"
    )  # fmt: skip
    assert message.sent_at == datetime.fromtimestamp(1409659813, UTC)


# ── messages out ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def channel(platform: FakeWecom, clock: VirtualClock) -> WecomAppChannel:
    return WecomAppChannel(platform.app(), clock)


async def test_a_member_is_written_to_alone(platform: FakeWecom, channel: WecomAppChannel) -> None:
    proof = await channel.send(post("请上报"))
    assert platform.sent == [
        {"touser": "zhangsan", "msgtype": "text", "agentid": 218, "text": {"content": "请上报"}, "safe": 0}
    ]
    assert proof == "msg-2"


async def test_a_group_of_the_applications_own_is_written_to(platform: FakeWecom, channel: WecomAppChannel) -> None:
    room = Conversation(external_id="chat-1", name="代表群")
    await channel.send(post("请上报", conversation=room, mentions=(Mention(name="张三"),)))
    assert [(body["chatid"], body["text"]["content"]) for body in platform.sent] == [("chat-1", "@张三\n请上报")]
    with pytest.raises(DeliveryRefused, match="86001"):
        await channel.send(post(conversation=Conversation(external_id="chat-2")))


async def test_a_file_is_uploaded_and_sent_before_its_text(platform: FakeWecom, channel: WecomAppChannel) -> None:
    file = Attachment(name="汇总.xlsx", media_type="x", content=b"0123456789")
    await channel.send(post("见附件", attachment=file))
    assert [body["msgtype"] for body in platform.sent] == ["file", "text"]
    assert list(platform.files.values()) == [("汇总.xlsx", b"0123456789")]


async def test_a_text_is_not_a_link_to_somewhere_else(platform: FakeWecom, channel: WecomAppChannel) -> None:
    await channel.send(post('体温<37 <a href="http://x">点我</a>'))
    assert platform.texts() == ['体温<37 ＜a href="http://x">点我＜/a>']


async def test_one_token_serves_until_it_is_nearly_over(
    platform: FakeWecom, channel: WecomAppChannel, clock: VirtualClock
) -> None:
    await channel.send(post())
    clock.advance(6899)
    await channel.send(post())
    assert platform.calls["gettoken"] == 1
    clock.advance(2)
    await channel.send(post())
    assert (platform.calls["gettoken"], len(platform.sent)) == (2, 3)


async def test_a_token_that_ended_early_is_replaced_once(platform: FakeWecom, channel: WecomAppChannel) -> None:
    await channel.send(post())
    platform.expire()
    await channel.send(post())
    assert (platform.calls["gettoken"], len(platform.sent)) == (2, 2)


@pytest.mark.parametrize("code", [40014, 42001])
async def test_a_token_that_is_always_refused_is_not_asked_for_for_ever(
    platform: FakeWecom, channel: WecomAppChannel, code: int
) -> None:
    platform.codes["send"] = code
    with pytest.raises(ChannelUnavailable, match=str(code)):
        await channel.send(post())
    assert (platform.calls["gettoken"], platform.calls["send"]) == (2, 2)


async def test_many_that_want_a_token_ask_for_one(platform: FakeWecom, channel: WecomAppChannel) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(channel.send(post()))
    assert (platform.calls["gettoken"], len(platform.sent)) == (1, 5)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param(-1, ChannelUnavailable, id="busy"),
        pytest.param(45009, ChannelUnavailable, id="too fast"),
        pytest.param(60020, ChannelUnavailable, id="address not allowed"),
        pytest.param(81013, DeliveryRefused, id="no such recipient"),
        pytest.param(48002, DeliveryRefused, id="no right"),
    ],
)
async def test_an_error_inside_http_200_says_what_happens_next(
    platform: FakeWecom, channel: WecomAppChannel, code: int, error: type[BotError]
) -> None:
    platform.codes["send"] = code
    with pytest.raises(error, match=str(code)):
        await channel.send(post())


async def test_a_recipient_who_is_not_there_is_refused(platform: FakeWecom, channel: WecomAppChannel) -> None:
    with pytest.raises(DeliveryRefused, match="81013"):
        await channel.send(post(conversation=Conversation(external_id="gone", private=True)))


@pytest.mark.parametrize(
    ("mood", "error"), [("silent", DeliveryUnknown), ("drop", DeliveryUnknown), (503, ChannelUnavailable)]
)
async def test_a_call_without_an_answer_leaves_a_doubt_only_where_it_may_have_gone_out(
    platform: FakeWecom, clock: VirtualClock, mood: str | int, error: type[BotError]
) -> None:
    platform.moods["send"] = mood
    with pytest.raises(error):
        await WecomAppChannel(platform.app(**hurry(mood)), clock).send(post())


@pytest.mark.parametrize("mood", ["silent", "drop", "nonsense", 500])
async def test_without_a_token_nothing_has_gone_out(platform: FakeWecom, clock: VirtualClock, mood: str | int) -> None:
    platform.moods["gettoken"] = mood
    with pytest.raises(ChannelUnavailable):
        await WecomAppChannel(platform.app(**hurry(mood)), clock).send(post())
    assert platform.sent == []


# ── how it stands ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_it_stands_as_its_token_does(platform: FakeWecom, clock: VirtualClock) -> None:
    platform.codes["gettoken"] = 60020
    async with receiving(platform, clock) as desk:
        await eventually(lambda: "60020" in desk.channel.standing.detail)
        assert not desk.channel.standing.connected
        del platform.codes["gettoken"]
        await eventually(lambda: desk.channel.standing.connected)
        assert desk.channel.standing.detail == "已连上"
        platform.codes["gettoken"] = 40001
        platform.expire()
        with pytest.raises(ChannelUnavailable, match="40001"):
            await desk.channel.send(post())
        assert not desk.channel.standing.connected
        del platform.codes["gettoken"]
        await eventually(lambda: desk.channel.standing.connected)
        await desk.channel.send(post())
    assert not desk.channel.standing.connected


async def test_a_token_is_asked_for_with_growing_pauses(platform: FakeWecom, clock: VirtualClock) -> None:
    platform.codes["gettoken"] = -1
    async with receiving(platform, clock, backoff_first_seconds=1, backoff_most_seconds=4):
        await eventually(lambda: platform.calls["gettoken"] >= 5)
    waited = (clock.now() - NOW).total_seconds()
    assert 1 + 2 + 4 + 4 <= waited <= 4 * platform.calls["gettoken"]


async def test_secrets_texts_and_accounts_never_show(
    platform: FakeWecom, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with receiving(platform, clock) as desk:
        await desk.call(wecom.said("张三 38.5"))
        await desk.call(wecom.said("张三 38.5"), token="guessed")
        platform.codes["send"] = 60020
        with pytest.raises(ChannelUnavailable) as caught:
            await desk.channel.send(post("张三 38.5"))
    bad = WecomAppChannel(platform.app(secret="another-secret"), clock)
    with pytest.raises(ChannelUnavailable) as refused:
        await bad.send(post())
    shown = caplog.text + repr(platform.app()) + repr(caught.value) + repr(refused.value) + desk.channel.standing.detail
    hidden = (wecom.SECRET, wecom.TOKEN, wecom.AES_KEY, "another-secret", "access-token", "38.5", "张三", "zhangsan")
    assert [word for word in hidden if word in shown] == []
