"""One HTTP call to the platform: `webhook`, `tokens`, `names` and `app` make them.

Keys and tokens stand in the addresses, so a foreign error is never chained to ours nor repeated: its own words and its
traceback hold the address. Each call has a connection of its own: one kept for the next call may be dead by then, and
then nobody could tell whether the message had gone out.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from bot.errors import BotError, ChannelUnavailable, DeliveryUnknown
from bot.messages import Attachment
from bot.settings import WecomAppSettings, WecomWebhookSettings

_LONGEST_ANSWER: Final = 1024 * 1024
_NOT_YET: Final = frozenset({429, 503})
"""Statuses by which a server says that it did nothing."""
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f"\\/]')


class CallFailed(Exception):
    """A call that brought no answer of the platform.

    Args:
        reason: what happened, in Chinese, without any address.
        left: the request may have reached the platform.
    """

    def __init__(self, reason: str, *, left: bool) -> None:
        super().__init__(reason)
        self.left = left


class Answer:
    """What the platform answered: errors too come as HTTP 200 with an `errcode`."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    @property
    def code(self) -> int:
        """The error code; 0 for success."""
        code = self._values.get("errcode", 0)
        return code if isinstance(code, int) else -1

    def text(self, key: str) -> str:
        """The text under that key; empty where there is none."""
        value = self._values.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """The number under that key; 0 where there is none."""
        value = self._values.get(key)
        return value if isinstance(value, int) else 0


class Calls:
    """Makes calls to one base address."""

    def __init__(self, settings: WecomWebhookSettings | WecomAppSettings) -> None:
        self._settings = settings

    async def get(self, path: str, **query: str) -> Answer:
        """A question; asking twice does no harm."""
        return await self._call("GET", path, query, self._settings.call_timeout_seconds)

    async def post(self, path: str, body: Mapping[str, Any], **query: str) -> Answer:
        """Sends JSON."""
        return await self._call("POST", path, query, self._settings.call_timeout_seconds, json=body)

    async def upload(self, path: str, file: Attachment, **query: str) -> Answer:
        """Sends a file as the platform wants it: multipart, the field `media`, its name in plain UTF-8."""
        form = aiohttp.FormData(quote_fields=False)
        name = _UNSAFE.sub("_", file.name) or "file"
        form.add_field("media", io.BytesIO(file.content), filename=name, content_type="application/octet-stream")
        return await self._call("POST", path, query, self._settings.upload_timeout_seconds, data=form)

    async def _call(self, method: str, path: str, query: Mapping[str, str], seconds: float, **body: Any) -> Answer:
        connect = self._settings.connect_timeout_seconds
        timeout = aiohttp.ClientTimeout(total=connect + seconds, sock_connect=connect, sock_read=seconds)
        connector = aiohttp.TCPConnector(force_close=True)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.request(
                    method, self._settings.base_url + path, params=query, allow_redirects=False, **body
                ) as response,
            ):
                return _read(response.status, await _body(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise CallFailed("连不上企业微信", left=False) from None
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise CallFailed("企业微信没有应答", left=True) from None


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > _LONGEST_ANSWER:
            break
    return bytes(body)


def _read(status: int, body: bytes) -> Answer:
    if status != 200:
        left = status >= 500 and status not in _NOT_YET
        raise CallFailed(f"企业微信的服务器应答了 HTTP {status}", left=left)
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise CallFailed("企业微信的应答读不懂", left=True)
    return Answer(values)


def doubtful(name: str, failed: CallFailed) -> BotError:
    """What a call that failed means for the message it was to say."""
    if failed.left:
        return DeliveryUnknown(f"{name}：不知道是否已经发出（{failed}）")
    return ChannelUnavailable(f"{name}：没有发出（{failed}）")
