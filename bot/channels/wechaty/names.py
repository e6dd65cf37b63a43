"""Who is called what, and where: asked of the gateway once, remembered, forgotten when it changes.

`hearing` asks for the names of who speaks and tells of changes; `account` runs `walk`, which makes the members of a
group known before they speak. Names are only ever asked for one after another: quick look-ups have locked accounts.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Never

from bot.channels.channel import Intake
from bot.channels.wechaty.line import Line
from bot.channels.wechaty.payloads import Dirty, Event, EventType
from bot.channels.wechaty.wire import Connection, WireError
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.settings import WechatySettings

log = logging.getLogger(__name__)

_REMEMBERED: Final = 50_000
"""Names kept: some 10 MB, and more than the members of all groups of a province's account."""
_ROOMS_WAITING: Final = 1_000

Key = tuple[str, str]
Ask = Callable[[Connection], Awaitable[str]]


class Names:
    """The names of groups, of their members and of accounts."""

    def __init__(self, settings: WechatySettings, line: Line, clock: Clock) -> None:
        self._settings = settings
        self._line = line
        self._clock = clock
        self._known: OrderedDict[Key, str] = OrderedDict()
        self._asking = asyncio.Lock()
        self._visited: set[str] = set()
        self._to_visit: asyncio.Queue[tuple[str, tuple[str, ...]]] = asyncio.Queue(_ROOMS_WAITING)

    async def topic(self, room: str) -> str:
        """A group's name; empty where the gateway does not tell it."""
        return await self._name((room, ""), lambda connection: connection.topic(room))

    async def of(self, contact: str, room: str = "") -> str:
        """The name of an account in a group (nickname before account name), or without one its own; may be empty."""
        if not room:
            return await self._name(("", contact), lambda connection: connection.contact_name(contact))
        return await self._name((room, contact), lambda connection: connection.member_name(room, contact))

    async def room_called(self, topic: str) -> str | None:
        """The one group of that name; None where there is none or more than one.

        Raises:
            WireError: the gateway does not tell its groups.
            ChannelUnavailable: it cannot be asked now.
        """
        rooms = await self._line.connection.rooms()
        found = [room for room in rooms if await self.topic(room) == topic]
        return found[0] if len(found) == 1 else None

    # ── changes ─────────────────────────────────────────────────────────────────────────────────────────────────

    def heed(self, event: Event) -> None:
        """Forgets what an event says has changed."""
        room = event.text("roomId")
        match event.type:
            case EventType.ROOM_TOPIC:
                self._forget(lambda key: key == (room, ""))
            case EventType.ROOM_JOIN:
                joined = event.texts("inviteeIdList")
                self._forget(lambda key: key[0] == room and key[1] in joined)
                if room in self._visited:
                    self._queue(room, joined)
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
                self._forget(lambda key: key == (changed, ""))
            case Dirty.ROOM_MEMBER:
                self._forget(lambda key: key[0] == changed and key[1] != "")

    def _forget(self, stale: Callable[[Key], bool]) -> None:
        for key in [key for key in self._known if stale(key)]:
            del self._known[key]

    # ── members who have not spoken ─────────────────────────────────────────────────────────────────────────────

    def heard_of(self, room: str) -> None:
        """Has the members of a group made known, once."""
        if room not in self._visited and self._queue(room, ()):
            self._visited.add(room)

    def _queue(self, room: str, contacts: tuple[str, ...]) -> bool:
        try:
            self._to_visit.put_nowait((room, contacts))
        except asyncio.QueueFull:  # the next message of the group asks again
            return False
        return True

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

    async def _name(self, key: Key, ask: Ask) -> str:
        if name := self._recall(key):
            return name
        async with self._asking:
            if name := self._recall(key):  # told to whoever asked before us
                return name
            try:
                name = await ask(self._line.connection)
            except (ChannelUnavailable, WireError) as exc:
                log.warning("%s: name of %s not told: %s", self._settings.name, "/".join(filter(None, key)), exc)
                return ""
            if name:
                self._known[key] = name
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return name

    def _recall(self, key: Key) -> str | None:
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key)
