"""The group robot of WeCom against a platform that keeps the documented contract."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channel import Hears
from bot.channels.wecom import WecomWebhookChannel
from bot.clock import VirtualClock
from bot.errors import BotError, ChannelUnavailable, DeliveryRefused, DeliveryUnknown
from bot.messages import Attachment, Conversation, Dispatch, Mention
from tests.channels.running import receiving
from tests.channels.telling import told_by
from tests.fakes.wecom import KEY, FakeWecom

ROOM = Conversation(external_id="group", name="代表群")
ZHANG = Mention(name="张三", phone="+8613800000001")
LI = Mention(name="李四", external_id="lisi", phone="13800000002")


@pytest.fixture
async def platform(clock: VirtualClock) -> AsyncIterator[FakeWecom]:
    async with FakeWecom(clock) as running:
        yield running


def robot(platform: FakeWecom, clock: VirtualClock, **settings: Any) -> WecomWebhookChannel:
    return WecomWebhookChannel(platform.webhook(**settings), clock, ["代表群"])


def post(text: str = "请上报", **more: Any) -> Dispatch:
    given: dict[str, Any] = {"id": 1, "conversation": ROOM, "text": text}
    return Dispatch(**given | more)


def file(content: bytes = b"0123456789", name: str = "2月10日 汇总.xlsx") -> Attachment:
    return Attachment(name=name, media_type="application/octet-stream", content=content)


def hurry(mood: str | int) -> dict[str, float]:
    """Waits shortly where there is nothing to wait for."""
    return {"call_timeout_seconds": 0.1, "connect_timeout_seconds": 0.4} if mood in ("silent", "slow") else {}


async def test_it_says_a_text_in_its_group(platform: FakeWecom, clock: VirtualClock) -> None:
    assert await robot(platform, clock).send(post("请上报今日健康情况")) is None
    assert platform.sent == [{"msgtype": "text", "text": {"content": "请上报今日健康情况"}}]


async def test_it_tells_which_group_it_is_in_and_hears_nothing(platform: FakeWecom, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    assert not channel.standing.connected
    async with receiving(channel) as intake:
        assert intake.rooms == {"group": "代表群"}
    assert channel.traits.hears is Hears.NOTHING
    assert not channel.standing.connected


async def test_people_are_mentioned_by_account_by_phone_or_by_name(platform: FakeWecom, clock: VirtualClock) -> None:
    channel = robot(platform, clock, mention_phones=True, accounts_of="wecom_app")
    await channel.send(post("请上报", mentions=(ZHANG, LI, Mention(name="王五"))))
    assert platform.sent == [
        {
            "msgtype": "text",
            "text": {
                "content": "@王五\n请上报",
                "mentioned_list": ["lisi"],
                "mentioned_mobile_list": ["13800000001"],
            },
        }
    ]


async def test_no_telephone_number_leaves_unless_the_office_wishes(platform: FakeWecom, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    await channel.send(post("请上报", mentions=(ZHANG,)))
    assert platform.sent == [{"msgtype": "text", "text": {"content": "@张三\n请上报"}}]
    assert (channel.traits.mentions, channel.traits.mentions_by_phone) == (False, False)


async def test_a_file_goes_before_its_text_under_its_own_name(platform: FakeWecom, clock: VirtualClock) -> None:
    await robot(platform, clock).send(post("见附件", attachment=file()))
    assert [body["msgtype"] for body in platform.sent] == ["file", "text"]
    assert platform.files[platform.sent[0]["file"]["media_id"]] == ("2月10日 汇总.xlsx", b"0123456789")


async def test_a_large_file_goes_through(platform: FakeWecom, clock: VirtualClock) -> None:
    await robot(platform, clock).send(post("", attachment=file(b"x" * 3_000_000)))
    assert [len(content) for _, content in platform.files.values()] == [3_000_000]


async def test_a_name_of_a_file_cannot_leave_its_header(platform: FakeWecom, clock: VirtualClock) -> None:
    await robot(platform, clock).send(post("", attachment=file(name='a"\r\nX: 1\\../b.txt')))
    ((name, _),) = platform.files.values()
    assert name == "a___X: 1_.._b.txt"


@pytest.mark.parametrize("size", [0, 5, 101])
async def test_a_file_that_the_platform_would_not_take_is_refused(
    platform: FakeWecom, clock: VirtualClock, size: int
) -> None:
    with pytest.raises(DeliveryRefused, match="企业微信"):
        await robot(platform, clock, max_file_bytes=100).send(post(attachment=file(b"x" * size)))
    assert platform.sent == []


async def test_what_is_too_long_with_its_names_is_said_in_pieces_of_whole_characters(
    platform: FakeWecom, clock: VirtualClock
) -> None:
    text = "请尽快上报。" * 110
    mentions = tuple(Mention(name=f"代表{number}") for number in range(30))
    await robot(platform, clock).send(post(text, mentions=mentions))
    assert len(platform.sent) == 2
    assert "".join(platform.texts()[1:]) == text
    assert platform.texts()[0].count("@") == 30


async def test_the_outbox_is_told_a_limit_that_leaves_room_for_names(platform: FakeWecom, clock: VirtualClock) -> None:
    channel = robot(platform, clock)
    most = channel.traits.max_bytes or 0
    await channel.send(post("报" * (most // 3), mentions=tuple(Mention(name="张三丰") for _ in range(17))))
    assert len(platform.sent) == 1


async def test_the_twenty_first_message_of_a_minute_is_tried_again_later(
    platform: FakeWecom, clock: VirtualClock
) -> None:
    channel = robot(platform, clock)
    for number in range(channel.traits.per_minute or 0):
        await channel.send(post(str(number)))
    with pytest.raises(ChannelUnavailable, match="45009"):
        await channel.send(post("多了"))
    clock.advance(60)
    await channel.send(post("多了"))
    assert len(platform.sent) == 21


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param(-1, ChannelUnavailable, id="busy"),
        pytest.param(45009, ChannelUnavailable, id="too fast"),
        pytest.param(45002, DeliveryRefused, id="too long"),
        pytest.param(93000, DeliveryRefused, id="wrong key"),
        pytest.param(40058, DeliveryRefused, id="wrong parameters"),
        pytest.param(999999, DeliveryRefused, id="unknown"),
    ],
)
async def test_an_error_inside_http_200_says_what_happens_next(
    platform: FakeWecom, clock: VirtualClock, code: int, error: type[BotError]
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
        pytest.param("deaf", DeliveryUnknown, id="cut off before"),
        pytest.param("nonsense", DeliveryUnknown, id="no JSON"),
        pytest.param(500, DeliveryUnknown, id="500"),
        pytest.param(502, DeliveryUnknown, id="502"),
        pytest.param(503, ChannelUnavailable, id="503"),
        pytest.param(429, ChannelUnavailable, id="429"),
        pytest.param(302, ChannelUnavailable, id="elsewhere"),
        pytest.param(404, ChannelUnavailable, id="404"),
    ],
)
async def test_a_call_without_an_answer_leaves_a_doubt_only_where_it_may_have_gone_out(
    platform: FakeWecom, clock: VirtualClock, mood: str | int, error: type[BotError]
) -> None:
    platform.moods["send"] = mood
    with pytest.raises(error):
        await robot(platform, clock, **hurry(mood)).send(post())


async def test_a_platform_that_is_not_there_is_tried_again(platform: FakeWecom, clock: VirtualClock) -> None:
    channel = robot(platform, clock, base_url="http://127.0.0.1:1")
    with pytest.raises(ChannelUnavailable, match="连不上"):
        await channel.send(post())


@pytest.mark.parametrize("mood", ["silent", "drop", 500])
async def test_a_file_that_was_not_uploaded_is_tried_again(
    platform: FakeWecom, clock: VirtualClock, mood: str | int
) -> None:
    platform.moods["upload_media"] = mood
    with pytest.raises(ChannelUnavailable):
        await robot(platform, clock, upload_timeout_seconds=0.1 if mood == "silent" else 5).send(
            post(attachment=file())
        )
    assert platform.sent == []


async def test_a_text_that_fails_behind_its_file_leaves_a_doubt(platform: FakeWecom, clock: VirtualClock) -> None:
    platform.tire(left=1)
    with pytest.raises(DeliveryUnknown, match="前 1 段已经发出"):
        await robot(platform, clock).send(post(attachment=file()))


async def test_nobody_is_spoken_to_alone(platform: FakeWecom, clock: VirtualClock) -> None:
    with pytest.raises(DeliveryRefused):
        await robot(platform, clock).send(post(conversation=Conversation(external_id="zhangsan", private=True)))


async def test_the_last_trouble_is_told_until_something_went_out(platform: FakeWecom, clock: VirtualClock) -> None:
    channel = robot(platform, clock, key="a-wrong-key")
    with pytest.raises(DeliveryRefused):
        await channel.send(post())
    assert "93000" in channel.standing.detail
    platform.codes["send"] = 0
    await channel.send(post())
    assert channel.standing.detail == "只说不听"


@pytest.mark.parametrize("mood", ["silent", "drop", "nonsense", 500, "", "elsewhere"])
async def test_the_key_and_what_is_said_never_show(
    platform: FakeWecom, clock: VirtualClock, mood: str | int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if mood:
        platform.moods["send"] = mood
    else:
        platform.codes["send"] = 93000
    url = {"base_url": "http://127.0.0.1:1"} if mood == "elsewhere" else {}
    channel = robot(platform, clock, **hurry(mood), **url)
    with pytest.raises(BotError) as caught:
        await channel.send(post("张三 38.5"))
    shown = caplog.text + channel.standing.detail + repr(platform.webhook()) + told_by(caught.value)
    assert [word for word in (KEY, "38.5") if word in shown] == []
