"""What page and server say to each other over the WebSocket: JSON objects, told apart by `type`.

From the page: `enter`, `open`, `older`, `unfold`, `say`, `recall`. To it: the frames below. What does not fit is None:
a page of ours never sends it. Conversations are called `room:<id>` and `bot` (the private talk with 小联).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from storage import seating, webchat

BOT = "bot"
"""The private talk with the bot, as the page calls it."""
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Types a browser may show; every other file is only handed over."""

_CLIENT_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_CONVERSATION = re.compile(r"bot|room:[0-9]{1,15}")
_HIGHEST = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """The page is there; `seen` holds the last message it showed of each conversation, for counting what is unread."""

    seen: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Show a conversation: all that is new since message `after`, or the last page where that is None."""

    conversation: str
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """Show what was said before a message."""

    conversation: str
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfold:
    """Show the whole of a long text."""

    message: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Keep a message; `id` is the page's own, the same when it is sent again."""

    conversation: str
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Take one's own message back (撤回); `key` is the message's external id."""

    conversation: str
    id: str
    key: str


Asked = Enter | Open | Older | Unfold | Say | Recall


class FileFrame(TypedDict):
    """A file to download, its address relative to the page's."""

    url: str
    name: str
    size: int
    picture: bool


class SaidFrame(TypedDict):
    """A message, as it is shown."""

    type: str
    conversation: str
    id: int
    key: str
    kind: str
    person: int | None
    name: str
    bot: bool
    text: str
    cut: bool
    at: str
    recalled: bool
    recalls: str | None
    file: FileFrame | None
    notice: int | None


def read(raw: str) -> Asked | None:
    """What a page asks; None for anything a page of ours does not send."""
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(frame, dict):
        return None
    match frame:
        case {"type": "enter", "seen": dict() as seen}:
            return Enter(seen={str(key): value for key, value in seen.items() if _is_id(value)})
        case {"type": "unfold", "message": message} if _is_id(message):
            return Unfold(message=message)
        case {"conversation": str() as conversation} if _CONVERSATION.fullmatch(conversation):
            return _read_here(frame, conversation)
    return None


def _read_here(frame: Mapping[str, Any], conversation: str) -> Asked | None:
    match frame:
        case {"type": "open", "after": after} if after is None or _is_id(after):
            return Open(conversation=conversation, after=after)
        case {"type": "older", "before": before} if _is_id(before):
            return Older(conversation=conversation, before=before)
        case {"type": "say", "id": str() as id_, "text": str() as text} if is_client_id(id_):
            return Say(conversation=conversation, id=id_, text=text)
        case {"type": "recall", "id": str() as id_, "key": str() as key} if is_client_id(id_):
            return Recall(conversation=conversation, id=id_, key=key)
    return None


def is_client_id(text: str) -> bool:
    """Whether it can be an id that a page made."""
    return _CLIENT_ID.fullmatch(text) is not None


def is_conversation(text: str) -> bool:
    """Whether it can be the name of a conversation."""
    return _CONVERSATION.fullmatch(text) is not None


def _is_id(value: object) -> bool:
    return type(value) is int and 0 <= value < _HIGHEST


def encode(frame: Mapping[str, Any]) -> str:
    """A frame as it goes over the line: ASCII, so that whatever a text holds can be sent."""
    return json.dumps(frame, separators=(",", ":"))


def said(said: webchat.Said) -> SaidFrame:
    """A message as the page gets it; of a recalled one nothing but that it was there."""
    shown = not said.recalled
    return {
        "type": "message",
        "conversation": BOT if said.room_id is None else f"room:{said.room_id}",
        "id": said.id,
        "key": said.external_id,
        "kind": said.kind,
        "person": _person(said),
        "name": said.name,
        "bot": said.from_self,
        "text": said.text if shown else "",
        "cut": said.cut and shown,
        "at": said.sent_at.isoformat(),
        "recalled": said.recalled,
        "recalls": said.recalls,
        "file": _file(said.id, said.file) if said.file is not None and shown else None,
        "notice": said.notice if shown else None,
    }


def _person(said: webchat.Said) -> int | None:
    """Who said it: accounts of the page are called after their person; others are bound to one, or not yet."""
    own = (said.author or "").removeprefix("person:")
    return int(own) if own.isdecimal() else said.person_id


def _file(message_id: int, file: webchat.SentFile) -> FileFrame:
    return {
        "url": f"files/{message_id}/{file.token}",
        "name": file.name,
        "size": file.size,
        "picture": file.media_type in PICTURES,
    }


def page(conversation: str, messages: Iterable[webchat.Said], kind: str, **more: Any) -> str:
    """Messages of a conversation, oldest first; `kind` says where they belong: `opened`, `missed` or `older`."""
    return encode({"type": kind, "conversation": conversation, "messages": [said(one) for one in messages], **more})


def hall(hall: seating.Hall) -> dict[str, Any]:
    """A room with its members, for the page."""
    return {
        "id": f"room:{hall.room_id}",
        "name": hall.name,
        "staff_room": hall.purpose == "staff",
        "members": [
            {"id": seat.person_id, "name": seat.name, "unit": seat.unit, "staff": seat.role == "staff"}
            for seat in hall.seats
        ],
    }


def kept(client_id: str) -> str:
    """What was said under that id is durably kept."""
    return encode({"type": "kept", "id": client_id})


def refused(text: str, client_id: str | None = None, retry_seconds: float | None = None) -> str:
    """It was not kept, and why; with `retry_seconds` it may be said again then."""
    return encode({"type": "refused", "id": client_id, "text": text, "retry_seconds": retry_seconds})


def turned_away(text: str) -> str:
    """The page has no seat (any more); it does not come back by itself."""
    return encode({"type": "turned_away", "text": text})
