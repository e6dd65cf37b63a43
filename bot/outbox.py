"""Says what is due: claims a committed post, sends it through its channel, marks it with the proof the channel gave.

`bot.posting` makes posts due within the transaction of whatever led to them. `send_due` is one pass over what is due
now and tells when the next pass is worth making, so that `run` waits on a clock and a rehearsal moves its own. Nothing
here knows what a post says.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot import staff, wording
from bot.channel import Channel, Means, Way
from bot.chasing import Gate
from bot.clock import Clock, local, until_set
from bot.errors import ChannelUnavailable, DeliveryDelayed, DeliveryRefused, DeliveryUnknown
from bot.messages import Attachment, Conversation, Dispatch, Doubt, Manner, Mention, Post, Receipt
from bot.posting import Posting
from bot.settings import Pacing, Settings
from storage import Session, Store, StoreUnreachable, files, identities, messages, occasions, people, posts, rooms
from storage.tables import Post as PostRow

log = logging.getLogger(__name__)

_LONGEST_WAIT = timedelta(seconds=2)
"""How long `run` waits at most: another process may have made something due, a channel may be back."""
_AFTER_A_SCHEDULE = timedelta(seconds=1)
"""How long after a schedule's time its post is looked for: the planner makes it at that time."""


class Outbox:
    """What the bot is to say, and the sender that says it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        office_id: int,
        channels: Mapping[str, Channel],
        chance: random.Random,
        gate: Gate | None = None,
    ) -> None:
        """Args:
        channels: the channels that this process holds; posts of others are left to theirs.
        chance: where the jitter between posts comes from; seeded by whoever makes it.
        gate: looks at a reminder once more when it is about to go out; without it all goes out.
        """
        self._gate = gate
        self._store, self._clock, self._settings, self._office_id = store, clock, settings, office_id
        self._channels, self._chance = channels, chance
        self._posting = Posting(clock, settings, office_id, channels)
        self._pacing = {channel.name: channel.pacing for channel in settings.channels}
        self._free_at: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}
        self._due = asyncio.Event()

    async def put(self, session: Session, new: Sequence[Post]) -> None:
        """Makes posts due within the caller's transaction; see `Posting.put`."""
        await self._posting.put(session, new)
        self._due.set()

    async def reach(self, session: Session, person_id: int | None, identity_id: int | None) -> int | None:
        """By which account somebody can be told privately; see `Posting.reach`."""
        return await self._posting.reach(session, person_id, identity_id)

    def channels(self, means: Means) -> Sequence[str]:
        """The channels by which people are reached so; see `bot.channel.Ways`."""
        return self._posting.channels(means)

    async def way(self, session: Session, person_id: int, means: Means) -> Way | None:
        """By which account somebody is reached so; see `bot.channel.Ways`."""
        return await self._posting.way(session, person_id, means)

    @property
    def stirred(self) -> bool:
        """Whether something was made due since the last pass began."""
        return self._due.is_set()

    async def run(self, stop: asyncio.Event) -> None:
        """Says what is due until told to stop; the post in hand is finished."""
        while not stop.is_set():
            try:
                next_at = await self.send_due(stop)
            except StoreUnreachable:
                log.error("the store does not answer; posts go on when it does")
                next_at = None
            wait = _LONGEST_WAIT if next_at is None else min(_LONGEST_WAIT, next_at - self._clock.now())
            if wait > timedelta(0):
                await until_set((self._due, stop), wait.total_seconds())

    async def send_due(self, stop: asyncio.Event | None = None) -> datetime | None:
        """One pass: says what is due and may be said now; returns when the next pass is worth making."""
        self._due.clear()
        now = self._clock.now()
        async with self._store.begin() as session:
            stale = await posts.make_stale(session, self._office_id, now)
            for post_id in stale:
                log.warning("post %d came too late and was not sent", post_id)
            await self._recover(session, now)
            waiting, coming = await self._outlook(session, now)
        if not waiting:
            return min(coming, default=None)
        held_up = [free_at for name in waiting if (free_at := await self._send_by(name, stop)) is not None]
        async with self._store.read() as session:
            _, coming = await self._outlook(session, now)
        return min([*held_up, *coming], default=None)

    async def _outlook(self, session: Session, now: datetime) -> tuple[list[str], list[datetime]]:
        """The channels that have something to say now, and the moments ahead at which something falls due."""
        connected = [name for name, channel in self._channels.items() if channel.standing.connected]
        due_at = await posts.next_due_at(session, self._office_id, connected)
        lease = await posts.next_lease_at(session, self._office_id, list(self._channels))
        coming = [moment for moment in due_at.values() if moment > now]
        return [name for name, moment in due_at.items() if moment <= now], coming + ([lease] if lease else [])

    async def _send_by(self, name: str, stop: asyncio.Event | None) -> datetime | None:
        """Says what one channel has to say now; returns when it may go on where it has to pause."""
        channel, pacing = self._channels[name], self._pacing.get(name, Pacing())
        while channel.standing.connected and not (stop and stop.is_set()):
            now = self._clock.now()
            async with self._store.read() as session:
                waiting = await posts.due(session, self._office_id, name, now, most=1)
            if not waiting:
                return None
            free_at = await self._when_free(name, pacing, now)
            if free_at > now:
                return free_at
            await self._say(channel, pacing, waiting[0])
        return None

    async def _when_free(self, name: str, pacing: Pacing, now: datetime) -> datetime:
        """When the channel may say the next thing; after a start, counted from what the store knows was said."""
        if name not in self._free_at:
            async with self._store.read() as session:
                said = await posts.sent_since(session, name, now - timedelta(seconds=pacing.min_gap_seconds))
            self._free_at[name] = said[-1] + timedelta(seconds=pacing.min_gap_seconds) if said else now
        async with self._store.read() as session:
            minute = await posts.sent_since(session, name, now - timedelta(minutes=1))
        most = min(pacing.channel_per_minute, self._channels[name].traits.per_minute or pacing.channel_per_minute)
        if len(minute) >= most:
            return max(self._free_at[name], minute[-most] + timedelta(minutes=1))
        return self._free_at[name]

    async def _say(self, channel: Channel, pacing: Pacing, post: PostRow) -> None:
        now = self._clock.now()
        lease = timedelta(seconds=self._settings.outbox.lease_seconds)
        async with self._store.begin() as session:
            if not await self._place_known(session, post):
                again_at = now + timedelta(seconds=self._settings.outbox.retry_first_seconds)
                await posts.postpone(session, post.id, again_at, only_from="due", note="还没对上这个群，等渠道认出它")
                return
            free_at = await self._place_free_at(session, pacing, post, now)
            if free_at is not None:
                note = "本群一小时内说得够多了" if post.room_id is not None else "这一位一小时内收得够多了"
                await posts.postpone(session, post.id, free_at, only_from="due", note=note)
                return
            if await self._waits_for_others(session, post, now):
                return
            if not await posts.claim(session, post.id, now, lease):
                return
            # Behind the claim: what was reported before it is seen here, so that nobody is reminded who has reported.
            if self._gate is not None and not await self._gate.lets_out(session, post, now):
                return
            post = await posts.get(session, post.id)  # the gate may have taken somebody out of its words
            await self._absorb(session, channel, post, now)
            dispatch = await self._dispatch(session, post)
        await self._send(channel, pacing, post, dispatch)

    async def _place_known(self, session: Session, post: PostRow) -> bool:
        """Whether the channel has told which group goes by the room's name."""
        return post.room_id is None or bool((await rooms.get(session, post.room_id)).external_id)

    async def _place_free_at(self, session: Session, pacing: Pacing, post: PostRow, now: datetime) -> datetime | None:
        """When the room or the person has room for one more; None for now."""
        if post.room_id is None and post.manner == Manner.AT_ONCE:
            return None  # what somebody asked for, and who is unwell, is told at once
        most = pacing.room_per_hour if post.room_id is not None else pacing.person_per_hour
        since = now - timedelta(hours=1)
        hour = await posts.sent_since(session, post.channel, since, post.room_id, post.identity_id)
        return hour[-most] + timedelta(hours=1) if len(hour) >= most else None

    # --- several in one ------------------------------------------------------------------------------------------

    async def _waits_for_others(self, session: Session, post: PostRow, now: datetime) -> bool:
        """Lets a post wait where something else is to be said in the same place within minutes, so that it is one."""
        window = timedelta(minutes=self._settings.outbox.merge_minutes)
        if post.manner != Manner.TOGETHER or post.file_id is not None or not window:
            return False
        until = post.gathers_until or min(now + window, post.not_after)
        if now >= until:
            return False
        coming = [await posts.next_alike_at(session, post, now, until)]
        if (said_at := await posts.last_alike_at(session, post, now - window)) is not None:
            coming.append(said_at + window)
        if post.room_id is not None:
            due_at = await occasions.next_in_room_at(session, self._office_id, post.room_id, now, until)
            coming.append(due_at and max(due_at, now) + _AFTER_A_SCHEDULE)
        moments = [moment for moment in coming if moment is not None and now < moment <= until]
        if not moments:
            return False
        await posts.gather(session, post.id, min(moments), until, note="等几分钟，和别的一起说")
        return True

    async def _absorb(self, session: Session, channel: Channel, post: PostRow, now: datetime) -> None:
        """Has what else is due in the same place said within a claimed post, as far as one post can hold it."""
        if post.manner != Manner.TOGETHER or post.file_id is not None or not self._settings.outbox.merge_minutes:
            return
        texts, mentions, taken = [post.text], dict.fromkeys(post.mentions), []
        for other in await posts.alike(session, post, now):
            together = wording.together([*texts, other.text])
            everybody = mentions | dict.fromkeys(other.mentions)
            if channel.traits.max_bytes is not None and len(together.encode()) > channel.traits.max_bytes:
                break
            if len(everybody) > max(self._settings.manners.most_mentions, len(mentions)):
                break
            if not await self._still_wanted(session, other, now):
                continue
            kept = await posts.get(session, other.id)  # the gate may have taken somebody out of its words
            texts.append(kept.text)
            mentions |= dict.fromkeys(kept.mentions)
            taken.append(other.id)
        if taken:
            await posts.absorb(session, taken, post.id)

    async def _still_wanted(self, session: Session, other: PostRow, now: datetime) -> bool:
        """Claims what is to be said within another post, and asks the gate about it as about that one."""
        lease = timedelta(seconds=self._settings.outbox.lease_seconds)
        if not await posts.claim(session, other.id, now, lease):
            return False
        return self._gate is None or await self._gate.lets_out(session, other, now)

    async def _whole(self, session: Session, post: PostRow) -> Sequence[PostRow]:
        """A post and what is said within it; those first that mention somebody, since mentions stand in front."""
        whole = [post, *await posts.within(session, [post.id])]
        return sorted(whole, key=lambda part: (not part.mentions, part.id))

    async def _send(self, channel: Channel, pacing: Pacing, post: PostRow, dispatch: Dispatch) -> None:
        try:
            proof = await channel.send(dispatch)
        except ChannelUnavailable:
            await self._try_later(post)
            return
        except DeliveryDelayed as exc:
            async with self._store.begin() as session:
                again_at = self._clock.now() + timedelta(seconds=exc.seconds)
                await posts.postpone(session, post.id, again_at, only_from="claimed", note=str(exc)[:300])
            return
        except DeliveryRefused as exc:
            async with self._store.begin() as session:
                await posts.settle(session, post.id, "refused", note=str(exc)[:300])
                await self._posting.tell_unreached(session, post.person_id)
            log.error("post %d was refused by %s", post.id, post.channel)
            return
        except DeliveryUnknown:
            log.error("post %d may or may not have gone out; looking for its echo", post.id)
            return  # the claim stays: when its lease ends, `_recover` looks for the echo
        except Exception as exc:  # noqa: BLE001 - one bad post never stops the rest
            # A channel's bug leaves the claim standing, so that nothing is said twice because of it.
            log.error("post %d: %s in channel %s", post.id, type(exc).__name__, post.channel)
            self._free_at[post.channel] = self._clock.now() + timedelta(
                seconds=self._settings.outbox.retry_first_seconds
            )
            return
        self._failures.pop(post.channel, None)
        now = self._clock.now()
        await self._mark(post, "sent", sent_at=now, proof=(proof or "")[:200], note="")
        gap = pacing.min_gap_seconds + self._chance.random() * pacing.jitter_seconds
        self._free_at[post.channel] = now + timedelta(seconds=gap)

    async def note_receipt(self, receipt: Receipt) -> bool:
        """What became of a post; see `Intake.note_receipt`. The same receipt again changes nothing."""
        async with self._store.begin() as session:
            known = await self._posting.note_receipt(session, receipt)
        self._due.set()
        return known

    async def _mark(self, post: PostRow, state: str, **values: Any) -> None:
        async with self._store.begin() as session:
            await posts.settle(session, post.id, state, **values)

    async def _try_later(self, post: PostRow) -> None:
        """It surely did not go out: due again, in its old place, and the whole channel waits, so that order stays."""
        failed = self._failures[post.channel] = self._failures.get(post.channel, 0) + 1
        limits = self._settings.outbox
        wait = min(limits.retry_first_seconds * 2 ** (failed - 1), limits.retry_most_seconds)
        self._free_at[post.channel] = self._clock.now() + timedelta(seconds=wait)
        async with self._store.begin() as session:
            await posts.postpone(session, post.id, post.not_before, only_from="claimed", note="渠道暂时连不上")

    async def _dispatch(self, session: Session, post: PostRow) -> Dispatch:
        whole = await self._whole(session, post)
        attachment, text = None, wording.together([part.text for part in whole])
        if post.file_id is not None:
            file = await files.get(session, post.file_id)
            if self._channels[post.channel].traits.files:
                attachment = Attachment(name=file.name, media_type=file.media_type, content=file.content)
            elif file.expires_at is not None:  # what members sent has no address: its name has to do
                text = wording.with_link(text, f"{self._settings.web.base_url}/files/{file.token}")
        return Dispatch(
            id=post.id,
            conversation=await self._conversation(session, post),
            text=text,
            mentions=await self._mentions(
                session, post.channel, [person for part in whole for person in part.mentions]
            ),
            attachment=attachment,
        )

    async def _conversation(self, session: Session, post: PostRow) -> Conversation:
        if post.room_id is not None:
            room = await rooms.get(session, post.room_id)
            return Conversation(external_id=room.external_id or "", name=room.name)
        identity = await identities.get(session, post.identity_id or 0)
        return Conversation(external_id=identity.external_id, private=True)

    async def _mentions(self, session: Session, channel: str, mentioned: Sequence[int]) -> tuple[Mention, ...]:
        called = await people.names(session, mentioned)
        traits = self._channels[channel].traits
        phones = await people.phones(session, mentioned) if traits.mentions_by_phone else {}
        found = []
        for person_id in dict.fromkeys(mentioned):
            accounts = await identities.of_person(session, person_id, traits.accounts_of or channel)
            name = accounts[0].name_seen if accounts else called.get(person_id, "")
            account = accounts[0].external_id if accounts else None
            found.append(Mention(name=name, external_id=account, phone=phones.get(person_id, "")))
        return tuple(found)

    async def _recover(self, session: Session, now: datetime) -> None:
        """Posts whose sender was killed, or cannot know: the echo is the proof; without it their policy decides."""
        for post in await posts.abandoned(session, self._office_id, list(self._channels), now):
            await self._settle_doubt(session, post, now)

    async def _settle_doubt(self, session: Session, post: PostRow, now: datetime) -> None:
        channel = self._channels[post.channel]
        identity = await identities.get(session, post.identity_id) if post.identity_id is not None else None
        echo = None
        if channel.traits.echoes and post.claimed_at is not None:
            peer = identity.id if identity else None
            text = wording.together([part.text for part in await self._whole(session, post)])
            echo = await messages.echo_of(
                session, self._office_id, post.channel, post.id, post.room_id, peer, text, post.claimed_at
            )
        if echo is not None:
            echo.post_id = post.id
            await posts.settle(
                session, post.id, "sent", lapsed_before=now, sent_at=echo.sent_at, proof=echo.external_id
            )
        elif channel.traits.sends_once or post.doubt == Doubt.REPEAT:
            await posts.postpone(
                session, post.id, post.not_before, only_from="claimed", lapsed_before=now, note="没有回执，再发一次"
            )
        else:
            await self._give_up(session, post, now)

    async def _give_up(self, session: Session, post: PostRow, now: datetime) -> None:
        held = post.doubt == Doubt.HOLD
        state = "held" if held else "unknown"
        if not await posts.settle(session, post.id, state, lapsed_before=now, note="可能已发出，也可能没有"):
            return
        log.error("post %d may have gone out; staff are asked", post.id)
        room = await rooms.get(session, post.room_id) if post.room_id is not None else None
        why = wording.whys([part.why for part in await self._whole(session, post)])
        told = await staff.of_affairs(
            session,
            self._settings,
            self._office_id,
            post.room_id,
            key=f"doubt/{post.id}",
            why="发送结果不明",
            text=wording.doubtful(post.id, why, room.name if room else "私聊", local(post.not_before), held=held),
            now=now,
        )
        await self.put(session, told)
