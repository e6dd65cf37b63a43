"""Aliyun's and Tencent's short messages on loopback: signatures, caps and codes inside HTTP 200, as documented.

The signatures are checked by a second hand: what is signed is put together here from the request as it came. Both
vendors' own SDKs were let in by it (dysmsapi 4.6.0, tencentcloud-sdk-python-sms 3.1.153).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self
from urllib.parse import parse_qsl, quote

from aiohttp import web

from bot.clock import Clock
from bot.settings import SmsSettings, SmsTemplate

KEY: Final = "LTAIkey"
SECRET: Final = "s3cret-of-the-key"
CALLBACK: Final = "callb4ck-secret"
NUMBER: Final = "13900010001"
NUDGE: Final = "您有1条联络员通知，请登录查看。"
_WINDOW: Final = {"aliyun": timedelta(minutes=15), "tencent": timedelta(minutes=5)}


class FakeVendor:
    """One vendor's service.

    Attributes:
        sent: what went out, as the vendor's own parameters.
        code: what is answered instead of yes.
        per_number: how many messages of a template a number may get.
        status: the HTTP status.
        raw: what is answered instead of JSON.
        silent: requests are taken and not answered; `hangup`: the connection is broken instead.
    """

    def __init__(self, vendor: str, clock: Clock) -> None:
        self.vendor, self._clock = vendor, clock
        self.sent: list[Mapping[str, Any]] = []
        self.code = ""
        self.per_number = 50
        self.status = 200
        self.raw: bytes | None = None
        self.silent = self.hangup = False
        self.url = ""
        self._closing = asyncio.Event()
        self._nonces: set[str] = set()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def settings(self, **changes: Any) -> SmsSettings:
        template = {"aliyun": "您有{count}条联络员通知，请登录查看。", "tencent": "您有{1}条联络员通知，请登录查看。"}
        given: dict[str, Any] = {
            "vendor": self.vendor,
            "key_id": KEY,
            "secret": SECRET,
            "sign_name": "某市人大",
            "nudge": NUDGE,
            "templates": (SmsTemplate(id="SMS_1", text=template[self.vendor]),),
            "callback": CALLBACK,
            "app_id": "1400006666",
            "base_url": self.url,
            "call_timeout_seconds": 1.0,
        }
        return SmsSettings(**given | changes)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self.silent:
            await self._closing.wait()
        answer = self._aliyun(request) if self.vendor == "aliyun" else self._tencent(request, body)
        if self.hangup:
            assert request.transport is not None
            request.transport.abort()
        if self.raw is not None:
            return web.Response(body=self.raw, status=self.status)
        return web.json_response(answer, status=self.status)

    # ── Aliyun ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _aliyun(self, request: web.Request) -> Mapping[str, Any]:
        def no(code: str) -> Mapping[str, Any]:
            return {"Code": code, "Message": code, "RequestId": "r"}

        headers = request.headers
        at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(at - self._clock.now()) > _WINDOW["aliyun"]:
            return no("InvalidTimeStamp.Expired")
        if headers["x-acs-signature-nonce"] in self._nonces:
            return no("SignatureNonceUsed")
        self._nonces.add(headers["x-acs-signature-nonce"])
        if not self._signed_for_aliyun(request):
            return no("SignatureDoesNotMatch")
        given = dict(request.query)
        if headers["x-acs-action"] != "SendSms" or headers["x-acs-version"] != "2017-05-25":
            return no("InvalidAction.NotFound")
        if self.code or self._enough(given["PhoneNumbers"], given["TemplateCode"]):
            return no(self.code or "isv.BUSINESS_LIMIT_CONTROL")
        self.sent.append(given)
        return {"Code": "OK", "Message": "OK", "BizId": f"biz-{len(self.sent)}", "RequestId": "r"}

    def _signed_for_aliyun(self, request: web.Request) -> bool:
        told = request.headers["Authorization"]
        scheme, _, rest = told.partition(" ")
        parts = dict(piece.split("=", 1) for piece in rest.split(","))
        if scheme != "ACS3-HMAC-SHA256" or parts["Credential"] != KEY:
            return False
        names = parts["SignedHeaders"].split(";")
        if names != sorted(names) or "host" not in names or "x-acs-date" not in names:
            return False
        pairs = sorted(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True))
        query = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in pairs)
        lines = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
        canonical = "\n".join(["POST", "/", query, lines, ";".join(names), request.headers["x-acs-content-sha256"]])
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest() == parts["Signature"]

    # ── Tencent ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _tencent(self, request: web.Request, body: bytes) -> Mapping[str, Any]:
        def no(code: str) -> Mapping[str, Any]:
            return {"Response": {"Error": {"Code": code, "Message": code}, "RequestId": "r"}}

        at = datetime.fromtimestamp(int(request.headers["X-TC-Timestamp"]), UTC)
        if abs(at - self._clock.now()) > _WINDOW["tencent"]:
            return no("AuthFailure.SignatureExpire")
        if not self._signed_for_tencent(request, body, at):
            return no("AuthFailure.SignatureFailure")
        if request.headers["X-TC-Action"] != "SendSms" or request.headers["X-TC-Version"] != "2021-01-11":
            return no("InvalidAction")
        given = json.loads(body)
        (number,) = given["PhoneNumberSet"]
        code = self.code
        if code and not code.startswith(("LimitExceeded.PhoneNumber", "FailedOperation", "InvalidParameterValue")):
            return no(code)
        if not code and self._enough(number, given["TemplateId"]):
            code = "LimitExceeded.PhoneNumberDailyLimit"
        if not code:
            self.sent.append(given)
        serial = "" if code else f"serial-{len(self.sent)}"
        status = {"SerialNo": serial, "PhoneNumber": number, "Fee": 1, "Code": code or "Ok", "Message": "x"}
        return {"Response": {"SendStatusSet": [status], "RequestId": "r"}}

    def _signed_for_tencent(self, request: web.Request, body: bytes, at: datetime) -> bool:
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        parts = dict(piece.split("=", 1) for piece in rest.split(", "))
        day = at.strftime("%Y-%m-%d")
        service = parts["Credential"].split("/")[2]
        scope = f"{day}/{service}/tc3_request"
        if scheme != "TC3-HMAC-SHA256" or parts["Credential"] != f"{KEY}/{scope}" or service != "sms":
            return False
        names = parts["SignedHeaders"].split(";")
        lines = "".join(f"{name}:{request.headers[name].strip().lower()}\n" for name in names)
        digest = hashlib.sha256(body).hexdigest()
        canonical = "\n".join(["POST", "/", "", lines, ";".join(names), digest])
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        text = "\n".join(["TC3-HMAC-SHA256", request.headers["X-TC-Timestamp"], scope, hashed])
        key = ("TC3" + SECRET).encode()
        for word in (day, service, "tc3_request"):
            key = hmac.new(key, word.encode(), hashlib.sha256).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest() == parts["Signature"]

    def _enough(self, number: str, template: str) -> bool:
        self._counts[number, template] += 1
        return self._counts[number, template] > self.per_number
