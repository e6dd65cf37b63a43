"""What somebody said to a robot of DingTalk → a message. Pure; Stream and callbacks of 专有钉钉 hold the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from bot.messages import Conversation, Message, MessageKind, Sender

OUTSIDER: Final = "$:"
"""What ids begin with that only this robot knows: of people outside the corporation, and of all before it goes live."""

_FILES: Final = frozenset({"picture", "file", "video", "audio"})
_GROUP: Final = "2"


@dataclass(frozen=True, slots=True)
class Opening:
    """Where what was said may be answered, and until when."""

    conversation: str
    url: str = field(repr=False)
    ends_at: datetime


def message_of(body: Mapping[str, Any], channel: str, heard_at: datetime, fallback_id: str) -> Message:
    """The message that a callback brings.

    Args:
        heard_at: stands in for a time that cannot be.
        fallback_id: stands in for an id that is missing.
    """
    account = _text(body, "senderStaffId") or _text(body, "senderId")
    group = _group_of(body)
    kind, text = _said(body)
    return Message(
        channel=channel,
        external_id=_text(body, "msgId") or fallback_id,
        sender=Sender(external_id=account, name=_text(body, "senderNick") or account),
        conversation=Conversation(
            external_id=group or account, name=_text(body, "conversationTitle") if group else "", private=not group
        ),
        text=text,
        sent_at=_instant(body.get("createAt")) or heard_at,
        kind=kind,
        mentions_bot=bool(group),  # of a group, nothing else is told
    )


def opening_of(body: Mapping[str, Any]) -> Opening | None:
    """Where it may be answered; None where the platform does not say, or not until when."""
    url, ends_at = _text(body, "sessionWebhook"), _instant(body.get("sessionWebhookExpiredTime"))
    account = _text(body, "senderStaffId") or _text(body, "senderId")
    return Opening(_group_of(body) or account, url, ends_at) if url and ends_at else None


def _group_of(body: Mapping[str, Any]) -> str:
    return _text(body, "conversationId") if str(body.get("conversationType")) == _GROUP else ""


def _said(body: Mapping[str, Any]) -> tuple[MessageKind, str]:
    """What kind of thing was said, and its words. A voice's are guessed by the platform: kept, but not read."""
    kind = _text(body, "msgtype")
    content = body.get("content")
    content = content if isinstance(content, dict) else {}
    if kind == "text":
        part = body.get("text")
        return MessageKind.TEXT, _text(part, "content").strip() if isinstance(part, dict) else ""
    if kind == "richText":
        pieces = content.get("richText")
        pieces = pieces if isinstance(pieces, list) else []
        text = "".join(_text(piece, "text") for piece in pieces if isinstance(piece, dict)).strip()
        return (MessageKind.TEXT if text else MessageKind.FILE), text
    if kind == "audio":
        return MessageKind.OTHER, _text(content, "recognition")
    if kind in _FILES:
        return MessageKind.FILE, _text(content, "fileName")
    return MessageKind.OTHER, ""


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _instant(milliseconds: object) -> datetime | None:
    if type(milliseconds) is int and 10**11 <= milliseconds < 10**13:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    return None
