"""The 智能机器人 of WeCom against a platform that keeps the documented contract of the long connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from bot.channel import Hears, Starts
from bot.channels.wecom import WecomAibotChannel
from bot.clock import Clock, VirtualClock
from bot.errors import BotError, ChannelUnavailable, DeliveryDelayed, DeliveryRefused, DeliveryUnknown
from bot.messages import Attachment, Conversation, Dispatch, Mention, MessageKind
from tests.channels import running
from tests.eventually import eventually
from tests.fakes.clock import CountingClock, WallClock
from tests.fakes.intake import MemoryIntake
from tests.fakes.wecom_aibot import GROUP, SECRET, FakeAibot

ROOM: Final = Conversation(external_id=GROUP, name="代表群")
ZHANG: Final = Conversation(external_id="zhangsan", private=True)
NOW: Final = datetime(2020, 2, 10, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return WallClock(NOW)


@pytest.fixture
async def platform(clock: VirtualClock) -> AsyncIterator[FakeAibot]:
    async with FakeAibot(clock) as faked:
        yield faked


@asynccontextmanager
async def receiving(
    platform: FakeAibot, clock: Clock, **settings: Any
) -> AsyncIterator[tuple[WecomAibotChannel, MemoryIntake]]:
    channel = WecomAibotChannel(platform.settings(**settings), clock)
    async with running.receiving(channel, connected=False) as intake:
        yield channel, intake


@asynccontextmanager
async def connected(
    platform: FakeAibot, clock: Clock, **settings: Any
) -> AsyncIterator[tuple[WecomAibotChannel, MemoryIntake]]:
    async with receiving(platform, clock, **settings) as (channel, intake):
        await eventually(lambda: channel.standing.connected)
        yield channel, intake


def post(text: str = "请上报", **more: Any) -> Dispatch:
    given: dict[str, Any] = {"id": 7, "conversation": ROOM, "text": text}
    return Dispatch(**given | more)


async def heard(platform: FakeAibot, intake: MemoryIntake, text: str = "在", **more: Any) -> str:
    """Has a member say something, and waits until it was handed in."""
    known = len(intake.messages)
    req_id = await platform.say(text, **more)
    await eventually(lambda: len(intake.messages) > known)
    return req_id


# ── hearing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_mentions_it_in_a_group_is_heard(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake, "@小联 36.5", msgid="id-1")
    (message,) = intake.messages
    assert (message.external_id, message.text, message.sender.external_id) == ("id-1", "@小联 36.5", "zhangsan")
    assert (message.conversation.external_id, message.conversation.private) == (GROUP, False)
    assert (message.mentions_bot, message.sent_at) == (True, NOW)
    assert (channel.traits.hears, channel.traits.starts) == (Hears.MENTIONS, Starts.WINDOW)


async def test_who_talks_to_it_alone_is_heard(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock) as (_, intake):
        await heard(platform, intake, "36.5", chattype="single")
    assert [(m.conversation, m.mentions_bot) for m in intake.messages] == [(ZHANG, False)]


PICTURE: Final = {"msgtype": "image", "image": {"url": "u", "aeskey": "k"}}
MIXED: Final = [
    {"msgtype": "text", "text": {"content": "36.5"}},
    PICTURE,
    {"msgtype": "text", "text": {"content": "好"}},
]


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        pytest.param(PICTURE, MessageKind.FILE, "", id="image"),
        pytest.param({"msgtype": "file", "file": {"url": "u"}}, MessageKind.FILE, "", id="file"),
        pytest.param({"msgtype": "mixed", "mixed": {"msg_item": MIXED}}, MessageKind.TEXT, "36.5\n好", id="mixed"),
        pytest.param({"msgtype": "mixed", "mixed": {"msg_item": [PICTURE]}}, MessageKind.FILE, "", id="pictures"),
        pytest.param({"msgtype": "mixed", "mixed": {"msg_item": "x"}}, MessageKind.FILE, "", id="broken"),
        pytest.param({"msgtype": "voice", "voice": {"content": "没发烧"}}, MessageKind.OTHER, "没发烧", id="voice"),
        pytest.param({"msgtype": "new"}, MessageKind.OTHER, "", id="unknown"),
        pytest.param({"text": {"content": 7}}, MessageKind.TEXT, "", id="no words"),
        pytest.param(
            {"quote": {"msgtype": "text", "text": {"content": "/汇总"}}}, MessageKind.TEXT, "在", id="with a quote"
        ),
    ],
)
async def test_whatever_is_said_is_kept(
    platform: FakeAibot, clock: VirtualClock, body: dict[str, Any], kind: MessageKind, text: str
) -> None:
    async with connected(platform, clock) as (_, intake):
        await heard(platform, intake, **body)
    assert [(message.kind, message.text) for message in intake.messages] == [(kind, text)]


@pytest.mark.parametrize(
    ("kind", "name", "called"),
    [("file", "建议.docx", "建议.docx"), ("file", "", "文件"), ("image", "", "图片.jpg"), ("video", "", "视频.mp4")],
)
async def test_a_file_is_fetched_and_decrypted(
    platform: FakeAibot, clock: VirtualClock, kind: str, name: str, called: str
) -> None:
    content = bytes(range(256)) * 300
    async with connected(platform, clock) as (_, intake):
        await heard(platform, intake, "", msgtype=kind, **{kind: platform.offer(content, name)})
    (message,) = intake.messages
    assert message.kind is MessageKind.FILE
    assert message.attachment is not None
    assert (message.attachment.name, message.attachment.content) == (called, content)


@pytest.mark.parametrize("how", ["gone", "silent", "too large", "another key", "no ciphertext", "elsewhere", "nowhere"])
async def test_a_file_that_cannot_be_had_costs_no_message(
    platform: FakeAibot, clock: VirtualClock, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    sent = platform.offer(b"0123456789" * (1000 if how == "too large" else 1), how)
    match how:
        case "another key":
            sent["aeskey"] = "A" * 43
        case "no ciphertext":
            sent = platform.offer(b"", "", sealed=b"x" * 33)
        case "elsewhere":
            sent["url"] = "http://169.254.169.254/latest"
        case "nowhere":
            sent["url"] = "http://127.0.0.1:1/"
    wait = 0.1 if how == "silent" else 5
    async with connected(platform, clock, in_file_bytes=1000, download_timeout_seconds=wait) as (_, intake):
        await heard(platform, intake, msgtype="file", file=sent)
        await heard(platform, intake, "36.5")
    assert [message.attachment for message in intake.messages] == [None, None]
    assert "was not fetched" in caplog.text
    assert sent["url"] not in caplog.text


@pytest.mark.parametrize("at", [None, 0, "1581292800", 1.5, True, 10**15, -1])
async def test_a_time_that_cannot_be_is_replaced_by_that_of_hearing(
    platform: FakeAibot, clock: VirtualClock, at: object
) -> None:
    clock.advance(5)
    async with connected(platform, clock) as (_, intake):
        await heard(platform, intake, create_time=at)
    assert intake.messages[0].sent_at == NOW + timedelta(seconds=5)


async def test_the_same_message_brought_again_is_kept_once(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock) as (_, intake):
        for text, msgid in (("1", "a"), ("2", "b"), ("1", "a"), ("3", "c")):
            await platform.say(text, msgid=msgid)
        await eventually(lambda: len(intake.messages) == 3)
    assert (intake.texts(), intake.repeats) == (["1", "2", "3"], 1)


async def test_frames_that_make_no_sense_are_passed_over(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock) as (_, intake):
        for nonsense in (
            "",
            "{",
            "[]",
            "null",
            '{"cmd": 7}',
            '{"headers": {"req_id": "x"}, "errcode": "y"}',
            "[" * 9999,
        ):
            await platform.raw(nonsense)
        await platform.emit("aibot_event_callback", {"event": {"eventtype": "enter_chat"}})
        await platform.emit("aibot_event_callback", {"event": None})
        await heard(platform, intake, "36.5")
    assert intake.texts() == ["36.5"]
    assert platform.connections == 1


async def test_a_slow_store_does_not_make_the_connection_look_dead(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock, heartbeat_seconds=0.01) as (channel, intake):
        intake.hold(GROUP)
        await platform.say("36.5")
        pings = platform.calls["ping"]
        await eventually(lambda: platform.calls["ping"] > pings + 3)
        assert channel.standing.connected
        intake.release(GROUP)
        await eventually(lambda: intake.messages)
    assert platform.connections == 1


# ── speaking ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_question_is_answered_once_and_the_rest_is_pushed(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock) as (channel, intake):
        question = await heard(platform, intake, "/汇总")
        assert await channel.send(post("今日汇总")) is None
        await channel.send(post("还有一件事"))
    assert platform.said == [(question, "stream", "今日汇总"), (GROUP, "markdown", "还有一件事")]


async def test_a_question_of_another_conversation_is_not_answered_here(
    platform: FakeAibot, clock: VirtualClock
) -> None:
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake)
        question = await heard(platform, intake, chattype="single")
        await channel.send(post("只给您", conversation=ZHANG))
    assert platform.said == [(question, "stream", "只给您")]


async def test_after_its_window_an_answer_is_a_push(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock, answer_seconds=60) as (channel, intake):
        await heard(platform, intake)
        clock.advance(60)
        await channel.send(post())
        await heard(platform, intake, chattype="single")
        clock.advance(60)
        await channel.send(post(conversation=ZHANG))
    assert platform.said == [(GROUP, "markdown", "请上报"), ("zhangsan", "markdown", "请上报")]
    assert platform.calls["aibot_respond_msg"] == 0


@pytest.mark.parametrize("code", [846605, 846608])
async def test_a_question_that_the_platform_has_forgotten_becomes_a_push(
    platform: FakeAibot, clock: VirtualClock, code: int
) -> None:
    platform.codes["aibot_respond_msg"] = code
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake)
        await channel.send(post())
    assert platform.said == [(GROUP, "markdown", "请上报")]


async def test_a_question_of_the_last_connection_is_not_answered(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake)
        await platform.hang_up()
        await eventually(lambda: intake.gaps)
        await channel.send(post())
    assert platform.calls["aibot_respond_msg"] == 0
    assert platform.said == [(GROUP, "markdown", "请上报")]


async def test_a_client_that_shows_no_streams_is_answered_in_markdown(platform: FakeAibot, clock: VirtualClock) -> None:
    platform.streams = False
    async with connected(platform, clock) as (channel, intake):
        question = await heard(platform, intake)
        await channel.send(post())
    assert platform.said == [(question, "markdown", "请上报")]


async def test_nobody_is_pushed_to_who_has_not_spoken(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock) as (channel, _):
        with pytest.raises(DeliveryRefused, match="40003"):
            await channel.send(post())


async def test_names_are_written_and_nothing_in_a_text_is_more_than_text(
    platform: FakeAibot, clock: VirtualClock
) -> None:
    text = "体温<37 <@all> <font color='warning'>急</font> [点我](http://x)"
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake)
        await channel.send(post(text, mentions=(Mention(name="张三"), Mention(name="<@all>", external_id="lisi"))))
    assert platform.said[0][2] == (
        "@张三 @＜@all>\n体温<37 ＜@all> ＜font color='warning'>急＜/font> [点我]（http://x)"
    )


async def test_a_text_that_is_too_long_is_said_in_pieces(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake)
        await channel.send(post("请尽快上报。" * 300))
    assert [kind for _, kind, _ in platform.said] == ["stream", "markdown"]
    assert "".join(text for _, _, text in platform.said) == "请尽快上报。" * 300


async def test_the_thirty_first_push_of_a_minute_is_tried_again_later(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock, answer_seconds=0) as (channel, intake):
        await heard(platform, intake)
        for _ in range(channel.traits.per_minute or 0):
            await channel.send(post())
        with pytest.raises(DeliveryDelayed, match="45009") as caught:
            await channel.send(post())
        clock.advance(caught.value.seconds)
        await channel.send(post())
    assert len(platform.said) == 31


async def test_a_file_goes_in_chunks_before_its_text(platform: FakeAibot, clock: VirtualClock) -> None:
    content = bytes(range(256)) * 5000
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake)
        await channel.send(post("见附件", attachment=Attachment(name="汇总.xlsx", media_type="x", content=content)))
    assert list(platform.files.values()) == [("汇总.xlsx", content)]
    assert platform.calls["aibot_upload_media_chunk"] == 3
    assert [kind for _, kind, _ in platform.said] == ["file", "stream"]


@pytest.mark.parametrize("part", ["aibot_upload_media_init", "aibot_upload_media_chunk", "aibot_upload_media_finish"])
@pytest.mark.parametrize("how", ["mute", "busy"])
async def test_a_file_that_was_not_uploaded_is_tried_again(
    platform: FakeAibot, clock: VirtualClock, part: str, how: str
) -> None:
    if how == "mute":
        platform.mute = {part}
    else:
        platform.codes[part] = 45009
    file = Attachment(name="a.txt", media_type="x", content=b"0123456789")
    async with connected(platform, clock, upload_timeout_seconds=0.05) as (channel, intake):
        await heard(platform, intake)
        with pytest.raises(ChannelUnavailable):
            await channel.send(post(attachment=file))
    assert platform.said == []


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param(-1, ChannelUnavailable, id="busy"),
        pytest.param(45009, DeliveryDelayed, id="too fast"),
        pytest.param(40058, DeliveryRefused, id="wrong parameters"),
        pytest.param(123456, DeliveryRefused, id="unknown"),
    ],
)
async def test_an_error_in_a_reply_says_what_happens_next(
    platform: FakeAibot, clock: VirtualClock, code: int, error: type[BotError]
) -> None:
    platform.codes["aibot_send_msg"] = code
    async with connected(platform, clock) as (channel, _):
        with pytest.raises(error, match=str(code)):
            await channel.send(post())


async def test_without_a_reply_it_may_have_gone_out(platform: FakeAibot, clock: VirtualClock) -> None:
    platform.freeze()
    async with connected(platform, clock, call_timeout_seconds=0.05) as (channel, intake):
        await heard(platform, intake)
        with pytest.raises(DeliveryUnknown):
            await channel.send(post())
        with pytest.raises(DeliveryUnknown):
            await channel.send(post())
    assert len(platform.said) == 2


async def test_a_connection_that_is_cut_while_it_waits_leaves_a_doubt_at_once(
    platform: FakeAibot, clock: VirtualClock
) -> None:
    platform.freeze()
    async with connected(platform, clock, call_timeout_seconds=300) as (channel, intake):
        await heard(platform, intake)
        async with asyncio.TaskGroup() as group:
            group.create_task(cut_later(platform))
            with pytest.raises(DeliveryUnknown):
                await channel.send(post())


async def cut_later(platform: FakeAibot) -> None:
    """Cuts the connection as soon as something was said."""
    await eventually(lambda: platform.said)
    platform.cut()


async def test_while_it_is_not_connected_nothing_goes_out(platform: FakeAibot, clock: VirtualClock) -> None:
    platform.closed = True
    async with receiving(platform, clock) as (channel, _):
        await eventually(lambda: platform.connections)
        with pytest.raises(ChannelUnavailable):
            await channel.send(post())
        with pytest.raises(ChannelUnavailable):
            await channel.send(post(conversation=Conversation(external_id="")))


# ── the connection ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_open_connection_that_is_no_longer_subscribed_is_made_anew(
    platform: FakeAibot, clock: VirtualClock
) -> None:
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake)
        platform.unsubscribe()
        with pytest.raises(ChannelUnavailable, match="846609"):
            await channel.send(post(conversation=ZHANG))
        await eventually(lambda: platform.followed and channel.standing.connected)
        await channel.send(post())
    assert (platform.connections, len(intake.gaps)) == (2, 1)


async def test_a_robot_that_connects_elsewhere_is_not_kicked_back(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock) as (older, older_intake), connected(platform, clock) as (newer, newer_intake):
        await eventually(lambda: not older.standing.connected)
        assert "别处" in older.standing.detail
        with pytest.raises(ChannelUnavailable, match="别处"):
            await older.send(post())
        await heard(platform, newer_intake)
        assert newer.standing.connected
        assert (platform.connections, older_intake.messages) == (2, [])


async def test_a_connection_without_a_sign_of_life_is_made_anew(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock, heartbeat_seconds=0.01, call_timeout_seconds=0.02) as (channel, intake):
        await heard(platform, intake)
        platform.mute = {"ping"}
        await eventually(lambda: platform.connections >= 2)
        platform.mute = set()
        await eventually(lambda: intake.gaps and channel.standing.connected)
        await heard(platform, intake)
    assert len(intake.messages) == 2


async def test_one_missed_sign_of_life_is_forgiven(platform: FakeAibot, clock: VirtualClock) -> None:
    async with connected(platform, clock, heartbeat_seconds=0.005, call_timeout_seconds=0.3):
        for _ in range(2):
            platform.mute, pings = {"ping"}, platform.calls["ping"]
            await eventually(lambda seen=pings: platform.calls["ping"] > seen)  # type: ignore[misc] # binds the count
            platform.mute, pings = set(), platform.calls["ping"]
            await eventually(lambda seen=pings: platform.calls["ping"] > seen + 1)  # type: ignore[misc] # binds the count
    assert platform.connections == 1


@pytest.mark.parametrize("how", ["hang_up", "cut"])
async def test_a_lost_connection_is_made_anew_and_its_gap_told(
    platform: FakeAibot, clock: VirtualClock, how: str
) -> None:
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake)
        assert intake.gaps == []
        platform.closed = True
        if how == "hang_up":
            await platform.hang_up()
        else:
            platform.cut()
        await eventually(lambda: not channel.standing.connected)
        clock.advance(90)
        platform.closed = False
        await eventually(lambda: intake.gaps)
        await heard(platform, intake, "回来了")
    (gap,) = intake.gaps
    assert (gap.channel, gap.began_at, gap.ended_at) == ("wecom_aibot", NOW, NOW + timedelta(seconds=90))
    assert channel.standing.since == gap.ended_at


async def test_it_connects_again_with_growing_pauses(platform: FakeAibot) -> None:
    clock = CountingClock(NOW)
    platform.closed = True
    async with receiving(platform, clock, backoff_first_seconds=1, backoff_most_seconds=5) as (channel, _):
        await eventually(lambda: len(clock.pauses) >= 5)
        assert clock.pauses[:5] == [1, 2, 4, 5, 5]
        assert channel.standing.detail == "连不上企业微信，正在重试"
        platform.closed = False
        await eventually(lambda: channel.standing.connected)
        clock.pauses.clear()
        clock.advance(61)  # it has been a good one
        await platform.hang_up()
        await eventually(lambda: backoffs(clock))
    assert backoffs(clock)[0] == 1


async def test_a_server_that_closes_at_once_is_not_stormed(platform: FakeAibot) -> None:
    clock = CountingClock(NOW)
    async with receiving(platform, clock, backoff_first_seconds=1, backoff_most_seconds=60):
        for number in range(4):
            await eventually(lambda: platform.followed)
            await platform.hang_up()
            await eventually(lambda wanted=number + 1: len(backoffs(clock)) >= wanted)  # type: ignore[misc] # binds the count
    assert backoffs(clock)[:4] == [1, 2, 4, 8]


def backoffs(clock: CountingClock) -> list[float]:
    """The pauses before connecting again; the others are between two signs of life."""
    return [pause for pause in clock.pauses if pause != 3000]


@pytest.mark.parametrize("wrong", [{"secret": "wrong"}, {"bot_id": "another"}])
async def test_a_robot_that_is_not_let_in_says_so_and_goes_on_trying(
    platform: FakeAibot, clock: VirtualClock, wrong: dict[str, str]
) -> None:
    async with receiving(platform, clock, **wrong) as (channel, _):
        await eventually(lambda: platform.connections >= 2)
        assert "Secret" in channel.standing.detail
        assert not channel.standing.connected


async def test_a_subscription_that_is_never_answered_is_given_up(platform: FakeAibot, clock: VirtualClock) -> None:
    platform.mute = {"aibot_subscribe"}
    async with receiving(platform, clock, connect_timeout_seconds=0.05) as (channel, _):
        await eventually(lambda: platform.connections >= 2)
        assert not channel.standing.connected


async def test_a_port_that_takes_connections_and_says_nothing_is_given_up(
    platform: FakeAibot, clock: VirtualClock
) -> None:
    taken: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: taken.append(writer), "127.0.0.1", 0)
    url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server:
        async with receiving(platform, clock, url=url, connect_timeout_seconds=0.03):
            await eventually(lambda: len(taken) >= 2)
        for writer in taken:  # from Python 3.12 on a server waits for its connections
            writer.close()


async def test_secrets_texts_and_accounts_never_show(
    platform: FakeAibot, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with connected(platform, clock) as (channel, intake):
        await heard(platform, intake, "张三 38.5")
        await channel.send(post("张三 38.5"))
        await platform.hang_up()
        await eventually(lambda: intake.gaps)
        platform.codes["aibot_send_msg"] = 45009
        with pytest.raises(DeliveryDelayed) as caught:
            await channel.send(post("张三 38.5"))
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    shown = ours + repr(platform.settings()) + repr(caught.value) + channel.standing.detail
    assert [word for word in (SECRET, "38.5", "张三", "zhangsan", GROUP) if word in shown] == []
    assert ours
