"""Hands one mail over to the server; `channel` calls `hand_over`. The only module that knows `smtplib`.

It works in a thread of its own and says exactly whether the mail may have gone out: up to the last line of the mail
it surely did not, and whoever stops waiting earlier takes from the thread the right to send that line.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import smtplib
import ssl
import threading
from typing import Any, Final

from bot.channels.mail.tls import host_and_port
from bot.errors import BotError, ChannelUnavailable, DeliveryDelayed, DeliveryRefused, DeliveryUnknown
from bot.settings import MailSettings

_LINE_START: Final = re.compile(rb"^\.", re.MULTILINE)
_STATUS: Final = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")
_TOO_MUCH: Final = re.compile(
    rb"frequen|too many (?:mail|message|connection|recipient)|rate.?limit|quota.*(?:day|hour)", re.I
)
"""What public services say with a 5xx where they mean: not so fast."""

Reply = tuple[int, bytes]


async def hand_over(settings: MailSettings, tls: ssl.SSLContext, to: str, content: bytes) -> None:
    """Hands a mail over to the server, which then answers for it.

    Raises:
        ChannelUnavailable, DeliveryDelayed, DeliveryRefused: it surely did not go out.
        DeliveryUnknown: it may have gone out.
    """
    errand = _Errand(settings, tls)
    running = asyncio.get_running_loop().run_in_executor(None, errand.run, to, content)
    running.add_done_callback(heed)
    try:
        async with asyncio.timeout(settings.send_timeout_seconds):
            await asyncio.shield(running)
    except TimeoutError:
        if errand.give_up():
            raise DeliveryUnknown(f"{settings.name}：邮件服务器收了信，没有及时应答") from None
        raise ChannelUnavailable(f"{settings.name}：邮件服务器太慢，没有发出") from None
    except asyncio.CancelledError:
        errand.give_up()
        raise


def heed(done: asyncio.Future[Any]) -> None:
    """Looks at how a thread ended for which nobody waits any longer."""
    if not done.cancelled():
        done.exception()


class _Errand:
    """One mail on its way to the server. `run` is the thread's, `give_up` is called by whoever waits for it."""

    def __init__(self, settings: MailSettings, tls: ssl.SSLContext) -> None:
        self._settings, self._tls = settings, tls
        self._turn = threading.Lock()
        self._given_up = self._leaving = False

    def give_up(self) -> bool:
        """Nobody waits any longer; returns whether the mail may have gone out."""
        with self._turn:
            self._given_up = True
            return self._leaving

    def run(self, to: str, content: bytes) -> None:
        """Does it; see `hand_over`."""
        server: smtplib.SMTP | None = None
        try:
            server = self._connect()
            self._introduce(server, len(content))
            self._address(server, to)
            self._give(server, content)
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
        except (OSError, smtplib.SMTPException) as exc:
            raise self._verdict(exc) from exc
        finally:
            if server is not None:
                server.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = host_and_port(self._settings.smtp)
        wait = self._settings.answer_timeout_seconds
        here = self._settings.address.partition("@")[2]  # what is said instead costs a look into the DNS
        if self._settings.smtp_security == "tls":
            return smtplib.SMTP_SSL(host, port, here, timeout=wait, context=self._tls)
        server = smtplib.SMTP(host, port, here, timeout=wait)
        if self._settings.smtp_security == "starttls":
            try:
                server.starttls(context=self._tls)
            except (OSError, smtplib.SMTPException):
                server.close()
                raise
        return server

    def _introduce(self, server: smtplib.SMTP, size: int) -> None:
        server.ehlo_or_helo_if_needed()
        most = server.esmtp_features.get("size", "")
        if most.isdecimal() and 0 < int(most) < size:
            raise DeliveryRefused(f"邮件有 {size / 1e6:.1f} MB，服务器至多收 {int(most) / 1e6:.1f} MB")
        if self._settings.login:
            server.login(self._settings.user or self._settings.address, self._settings.password)

    def _address(self, server: smtplib.SMTP, to: str) -> None:
        code, told = server.mail(self._settings.address)
        if code != 250:  # it minds us, not the addressee: every other mail would fare alike
            raise ChannelUnavailable(f"{self._settings.name}：邮件服务器不让这个邮箱发信（{_status(code, told)}）")
        code, told = server.rcpt(to)
        if code not in (250, 251):
            raise self._no((code, told), "不收给这个地址的信")

    def _give(self, server: smtplib.SMTP, content: bytes) -> None:
        reply = server.docmd("DATA")
        if reply[0] != 354:
            raise self._no(reply, "不收这封信")
        content = _LINE_START.sub(b"..", content)
        server.send(content if content.endswith(b"\r\n") else content + b"\r\n")
        with self._turn:
            if self._given_up:
                raise ChannelUnavailable(f"{self._settings.name}：没有发出")
            self._leaving = True
        server.send(b".\r\n")
        reply = server.getreply()
        if reply[0] // 100 != 2:
            raise self._no(reply, "不收这封信")

    def _no(self, reply: Reply, what: str) -> BotError:
        """What the server's refusal means for the post. Its own words may hold the address: only the codes are told."""
        code, told = reply
        said = f"邮件服务器{what}（{_status(code, told)}）"
        if code == 421 or code < 400:
            return ChannelUnavailable(f"{self._settings.name}：{said}")
        if code < 500 or _TOO_MUCH.search(told):
            return DeliveryDelayed(said, self._settings.delay_seconds)
        return DeliveryRefused(said)

    def _verdict(self, exc: OSError | smtplib.SMTPException) -> BotError:
        name = self._settings.name
        if self._leaving:
            return DeliveryUnknown(f"{name}：不知道是否已经发出（{type(exc).__name__}）")
        if isinstance(exc, smtplib.SMTPAuthenticationError):
            return ChannelUnavailable(f"{name}：邮件服务器不认这个密码（{_status(exc.smtp_code, b'')}）")
        return ChannelUnavailable(f"{name}：没有发出（{type(exc).__name__}）")


def _status(code: int, told: bytes) -> str:
    found = _STATUS.search(told)
    return f"{code} {found[0].decode()}" if found else str(code)
