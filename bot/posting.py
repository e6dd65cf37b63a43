"""How a post becomes a row: by which channel it goes, to which account, in how many pieces; once by its key.

`bot.outbox` is the way in for handlers and schedules, and says what is made due here. What nobody can be told
privately is held, and staff learn that something waits, not what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot import wording
from bot.channel import Channel, Starts
from bot.clock import Clock, local
from bot.messages import Doubt, Post, RoomId
from bot.settings import Settings
from storage import Session, identities, people, posts, rooms
from storage.tables import Identity


class Posting:
    """Makes posts due."""

    def __init__(self, clock: Clock, settings: Settings, office_id: int, channels: Mapping[str, Channel]) -> None:
        self._clock, self._settings, self._office_id, self._channels = clock, settings, office_id, channels

    async def put(self, session: Session, new: Sequence[Post]) -> None:
        """Makes posts due, each once by its key, within the caller's transaction."""
        for post in new:
            channel, identity = await self._route(session, post)
            for number, text in enumerate(self._pieces(post.text, channel)):
                await self._put_one(session, post, channel, identity, number, text)

    def _pieces(self, text: str, channel: str) -> Sequence[str]:
        """The text in as many pieces as the channel needs."""
        holder = self._channels.get(channel)
        return wording.pieces(text, holder.traits.max_bytes if holder else None)

    async def _put_one(
        self, session: Session, post: Post, channel: str, identity: Identity | None, number: int, text: str
    ) -> None:
        made = await posts.add(
            session,
            office_id=self._office_id,
            key=post.key if number == 0 else f"{post.key}#{number}",
            why=post.why,
            channel=channel,
            room_id=post.room,
            person_id=post.person,
            identity_id=identity.id if identity else None,
            text=text,
            mentions=list(post.mentions) if number == 0 else [],
            file_id=post.attachment if number == 0 else None,
            doubt=str(post.doubt),
            made_at=self._clock.now(),
            not_before=post.not_before or self._clock.now(),
            not_after=post.not_after,
            attempts=0,
            proof="",
            note="",
        )
        if made is not None and not channel:
            await posts.settle(session, made, "held", only_from="due", note="没有能私下送达的渠道")
            await self.tell_unreached(session, post.person)

    async def tell_unreached(self, session: Session, person_id: int | None) -> None:
        """Somebody could not be told privately: staff learn that something waits for the person, not what it is."""
        if person_id is None:
            return
        now = self._clock.now()
        name = (await people.names(session, [person_id])).get(person_id, "")
        for room in await rooms.every(session, self._office_id, "staff"):
            notice = Post(
                key=f"unreached/{person_id}/{local(now):%Y-%m-%d}",
                why="私聊送不到",
                text=wording.unreached(name, self._settings.office.bot_name),
                room=RoomId(room.id),
                not_after=now + timedelta(hours=self._settings.manners.alert_hours),
                doubt=Doubt.REPEAT,
            )
            await self.put(session, [notice])
            return

    async def _route(self, session: Session, post: Post) -> tuple[str, Identity | None]:
        """By which channel, and for a private post to which account; no channel where nobody can be reached."""
        if post.room is not None:
            return (await rooms.get(session, post.room)).channel, None
        if post.identity is not None:
            identity = await identities.get(session, post.identity)
            if identity.channel in self._channels:
                return identity.channel, identity
        if post.person is None:
            return "", None
        for identity in await identities.of_person(session, post.person):
            holder = self._channels.get(identity.channel)
            if holder is not None and holder.traits.starts is Starts.ALWAYS:
                return identity.channel, identity
        return await self._seat_of(session, post.person)

    async def _seat_of(self, session: Session, person_id: int) -> tuple[str, Identity | None]:
        """The private talk of somebody who never spoke, where a channel is addressed by our own people."""
        for name, channel in self._channels.items():
            if channel.traits.reaches_people:
                now = self._clock.now()
                called = (await people.names(session, [person_id]))[person_id]
                seat = await identities.seen(session, self._office_id, name, f"person:{person_id}", called, None, now)
                if seat.person_id is None:
                    await identities.bind(session, seat, person_id, "link", now)
                return name, seat
        return "", None
