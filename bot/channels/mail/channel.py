"""The `mail` channel: one mailbox, as `bot.channel.Channel` wants it.

`bot.app` makes it, runs `receive` and has the outbox call `send`; the parts are in the modules beside it. In its log
lines stand counts and reasons; never addresses, names or texts.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Never, TypeVar

from bot.channel import Addresses, Hears, Intake, Standing, Starts, Traits
from bot.channels.mail import composing
from bot.channels.mail.imap import Fetched, Mailbox, MailboxError
from bot.channels.mail.reading import Mail, read
from bot.channels.mail.smtp import hand_over, heed
from bot.channels.mail.tidings import Sort
from bot.channels.mail.tls import tls_context
from bot.clock import Clock, local
from bot.errors import ChannelUnavailable, DeliveryRefused
from bot.messages import Conversation, Dispatch, Gap, Message, MessageKind, Receipt, Sender
from bot.rosters import EMAIL
from bot.settings import MailSettings
from storage import StoreUnreachable

log = logging.getLogger(__name__)

T = TypeVar("T")

TRAITS: Final = Traits(
    hears=Hears.PRIVATE,
    starts=Starts.ALWAYS,
    files=True,
    addresses=Addresses.EMAIL,
    waits_for_us=True,  # in the mailbox
)
_CUT_SECONDS: Final = 1.0


class MailChannel:
    """E-mail (邮件).

    Raises:
        SettingsError: the certificate that the settings name cannot be used.
    """

    def __init__(self, settings: MailSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._tls = tls_context(settings.tls_ca_file)
        self._mailbox = Mailbox(settings, self._tls)
        self._turned_away: Counter[str] = Counter()
        self._deaf_since: datetime | None = clock.now()
        self._pause = settings.backoff_first_seconds
        self._standing = Standing(connected=False, since=clock.now(), detail="邮件还没有启动")

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

    @property
    def traits(self) -> Traits:
        """What it can do; without a server to fetch from it hears nothing, and senders may be forged."""
        proves = bool(self._settings.auth_server)
        return replace(TRAITS, hears=Hears.PRIVATE if self._settings.imap else Hears.NOTHING, proves_senders=proves)

    @property
    def standing(self) -> Standing:
        """How it stands now. While the mailbox cannot be read it is deaf, and goes on sending."""
        return self._standing

    @property
    def turned_away(self) -> Mapping[str, int]:
        """How many mails were not handed in, by what they were."""
        return self._turned_away

    async def send(self, dispatch: Dispatch) -> str | None:
        """Hands a mail to the server; see `Channel.send`. The proof is its Message-ID."""
        to = dispatch.conversation.external_id
        if not EMAIL.fullmatch(to):
            raise DeliveryRefused("收件地址不是邮箱")
        file = dispatch.attachment
        if file is not None and len(file.content) > self._settings.max_file_bytes:
            most = self._settings.max_file_bytes / 1e6
            raise DeliveryRefused(f"文件有 {len(file.content) / 1e6:.1f} MB，邮件至多发 {most:.1f} MB")
        content = composing.compose(dispatch, self._settings.address, self._settings.from_name, self._clock.now())
        try:
            await hand_over(self._settings, self._tls, to, content)
        except ChannelUnavailable as exc:
            log.warning("%s", exc)
            raise
        return composing.message_id(dispatch, self._settings.address)

    async def receive(self, intake: Intake) -> None:
        """Hands in what lies in the mailbox, until it is cancelled; what the intake raises ends it."""
        if not self._settings.imap:
            self._deaf_since = None
            self._stand(None, "只发邮件，不收回信")
            await asyncio.Event().wait()
        self._stand(self._deaf_since, "邮箱还没有打开")
        while True:
            try:
                await self._watch(intake)
            except MailboxError as exc:
                self._fall_deaf(str(exc))
            except StoreUnreachable:  # what was in hand is fetched again
                self._fall_deaf("存储暂时不应答")
            finally:
                self._mailbox.close()
            await self._clock.sleep(self._pause)
            self._pause = min(self._pause * 2, self._settings.backoff_most_seconds)

    def _fall_deaf(self, why: str) -> None:
        self._deaf_since = self._deaf_since or self._clock.now()
        if self._standing.detail != why:
            log.warning("%s: %s", self.name, why)
        self._stand(self._deaf_since, why)

    async def _watch(self, intake: Intake) -> Never:
        """Reads what is new, again and again, on one connection."""
        goes_on = await self._aside(self._mailbox.open)
        back = timedelta(days=self._settings.look_back_days)
        while True:
            since = local(self._clock.now()).date() - back
            for uid in await self._aside(self._mailbox.new, since):
                fetched = await self._aside(self._mailbox.fetch, uid)
                if fetched is not None:
                    await self._hand_in(intake, fetched)
                self._mailbox.passed(uid)
            if self._deaf_since is not None:
                await self._arrive(intake, None if goes_on else self._clock.now() - back)
            await self._clock.sleep(self._settings.poll_seconds)

    async def _arrive(self, intake: Intake, back_to: datetime | None) -> None:
        """The mailbox was read to its end; what lay there before `back_to` may have been missed."""
        if self._deaf_since is not None and back_to is not None and back_to > self._deaf_since:
            await intake.note_gap(Gap(channel=self.name, began_at=self._deaf_since, ended_at=back_to))
        self._deaf_since, self._pause = None, self._settings.backoff_first_seconds
        self._stand(None, "邮箱已打开")

    async def _aside(self, work: Callable[..., T], *arguments: object) -> T:
        """In a thread; when it is cancelled, what the thread waits for is ended."""
        running = asyncio.get_running_loop().run_in_executor(None, work, *arguments)
        running.add_done_callback(heed)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self._mailbox.cut()
            await asyncio.wait([running], timeout=_CUT_SECONDS)
            raise

    async def _hand_in(self, intake: Intake, fetched: Fetched) -> None:
        received_at = fetched.received_at or self._clock.now()
        settings = self._settings
        mail = await asyncio.to_thread(
            read,
            fetched.content,
            received_at,
            settings.address,
            auth_server=settings.auth_server,
            whole=fetched.whole,
        )
        if mail.sort is Sort.BOUNCE:
            await self._note_bounce(intake, mail)
        elif mail.sort is not Sort.LETTER:
            self._turn_away(mail.sort)
        elif not mail.sender or mail.vouched is False:
            self._turn_away("forged" if mail.readable else "broken")
        else:
            for message in self._messages(mail):
                await intake.accept(message)

    async def _note_bounce(self, intake: Intake, mail: Mail) -> None:
        bounce = mail.bounce
        if bounce is None or bounce.post is None or not bounce.final:
            self._turn_away(Sort.BOUNCE)
            return
        detail = f"退信 {bounce.status}".strip()
        receipt = Receipt(
            channel=self.name, delivered=False, dispatch_id=bounce.post, account=bounce.account, detail=detail
        )
        if not await intake.note_receipt(receipt):
            self._turn_away(Sort.BOUNCE)

    def _messages(self, mail: Mail) -> list[Message]:
        """The text, and a message for each file."""
        # The name beside an address is whatever its owner writes: it is no evidence of who that is.
        sender = Sender(external_id=mail.sender, name=mail.sender)
        place = Conversation(external_id=mail.sender, private=True)
        text = Message(
            channel=self.name,
            external_id=mail.id,
            sender=sender,
            conversation=place,
            text=mail.text,
            sent_at=mail.sent_at,
            kind=MessageKind.TEXT if mail.readable else MessageKind.OTHER,
            answers=mail.answers,
        )
        files = [
            replace(text, external_id=f"{mail.id}#{number}", text=file.name, kind=MessageKind.FILE, attachment=file)
            for number, file in enumerate(mail.files, 1)
        ]
        return files if files and not mail.text else [text, *files]

    def _turn_away(self, what: str) -> None:
        self._turned_away[what] += 1
        log.info("%s: a mail was not handed in: %s (%d so far)", self.name, what, self._turned_away[what])

    def _stand(self, deaf_since: datetime | None, detail: str) -> None:
        deaf = deaf_since is not None
        since = self._standing.since
        if not self._standing.connected or self._standing.deaf != deaf:
            since = self._clock.now()
        self._standing = Standing(connected=True, since=since, detail=detail, deaf=deaf)
