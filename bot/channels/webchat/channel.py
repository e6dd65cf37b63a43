"""The chat page as a channel: what the core sees of it.

Made by `bot.app`, which also gives it the server to attach its addresses to. Posts come back as echoes: they are kept
under the id of the dispatch and shown from the store like everything else, so that sending twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from bot.channel import Hears, Intake, Standing, Starts, Traits
from bot.channels.webchat.desk import Desk
from bot.channels.webchat.door import Door
from bot.channels.webchat.hub import Hub
from bot.clock import Clock
from bot.errors import ChannelUnavailable, DeliveryRefused
from bot.messages import Dispatch, Message, MessageKind, OfficeId, Sender
from bot.settings import WebchatSettings
from storage import StorageError, Store, seating

TRAITS = Traits(
    hears=Hears.ALL,
    starts=Starts.ALWAYS,
    mentions=True,
    files=True,
    recalls=True,
    echoes=True,
    sends_once=True,
    reaches_people=True,
)


class WebchatChannel:
    """The built-in chat page."""

    def __init__(
        self, settings: WebchatSettings, store: Store, office_id: OfficeId, clock: Clock, bot_name: str = "小联"
    ) -> None:
        self._settings, self._store, self._office_id, self._clock = settings, store, office_id, clock
        self._hub = Hub(store, office_id, settings.name)
        self._desk = Desk(settings, store, office_id, clock, self._hub, bot_name)
        self._door = Door(self._desk, self._hub)
        self._bot = Sender(external_id="bot", name=bot_name)
        self._since: datetime = clock.now()

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

    @property
    def traits(self) -> Traits:
        """It hears and shows all, and knows each of its messages."""
        return TRAITS

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        if not self._hub.follows:
            return Standing(connected=False, since=self._since, detail="网页聊天未启动")
        return Standing(connected=True, since=self._since, detail=f"网页聊天已启动，{len(self._hub)} 个页面在线")

    def attach(self, app: web.Application) -> None:
        """Adds the page's addresses to the program's server, before it starts."""
        self._door.attach(app)

    async def receive(self, intake: Intake) -> None:
        """Lets pages in and hands on what they say, until it is cancelled; then every page is let go."""
        self._desk.intake, self._since = intake, self._clock.now()
        try:
            await self._hub.run()
        finally:
            self._desk.intake, self._since = None, self._clock.now()

    async def send(self, dispatch: Dispatch) -> str | None:
        """Keeps a post as said by the bot; pages show it at once."""
        if self._desk.intake is None:
            raise ChannelUnavailable("网页聊天还没有启动")
        external_id = f"post-{dispatch.id}"
        try:
            await self._check_place(dispatch)
            await self._desk.intake.accept(self._echo(dispatch, external_id))
        except StorageError as exc:
            raise ChannelUnavailable(str(exc)) from exc
        self._hub.nudge()
        return external_id

    def _echo(self, dispatch: Dispatch, external_id: str) -> Message:
        called = " ".join(f"@{mention.name}" for mention in dispatch.mentions)
        return Message(
            channel=self.name,
            external_id=external_id,
            sender=self._bot,
            conversation=dispatch.conversation,
            text=f"{called}\n{dispatch.text}" if called else dispatch.text,
            sent_at=self._clock.now(),
            kind=MessageKind.FILE if dispatch.attachment is not None else MessageKind.TEXT,
            from_self=True,
            dispatch_id=dispatch.id,
            attachment=dispatch.attachment,
        )

    async def _check_place(self, dispatch: Dispatch) -> None:
        kind, _, number = dispatch.conversation.external_id.rpartition(":")
        known = False
        if number.isdecimal() and kind == ("person" if dispatch.conversation.private else ""):
            async with self._store.read() as session:
                if dispatch.conversation.private:
                    known = await seating.sitter(session, self._office_id, self.name, int(number)) is not None
                else:
                    known = await seating.room_exists(session, self._office_id, self.name, int(number))
        if not known:
            raise DeliveryRefused(f"网页聊天里没有这个去处（{dispatch.conversation.external_id}）")
