"""Aliyun's short messages (阿里云短信服务, dysmsapi 2017-05-25): `SendSms`, SmsReport and SmsUp. See `gateway`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.channels.sms import signing
from bot.channels.sms.gateway import Answer, Call, Fate, Saying, Verdict, failure, national
from bot.clock import ZONE
from bot.settings import SmsSettings

BASE: Final = "https://dysmsapi.aliyuncs.com"
VERDICTS: Final[Mapping[str, Verdict]] = {
    "isv.BUSINESS_LIMIT_CONTROL": Verdict.LATER,  # 50 a day and so on, by number and template
    "isv.DAY_LIMIT_CONTROL": Verdict.ALL_LATER,
    "isv.MONTH_LIMIT_CONTROL": Verdict.ALL_LATER,
    "isv.AMOUNT_NOT_ENOUGH": Verdict.ALL_LATER,
    "isv.OUT_OF_SERVICE": Verdict.ALL_LATER,
    "isv.PRODUCT_UN_SUBSCRIPT": Verdict.ALL_LATER,
    "isv.ACCOUNT_": Verdict.ALL_LATER,
    "isp.": Verdict.ALL_LATER,  # "please call again"
    "Throttling": Verdict.ALL_LATER,
    "ServiceUnavailable": Verdict.ALL_LATER,
    "InvalidAccessKeyId": Verdict.ALL_LATER,
    "SignatureDoesNotMatch": Verdict.ALL_LATER,
    "IncompleteSignature": Verdict.ALL_LATER,
    "SignatureNonceUsed": Verdict.ALL_LATER,
    "InvalidTimeStamp": Verdict.ALL_LATER,
    "Forbidden": Verdict.ALL_LATER,
    "NoPermission": Verdict.ALL_LATER,
    "InternalError": Verdict.UNSURE,
}
"""What codes mean; templates, signatures, variables and numbers that are refused stay refused."""


class Aliyun:
    """The vendor."""

    thanks: Mapping[str, Any] = {"code": 0, "msg": "接收成功"}

    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings
        self._base = settings.base_url or BASE

    async def say(self, call: Call, saying: Saying, now: datetime) -> str:
        """See `Gateway.say`; the proof is the BizId."""
        parameters = {
            "PhoneNumbers": saying.number,
            "SignName": self._settings.sign_name,
            "TemplateCode": saying.template,
            "OutId": str(saying.dispatch_id),
        }
        if saying.variables:
            parameters["TemplateParam"] = json.dumps(dict(saying.variables), ensure_ascii=False, separators=(",", ":"))
        query = signing.query_of(parameters)
        headers = signing.acs3(
            self._base.partition("://")[2],
            query,
            "SendSms",
            "2017-05-25",
            key_id=self._settings.key_id,
            secret=self._settings.secret,
            at=now,
            nonce=secrets.token_hex(16),
        )
        answer = await call(f"{self._base}/?{query}", headers)
        code = str(answer.get("Code", "InternalError"))
        if code != "OK":
            raise failure(self._settings, code, VERDICTS)
        return str(answer.get("BizId", ""))

    def told(self, item: Mapping[str, Any]) -> Fate | Answer | None:
        """See `Gateway.told`: a SmsReport has `success`, a SmsUp `content`."""
        if "content" in item:
            at = datetime.strptime(str(item["send_time"]), "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
            id_ = str(item.get("sequence_id") or f"{item['send_time']} {item['content']}")
            return Answer(id=id_, number=national(item["phone_number"]), text=str(item["content"]), sent_at=at)
        out_id = str(item.get("out_id") or "")
        if not out_id.isdecimal() or not isinstance(item["success"], bool):
            return None
        return Fate(
            delivered=item["success"],
            dispatch_id=int(out_id),
            number=national(item["phone_number"]),
            detail=f"短信没有送达（{str(item.get('err_code', ''))[:40]}）",
        )
