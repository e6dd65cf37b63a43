"""The group robot of DingTalk against a platform that keeps the documented contract."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.channel import Hears
from bot.channels.dingtalk import DingtalkWebhookChannel, signing
from bot.clock import VirtualClock
from bot.errors import BotError, ChannelUnavailable, DeliveryRefused, DeliveryUnknown
from bot.messages import Conversation, Dispatch, Mention
from tests.channels.running import receiving
from tests.channels.telling import told_by
from tests.fakes import dingtalk
from tests.fakes.dingtalk import FakeDingtalk

ROOM = Conversation(external_id="group", name="代表群")
ZHANG = Mention(name="张三", phone="+8613800000001")
LI = Mention(name="李四", external_id="lisi", phone="13800000002")
SHORT = {"silent", "slow"}
"""Moods in which there is nothing to wait for."""


@pytest.fixture
async def platform(clock: VirtualClock) -> AsyncIterator[FakeDingtalk]:
    async with FakeDingtalk(clock) as running:
        yield running


def robot(platform: FakeDingtalk, clock: VirtualClock, mood: str | int = "", **settings: Any) -> DingtalkWebhookChannel:
    hurry = {"call_timeout_seconds": 0.1, "connect_timeout_seconds": 0.4} if mood in SHORT else {}
    return DingtalkWebhookChannel(platform.webhook(**hurry, **settings), clock, ["代表群"])


def post(text: str = "请上报", **more: Any) -> Dispatch:
    given: dict[str, Any] = {"id": 1, "conversation": ROOM, "text": text}
    return Dispatch(**given | more)


async def test_it_says_a_text_in_its_group(platform: FakeDingtalk, clock: VirtualClock) -> None:
    assert await robot(platform, clock).send(post("请上报今日健康情况")) is None
    (body,) = platform.bodies
    assert (body["msgtype"], body["text"]) == ("text", {"content": "请上报今日健康情况"})
    assert body["at"] == {"atMobiles": [], "atUserIds": [], "isAtAll": False}


async def test_it_tells_which_group_it_is_in_and_hears_nothing(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    assert not channel.standing.connected
    async with receiving(channel) as intake:
        assert intake.rooms == {"group": "代表群"}
    assert channel.traits.hears is Hears.NOTHING
    assert not channel.standing.connected


# ── signature ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_published_vector_is_signed_as_published() -> None:
    sign = signing.robot_signature("SECtest", "1580601600000")
    assert sign == "5Gw9Afhs+F8nEkGiodJD5sIyBaVYMep8cii5XefA1oE="


async def test_the_signature_is_encoded_once(platform: FakeDingtalk, clock: VirtualClock) -> None:
    """Other clients encode it twice (`%253D`), and get 310000 for it."""
    channel = robot(platform, clock)
    for _ in range(8):  # some of these signatures hold a plus or a slash
        await channel.send(post())
        clock.advance(61)
    signs = []
    for query in platform.queries:
        (sign,), (at,) = parse_qs(query)["sign"], parse_qs(query)["timestamp"]
        assert sign == dingtalk.signed(dingtalk.SEC, f"{at}\n{dingtalk.SEC}")
        assert "%25" not in query
        signs.append(sign)
    assert any("+" in sign for sign in signs)


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_clock_that_is_wrong_is_told_and_the_post_tried_again(
    platform: FakeDingtalk, clock: VirtualClock, hours: int
) -> None:
    ours = VirtualClock(clock.now() + timedelta(hours=hours))
    with pytest.raises(ChannelUnavailable, match="310000"):
        await robot(platform, ours).send(post())
    assert platform.sent == []


async def test_a_robot_guarded_by_a_keyword_always_says_it(platform: FakeDingtalk, clock: VirtualClock) -> None:
    platform.keyword = "联络"
    with pytest.raises(ChannelUnavailable, match="310000"):
        await robot(platform, clock).send(post())
    channel = robot(platform, clock, keyword="联络")
    await channel.send(post("请上报"))
    await channel.send(post("联络员提醒：请上报"))
    assert [text for _, _, text in platform.sent] == ["联络\n请上报", "联络员提醒：请上报"]


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_people_are_mentioned_by_account_by_phone_or_by_name(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock, mention_phones=True, accounts_of="dingtalk_stream")
    await channel.send(post("请上报", mentions=(ZHANG, LI, Mention(name="王五"))))
    (body,) = platform.bodies
    assert body["at"] == {"atMobiles": ["13800000001"], "atUserIds": ["lisi"], "isAtAll": False}
    assert body["text"]["content"] == "@13800000001 @lisi @王五\n请上报"  # who is mentioned must stand in the text


async def test_no_telephone_number_leaves_unless_the_office_wishes(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    await channel.send(post("请上报", mentions=(ZHANG,)))
    assert "138" not in str(platform.bodies)
    assert platform.bodies[0]["text"]["content"] == "@张三\n请上报"
    assert (channel.traits.mentions, channel.traits.mentions_by_phone) == (False, False)


async def test_nobody_is_spoken_to_alone(platform: FakeDingtalk, clock: VirtualClock) -> None:
    with pytest.raises(DeliveryRefused):
        await robot(platform, clock).send(post(conversation=Conversation(external_id="zhangsan", private=True)))


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["请尽快上报。" * 3000, '"\n' * 9000, "\x01" * 9000 + "好"])
async def test_bytes_are_counted_as_the_platform_counts_them(
    platform: FakeDingtalk, clock: VirtualClock, text: str
) -> None:
    mentions = tuple(Mention(name=f"代表{number}", external_id=f"{number:030}") for number in range(60))
    await robot(platform, clock, accounts_of="x").send(post(text, mentions=mentions))
    said = "".join("".join(body["text"]["content"] for body in platform.bodies).split())
    assert said.endswith("".join(text.replace("\x01", "").split()))
    assert [len(body["at"].get("atUserIds", [])) for body in platform.bodies][1:] == [0] * (len(platform.bodies) - 1)


async def test_the_outbox_is_told_a_limit_that_leaves_room_for_names(
    platform: FakeDingtalk, clock: VirtualClock
) -> None:
    channel = robot(platform, clock, keyword="联络")
    most = channel.traits.max_bytes or 0
    await channel.send(post("报" * (most // 3), mentions=tuple(Mention(name="张三丰") for _ in range(17))))
    assert len(platform.sent) == 1


async def test_after_too_much_nothing_is_tried_for_ten_minutes(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    async with receiving(channel):
        for number in range(channel.traits.per_minute or 0):
            await channel.send(post(str(number)))
        with pytest.raises(ChannelUnavailable, match="130101"):
            await channel.send(post("多了"))
        calls = platform.calls["send"]
        clock.advance(599)
        assert (channel.standing.connected, "十分钟" in channel.standing.detail) == (False, True)
        with pytest.raises(ChannelUnavailable):
            await channel.send(post("多了"))
        assert platform.calls["send"] == calls  # each further attempt would make the block longer
        clock.advance(1)
        assert channel.standing.connected
        await channel.send(post("多了"))
    assert len(platform.sent) == 21


# ── errors ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param(-1, ChannelUnavailable, id="busy"),
        pytest.param(130101, ChannelUnavailable, id="too fast"),
        pytest.param(310000, ChannelUnavailable, id="guard"),
        pytest.param(300001, DeliveryRefused, id="wrong token"),
        pytest.param(400102, DeliveryRefused, id="stopped"),
        pytest.param(460101, DeliveryRefused, id="too long"),
        pytest.param(999999, DeliveryRefused, id="unknown"),
    ],
)
async def test_an_error_inside_http_200_says_what_happens_next(
    platform: FakeDingtalk, clock: VirtualClock, code: int, error: type[BotError]
) -> None:
    platform.codes["send"] = code
    with pytest.raises(error, match=str(code)):
        await robot(platform, clock).send(post())


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        pytest.param("silent", DeliveryUnknown, id="half-open"),
        pytest.param("slow", DeliveryUnknown, id="a byte at a time"),
        pytest.param("drop", DeliveryUnknown, id="cut off after it was taken"),
        pytest.param("nonsense", DeliveryUnknown, id="no JSON"),
        pytest.param(502, DeliveryUnknown, id="502"),
        pytest.param(503, ChannelUnavailable, id="503"),
        pytest.param(429, ChannelUnavailable, id="429"),
        pytest.param(404, ChannelUnavailable, id="404"),
    ],
)
async def test_a_call_without_an_answer_leaves_a_doubt_only_where_it_may_have_gone_out(
    platform: FakeDingtalk, clock: VirtualClock, mood: str | int, error: type[BotError]
) -> None:
    platform.moods["send"] = mood
    with pytest.raises(error, match="钉钉"):
        await robot(platform, clock, mood).send(post())


async def test_a_second_piece_that_fails_leaves_a_doubt(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    for number in range(19):
        await channel.send(post(str(number)))
    with pytest.raises(DeliveryUnknown, match="前 1 段已经发出"):
        await channel.send(post("请尽快上报。" * 1000))


@pytest.mark.parametrize("mood", ["silent", "drop", 500, "", "elsewhere"])
async def test_secrets_and_what_is_said_never_show(
    platform: FakeDingtalk, clock: VirtualClock, mood: str | int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if mood:
        platform.moods["send"] = mood
    else:
        platform.codes["send"] = 300001
    url = {"base_url": "http://127.0.0.1:1"} if mood == "elsewhere" else {}
    channel = robot(platform, clock, mood, **url)
    with pytest.raises(BotError) as caught:
        await channel.send(post("张三 38.5"))
    shown = caplog.text + channel.standing.detail + repr(platform.webhook()) + told_by(caught.value)
    assert [word for word in (dingtalk.TOKEN, dingtalk.SEC, "38.5") if word in shown] == []


def test_the_time_is_in_milliseconds() -> None:
    assert signing.milliseconds(datetime(2020, 2, 2, tzinfo=UTC)) == "1580601600000"
