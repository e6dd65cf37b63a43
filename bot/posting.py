"""How a post becomes a row: by which channel it goes, to which account, in how many pieces; once by its key.

`bot.outbox` is the way in for handlers and schedules, and says what is made due here. What nobody can be told
privately is held, and staff learn that something waits, not what. Afterwards, what a channel learnt of a post is noted.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot import staff, wording
from bot.channel import Channel, Means, Starts, Way
from bot.clock import Clock, local
from bot.messages import Doubt, Manner, PersonId, Post, Receipt, RoomId
from bot.settings import Settings
from storage import Session, identities, messages, people, posts, rooms
from storage.tables import Identity
from storage.tables import Post as PostRow

log = logging.getLogger(__name__)

_RECEIPTS_COME_WITHIN = timedelta(days=7)
"""Mail servers try for five days, carriers for three; what comes later is about nothing that anybody remembers."""


def seat_of(person_id: int) -> str:
    """The account of somebody in a channel that is addressed by our own people."""
    return f"person:{person_id}"


class Posting:
    """Makes posts due."""

    def __init__(self, clock: Clock, settings: Settings, office_id: int, channels: Mapping[str, Channel]) -> None:
        self._clock, self._settings, self._office_id, self._channels = clock, settings, office_id, channels

    async def put(self, session: Session, new: Sequence[Post]) -> None:
        """Makes posts due, each once by its key, within the caller's transaction."""
        for post in new:
            channel, identity = await self._route(session, post)
            if post.person is not None and post.identity is None and identity is not None:
                await self._nudge(session, post.person, identity, post)
            texts = self._pieces(post.text, channel)
            # Pieces follow each other: nothing else is said within them.
            manner = Manner.ALONE if len(texts) > 1 and post.manner is Manner.TOGETHER else post.manner
            for number, text in enumerate(texts):
                await self._put_one(session, replace(post, manner=manner), channel, identity, number, text)

    def _pieces(self, text: str, channel: str) -> Sequence[str]:
        """The text in as many pieces as the channel needs."""
        holder = self._channels.get(channel)
        cut = wording.pieces(text, holder.traits.max_bytes if holder else None)
        return cut if len(cut) == 1 else [piece.strip("\n") for piece in cut if piece.strip()]

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
            notice_id=post.notice,
            text=text,
            mentions=list(post.mentions) if number == 0 else [],
            file_id=post.attachment if number == 0 else None,
            doubt=str(post.doubt),
            manner=str(post.manner),
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

    async def note_receipt(self, session: Session, receipt: Receipt) -> bool:
        """Notes what became of a post; where it did not arrive, staff learn who was not reached. False: not ours."""
        since = self._clock.now() - _RECEIPTS_COME_WITHIN
        by = (receipt.channel, receipt.dispatch_id, receipt.proof)
        post = await posts.receipted(session, self._office_id, *by, since)
        if post is None:
            return False
        if receipt.account and post.identity_id is not None:
            identity = await identities.get(session, post.identity_id)
            if identity.external_id != receipt.account:
                return False
        if receipt.delivered:
            await posts.note_fate(session, post.id, "delivered", post.note)
        elif await posts.note_fate(session, post.id, "refused", receipt.detail[:300]):
            log.error("post %d did not arrive, says %s", post.id, post.channel)
            await self._tell_undelivered(session, post)
        return True

    async def _tell_undelivered(self, session: Session, post: PostRow) -> None:
        """What had been sent did not arrive: staff learn whose address is wrong, once a day, not what it said."""
        if post.person_id is None:
            return
        now = self._clock.now()
        name = (await people.names(session, [post.person_id])).get(post.person_id, "")
        told = await staff.of_affairs(
            session,
            self._settings,
            self._office_id,
            None,
            key=f"undelivered/{post.person_id}/{local(now):%Y-%m-%d}",
            why="没有送到",
            text=wording.undelivered(name),
            now=now,
        )
        await self.put(session, told)

    async def tell_unreached(self, session: Session, person_id: int | None) -> None:
        """One of the staff could not be told privately: the others learn that something waits for them, not what."""
        if person_id is None or not await people.is_staff(session, person_id):
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
        return await self._private(session, post.person) if post.person is not None else ("", None)

    async def reach(self, session: Session, person_id: int | None, identity_id: int | None) -> int | None:
        """The account by which somebody can be told privately, the given one before others; see `bot.heard.Reach`."""
        if identity_id is not None:
            given = await identities.get(session, identity_id)
            if await self._is_open(session, given):
                return given.id
        _, found = await self._private(session, person_id) if person_id is not None else ("", None)
        return found.id if found and await self._is_open(session, found) else None

    def channels(self, means: Means) -> Sequence[str]:
        """The channels by which people are reached so; see `bot.channel.Ways`."""
        return [name for name, channel in self._channels.items() if channel.traits.means is means]

    async def way(self, session: Session, person_id: int, means: Means) -> Way | None:
        """By which account somebody is reached so, and in which words; see `bot.channel.Ways`."""
        for identity in await identities.of_person(session, person_id):
            holder = self._channels.get(identity.channel)
            if holder is None or holder.traits.means is not means:
                continue
            if means is not Means.PRIVATE:
                return Way(identity_id=identity.id, channel=identity.channel, words=holder.traits.nudge or "")
            if await self._is_open(session, identity):
                return Way(identity_id=identity.id, channel=identity.channel)
        channel, seat = await self._seat_of(session, person_id) if means is Means.PRIVATE else ("", None)
        return Way(identity_id=seat.id, channel=channel) if seat is not None else None

    async def _is_open(self, session: Session, identity: Identity) -> bool:
        """Whether the bot may speak to the account now: always, or because it has spoken to the bot alone."""
        starts = self._starts(identity)
        return starts is Starts.ALWAYS or (starts is Starts.WINDOW and await messages.spoke_alone(session, identity.id))

    def _starts(self, identity: Identity) -> Starts | None:
        """Whether the bot may speak first in the account's channel; None where this process does not hold it."""
        holder = self._channels.get(identity.channel)
        return holder.traits.starts if holder is not None else None

    async def _private(self, session: Session, person_id: int) -> tuple[str, Identity | None]:
        accounts = sorted(
            await identities.of_person(session, person_id),
            key=lambda account: account.evidence == identities.ROSTER,  # first what somebody chose to speak by
        )
        if account := self._account_where(Starts.ALWAYS, accounts):
            return account.channel, account
        channel, seat = await self._seat_of(session, person_id)
        if not channel and (account := self._account_where(Starts.WINDOW, accounts)):
            return account.channel, account  # it may be refused there, which is told; held it would surely wait
        return channel, seat

    def _account_where(self, starts: Starts, accounts: Sequence[Identity]) -> Identity | None:
        """The first of the accounts whose channel lets the bot speak so."""
        return next((account for account in accounts if self._starts(account) is starts), None)

    async def _nudge(self, session: Session, person_id: int, goes_to: Identity, post: Post) -> None:
        """Tells somebody to whom something goes by a seat on the chat page that it waits there; once a day, no words.

        Where a channel may say approved words only, these are all it can carry.
        """
        if goes_to.external_id != seat_of(person_id):
            return
        for identity in await identities.of_person(session, person_id):
            holder = self._channels.get(identity.channel)
            if holder is None or not holder.traits.nudge:
                continue
            now = self._clock.now()
            nudge = Post(
                key=f"nudge/{person_id}/{local(post.not_before or now):%Y-%m-%d}",
                why="短信提示",
                text=holder.traits.nudge,
                person=PersonId(person_id),
                not_before=post.not_before,
                not_after=post.not_after,
            )
            await self._put_one(session, nudge, identity.channel, identity, 0, nudge.text)
            return

    async def _seat_of(self, session: Session, person_id: int) -> tuple[str, Identity | None]:
        """The private talk of somebody who never spoke, where a channel is addressed by our own people."""
        for name, channel in self._channels.items():
            if channel.traits.reaches_people:
                now = self._clock.now()
                called = (await people.names(session, [person_id]))[person_id]
                seat = await identities.seen(session, self._office_id, name, seat_of(person_id), called, None, now)
                if seat.person_id is None:
                    await identities.bind(session, seat, person_id, "link", now)
                return name, seat
        return "", None
