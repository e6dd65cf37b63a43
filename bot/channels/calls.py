"""One HTTP call to a platform, whichever it is: the channels of `wecom` and `dingtalk` make theirs here.

Keys and tokens stand in the addresses, so a foreign error is never chained to ours nor repeated: its own words and its
traceback hold the address. Each call has a connection of its own: one kept for the next call may be dead by then, and
then nobody could tell whether the message had gone out.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

import aiohttp

from bot.errors import BotError, ChannelUnavailable, DeliveryUnknown
from bot.messages import Attachment

_LONGEST_ANSWER: Final = 1024 * 1024
_NOT_YET: Final = frozenset({429, 503})
"""Statuses by which a server says that it did nothing."""
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f"\\/]')
_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}


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
    """What the platform answered: errors come as HTTP 200 with an `errcode`, or as HTTP 4xx with a `code`."""

    def __init__(self, values: Mapping[str, Any], status: int = 200) -> None:
        self.values = values
        self.status = status

    @property
    def code(self) -> int:
        """The error code; 0 for success."""
        code = self.values.get("errcode", 0)
        return code if isinstance(code, int) else -1

    def text(self, key: str) -> str:
        """The text under that key; empty where there is none."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """The number under that key; 0 where there is none."""
        value = self.values.get(key)
        return value if isinstance(value, int) else 0


class Limits(Protocol):
    """What the settings of a channel say of its calls."""

    @property
    def base_url(self) -> str:
        """The platform's address."""
        ...

    @property
    def connect_timeout_seconds(self) -> float:
        """Seconds that connecting may take."""
        ...

    @property
    def call_timeout_seconds(self) -> float:
        """Seconds that the answer may take."""
        ...


class Calls:
    """Makes calls to one platform.

    Args:
        called: what people call the platform.
        base_url: another address of it than the settings' own.
    """

    def __init__(self, called: str, settings: Limits, base_url: str = "") -> None:
        self._called = called
        self._settings = settings
        self._base_url = base_url or settings.base_url

    async def get(self, path: str, **query: str) -> Answer:
        """A question; asking twice does no harm."""
        return await self._call("GET", path, query, self._settings.call_timeout_seconds)

    async def post(self, path: str, body: Mapping[str, Any], **query: str) -> Answer:
        """Sends JSON, in plain UTF-8: platforms count its bytes."""
        return await self.post_with({}, path, body, **query)

    async def post_with(self, headers: Mapping[str, str], path: str, body: Mapping[str, Any], **query: str) -> Answer:
        """Sends JSON with headers of its own."""
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        seconds = self._settings.call_timeout_seconds
        return await self._call("POST", path, query, seconds, data=data, headers={**_JSON, **headers})

    async def post_form(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Sends a form."""
        return await self._call("POST", path, {}, self._settings.call_timeout_seconds, data=fields, headers=headers)

    async def upload(self, path: str, file: Attachment, seconds: float, **query: str) -> Answer:
        """Sends a file as platforms want it: multipart, the field `media`, its name in plain UTF-8."""
        form = aiohttp.FormData(quote_fields=False)
        name = _UNSAFE.sub("_", file.name) or "file"
        form.add_field("media", io.BytesIO(file.content), filename=name, content_type="application/octet-stream")
        return await self._call("POST", path, query, seconds, data=form)

    async def _call(self, method: str, path: str, query: Mapping[str, str], seconds: float, **body: Any) -> Answer:
        connect = self._settings.connect_timeout_seconds
        timeout = aiohttp.ClientTimeout(total=connect + seconds, sock_connect=connect, sock_read=seconds)
        connector = aiohttp.TCPConnector(force_close=True)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.request(method, self._base_url + path, params=query, allow_redirects=False, **body) as response,
            ):
                return self._read(response.status, await _body(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise CallFailed(f"连不上{self._called}", left=False) from None
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise CallFailed(f"{self._called}没有应答", left=True) from None

    def _read(self, status: int, body: bytes) -> Answer:
        try:
            values = json.loads(body)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            refused = 400 <= status < 500 and isinstance(values.get("code"), str)
            if status == 200 or refused:
                return Answer(values, status)
        if status != 200:
            left = status >= 500 and status not in _NOT_YET
            raise CallFailed(f"{self._called}的服务器应答了 HTTP {status}", left=left)
        raise CallFailed(f"{self._called}的应答读不懂", left=True)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > _LONGEST_ANSWER:
            break
    return bytes(body)


def doubtful(name: str, failed: CallFailed) -> BotError:
    """What a call that failed means for the message it was to say."""
    if failed.left:
        return DeliveryUnknown(f"{name}：不知道是否已经发出（{failed}）")
    return ChannelUnavailable(f"{name}：没有发出（{failed}）")
