"""What an error code of DingTalk means for a post. Pure; every form of it asks here.

Only the code and our own words are told: the platform's `errmsg` may repeat addresses and tokens.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from bot.channels.calls import Answer
from bot.errors import BotError, ChannelUnavailable, DeliveryDelayed, DeliveryRefused, DeliveryUnknown

CALLED: Final = "钉钉"

TOO_MUCH: Final = frozenset({130101, 410100})
"""Too much was said by a robot: for ten minutes all it says is refused."""
_STALE: Final = frozenset({40014, 42001})
_STALE_CODES: Final = frozenset({"InvalidAuthentication", "Forbidden.AccessDenied.AccessTokenInvalid"})
_FULL_SECONDS: Final = 60.0
"""How long somebody is left alone who has had too much: the platform counts by the minute."""

_AGAIN: Final[Mapping[int, str]] = {
    -1: "钉钉系统繁忙",
    40014: "access_token 不被承认",
    42001: "access_token 过期",
    130101: "发得太快，被钉钉限流",
    310000: "没有过机器人的安全设置（加签、关键词或 IP），请核对",
    410100: "发得太快，被钉钉限流",
}
"""What may pass, or can be mended while the post is still worth sending."""

_NEVER: Final[Mapping[int, str]] = {
    40035: "参数不对",
    43004: "内容的格式不对",
    300001: "机器人的 access_token 不对，或者机器人已被移出群",
    400013: "群已解散",
    400101: "机器人的 access_token 不对",
    400102: "机器人已停用",
    400105: "不支持这种消息",
    400106: "机器人不存在",
    430101: "内容里有不安全的链接",
    430102: "内容里有钉钉不许发的文字",
    430104: "内容里有钉钉不许发的东西",
    460101: "内容太长",
}

_API_AGAIN: Final = (
    ("QpsLimit", "发得太快，被钉钉限流"),
    ("Throttling", "发得太快，被钉钉限流"),
    ("send.too.fast", "发得太快，被钉钉限流"),
    ("IpNotInWhiteList", "本机的 IP 不在应用的“服务器出口 IP”里"),
    ("InvalidAuthentication", "access_token 不被承认"),
    ("AccessTokenInvalid", "access_token 不被承认"),
    ("ServiceUnavailable", "钉钉系统繁忙"),
)
_API_NEVER: Final = (
    ("PermissionDenied", "应用没有“机器人发送消息”的权限"),
    ("robotCode", "RobotCode 不对"),
    ("openConversationId", "没有这个群"),
    ("group.disbanded", "群已解散"),
    ("bot.stopped", "机器人已停用"),
    ("staffId", "没有这个成员"),
    ("tooLong", "内容太长"),
)
_UNSURE: Final = ("unknown.send.result", "system.error")
"""The platform itself does not know."""
_CODE: Final = re.compile(r"[A-Za-z0-9._-]{1,80}")


def is_stale(answer: Answer) -> bool:
    """Whether the access token is no longer taken: it is asked for anew, once."""
    return answer.status == 401 or answer.code in _STALE or answer.text("code") in _STALE_CODES


def verdict(name: str, code: int) -> BotError:
    """The error of what was answered with that `errcode`.

    Args:
        name: the channel's.
    """
    if (words := _AGAIN.get(code)) is not None:
        return ChannelUnavailable(f"{name}：{words}（{code}）")
    return DeliveryRefused(f"{name}：钉钉拒绝发送：{_NEVER.get(code, '原因见错误码')}（{code}）")


def verdict_there(name: str, code: int) -> BotError:
    """As `verdict`, where what was said too often was said too often in that conversation only."""
    if code in TOO_MUCH:
        return DeliveryDelayed(f"{name}：{_AGAIN[code]}（{code}）", _FULL_SECONDS)
    return verdict(name, code)


def verdict_of_api(name: str, answer: Answer) -> BotError:
    """The error of what the newer API answered with HTTP 4xx and a `code` of words."""
    code = shown(answer.text("code"))
    if any(part in code for part in _UNSURE):
        return DeliveryUnknown(f"{name}：钉钉自己也不知道是否已经发出（{code}）")
    for part, words in _API_AGAIN:
        if part in code:
            return ChannelUnavailable(f"{name}：{words}（{code}）")
    if answer.status == 429:
        return ChannelUnavailable(f"{name}：发得太快，被钉钉限流（{code}）")
    words = next((words for part, words in _API_NEVER if part in code), "原因见错误码")
    return DeliveryRefused(f"{name}：钉钉拒绝发送：{words}（{code}）")


def verdict_on(name: str, account: str, values: Mapping[str, Any]) -> BotError | None:
    """What is wrong with the one to whom a message was to go, where the call itself succeeded."""

    def listed(key: str) -> bool:
        found = values.get(key)
        return isinstance(found, Collection) and account in found

    if listed("flowControlledStaffIdList"):
        return DeliveryDelayed(f"{name}：对方收得太多，被钉钉限流", _FULL_SECONDS)
    if listed("invalidStaffIdList"):
        return DeliveryRefused(f"{name}：收信人不在应用的可见范围里，或者已离职")
    if listed("filteredStaffIdList"):
        return DeliveryRefused(f"{name}：收信人不收机器人的消息")
    return None


def shown(code: str) -> str:
    """A code of words, as far as it is one: what else stands there may repeat what was sent."""
    return code if _CODE.fullmatch(code) else "?"
