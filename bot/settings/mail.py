"""`[channels.mail]` and `[channels.sms]`: e-mail and short messages, whose accounts are addresses of the roster.

Part of `ChannelSettings` in `bot.settings.shape`. `bot.settings.kinds` has their lines; `trouble` says what is wrong
with values that are right by themselves. No I/O here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.rosters import EMAIL
from bot.settings.pacing import DERIVED, Pacing
from bot.settings.values import Count, Name, Seconds, told

_LOOPBACK = r"(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])"
_SERVICE = re.compile(rf"(?:https://[A-Za-z0-9.-]+|http://{_LOOPBACK})(?::\d{{1,5}})?")
_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]{0,31}|\d{1,2})\}")
_ENDPOINT = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})")
_LOCAL = re.compile(rf"{_LOOPBACK}:\d+")

MAIL_PACING = Pacing(min_gap_seconds=1, jitter_seconds=0, room_per_hour=60, channel_per_minute=30, avoid_sharp=True)
"""Mail's: what public mail services bear from one address without taking it for spam."""
SMS_PACING = Pacing(
    min_gap_seconds=0,
    jitter_seconds=0,
    room_per_hour=60,
    person_per_hour=5,
    channel_per_minute=300,
    avoid_sharp=True,
)
"""Short messages': the vendors count by the number, not by the minute."""


def read_address(written: object) -> object:
    """An e-mail address, in small letters."""
    if not isinstance(written, str) or not EMAIL.fullmatch(written.strip().lower()):
        raise told("邮箱地址写得不对", '请写成 address = "llz@example.gov.cn"')
    return written.strip().lower()


def read_mail_endpoint(written: object) -> object:
    """`host:port`; nothing is allowed where a server may be left out."""
    found = _ENDPOINT.fullmatch(written) if isinstance(written, str) else None
    if written != "" and (found is None or not 1 <= int(found[1]) <= 65535):
        raise told("邮件服务器写得不对", '请写成“主机:端口”，例如 "smtp.example.gov.cn:465"，前面不加 http://')
    return written


def read_service(written: object) -> object:
    """`https://host`, or nothing; without TLS on this machine only, since what is said stands in the request."""
    if not isinstance(written, str) or not (written == "" or _SERVICE.fullmatch(written.rstrip("/"))):
        raise told(
            "base_url 写得不对", '请写 https:// 开头的地址，例如 "https://dysmsapi.aliyuncs.com"，或者删去这一行'
        )
    return written.rstrip("/")


def read_template(written: object) -> object:
    """The words of an approved template; no two variables side by side."""
    if not isinstance(written, str) or not written.strip():
        raise told("模板的文字写得不对", '请照审核通过的写，变量写在花括号里，例如 "您有{count}条通知，请登录查看。"')
    plain = _VARIABLE.sub("\0", written)
    names = _VARIABLE.findall(written)
    if "\0\0" in plain or "{" in plain or "}" in plain or len(set(names)) < len(names):
        raise told("模板里的变量写得不对", "变量写成 {count} 这样，用小写英文字母或数字，不重名，两个变量之间要有字")
    return written


Address = Annotated[str, BeforeValidator(read_address)]
MailEndpoint = Annotated[str, BeforeValidator(read_mail_endpoint)]
SmsService = Annotated[str, BeforeValidator(read_service)]
TemplateText = Annotated[str, BeforeValidator(read_template)]
Security = Literal["tls", "starttls", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """`[channels.mail]`: one mailbox, out by SMTP and in by IMAP."""

    address: Address
    """The mailbox's address: what mails come from and answers go to."""
    smtp: MailEndpoint
    """host:port of the server that takes mails."""
    password: str = field(default="", repr=False, metadata=DERIVED)
    """The mailbox's password or 授权码, from `LIAISON_<NAME>_PASSWORD` or `password_file`; for both servers."""
    password_file: Path | None = field(default=None, repr=False)
    """A file that holds the password, for service managers that hand out secrets as files."""
    name: str = field(default="mail", metadata=DERIVED)
    """The table's name: what rooms call the channel."""
    kind: Literal["mail"] = "mail"
    """Which channel it is. May be left out where the table's name says it."""
    from_name: Annotated[str, Field(max_length=50)] = "联络员"
    """The name beside the address, as people see it in their list of mails."""
    login: bool = True
    """Whether the servers want a login. false for a relay of one's own that lets this machine in without."""
    user: str = ""
    """The name to log in with; empty: the address, which nearly all servers take."""
    smtp_security: Security = "tls"
    """`tls` from the first byte (port 465), `starttls` (587), or `plain` (25), for a server on this machine only."""
    imap: MailEndpoint = ""
    """host:port of the server that answers are fetched from; empty: mails go out and no answer is read."""
    imap_security: Security = "tls"
    """As `smtp_security`; ports 993, 143, 143."""
    imap_folder: Name = "INBOX"
    """The folder that is read. It is never changed: nothing is marked as read, moved or deleted."""
    tls_ca_file: Path | None = None
    """The certificate (PEM) that the servers' own are checked against; none: the ones the system trusts."""
    auth_server: str = ""
    """The name under which our own mail server writes `Authentication-Results`. With it, a mail is believed only where
    that server says that its sender's domain vouches for it; without it a sender's address can be forged, and staff
    give no commands by mail."""
    poll_seconds: Seconds = 30.0
    """Seconds between two looks into the mailbox; servers of public services dislike more."""
    look_back_days: Annotated[int, Field(ge=1, le=30)] = 3
    """Days back that a start looks for mails it may have missed: a long weekend."""
    answer_timeout_seconds: Seconds = 10.0
    """Seconds that a server may take for one answer."""
    send_timeout_seconds: Seconds = 25.0
    """Seconds that the whole handing over of a mail may take: less than the outbox's lease."""
    backoff_first_seconds: Seconds = 2.0
    """Seconds until the mailbox is asked again that could not be reached; doubled with each attempt."""
    backoff_most_seconds: Seconds = 300.0
    """Longest pause between two attempts, in seconds: servers lock out who knocks too often."""
    delay_seconds: Seconds = 600.0
    """Seconds until a mail is tried again of which the server says "later" (greylisting, mailbox full)."""
    max_mail_bytes: Count = 15 * 1024 * 1024
    """Largest mail fetched, in bytes; of a larger one only that there was one is kept."""
    max_file_bytes: Count = 10 * 1024 * 1024
    """Largest file sent, in bytes. It grows by a third on its way, and many servers stop at 20 MB."""
    pacing: Pacing = MAIL_PACING
    """How fast the bot may speak there. See `MAIL_PACING`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsTemplate:
    """`[[channels.sms.templates]]`: one template that the vendor has approved."""

    id: Name
    """The vendor's number of it: `SMS_…` at Aliyun, digits at Tencent."""
    text: TemplateText
    """Its words as approved, without the signature; variables in braces: their names at Aliyun, {1}, {2} at Tencent."""

    def variables(self, text: str, most: int) -> Mapping[str, str] | None:
        """The variables with which the template says exactly that text, in its order; None where it cannot.

        Args:
            most: the longest that one variable may be, in characters.
        """
        names, end = [], 0
        pattern = ""
        for found in _VARIABLE.finditer(self.text):
            pattern += re.escape(self.text[end : found.start()]) + rf"([^\n]{{1,{most}}}?)"
            names.append(found[1])
            end = found.end()
        said = re.fullmatch(pattern + re.escape(self.text[end:]), text)
        return dict(zip(names, said.groups(), strict=True)) if said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """`[channels.sms]`: short messages (短信) by Aliyun or Tencent; only words that were approved can be sent."""

    vendor: Literal["aliyun", "tencent"]
    """Whose service it is."""
    key_id: Name
    """The access key's id (AccessKey ID, SecretId); no secret."""
    secret: str = field(default="", repr=False, metadata=DERIVED)
    """The access key's secret (AccessKey Secret, SecretKey), from `LIAISON_<NAME>_SECRET` or `secret_file`."""
    sign_name: Name
    """The approved signature (签名), without 【】."""
    nudge: Name
    """What is sent to somebody for whom something waits on the chat page; has to be said by one of the templates."""
    templates: tuple[SmsTemplate, ...] = ()
    """What may be said."""
    secret_file: Path | None = field(default=None, repr=False)
    """A file that holds the secret, for service managers that hand out secrets as files."""
    callback: str = field(default="", repr=False, metadata=DERIVED)
    """The last piece of the address at which the vendor tells what became of a message, from `LIAISON_<NAME>_CALLBACK`.

    The vendors sign nothing there, so whoever knows it is believed. Empty: receipts and answers are not taken.
    """
    name: str = field(default="sms", metadata=DERIVED)
    """The table's name, and a piece of the callback's address."""
    kind: Literal["sms"] = "sms"
    """Which channel it is. May be left out where the table's name says it."""
    app_id: str = ""
    """Tencent's SmsSdkAppId; Aliyun has none."""
    region: Name = "ap-guangzhou"
    """Tencent's region; messages go everywhere from any."""
    base_url: SmsService = ""
    """The vendor's address; empty: its public one."""
    variable_chars: Annotated[int, Field(ge=1, le=35)] = 20
    """Longest variable, in characters. Aliyun takes 35 in some templates, 20 in the others; Tencent less in some."""
    delay_seconds: Seconds = 3600.0
    """Seconds until a message is tried again of which the vendor says that this number has had enough for now."""
    connect_timeout_seconds: Seconds = 4.0
    """Seconds until a vendor that cannot be reached is tried again later: nothing has gone out by then."""
    call_timeout_seconds: Seconds = 8.0
    """Seconds that one call may take. After that nobody knows whether the message went out."""
    callback_days: Annotated[int, Field(ge=1, le=30)] = 3
    """Days for which an answer's own time may lie back; an older one is a replay. Vendors try for two days."""
    max_callback_bytes: Count = 256 * 1024
    """Largest callback read, in bytes; the vendors' own are a hundredth of it."""
    pacing: Pacing = SMS_PACING
    """How fast the bot may speak there. See `SMS_PACING`."""

    def says(self, text: str) -> bool:
        """Whether one of the templates says exactly that."""
        return any(template.variables(text, self.variable_chars) is not None for template in self.templates)


AddressedSettings = MailSettings | SmsSettings


def account_of(channel: AddressedSettings) -> tuple[str, ...]:
    """What no two channels of one kind may share."""
    return (channel.address,) if isinstance(channel, MailSettings) else (channel.vendor, channel.key_id)


def trouble(channel: AddressedSettings, rooms: Mapping[int, str]) -> Iterator[tuple[int | str, str, str]]:
    """What is wrong with a channel and the rooms in it; see `bot.settings.kinds.trouble`."""
    if isinstance(channel, MailSettings):
        if not (channel.password + channel.user).isascii():
            yield "user", "登录名或密码里有中文或全角的字", "邮件服务器只认半角的英文字母、数字和符号，请核对"
        for number, written in rooms.items():
            if not EMAIL.fullmatch(written):
                yield number, "邮件里没有群", "请在 external_id 里写邮件列表的地址；若是一个个人，邮箱写在名单里"
        return
    for number in rooms:
        yield number, "短信里没有群", "短信只能发给个人；请把这个群的 channel 改成别的渠道"
    if not channel.templates:
        yield "name", "没有短信模板", f"请照审核通过的写一段 [[channels.{channel.name}.templates]]，里面有 id 和 text"
    elif not channel.says(channel.nudge):
        yield "nudge", "nudge 和哪个模板都对不上", "短信只能发审核过的文字；请照一个模板写，把变量换成实际的字"
    if channel.vendor == "tencent" and not channel.app_id:
        yield "app_id", "没有写腾讯云的 app_id", '请写控制台里的 SmsSdkAppId，例如 app_id = "1400000000"'


def in_the_clear(channel: MailSettings) -> Iterator[tuple[str, str, str]]:
    """What goes over the network unprotected: key, what, remedy."""
    for key, endpoint, security in (
        ("smtp_security", channel.smtp, channel.smtp_security),
        ("imap_security", channel.imap, channel.imap_security),
    ):
        if endpoint and security == "plain" and not _LOCAL.fullmatch(endpoint):
            what = "和邮件服务器之间没有加密，密码和邮件会在网络上明文传送"
            yield key, what, f'请写 {key} = "tls"，并改成加密的端口'
