"""A mail's bytes → who wrote it, when, what; pure. `channel` hands on what comes out; no meaning is read here.

Nothing in a mail is believed more than needed: its own date only where our server's agrees, the name beside its
address not at all, and parts inside parts to a certain depth.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message as MimePart
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Final

from bot.channels.mail import hypertext
from bot.channels.mail.charsets import address_of, filename_of, header_of, text_of
from bot.channels.mail.composing import post_of
from bot.channels.mail.quoting import own_words
from bot.channels.mail.tidings import Bounce, Sort, bounce_of, sort_of
from bot.messages import Attachment
from bot.rosters import EMAIL

_DEEPEST: Final = 10
_MOST_PARTS: Final = 200
_MOST_FILES: Final = 10
_BROKEN: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, MessageError, TypeError, ValueError)
"""What the standard library raises on mails that keep no standard; one of them never stops the ones behind it."""
_CONTENT_HEADER: Final = re.compile(rb"(?im)^content-[^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+\r?\n?")
_ENDLESS: Final = re.compile(rb"(?im)^content-[a-z-]{1,30}:(?:[^\r\n]{4000}|[^\r\n]*+(?:\r?\n[ \t][^\r\n]*+){100})")
"""Headers over which the library's parser takes a time that grows with the square of their length."""
_LONGEST_HEAD: Final = 64 * 1024
_LONGEST_TEXT: Final = 1024 * 1024
"""Bytes of one text that are read; what is written by hand has a thousandth of it."""
_EARLIER: Final = timedelta(days=3)
"""How long a mail may have been on its way: then its own date is when it was said."""
_LATER: Final = timedelta(minutes=5)
_ANSWERED: Final = re.compile(r"(?:re|fw|fwd|答复|回复|回覆|转发|轉寄)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_VOUCHED: Final = re.compile(r"\b(?:dmarc|dkim|spf)=pass\b", re.IGNORECASE)
_FORGED: Final = re.compile(r"\bdmarc=(?:fail|reject|quarantine)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What a mail holds.

    Args:
        id: the same for the same mail, however often it comes.
        sender: the address it says it is from, in small letters; empty where that is none.
        text: the sender's own words, below the subject where that is not an answer's.
        answers: the id of our post that it answers.
        vouched: whether our server says that the sender's domain vouches for it; None where it says nothing.
        readable: False for one that is too deep, too large or too broken; then it holds no text and no files.
    """

    id: str
    sender: str
    sort: Sort
    sent_at: datetime
    text: str = ""
    files: tuple[Attachment, ...] = ()
    answers: int | None = None
    bounce: Bounce | None = None
    vouched: bool | None = None
    readable: bool = True


def read(content: bytes, received_at: datetime, own: str, *, auth_server: str = "", whole: bool = True) -> Mail:
    """Reads a mail; raises on none. One that the library cannot cope with is told as unreadable, from nobody.

    Args:
        received_at: when our server took it in.
        own: the mailbox's own address, in small letters.
        auth_server: whose `Authentication-Results` are believed.
        whole: False where only its headers are there.
    """
    try:
        return _read(content, received_at, own, auth_server, whole=whole)
    except _BROKEN:
        id_ = hashlib.blake2b(content, digest_size=16).hexdigest()
        return Mail(id=id_, sender="", sort=Sort.LETTER, sent_at=received_at, readable=False)


def _read(content: bytes, received_at: datetime, own: str, auth_server: str, *, whole: bool) -> Mail:
    mail, readable = _parsed(content)
    whole = whole and readable
    sender = _sender(mail)
    sort = sort_of(mail, sender, own)
    parts = list(islice(_parts(mail), _MOST_PARTS)) if whole else []
    whole = whole and len(parts) < _MOST_PARTS
    return Mail(
        id=_id(mail, sender, content),
        sender=sender,
        sort=sort,
        sent_at=_sent_at(mail, received_at),
        text=_text(mail, parts) if whole and sort is Sort.LETTER else "",
        files=tuple(_files(parts)) if whole and sort is Sort.LETTER else (),
        answers=post_of(f"{mail['In-Reply-To'] or ''} {mail['References'] or ''}", own),
        bounce=bounce_of(mail, content, own) if sort is Sort.BOUNCE else None,
        vouched=_vouched(mail, auth_server),
        readable=whole,
    )


def _parsed(content: bytes) -> tuple[MimePart, bool]:
    """The mail, and whether its parts can be looked at; of one that is made to harm, its other headers."""
    try:
        if not _ENDLESS.search(content):
            return message_from_bytes(content), True
    except RecursionError:  # parts inside parts without end
        pass
    head = _CONTENT_HEADER.sub(b"", content.partition(b"\r\n\r\n")[0][:_LONGEST_HEAD])
    return message_from_bytes(head + b"\r\n\r\n"), False


def _sender(mail: MimePart) -> str:
    address = address_of(mail["From"])
    return address if EMAIL.fullmatch(address) else ""


def _id(mail: MimePart, sender: str, content: bytes) -> str:
    """Made of the Message-ID and the sender, so that nobody can take another's place by guessing theirs."""
    told = header_of(mail["Message-ID"])
    unique = told.encode("utf-8", "replace") if told else content.partition(b"\r\n\r\n")[2]
    if not told:
        unique += f"{mail['Date']}{mail['Subject']}".encode("utf-8", "replace")
    return hashlib.blake2b(sender.encode() + b"\0" + unique, digest_size=16).hexdigest()


def _sent_at(mail: MimePart, received_at: datetime) -> datetime:
    try:
        told = parsedate_to_datetime(str(mail["Date"]))
    except (TypeError, ValueError, IndexError, OverflowError):
        return received_at
    told = told.replace(tzinfo=UTC) if told.tzinfo is None else told
    try:
        believable = received_at - _EARLIER <= told <= received_at + _LATER
    except OverflowError:
        return received_at
    return told.astimezone(UTC) if believable else received_at


def _vouched(mail: MimePart, auth_server: str) -> bool | None:
    """What our own server found; it writes above everything that came with the mail, so the first one counts."""
    if not auth_server:
        return None
    for written in mail.get_all("Authentication-Results", []):
        server, _, results = " ".join(str(written).split()).partition(";")
        if server.split(" ")[0].lower() == auth_server.lower():
            return bool(_VOUCHED.search(results)) and not _FORGED.search(results)
    return False


def _parts(mail: MimePart, depth: int = 0) -> Iterator[MimePart]:
    """What the sender wrote and attached, in order; mails inside the mail are somebody else's."""
    if depth > _DEEPEST or mail.get_content_maintype() == "message":
        return
    inner = mail.get_payload() if mail.is_multipart() else None
    if not isinstance(inner, list):
        yield mail
        return
    parts = [part for part in inner if isinstance(part, MimePart)]
    for part in _best(parts) if mail.get_content_type() == "multipart/alternative" else parts:
        yield from _parts(part, depth + 1)


def _best(parts: list[MimePart]) -> list[MimePart]:
    """Of several forms of one text the plain one, if it says anything."""
    plain = [part for part in parts if part.get_content_type() == "text/plain" and _decoded(part).strip()]
    return plain[:1] or parts[-1:]


def _decoded(part: MimePart) -> str:
    content = part.get_payload(decode=True)
    return text_of(content[:_LONGEST_TEXT], _charset(part)) if isinstance(content, bytes) else ""


def _charset(part: MimePart) -> str | None:
    written = part.get_param("charset")
    if isinstance(written, tuple):
        return written[2]
    return written if isinstance(written, str) else None


def _is_file(part: MimePart) -> bool:
    if part.get_content_disposition() == "attachment":
        return True
    return part.get_content_maintype() != "text" and bool(filename_of(part))


def _text(mail: MimePart, parts: list[MimePart]) -> str:
    words = []
    for part in parts:
        if part.get_content_maintype() == "text" and not _is_file(part):
            written = _decoded(part)
            words.append(hypertext.text_of(written) if part.get_content_type() == "text/html" else written)
    text = own_words("\n".join(words))
    subject = header_of(mail["Subject"])
    if subject and not _ANSWERED.match(subject) and not mail["In-Reply-To"]:
        return f"{subject}\n{text}".strip()
    return text


def _files(parts: list[MimePart]) -> Iterator[Attachment]:
    files = [part for part in parts if _is_file(part)]
    for part in files[:_MOST_FILES]:
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield Attachment(
                name=filename_of(part) or "附件",
                media_type=part.get_content_type(),
                content=content,
            )
