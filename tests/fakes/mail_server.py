"""An SMTP server and an IMAP server on loopback, in two hundred lines: for what real ones do at times.

They answer late or never, break off at any command, refuse with any code, and hold mails as a test lays them there.
The program speaks to them through the standard library's own clients, which so hold them to the protocols.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

from bot.settings import MailSettings

OWN: Final = "llz@office.test"
PASSWORD: Final = "p4ss-word"
RECEIVED: Final = "10-Feb-2020 08:00:00 +0800"


class Hangup(Exception):
    """The server breaks the connection off."""


class _Server:
    """Serves connections one by one by `_talk`; `silent` and `hangup` are commands that are not answered.

    Attributes:
        calls: how often each command was given.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, *, starttls: bool = False) -> None:
        self.port = 0
        self.silent: set[str] = set()
        self.hangup: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.lines: list[bytes] = []
        self._tls, self._starttls = tls, starttls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    async def start(self) -> None:
        tls = None if self._starttls else self._tls
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._talk(reader, writer)
        except (Hangup, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    async def _heed(self, command: str) -> None:
        self.calls[command] += 1
        if command in self.silent:
            await asyncio.Event().wait()
        if command in self.hangup:
            raise Hangup


class Delivered(NamedTuple):
    """A mail that the server took."""

    sender: str
    to: str
    content: bytes


class FakeSmtp(_Server):
    """Takes mails.

    Attributes:
        answers: command → what is answered instead of yes.
        size: the largest mail it takes; 0 for no limit.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, *, starttls: bool = False) -> None:
        super().__init__(tls, starttls=starttls)
        self.mails: list[Delivered] = []
        self.answers: dict[str, str] = {}
        self.size = 0

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._heed("CONNECT")
        writer.write(b"220 office.test ESMTP\r\n")
        let_in, sender, to = False, "", ""
        while line := (await reader.readline()).rstrip(b"\r\n"):
            self.lines.append(line)
            command = line.split(b" ")[0].upper().decode()
            await self._heed(command)
            if command in self.answers:
                writer.write(f"{self.answers[command]}\r\n".encode())
            elif command == "EHLO":
                size = f"250-SIZE {self.size}\r\n" if self.size else ""
                secure = "250-STARTTLS\r\n" if self._starttls else ""
                writer.write(f"250-office.test\r\n{size}{secure}250 AUTH PLAIN LOGIN\r\n".encode())
            elif command == "STARTTLS":
                writer.write(b"220 go on\r\n")
                await writer.drain()
                assert self._tls is not None
                await writer.start_tls(self._tls)
            elif command == "AUTH":
                wanted = base64.b64encode(f"\0{OWN}\0{PASSWORD}".encode())
                let_in = line == b"AUTH PLAIN " + wanted
                writer.write(b"235 ok\r\n" if let_in else b"535 5.7.8 wrong password\r\n")
            elif command == "MAIL":
                sender = re.sub(rb".*<(.*)>.*", rb"\1", line).decode()
                writer.write(b"250 ok\r\n" if let_in else b"530 5.7.0 log in first\r\n")
            elif command == "RCPT":
                to = re.sub(rb".*<(.*)>.*", rb"\1", line).decode()
                writer.write(b"250 ok\r\n")
            elif command == "DATA":
                writer.write(b"354 go on\r\n")
                content = await self._content(reader)
                self.mails.append(Delivered(sender, to, content))
                await self._heed(".")
                writer.write(f"{self.answers.get('.', '250 2.0.0 taken')}\r\n".encode())
            elif command == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"502 what\r\n")
        await writer.drain()

    async def _content(self, reader: asyncio.StreamReader) -> bytes:
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                raise Hangup
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


@dataclass
class Lying:
    """A mail in the mailbox."""

    uid: int
    content: bytes
    received: str = RECEIVED
    size: int = 0
    gone: bool = False


class FakeImap(_Server):
    """A mailbox: what of RFC 3501 a reader needs, and nothing that would change it.

    Attributes:
        validity: UIDVALIDITY.
        greets: whether ID has to be told before a folder is opened, as at NetEase.
        searches: what was asked for.
        answers: command → what is answered instead of OK.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, *, starttls: bool = False) -> None:
        super().__init__(tls, starttls=starttls)
        self.mails: list[Lying] = []
        self.validity = 7
        self.greets = False
        self.searches: list[str] = []
        self.answers: dict[str, str] = {}
        self._writers: set[asyncio.StreamWriter] = set()

    def lay(self, content: bytes | str, **more: Any) -> Lying:
        """Lays a mail into the mailbox."""
        raw = content.encode() if isinstance(content, str) else content
        uid = max([mail.uid for mail in self.mails], default=100) + 1
        mail = Lying(uid=uid, content=raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), **more)
        self.mails.append(mail)
        return mail

    def renumber(self) -> None:
        """Gives all mails other UIDs, as after a move of the server."""
        self.validity += 1
        for number, mail in enumerate(self.mails, 1):
            mail.uid = number

    def break_off(self) -> None:
        """Breaks all connections off."""
        for writer in self._writers:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._heed("CONNECT")
            writer.write(b"* OK office.test ready\r\n")
            told = False
            while line := (await reader.readline()).rstrip(b"\r\n"):
                self.lines.append(line)
                tag, command, *words = line.decode().split(" ")
                if command == "UID":
                    command, *words = words
                command = command.upper()
                await self._heed(command)
                answer = self.answers.get(command, "")
                if not answer:
                    answer = await self._answer(command, words, writer, told=told)
                told = told or command == "ID"
                writer.write(f"{tag} {answer}\r\n".encode())
                if command == "STARTTLS":
                    await writer.drain()
                    assert self._tls is not None
                    await writer.start_tls(self._tls)
        finally:
            self._writers.discard(writer)

    async def _answer(self, command: str, words: Sequence[str], writer: asyncio.StreamWriter, *, told: bool) -> str:
        does: dict[str, Callable[[Sequence[str], Callable[[bytes], None]], str]] = {
            "SEARCH": self._search,
            "FETCH": self._fetch,
        }
        if command in does:
            return does[command](words, writer.write)
        if command == "CAPABILITY":
            secure = " STARTTLS" if self._starttls else ""
            writer.write(f"* CAPABILITY IMAP4rev1 ID{secure}\r\n".encode())
        elif command == "LOGIN":
            let_in = words == [f'"{OWN}"', f'"{PASSWORD}"']
            return "OK in" if let_in else "NO [AUTHENTICATIONFAILED] wrong"
        elif command in ("EXAMINE", "SELECT"):
            if self.greets and not told:
                return "NO EXAMINE Unsafe Login. Please contact us"
            writer.write(f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}] ids\r\n".encode())
            return "OK [READ-ONLY] open"
        elif command not in ("NOOP", "ID", "STARTTLS", "LOGOUT"):
            return f"BAD {command} changes something, or is unknown"
        return "OK done"

    def _search(self, words: Sequence[str], write: Callable[[bytes], None]) -> str:
        self.searches.append(" ".join(words))
        uids = [mail.uid for mail in self.mails]
        if words[0] == "UID" and uids:
            first = int(words[1].partition(":")[0])
            uids = [uid for uid in uids if uid >= min(first, max(uids))]  # n:* always names the last
        write(f"* SEARCH {' '.join(map(str, uids))}\r\n".encode())
        return "OK done"

    def _fetch(self, words: Sequence[str], write: Callable[[bytes], None]) -> str:
        number, mail = next(((n, m) for n, m in enumerate(self.mails, 1) if m.uid == int(words[0])), (0, None))
        if mail is None or mail.gone:
            return "OK nothing"
        if "RFC822.SIZE" in " ".join(words):
            size = mail.size or len(mail.content)
            write(f'* {number} FETCH (UID {mail.uid} INTERNALDATE "{mail.received}" RFC822.SIZE {size})\r\n'.encode())
            return "OK done"
        header = "HEADER" in words[1]
        content = mail.content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if header else mail.content
        write(f"* {number} FETCH (FLAGS () UID {mail.uid} BODY[{'HEADER' if header else ''}] ".encode())
        write(f"{{{len(content)}}}\r\n".encode() + content + b")\r\n")
        return "OK done"


@dataclass
class MailServers:
    """Both of them, and the settings that lead there."""

    smtp: FakeSmtp
    imap: FakeImap
    changes: dict[str, Any] = field(default_factory=dict)

    def settings(self, **changes: Any) -> MailSettings:
        given: dict[str, Any] = {
            "address": OWN,
            "password": PASSWORD,
            "smtp": f"127.0.0.1:{self.smtp.port}",
            "smtp_security": "plain",
            "imap": f"127.0.0.1:{self.imap.port}",
            "imap_security": "plain",
            "answer_timeout_seconds": 2.0,
            "poll_seconds": 1.0,
            "backoff_first_seconds": 1.0,
            "backoff_most_seconds": 2.0,
        }
        return MailSettings(**given | self.changes | changes)
