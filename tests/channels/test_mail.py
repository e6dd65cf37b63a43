"""The mail channel against an SMTP and an IMAP server that do what real ones do at times."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from bot.channel import Hears, Starts
from bot.channels.mail import MailChannel
from bot.clock import Clock, SystemClock
from bot.errors import (
    BotError,
    ChannelUnavailable,
    DeliveryDelayed,
    DeliveryRefused,
    DeliveryUnknown,
    SettingsError,
)
from bot.messages import Attachment, Conversation, Dispatch, Mention, MessageKind, Receipt
from storage import StoreUnreachable
from tests.eventually import eventually
from tests.fakes.clock import HastyClock
from tests.fakes.intake import MemoryIntake
from tests.fakes.mail_server import OWN, PASSWORD, FakeImap, FakeSmtp, MailServers

TO = "zhang@deputies.test"
LETTER = f"From: 张三 <{TO}>\nTo: {OWN}\nMessage-ID: <1@deputies.test>\nDate: Mon, 10 Feb 2020 07:59:00 +0800\n"
PLAIN = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"


@pytest.fixture
async def servers() -> AsyncIterator[MailServers]:
    async with FakeSmtp() as smtp, FakeImap() as imap:
        yield MailServers(smtp, imap)


def post(text: str = "请上报健康情况", **more: Any) -> Dispatch:
    given: dict[str, Any] = {"id": 1, "conversation": Conversation(external_id=TO, private=True), "text": text}
    return Dispatch(**given | more)


def letter(text: str = "36.5，正常", subject: str = "Re: 请上报", headers: str = "", number: int = 1) -> str:
    return f"{LETTER.replace('<1@', f'<{number}@')}Subject: {subject}\n{headers}{PLAIN}{text}\n"


def lines(mail: EmailMessage) -> list[str]:
    return str(mail.get_content()).splitlines()


@asynccontextmanager
async def receiving(
    servers: MailServers, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[tuple[MailChannel, MemoryIntake]]:
    channel = MailChannel(servers.settings(**settings), clock or HastyClock())
    intake = MemoryIntake()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(channel.receive(intake))
        yield channel, intake
        task.cancel()


# ── saying ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_post_arrives_as_plain_text_under_its_first_line(servers: MailServers) -> None:
    channel = MailChannel(servers.settings(), SystemClock())
    proof = await channel.send(post("\n【提醒】请上报健康情况\n.今天 18:00 前\n.\n朱镕，36.5℃ 🌡"))
    ((sender, to, content),) = servers.smtp.mails
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert (sender, to) == (OWN, TO)
    assert mail["Subject"] == "【提醒】请上报健康情况"
    assert mail["From"] == f"联络员 <{OWN}>"
    assert mail["Message-ID"] == proof
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert lines(mail) == ["", "【提醒】请上报健康情况", ".今天 18:00 前", ".", "朱镕，36.5℃ 🌡"]
    assert content.isascii()


async def test_a_line_that_is_a_dot_does_not_end_the_mail(servers: MailServers) -> None:
    await MailChannel(servers.settings(), SystemClock()).send(post("a\n.\n..b\n.c"))
    mail = email.message_from_bytes(servers.smtp.mails[0].content, policy=email.policy.default)
    assert lines(mail) == ["a", ".", "..b", ".c"]


async def test_a_second_sending_of_a_dispatch_is_the_same_mail_and_another_is_not(servers: MailServers) -> None:
    channel = MailChannel(servers.settings(), SystemClock())
    proofs = [await channel.send(dispatch) for dispatch in (post(), post(), post(id=2), post("别的话"))]
    assert proofs[0] == proofs[1]
    assert len(set(proofs)) == 3
    assert str(proofs[0]).startswith("<post-1.")


@pytest.mark.parametrize(
    "text",
    ["x\r\nBcc: all@test", "a\x00b\u2028c\u2029d\x0bBcc: e", "  \n\t\n", "长" * 500, "\ud800", "=?utf-8?B?5Lit?="],
)
async def test_no_text_makes_a_header_of_its_own(servers: MailServers, text: str) -> None:
    await MailChannel(servers.settings(), SystemClock()).send(post(text))
    mail = email.message_from_bytes(servers.smtp.mails[0].content, policy=email.policy.default)
    assert mail["Bcc"] is None
    assert 0 < len(mail["Subject"]) <= 60


async def test_a_file_goes_along_under_its_chinese_name(servers: MailServers) -> None:
    file = Attachment(name="2月10日汇总\r\n.xlsx", media_type="text/html", content=b"\x00\xff.\r\n.\r\n" * 1000)
    await MailChannel(servers.settings(), SystemClock()).send(post("汇总", attachment=file))
    mail = email.message_from_bytes(servers.smtp.mails[0].content, policy=email.policy.default)
    (part,) = mail.iter_attachments()
    assert part.get_filename() == "2月10日汇总 .xlsx"
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_content() == file.content


async def test_those_who_are_mentioned_are_named_and_an_address_is_no_name(servers: MailServers) -> None:
    mentions = (Mention(name="张三"), Mention(name=TO, external_id=TO))
    dispatch = post("请上报", mentions=mentions, conversation=Conversation(external_id="all@list.test"))
    await MailChannel(servers.settings(), SystemClock()).send(dispatch)
    mail = email.message_from_bytes(servers.smtp.mails[0].content, policy=email.policy.default)
    assert (mail["To"], lines(mail)) == ("all@list.test", ["@张三", "请上报"])


REFUSALS = {
    "no such mailbox": ("RCPT", "550 5.1.1 <zhang@deputies.test> unknown", DeliveryRefused, "550 5.1.1"),
    "a full mailbox": ("RCPT", "452 4.2.2 mailbox full", DeliveryDelayed, "452 4.2.2"),
    "greylisting": ("RCPT", "451 4.7.1 try again later", DeliveryDelayed, "451"),
    "a server going down": ("RCPT", "421 4.3.2 closing", ChannelUnavailable, "421"),
    "a sender that may not": ("MAIL", "553 Mail from must equal authorized user", ChannelUnavailable, "553"),
    "no mails now": ("DATA", "451 4.3.0 busy", DeliveryDelayed, "451"),
    "no mails at all": ("DATA", "554 5.7.1 no", DeliveryRefused, "554"),
    "spam": (".", "554 5.7.1 spam", DeliveryRefused, "554 5.7.1"),
    "too fast, told as a refusal": (".", "550 Mail content denied: frequency limited", DeliveryDelayed, "550"),
    "later": (".", "450 4.2.1 later", DeliveryDelayed, "450"),
    "nothing to say": ("EHLO", "554 no", ChannelUnavailable, "没有发出"),
    "a wrong password": ("AUTH", "535 5.7.8 wrong", ChannelUnavailable, "不认这个密码"),
}


@pytest.mark.parametrize(
    ("command", "answer", "error", "told"), [pytest.param(*case, id=name) for name, case in REFUSALS.items()]
)
async def test_a_refusal_tells_whether_to_try_again(
    servers: MailServers, command: str, answer: str, error: type[BotError], told: str
) -> None:
    servers.smtp.answers[command] = answer
    if command == "EHLO":
        servers.smtp.answers["HELO"] = answer
    with pytest.raises(error, match=told) as caught:
        await MailChannel(servers.settings(), SystemClock()).send(post())
    assert "zhang" not in str(caught.value)


async def test_a_mail_that_has_to_wait_says_for_how_long(servers: MailServers) -> None:
    servers.smtp.answers["RCPT"] = "451 greylisted"
    with pytest.raises(DeliveryDelayed) as caught:
        await MailChannel(servers.settings(delay_seconds=90), SystemClock()).send(post())
    assert caught.value.seconds == 90


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", ["silent", "hangup"])
async def test_what_breaks_before_the_mail_has_left_is_tried_again(
    servers: MailServers, command: str, how: str
) -> None:
    getattr(servers.smtp, how).add(command)
    with pytest.raises(ChannelUnavailable):
        await MailChannel(servers.settings(answer_timeout_seconds=0.05), SystemClock()).send(post())
    assert servers.smtp.mails == []


@pytest.mark.parametrize("how", ["silent", "hangup"])
async def test_what_breaks_after_the_mail_has_left_is_in_doubt(servers: MailServers, how: str) -> None:
    getattr(servers.smtp, how).add(".")
    with pytest.raises(DeliveryUnknown):
        await MailChannel(servers.settings(answer_timeout_seconds=0.05), SystemClock()).send(post())
    assert len(servers.smtp.mails) == 1


@pytest.mark.parametrize("how", ["silent", "hangup"])
async def test_a_farewell_that_fails_changes_nothing(servers: MailServers, how: str) -> None:
    getattr(servers.smtp, how).add("QUIT")
    await MailChannel(servers.settings(answer_timeout_seconds=0.05), SystemClock()).send(post())
    assert len(servers.smtp.mails) == 1


@pytest.mark.parametrize(("command", "error"), [("RCPT", ChannelUnavailable), (".", DeliveryUnknown)])
async def test_the_whole_sending_has_a_time_and_what_is_given_up_never_goes_out(
    servers: MailServers, command: str, error: type[BotError]
) -> None:
    servers.smtp.silent.add(command)
    with pytest.raises(error):
        await MailChannel(servers.settings(send_timeout_seconds=0.1, answer_timeout_seconds=0.3), SystemClock()).send(
            post()
        )
    assert len(servers.smtp.mails) == (command == ".")


async def test_a_server_that_is_not_there_is_tried_again(servers: MailServers) -> None:
    await servers.smtp.stop()
    with pytest.raises(ChannelUnavailable):
        await MailChannel(servers.settings(), SystemClock()).send(post())


async def test_what_cannot_go_by_mail_is_refused_before_anything_is_asked(servers: MailServers) -> None:
    channel = MailChannel(servers.settings(max_file_bytes=5), SystemClock())
    file = Attachment(name="a", media_type="a/b", content=b"123456")
    for dispatch in (post(attachment=file), post(conversation=Conversation(external_id="x\r\nRCPT TO:<y@z>"))):
        with pytest.raises(DeliveryRefused):
            await channel.send(dispatch)
    assert servers.smtp.calls["CONNECT"] == 0


async def test_a_mail_larger_than_the_server_takes_is_refused(servers: MailServers) -> None:
    servers.smtp.size = 500
    with pytest.raises(DeliveryRefused, match="至多收"):
        await MailChannel(servers.settings(), SystemClock()).send(post("长" * 500))


async def test_a_relay_may_want_no_login(servers: MailServers) -> None:
    servers.smtp.answers["MAIL"] = "250 ok"
    await MailChannel(servers.settings(login=False, password=""), SystemClock()).send(post())
    assert servers.smtp.calls["AUTH"] == 0
    assert len(servers.smtp.mails) == 1


async def test_no_password_and_no_address_reaches_the_log(
    servers: MailServers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    servers.imap.lay(letter())
    async with receiving(servers) as (channel, intake):
        await eventually(lambda: intake.messages)
        await channel.send(post())
        servers.smtp.answers["AUTH"] = "535 wrong"
        with pytest.raises(ChannelUnavailable):
            await channel.send(post())
    for secret in (PASSWORD, TO, "张三", "36.5"):
        assert secret not in caplog.text
    assert PASSWORD not in repr(servers.settings())


# ── hearing ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_is_handed_in_as_a_private_word_of_its_address(servers: MailServers) -> None:
    servers.imap.lay(letter())
    async with receiving(servers) as (channel, intake):
        (message,) = await eventually(lambda: intake.messages)
        assert (channel.traits.hears, channel.traits.starts) == (Hears.PRIVATE, Starts.ALWAYS)
        assert not channel.traits.proves_senders
    assert message.text == "36.5，正常"
    assert (message.sender.external_id, message.sender.name) == (TO, TO)
    assert message.conversation == Conversation(external_id=TO, private=True)
    assert message.sent_at == datetime(2020, 2, 9, 23, 59, tzinfo=UTC)
    assert message.kind is MessageKind.TEXT


async def test_an_answer_to_our_post_says_which(servers: MailServers) -> None:
    async with receiving(servers) as (channel, intake):
        proof = await channel.send(post(id=42))
        servers.imap.lay(letter(headers=f"In-Reply-To: {proof}\nReferences: <x@y> {proof}\n"))
        (message,) = await eventually(lambda: intake.messages)
    assert message.answers == 42


async def test_only_what_is_new_is_fetched_and_a_lost_connection_loses_nothing(servers: MailServers) -> None:
    servers.imap.lay(letter("一", number=1))
    async with receiving(servers) as (channel, intake):
        await eventually(lambda: intake.messages)
        servers.imap.break_off()
        servers.imap.lay(letter("二", number=2))
        await eventually(lambda: len(intake.messages) == 2)
        servers.imap.lay(letter("三", number=3))
        await eventually(lambda: len(intake.messages) == 3)
        assert not channel.standing.deaf
    assert intake.texts() == ["一", "二", "三"]
    assert intake.repeats == 0
    assert servers.imap.searches[0].startswith("SINCE ")
    assert servers.imap.searches[-1] == "UID 104:*" or servers.imap.searches[-1] == "UID 103:*"
    assert intake.gaps == []


async def test_mails_that_are_numbered_anew_are_known_by_their_ids(servers: MailServers) -> None:
    servers.imap.lay(letter("一", number=1))
    async with receiving(servers) as (_, intake):
        await eventually(lambda: intake.messages)
        servers.imap.renumber()
        servers.imap.lay(letter("二", number=2))
        servers.imap.break_off()
        await eventually(lambda: len(intake.messages) == 2)
    assert intake.texts() == ["一", "二"]
    assert intake.repeats == 1


async def test_the_mailbox_is_never_changed(servers: MailServers) -> None:
    servers.imap.lay(letter())
    async with receiving(servers) as (_, intake):
        await eventually(lambda: intake.messages)
    assert set(servers.imap.calls) <= {"CONNECT", "CAPABILITY", "LOGIN", "ID", "EXAMINE", "NOOP", "SEARCH", "FETCH"}


@pytest.mark.parametrize(
    ("folder", "asked"), [("INBOX", '"INBOX"'), ("其他文件夹", '"&UXZO1mWHTvZZOQ-"'), ('A&B "x"', '"A&-B \\"x\\""')]
)
async def test_a_folder_may_have_any_name(servers: MailServers, folder: str, asked: str) -> None:
    servers.imap.lay(letter())
    async with receiving(servers, imap_folder=folder) as (_, intake):
        await eventually(lambda: intake.messages)
    assert any(line.endswith(f"EXAMINE {asked}".encode()) for line in servers.imap.lines)


async def test_a_server_that_wants_to_know_the_program_is_told(servers: MailServers) -> None:
    servers.imap.greets = True
    servers.imap.lay(letter())
    async with receiving(servers) as (_, intake):
        await eventually(lambda: intake.messages)


@pytest.mark.parametrize(
    ("command", "answer"), [("LOGIN", "NO wrong"), ("EXAMINE", "NO no such folder"), ("SEARCH", "NO busy")]
)
async def test_a_mailbox_that_cannot_be_read_leaves_the_channel_deaf_and_speaking(
    servers: MailServers, command: str, answer: str
) -> None:
    servers.imap.answers[command] = answer
    servers.imap.lay(letter())
    async with receiving(servers) as (channel, intake):
        await eventually(lambda: "邮箱服务器" in channel.standing.detail or "文件夹" in channel.standing.detail)
        assert (channel.standing.connected, channel.standing.deaf) == (True, True)
        await channel.send(post())
        del servers.imap.answers[command]
        await eventually(lambda: intake.messages)
        assert not channel.standing.deaf


@pytest.mark.parametrize("command", ["CONNECT", "LOGIN", "EXAMINE", "SEARCH", "FETCH", "NOOP"])
@pytest.mark.parametrize("how", ["silent", "hangup"])
async def test_a_mailbox_that_falls_silent_is_opened_anew(servers: MailServers, command: str, how: str) -> None:
    getattr(servers.imap, how).add(command)
    servers.imap.lay(letter())
    async with receiving(servers, answer_timeout_seconds=0.05) as (channel, intake):
        await eventually(lambda: servers.imap.calls[command] >= 2)
        assert channel.standing.deaf
        getattr(servers.imap, how).clear()
        await eventually(lambda: intake.messages)
    assert intake.texts() == ["36.5，正常"]


async def test_a_channel_that_is_stopped_while_the_mailbox_is_silent_stops_at_once(servers: MailServers) -> None:
    servers.imap.silent.add("SEARCH")
    async with receiving(servers, answer_timeout_seconds=15.0) as (_, _intake):
        await eventually(lambda: servers.imap.calls["SEARCH"])


async def test_a_gap_is_noted_where_mails_may_have_been_missed(servers: MailServers) -> None:
    class Leaping(HastyClock):
        ahead = timedelta(0)

        def now(self) -> datetime:
            return super().now() + self.ahead

    clock = Leaping()
    async with receiving(servers, clock, look_back_days=2) as (channel, intake):
        await eventually(lambda: servers.imap.calls["NOOP"])
        servers.imap.answers["LOGIN"] = "NO locked"
        servers.imap.break_off()
        await eventually(lambda: channel.standing.deaf)
        clock.ahead = timedelta(days=5)
        servers.imap.renumber()
        del servers.imap.answers["LOGIN"]
        (gap,) = await eventually(lambda: intake.gaps)
    assert timedelta(days=2.9) < gap.ended_at - gap.began_at < timedelta(days=3.1)


async def test_a_mail_that_is_too_large_is_handed_in_as_that(servers: MailServers) -> None:
    servers.imap.lay(letter(), size=10_000)
    async with receiving(servers, max_mail_bytes=5_000) as (_, intake):
        (message,) = await eventually(lambda: intake.messages)
    assert (message.kind, message.text) == (MessageKind.OTHER, "")


async def test_a_mail_that_somebody_has_taken_away_is_passed_over(servers: MailServers) -> None:
    servers.imap.lay(letter(), gone=True)
    servers.imap.lay(letter("二", number=2))
    async with receiving(servers) as (_, intake):
        await eventually(lambda: intake.messages)
    assert intake.texts() == ["二"]


async def test_each_file_of_a_mail_is_a_message_of_its_own(servers: MailServers) -> None:
    mixed = (
        f'{LETTER}Subject: Re: 表\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n{PLAIN}见附件\n'
        '--b\nContent-Type: application/pdf; name="a.pdf"\n'
        'Content-Disposition: attachment; filename="=?gb2312?B?w/u1pQ==?=.pdf"\n'
        "Content-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n"
    )
    servers.imap.lay(mixed)
    async with receiving(servers) as (_, intake):
        await eventually(lambda: len(intake.messages) == 2)
    words, file = intake.messages
    assert (words.text, words.attachment) == ("见附件", None)
    assert file.kind is MessageKind.FILE
    assert file.attachment is not None
    assert (file.attachment.name, file.attachment.content) == ("名单.pdf", b"%PDF")
    assert file.external_id != words.external_id


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        ("Auto-Submitted: auto-replied\n", "automatic"),
        ("List-Id: <all.list.test>\n", "list"),
        ("Precedence: bulk\n", "list"),
    ],
)
async def test_mails_that_nobody_wrote_count_nothing(servers: MailServers, headers: str, what: str) -> None:
    servers.imap.lay(letter("36.5 正常", headers=headers))
    servers.imap.lay(letter("二", number=2))
    async with receiving(servers) as (channel, intake):
        await eventually(lambda: intake.messages)
        assert channel.turned_away == {what: 1}
    assert intake.texts() == ["二"]


async def test_a_mail_in_hand_is_fetched_again_when_the_store_was_away(servers: MailServers) -> None:
    class Away(MemoryIntake):
        tries = 0

        async def note_receipt(self, receipt: Receipt) -> bool:
            self.tries += 1
            if self.tries == 1:
                raise StoreUnreachable("no")
            return await super().note_receipt(receipt)

    channel, intake = MailChannel(servers.settings(), HastyClock()), Away()
    proof = await channel.send(post(id=7))
    servers.imap.lay(BOUNCE.format(own=OWN, to=TO, action="failed", status="5.1.1", proof=proof))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(channel.receive(intake))
        await eventually(lambda: intake.receipts)
        task.cancel()
    assert (intake.tries, len(intake.receipts)) == (2, 1)


async def test_a_mail_that_nothing_can_be_made_of_stops_none_behind_it(servers: MailServers) -> None:
    servers.imap.lay(b"\x00\xff" * 50)
    servers.imap.lay(letter("二", number=2))
    async with receiving(servers) as (_, intake):
        await eventually(lambda: intake.messages)
    assert intake.texts() == ["二"]


BOUNCE = """From: MAILER-DAEMON@office.test
To: {own}
Message-ID: <b1@office.test>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; office.test

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
--b
Content-Type: message/rfc822

From: {own}
Message-ID: {proof}
Subject: x

--b--
"""


async def test_a_bounce_is_reported_as_a_refused_delivery(servers: MailServers) -> None:
    async with receiving(servers) as (channel, intake):
        proof = await channel.send(post(id=7))
        servers.imap.lay(BOUNCE.format(own=OWN, to=TO, action="failed", status="5.1.1", proof=proof))
        (receipt,) = await eventually(lambda: intake.receipts)
    assert (receipt.dispatch_id, receipt.delivered, receipt.account) == (7, False, TO)
    assert receipt.detail == "退信 5.1.1"
    assert intake.messages == []


async def test_a_bounce_that_only_tells_of_delay_or_of_none_of_ours_changes_nothing(servers: MailServers) -> None:
    async with receiving(servers) as (channel, intake):
        proof = await channel.send(post(id=7))
        servers.imap.lay(BOUNCE.format(own=OWN, to=TO, action="delayed", status="4.4.1", proof=proof))
        servers.imap.lay(BOUNCE.format(own=OWN, to=TO, action="failed", status="5.1.1", proof="<other@x>"))
        await eventually(lambda: channel.turned_away["bounce"] == 2)
    assert intake.receipts == []


async def test_with_a_trusted_server_a_sender_that_nobody_vouches_for_is_refused_and_counted(
    servers: MailServers,
) -> None:
    forged = "Authentication-Results: mx.office.test; spf=fail; dkim=none; dmarc=fail\n"
    lying = f"Authentication-Results: mx.evil.test; dmarc=pass\n{forged}"
    honest = "Authentication-Results: mx.office.test;\n dkim=pass header.d=deputies.test; dmarc=pass\n"
    for number, headers in enumerate((forged, lying, "", honest), 1):
        servers.imap.lay(letter(str(number), headers=headers, number=number))
    async with receiving(servers, auth_server="mx.office.test") as (channel, intake):
        await eventually(lambda: intake.messages)
        assert channel.turned_away == {"forged": 3}
        assert channel.traits.proves_senders
    assert intake.texts() == ["4"]


async def test_without_a_mailbox_to_read_it_only_speaks(servers: MailServers) -> None:
    async with receiving(servers, imap="") as (channel, _):
        await eventually(lambda: channel.standing.connected)
        assert channel.traits.hears is Hears.NOTHING
        assert not channel.standing.deaf
    assert servers.imap.calls["CONNECT"] == 0


# ── in secret ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, and its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("没有 openssl，邮件的加密连接没有试")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return both


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_both_ways_are_encrypted_and_the_certificate_is_checked(certificate: Path, security: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    starttls = security == "starttls"
    async with FakeSmtp(context, starttls=starttls) as smtp, FakeImap(context, starttls=starttls) as imap:
        servers = MailServers(smtp, imap, {"smtp_security": security, "imap_security": security})
        imap.lay(letter())
        async with receiving(servers, tls_ca_file=certificate) as (channel, intake):
            await eventually(lambda: intake.messages)
            await channel.send(post())
        assert len(smtp.mails) == 1
        async with receiving(servers) as (channel, intake):
            await eventually(lambda: "连不上" in channel.standing.detail or "不让" in channel.standing.detail)
            with pytest.raises(ChannelUnavailable):
                await channel.send(post())
        assert len(smtp.mails) == 1
        assert not any(PASSWORD.encode() in line for line in smtp.lines)


def test_a_certificate_that_cannot_be_read_is_told_as_a_fault_of_the_settings(tmp_path: Path) -> None:
    for file in (tmp_path / "none.pem", Path(__file__)):
        settings = MailServers(FakeSmtp(), FakeImap()).settings(tls_ca_file=file, smtp="127.0.0.1:25", imap="")
        with pytest.raises(SettingsError, match="tls_ca_file"):
            MailChannel(settings, SystemClock())
