"""Who is called what, and where: asked of the gateway once, remembered, forgotten when it changes.

`hearing` asks for the names of who speaks and tells of changes; `account` runs `tour`, which makes the groups known
before anybody speaks there, and `walk`, which does so for their members. Names are only ever asked for one after
another: quick look-ups have locked accounts.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Never, TypeVar

from bot.channel import Intake
from bot.channels.wechaty.failures import WireError
from bot.channels.wechaty.line import Line
from bot.channels.wechaty.payloads import Dirty, Event, EventType
from bot.channels.wechaty.wire import Connection
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.settings import WechatySettings

log = logging.getLogger(__name__)

_REMEMBERED: Final = 50_000
"""Names kept: some 10 MB, and more than the members of all groups of a province's account."""
_ERRANDS: Final = 1_000
_ALL_ROOMS: Final = ""
_AGAIN_SECONDS: Final = 30.0

Errand = TypeVar("Errand")
Key = tuple[str, str]
Question = Callable[[Connection], Awaitable[str]]


class Names:
    """The names of groups, of their members and of accounts."""

    def __init__(self, settings: WechatySettings, line: Line, clock: Clock) -> None:
        self._settings = settings
        self._line = line
        self._clock = clock
        self._known: OrderedDict[Key, str] = OrderedDict()
        self._asking = asyncio.Lock()
        self._visited: set[str] = set()
        self._to_meet: asyncio.Queue[str] = asyncio.Queue(_ERRANDS)
        self._to_visit: asyncio.Queue[tuple[str, tuple[str, ...]]] = asyncio.Queue(_ERRANDS)

    async def topic(self, room: str) -> str:
        """A group's name; empty where the gateway does not tell it."""
        return await self._name((room, ""), _topic_of(room))

    async def of(self, contact: str, room: str = "") -> str:
        """The name of an account in a group (nickname before account name), or without one its own; may be empty."""
        if not room:
            return await self._name(("", contact), lambda connection: connection.contact_name(contact))
        return await self._name((room, contact), lambda connection: connection.member_name(room, contact))

    # ── changes ─────────────────────────────────────────────────────────────────────────────────────────────────

    def heed(self, event: Event) -> None:
        """Forgets what an event says has changed, and has it asked for again where somebody waits for it."""
        room = event.text("roomId")
        match event.type:
            case EventType.LOGIN:
                self._forget(lambda key: key[1] == "")
                self._queue(self._to_meet, _ALL_ROOMS)
            case EventType.ROOM_TOPIC:
                self._rename(room)
            case EventType.ROOM_JOIN:
                joined = event.texts("inviteeIdList")
                self._forget(lambda key: key[0] == room and key[1] in joined)
                if self._line.self_id in joined:
                    self._rename(room)
                if room in self._visited:
                    self._queue(self._to_visit, (room, joined))
            case EventType.ROOM_LEAVE:
                left = event.texts("removeeIdList")
                self._forget(lambda key: key[0] == room and key[1] in left)
            case EventType.DIRTY:
                self._forget_payload(event.number("payloadType"), event.text("payloadId"))

    def _forget_payload(self, kind: int, changed: str) -> None:
        match kind:
            case Dirty.CONTACT:
                self._forget(lambda key: key[1] == changed)
            case Dirty.ROOM:
                self._rename(changed)
            case Dirty.ROOM_MEMBER:
                self._forget(lambda key: key[0] == changed and key[1] != "")

    def _rename(self, room: str) -> None:
        self._forget(lambda key: key == (room, ""))
        self._queue(self._to_meet, room)

    def _forget(self, stale: Callable[[Key], bool]) -> None:
        for key in [key for key in self._known if stale(key)]:
            del self._known[key]

    def _queue(self, queue: asyncio.Queue[Errand], errand: Errand) -> bool:
        try:
            queue.put_nowait(errand)
        except asyncio.QueueFull:  # those who walk are far behind: the account is away, and its return asks for all
            return False
        return True

    # ── groups and members that have not spoken ─────────────────────────────────────────────────────────────────

    def heard_of(self, room: str) -> None:
        """Has the members of a group made known, once."""
        if room not in self._visited and self._queue(self._to_visit, (room, ())):
            self._visited.add(room)

    async def tour(self, intake: Intake) -> Never:
        """Tells the intake which groups the account is in: all after a login, later those that are renamed or new."""
        while True:
            room = await self._to_meet.get()
            try:
                for met in await self._line.connection.rooms() if room == _ALL_ROOMS else [room]:
                    if topic := await self._ask((met, ""), _topic_of(met)):
                        await intake.meet_room(self._settings.name, met, topic)
            except ChannelUnavailable:
                continue  # the next login asks for all
            except WireError as exc:
                log.warning("%s: groups not looked up: %s", self._settings.name, exc)
                await self._clock.sleep(_AGAIN_SECONDS)
                self._queue(self._to_meet, _ALL_ROOMS)

    async def walk(self, intake: Intake) -> Never:
        """Tells the intake who is in the groups heard of, at a walking pace."""
        while True:
            room, contacts = await self._to_visit.get()
            try:
                for contact in contacts or await self._line.connection.members(room):
                    if contact != self._line.self_id and (room, contact) not in self._known:
                        await self._meet(intake, room, contact)
            except (ChannelUnavailable, WireError) as exc:
                log.info("%s: members of %s not looked up: %s", self._settings.name, room, exc)
                self._visited.discard(room)

    async def _meet(self, intake: Intake, room: str, contact: str) -> None:
        await self._clock.sleep(self._settings.member_lookup_seconds)
        if name := await self.of(contact, room):
            await intake.meet(self._settings.name, contact, name)

    # ── memory ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _name(self, key: Key, question: Question) -> str:
        try:
            return await self._ask(key, question)
        except (ChannelUnavailable, WireError) as exc:
            log.warning("%s: name of %s not told: %s", self._settings.name, "/".join(filter(None, key)), exc)
            return ""

    async def _ask(self, key: Key, question: Question) -> str:
        if name := self._recall(key):
            return name
        async with self._asking:
            if name := self._recall(key):  # told to whoever asked before us
                return name
            if name := await question(self._line.connection):
                self._known[key] = name
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return name

    def _recall(self, key: Key) -> str:
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key, "")


def _topic_of(room: str) -> Question:
    return lambda connection: connection.topic(room)
