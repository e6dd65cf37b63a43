"""专有钉钉 against a platform that checks each call's signature; callbacks in, let in once and counted when refused."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web

from bot.channel import Addresses, Hears
from bot.channels.dingtalk import DingtalkGovChannel, signing
from bot.clock import VirtualClock
from bot.errors import BotError, ChannelUnavailable, DeliveryRefused, DeliveryUnknown
from bot.messages import Conversation, Dispatch, Mention
from tests.channels.running import receiving
from tests.eventually import eventually
from tests.fakes import dingtalk
from tests.fakes.dingtalk import CALLBACK, GOV_SECRET, GROUP, FakeDingtalk
from tests.fakes.intake import BrokenIntake, MemoryIntake

ROOM: Final = Conversation(external_id=GROUP, name="代表群")
ZHANG: Final = Conversation(external_id="zhangsan", private=True)


@pytest.fixture
async def platform(clock: VirtualClock) -> AsyncIterator[FakeDingtalk]:
    async with FakeDingtalk(clock) as running:
        yield running


def application(platform: FakeDingtalk, clock: VirtualClock, **settings: Any) -> DingtalkGovChannel:
    return DingtalkGovChannel(platform.gov(**settings), clock)


def post(text: str = "请上报", **more: Any) -> Dispatch:
    given: dict[str, Any] = {"id": 7, "conversation": ZHANG, "text": text}
    return Dispatch(**given | more)


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_gets_a_work_notification(platform: FakeDingtalk, clock: VirtualClock) -> None:
    proof = await application(platform, clock).send(post("2月10日 & 健康=36.5\n“好”+%"))
    assert platform.sent == [("notice", "zhangsan", "2月10日 & 健康=36.5\n“好”+%")]
    assert str(proof).startswith("msg-")
    assert platform.calls["gettoken.json"] == 0  # signed, it needs no token


async def test_a_group_is_told_with_a_token_that_is_renewed(platform: FakeDingtalk, clock: VirtualClock) -> None:
    channel = application(platform, clock)
    await channel.send(post("1", conversation=ROOM, mentions=(Mention(name="张三"),)))
    await channel.send(post("2", conversation=ROOM))
    assert platform.calls["gettoken.json"] == 1
    platform.expire()
    await channel.send(post("3", conversation=ROOM))
    clock.advance(7200)
    await channel.send(post("4", conversation=ROOM))
    assert platform.calls["gettoken.json"] == 3
    assert platform.sent == [("chat", GROUP, "@张三\n1"), *(("chat", GROUP, text) for text in "234")]


async def test_somebody_who_never_spoke_is_found_by_the_rosters_number(
    platform: FakeDingtalk, clock: VirtualClock
) -> None:
    platform.mobiles, platform.members = {"13800000001": 78698966}, {"78698966"}
    channel = application(platform, clock, callback="")
    assert channel.traits.addresses is Addresses.PHONE
    place = Conversation(external_id="13800000001", private=True)
    await channel.send(post("1", conversation=place))
    await channel.send(post("2", conversation=place))
    assert platform.sent == [("notice", "78698966", "1"), ("notice", "78698966", "2")]
    assert platform.calls["get_by_mobiles"] == 1


@pytest.mark.parametrize(
    ("how", "error"),
    [
        pytest.param("nobody", DeliveryRefused, id="nobody"),
        pytest.param("refused", ChannelUnavailable, id="not allowed"),
        pytest.param("silent", ChannelUnavailable, id="half-open"),
        pytest.param("drop", ChannelUnavailable, id="cut off"),
    ],
)
async def test_a_number_that_leads_to_nobody_now_leaves_no_doubt(
    platform: FakeDingtalk, clock: VirtualClock, how: str, error: type[BotError]
) -> None:
    if how in ("silent", "drop"):
        platform.moods["get_by_mobiles"] = how
    tenant = {"tenant_id": "1"} if how == "refused" else {}
    channel = application(platform, clock, callback="", call_timeout_seconds=0.2, **tenant)
    with pytest.raises(error) as caught:
        await channel.send(post(conversation=Conversation(external_id="13800000001", private=True)))
    assert "138" not in str(caught.value)
    assert platform.calls["workNotification"] == 0


def test_a_call_is_signed_as_several_independent_clients_sign_it() -> None:
    """The text that is signed, written out; `tests.fakes.dingtalk` computes the signature by itself."""
    head = "POST\n2020-02-02T08:00:00.000+08:00\n15806016000001234\n/message/workNotification"
    meant = head + '\na=1&msg={"x":"你 好"}&z=2'
    fields = {"z": "2", "msg": '{"x":"你 好"}', "a": "1"}
    timestamp = signing.gov_timestamp(datetime(2020, 2, 2, tzinfo=UTC))
    ours = signing.gov_signature("s", "POST", timestamp, "15806016000001234", "/message/workNotification", fields)
    assert ours == dingtalk.signed("s", meant)
    without = signing.gov_signature("s", "GET", timestamp, "1", "/gettoken.json", {})
    assert without == dingtalk.signed("s", "GET\n2020-02-02T08:00:00.000+08:00\n1\n/gettoken.json")


@pytest.mark.parametrize(
    ("changes", "conversation", "error"),
    [
        pytest.param({"secret": "wrong"}, ZHANG, DeliveryRefused, id="wrong secret"),
        pytest.param({"secret": "wrong"}, ROOM, ChannelUnavailable, id="no token for it"),
        pytest.param({"tenant_id": "1"}, ZHANG, DeliveryRefused, id="wrong tenant"),
        pytest.param({"sender_id": ""}, ROOM, DeliveryRefused, id="no sender"),
        pytest.param({}, Conversation(external_id="gone", private=True), DeliveryRefused, id="nobody there"),
        pytest.param({}, Conversation(external_id="other"), DeliveryRefused, id="no such group"),
        pytest.param({}, Conversation(external_id=""), ChannelUnavailable, id="not known yet"),
        pytest.param({}, Conversation(external_id="lisi", private=True), ChannelUnavailable, id="flooded"),
    ],
)
async def test_a_refusal_says_what_happens_next(
    platform: FakeDingtalk,
    clock: VirtualClock,
    changes: dict[str, str],
    conversation: Conversation,
    error: type[BotError],
) -> None:
    platform.flooded.add("lisi")
    with pytest.raises(error):
        await application(platform, clock, **changes).send(post(conversation=conversation))
    assert platform.sent == []


async def test_a_clock_that_is_wrong_is_refused(platform: FakeDingtalk, clock: VirtualClock) -> None:
    with pytest.raises(DeliveryRefused, match="INVALID_SIGNATURE"):
        await application(platform, VirtualClock(clock.now() + timedelta(minutes=20))).send(post())


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        ("silent", DeliveryUnknown),
        ("drop", DeliveryUnknown),
        ("nonsense", DeliveryUnknown),
        (500, DeliveryUnknown),
        (503, ChannelUnavailable),
        (404, ChannelUnavailable),
    ],
)
async def test_a_call_without_an_answer_leaves_a_doubt_only_where_it_may_have_gone_out(
    platform: FakeDingtalk, clock: VirtualClock, mood: str | int, error: type[BotError]
) -> None:
    platform.moods["workNotification"] = mood
    with pytest.raises(error, match="专有钉钉"):
        await application(platform, clock, call_timeout_seconds=0.2).send(post())


async def test_a_text_that_is_too_long_is_said_in_pieces(platform: FakeDingtalk, clock: VirtualClock) -> None:
    await application(platform, clock).send(post("请尽快上报。" * 300))
    assert len(platform.sent) == 3
    assert "".join(text for *_, text in platform.sent) == "请尽快上报。" * 300


async def test_a_platform_that_gives_no_token_is_told_and_asked_again(
    platform: FakeDingtalk, clock: VirtualClock
) -> None:
    channel = application(platform, clock, secret="wrong")
    async with receiving(channel, connected=False):
        await eventually(lambda: platform.calls["gettoken.json"] >= 2)
        assert "App Secret" in channel.standing.detail
        assert not channel.standing.connected


# ── callbacks ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Desk:
    """A receiving application, its address, and the platform that calls there."""

    def __init__(self, channel: DingtalkGovChannel, intake: MemoryIntake, url: str, at: datetime) -> None:
        self.channel, self.intake, self.url, self.at = channel, intake, url, at

    async def post(self, body: bytes, headers: dict[str, str], secret: str = CALLBACK) -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/{secret}", data=body, headers=headers) as response,
        ):
            return response.status

    def headers(self, at: datetime | None = None, secret: str = GOV_SECRET) -> dict[str, str]:
        timestamp = str(int((at or self.at).timestamp() * 1000))
        return {"timestamp": timestamp, "sign": dingtalk.signed(secret, f"{timestamp}\n{secret}")}


@asynccontextmanager
async def at_desk(
    platform: FakeDingtalk, clock: VirtualClock, intake: MemoryIntake | None = None, **settings: Any
) -> AsyncIterator[Desk]:
    channel = application(platform, clock, **settings)
    app = web.Application()
    channel.attach(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/dingtalk/dingtalk_gov"
    try:
        async with receiving(channel, intake=intake) as running:
            yield Desk(channel, running, url, clock.now())
    finally:
        await runner.cleanup()


async def test_a_member_is_heard(platform: FakeDingtalk, clock: VirtualClock) -> None:
    body = json.dumps(platform.said("36.5 健康", private=True, msgId="m1")).encode()
    async with at_desk(platform, clock) as desk:
        assert await desk.post(body, desk.headers()) == 200
        assert desk.channel.standing.detail == "已连上"
    (message,) = desk.intake.messages
    assert (message.external_id, message.text, message.conversation) == ("m1", "36.5 健康", ZHANG)
    assert message.channel == "dingtalk_gov"


async def test_the_same_message_brought_again_is_kept_once(platform: FakeDingtalk, clock: VirtualClock) -> None:
    body = json.dumps(platform.said("36.5", msgId="m1")).encode()
    async with at_desk(platform, clock) as desk:
        for seconds in (0, 1, 2):  # the platform brings it again under another time
            assert await desk.post(body, desk.headers(desk.at + timedelta(seconds=seconds))) == 200
    assert (len(desk.intake.messages), desk.intake.repeats) == (1, 2)


async def test_replayed_and_forged_callbacks_are_refused_and_counted(
    platform: FakeDingtalk, clock: VirtualClock
) -> None:
    body = json.dumps(platform.said("36.5", msgId="m1")).encode()
    async with at_desk(platform, clock, max_callback_bytes=5_000) as desk:
        good = desk.headers()
        assert [await desk.post(body, good) for _ in range(3)] == [200, 403, 403]
        refused = [
            (body, desk.headers(secret="another"), CALLBACK),
            (body, good | {"sign": ""}, CALLBACK),
            (body, desk.headers(), "guessed"),
            (body, desk.headers(desk.at - timedelta(minutes=6)), CALLBACK),
            (body, desk.headers(desk.at + timedelta(minutes=6)), CALLBACK),
            (body, {"sign": good["sign"]}, CALLBACK),
            (body, good | {"timestamp": "9" * 40}, CALLBACK),
            (b"{", desk.headers(), CALLBACK),
            (b"[]", desk.headers(), CALLBACK),
            (json.dumps({"text": {"content": "36.5"}}).encode(), desk.headers(), CALLBACK),
            (b"x" * 6_000, desk.headers(), CALLBACK),
        ]
        for what in refused:
            assert await desk.post(*what) == 403
        assert desk.intake.texts() == ["36.5"]
        assert desk.channel.refused == {"replayed": 2, "forged": 3, "late": 2, "malformed": 6}
        assert "拒收了 13 次" in desk.channel.standing.detail


async def test_what_could_not_be_kept_may_come_again_as_it_was(platform: FakeDingtalk, clock: VirtualClock) -> None:
    intake = BrokenIntake()
    body = json.dumps(platform.said("36.5", msgId="m1")).encode()
    async with at_desk(platform, clock, intake) as desk:
        assert await desk.post(body, desk.headers()) == 500
        intake.broken = False
        assert await desk.post(body, desk.headers()) == 200
    assert (intake.texts(), desk.channel.refused) == (["36.5"], {})


async def test_without_an_agreed_address_it_hears_nothing(platform: FakeDingtalk, clock: VirtualClock) -> None:
    async with at_desk(platform, clock, callback="") as desk:
        assert desk.channel.traits.hears is Hears.NOTHING
        assert await desk.post(b"{}", desk.headers(), "x") == 404
    assert application(platform, clock).traits.hears is Hears.MENTIONS
    assert application(platform, clock, sender_id="").traits.hears is Hears.PRIVATE


async def test_secrets_texts_and_accounts_never_show(
    platform: FakeDingtalk, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with at_desk(platform, clock) as desk:
        await desk.post(json.dumps(platform.said("张三 38.5")).encode(), desk.headers(secret="another"))
        with pytest.raises(DeliveryRefused) as caught:
            await desk.channel.send(post("张三 38.5", conversation=Conversation(external_id="gone", private=True)))
        shown = desk.channel.standing.detail
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    shown += ours + repr(platform.gov()) + repr(caught.value)
    assert [word for word in (GOV_SECRET, CALLBACK, "38.5", "张三", "access-token") if word in shown] == []
    assert "refused" in ours
