"""The vendors' signatures of a request: ACS3-HMAC-SHA256 (Aliyun) and TC3-HMAC-SHA256 (Tencent). Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

_JSON: Final = "application/json; charset=utf-8"


def query_of(parameters: Mapping[str, str]) -> str:
    """The parameters as they are signed and sent: sorted, everything escaped but letters, digits and -_.~"""
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in sorted(parameters.items()))


def acs3(
    host: str, query: str, action: str, version: str, *, key_id: str, secret: str, at: datetime, nonce: str
) -> Mapping[str, str]:
    """The headers of a POST without a body to Aliyun."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": _hash(b""),
        "x-acs-date": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    signed = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"POST\n/\n{query}\n{lines}\n{signed}\n{headers['x-acs-content-sha256']}"
    signature = _hmac(secret.encode(), f"ACS3-HMAC-SHA256\n{_hash(request.encode())}").hex()
    told = f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={signed},Signature={signature}"
    return {**headers, "Authorization": told}


def tc3(
    host: str,
    body: bytes,
    service: str,
    action: str,
    version: str,
    region: str,
    *,
    key_id: str,
    secret: str,
    at: datetime,
) -> Mapping[str, str]:
    """The headers of a POST of JSON to Tencent."""
    day = f"{at.astimezone(UTC):%Y-%m-%d}"
    seconds = int(at.timestamp())
    signed = "content-type;host;x-tc-action"
    lines = f"content-type:{_JSON}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    request = f"POST\n/\n\n{lines}\n{signed}\n{_hash(body)}"
    scope = f"{day}/{service}/tc3_request"
    key = f"TC3{secret}".encode()
    for word in (day, service, "tc3_request"):
        key = _hmac(key, word)
    signature = _hmac(key, f"TC3-HMAC-SHA256\n{seconds}\n{scope}\n{_hash(request.encode())}").hex()
    return {
        "Content-Type": _JSON,
        "Host": host,
        "X-TC-Action": action,
        "X-TC-Version": version,
        "X-TC-Region": region,
        "X-TC-Timestamp": str(seconds),
        "Authorization": f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={signed}, Signature={signature}",
    }


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
