"""Who spoke: finds whose account a message came from, binds it where the evidence is exact, and never guesses.

`bot.inbox` asks for each message what its handlers are to be told (`Heard`); ambiguous and unknown accounts wait for
staff (`/绑定`), and what they said is read again once they are bound.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot import people as naming
from bot.clock import Clock, day_of
from bot.heard import Heard, Place, Speaker, known_of
from bot.people import Known
from bot.records import Record
from bot.settings import Settings
from storage import Session, identities, messages, people, rooms
from storage.tables import Identity, Room
from storage.tables import Message as KeptMessage

Read = Callable[[str, Heard], Awaitable[Sequence[Record]]]


class Speakers:
    """Accounts and the people behind them."""

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        office_id: int,
        read: Read,
        people_channels: frozenset[str],
        unproven: frozenset[str] = frozenset(),
    ) -> None:
        """Args:
        people_channels: channels whose accounts are our own `person:<id>`, so that each is bound at once.
        unproven: channels where anybody can pass for somebody else: nobody is taken for staff there.
        """
        self._unproven = unproven
        self._clock, self._settings, self._office_id, self._read = clock, settings, office_id, read
        self._people_channels = people_channels

    async def heard(self, session: Session, message: KeptMessage, room: Room | None) -> Heard:
        """Who said it, where, and what for: all that the handlers are told."""
        here = [known_of(m) for m in await people.members(session, room.id)] if room is not None else []
        everybody = here
        if room is None or room.purpose == "staff":
            everybody = [known_of(m) for m in await people.everybody(session, self._office_id)]
        speaker = await self._speaker(session, message, here or everybody)
        heard = Heard(
            message_id=message.id,
            office_id=self._office_id,
            settings=self._settings,
            speaker=speaker,
            channel=message.channel,
            room=place_of(room),
            counts_for=await self._counts_for(session, room, speaker),
            people=everybody,
            sent_at=message.sent_at,
            now=self._clock.now(),
            day=day_of(message.sent_at, self._settings.office.day_cutoff_hour),
            read=_unbound,
            again=message.read_at is not None,
        )
        return dataclasses.replace(heard, read=lambda text: self._read(text, heard))

    async def _speaker(self, session: Session, message: KeptMessage, here: Sequence[Known]) -> Speaker:
        if message.identity_id is None:
            return Speaker(name=message.sender_name)
        identity = await identities.get(session, message.identity_id)
        await self.bind(session, identity, here, message)
        if identity.person_id is None:
            return Speaker(name=message.sender_name, identity_id=identity.id)
        here_as = next((known for known in here if known.person_id == identity.person_id), None)
        if here_as is not None:
            is_staff, name = here_as.role == "staff", here_as.name
            is_staff = is_staff or await people.is_registered_staff(session, identity.person_id)
        else:
            is_staff = await people.is_staff(session, identity.person_id)
            name = (await people.names(session, [identity.person_id]))[identity.person_id]
        is_staff = is_staff and identity.channel not in self._unproven
        return Speaker(name=name, identity_id=identity.id, person_id=identity.person_id, staff=is_staff)

    async def bind(
        self, session: Session, identity: Identity, people_here: Sequence[Known], message: KeptMessage | None = None
    ) -> None:
        """Binds an account by exact evidence; a name that is several people's, or nobody's, waits for staff."""
        if identity.person_id is not None:
            return
        evidence, person_id = "", None
        if identity.channel in self._people_channels and identity.external_id.startswith("person:"):
            evidence, person_id = "link", int(identity.external_id.removeprefix("person:"))
        else:
            match = naming.find(message.sender_name if message else identity.name_seen, people_here)
            if match.one is not None and await self._may_be(session, identity, match.one, message):
                evidence, person_id = str(match.evidence), match.one.person_id
        if person_id is None:
            return
        now = self._clock.now()
        await identities.bind(session, identity, person_id, evidence, now)
        since = now - timedelta(days=self._settings.inbox.reread_days)
        await messages.read_again(session, identity.id, since)

    async def _may_be(self, session: Session, identity: Identity, known: Known, message: KeptMessage | None) -> bool:
        """Whether the name is evidence enough. Staff may command and see: their name counts only where they belong.

        Privately, or once another account is theirs, anybody could call themselves so: that waits for `/绑定`.
        """
        if known.role != "staff" and not await people.is_registered_staff(session, known.person_id):
            return True
        if message is None or message.room_id is None:
            return False
        members = await people.members(session, message.room_id)
        here = any(m.person_id == known.person_id and m.staff for m in members)
        return here and not await identities.of_person(session, known.person_id, identity.channel)

    async def _counts_for(self, session: Session, room: Room | None, speaker: Speaker) -> Place | None:
        if room is not None and room.purpose != "staff":
            return place_of(room)
        if speaker.person_id is None:
            return None
        for room_id in await people.rooms_of(session, speaker.person_id):
            own = await rooms.get(session, room_id)
            if own.purpose == "deputies":
                return place_of(own)
        return None


async def _unbound(_text: str) -> Sequence[Record]:
    return ()


def place_of(room: Room | None) -> Place | None:
    """A room as handlers see it."""
    if room is None:
        return None
    return Place(
        id=room.id,
        name=room.name,
        channel=room.channel,
        for_staff=room.purpose == "staff",
        paused=room.paused_at is not None,
    )
