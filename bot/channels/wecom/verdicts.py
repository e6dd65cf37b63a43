"""What an error code of the platform means for a post. Pure; every form of WeCom asks here.

Only the code and our own words are told: the platform's `errmsg` may repeat addresses and tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.errors import BotError, ChannelUnavailable, DeliveryDelayed, DeliveryRefused

STALE_TOKEN: Final = frozenset({40014, 42001})
"""The access token is no longer taken: it is asked for anew, once."""
STALE_QUESTION: Final = frozenset({846605, 846608})
"""What was to be answered is too long ago (req_id, stream): it can still be said by itself."""
NO_STREAM: Final = 600039
"""The person's client shows no streams: it shows markdown."""
NOT_SUBSCRIBED: Final = 846609
"""The long connection is open, but the platform has forgotten whose it is."""

_AGAIN: Final[Mapping[int, str]] = {
    -1: "企业微信系统繁忙",
    40001: "应用的 Secret 不对",
    40013: "企业 ID 不对",
    40014: "access_token 不被承认",
    42001: "access_token 过期",
    45009: "发得太快，被企业微信限流",
    45033: "同时发得太多，被企业微信限流",
    45047: "发得太多，被企业微信限流",
    60020: "本机的 IP 不在应用的“企业可信 IP”里",
    846609: "长连接没有订阅，正在重连",
}
"""What may pass, or can be mended while the post is still worth sending."""

FULL: Final = frozenset({45009, 45033, 45047})
"""Too much was said; of a conversation this is said by the 智能机器人 about that one alone."""
_FULL_SECONDS: Final = 60.0
"""How long a conversation is left alone that has had too much: the platform counts by the minute."""

_NEVER: Final[Mapping[int, str]] = {
    40003: "没有这个成员",
    40006: "文件太大或太小",
    40008: "不支持这种消息",
    40056: "应用的 AgentId 不对",
    40058: "参数不对",
    44004: "内容是空的",
    45002: "内容太长",
    48002: "应用没有这个权限",
    81013: "收信人不在应用的可见范围里，或者已离职",
    86001: "没有这个群，或者群不是本应用建的",
    93000: "群机器人的 key 不对，或者机器人已被移出群",
    301002: "AgentId 不是这个应用的",
}


def verdict(name: str, code: int) -> BotError:
    """The error of a post that was answered with that code.

    Args:
        name: the channel's.
    """
    if (words := _AGAIN.get(code)) is not None:
        return ChannelUnavailable(f"{name}：{words}（{code}）")
    return DeliveryRefused(f"{name}：企业微信拒绝发送：{_NEVER.get(code, '原因见错误码')}（{code}）")


def verdict_there(name: str, code: int) -> BotError:
    """As `verdict`, where what was said too often was said too often in that conversation only."""
    if code in FULL:
        return DeliveryDelayed(f"{name}：{meaning(code)}", _FULL_SECONDS)
    return verdict(name, code)


def meaning(code: int) -> str:
    """What a code says, for people."""
    return f"{_AGAIN.get(code) or _NEVER.get(code, '企业微信报错')}（{code}）"
