"""The kinds of channels: for each its table, what people call it, its pacing, its secrets. One line for a new one.

`tables`, `loading` and `checks` ask here, so that they do one thing for whatever channel. No I/O here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.settings import dingtalk, mail, wecom
from bot.settings.dingtalk import DingtalkGovSettings, DingtalkStreamSettings, DingtalkWebhookSettings
from bot.settings.mail import MailSettings, SmsSettings
from bot.settings.pacing import CHAT_PACING, WECHAT_PACING, Pacing
from bot.settings.shape import ChannelSettings, WebchatSettings, WechatySettings
from bot.settings.wecom import WecomAibotSettings, WecomAppSettings, WecomWebhookSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a channel of that kind is.

    Args:
        table: what its part of the file becomes.
        called: what people call it.
        pacing: how fast the bot may speak there; a file may change single keys of it.
        secrets: the keys of its secrets, and what people call them.
        spare: secrets that it can do without; they come from the environment alone.
        account: what no two tables of the kind may share, as people call it.
    """

    table: type[ChannelSettings]
    called: str
    pacing: Pacing
    secrets: Mapping[str, str] = field(default_factory=dict)
    spare: tuple[str, ...] = ()
    account: str = "账号"


KINDS: Mapping[str, Kind] = {
    "webchat": Kind(table=WebchatSettings, called="网页聊天", pacing=CHAT_PACING, account="网页聊天"),
    "wechaty": Kind(
        table=WechatySettings, called="微信", pacing=WECHAT_PACING, secrets={"token": "网关的令牌"}, account="网关"
    ),
    "wecom_webhook": Kind(
        table=WecomWebhookSettings,
        called="企业微信群机器人",
        pacing=wecom.WEBHOOK_PACING,
        secrets={"key": "群机器人的 key"},
    ),
    "wecom_app": Kind(
        table=WecomAppSettings,
        called="企业微信自建应用",
        pacing=wecom.APP_PACING,
        secrets={"secret": "应用的 Secret", "token": "回调的 Token", "aes_key": "回调的 EncodingAESKey"},
    ),
    "wecom_aibot": Kind(
        table=WecomAibotSettings,
        called="企业微信智能机器人",
        pacing=wecom.AIBOT_PACING,
        secrets={"secret": "智能机器人的 Secret"},
    ),
    "dingtalk_webhook": Kind(
        table=DingtalkWebhookSettings,
        called="钉钉群机器人",
        pacing=dingtalk.WEBHOOK_PACING,
        secrets={"token": "群机器人的 access_token", "sign_secret": "群机器人的加签密钥"},
    ),
    "dingtalk_stream": Kind(
        table=DingtalkStreamSettings,
        called="钉钉 Stream 机器人",
        pacing=dingtalk.STREAM_PACING,
        secrets={"secret": "应用的 Client Secret"},
    ),
    "dingtalk_gov": Kind(
        table=DingtalkGovSettings,
        called="专有钉钉",
        pacing=dingtalk.GOV_PACING,
        secrets={"secret": "应用的 App Secret"},
        spare=("callback",),
    ),
    "mail": Kind(
        table=MailSettings, called="邮件", pacing=mail.MAIL_PACING, secrets={"password": "邮箱的密码"}, account="邮箱"
    ),
    "sms": Kind(
        table=SmsSettings,
        called="短信",
        pacing=mail.SMS_PACING,
        secrets={"secret": "短信服务的密钥"},
        spare=("callback",),
    ),
}
"""What `kind` may be."""

SECRETS = frozenset(secret for kind in KINDS.values() for secret in kind.secrets)
"""The keys of all secrets."""


def secrets_of(channel: ChannelSettings) -> Mapping[str, str]:
    """The secrets that it needs, and what people call them."""
    if isinstance(channel, MailSettings) and not channel.login:
        return {}
    needed = KINDS[channel.kind].secrets
    if isinstance(channel, DingtalkWebhookSettings) and not channel.signed:
        return {key: called for key, called in needed.items() if key != "sign_secret"}
    return needed


def account_of(channel: ChannelSettings) -> tuple[str, ...]:
    """What it speaks as: two tables of the same would answer each other's people. Empty where there is but one."""
    match channel:
        case WebchatSettings():
            return ()
        case WechatySettings():
            return (channel.endpoint,)
        case MailSettings() | SmsSettings():
            return mail.account_of(channel)
        case DingtalkWebhookSettings() | DingtalkStreamSettings() | DingtalkGovSettings():
            return dingtalk.account_of(channel)
        case _:
            return wecom.account_of(channel)


def trouble(
    channel: ChannelSettings, rooms: Mapping[int, str], channels: Mapping[str, str]
) -> Iterator[tuple[str | int, str, str]]:
    """What is wrong with a channel or a room in it: the channel's key or the room's number, what, the remedy.

    Args:
        rooms: the rooms that say that they are in this channel: number → external id, empty for none.
        channels: the name of each channel → its kind; empty for one that was refused.
    """
    if isinstance(channel, WecomWebhookSettings | WecomAppSettings | WecomAibotSettings):
        yield from wecom.trouble(channel, rooms, channels)
    elif isinstance(channel, DingtalkWebhookSettings | DingtalkStreamSettings | DingtalkGovSettings):
        yield from dingtalk.trouble(channel, rooms, channels)
    elif isinstance(channel, MailSettings | SmsSettings):
        yield from mail.trouble(channel, rooms)
