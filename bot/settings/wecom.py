"""`[channels.…]` of WeCom (企业微信) in its three forms: group robot, self-built application, 智能机器人.

Part of `ChannelSettings` in `bot.settings.shape`. `bot.settings.kinds` has their lines; `trouble` says what is wrong
with values that are right by themselves. No I/O here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.settings.pacing import DERIVED, Pacing
from bot.settings.values import Count, Name, Seconds, read_service, read_socket

_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


_HTTPS = "https://qyapi.weixin.qq.com"
_WSS = "wss://openws.work.weixin.qq.com"
Service = Annotated[str, BeforeValidator(partial(read_service, "base_url", _HTTPS))]
Socket = Annotated[str, BeforeValidator(partial(read_socket, _WSS))]

WEBHOOK_PACING = Pacing(min_gap_seconds=0, jitter_seconds=0, room_per_hour=60, channel_per_minute=18)
"""The group robot's: two under the platform's 20 a minute, since its minute begins when its clock says."""
APP_PACING = Pacing(min_gap_seconds=0, jitter_seconds=0, room_per_hour=60, channel_per_minute=300)
"""The application's: the platform counts by the person, 30 a minute; whole rooms of private reminders may go out."""
AIBOT_PACING = Pacing(min_gap_seconds=0, jitter_seconds=0, room_per_hour=60, channel_per_minute=28)
"""The 智能机器人's: two under the 30 a minute that one conversation bears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomWebhookSettings:
    """`[channels.wecom_webhook]`: one group robot (群机器人) of WeCom; it speaks in its one group and hears nothing."""

    key: str = field(repr=False, metadata=DERIVED)
    """What stands behind `key=` in the robot's address, from `LIAISON_<NAME>_KEY` or `key_file`; whoever has it can
    speak in the group."""
    key_file: Path | None = field(default=None, repr=False)
    """A file that holds the key, for service managers that hand out secrets as files."""
    name: str = field(default="wecom_webhook", metadata=DERIVED)
    """The table's name: what rooms call the channel. One table for each robot, since each has its own limits."""
    kind: Literal["wecom_webhook"] = "wecom_webhook"
    """Which channel it is. May be left out where the table's name says it."""
    base_url: Service = _HTTPS
    """The platform's address; private deployments have their own."""
    mention_phones: bool = False
    """Whether people are mentioned by the telephone number of the roster. Off, since the number then goes to the
    platform, also that of somebody who has no account there; their names are written instead."""
    accounts_of: str = ""
    """The channel of the same corporation's application, whose accounts people are mentioned by; empty for none."""
    connect_timeout_seconds: Seconds = 3.0
    """Seconds until a platform that cannot be reached is tried again later: nothing has gone out by then."""
    call_timeout_seconds: Seconds = 5.0
    """Seconds that one call may take. After that nobody knows whether the message went out."""
    upload_timeout_seconds: Seconds = 10.0
    """Seconds that a file may take on its way; with what is said after it still less than the outbox's lease."""
    max_file_bytes: Annotated[int, Field(ge=6, le=20 * 1024 * 1024)] = 20 * 1024 * 1024
    """Largest file sent, in bytes: what the platform takes."""
    pacing: Pacing = WEBHOOK_PACING
    """How fast the bot may speak there. See `WEBHOOK_PACING`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomAppSettings:
    """`[channels.wecom_app]`: a self-built application (自建应用) of WeCom, which talks with each member alone."""

    corp_id: Name
    """The corporation's id (企业 ID); no secret."""
    agent_id: Annotated[int, Field(ge=1)]
    """The application's number (AgentId)."""
    secret: str = field(repr=False, metadata=DERIVED)
    """The application's Secret, from `LIAISON_<NAME>_SECRET` or `secret_file`."""
    token: str = field(repr=False, metadata=DERIVED)
    """What callbacks are signed with (Token), from `LIAISON_<NAME>_TOKEN` or `token_file`."""
    aes_key: str = field(repr=False, metadata=DERIVED)
    """What callbacks are encrypted with (EncodingAESKey, 43 characters), from `LIAISON_<NAME>_AES_KEY` or
    `aes_key_file`."""
    secret_file: Path | None = field(default=None, repr=False)
    """A file that holds the Secret."""
    token_file: Path | None = field(default=None, repr=False)
    """A file that holds the Token."""
    aes_key_file: Path | None = field(default=None, repr=False)
    """A file that holds the EncodingAESKey."""
    name: str = field(default="wecom_app", metadata=DERIVED)
    """The table's name: what rooms call the channel, and the end of the callback's address."""
    kind: Literal["wecom_app"] = "wecom_app"
    """Which channel it is. May be left out where the table's name says it."""
    base_url: Service = _HTTPS
    """The platform's address; private deployments have their own."""
    names: bool = True
    """Whether the platform is asked what an account is called, so that it can be bound to a person by that."""
    callback_window_seconds: Seconds = 300.0
    """Seconds by which a callback's own time may differ from ours, either way; older ones may be replayed."""
    max_callback_bytes: Count = 1024 * 1024
    """Largest callback read, in bytes; the platform's own are a hundredth of it."""
    connect_timeout_seconds: Seconds = 3.0
    """Seconds until a platform that cannot be reached is tried again later: nothing has gone out by then."""
    call_timeout_seconds: Seconds = 5.0
    """Seconds that one call may take, ours or a callback's. After that nobody knows whether our message went out."""
    upload_timeout_seconds: Seconds = 10.0
    """Seconds that a file may take on its way; with what is said after it still less than the outbox's lease."""
    backoff_first_seconds: Seconds = 1.0
    """Seconds until the access token is asked for again that was not to be had; doubled with each attempt."""
    backoff_most_seconds: Seconds = 60.0
    """Longest pause between two attempts, in seconds."""
    max_file_bytes: Annotated[int, Field(ge=6, le=20 * 1024 * 1024)] = 20 * 1024 * 1024
    """Largest file sent, in bytes: what the platform takes."""
    pacing: Pacing = APP_PACING
    """How fast the bot may speak there. See `APP_PACING`."""

    @property
    def callback_path(self) -> str:
        """Where the platform's callbacks come in, on the server of `[web]`."""
        return f"/wecom/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomAibotSettings:
    """`[channels.wecom_aibot]`: a 智能机器人 of WeCom over its long connection; needs no address of its own."""

    bot_id: Name
    """The robot's id (Bot ID); no secret."""
    secret: str = field(repr=False, metadata=DERIVED)
    """The robot's Secret, from `LIAISON_<NAME>_SECRET` or `secret_file`."""
    secret_file: Path | None = field(default=None, repr=False)
    """A file that holds the Secret."""
    name: str = field(default="wecom_aibot", metadata=DERIVED)
    """The table's name: what rooms call the channel."""
    kind: Literal["wecom_aibot"] = "wecom_aibot"
    """Which channel it is. May be left out where the table's name says it."""
    url: Socket = _WSS
    """The platform's address; private deployments have their own."""
    heartbeat_seconds: Seconds = 30.0
    """Seconds between two signs of life asked of the platform: what its document says. Two missed: it is gone."""
    connect_timeout_seconds: Seconds = 10.0
    """Seconds that connecting and being let in may take."""
    call_timeout_seconds: Seconds = 5.0
    """Seconds until a frame that was not answered may or may not have been heeded."""
    upload_timeout_seconds: Seconds = 12.0
    """Seconds that a file may take on its way; with what is said after it still less than the outbox's lease."""
    download_timeout_seconds: Seconds = 8.0
    """Seconds that fetching a file may take; what is said next waits for it, so no longer."""
    answer_seconds: Annotated[float, Field(ge=0, le=330)] = 60.0
    """Seconds in which a post goes out as the answer to what was last said there; later it is a push. The platform
    bears six minutes; a minute, so that a reminder does not look like the answer to somebody's report."""
    backoff_first_seconds: Seconds = 1.0
    """Seconds until the first attempt to connect again; doubled with each."""
    backoff_most_seconds: Seconds = 60.0
    """Longest pause between two attempts, in seconds."""
    max_file_bytes: Annotated[int, Field(ge=6, le=20 * 1024 * 1024)] = 20 * 1024 * 1024
    """Largest file sent, in bytes: what the platform takes."""
    in_file_bytes: Count = 20 * 1024 * 1024
    """Largest file fetched, in bytes; of a larger one only that there was one is kept."""
    pacing: Pacing = AIBOT_PACING
    """How fast the bot may speak there. See `AIBOT_PACING`."""


WecomSettings = WecomWebhookSettings | WecomAppSettings | WecomAibotSettings


def account_of(channel: WecomSettings) -> tuple[str, ...]:
    """What it speaks as: two tables of the same would answer each other's people."""
    match channel:
        case WecomWebhookSettings():
            return (channel.base_url, channel.key or channel.name)
        case WecomAppSettings():
            return (channel.base_url, channel.corp_id, str(channel.agent_id))
        case WecomAibotSettings():
            return (channel.url, channel.bot_id)


def trouble(
    channel: WecomSettings, rooms: Collection[int], channels: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a channel: the key, what, and the remedy; see `bot.settings.kinds.trouble`."""
    if isinstance(channel, WecomAppSettings) and channel.aes_key and not _AES_KEY.fullmatch(channel.aes_key):
        remedy = "请到管理后台的“接收消息”里重新复制，应当正好是 43 个字母和数字"
        yield "aes_key_file", "EncodingAESKey 不对", remedy
    if isinstance(channel, WecomWebhookSettings):
        if len(rooms) > 1:
            remedy = "一个群机器人只在一个群里：请给每个群各建一个机器人，各写一段 [channels.…]"
            yield "key_file", f"有 {len(rooms)} 个群都用这个群机器人", remedy
        kind = channels.get(channel.accounts_of) if channel.accounts_of else "wecom_app"
        if kind is None:
            yield "accounts_of", f"没有配置渠道 {channel.accounts_of}", "请写同一家企业的自建应用那一段的名称"
        elif kind not in ("", "wecom_app"):
            yield "accounts_of", f"{channel.accounts_of} 不是企业微信自建应用", "请写同一家企业的自建应用那一段的名称"
