"""A callback's XML → plain values. Pure; `callbacks` reads the outside, `app` the inside.

The outside is found by pattern: nothing that is unsigned reaches a parser. The inside is parsed flat, and a document
type (DTD), where entities would be declared, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from xml.parsers import expat

from bot.messages import Conversation, Message, MessageKind, Sender

_SEALED: Final = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?\s*([A-Za-z0-9+/=]+)\s*(?:\]\]>)?\s*</Encrypt>")
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FILES: Final = frozenset({"image", "voice", "video", "file"})
_WORDS: Final = ("Content", "Label", "Title")
"""Where a message's words stand, by its type: text, place, link."""


class Unreadable(Exception):
    """It is not what the platform sends."""


def sealed_in(body: bytes) -> str:
    """The encrypted part of a callback; empty where there is none, or a document type."""
    found = _SEALED.search(body)
    return found[1].decode() if found and b"<!DOCTYPE" not in body else ""


def fields_of(plain: bytes) -> Mapping[str, str]:
    """The elements right under the root, by name.

    Raises:
        Unreadable: it is no XML, or has a document type.
    """
    values: dict[str, str] = {}
    path: list[str] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def begin(name: str, _attributes: Mapping[str, str]) -> None:
        path.append(name)
        if len(path) == 2:
            values[name] = ""

    def text(data: str) -> None:
        if len(path) == 2:
            values[path[1]] += data

    def refuse(*_: object) -> None:
        raise Unreadable("a document type")

    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _: path.pop()
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(_NO_XML.sub("", plain.decode("utf-8", "replace")), True)
    except expat.ExpatError as exc:
        raise Unreadable("no XML") from exc
    return values


def message_of(fields: Mapping[str, str], channel: str, name: str, heard_at: datetime) -> Message:
    """The message that a callback brings.

    Args:
        name: what its sender is called.
        heard_at: stands in for a time that cannot be.
    """
    kind = fields.get("MsgType", "")
    account = fields.get("FromUserName", "")
    return Message(
        channel=channel,
        external_id=fields.get("MsgId") or f"{account}/{fields.get('CreateTime', '')}/{kind}",
        sender=Sender(external_id=account, name=name),
        conversation=Conversation(external_id=account, private=True),
        text=next((fields[word] for word in _WORDS if fields.get(word)), ""),
        sent_at=instant(fields.get("CreateTime", ""), heard_at),
        kind=MessageKind.TEXT if kind == "text" else MessageKind.FILE if kind in _FILES else MessageKind.OTHER,
    )


def instant(seconds: str, heard_at: datetime) -> datetime:
    """The instant that the platform tells in seconds; that of hearing where it can be none."""
    if not re.fullmatch(r"\d{9,10}", seconds, re.ASCII):
        return heard_at
    return datetime.fromtimestamp(int(seconds), UTC)
