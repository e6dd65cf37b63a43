"""Looks into the mailbox; `channel` calls it in a thread. The only module that knows `imaplib`.

The folder is opened for reading alone, so that nothing is marked, moved or deleted: people may use the same mailbox.
What is new is told by UIDs above the last one handed in, while UIDVALIDITY stays; after a start, or when it changes,
by the days that are looked back. What is fetched twice is known by the inbox.
"""

from __future__ import annotations

import binascii
import contextlib
import imaplib
import re
import socket
import ssl
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from bot.channels.mail.tls import host_and_port
from bot.settings import MailSettings

_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
_RECEIVED: Final = re.compile(rb'INTERNALDATE "([^"]{20,40})"')
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class MailboxError(Exception):
    """The mailbox cannot be read now; the text says why, without names or addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A mail as it lies in the mailbox.

    Args:
        received_at: when our server took it in; None where it does not say.
        whole: False for one that is too large: `content` is its headers.
    """

    uid: int
    received_at: datetime | None
    content: bytes
    whole: bool = True


class Mailbox:
    """One connection to the mailbox at a time; remembers how far it has read."""

    def __init__(self, settings: MailSettings, tls: ssl.SSLContext) -> None:
        self._settings, self._tls = settings, tls
        self._imap: imaplib.IMAP4 | None = None
        self._validity: bytes | None = None
        self._last: int | None = None

    def open(self) -> bool:
        """Connects and opens the folder; returns whether reading goes on where it stopped.

        Raises:
            MailboxError: it cannot.
        """
        try:
            self._imap = imap = self._connect()
            imap.login(_quoted(self._settings.user or self._settings.address), self._settings.password)
            if "ID" in imap.capabilities:  # NetEase opens no folder to programs that do not say what they are
                imap.xatom("ID", '("name" "liaison")')
            code, _ = imap.select(_quoted(_encoded(self._settings.imap_folder)), readonly=True)
            if code != "OK":
                raise MailboxError("邮箱里没有这个文件夹，或者不让本程序打开")
        except imaplib.IMAP4.error as exc:
            self.close()
            raise MailboxError(f"邮箱服务器不让登录或打开文件夹（{type(exc).__name__}）") from exc
        except (OSError, ValueError) as exc:  # ValueError: cut while it was reading
            self.close()
            raise MailboxError(f"连不上邮箱服务器（{type(exc).__name__}）") from exc
        validity = imap.response("UIDVALIDITY")[1][0]
        goes_on = self._last is not None and validity == self._validity
        if not goes_on:
            self._validity, self._last = validity, None
        return goes_on

    def _connect(self) -> imaplib.IMAP4:
        host, port = host_and_port(self._settings.imap)
        wait = self._settings.answer_timeout_seconds
        if self._settings.imap_security == "tls":
            return imaplib.IMAP4_SSL(host, port, ssl_context=self._tls, timeout=wait)
        imap = imaplib.IMAP4(host, port, timeout=wait)
        if self._settings.imap_security == "starttls":
            try:
                imap.starttls(self._tls)
            except (OSError, imaplib.IMAP4.error):
                imap.shutdown()
                raise
        return imap

    def new(self, since: date) -> list[int]:
        """The UIDs of mails not handed in yet, in order.

        Args:
            since: how far to look back where it is not known how far was read.
        """
        self._ask("NOOP")
        if self._last is None:
            data = self._ask("SEARCH", "SINCE", f"{since.day:02}-{_MONTHS[since.month - 1]}-{since.year}")
        else:
            data = self._ask("SEARCH", "UID", f"{self._last + 1}:*")
        uids = {int(uid) for line in data if isinstance(line, bytes) for uid in line.split() if uid.isdigit()}
        return sorted(uid for uid in uids if uid > (self._last or 0))  # n:* names the last one even if it is below n

    def fetch(self, uid: int) -> Fetched | None:
        """The mail of that UID; None where somebody has taken it away."""
        told = b" ".join(_flat(self._ask("FETCH", str(uid), "(INTERNALDATE RFC822.SIZE)")))
        size, received = _SIZE.search(told), _RECEIVED.search(told)
        if size is None:
            return None
        whole = int(size[1]) <= self._settings.max_mail_bytes
        data = self._ask("FETCH", str(uid), "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])")
        bodies = [item[1] for item in data if isinstance(item, tuple) and b"BODY[" in item[0].upper()]
        if not bodies:
            return None
        return Fetched(uid=uid, received_at=_instant(received[1]) if received else None, content=bodies[0], whole=whole)

    def passed(self, uid: int) -> None:
        """That mail is handed in: it is not fetched again on this or the next connection."""
        self._last = max(self._last or 0, uid)

    def cut(self) -> None:
        """Ends what a thread waits for on the connection; may be called beside it."""
        if self._imap is not None:
            with contextlib.suppress(OSError):
                self._imap.socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends the connection without a word."""
        imap, self._imap = self._imap, None
        if imap is not None:
            with contextlib.suppress(OSError):
                imap.shutdown()

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        if self._imap is None:
            raise MailboxError("和邮箱服务器断开了")
        try:
            code, data = self._imap.noop() if command == "NOOP" else self._imap.uid(command, *arguments)
        except (OSError, ValueError, imaplib.IMAP4.error) as exc:  # ValueError: cut while it was reading
            raise MailboxError(f"和邮箱服务器断开了（{type(exc).__name__}）") from exc
        if code != "OK":
            raise MailboxError(f"邮箱服务器不肯应答（{command} {code}）")
        return data


def _flat(data: list[Any]) -> list[bytes]:
    return [part for item in data for part in (item if isinstance(item, tuple) else (item,)) if isinstance(part, bytes)]


def _encoded(folder: str) -> str:
    """A folder's name as IMAP writes it: what is not ASCII in a base64 of its own (RFC 3501, 5.1.3)."""

    def encode(run: re.Match[str]) -> str:
        return (
            "&"
            + binascii.b2a_base64(run[0].encode("utf-16-be"), newline=False).decode().rstrip("=").replace("/", ",")
            + "-"
        )

    return re.sub(r"[^ -~]+", encode, folder.replace("&", "&-"))


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _instant(written: bytes) -> datetime | None:
    try:
        return datetime.strptime(written.decode("ascii", "replace").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
