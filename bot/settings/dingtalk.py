"""`[channels.…]` of DingTalk (钉钉): its group robot, its Stream robot, and 专有钉钉, the government's own (陇政钉).

Part of `ChannelSettings` in `bot.settings.shape`. `bot.settings.kinds` has their lines; `trouble` says what is wrong
with values that are right by themselves. No I/O here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.settings.pacing import DERIVED, Pacing
from bot.settings.values import Count, Name, Seconds, read_service

_OAPI = "https://oapi.dingtalk.com"
_API = "https://api.dingtalk.com"
_GOV = "https://openplatform.dg-work.cn"

Oapi = Annotated[str, BeforeValidator(partial(read_service, "base_url", _OAPI))]
Api = Annotated[str, BeforeValidator(partial(read_service, "api_url", _API))]
Gov = Annotated[str, BeforeValidator(partial(read_service, "base_url", _GOV))]

WEBHOOK_PACING = Pacing(min_gap_seconds=0, jitter_seconds=0, room_per_hour=60, channel_per_minute=17)
"""The group robot's: three under the platform's 20 a minute, since one over it costs ten minutes of silence."""
STREAM_PACING = Pacing(min_gap_seconds=0, jitter_seconds=0, room_per_hour=60, channel_per_minute=300)
"""The Stream robot's: the platform counts by the second and the application; whole rooms of reminders may go out."""
GOV_PACING = Pacing(min_gap_seconds=0, jitter_seconds=0, room_per_hour=60, channel_per_minute=60)
"""专有钉钉's: what a province allows is not published, so one a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DingtalkWebhookSettings:
    """`[channels.dingtalk_webhook]`: one group robot (自定义机器人) of DingTalk; it speaks in its one group only."""

    token: str = field(repr=False, metadata=DERIVED)
    """What stands behind `access_token=` in the robot's address, from `LIAISON_<NAME>_TOKEN` or `token_file`."""
    sign_secret: str = field(default="", repr=False, metadata=DERIVED)
    """What its calls are signed with (加签, SEC…), from `LIAISON_<NAME>_SIGN_SECRET` or `sign_secret_file`."""
    token_file: Path | None = field(default=None, repr=False)
    """A file that holds the access_token, for service managers that hand out secrets as files."""
    sign_secret_file: Path | None = field(default=None, repr=False)
    """A file that holds the SEC…."""
    name: str = field(default="dingtalk_webhook", metadata=DERIVED)
    """The table's name: what rooms call the channel. One table for each robot, since each has its own limits."""
    kind: Literal["dingtalk_webhook"] = "dingtalk_webhook"
    """Which channel it is. May be left out where the table's name says it."""
    base_url: Oapi = _OAPI
    """The platform's address."""
    signed: bool = True
    """Whether the robot's guard is 加签, the strongest of the three; false where it is a keyword or an IP range."""
    keyword: str = ""
    """One of the robot's keywords (自定义关键词): put before a text that does not hold it, or it would be refused."""
    mention_phones: bool = False
    """Whether people are mentioned by the telephone number of the roster. Off, since the number has to stand in the
    text, and stays readable where the platform knows nobody by it; their names are written instead."""
    accounts_of: str = ""
    """The Stream robot of the same corporation, whose accounts people are mentioned by; empty for none."""
    block_seconds: Seconds = 600.0
    """Seconds for which nothing is sent once the platform says that it was too much: that long it refuses all."""
    connect_timeout_seconds: Seconds = 3.0
    """Seconds until a platform that cannot be reached is tried again later: nothing has gone out by then."""
    call_timeout_seconds: Seconds = 5.0
    """Seconds that one call may take. After that nobody knows whether the message went out."""
    pacing: Pacing = WEBHOOK_PACING
    """How fast the bot may speak there. See `WEBHOOK_PACING`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DingtalkStreamSettings:
    """`[channels.dingtalk_stream]`: an application's robot (企业内部应用机器人) in Stream mode; needs no address."""

    client_id: Name
    """The application's Client ID (AppKey); no secret."""
    secret: str = field(repr=False, metadata=DERIVED)
    """The application's Client Secret, from `LIAISON_<NAME>_SECRET` or `secret_file`."""
    secret_file: Path | None = field(default=None, repr=False)
    """A file that holds the Client Secret."""
    robot_code: str = ""
    """The robot's RobotCode; empty: it is the Client ID, as of every robot made today."""
    name: str = field(default="dingtalk_stream", metadata=DERIVED)
    """The table's name: what rooms call the channel."""
    kind: Literal["dingtalk_stream"] = "dingtalk_stream"
    """Which channel it is. May be left out where the table's name says it."""
    base_url: Oapi = _OAPI
    """The platform's older address: files and answers go there."""
    api_url: Api = _API
    """The platform's newer address: tickets, access tokens and the robot's own messages."""
    heartbeat_seconds: Seconds = 30.0
    """Seconds between two signs of life asked of the connection; without one it is made anew after half as many."""
    connect_timeout_seconds: Seconds = 5.0
    """Seconds that connecting may take."""
    call_timeout_seconds: Seconds = 5.0
    """Seconds that one call may take. After that nobody knows whether the message went out."""
    upload_timeout_seconds: Seconds = 10.0
    """Seconds that a file may take on its way; with what is said after it still less than the outbox's lease."""
    backoff_first_seconds: Seconds = 1.0
    """Seconds until the first attempt to connect again; doubled with each."""
    backoff_most_seconds: Seconds = 60.0
    """Longest pause between two attempts, in seconds."""
    max_file_bytes: Annotated[int, Field(ge=1, le=20 * 1024 * 1024)] = 20 * 1024 * 1024
    """Largest file sent, in bytes: what the platform takes."""
    pacing: Pacing = STREAM_PACING
    """How fast the bot may speak there. See `STREAM_PACING`."""

    @property
    def robot(self) -> str:
        """The robot's RobotCode."""
        return self.robot_code or self.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class DingtalkGovSettings:
    """`[channels.dingtalk_gov]`: an application of 专有钉钉; addresses, tenant and rights come from the province."""

    app_key: Name
    """The application's App Key; no secret."""
    tenant_id: Name
    """The tenant (tenantId) that the province gives."""
    secret: str = field(repr=False, metadata=DERIVED)
    """The application's App Secret, from `LIAISON_<NAME>_SECRET` or `secret_file`."""
    secret_file: Path | None = field(default=None, repr=False)
    """A file that holds the App Secret."""
    callback: str = field(default="", repr=False, metadata=DERIVED)
    """The last piece of the callbacks' address, from `LIAISON_<NAME>_CALLBACK`; empty: no callbacks, hears nothing.
    The platform signs no bodies, so the address has to be a secret too."""
    sender_id: str = ""
    """As whom it speaks in groups (senderId); empty: it only sends work notifications (工作通知) to people."""
    name: str = field(default="dingtalk_gov", metadata=DERIVED)
    """The table's name: what rooms call the channel, and part of the callbacks' address."""
    kind: Literal["dingtalk_gov"] = "dingtalk_gov"
    """Which channel it is. May be left out where the table's name says it."""
    base_url: Gov = _GOV
    """The platform's address; each province has its own."""
    host_ip: str = "127.0.0.1"
    """What calls tell as this machine's IP address; some provinces compare it with the one applied for."""
    host_mac: str = "00:00:00:00:00:00"
    """What calls tell as this machine's MAC address."""
    callback_window_seconds: Seconds = 300.0
    """Seconds by which a callback's own time may differ from ours, either way. The platform would bear an hour."""
    max_callback_bytes: Count = 1024 * 1024
    """Largest callback read, in bytes."""
    connect_timeout_seconds: Seconds = 3.0
    """Seconds until a platform that cannot be reached is tried again later: nothing has gone out by then."""
    call_timeout_seconds: Seconds = 5.0
    """Seconds that one call may take, ours or a callback's. After that nobody knows whether our message went out."""
    backoff_first_seconds: Seconds = 1.0
    """Seconds until the access token is asked for again that was not to be had; doubled with each attempt."""
    backoff_most_seconds: Seconds = 60.0
    """Longest pause between two attempts, in seconds."""
    pacing: Pacing = GOV_PACING
    """How fast the bot may speak there. See `GOV_PACING`."""


DingtalkSettings = DingtalkWebhookSettings | DingtalkStreamSettings | DingtalkGovSettings


def account_of(channel: DingtalkSettings) -> tuple[str, ...]:
    """What it speaks as: two tables of the same would answer each other's people."""
    match channel:
        case DingtalkWebhookSettings():
            return (channel.base_url, channel.token or channel.name)
        case DingtalkStreamSettings():
            return (channel.api_url, channel.client_id)
        case DingtalkGovSettings():
            return (channel.base_url, channel.app_key)


def trouble(
    channel: DingtalkSettings, rooms: Collection[int], channels: Mapping[str, str]
) -> Iterator[tuple[str | int, str, str]]:
    """What is wrong with a channel: the key, what, and the remedy; see `bot.settings.kinds.trouble`."""
    if isinstance(channel, DingtalkWebhookSettings):
        if channel.sign_secret and not channel.sign_secret.startswith("SEC"):
            remedy = "请到机器人的“安全设置”里重新复制，以 SEC 开头"
            yield "sign_secret_file", "加签的密钥不对", remedy
        if len(rooms) > 1:
            remedy = "一个群机器人只在一个群里：请给每个群各建一个机器人，各写一段 [channels.…]"
            yield "token_file", f"有 {len(rooms)} 个群都用这个群机器人", remedy
        kind = channels.get(channel.accounts_of) if channel.accounts_of else "dingtalk_stream"
        if kind is None:
            yield "accounts_of", f"没有配置渠道 {channel.accounts_of}", "请写同一家企业的 Stream 机器人那一段的名称"
        elif kind not in ("", "dingtalk_stream"):
            yield "accounts_of", f"{channel.accounts_of} 不是钉钉 Stream 机器人", "请写 Stream 机器人那一段的名称"
    elif isinstance(channel, DingtalkGovSettings) and not channel.sender_id:
        for room in rooms:
            remedy = "请写 sender_id，或者把这个群放到别的渠道"
            yield room, "专有钉钉没有写 sender_id，在群里说不了话", remedy
