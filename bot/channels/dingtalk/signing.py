"""How DingTalk's calls and callbacks are signed. Pure: the time and the nonce are given."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from bot.clock import local


def robot_signature(secret: str, milliseconds: str) -> str:
    """The signature of a group robot's call, and of a callback of a robot; not yet encoded for an address."""
    return _signed(secret, f"{milliseconds}\n{secret}")


def is_signed(claimed: str, secret: str, milliseconds: str) -> bool:
    """Whether a callback carries the signature it should."""
    return hmac.compare_digest(
        claimed.encode("utf-8", "replace"), robot_signature(secret, milliseconds).encode("utf-8", "replace")
    )


def gov_signature(secret: str, method: str, timestamp: str, nonce: str, path: str, fields: Mapping[str, str]) -> str:
    """The signature of a call to 专有钉钉, over the fields as they are meant, not as a form encodes them."""
    pairs = "&".join(sorted(f"{key}={value}" for key, value in fields.items()))
    return _signed(secret, "\n".join((method, timestamp, nonce, path, *([pairs] if pairs else []))))


def gov_timestamp(now: datetime) -> str:
    """An instant as 专有钉钉 writes it, in China's time."""
    return f"{local(now):%Y-%m-%dT%H:%M:%S}.000+08:00"


def milliseconds(now: datetime) -> str:
    """An instant as DingTalk writes it."""
    return str(int(now.timestamp() * 1000))


def _signed(secret: str, text: str) -> str:
    digest = hmac.new(secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
