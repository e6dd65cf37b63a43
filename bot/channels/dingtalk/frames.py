"""The long connection's frames as plain values. Pure; `line` reads and writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SYSTEM: Final = "SYSTEM"
PING: Final = "ping"
DISCONNECT: Final = "disconnect"
HEARD: Final = "/v1.0/im/bot/messages/get"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the platform's.

    Args:
        kind: SYSTEM, EVENT or CALLBACK.
        topic: what it is about.
        id: what it is acknowledged by.
        data: JSON, as it came.
    """

    kind: str
    topic: str
    id: str
    data: str = field(repr=False)

    def body(self) -> Mapping[str, Any] | None:
        """What the data hold; None for what makes no sense."""
        return _object(self.data)


def read(raw: str) -> Frame | None:
    """A frame as it came; None for what makes no sense."""
    frame = _object(raw)
    headers = frame.get("headers") if frame else None
    if frame is None or not isinstance(headers, dict):
        return None
    kind, data = frame.get("type"), frame.get("data")
    topic, message_id = headers.get("topic"), headers.get("messageId")
    if not isinstance(kind, str) or not isinstance(topic, str) or not isinstance(message_id, str):
        return None
    return Frame(kind, topic, message_id, data if isinstance(data, str) else "")


def ack(frame: Frame) -> str:
    """That a frame was taken; a sign of life is answered with what it carried."""
    data = frame.data if frame.topic == PING else json.dumps({"response": None})
    headers = {"messageId": frame.id, "contentType": "application/json"}
    return json.dumps({"code": 200, "headers": headers, "message": "OK", "data": data})


def _object(raw: str) -> dict[str, Any] | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
