"""Tencent's short messages (腾讯云短信, sms 2021-01-11): `SendSms`, callbacks of status and reply. See `gateway`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.channels.sms import signing
from bot.channels.sms.gateway import Answer, Call, Fate, Saying, Verdict, failure, national
from bot.settings import SmsSettings

BASE: Final = "https://sms.tencentcloudapi.com"
VERDICTS: Final[Mapping[str, Verdict]] = {
    "LimitExceeded.PhoneNumber": Verdict.LATER,  # in 30 seconds, an hour, a day; the same words in a day
    "LimitExceeded.DeliveryFrequencyLimit": Verdict.LATER,
    "LimitExceeded": Verdict.ALL_LATER,
    "RequestLimitExceeded": Verdict.ALL_LATER,
    "AuthFailure": Verdict.ALL_LATER,
    "UnauthorizedOperation": Verdict.ALL_LATER,
    "FailedOperation.InsufficientBalanceInSmsPackage": Verdict.ALL_LATER,
    "FailedOperation.FailResolvePacket": Verdict.ALL_LATER,
    "ResourceInsufficient": Verdict.ALL_LATER,
    "ResourceUnavailable": Verdict.ALL_LATER,
    "InternalError.Timeout": Verdict.UNSURE,
    "InternalError.SendAndRecvFail": Verdict.UNSURE,
    "InternalError": Verdict.ALL_LATER,
}
"""What codes mean; templates, signatures, variables and numbers that are refused stay refused."""


class Tencent:
    """The vendor."""

    thanks: Mapping[str, Any] = {"result": 0, "errmsg": "OK"}

    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings
        self._base = settings.base_url or BASE

    async def say(self, call: Call, saying: Saying, now: datetime) -> str:
        """See `Gateway.say`; the proof is the SerialNo."""
        body = {
            "PhoneNumberSet": [f"+86{saying.number}"],
            "SmsSdkAppId": self._settings.app_id,
            "SignName": self._settings.sign_name,
            "TemplateId": saying.template,
            "TemplateParamSet": [value for _, value in sorted(saying.variables.items(), key=_position)],
            "SessionContext": str(saying.dispatch_id),
        }
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = signing.tc3(
            self._base.partition("://")[2],
            content,
            "sms",
            "SendSms",
            "2021-01-11",
            self._settings.region,
            key_id=self._settings.key_id,
            secret=self._settings.secret,
            at=now,
        )
        answer = (await call(f"{self._base}/", headers, content)).get("Response")
        status = self._status(answer if isinstance(answer, dict) else {})
        code = str(status.get("Code", "InternalError.Timeout"))
        if code != "Ok":
            raise failure(self._settings, code, VERDICTS)
        return str(status.get("SerialNo", ""))

    def _status(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """The error of the call, else what is said of the one number."""
        error, statuses = answer.get("Error"), answer.get("SendStatusSet")
        if isinstance(error, dict):
            return error
        first = statuses[0] if isinstance(statuses, list) and statuses else {}
        return first if isinstance(first, dict) else {}

    def told(self, item: Mapping[str, Any]) -> Fate | Answer | None:
        """See `Gateway.told`: a status has `report_status`, a reply `text`."""
        if "text" in item:
            at = datetime.fromtimestamp(int(item["time"]), UTC)
            id_ = f"{item['time']} {item['text']}"
            return Answer(id=id_, number=national(item["mobile"]), text=str(item["text"]), sent_at=at)
        if item["report_status"] not in ("SUCCESS", "FAIL") or not item["sid"]:
            return None
        return Fate(
            delivered=item["report_status"] == "SUCCESS",
            proof=str(item["sid"]),
            number=national(item["mobile"]),
            detail=f"短信没有送达（{str(item.get('errmsg', ''))[:40]}）",
        )


def _position(variable: tuple[str, str]) -> int:
    """Where a variable stands among the values: its name, which is a number."""
    return int(variable[0]) if variable[0].isdecimal() else 0
