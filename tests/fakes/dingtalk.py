"""DingTalk on loopback, as documented: errors inside HTTP 200 and as HTTP 4xx, bytes counted, 20 a minute and then ten
minutes' block, signatures of one hour, tickets good once, tokens that expire; and 专有钉钉 with its signed forms.

Written apart from `bot.channels.dingtalk.signing`, so that each checks the other. Its clock is the test's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
from aiohttp import WSMsgType, web

from bot.clock import Clock
from bot.settings import DingtalkGovSettings, DingtalkStreamSettings, DingtalkWebhookSettings
from tests.fakes.platform import Platform, Reply, Take
from tests.fakes.wecom_aibot import transport

TOKEN: Final = "robot-access-token"
SEC: Final = "SECrobot-signing-secret"
CLIENT: Final = "dingclient"
SECRET: Final = "client-secret-client-secret"
GROUP: Final = "cidGroup1=="
TENANT: Final = "50000000"
GOV_KEY: Final = "liaison-gov"
GOV_SECRET: Final = "gov-secret-gov-secret"
CALLBACK: Final = "callback-path-secret"
HEARD: Final = "/v1.0/im/bot/messages/get"


def signed(secret: str, text: str) -> str:
    """HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


class FakeDingtalk(Platform):
    """A platform that does what a test says.

    Attributes:
        members: accounts to whom the robot may write.
        flooded: accounts that have had too much.
        mobiles: mobile number → account, of 专有钉钉.
        sent: what was taken, in order: (how, where, text or file's name).
        bodies: the bodies that the group robot took.
        files: media id → (name, content).
        refusals: last part of a path → the status and the code of words that it answers, for ever.
        acks: ids of the frames that were acknowledged, in order.
        connections: how often somebody connected.
        closed: tickets are not given.
        frozen: open connections give no sign of life.
        keyword: that a text of the group robot has to hold.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.members = {"zhangsan", "lisi"}
        self.flooded: set[str] = set()
        self.mobiles: dict[str, int] = {}
        self.sent: list[tuple[str, str, str]] = []
        self.bodies: list[Reply] = []
        self.queries: list[str] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.refusals: dict[str, tuple[int, str]] = {}
        self.acks: list[str] = []
        self.pongs: list[str] = []
        self.connections = 0
        self.closed = False
        self.frozen = False
        self.keyword = ""
        self._clock = clock
        self._said_at: list[datetime] = []
        self._blocked_until: datetime | None = None
        self._tokens: dict[str, datetime] = {}
        self._tickets: dict[str, datetime] = {}
        self._sessions: dict[str, tuple[str, datetime]] = {}
        self._nonces: set[str] = set()
        self._socket: web.WebSocketResponse | None = None
        self._numbers = itertools.count(1)

    def routes(self) -> Mapping[str, Take]:
        refusable: dict[str, Take] = {
            "/robot/send": self._robot,
            "/robot/sendBySession": self._by_session,
            "/media/upload": self._upload,
            "/v1.0/gateway/connections/open": self._open,
            "/v1.0/oauth2/accessToken": self._access_token,
            "/v1.0/robot/groupMessages/send": self._group,
            "/v1.0/robot/oToMessages/batchSend": self._people,
            "/gettoken.json": self._gov_token,
            "/message/workNotification": self._gov_notice,
            "/chat/sendMsg": self._gov_chat,
            "/mozi/employee/get_by_mobiles": self._gov_mobiles,
        }
        return {path: self._refusable(path, take) for path, take in refusable.items()}

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/connect", self._serve)
        app.on_shutdown.append(self._cut_all)

    async def _cut_all(self, _app: web.Application) -> None:
        if self._socket is not None:
            transport(self._socket).abort()

    def _refusable(self, path: str, take: Take) -> Take:
        async def refusing(request: web.Request) -> Reply | tuple[int, Reply]:
            refusal = self.refusals.get(path.rpartition("/")[2])
            if refusal is not None:
                return refusal[0], {"code": refusal[1], "message": f"{request.headers} refused"}
            return await take(request)

        return refusing

    # ── settings that lead here ─────────────────────────────────────────────────────────────────────────────────

    def webhook(self, **changes: Any) -> DingtalkWebhookSettings:
        return DingtalkWebhookSettings(**{"token": TOKEN, "sign_secret": SEC, **self._usual()} | changes)

    def stream(self, **changes: Any) -> DingtalkStreamSettings:
        own = {"client_id": CLIENT, "secret": SECRET, "api_url": self.url, "heartbeat_seconds": 3000.0}
        return DingtalkStreamSettings(**{**own, **self._pauses(), **self._usual()} | changes)

    def gov(self, **changes: Any) -> DingtalkGovSettings:
        own = {"app_key": GOV_KEY, "tenant_id": TENANT, "secret": GOV_SECRET, "callback": CALLBACK, "sender_id": "bot"}
        return DingtalkGovSettings(**{**own, **self._pauses(), **self._usual()} | changes)

    def _usual(self) -> dict[str, Any]:
        return {"base_url": self.url, "call_timeout_seconds": 5.0, "connect_timeout_seconds": 5.0}

    def _pauses(self) -> dict[str, Any]:
        return {"backoff_first_seconds": 0.01, "backoff_most_seconds": 0.05}

    # ── the group robot ─────────────────────────────────────────────────────────────────────────────────────────

    async def _robot(self, request: web.Request) -> Reply:
        self.queries.append(request.rel_url.raw_query_string)
        if request.query.get("access_token") != TOKEN:
            return {"errcode": 300001, "errmsg": f"token is not exist {request.query_string}"}
        now, said_at = self._clock.now(), request.query.get("timestamp", "")
        if not said_at.isdecimal() or request.query.get("sign") != signed(SEC, f"{said_at}\n{SEC}"):
            return {"errcode": 310000, "errmsg": "sign not match"}
        if abs(now.timestamp() * 1000 - int(said_at)) > 3_600_000:
            return {"errcode": 310000, "errmsg": "invalid timestamp"}
        if self._blocked_until is not None and now < self._blocked_until:
            self._blocked_until = now + timedelta(minutes=10)
            return {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        raw = await request.read()
        body = json.loads(raw)
        if self.keyword and self.keyword not in body["text"]["content"]:
            return {"errcode": 310000, "errmsg": "keywords not in content"}
        if len(raw) > 20_000:
            return {"errcode": 460101, "errmsg": "message too long"}
        self._said_at = [at for at in self._said_at if now - at < timedelta(minutes=1)]
        if len(self._said_at) >= 20:
            self._blocked_until = now + timedelta(minutes=10)
            return {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        self._said_at.append(now)
        self.bodies.append(body)
        self.sent.append(("robot", "group", body["text"]["content"]))
        return {}

    async def _by_session(self, request: web.Request) -> Reply:
        place, ends_at = self._sessions.get(request.query.get("session", ""), ("", self._clock.now()))
        if self._clock.now() >= ends_at:
            return {"errcode": 300001, "errmsg": "session is not exist"}
        raw = await request.read()
        if len(raw) > 20_000:
            return {"errcode": 460101}
        self.sent.append(("answer", place, json.loads(raw)["text"]["content"]))
        return {}

    # ── the robot's own API ─────────────────────────────────────────────────────────────────────────────────────

    def expire(self) -> None:
        """Ends every token before its time."""
        self._tokens = dict.fromkeys(self._tokens, self._clock.now())

    def _new_token(self, seconds: int = 7200) -> str:
        token = f"access-token-{next(self._numbers)}"
        self._tokens[token] = self._clock.now() + timedelta(seconds=seconds)
        return token

    def _holds(self, token: str) -> bool:
        ends_at = self._tokens.get(token)
        return ends_at is not None and self._clock.now() < ends_at

    async def _access_token(self, request: web.Request) -> Reply | tuple[int, Reply]:
        body = await request.json()
        if (body["appKey"], body["appSecret"]) != (CLIENT, SECRET):
            return 400, {"code": "invalidClientIdOrSecret", "message": f"{body} is wrong"}
        return {"accessToken": self._new_token(), "expireIn": 7200}

    async def _pushed(self, request: web.Request) -> tuple[Reply, str] | tuple[int, Reply]:
        if not self._holds(request.headers.get("x-acs-dingtalk-access-token", "")):
            return 401, {"code": "InvalidAuthentication", "message": "不合法的access_token"}
        body = await request.json()
        if body["robotCode"] != CLIENT:
            return 400, {"code": "invalidParameter.robotCode.notExsit"}
        if len(body["msgParam"].encode()) > 15_000:
            return 400, {"code": "invalidParameter.msgParam.tooLong"}
        param = json.loads(body["msgParam"])
        if body["msgKey"] == "sampleText":
            return body, param["content"]
        if param["mediaId"] not in self.files or param["fileType"] not in ("xlsx", "pdf", "zip", "rar", "doc", "docx"):
            return 400, {"code": "invalidParameter.msgParam.invalid"}
        return body, param["fileName"]

    async def _group(self, request: web.Request) -> Reply | tuple[int, Reply]:
        body, said = await self._pushed(request)
        if isinstance(body, int) or not isinstance(said, str):
            return body, said  # type: ignore[return-value]  # a refusal
        if body["openConversationId"] != GROUP:
            return 400, {"code": "invalid.openConversationId"}
        self.sent.append(("group", body["openConversationId"], said))
        return {"processQueryKey": f"key-{next(self._numbers)}"}

    async def _people(self, request: web.Request) -> Reply | tuple[int, Reply]:
        body, said = await self._pushed(request)
        if isinstance(body, int) or not isinstance(said, str):
            return body, said  # type: ignore[return-value]  # a refusal
        invalid = [account for account in body["userIds"] if account not in self.members]
        full = [account for account in body["userIds"] if account in self.flooded]
        for account in set(body["userIds"]) - {*invalid, *full}:
            self.sent.append(("private", account, said))
        lists = {"invalidStaffIdList": invalid, "flowControlledStaffIdList": full}
        return {"processQueryKey": f"key-{next(self._numbers)}", **lists}

    async def _upload(self, request: web.Request) -> Reply:
        if not self._holds(request.query.get("access_token", "")):
            return {"errcode": 42001}
        part = await anext(aiter(await request.multipart()))
        assert isinstance(part, aiohttp.BodyPartReader)
        media_id = f"@media-{next(self._numbers)}"
        self.files[media_id] = (part.filename or "", bytes(await part.read()))
        return {"media_id": media_id, "type": "file"}

    # ── Stream ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _open(self, request: web.Request) -> Reply | tuple[int, Reply]:
        body = await request.json()
        if (body["clientId"], body["clientSecret"]) != (CLIENT, SECRET):
            return 401, {"code": "authFailed", "message": f"{body}"}
        if body["subscriptions"] != [{"type": "CALLBACK", "topic": HEARD}]:
            return 400, {"code": "param.error"}
        if self.closed:
            return 503, {"code": "ServiceUnavailable"}
        ticket = f"ti+ck/et={next(self._numbers)}"
        self._tickets[ticket] = self._clock.now() + timedelta(seconds=90)
        return {"endpoint": f"ws://127.0.0.1:{self.port}/connect", "ticket": ticket}

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        ends_at = self._tickets.pop(request.query.get("ticket", ""), None)  # good once
        if ends_at is None or self._clock.now() >= ends_at:
            raise web.HTTPUnauthorized
        socket = web.WebSocketResponse(timeout=0.1, autoping=False)
        await socket.prepare(request)
        self._socket = socket
        async for message in socket:
            if message.type is WSMsgType.PING and not self.frozen:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                reply = json.loads(message.data)
                assert reply["code"] == 200
                known = self.pongs if "opaque" in reply["data"] else self.acks
                known.append(reply["headers"]["messageId"])
        if self._socket is socket:
            self._socket = None
        return socket

    @property
    def followed(self) -> bool:
        """Somebody is connected."""
        return self._socket is not None

    def opening(self, place: str, minutes: float = 90) -> Reply:
        """What a message tells of where it may be answered."""
        session = f"s{next(self._numbers)}"
        ends_at = self._clock.now() + timedelta(minutes=minutes)
        self._sessions[session] = (place, ends_at)
        return {
            "sessionWebhook": f"{self.url}/robot/sendBySession?session={session}",
            "sessionWebhookExpiredTime": int(ends_at.timestamp() * 1000),
        }

    def said(self, text: str, *, private: bool = False, **more: Any) -> Reply:
        """What a member said to the robot, in the group or alone."""
        account = more.get("senderStaffId", "zhangsan")
        body: Reply = {
            "conversationType": "1" if private else "2",
            "conversationId": "cidPrivate1" if private else GROUP,
            "msgId": f"m{next(self._numbers)}",
            "senderNick": "张三",
            "senderStaffId": account,
            "senderId": f"$:LWCP_v1:${account}",
            "createAt": int(self._clock.now().timestamp() * 1000),
            "msgtype": "text",
            "text": {"content": text if private else f" {text}"},
            "robotCode": CLIENT,
        } | ({} if private else {"conversationTitle": "代表群", "isInAtList": True})
        return {key: value for key, value in (body | more).items() if value is not None}

    async def say(self, text: str = "在", *, private: bool = False, **more: Any) -> str:
        """Has a member say something to the robot; gives the frame's id."""
        return await self.emit("CALLBACK", HEARD, json.dumps(self.said(text, private=private, **more)))

    async def emit(self, kind: str, topic: str, data: str) -> str:
        """Sends a frame; gives its id."""
        message_id = f"frame-{next(self._numbers)}"
        headers = {"topic": topic, "messageId": message_id, "contentType": "application/json", "time": "1"}
        await self.raw(json.dumps({"specVersion": "1.0", "type": kind, "headers": headers, "data": data}))
        return message_id

    async def raw(self, text: str) -> None:
        """Sends a frame as it is."""
        assert self._socket is not None, "nobody is connected"
        await self._socket.send_str(text)

    async def hang_up(self) -> None:
        """Closes the connection in good order."""
        assert self._socket is not None, "nobody is connected"
        socket, self._socket = self._socket, None
        await socket.close()

    def cut(self) -> None:
        """Cuts the connection off, as when a cable is pulled."""
        assert self._socket is not None, "nobody is connected"
        transport(self._socket).abort()

    # ── 专有钉钉 ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _signed_form(self, request: web.Request) -> dict[str, str] | None:
        """The fields of a call whose signature is right, whose time is now and whose nonce is new."""
        fields = {key: str(value) for key, value in (await request.post()).items()}
        timestamp, nonce = request.headers["X-Hmac-Auth-Timestamp"], request.headers["X-Hmac-Auth-Nonce"]
        pairs = "&".join(f"{key}={fields[key]}" for key in sorted(fields))
        meant = f"{request.method}\n{timestamp}\n{nonce}\n{request.path}\n{pairs}"
        said_at = datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%S.%f%z")
        fresh = abs(self._clock.now() - said_at) < timedelta(minutes=15) and nonce not in self._nonces
        self._nonces.add(nonce)
        ours = request.headers["apiKey"] == GOV_KEY and request.headers["X-Hmac-Auth-Version"] == "1.0"
        right = hmac.compare_digest(request.headers["X-Hmac-Auth-Signature"], signed(GOV_SECRET, meant))
        return (
            fields
            if fresh and ours and right and {"X-Hmac-Auth-IP", "X-Hmac-Auth-MAC"} <= set(request.headers)
            else None
        )

    async def _gov_token(self, request: web.Request) -> Reply:
        fields = await self._signed_form(request)
        if fields is None or (fields["appkey"], fields["appsecret"]) != (GOV_KEY, GOV_SECRET):
            return {"success": False, "errorCode": "INVALID_SIGNATURE", "errorMsg": f"{fields}"}
        data = {"accessToken": self._new_token(), "expiresIn": 7200}
        return {"success": True, "content": {"success": True, "data": data, "responseCode": "0"}}

    async def _gov_notice(self, request: web.Request) -> Reply:
        fields = await self._signed_form(request)
        if fields is None or fields["tenantId"] != TENANT:
            return {"success": False, "errorCode": "INVALID_SIGNATURE"}
        if fields["receiverIds"] not in self.members:
            return {"success": True, "content": {"success": False, "bizErrorCode": "RECEIVER_NOT_EXIST"}}
        if fields["receiverIds"] in self.flooded:
            return {"success": False, "errorCode": "FLOW_LIMIT"}
        self.sent.append(("notice", fields["receiverIds"], json.loads(fields["msg"])["text"]["content"]))
        return {"success": True, "content": json.dumps({"success": True, "msgId": f"msg-{next(self._numbers)}"})}

    async def _gov_mobiles(self, request: web.Request) -> Reply:
        fields = await self._signed_form(request)
        if fields is None or (fields["areaCode"], fields["namespace"], fields["tenantId"]) != ("86", "local", TENANT):
            return {"success": False, "errorCode": "INVALID_SIGNATURE"}
        asked = fields["mobiles"].split(",")
        data = [{"accountId": self.mobiles[m], "mobile": m, "status": 0} for m in asked if m in self.mobiles]
        return {"success": True, "content": {"success": True, "data": data, "bizErrorCode": "0"}, "bizErrorCode": "0"}

    async def _gov_chat(self, request: web.Request) -> Reply:
        fields = await self._signed_form(request)
        if fields is None or fields["tenantId"] != TENANT or fields["senderId"] != "bot":
            return {"success": False, "errorCode": "INVALID_SIGNATURE"}
        if not self._holds(fields["access_token"]):
            return {"success": False, "errorCode": "ACCESS_TOKEN_INVALID"}
        if fields["chatType"] != "2" or fields["chatId"] != GROUP:
            return {"success": True, "content": {"success": False, "bizErrorCode": "CHAT_NOT_EXIST"}}
        self.sent.append(("chat", fields["chatId"], json.loads(fields["msg"])["text"]["content"]))
        return {"success": True, "content": {"success": True, "data": f"msg-{next(self._numbers)}"}}
