"""Which mails nobody wrote, and what they tell: bounces, auto-replies, mailing lists, our own. Pure.

`reading` asks for each mail. A bounce (退信) tells that a post did not arrive; none of the others counts for anything.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from email.message import Message as MimePart
from itertools import islice
from typing import Final

from bot.channels.mail.charsets import address_of, header_of
from bot.channels.mail.composing import post_of

_ROBOTS: Final = re.compile(
    r"(?:mailer-daemon|postmaster|no-?_?reply|do-?not-?reply|bounces?|noreply\w*|mail-daemon|auto-?reply|notifications?)"
    r"(?:[+=._-].*)?@.*",
    re.IGNORECASE,
)
_BOUNCERS: Final = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|bounces?)(?:[+=._-].*)?@.*", re.IGNORECASE)
_FAILED: Final = re.compile(
    r"退信|退回|无法投递|投递失败|未能送达|发送失败|undeliver|delivery (?:status|fail|has failed)|failure notice|"
    r"returned mail|mail delivery failed",
    re.IGNORECASE,
)
_DELAYED: Final = re.compile(r"delay|延迟|暂时", re.IGNORECASE)
_AUTOMATIC: Final = re.compile(
    r"自动回复|自动答复|自動回覆|休假自动|外出自动|auto(?:matic)?[ -]?(?:reply|response|answer)|out of (?:the )?office",
    re.IGNORECASE,
)
_STATUS: Final = re.compile(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.MULTILINE | re.IGNORECASE)
_ACTION: Final = re.compile(r"^Action:\s*(\w+)", re.MULTILINE | re.IGNORECASE)
_RECIPIENT: Final = re.compile(
    r"^(?:Final|Original)-Recipient:[^;\n]*;\s*<?([^\s<>;]+@[^\s<>;]+)", re.MULTILINE | re.IGNORECASE
)
_SCANNED: Final = 200_000
"""Characters of a bounce in which our Message-ID is looked for."""


class Sort(enum.StrEnum):
    """What sort of mail it is."""

    LETTER = "letter"
    """Somebody wrote it."""
    AUTOMATIC = "automatic"
    """A program answered (自动回复)."""
    LIST = "list"
    """It went to many, by a list or as advertising."""
    BOUNCE = "bounce"
    """A mail server tells of a mail that it could not deliver (退信)."""
    OWN = "own"
    """We wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a bounce tells.

    Args:
        post: the post it is about; None where it names none of ours.
        account: the address that did not take it; empty where it does not say.
        final: it will not be tried again.
        status: the server's code, as 5.1.1; empty where it gives none.
    """

    post: int | None
    account: str = field(default="", repr=False)
    final: bool = True
    status: str = ""


def sort_of(mail: MimePart, sender: str, own: str) -> Sort:
    """What sort of mail it is, by its headers.

    Args:
        sender: its sender's address, in small letters.
        own: the mailbox's own.
    """
    if sender == own:
        return Sort.OWN
    subject = header_of(mail["Subject"])
    if _is_bounce(mail, sender, subject):
        return Sort.BOUNCE
    submitted = str(mail["Auto-Submitted"] or "no").strip().lower()
    precedence = str(mail["Precedence"] or "").strip().lower()
    marks = ("X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Autoresponder")
    if not submitted.startswith("no") or any(mail[mark] for mark in marks) or precedence == "auto_reply":
        return Sort.AUTOMATIC
    if _AUTOMATIC.match(re.sub(r"^(?:re|答复|回复)\s*[:：]\s*", "", subject, flags=re.IGNORECASE)):
        return Sort.AUTOMATIC
    if mail["List-Id"] or mail["List-Unsubscribe"] or mail["List-Post"] or precedence in ("bulk", "junk", "list"):
        return Sort.LIST
    if _ROBOTS.fullmatch(sender) or str(mail["Return-Path"] or "").strip() == "<>":
        return Sort.AUTOMATIC
    return Sort.LETTER


def _is_bounce(mail: MimePart, sender: str, subject: str) -> bool:
    if mail.get_content_type() == "multipart/report":
        return str(mail.get_param("report-type", "")).lower() == "delivery-status"
    nobody = str(mail["Return-Path"] or "").strip() == "<>"
    return bool((_BOUNCERS.fullmatch(sender) or nobody) and (_FAILED.search(subject) or mail["X-Failed-Recipients"]))


def bounce_of(mail: MimePart, content: bytes, own: str) -> Bounce:
    """What a bounce tells; servers that keep no standard still return the mail they could not deliver."""
    text = content[:_SCANNED].decode("utf-8", "replace")
    status, action, recipient = _STATUS.search(text), _ACTION.search(text), _RECIPIENT.search(text)
    final = action[1].lower() == "failed" if action else not _DELAYED.search(header_of(mail["Subject"]))
    failed = recipient[1] if recipient else address_of(mail["X-Failed-Recipients"])
    named = [mail["In-Reply-To"], mail["References"], *(part["Message-ID"] for part in islice(mail.walk(), 50))]
    return Bounce(
        post=post_of(" ".join(str(name) for name in [*named, text] if name), own),
        account=failed.lower(),
        final=final and not (status and status[1].startswith(("2", "4"))),
        status=status[1] if status else "",
    )
