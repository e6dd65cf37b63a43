"""WeCom's long connection for 智能机器人 on loopback, as documented: one connection a robot, errors in the replies.

A new subscription puts the older connection out; a question of an older connection, or of six minutes ago, is stale
(846605); texts are refused as pushes (40008), which only reach conversations that have spoken; 30 a minute in each.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final, Self
from urllib.parse import quote

from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.clock import Clock
from bot.settings import WecomAibotSettings

BOT: Final = "aib-test"
SECRET: Final = "robot-secret-robot-secret"
GROUP: Final = "wrkGroup1"

Body = dict[str, Any]


class FakeAibot:
    """A platform that does what a test says.

    Attributes:
        said: the texts that were taken, in order: (conversation or question, msgtype, text).
        files: media id → (name, content).
        media: what lies ready to be fetched: (name, encrypted content); `gone` and `silent` cannot be had.
        calls: how often each command came.
        codes: command → the error code that it is answered with, for ever.
        mute: commands that are heeded and never answered.
        connections: how often somebody connected.
        closed: connections are turned away.
        streams: the person's client shows streams.
    """

    def __init__(self, clock: Clock) -> None:
        self.said: list[tuple[str, str, str]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.media: dict[str, tuple[str, bytes]] = {}
        self.calls: Counter[str] = Counter()
        self.codes: dict[str, int] = {}
        self.mute: set[str] = set()
        self.connections = 0
        self.closed = False
        self.streams = True
        self.port = 0
        self._clock = clock
        self._socket: web.WebSocketResponse | None = None
        self._others: set[web.WebSocketResponse] = set()
        self._questions: dict[str, datetime] = {}
        self._spoke: set[str] = set()
        self._pushed_at: dict[str, list[datetime]] = {}
        self._uploads: dict[str, tuple[Body, dict[int, bytes]]] = {}
        self._numbers = itertools.count(1)
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None

    # ── running ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/", self._serve)
        app.router.add_get("/media/{name}", self._media)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._runner
        self._over.set()
        for socket in self._others:
            transport(socket).abort()
        await self._runner.cleanup()

    def settings(self, **changes: Any) -> WecomAibotSettings:
        given: dict[str, Any] = {
            "bot_id": BOT,
            "secret": SECRET,
            "url": f"ws://127.0.0.1:{self.port}/",
            "heartbeat_seconds": 3000.0,
            "connect_timeout_seconds": 5.0,
            "call_timeout_seconds": 5.0,
            "backoff_first_seconds": 0.01,
            "backoff_most_seconds": 0.05,
        }
        return WecomAibotSettings(**given | changes)

    def offer(self, content: bytes, name: str = "", sealed: bytes | None = None) -> Body:
        """Lays a file down as the platform does, encrypted with a key of its own; gives what a message says of it."""
        key = hashlib.sha256(content).digest()
        padded = padding.PKCS7(256).padder()
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        plain = padded.update(content) + padded.finalize()
        place = f"file-{next(self._numbers)}"
        self.media[place] = (name, encryptor.update(plain) + encryptor.finalize() if sealed is None else sealed)
        aes_key = base64.b64encode(key).decode().rstrip("=")
        return {"url": f"http://127.0.0.1:{self.port}/media/{place}", "aeskey": aes_key}

    async def _media(self, request: web.Request) -> web.StreamResponse:
        name, content = self.media[request.match_info["name"]]
        if name == "gone":
            raise web.HTTPForbidden
        if name == "silent":
            await self._over.wait()
        shown = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"} if name else {}
        return web.Response(body=content, headers=shown)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        if self.closed:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=4 * 1024 * 1024, timeout=0.1)
        await socket.prepare(request)
        self._others.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._heed(socket, json.loads(message.data))
        finally:
            self._others.discard(socket)
            if self._socket is socket:
                self._socket = None
        return socket

    async def _heed(self, socket: web.WebSocketResponse, frame: Body) -> None:
        cmd, req_id, body = frame["cmd"], frame["headers"]["req_id"], frame.get("body") or {}
        self.calls[cmd] += 1
        code = self.codes.get(cmd, 0)
        values: Body = {}
        if not code:
            code, values = await self._answer(socket, cmd, req_id, body)
        if cmd not in self.mute and not socket.closed:
            reply = {"headers": {"req_id": req_id}, "errcode": code, "errmsg": "ok" if not code else "refused"}
            await socket.send_json(reply | ({"body": values} if values else {}))

    async def _answer(self, socket: web.WebSocketResponse, cmd: str, req_id: str, body: Body) -> tuple[int, Body]:
        if cmd == "aibot_subscribe":
            return await self._subscribe(socket, body), {}
        if socket is not self._socket:
            return 846609, {}
        match cmd:
            case "aibot_respond_msg":
                return self._respond(req_id, body), {}
            case "aibot_send_msg":
                return self._push(body), {}
            case "aibot_upload_media_init" | "aibot_upload_media_chunk" | "aibot_upload_media_finish":
                return self._upload(cmd, body)
        return 0, {}

    async def _subscribe(self, socket: web.WebSocketResponse, body: Body) -> int:
        if (body["bot_id"], body["secret"]) != (BOT, SECRET):
            return 853000
        older, self._socket = self._socket, socket
        self._questions.clear()
        if older is not None and not older.closed:
            await self._emit(older, "aibot_event_callback", {"event": {"eventtype": "disconnected_event"}})
            await older.close()
        return 0

    # ── what goes out ───────────────────────────────────────────────────────────────────────────────────────────

    def _respond(self, req_id: str, body: Body) -> int:
        asked_at = self._questions.get(req_id)
        if asked_at is None:
            return 846605
        if self._clock.now() - asked_at > timedelta(minutes=6):
            return 846608
        kind = body["msgtype"]
        if kind == "stream" and not self.streams:
            return 600039
        text = body[kind]["content"]
        if len(text.encode()) > (20480 if kind == "stream" else 4096):
            return 45002
        self.said.append((req_id, kind, text))
        return 0

    def _push(self, body: Body) -> int:
        place, kind = body["chatid"], body["msgtype"]
        if kind == "text":
            return 40008
        if place not in self._spoke or body["chat_type"] != (2 if place.startswith("wrk") else 1):
            return 40003
        now = self._clock.now()
        lately = [at for at in self._pushed_at.get(place, []) if now - at < timedelta(minutes=1)]
        if len(lately) >= 30:
            return 45009
        self._pushed_at[place] = [*lately, now]
        if kind == "file":
            self.said.append((place, kind, body["file"]["media_id"]))
            return 0 if body["file"]["media_id"] in self.files else 40007
        if len(body["markdown"]["content"].encode()) > 4096:
            return 45002
        self.said.append((place, kind, body["markdown"]["content"]))
        return 0

    def _upload(self, cmd: str, body: Body) -> tuple[int, Body]:
        if cmd.endswith("init"):
            upload_id = f"upload-{next(self._numbers)}"
            self._uploads[upload_id] = (body, {})
            return (0 if body["total_chunks"] <= 100 else 40058), {"upload_id": upload_id}
        begun, chunks = self._uploads[body["upload_id"]]
        if cmd.endswith("chunk"):
            chunks[body["chunk_index"]] = base64.b64decode(body["base64_data"])
            return (0 if len(chunks[body["chunk_index"]]) <= 512 * 1024 else 40006), {}
        content = b"".join(chunks[number] for number in sorted(chunks))
        if len(content) != begun["total_size"] or hashlib.md5(content).hexdigest() != begun["md5"]:
            return 40006, {}
        media_id = f"media-{next(self._numbers)}"
        self.files[media_id] = (begun["filename"], content)
        return 0, {"type": "file", "media_id": media_id}

    # ── what a test makes happen ────────────────────────────────────────────────────────────────────────────────

    @property
    def followed(self) -> bool:
        """Somebody is subscribed."""
        return self._socket is not None

    async def say(self, text: str, **more: Any) -> str:
        """Has a member say something to the robot, in the group or, with `chattype="single"`, alone."""
        body: Body = {
            "msgid": f"m{next(self._numbers)}",
            "aibotid": BOT,
            "chattype": "group",
            "from": {"userid": "zhangsan"},
            "create_time": 1_581_292_800,
            "msgtype": "text",
            "text": {"content": text},
        } | more
        if body["chattype"] == "group":
            body.setdefault("chatid", GROUP)
        return await self.emit("aibot_msg_callback", body)

    async def emit(self, cmd: str, body: Body) -> str:
        """Sends a callback; gives its req_id."""
        assert self._socket is not None, "nobody is subscribed"
        return await self._emit(self._socket, cmd, body)

    async def _emit(self, socket: web.WebSocketResponse, cmd: str, body: Body) -> str:
        req_id = f"req-{next(self._numbers)}"
        self._questions[req_id] = self._clock.now()
        sender = body.get("from")
        self._spoke.add(str(body.get("chatid") or (sender["userid"] if isinstance(sender, dict) else "")))
        await socket.send_json({"cmd": cmd, "headers": {"req_id": req_id}, "body": body})
        return req_id

    async def raw(self, text: str) -> None:
        """Sends a frame as it is."""
        assert self._socket is not None, "nobody is subscribed"
        await self._socket.send_str(text)

    async def hang_up(self) -> None:
        """Closes the connection in good order."""
        assert self._socket is not None, "nobody is subscribed"
        await self._socket.close()

    def cut(self) -> None:
        """Cuts the connection off, as when a cable is pulled."""
        assert self._socket is not None, "nobody is subscribed"
        transport(self._socket).abort()

    def unsubscribe(self) -> None:
        """Forgets whose the connection is, and leaves it open."""
        self._socket = None

    def freeze(self) -> None:
        """Leaves the connection open and gives no sign of life any more."""
        self.mute = {"ping", "aibot_send_msg", "aibot_respond_msg"}


def transport(socket: web.WebSocketResponse) -> asyncio.Transport:
    """What is under a connection."""
    assert socket._req is not None
    under = socket._req.transport
    assert isinstance(under, asyncio.Transport)
    return under
