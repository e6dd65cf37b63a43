"""The sms channel against both vendors: approved words out, what became of them and answers in."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channel import Addresses, Hears, Starts
from bot.channels.sms import SmsChannel, signing
from bot.clock import SystemClock, VirtualClock, local
from bot.errors import BotError, ChannelUnavailable, DeliveryDelayed, DeliveryRefused, DeliveryUnknown
from bot.messages import Conversation, Dispatch
from bot.settings import SmsTemplate
from tests.fakes.intake import MemoryIntake
from tests.fakes.sms_vendors import CALLBACK, NUDGE, NUMBER, SECRET, FakeVendor


@pytest.fixture(params=["aliyun", "tencent"])
async def vendor(request: pytest.FixtureRequest, clock: VirtualClock) -> AsyncIterator[FakeVendor]:
    async with FakeVendor(request.param, clock) as running:
        yield running


def post(text: str = NUDGE, **more: Any) -> Dispatch:
    given: dict[str, Any] = {"id": 7, "conversation": Conversation(external_id=NUMBER, private=True), "text": text}
    return Dispatch(**given | more)


class Running:
    """A channel that runs, and the address at which the vendor calls it back."""

    def __init__(self, channel: SmsChannel, intake: MemoryIntake, url: str) -> None:
        self.channel, self.intake, self.url = channel, intake, url

    async def called_back(self, payload: Any, secret: str = CALLBACK) -> tuple[int, Any]:
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/sms/sms/{secret}", data=content) as response,
        ):
            return response.status, await response.json() if response.status == 200 else None


@asynccontextmanager
async def running(vendor: FakeVendor, clock: VirtualClock, **settings: Any) -> AsyncIterator[Running]:
    channel = SmsChannel(vendor.settings(**settings), clock)
    intake = MemoryIntake()
    app = web.Application()
    channel.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(channel.receive(intake))
            await asyncio.sleep(0)
            yield Running(channel, intake, f"http://{host}:{port}")
            task.cancel()
    finally:
        await runner.cleanup()


# ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_aliyuns_published_example_is_signed_as_published() -> None:
    query = signing.query_of(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = signing.acs3(
        "ecs.cn-shanghai.aliyuncs.com", query, "RunInstances", "2014-05-26",
        key_id="YourAccessKeyId", secret="YourAccessKeySecret",
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC), nonce="3156853299f313e23d1673dc12e1703d",
    )  # fmt: skip
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.parametrize(
    ("secret", "signature"),
    [
        ("*" * 32, "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"),
        ("Gu5t9xGARNpq86cd98joQYCN3*******", "be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3"),
    ],
    ids=["as published now", "as published before"],
)
def test_tencents_published_example_is_signed_as_published(secret: str, signature: str) -> None:
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    headers = signing.tc3(
        "cvm.tencentcloudapi.com", body, "cvm", "DescribeInstances", "2017-03-12", "ap-guangzhou",
        key_id="AKID", secret=secret, at=datetime.fromtimestamp(1551113065, UTC),
    )  # fmt: skip
    assert headers["Authorization"] == (
        "TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders=content-type;host;x-tc-action, Signature={signature}"
    )


@pytest.mark.parametrize("written", [" ", "+*~", "中文", "a/b?c=d&e", '{"name":"张 三"}', "%20"])
async def test_any_variable_is_signed_as_it_is_sent(vendor: FakeVendor, clock: VirtualClock, written: str) -> None:
    template = SmsTemplate(id="T", text="通知：{1}。")
    async with running(vendor, clock, templates=(template,), sign_name="某 市+人大") as run:
        await run.channel.send(post(f"通知：{written}。"))
    assert len(vendor.sent) == 1


# ── saying ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_approved_words_go_out_by_their_template(vendor: FakeVendor, clock: VirtualClock) -> None:
    async with running(vendor, clock) as run:
        proof = await run.channel.send(post())
        traits = run.channel.traits
    (sent,) = vendor.sent
    if vendor.vendor == "aliyun":
        assert sent["PhoneNumbers"] == NUMBER
        assert (sent["TemplateCode"], json.loads(sent["TemplateParam"])) == ("SMS_1", {"count": "1"})
        assert (sent["SignName"], sent["OutId"], proof) == ("某市人大", "7", "biz-1")
    else:
        assert sent["PhoneNumberSet"] == [f"+86{NUMBER}"]
        assert (sent["TemplateId"], sent["TemplateParamSet"]) == ("SMS_1", ["1"])
        assert (sent["SignName"], sent["SmsSdkAppId"], proof) == ("某市人大", "1400006666", "serial-1")
    assert (traits.starts, traits.addresses, traits.nudge) == (Starts.TEMPLATES, Addresses.PHONE, NUDGE)


@pytest.mark.parametrize(
    "text",
    ["张三 38.5 发热", "您有条联络员通知，请登录查看。", f"您有{'1' * 21}条联络员通知，请登录查看。", f"{NUDGE}x", "",
     "您有1\n2条联络员通知，请登录查看。"],
)  # fmt: skip
async def test_words_that_nobody_approved_never_leave(vendor: FakeVendor, clock: VirtualClock, text: str) -> None:
    async with running(vendor, clock) as run:
        with pytest.raises(DeliveryRefused, match="模板"):
            await run.channel.send(post(text))
    assert vendor.sent == []


@pytest.mark.parametrize("number", ["", "0571-1234567", "+8613900010001", "zhang@x.test"])
async def test_what_is_no_mobile_number_is_refused(vendor: FakeVendor, clock: VirtualClock, number: str) -> None:
    async with running(vendor, clock) as run:
        with pytest.raises(DeliveryRefused):
            await run.channel.send(post(conversation=Conversation(external_id=number, private=True)))
    assert vendor.sent == []


async def test_values_are_told_in_the_order_of_tencents_numbers(clock: VirtualClock) -> None:
    async with FakeVendor("tencent", clock) as vendor:
        template = SmsTemplate(id="T", text="{2}前还有{1}人未报，截止{10}。")
        async with running(vendor, clock, templates=(template,)) as run:
            await run.channel.send(post("18:00前还有3人未报，截止今晚。"))
    assert vendor.sent[0]["TemplateParamSet"] == ["3", "18:00", "今晚"]


CODES: dict[str, list[tuple[str, type[BotError]]]] = {
    "aliyun": [
        ("isv.BUSINESS_LIMIT_CONTROL", DeliveryDelayed),
        ("isv.DAY_LIMIT_CONTROL", ChannelUnavailable),
        ("isv.AMOUNT_NOT_ENOUGH", ChannelUnavailable),
        ("isp.SYSTEM_ERROR", ChannelUnavailable),
        ("Throttling.User", ChannelUnavailable),
        ("InvalidAccessKeyId.NotFound", ChannelUnavailable),
        ("isv.MOBILE_NUMBER_ILLEGAL", DeliveryRefused),
        ("isv.SMS_TEMPLATE_ILLEGAL", DeliveryRefused),
        ("isv.SMS_SIGNATURE_ILLEGAL", DeliveryRefused),
        ("isv.PARAM_LENGTH_LIMIT", DeliveryRefused),
        ("isv.SOMETHING_NEW", DeliveryRefused),
        ("InternalError", DeliveryUnknown),
    ],
    "tencent": [
        ("LimitExceeded.PhoneNumberDailyLimit", DeliveryDelayed),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", DeliveryDelayed),
        ("LimitExceeded.PhoneNumberSameContentDailyLimit", DeliveryDelayed),
        ("LimitExceeded.AppMainlandChinaDailyLimit", ChannelUnavailable),
        ("RequestLimitExceeded", ChannelUnavailable),
        ("AuthFailure.SecretIdNotFound", ChannelUnavailable),
        ("FailedOperation.InsufficientBalanceInSmsPackage", ChannelUnavailable),
        ("FailedOperation.TemplateIncorrectOrUnapproved", DeliveryRefused),
        ("FailedOperation.PhoneNumberInBlacklist", DeliveryRefused),
        ("InvalidParameterValue.IncorrectPhoneNumber", DeliveryRefused),
        ("InvalidParameterValue.TemplateParameterLengthLimit", DeliveryRefused),
        ("InternalError.Timeout", DeliveryUnknown),
        ("InternalError.UnknownError", ChannelUnavailable),
    ],
}


@pytest.mark.parametrize(
    ("name", "code", "error"), [(name, code, error) for name, codes in CODES.items() for code, error in codes]
)
async def test_an_error_inside_a_good_answer_tells_whether_to_try_again(
    clock: VirtualClock, name: str, code: str, error: type[BotError]
) -> None:
    async with FakeVendor(name, clock) as vendor:
        vendor.code = code
        async with running(vendor, clock) as run:
            with pytest.raises(error, match=code) as caught:
                await run.channel.send(post())
            if error is ChannelUnavailable:
                assert code in run.channel.standing.detail
    assert NUMBER not in str(caught.value)


async def test_a_number_that_has_had_enough_holds_up_nobody_else(vendor: FakeVendor, clock: VirtualClock) -> None:
    vendor.per_number = 1
    async with running(vendor, clock, delay_seconds=1800) as run:
        await run.channel.send(post())
        with pytest.raises(DeliveryDelayed) as caught:
            await run.channel.send(post(id=8))
        await run.channel.send(post(id=9, conversation=Conversation(external_id="13900010002", private=True)))
    assert caught.value.seconds == 1800


async def test_a_wrong_secret_and_a_wrong_clock_are_told_and_cost_no_post(
    vendor: FakeVendor, clock: VirtualClock
) -> None:
    async with running(vendor, clock, secret="wrong") as run:
        with pytest.raises(ChannelUnavailable, match="Signature"):
            await run.channel.send(post())
    fast = VirtualClock(clock.now() + timedelta(hours=1))
    async with running(vendor, fast) as run:
        with pytest.raises(ChannelUnavailable, match="Expire"):
            await run.channel.send(post())
    assert vendor.sent == []


async def test_a_vendor_that_is_not_there_is_tried_again(vendor: FakeVendor, clock: VirtualClock) -> None:
    async with running(vendor, clock) as run:
        await vendor.stop()
        with pytest.raises(ChannelUnavailable):
            await run.channel.send(post())


@pytest.mark.parametrize("how", ["silent", "hangup"])
async def test_a_vendor_that_does_not_answer_leaves_it_in_doubt(
    vendor: FakeVendor, clock: VirtualClock, how: str
) -> None:
    setattr(vendor, how, True)
    async with running(vendor, clock, call_timeout_seconds=0.1) as run:
        with pytest.raises(DeliveryUnknown):
            await run.channel.send(post())
    assert len(vendor.sent) <= 1


@pytest.mark.parametrize(
    "raw", [b"", b"<html>502</html>", b"[]", b"null", b"{}", b'{"Response": 7}', b"\xff", b"1" * 99_999]
)
async def test_an_answer_that_cannot_be_read_leaves_it_in_doubt(
    vendor: FakeVendor, clock: VirtualClock, raw: bytes
) -> None:
    vendor.raw, vendor.status = raw, 502
    async with running(vendor, clock) as run:
        with pytest.raises(DeliveryUnknown):
            await run.channel.send(post())


async def test_before_it_runs_nothing_leaves(vendor: FakeVendor, clock: VirtualClock) -> None:
    channel = SmsChannel(vendor.settings(), clock)
    assert not channel.standing.connected
    with pytest.raises(ChannelUnavailable):
        await channel.send(post())


async def test_no_secret_number_or_word_reaches_the_log(
    vendor: FakeVendor, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with running(vendor, clock) as run:
        await run.channel.send(post())
        vendor.code = "RequestLimitExceeded"
        with pytest.raises(ChannelUnavailable if vendor.vendor == "tencent" else DeliveryRefused):
            await run.channel.send(post())
        await run.called_back([{"nonsense": NUMBER}])
        await run.called_back([], "wrong")
    settings = vendor.settings()
    for secret in (SECRET, CALLBACK, NUMBER, "通知"):
        assert secret not in caplog.text
    assert SECRET not in repr(settings)
    assert CALLBACK not in repr(settings)


# ── callbacks ───────────────────────────────────────────────────────────────────────────────────────────────────


def status(vendor: FakeVendor, *, arrived: bool, proof: str = "serial-1", post_id: int = 7) -> dict[str, Any]:
    """A delivery report as the vendor writes it."""
    if vendor.vendor == "aliyun":
        return {
            "phone_number": NUMBER, "send_time": "2020-02-10 08:00:00", "report_time": "2020-02-10 08:00:03",
            "success": arrived, "err_code": "DELIVERED" if arrived else "MK:100D", "err_msg": "x", "sms_size": "1",
            "biz_id": "biz-1", "out_id": str(post_id),
        }  # fmt: skip
    return {
        "user_receive_time": "2020-02-10 08:00:03", "nationcode": "86", "mobile": NUMBER,
        "report_status": "SUCCESS" if arrived else "FAIL", "errmsg": "DELIVRD" if arrived else "MK:100D",
        "description": "x", "sid": proof,
    }  # fmt: skip


def reply(vendor: FakeVendor, at: datetime, text: str = "36.5") -> dict[str, Any]:
    """An answer as the vendor writes it."""
    if vendor.vendor == "aliyun":
        when = f"{local(at):%Y-%m-%d %H:%M:%S}"
        return {"phone_number": NUMBER, "send_time": when, "content": text, "sign_name": "x", "dest_code": "1"}
    seconds = int(at.timestamp())
    return {"extend": "0", "mobile": NUMBER, "nationcode": "86", "sign": "x", "text": text, "time": seconds}


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_delivery_report_tells_what_became_of_the_post(
    vendor: FakeVendor, clock: VirtualClock, arrived: bool
) -> None:
    async with running(vendor, clock) as run:
        proof = await run.channel.send(post())
        code, thanks = await run.called_back([status(vendor, arrived=arrived)])
        (receipt,) = run.intake.receipts
    assert code == 200
    assert thanks in ({"code": 0, "msg": "接收成功"}, {"result": 0, "errmsg": "OK"})
    assert receipt.delivered is arrived
    assert receipt.account == NUMBER
    assert (receipt.dispatch_id, receipt.proof) in ((7, ""), (None, proof))
    assert ("MK:100D" in receipt.detail) is not arrived


async def test_an_answer_is_handed_in_once(vendor: FakeVendor, clock: VirtualClock) -> None:
    async with running(vendor, clock) as run:
        assert run.channel.traits.hears is Hears.PRIVATE
        first = reply(vendor, clock.now())
        payload = [first] if vendor.vendor == "aliyun" else first
        for _ in range(2):
            assert (await run.called_back(payload))[0] == 200
        (message,) = run.intake.messages
        assert run.channel.refused == {"repeated": 1}
    assert (message.text, message.sender.external_id, message.conversation.private) == ("36.5", NUMBER, True)
    assert NUMBER not in message.sender.name
    assert message.sent_at == clock.now()


async def test_a_forged_callback_is_refused_and_counted(vendor: FakeVendor, clock: VirtualClock) -> None:
    async with running(vendor, clock) as run:
        for secret in ("wrong", CALLBACK[:-1], CALLBACK + "x", "%00"):
            assert (await run.called_back([status(vendor, arrived=False)], secret))[0] == 404
        assert run.channel.refused == {"secret": 4}
        assert run.intake.receipts == []


@pytest.mark.parametrize("off", [timedelta(days=-4), timedelta(hours=1)])
async def test_an_old_answer_is_refused_and_counted(vendor: FakeVendor, clock: VirtualClock, off: timedelta) -> None:
    async with running(vendor, clock) as run:
        await run.called_back([reply(vendor, clock.now() + off)])
        assert run.channel.refused == {"time": 1}
        assert run.intake.messages == []


async def test_a_report_about_no_post_of_ours_is_counted(vendor: FakeVendor, clock: VirtualClock) -> None:
    async with running(vendor, clock) as run:
        run.intake.knows_posts = False
        assert (await run.called_back([status(vendor, arrived=True)]))[0] == 200
        assert run.channel.refused == {"unknown": 1}


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"", 400), (b"<xml/>", 400), (b"7", 400), (b"[1]", 400), (b"[" * 9_000, 400), ([{}] * 1_001, 400),
     ([{}], 200), ([{"success": "yes", "text": [], "time": "x"}], 200), (b"x" * 300_000, 413)],
    ids=range(9),
)  # fmt: skip
async def test_nonsense_is_refused_and_counted(
    vendor: FakeVendor, clock: VirtualClock, payload: Any, code: int
) -> None:
    async with running(vendor, clock) as run:
        assert (await run.called_back(payload))[0] == code
        assert sum(run.channel.refused.values()) == 1
        assert (run.intake.messages, run.intake.receipts) == ([], [])


async def test_without_a_secret_there_is_no_address(vendor: FakeVendor, clock: VirtualClock) -> None:
    async with running(vendor, clock, callback="") as run:
        assert run.channel.traits.hears is Hears.NOTHING
        assert (await run.called_back([status(vendor, arrived=True)], ""))[0] == 404
        assert (await run.called_back([status(vendor, arrived=True)], "x"))[0] == 404


async def test_callbacks_before_it_runs_are_left_to_the_vendor_to_repeat(clock: VirtualClock) -> None:
    channel = SmsChannel(FakeVendor("aliyun", SystemClock()).settings(), clock)
    app = web.Application()
    channel.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    code, _ = await Running(channel, MemoryIntake(), f"http://{host}:{port}").called_back([])
    await runner.cleanup()
    assert code == 503
