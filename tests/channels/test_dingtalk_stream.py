"""The Stream robot of DingTalk against a platform that keeps the documented contract of the long connection."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from aiohttp import web

from bot.channel import Hears, Starts
from bot.channels.dingtalk import DingtalkStreamChannel
from bot.clock import Clock, VirtualClock
from bot.errors import BotError, ChannelUnavailable, DeliveryDelayed, DeliveryRefused, DeliveryUnknown
from bot.messages import Attachment, Conversation, Dispatch, Mention, MessageKind
from tests.channels.running import receiving
from tests.eventually import eventually
from tests.fakes import dingtalk
from tests.fakes.clock import CountingClock, WallClock
from tests.fakes.dingtalk import GROUP, FakeDingtalk
from tests.fakes.intake import MemoryIntake

ROOM: Final = Conversation(external_id=GROUP, name="代表群")
ZHANG: Final = Conversation(external_id="zhangsan", private=True)
NOW: Final = datetime(2020, 2, 10, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return WallClock(NOW)


@pytest.fixture
async def platform(clock: VirtualClock) -> AsyncIterator[FakeDingtalk]:
    async with FakeDingtalk(clock) as running:
        yield running


def robot(platform: FakeDingtalk, clock: Clock, **settings: Any) -> DingtalkStreamChannel:
    return DingtalkStreamChannel(platform.stream(**settings), clock)


def post(text: str = "请上报", **more: Any) -> Dispatch:
    given: dict[str, Any] = {"id": 7, "conversation": ROOM, "text": text}
    return Dispatch(**given | more)


async def heard(platform: FakeDingtalk, intake: MemoryIntake, text: str = "在", **more: Any) -> None:
    """Has a member say something, and waits until it was handed in."""
    known = len(intake.messages)
    await platform.say(text, **more)
    await eventually(lambda: len(intake.messages) > known)


# ── hearing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_mentions_it_in_a_group_is_heard(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    async with receiving(channel) as intake:
        await heard(platform, intake, "36.5 健康", msgId="id-1")
    (message,) = intake.messages
    assert (message.external_id, message.text, message.sender.external_id) == ("id-1", "36.5 健康", "zhangsan")
    assert (message.sender.name, message.conversation, message.mentions_bot) == ("张三", ROOM, True)
    assert message.sent_at == NOW
    assert (channel.traits.hears, channel.traits.starts) == (Hears.MENTIONS, Starts.ALWAYS)


async def test_who_talks_to_it_alone_is_heard(platform: FakeDingtalk, clock: VirtualClock) -> None:
    async with receiving(robot(platform, clock)) as intake:
        await heard(platform, intake, "36.5", private=True)
    assert [(m.conversation, m.mentions_bot) for m in intake.messages] == [(ZHANG, False)]


RICH: Final = [{"text": " 体温 "}, {"downloadCode": "c", "type": "picture"}, {"text": "36.5"}, "x"]


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        pytest.param({"msgtype": "richText", "content": {"richText": RICH}}, MessageKind.TEXT, "体温 36.5", id="rich"),
        pytest.param({"msgtype": "richText", "content": {"richText": [{}]}}, MessageKind.FILE, "", id="only pictures"),
        pytest.param({"msgtype": "richText", "content": {"richText": "x"}}, MessageKind.FILE, "", id="broken"),
        pytest.param({"msgtype": "picture", "content": {"downloadCode": "c"}}, MessageKind.FILE, "", id="picture"),
        pytest.param({"msgtype": "file", "content": {"fileName": "a.pdf"}}, MessageKind.FILE, "a.pdf", id="file"),
        pytest.param({"msgtype": "audio", "content": {"recognition": "没烧"}}, MessageKind.OTHER, "没烧", id="voice"),
        pytest.param({"msgtype": "new"}, MessageKind.OTHER, "", id="unknown"),
        pytest.param({"text": {"content": 7}}, MessageKind.TEXT, "", id="no words"),
        pytest.param({"text": 7}, MessageKind.TEXT, "", id="no text"),
    ],
)
async def test_whatever_is_said_is_kept(
    platform: FakeDingtalk, clock: VirtualClock, body: dict[str, Any], kind: MessageKind, text: str
) -> None:
    async with receiving(robot(platform, clock)) as intake:
        await platform.emit("CALLBACK", dingtalk.HEARD, json.dumps(platform.said("在") | body))
        await eventually(lambda: intake.messages)
    assert [(message.kind, message.text) for message in intake.messages] == [(kind, text)]


async def test_somebody_of_another_corporation_goes_by_the_id_there_is(
    platform: FakeDingtalk, clock: VirtualClock
) -> None:
    async with receiving(robot(platform, clock)) as intake:
        await heard(platform, intake, senderStaffId=None, senderId="$:LWCP_v1:$x")
    assert intake.messages[0].sender.external_id == "$:LWCP_v1:$x"


@pytest.mark.parametrize("at", [None, 0, "1581292800000", 1.5, True, 10**18, -1])
async def test_a_time_that_cannot_be_is_replaced_by_that_of_hearing(
    platform: FakeDingtalk, clock: VirtualClock, at: object
) -> None:
    clock.advance(5)
    async with receiving(robot(platform, clock)) as intake:
        await heard(platform, intake, createAt=at)
    assert intake.messages[0].sent_at == NOW + timedelta(seconds=5)


async def test_the_same_message_brought_again_is_kept_once_and_acknowledged_each_time(
    platform: FakeDingtalk, clock: VirtualClock
) -> None:
    async with receiving(robot(platform, clock)) as intake:
        frames = [await platform.say(text, msgId=i) for text, i in (("1", "a"), ("2", "b"), ("1", "a"), ("3", "c"))]
        await eventually(lambda: platform.acks == frames)
    assert (intake.texts(), intake.repeats) == (["1", "2", "3"], 1)


async def test_nothing_is_acknowledged_before_it_is_kept(platform: FakeDingtalk, clock: VirtualClock) -> None:
    async with receiving(robot(platform, clock, heartbeat_seconds=0.05)) as intake:
        intake.hold(GROUP)
        frame = await platform.say("36.5")
        ping = await platform.emit("SYSTEM", "ping", json.dumps({"opaque": "1"}))
        await eventually(lambda: platform.pongs == [ping])  # the connection goes on living meanwhile
        assert platform.acks == []
        intake.release(GROUP)
        await eventually(lambda: platform.acks == [frame])
    assert platform.connections == 1


async def test_a_sign_of_life_asked_for_is_given(platform: FakeDingtalk, clock: VirtualClock) -> None:
    async with receiving(robot(platform, clock)):
        ping = await platform.emit("SYSTEM", "ping", json.dumps({"opaque": "0xCAFE"}))
        await eventually(lambda: platform.pongs == [ping])


async def test_frames_that_make_no_sense_are_passed_over(platform: FakeDingtalk, clock: VirtualClock) -> None:
    async with receiving(robot(platform, clock)) as intake:
        for nonsense in ("", "{", "[]", "null", '{"type": 7}', '{"type": "CALLBACK", "headers": {}}', "[" * 9999):
            await platform.raw(nonsense)
        for data in ("", "{", "[]"):
            await platform.emit("CALLBACK", dingtalk.HEARD, data)
        await platform.emit("EVENT", "*", "{}")
        await heard(platform, intake, "36.5")
    assert intake.texts() == ["36.5"]
    assert platform.connections == 1


# ── speaking ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_has_just_spoken_is_answered_and_the_rest_is_pushed(
    platform: FakeDingtalk, clock: VirtualClock
) -> None:
    channel = robot(platform, clock)
    async with receiving(channel) as intake:
        await heard(platform, intake, "/汇总", **platform.opening("代表群"))
        assert await channel.send(post("今日汇总")) is None
        proof = await channel.send(post("只给您", conversation=ZHANG))
    assert platform.sent == [("answer", "代表群", "今日汇总"), ("private", "zhangsan", "只给您")]
    assert str(proof).startswith("key-")


async def test_what_is_said_alone_is_never_answered_in_the_group(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    async with receiving(channel) as intake:
        await heard(platform, intake, **platform.opening("代表群"))
        await heard(platform, intake, private=True, **platform.opening("张三"))
        await channel.send(post("您的情况已记下", conversation=ZHANG))
    assert platform.sent == [("answer", "张三", "您的情况已记下")]


@pytest.mark.parametrize("how", ["near its end", "over", "ended before its time"])
async def test_an_answer_that_is_no_longer_open_becomes_a_push(
    platform: FakeDingtalk, clock: VirtualClock, how: str
) -> None:
    channel = robot(platform, clock)
    async with receiving(channel) as intake:
        opening = platform.opening("代表群")
        await heard(platform, intake, **opening)
        if how == "ended before its time":
            platform._sessions.clear()
        else:
            clock.advance(89.5 * 60 if how == "near its end" else 91 * 60)
        await channel.send(post("一"))
        await channel.send(post("二"))
    assert platform.sent == [("group", GROUP, "一"), ("group", GROUP, "二")]
    assert platform.calls["sendBySession"] == (1 if how == "ended before its time" else 0)


async def test_an_address_elsewhere_is_not_answered(platform: FakeDingtalk, clock: VirtualClock) -> None:
    """Whoever could write such an address would read what the bot says, or have it call inside the office's network."""
    channel = robot(platform, clock)
    async with receiving(channel) as intake:
        opening = platform.opening("代表群")
        elsewhere = str(opening["sessionWebhook"]).replace("127.0.0.1", "localhost")
        await heard(platform, intake, **opening | {"sessionWebhook": elsewhere})
        await channel.send(post())
    assert platform.sent == [("group", GROUP, "请上报")]


@pytest.mark.parametrize("mood", ["silent", "drop", 500])
async def test_an_answer_without_a_reply_may_have_gone_out_and_is_not_pushed(
    platform: FakeDingtalk, clock: VirtualClock, mood: str | int
) -> None:
    platform.moods["sendBySession"] = mood
    channel = robot(platform, clock, call_timeout_seconds=0.2 if mood == "silent" else 5)
    async with receiving(channel) as intake:
        await heard(platform, intake, **platform.opening("代表群"))
        with pytest.raises(DeliveryUnknown):
            await channel.send(post())
    assert platform.calls["groupMessages/send"] + platform.calls["send"] == 0


async def test_a_group_that_has_had_too_much_holds_up_no_other(platform: FakeDingtalk, clock: VirtualClock) -> None:
    platform.codes["sendBySession"] = 130101
    channel = robot(platform, clock)
    async with receiving(channel) as intake:
        await heard(platform, intake, **platform.opening("代表群"))
        with pytest.raises(DeliveryDelayed, match="130101"):
            await channel.send(post())


async def test_names_are_written(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    async with receiving(channel):
        await channel.send(post(mentions=(Mention(name="张三", external_id="zhangsan"),)))
    assert platform.sent == [("group", GROUP, "@张三\n请上报")]


@pytest.mark.parametrize("text", ["请尽快上报。" * 900, '"\n"' * 4000])
async def test_a_text_that_is_too_long_is_said_in_pieces(
    platform: FakeDingtalk, clock: VirtualClock, text: str
) -> None:
    channel = robot(platform, clock)
    async with receiving(channel):
        await channel.send(post(text))
    assert len(platform.sent) >= 2
    assert "".join("".join(said for *_, said in platform.sent).split()) == "".join(text.split())


async def test_an_outsider_can_only_be_answered(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    place = Conversation(external_id="$:LWCP_v1:$x", private=True)
    async with receiving(channel) as intake:
        with pytest.raises(DeliveryRefused, match="不是本企业的人"):
            await channel.send(post(conversation=place))
        opening = platform.opening("外人")
        await heard(platform, intake, private=True, senderStaffId=None, senderId=place.external_id, **opening)
        await channel.send(post(conversation=place))
    assert platform.sent == [("answer", "外人", "请上报")]


async def test_a_group_that_is_not_known_yet_waits(platform: FakeDingtalk, clock: VirtualClock) -> None:
    with pytest.raises(ChannelUnavailable):
        await robot(platform, clock).send(post(conversation=Conversation(external_id="")))


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def file(name: str = "2月10日 汇总.xlsx", content: bytes = b"0123456789") -> Attachment:
    return Attachment(name=name, media_type="application/octet-stream", content=content)


async def test_a_file_goes_before_its_text_under_its_own_name(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    async with receiving(channel):
        await channel.send(post("见附件", attachment=file()))
    assert platform.sent == [("group", GROUP, "2月10日 汇总.xlsx"), ("group", GROUP, "见附件")]
    assert list(platform.files.values()) == [("2月10日 汇总.xlsx", b"0123456789")]


@pytest.mark.parametrize("name", ["未报.csv", "名单", "../../x.txt"])
async def test_a_file_of_a_kind_that_the_platform_does_not_take_goes_in_a_zip(
    platform: FakeDingtalk, clock: VirtualClock, name: str
) -> None:
    channel = robot(platform, clock)
    async with receiving(channel):
        await channel.send(post("", attachment=file(name)))
    ((_, content),) = platform.files.values()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert [(entry, archive.read(entry)) for entry in archive.namelist()] == [
            (name.rpartition("/")[2], b"0123456789")
        ]
    assert platform.sent[0][2] == f"{name}.zip"


async def test_a_file_that_is_too_large_is_refused(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock, max_file_bytes=100)
    with pytest.raises(DeliveryRefused, match="钉钉最多能发"):
        await channel.send(post(attachment=file(content=b"x" * 101)))


@pytest.mark.parametrize("mood", ["silent", "drop", 500])
async def test_a_file_that_was_not_uploaded_is_tried_again(
    platform: FakeDingtalk, clock: VirtualClock, mood: str | int
) -> None:
    platform.moods["upload"] = mood
    channel = robot(platform, clock, upload_timeout_seconds=0.2 if mood == "silent" else 5)
    async with receiving(channel):
        with pytest.raises(ChannelUnavailable):
            await channel.send(post(attachment=file()))
    assert platform.sent == []


# ── what the platform answers ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        pytest.param(403, "Forbidden.AccessDenied.QpsLimitForApi", ChannelUnavailable, id="too fast"),
        pytest.param(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", ChannelUnavailable, id="too fast here"),
        pytest.param(429, "whatever", ChannelUnavailable, id="429"),
        pytest.param(403, "Forbidden.AccessDenied.IpNotInWhiteList", ChannelUnavailable, id="IP"),
        pytest.param(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", DeliveryRefused, id="no permission"),
        pytest.param(400, "invalid.openConversationId", DeliveryRefused, id="no such group"),
        pytest.param(400, "group.disbanded", DeliveryRefused, id="disbanded"),
        pytest.param(400, "unknown.send.result", DeliveryUnknown, id="does not know itself"),
        pytest.param(400, "never.heard.of", DeliveryRefused, id="unknown"),
        pytest.param(400, "张三 38.5", DeliveryRefused, id="no code at all"),
    ],
)
async def test_a_refusal_says_what_happens_next(
    platform: FakeDingtalk, clock: VirtualClock, status: int, code: str, error: type[BotError]
) -> None:
    platform.refusals["send"] = (status, code)
    channel = robot(platform, clock)
    async with receiving(channel):
        with pytest.raises(error) as caught:
            await channel.send(post())
    assert (code in str(caught.value)) == code.isascii()


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        ("silent", DeliveryUnknown),
        ("slow", DeliveryUnknown),
        ("drop", DeliveryUnknown),
        ("nonsense", DeliveryUnknown),
        (500, DeliveryUnknown),
        (503, ChannelUnavailable),
        (429, ChannelUnavailable),
    ],
)
async def test_a_call_without_an_answer_leaves_a_doubt_only_where_it_may_have_gone_out(
    platform: FakeDingtalk, clock: VirtualClock, mood: str | int, error: type[BotError]
) -> None:
    channel = robot(platform, clock, call_timeout_seconds=0.2, connect_timeout_seconds=0.4)
    async with receiving(channel):
        platform.moods["send"] = mood
        with pytest.raises(error):
            await channel.send(post())


async def test_who_has_had_too_much_or_is_not_there_concerns_nobody_else(
    platform: FakeDingtalk, clock: VirtualClock
) -> None:
    platform.flooded.add("lisi")
    channel = robot(platform, clock)
    async with receiving(channel):
        with pytest.raises(DeliveryDelayed):
            await channel.send(post(conversation=Conversation(external_id="lisi", private=True)))
        with pytest.raises(DeliveryRefused, match="已离职"):
            await channel.send(post(conversation=Conversation(external_id="gone", private=True)))
        await channel.send(post(conversation=ZHANG))
    assert platform.sent == [("private", "zhangsan", "请上报")]


async def test_a_token_is_asked_for_once_and_again_when_it_ends(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    async with receiving(channel):
        await channel.send(post("1"))
        await channel.send(post("2"))
        assert platform.calls["accessToken"] == 1
        clock.advance(7200 - 299)
        await channel.send(post("3"))
        assert platform.calls["accessToken"] == 2
        platform.expire()  # before its time: the platform says 401
        await channel.send(post("4"))
        platform.expire()  # and 42001 where files go
        await channel.send(post("", attachment=file()))
    assert [said for *_, said in platform.sent] == ["1", "2", "3", "4", "2月10日 汇总.xlsx"]
    assert platform.calls["accessToken"] == 4


# ── the connection ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["hang_up", "cut", "disconnect"])
async def test_a_lost_connection_is_made_anew_and_its_gap_told(
    platform: FakeDingtalk, clock: VirtualClock, how: str
) -> None:
    channel = robot(platform, clock)
    async with receiving(channel) as intake:
        await heard(platform, intake)
        assert intake.gaps == []
        platform.closed = True
        match how:
            case "hang_up":
                await platform.hang_up()
            case "cut":
                platform.cut()
            case _:
                await platform.emit("SYSTEM", "disconnect", "{}")
        await eventually(lambda: not channel.standing.connected)
        clock.advance(60)
        platform.closed = False
        await eventually(lambda: intake.gaps)
        await heard(platform, intake, "回来了")
    (gap,) = intake.gaps
    assert (gap.channel, gap.began_at, gap.ended_at) == ("dingtalk_stream", NOW, NOW + timedelta(seconds=60))


async def test_a_half_open_connection_is_found_out_and_made_anew(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock, heartbeat_seconds=0.05)
    async with receiving(channel) as intake:
        await heard(platform, intake)
        platform.frozen = True
        await eventually(lambda: platform.connections >= 2)
        platform.frozen = False
        await eventually(lambda: intake.gaps and channel.standing.connected)
        await heard(platform, intake)
    assert len(intake.messages) == 2


async def test_a_connection_that_gives_signs_of_life_is_left_alone(platform: FakeDingtalk, clock: VirtualClock) -> None:
    async with receiving(robot(platform, clock, heartbeat_seconds=0.02)) as intake:
        await asyncio.sleep(0.2)
        await heard(platform, intake)
    assert platform.connections == 1


async def test_each_connection_begins_with_a_ticket_of_its_own(platform: FakeDingtalk, clock: VirtualClock) -> None:
    async with receiving(robot(platform, clock)) as intake:
        for number in range(1, 4):
            await platform.hang_up()
            await eventually(lambda wanted=number: len(intake.gaps) == wanted)  # type: ignore[misc] # binds the count
    assert (platform.calls["open"], platform.connections) == (4, 4)


async def test_it_connects_again_with_growing_pauses(platform: FakeDingtalk) -> None:
    clock = CountingClock(NOW)
    platform.closed = True
    channel = robot(platform, clock, backoff_first_seconds=1, backoff_most_seconds=5)
    async with receiving(channel, connected=False):
        await eventually(lambda: len(clock.pauses) >= 5)
        assert clock.pauses[:5] == [1, 2, 4, 5, 5]
        assert channel.standing.detail == "连不上钉钉，正在重试"
        platform.closed = False
        await eventually(lambda: channel.standing.connected)
        clock.pauses.clear()
        clock.advance(61)  # it has been a good one
        await platform.hang_up()
        await eventually(lambda: clock.pauses)
    assert clock.pauses[0] == 1


async def test_a_server_that_closes_at_once_is_not_stormed(platform: FakeDingtalk) -> None:
    """The vendor's own client came back 67 times in 0.6 seconds."""
    clock = CountingClock(NOW)
    channel = robot(platform, clock, backoff_first_seconds=1, backoff_most_seconds=60)
    async with receiving(channel, connected=False):
        for number in range(4):
            await eventually(lambda: platform.followed)
            await platform.hang_up()
            await eventually(lambda wanted=number + 1: len(clock.pauses) >= wanted)  # type: ignore[misc] # binds the count
    assert clock.pauses[:4] == [1, 2, 4, 8]


@pytest.mark.parametrize("wrong", [{"secret": "wrong"}, {"client_id": "another"}])
async def test_a_robot_that_is_not_let_in_says_so_and_goes_on_trying(
    platform: FakeDingtalk, clock: VirtualClock, wrong: dict[str, str]
) -> None:
    channel = robot(platform, clock, **wrong)
    async with receiving(channel, connected=False):
        await eventually(lambda: platform.calls["open"] >= 2)
        assert "Client Secret" in channel.standing.detail
        assert not channel.standing.connected


class Misled(FakeDingtalk):
    """A platform whose tickets lead elsewhere."""

    endpoint = ""

    async def _open(self, request: web.Request) -> dict[str, Any]:
        return {"endpoint": self.endpoint, "ticket": "t"}


@pytest.mark.parametrize("endpoint", ["ws://169.254.169.254/x", "http://127.0.0.1/", "", "wss://a b"])
async def test_a_ticket_for_a_strange_place_is_not_used(clock: VirtualClock, endpoint: str) -> None:
    async with Misled(clock) as platform:
        platform.endpoint = endpoint
        channel = robot(platform, clock)
        async with receiving(channel, connected=False):
            await eventually(lambda: platform.calls["open"] >= 2)
            assert not channel.standing.connected


async def test_a_port_that_takes_connections_and_says_nothing_is_given_up(
    platform: FakeDingtalk, clock: VirtualClock
) -> None:
    taken: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: taken.append(writer), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    channel = robot(platform, clock, api_url=url, call_timeout_seconds=0.05)
    async with server:
        async with receiving(channel, connected=False):
            await eventually(lambda: len(taken) >= 3)
            assert not channel.standing.connected
        for writer in taken:  # from Python 3.12 on a server waits for its connections
            writer.close()


async def test_secrets_texts_and_accounts_never_show(
    platform: FakeDingtalk, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = robot(platform, clock)
    async with receiving(channel) as intake:
        await heard(platform, intake, "张三 38.5", **platform.opening("代表群"))
        await channel.send(post("张三 38.5"))
        await platform.hang_up()
        await eventually(lambda: intake.gaps)
        platform.codes["sendBySession"] = 1
        platform.refusals["send"] = (400, "invalid.openConversationId")
        with pytest.raises(DeliveryRefused) as caught:
            await channel.send(post("张三 38.5"))
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    shown = ours + repr(platform.stream()) + repr(caught.value) + channel.standing.detail
    words = (dingtalk.SECRET, "38.5", "张三", "zhangsan", GROUP, "access-token", "session=")
    assert [word for word in words if word in shown] == []
    assert ours
