"""The long connection's frames as plain values. Pure; `line` reads and writes them, `aibot` the messages in them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from bot.messages import Conversation, Message, MessageKind, Sender

SUBSCRIBE: Final = "aibot_subscribe"
PING: Final = "ping"
HEARD: Final = "aibot_msg_callback"
EVENT: Final = "aibot_event_callback"
RESPOND: Final = "aibot_respond_msg"
PUSH: Final = "aibot_send_msg"
UPLOAD: Final = "aibot_upload_media_init"
UPLOAD_CHUNK: Final = "aibot_upload_media_chunk"
UPLOAD_END: Final = "aibot_upload_media_finish"
KICKED: Final = "disconnected_event"

_FILES: Final = frozenset({"image", "file", "video"})


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame.

    Args:
        cmd: what it is about; empty for the reply to a frame of ours.
        req_id: which frame it belongs to.
        code: of a reply, its error code.
    """

    cmd: str
    req_id: str
    body: Mapping[str, Any] = field(repr=False)
    code: int = 0

    @property
    def event(self) -> str:
        """What happened, of an event."""
        event = self.body.get("event")
        return str(event.get("eventtype", "")) if isinstance(event, dict) else ""


def read(raw: str) -> Frame | None:
    """A frame as it came; None for what makes no sense."""
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(frame, dict):
        return None
    headers, body, code = frame.get("headers"), frame.get("body"), frame.get("errcode", 0)
    return Frame(
        cmd=str(frame.get("cmd") or ""),
        req_id=str(headers.get("req_id", "")) if isinstance(headers, dict) else "",
        body=body if isinstance(body, dict) else {},
        code=code if isinstance(code, int) else -1,
    )


def write(cmd: str, req_id: str, body: Mapping[str, Any] | None) -> str:
    """A frame as it goes out."""
    frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame)


def new_req_id(cmd: str) -> str:
    """An id that no other frame has."""
    return f"{cmd}_{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True)
class SentFile:
    """Where a file of a message lies, for some minutes, and the key that it is encrypted with."""

    kind: str
    url: str = field(repr=False)
    aes_key: str = field(repr=False)


def file_of(frame: Frame) -> SentFile | None:
    """The file that a callback tells of."""
    kind = _text(frame.body, "msgtype")
    part = frame.body.get(kind)
    if kind not in _FILES or not isinstance(part, dict):
        return None
    return SentFile(kind, _text(part, "url"), _text(part, "aeskey"))


def message_of(frame: Frame, channel: str, heard_at: datetime) -> Message:
    """The message that a callback brings; what is quoted in it is somebody else's, and is left out.

    Args:
        heard_at: stands in for a time that cannot be.
    """
    body = frame.body
    sender = body.get("from")
    account = _text(sender if isinstance(sender, dict) else {}, "userid")
    group = _text(body, "chatid") if body.get("chattype") == "group" else ""
    kind, text = _said(body)
    return Message(
        channel=channel,
        external_id=_text(body, "msgid") or frame.req_id,
        sender=Sender(external_id=account, name=account),
        conversation=Conversation(external_id=group or account, private=not group),
        text=text,
        sent_at=_instant(body.get("create_time"), heard_at),
        kind=kind,
        mentions_bot=bool(group),  # of a group, nothing else is told
    )


def _said(body: Mapping[str, Any]) -> tuple[MessageKind, str]:
    """What kind of thing was said, and its words. A voice's are guessed by the platform: kept, but not read."""
    kind = _text(body, "msgtype")
    part = body.get(kind)
    part = part if isinstance(part, dict) else {}
    if kind == "text":
        return MessageKind.TEXT, _text(part, "content")
    if kind == "mixed":
        items = part.get("msg_item")
        words = _words(items if isinstance(items, list) else [])
        return (MessageKind.TEXT if words else MessageKind.FILE), "\n".join(words)
    if kind in _FILES:
        return MessageKind.FILE, ""
    return MessageKind.OTHER, _text(part, "content")


def _words(items: Sequence[object]) -> list[str]:
    texts = [item["text"] for item in items if isinstance(item, dict) and isinstance(item.get("text"), dict)]
    return [words for text in texts if (words := _text(text, "content"))]


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _instant(seconds: object, heard_at: datetime) -> datetime:
    if type(seconds) is int and 10**8 <= seconds < 10**10:
        return datetime.fromtimestamp(seconds, UTC)
    return heard_at
