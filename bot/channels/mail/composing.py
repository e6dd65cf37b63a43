"""From a `Dispatch` to the bytes of a mail; `channel` calls it. Pure but for what it is given.

The Message-ID is made from the dispatch, so that the same dispatch sent again is known as the same mail, by servers,
by programs that read mail, and by us when an answer or a bounce names it.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from bot.clock import local
from bot.messages import Attachment, Dispatch

_POLICY: Final = SMTP.clone(cte_type="7bit")  # old servers take no 8-bit text
_LONGEST_SUBJECT: Final = 60
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+", re.IGNORECASE)


def message_id(dispatch: Dispatch, address: str) -> str:
    """The Message-ID of a dispatch. Its words are in it, too, since another store counts its posts from one again."""
    said = f"{dispatch.conversation.external_id}\0{dispatch.text}".encode("utf-8", "replace")
    mark = hashlib.blake2b(said, digest_size=6).hexdigest()
    return f"<post-{dispatch.id}.{mark}@{address.partition('@')[2]}>"


def post_of(text: str, address: str) -> int | None:
    """The id of the post whose Message-ID stands in that text; None where none of ours does."""
    found = re.search(rf"<post-(\d{{1,18}})\.[0-9a-f]{{12}}@{re.escape(address.partition('@')[2])}>", text)
    return int(found[1]) if found else None


def compose(dispatch: Dispatch, address: str, from_name: str, now: datetime) -> bytes:
    """The mail as it goes over the wire."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(display_name=_line(from_name), addr_spec=address)
    mail["To"] = Address(addr_spec=dispatch.conversation.external_id)
    mail["Subject"] = subject(dispatch)
    mail["Date"] = format_datetime(local(now))
    mail["Message-ID"] = message_id(dispatch, address)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"  # Exchange knows no other way to be kept from answering
    mail.set_content(body(dispatch), charset="utf-8")
    if dispatch.attachment is not None:
        _attach(mail, dispatch.attachment)
    return mail.as_bytes()


def subject(dispatch: Dispatch) -> str:
    """The first line that says something, or the file's name."""
    lines = (_line(line) for line in dispatch.text.splitlines())
    first = next(filter(None, lines), "") or _line(dispatch.attachment.name if dispatch.attachment else "") or "通知"
    return first if len(first) <= _LONGEST_SUBJECT else first[: _LONGEST_SUBJECT - 1] + "…"


def body(dispatch: Dispatch) -> str:
    """The text, those who are mentioned named before it; an address is no name."""
    called = " ".join(f"@{mention.name}" for mention in dispatch.mentions if mention.name and "@" not in mention.name)
    text = dispatch.text.encode("utf-8", "replace").decode()
    return f"{called}\n{text}\n" if called else f"{text}\n"


def _attach(mail: EmailMessage, file: Attachment) -> None:
    told = file.media_type if _MEDIA_TYPE.fullmatch(file.media_type) else mimetypes.guess_type(file.name)[0]
    kind, _, subtype = (told or "application/octet-stream").partition("/")
    if kind in ("text", "multipart", "message"):  # as a file, not as a part of the mail
        kind, subtype = "application", "octet-stream"
    mail.add_attachment(file.content, maintype=kind, subtype=subtype, filename=_line(file.name) or "file")


def _line(written: str) -> str:
    """One line without anything that could end a header."""
    clean = "".join(sign if sign.isprintable() else " " for sign in written.encode("utf-8", "replace").decode())
    return " ".join(clean.split())
