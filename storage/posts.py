"""What the bot says: rows under a unique key; claimed by a conditional update with a lease, sent, marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from storage import Session
from storage.tables import Post
from storage.writing import insert_new

OPEN = ("due", "claimed")
REACHED = ("sent", "delivered", "unknown", "claimed")
"""What has reached somebody, or may have."""


async def add(session: Session, **values: Any) -> int | None:
    """Makes a post due; None where its key stands already, so that it is said once."""
    return await insert_new(session, Post, state="due", **values)


async def get(session: Session, post_id: int) -> Post:
    """The post of that id."""
    return await session.get_one(Post, post_id)


async def by_key(session: Session, office_id: int, key: str) -> Post | None:
    """The office's post under that key."""
    return await session.scalar(select(Post).where(Post.office_id == office_id, Post.key == key))


async def by_keys(session: Session, office_id: int, keys: Collection[str]) -> Mapping[str, Post]:
    """The office's posts under those keys, by key."""
    found = await session.scalars(select(Post).where(Post.office_id == office_id, Post.key.in_(keys)))
    return {post.key: post for post in found}


async def said_in_room(session: Session, room_id: int, since: datetime, until: datetime, most: int) -> Sequence[Post]:
    """What went out into a room between two instants, the newest first."""
    query = select(Post).where(Post.room_id == room_id, Post.sent_at >= since, Post.sent_at <= until)
    return (await session.scalars(query.order_by(Post.sent_at.desc()).limit(most))).all()


async def make_stale(session: Session, office_id: int, now: datetime) -> Sequence[int]:
    """Marks what is due too late as `stale`; returns the ids."""
    done = await session.execute(
        update(Post)
        .where(Post.office_id == office_id, Post.state == "due", Post.not_after < now)
        .values(state="stale", note="过了时限，没有发出")
        .returning(Post.id)
    )
    return [post_id for (post_id,) in done]


async def due(session: Session, office_id: int, channel: str, now: datetime, most: int) -> Sequence[Post]:
    """What a channel is to say now, in the order in which it fell due."""
    query = (
        select(Post)
        .where(Post.office_id == office_id, Post.channel == channel, Post.state == "due", Post.not_before <= now)
        .order_by(Post.not_before, Post.id)
        .limit(most)
    )
    return (await session.scalars(query)).all()


async def claim(session: Session, post_id: int, now: datetime, lease: timedelta) -> bool:
    """Takes a due post for sending; False where another process was faster."""
    done = await session.execute(
        update(Post)
        .where(Post.id == post_id, Post.state == "due")
        .values(state="claimed", claimed_at=now, lease_until=now + lease, attempts=Post.attempts + 1)
        .returning(Post.id)
    )
    return done.scalar_one_or_none() is not None


async def abandoned(session: Session, office_id: int, channels: Collection[str], now: datetime) -> Sequence[Post]:
    """Claimed posts whose sender has not marked them within its lease: it was killed, or cannot know.

    Locked against other processes until the commit: one at a time recovers a post.
    """
    query = select(Post).where(
        Post.office_id == office_id, Post.channel.in_(channels), Post.state == "claimed", Post.lease_until < now
    )
    locked = query.order_by(Post.id).with_for_update(skip_locked=True, key_share=True)
    return (await session.scalars(locked)).all()


async def settle(
    session: Session,
    post_id: int,
    state: str,
    *,
    only_from: str = "claimed",
    lapsed_before: datetime | None = None,
    **values: Any,
) -> bool:
    """Moves a post on from a state; False where it is no longer in that state.

    Args:
        lapsed_before: only where its lease ran out before then; another process may have claimed it anew.
    """
    done = await session.execute(
        update(Post).where(*_still(post_id, only_from, lapsed_before)).values(state=state, **values).returning(Post.id)
    )
    settled = done.scalar_one_or_none() is not None
    if settled and values.get("sent_at") is not None:
        await session.execute(update(Post).where(Post.merged_into == post_id).values(sent_at=values["sent_at"]))
    return settled


async def postpone(
    session: Session,
    post_id: int,
    until: datetime,
    *,
    only_from: str,
    lapsed_before: datetime | None = None,
    note: str = "",
) -> None:
    """Lets a post be tried again later; `lapsed_before` as for `settle`. What was said within it is due by itself."""
    done = await session.execute(
        update(Post)
        .where(*_still(post_id, only_from, lapsed_before))
        .values(state="due", not_before=until, lease_until=None, note=note)
        .returning(Post.id)
    )
    if done.scalar_one_or_none() is not None:
        await session.execute(
            update(Post).where(Post.merged_into == post_id).values(state="due", merged_into=None, note=note)
        )


# --- said in one post ------------------------------------------------------------------------------------------------


def _place(post: Post) -> ColumnElement[bool]:
    return Post.room_id == post.room_id if post.room_id is not None else Post.identity_id == post.identity_id


def _alike(post: Post) -> list[ColumnElement[bool]]:
    """What may be said within a post: due, to the same place, of the same manner and doubt, without a file."""
    return [
        Post.office_id == post.office_id,
        Post.channel == post.channel,
        Post.state == "due",
        Post.manner == post.manner,
        Post.doubt == post.doubt,
        Post.file_id.is_(None),
        Post.id != post.id,
        _place(post),
    ]


async def alike(session: Session, post: Post, now: datetime) -> Sequence[Post]:
    """What may go out within a post now, in order; locked against other processes until the commit."""
    query = select(Post).where(*_alike(post), Post.not_before <= now, Post.not_after >= now).order_by(Post.id)
    return (await session.scalars(query.with_for_update(skip_locked=True, key_share=True))).all()


async def next_alike_at(session: Session, post: Post, after: datetime, until: datetime) -> datetime | None:
    """When the next one falls due that may go out within a post; None where none does until then."""
    query = select(func.min(Post.not_before)).where(
        *_alike(post), Post.not_before > after, Post.not_before <= until, Post.not_after >= after
    )
    return await session.scalar(query)


async def last_alike_at(session: Session, post: Post, since: datetime) -> datetime | None:
    """When something of the same manner last went out to the same place; None where nothing has since then."""
    query = select(func.max(Post.sent_at)).where(
        _place(post), Post.channel == post.channel, Post.manner == post.manner, Post.sent_at > since
    )
    return await session.scalar(query)


async def gather(session: Session, post_id: int, next_look_at: datetime, until: datetime, note: str) -> None:
    """Lets a due post wait for others: it is looked at again then, and waits no longer than until that instant."""
    await session.execute(
        update(Post)
        .where(Post.id == post_id, Post.state == "due")
        .values(not_before=next_look_at, gathers_until=until, note=note)
    )


async def let_lapse(session: Session, post_id: int, now: datetime) -> None:
    """Has a post that is on its way not tried again, should it not have gone out."""
    await session.execute(
        update(Post).where(Post.id == post_id, Post.state.in_(("claimed", "merged"))).values(not_after=now)
    )


async def absorb(session: Session, post_ids: Collection[int], into: int) -> None:
    """Has claimed posts said within another one: they share its fate from now on."""
    await session.execute(
        update(Post).where(Post.id.in_(post_ids), Post.state == "claimed").values(state="merged", merged_into=into)
    )


async def within(session: Session, post_ids: Collection[int]) -> Sequence[Post]:
    """What is said within these posts, in order."""
    return (await session.scalars(select(Post).where(Post.merged_into.in_(post_ids)).order_by(Post.id))).all()


def _still(post_id: int, state: str, lapsed_before: datetime | None) -> list[ColumnElement[bool]]:
    lapsed = [] if lapsed_before is None else [Post.lease_until < lapsed_before]
    return [Post.id == post_id, Post.state == state, *lapsed]


async def rewrite(session: Session, post_id: int, text: str, mentions: Sequence[int]) -> None:
    """Changes what a post says just before it is said: the row keeps what went out."""
    await session.execute(update(Post).where(Post.id == post_id).values(text=text, mentions=list(mentions)))


async def sent_since(
    session: Session, channel: str, since: datetime, room_id: int | None = None, identity_id: int | None = None
) -> Sequence[datetime]:
    """When posts went out by a channel (into a room, to an account) since an instant, oldest first."""
    query = select(Post.sent_at).where(Post.channel == channel, Post.sent_at >= since, Post.merged_into.is_(None))
    if room_id is not None:
        query = query.where(Post.room_id == room_id)
    if identity_id is not None:
        query = query.where(Post.identity_id == identity_id)
    return [sent_at for sent_at in await session.scalars(query.order_by(Post.sent_at)) if sent_at is not None]


async def last_sent(session: Session, office_id: int, channel: str) -> datetime | None:
    """When something last went out by a channel."""
    query = select(Post.sent_at).where(Post.channel == channel, Post.sent_at.is_not(None), Post.office_id == office_id)
    return await session.scalar(query.order_by(Post.sent_at.desc()).limit(1))


async def next_due_at(session: Session, office_id: int, channels: Collection[str]) -> Mapping[str, datetime]:
    """When the next post of each channel falls due; channels for which none waits are missing."""
    query = (
        select(Post.channel, func.min(Post.not_before).label("first"))
        .where(Post.office_id == office_id, Post.channel.in_(channels), Post.state == "due")
        .group_by(Post.channel)
    )
    return {row.channel: row.first for row in await session.execute(query)}


async def next_lease_at(session: Session, office_id: int, channels: Collection[str]) -> datetime | None:
    """When the next lease runs out; None where nothing is claimed."""
    query = select(func.min(Post.lease_until)).where(
        Post.office_id == office_id, Post.channel.in_(channels), Post.state == "claimed"
    )
    return await session.scalar(query)


async def in_states(
    session: Session, office_id: int, states: Collection[str], since: datetime | None = None, most: int = 50
) -> Sequence[Post]:
    """Posts in these states, the newest first."""
    query = select(Post).where(Post.office_id == office_id, Post.state.in_(states))
    if since is not None:
        query = query.where(Post.made_at >= since)
    return (await session.scalars(query.order_by(Post.id.desc()).limit(most))).all()


async def receipted(
    session: Session, office_id: int, channel: str, post_id: int | None, proof: str, since: datetime
) -> Post | None:
    """The post that a channel's receipt is about: by its id, else by the proof that the channel gave."""
    query = select(Post).where(Post.office_id == office_id, Post.channel == channel)
    if post_id is not None:
        return await session.scalar(query.where(Post.id == post_id, Post.made_at >= since))
    if not proof:
        return None
    return await session.scalar(
        query.where(Post.sent_at >= since, Post.proof == proof).order_by(Post.id.desc()).limit(1)
    )


async def note_fate(session: Session, post_id: int, state: str, note: str) -> bool:
    """Notes that a post arrived or did not, whatever was thought of it before; False where that was known."""
    settled = {
        "delivered": ("sent", "claimed", "unknown", "held", "refused"),
        "refused": ("sent", "claimed", "unknown"),
    }
    done = await session.execute(
        update(Post)
        .where(Post.id == post_id, Post.state.in_(settled[state]))
        .values(state=state, note=note, lease_until=None, sent_at=func.coalesce(Post.sent_at, Post.claimed_at))
        .returning(Post.id)
    )
    return done.scalar_one_or_none() is not None


async def find(session: Session, office_id: int, post_id: int) -> Post | None:
    """The office's post of that id."""
    return await session.scalar(select(Post).where(Post.office_id == office_id, Post.id == post_id))


async def revive(
    session: Session, post_id: int, now: datetime, not_after: datetime, note: str = "由工作人员重发"
) -> None:
    """Makes a post due anew: a person decided so, or it surely was not said. The key stays: it is still one post."""
    await session.execute(
        update(Post)
        .where(Post.id == post_id, Post.state.not_in((*OPEN, "sent", "delivered")))
        .values(state="due", not_before=now, not_after=not_after, lease_until=None, claimed_at=None, note=note)
    )
