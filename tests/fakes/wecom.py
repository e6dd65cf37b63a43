"""WeCom's HTTP side on loopback, as documented: errors inside HTTP 200, bytes counted, 20 a minute, tokens that expire.

It also sends callbacks as the platform does, encrypted and signed; written apart from `bot.channels.wecom.cipher`, so
that each checks the other. Its clock is the test's.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.clock import Clock
from bot.settings import WecomAppSettings, WecomWebhookSettings
from tests.fakes.platform import Platform, Take

KEY: Final = "5e5cc6a0-robot-key"
CORP: Final = "wx5823bf96d3bd56c7"
SECRET: Final = "app-secret-app-secret"
TOKEN: Final = "QDG6eK"
AES_KEY: Final = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
AGENT: Final = 218


class FakeWecom(Platform):
    """A platform that does what a test says.

    Attributes:
        members: account → name; messages to others are refused.
        groups: the groups that the application made.
        sent: the messages that were taken, in order.
        files: media id → (name, content).

    `calls`, `codes` and `moods`: see `Platform`.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.members = {"zhangsan": "张三", "mycreate": "李四"}
        self.groups = {"chat-1"}
        self.sent: list[dict[str, Any]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self._clock = clock
        self._tokens: dict[str, datetime] = {}
        self._said_at: list[datetime] = []
        self._numbers = itertools.count(1)

    def routes(self) -> Mapping[str, Take]:
        return {
            "/cgi-bin/webhook/send": self._webhook,
            "/cgi-bin/webhook/upload_media": self._webhook_upload,
            "/cgi-bin/gettoken": self._gettoken,
            "/cgi-bin/message/send": self._message,
            "/cgi-bin/appchat/send": self._appchat,
            "/cgi-bin/media/upload": self._upload,
            "/cgi-bin/user/get": self._user,
        }

    # ── settings that lead here ─────────────────────────────────────────────────────────────────────────────────

    def webhook(self, **changes: Any) -> WecomWebhookSettings:
        return WecomWebhookSettings(**{"key": KEY, **self._usual()} | changes)

    def app(self, **changes: Any) -> WecomAppSettings:
        own = {"corp_id": CORP, "agent_id": AGENT, "secret": SECRET, "token": TOKEN, "aes_key": AES_KEY}
        return WecomAppSettings(**{**own, "backoff_first_seconds": 0.01, **self._usual()} | changes)

    def _usual(self) -> dict[str, Any]:
        return {"base_url": self.url, "call_timeout_seconds": 5.0, "connect_timeout_seconds": 5.0}

    # ── the group robot ─────────────────────────────────────────────────────────────────────────────────────────

    async def _webhook(self, request: web.Request) -> dict[str, Any]:
        if request.query.get("key") != KEY:
            return {"errcode": 93000, "errmsg": f"invalid webhook url, key={request.query.get('key')}"}
        now = self._clock.now()
        self._said_at = [at for at in self._said_at if now - at < timedelta(minutes=1)]
        if len(self._said_at) >= 20:
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        body = await request.json()
        if refused := self._refused(body, 2048):
            return refused
        self._said_at.append(now)
        self.sent.append(body)
        return {}

    async def _webhook_upload(self, request: web.Request) -> dict[str, Any]:
        if request.query.get("key") != KEY:
            return {"errcode": 93000}
        return await self._take(request)

    # ── the application ─────────────────────────────────────────────────────────────────────────────────────────

    def expire(self) -> None:
        """Ends every token before its time."""
        self._tokens = dict.fromkeys(self._tokens, self._clock.now())

    async def _gettoken(self, request: web.Request) -> dict[str, Any]:
        if request.query.get("corpid") != CORP:
            return {"errcode": 40013}
        if request.query.get("corpsecret") != SECRET:
            return {"errcode": 40001, "errmsg": f"invalid credential {request.query.get('corpsecret')}"}
        token = f"access-token-{next(self._numbers)}"
        self._tokens[token] = self._clock.now() + timedelta(seconds=7200)
        return {"access_token": token, "expires_in": 7200}

    def _stale(self, request: web.Request) -> dict[str, Any] | None:
        expires_at = self._tokens.get(request.query.get("access_token", ""))
        if expires_at is None:
            return {"errcode": 40014}
        return {"errcode": 42001} if self._clock.now() >= expires_at else None

    async def _message(self, request: web.Request) -> dict[str, Any]:
        if stale := self._stale(request):
            return stale
        body = await request.json()
        if refused := self._refused(body, 2048):
            return refused
        wanted = body["touser"].split("|")
        invalid = [account for account in wanted if account not in self.members]
        if len(invalid) == len(wanted):
            return {"errcode": 81013, "errmsg": "user & party & tag all invalid"}
        self.sent.append(body)
        return {"msgid": f"msg-{next(self._numbers)}", "invaliduser": "|".join(invalid)}

    async def _appchat(self, request: web.Request) -> dict[str, Any]:
        if stale := self._stale(request):
            return stale
        body = await request.json()
        if body["chatid"] not in self.groups:
            return {"errcode": 86001}
        if refused := self._refused(body, 2048):
            return refused
        self.sent.append(body)
        return {}

    async def _upload(self, request: web.Request) -> dict[str, Any]:
        return self._stale(request) or await self._take(request)

    async def _user(self, request: web.Request) -> dict[str, Any]:
        if stale := self._stale(request):
            return stale
        account = request.query["userid"]
        return {"userid": account, "name": self.members[account]} if account in self.members else {"errcode": 60111}

    # ── both ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _refused(self, body: Mapping[str, Any], most_bytes: int) -> dict[str, Any] | None:
        if body["msgtype"] == "text":
            size = len(body["text"]["content"].encode())
            return {"errcode": 44004} if not size else {"errcode": 45002} if size > most_bytes else None
        return None if body["file"]["media_id"] in self.files else {"errcode": 40007}

    async def _take(self, request: web.Request) -> dict[str, Any]:
        part = await anext(aiter(await request.multipart()))
        assert isinstance(part, aiohttp.BodyPartReader)
        assert part.name == "media"
        content = bytes(await part.read())
        if not 5 < len(content) <= 20 * 1024 * 1024:
            return {"errcode": 40006}
        media_id = f"media-{next(self._numbers)}"
        self.files[media_id] = (part.filename or "", content)
        return {"type": "file", "media_id": media_id, "created_at": "1380000000"}

    def tire(self, left: int) -> None:
        """Has the robot's minute filled up to so many messages that it still takes."""
        self._said_at = [self._clock.now()] * (20 - left)

    def texts(self) -> list[str]:
        """The texts that were taken, in order."""
        return [body["text"]["content"] for body in self.sent if body["msgtype"] == "text"]


# ── callbacks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def seal(plain: bytes, receiver: str = CORP, aes_key: str = AES_KEY) -> str:
    """Encrypts as the platform does."""
    padder = padding.PKCS7(256).padder()
    body = b"0123456789abcdef" + struct.pack(">I", len(plain)) + plain + receiver.encode()
    key = base64.b64decode(aes_key + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padder.update(body) + padder.finalize()) + encryptor.finalize()).decode()


def query(sealed: str, at: datetime, nonce: str, token: str = TOKEN) -> dict[str, str]:
    """What stands in a callback's address."""
    timestamp = str(int(at.timestamp()))
    signed = hashlib.sha1("".join(sorted([token, timestamp, nonce, sealed])).encode()).hexdigest()
    return {"msg_signature": signed, "timestamp": timestamp, "nonce": nonce}


def envelope(sealed: str) -> bytes:
    """What a callback carries."""
    inner = f"<Encrypt><![CDATA[{sealed}]]></Encrypt>"
    return f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName>{inner}<AgentID><![CDATA[218]]></AgentID></xml>".encode()


def xml(**fields: str | int) -> bytes:
    """A message as it stands inside; texts as CDATA, parted where they hold its end."""
    parts = []
    for name, value in fields.items():
        shown = value if isinstance(value, int) else f"<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>"
        parts.append(f"<{name}>{shown}</{name}>")
    return f"<xml>{''.join(parts)}</xml>".encode()


def said(text: str, message_id: int = 1, account: str = "zhangsan", at: int = 1581292800, **more: Any) -> bytes:
    """A text that a member sends to the application."""
    fields: dict[str, Any] = {
        "ToUserName": CORP,
        "FromUserName": account,
        "CreateTime": at,
        "MsgType": "text",
        "Content": text,
    }
    return xml(**fields | {"MsgId": message_id, "AgentID": AGENT} | more)
