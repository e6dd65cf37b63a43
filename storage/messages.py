"""What was heard: kept once, handled once, read again where staff settle who spoke."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update

from storage import Session
from storage.tables import Identity, Message, Room
from storage.writing import insert_new, rows_of

_LATEST = 200_000
"""So many messages back is looked for what was last heard in a channel: days of a province."""


async def keep(session: Session, **values: Any) -> int | None:
    """Keeps a message; None where (channel, external id) was known already."""
    return await insert_new(session, Message, **values)


async def refill(
    session: Session, office_id: int, channel: str, external_id: str, values: Mapping[str, Any]
) -> int | None:
    """Fills what was kept without its content, now that it came after all; None where there is no such message."""
    done = await session.execute(
        update(Message)
        .where(
            Message.office_id == office_id,
            Message.channel == channel,
            Message.external_id == external_id,
            Message.outcome == "no_content",
        )
        .values(handled_at=None, read_at=None, outcome="", error="", attempts=0, **values)
        .returning(Message.id)
    )
    return done.scalar_one_or_none()


async def get(session: Session, message_id: int) -> Message:
    """The message of that id."""
    return await session.get_one(Message, message_id)


async def by_external_id(session: Session, office_id: int, channel: str, external_id: str) -> Message | None:
    """The message that a channel knows under that id."""
    query = select(Message).where(
        Message.office_id == office_id, Message.channel == channel, Message.external_id == external_id
    )
    return (await session.scalars(query)).one_or_none()


async def claim_lane(session: Session, office_id: int, now: datetime, most: int) -> Sequence[Message]:
    """The oldest waiting messages of one conversation, locked against other processes until the commit.

    A lane is a room, or the private talk with one account: within it messages are handled in order.
    """
    due = (
        Message.office_id == office_id,
        Message.handled_at.is_(None),
        or_(Message.retry_at.is_(None), Message.retry_at <= now),
    )
    lanes = await session.execute(
        select(Message.room_id, Message.peer_id, func.min(Message.id))
        .where(*due)
        .group_by(Message.room_id, Message.peer_id)
        .order_by(func.min(Message.id))
        .limit(32)
    )
    for room_id, peer_id, _ in lanes.all():
        if not await _lock(session, room_id, peer_id):
            continue
        same = Message.room_id == room_id if room_id is not None else Message.room_id.is_(None)
        peer = Message.peer_id == peer_id if peer_id is not None else Message.peer_id.is_(None)
        found = (await session.scalars(select(Message).where(*due, same, peer).order_by(Message.id).limit(most))).all()
        if found:
            return found
    return ()


async def _lock(session: Session, room_id: int | None, peer_id: int | None) -> bool:
    """Whether the lane is ours. SQLite has one writer, so that it always is; it ignores FOR UPDATE.

    Messages that point to it may still be kept while it is locked.
    """
    if room_id is not None:
        lock = select(Room.id).where(Room.id == room_id)
    elif peer_id is not None:
        lock = select(Identity.id).where(Identity.id == peer_id)
    else:
        return True
    ours = await session.execute(lock.with_for_update(skip_locked=True, key_share=True))
    return ours.scalar_one_or_none() is not None


async def waiting(session: Session, office_id: int) -> int:
    """How many messages are kept and not handled yet."""
    query = select(func.count()).where(Message.office_id == office_id, Message.handled_at.is_(None))
    return (await session.execute(query)).scalar_one()


async def failed(session: Session, office_id: int, most: int = 50) -> Sequence[Message]:
    """Messages whose handling failed, oldest first."""
    query = select(Message).where(Message.office_id == office_id, Message.error != "").order_by(Message.id).limit(most)
    return (await session.scalars(query)).all()


async def twins(session: Session, message: Message, window: timedelta) -> Sequence[Message]:
    """The same words of the same sender in the same room, heard through another channel at about that time."""
    if message.room_id is None:
        return ()
    query = (
        select(Message)
        .where(
            Message.room_id == message.room_id,
            Message.text_hash == message.text_hash,
            Message.channel != message.channel,
            Message.id != message.id,
            Message.outcome == "read",
            Message.sent_at >= message.sent_at - window,
            Message.sent_at <= message.sent_at + window,
        )
        .order_by(Message.id)
    )
    return [
        other
        for other in (await session.scalars(query)).all()
        if other.sender_name == message.sender_name or await _same_person(session, other, message)
    ]


async def _same_person(session: Session, one: Message, other: Message) -> bool:
    if one.identity_id is None or other.identity_id is None:
        return False
    people = (
        await session.scalars(select(Identity.person_id).where(Identity.id.in_((one.identity_id, other.identity_id))))
    ).all()
    return len(people) == 2 and people[0] is not None and people[0] == people[1]


async def spoke_alone(session: Session, identity_id: int) -> bool:
    """Whether an account has ever talked to the bot in private."""
    query = select(Message.id).where(Message.peer_id == identity_id, Message.from_self.is_(False)).limit(1)
    return await session.scalar(query) is not None


async def recall_of(session: Session, message: Message) -> Message | None:
    """The recall that came for a message, perhaps before it."""
    query = select(Message).where(
        Message.office_id == message.office_id,
        Message.channel == message.channel,
        Message.recalls == message.external_id,
    )
    return (await session.scalars(query)).first()


async def read_again(session: Session, identity_id: int, since: datetime) -> int:
    """Lets what an account said since then be handled anew, now that it is known whose it is; returns how many."""
    done = await session.execute(
        update(Message)
        .where(
            Message.identity_id == identity_id,
            Message.sent_at >= since,
            Message.handled_at.is_not(None),
            Message.outcome.in_(("read", "unknown_speaker")),
        )
        .values(handled_at=None, retry_at=None)
    )
    return rows_of(done)


async def read_one_again(session: Session, message_id: int) -> None:
    """Lets a message be handled anew."""
    await session.execute(
        update(Message)
        .where(Message.id == message_id, Message.outcome == "read")
        .values(handled_at=None, retry_at=None)
    )


async def read_room_again(session: Session, room_id: int, since: datetime) -> int:
    """Lets what was said in a room before it was configured be handled; returns how many."""
    done = await session.execute(
        update(Message)
        .where(Message.room_id == room_id, Message.sent_at >= since, Message.outcome == "unknown_room")
        .values(handled_at=None, retry_at=None)
    )
    return rows_of(done)


async def find(session: Session, office_id: int, message_id: int) -> Message | None:
    """The office's message of that id."""
    return await session.scalar(select(Message).where(Message.office_id == office_id, Message.id == message_id))


async def lately_said(session: Session, room_ids: Collection[int], since: datetime, most: int) -> Sequence[Message]:
    """What people said in some rooms since an instant and did not take back, the newest first."""
    query = select(Message).where(
        Message.room_id.in_(room_ids),
        Message.sent_at >= since,
        Message.from_self.is_(False),
        Message.recalled_at.is_(None),
        Message.kind.in_(("text", "file")),
    )
    return (await session.scalars(query.order_by(Message.sent_at.desc(), Message.id.desc()).limit(most))).all()


async def echo_of(
    session: Session,
    office_id: int,
    channel: str,
    post_id: int,
    room_id: int | None,
    peer_id: int | None,
    text: str,
    since: datetime,
) -> Message | None:
    """The echo of one of the bot's own posts: by its id where the channel tells it, else by place, words and time."""
    mine = (Message.office_id == office_id, Message.channel == channel, Message.from_self)
    by_id = await session.scalar(select(Message).where(*mine, Message.post_id == post_id))
    if by_id is not None:
        return by_id
    place = Message.room_id == room_id if room_id is not None else Message.peer_id == peer_id
    query = select(Message).where(*mine, place, Message.post_id.is_(None), Message.received_at >= since)
    for candidate in await session.scalars(query.order_by(Message.id)):
        if candidate.text.strip().endswith(text.strip()):  # a mention may stand before the words
            return candidate
    return None


async def last_heard(session: Session, office_id: int, channel: str) -> datetime | None:
    """When somebody last said something in a channel; None where nobody did among the latest messages of all.

    No further back, so that what it costs does not grow with what was ever said.
    """
    newest = (await session.execute(select(func.max(Message.id)))).scalar_one() or 0
    query = select(Message.received_at).where(
        Message.id > newest - _LATEST,
        Message.office_id == office_id,
        Message.channel == channel,
        Message.from_self.is_(False),
    )
    return await session.scalar(query.order_by(Message.id.desc()).limit(1))


async def count(session: Session, office_id: int, channel: str) -> int:
    """How many messages of others a channel has brought."""
    query = select(func.count()).where(
        Message.office_id == office_id, Message.channel == channel, Message.from_self.is_(False)
    )
    return (await session.execute(query)).scalar_one()
