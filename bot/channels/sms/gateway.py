"""What a vendor of short messages is asked for, the one call it is asked by, and what its refusals mean for a post.

`aliyun` and `tencent` are such vendors; another one is a module like these. Errors come inside HTTP 200 as codes:
each code becomes the error of `bot.errors` that tells whether the post can be tried again.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

import aiohttp
from yarl import URL

from bot.errors import BotError, ChannelUnavailable, DeliveryDelayed, DeliveryRefused, DeliveryUnknown
from bot.settings import SmsSettings

_LONGEST_ANSWER: Final = 64 * 1024
_BEFORE_SENDING: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One message on its way: an approved template with its variables, to one number.

    Args:
        number: eleven digits.
        variables: by their names, in the template's order.
    """

    dispatch_id: int
    number: str = field(repr=False)
    template: str
    variables: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What a vendor tells of a message afterwards: by the dispatch's id or by its own."""

    delivered: bool
    dispatch_id: int | None = None
    proof: str = ""
    number: str = field(default="", repr=False)
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody answered by a short message (上行短信)."""

    id: str
    number: str = field(repr=False)
    text: str = field(repr=False)
    sent_at: datetime


class Verdict(enum.Enum):
    """What a vendor's code means for the post."""

    ALL_LATER = enum.auto()
    """It minds us, not the message: a wrong key, no money, too many calls."""
    LATER = enum.auto()
    """This number has had enough for now."""
    NEVER = enum.auto()
    """Not this message, not to this number."""
    UNSURE = enum.auto()
    """It may have gone out."""


class Gateway(Protocol):
    """A vendor."""

    thanks: Mapping[str, Any]
    """What its callbacks are answered with."""

    async def say(self, call: Call, saying: Saying, now: datetime) -> str:
        """Sends a message; returns the vendor's id of it.

        Raises:
            ChannelUnavailable, DeliveryDelayed, DeliveryRefused: it surely did not go out.
            DeliveryUnknown: it may have gone out.
        """
        ...

    def told(self, item: Mapping[str, Any]) -> Fate | Answer | None:
        """What one item of a callback tells; None where it is nothing of its own.

        Raises:
            KeyError, TypeError, ValueError: it is not as documented.
        """
        ...


class Call:
    """One request, its time-outs, and what came back as JSON."""

    def __init__(self, settings: SmsSettings, session: aiohttp.ClientSession) -> None:
        self._settings, self._session = settings, session

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes = b"") -> Mapping[str, Any]:
        """Posts it and returns the answer's object.

        Raises:
            ChannelUnavailable: nothing has left.
            DeliveryUnknown: nothing that can be read came back.
        """
        name, limits = self._settings.name, self._settings
        timeout = aiohttp.ClientTimeout(total=limits.call_timeout_seconds, sock_connect=limits.connect_timeout_seconds)
        try:
            async with self._session.post(
                URL(url, encoded=True), data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                answer = json.loads(await response.content.read(_LONGEST_ANSWER))
        except _BEFORE_SENDING as exc:
            raise ChannelUnavailable(f"{name}：连不上短信服务（{type(exc).__name__}）") from exc
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as exc:
            raise DeliveryUnknown(f"{name}：短信服务没有应答，不知道是否已经发出（{type(exc).__name__}）") from exc
        if not isinstance(answer, dict):
            raise DeliveryUnknown(f"{name}：短信服务的应答看不懂")
        return answer


def failure(settings: SmsSettings, code: str, verdicts: Mapping[str, Verdict]) -> BotError:
    """What a vendor's code means, by the longest beginning that is known; an unknown one is a refusal."""
    known = [start for start in verdicts if code.startswith(start)]
    verdict = verdicts[max(known, key=len)] if known else Verdict.NEVER
    said = f"短信没有发出（{code[:80]}）"
    if verdict is Verdict.ALL_LATER:
        return ChannelUnavailable(f"{settings.name}：{said}")
    if verdict is Verdict.LATER:
        return DeliveryDelayed(said, settings.delay_seconds)
    if verdict is Verdict.UNSURE:
        return DeliveryUnknown(f"{settings.name}：不知道短信是否已经发出（{code[:80]}）")
    return DeliveryRefused(said)


def national(number: str) -> str:
    """A mainland number as rosters write it: eleven digits."""
    digits = "".join(sign for sign in number if sign.isdecimal())
    return digits[-11:] if digits.startswith(("86", "0086")) and len(digits) > 11 else digits
