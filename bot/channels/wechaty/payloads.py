"""What a Wechaty gateway tells, as plain values; `wire` makes them, `line` and `hearing` read them. No I/O.

Numbers are those of the gateway (Node); the enums of the Python packages count differently, and both sides add
new ones, so unknown numbers are carried along as they are.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


class EventType(enum.IntEnum):
    """The events that are heeded; of all others it only matters that the gateway is alive."""

    MESSAGE = 2
    ERROR = 16
    ROOM_JOIN = 19
    ROOM_LEAVE = 20
    ROOM_TOPIC = 21
    SCAN = 22
    READY = 23
    LOGIN = 25
    LOGOUT = 26
    DIRTY = 27


class MessageType(enum.IntEnum):
    """The types of message that are told apart."""

    ATTACHMENT = 1
    AUDIO = 2
    IMAGE = 6
    TEXT = 7
    RECALLED = 13
    VIDEO = 15


FILES = frozenset({MessageType.ATTACHMENT, MessageType.AUDIO, MessageType.IMAGE, MessageType.VIDEO})


class Dirty(enum.IntEnum):
    """What a `DIRTY` event says has changed."""

    CONTACT = 2
    ROOM = 3
    ROOM_MEMBER = 4


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the gateway's stream; `data` is empty where its payload was no JSON object."""

    type: int
    data: Mapping[str, object] = field(repr=False)

    @classmethod
    def read(cls, kind: int, payload: str) -> Event:
        """Takes an event as it came over the wire."""
        try:
            data = json.loads(payload)
        except ValueError:
            data = None
        return cls(kind, data if isinstance(data, dict) else {})

    def text(self, key: str) -> str:
        """The text under that key; empty where there is none."""
        value = self.data.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of the list under that key."""
        value = self.data.get(key)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    def number(self, key: str) -> int:
        """The number under that key; 0 where there is none."""
        value = self.data.get(key)
        return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A message as the gateway keeps it.

    Args:
        room: the group's id; empty in a private talk.
        listener: in a private talk, the account that was spoken to.
        timestamp: seconds or milliseconds, as the gateway's source has it.
    """

    id: str
    type: int
    talker: str
    room: str
    listener: str
    timestamp: int
    text: str = field(repr=False)
    filename: str = field(repr=False)
    mentions: tuple[str, ...]


_SECONDS_END = 2145888000
"""The first second of 2038: a larger timestamp counts milliseconds."""
_WRONG_CLOCK_SECONDS = 946684800
"""The first second of 2000: there is no older WeChat message, so a smaller timestamp says nothing."""


def sent_at(timestamp: int, heard_at: datetime) -> datetime:
    """The instant a timestamp means; where it cannot be one, the instant the message was heard."""
    seconds = timestamp / 1000 if timestamp > _SECONDS_END else timestamp
    if not _WRONG_CLOCK_SECONDS <= seconds <= _SECONDS_END:
        return heard_at
    return datetime.fromtimestamp(seconds, UTC)


# Found by pattern, not by an XML parser: whoever is in the group can send this text, entities and all.
_REVOKED = re.compile(r"<newmsgid>\s*(?:<!\[CDATA\[)?\s*(\w{1,64})\s*(?:\]\]>)?\s*</newmsgid>", re.ASCII)
_LONGEST_ID = 128


def recalled_id(text: str) -> str | None:
    """The id of the message that a recall takes back, in either form in which gateways tell it; None if in neither."""
    if found := _REVOKED.search(text):
        return found[1]
    text = text.strip()
    return text if text and len(text) <= _LONGEST_ID and "<" not in text and not re.search(r"\s", text) else None
