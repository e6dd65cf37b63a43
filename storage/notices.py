"""Notices (通知): whom each is for, by which way it goes, who has seen it. Moved on by conditional updates.

The ledger of who has seen a notice is what `Acknowledgement` rows say, the earliest of each person; it is the same in
whichever order they came in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, exists, func, insert, or_, select, update

from storage import Session
from storage.posts import REACHED
from storage.tables import Acknowledgement, Addressee, File, Identity, Message, Notice, Person, Post
from storage.writing import insert_new, rows_of

NOTICE, CORRECTION, WITHDRAWAL = "notice", "correction", "withdrawal"
DRAFT, SENDING, SENT, CORRECTED, WITHDRAWN, DROPPED = "draft", "sending", "sent", "corrected", "withdrawn", "dropped"
BY_ROOM, BY_PERSON, BY_NOTHING = "room", "private", "none"

_OUT = (SENDING, SENT)
_ENDED = "通知已更正或撤回"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person of a notice's ledger; `seen` is their first acknowledgement, None while there is none."""

    person_id: int
    name: str
    unit: str
    way: str
    room_id: int | None
    posted: bool
    seen: Acknowledgement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A notice that somebody may mean: in which rooms it was said, and when they were told, each way; None: never."""

    notice: Notice
    way: str
    rooms: Mapping[int, datetime]
    alone_at: datetime | None


# --- drafts and their way --------------------------------------------------------------------------------------------


async def add(session: Session, office_id: int, **values: Any) -> Notice:
    """Makes a notice under the office's next number; of two made at once each gets one of its own."""
    while True:
        last = await session.scalar(select(func.max(Notice.number)).where(Notice.office_id == office_id))
        made = await insert_new(session, Notice, office_id=office_id, number=(last or 0) + 1, step=0, **values)
        if made is not None:
            return await session.get_one(Notice, made)


async def get(session: Session, notice_id: int) -> Notice:
    """The notice of that id."""
    return await session.get_one(Notice, notice_id)


async def numbered(session: Session, office_id: int, number: int) -> Notice | None:
    """The office's notice of that number."""
    return await session.scalar(select(Notice).where(Notice.office_id == office_id, Notice.number == number))


async def in_states(session: Session, office_id: int, states: Collection[str], most: int = 30) -> Sequence[Notice]:
    """The office's notices in these states, the newest first."""
    query = select(Notice).where(Notice.office_id == office_id, Notice.state.in_(states))
    return (await session.scalars(query.order_by(Notice.number.desc()).limit(most))).all()


async def open_ones(session: Session, office_id: int, since: datetime) -> Sequence[Notice]:
    """Notices that want to be acknowledged and whose deadline is not before an instant, the newest first."""
    query = select(Notice).where(
        Notice.office_id == office_id, Notice.state.in_(_OUT), Notice.wants_ack, Notice.deadline_at >= since
    )
    return (await session.scalars(query.order_by(Notice.number.desc()))).all()


async def move(session: Session, notice: Notice, *, only_from: Collection[str], **values: Any) -> bool:
    """Moves a notice on from one of these states at its step, and brings it up to date; False where it moved before."""
    done = await session.execute(
        update(Notice)
        .where(Notice.id == notice.id, Notice.state.in_(only_from), Notice.step == notice.step)
        .values(**values)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    if done.scalar_one_or_none() is None:
        return False
    await session.refresh(notice)
    return True


async def lock(session: Session, notice: Notice) -> Notice:
    """Lets one process at a time work on a notice, until its commit; brings it up to date."""
    query = select(Notice).where(Notice.id == notice.id).with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def due(session: Session, office_id: int, now: datetime) -> Notice | None:
    """The notice that has waited longest to be looked at; locked against other processes until the commit."""
    query = select(Notice).where(Notice.office_id == office_id, Notice.due_at <= now)
    locked = query.order_by(Notice.due_at, Notice.id).limit(1).with_for_update(skip_locked=True, key_share=True)
    return await session.scalar(locked)


async def next_due_at(session: Session, office_id: int) -> datetime | None:
    """When a notice has to be looked at next; None where none has to."""
    query = select(func.min(Notice.due_at)).where(Notice.office_id == office_id, Notice.due_at.is_not(None))
    return await session.scalar(query)


async def of_staff_files(
    session: Session, lane: tuple[int | None, int | None], name: str, since: datetime
) -> File | None:
    """The file of that name that was last handed in in a room, or in the private talk with an account."""
    room_id, identity_id = lane
    here = Message.room_id == room_id if room_id is not None else Message.peer_id == identity_id
    query = (
        select(File)
        .join(Message, Message.file_id == File.id)
        .where(here, Message.from_self.is_(False), Message.sent_at >= since, File.name == name)
    )
    return await session.scalar(query.order_by(Message.id.desc()).limit(1))


# --- whom it is for --------------------------------------------------------------------------------------------------


async def address(session: Session, notice: Notice, people: Sequence[Mapping[str, Any]]) -> None:
    """Writes down whom a notice is for; each has `person_id`, `unit`, `way`, `room_id`, `follows`."""
    rows = [{**person, "notice_id": notice.id, "office_id": notice.office_id, "posted": False} for person in people]
    if rows:
        await session.execute(insert(Addressee), rows)


async def rooms_to_post(session: Session, notice_id: int) -> Sequence[tuple[int, bool]]:
    """(room, whether the notice before was said there) of the rooms in which it is still to be said."""
    query = (
        select(Addressee.room_id, func.max(cast(Addressee.follows, Integer)))
        .where(Addressee.notice_id == notice_id, Addressee.way == BY_ROOM, Addressee.posted.is_(False))
        .group_by(Addressee.room_id)
        .order_by(Addressee.room_id)
    )
    return [(room_id, bool(follows)) for room_id, follows in await session.execute(query) if room_id is not None]


async def people_to_tell(session: Session, notice_id: int, most: int) -> Sequence[Addressee]:
    """Those who are still to be told alone, in order."""
    query = select(Addressee).where(
        Addressee.notice_id == notice_id, Addressee.way == BY_PERSON, Addressee.posted.is_(False)
    )
    return (await session.scalars(query.order_by(Addressee.person_id).limit(most))).all()


async def note_posted_in(session: Session, notice_id: int, room_ids: Collection[int]) -> None:
    """Notes that a notice is in the outbox for the people of these rooms."""
    await session.execute(
        update(Addressee)
        .where(Addressee.notice_id == notice_id, Addressee.way == BY_ROOM, Addressee.room_id.in_(room_ids))
        .values(posted=True)
    )


async def counts_by_way(session: Session, notice_id: int) -> Mapping[str, int]:
    """How many people a notice goes to by each way."""
    query = select(Addressee.way, func.count()).where(Addressee.notice_id == notice_id).group_by(Addressee.way)
    return dict((await session.execute(query)).all())


async def reached(session: Session, notice_id: int) -> Sequence[tuple[Addressee, bool]]:
    """Whom a notice is for, and whether it reached them, or may have: what may be in somebody's hands is."""
    out = or_(Post.state.in_(REACHED), and_(Post.state == "held", Post.claimed_at.is_not(None)))
    said = exists().where(
        Post.notice_id == notice_id,
        Post.key.startswith("notice/"),
        out,
        or_(
            and_(Addressee.way == BY_ROOM, Post.room_id == Addressee.room_id),
            and_(Addressee.way == BY_PERSON, Post.person_id == Addressee.person_id),
        ),
    )
    query = select(Addressee, said).where(Addressee.notice_id == notice_id).order_by(Addressee.person_id)
    return [(addressee, bool(there)) for addressee, there in await session.execute(query)]


async def stop_posts(session: Session, notice_id: int, now: datetime) -> int:
    """Lets nothing of a notice go out any more; returns how many posts that stops. What is on its way is not one."""
    mine = update(Post).where(Post.notice_id == notice_id)
    dropped = await session.execute(mine.where(Post.state == "due").values(state="dropped", note=_ENDED))
    # What is claimed may come back as due, where the channel could not take it: then it is too late.
    await session.execute(mine.where(Post.state == "claimed").values(not_after=now))
    return rows_of(dropped)


async def drop_doubtful(session: Session, notice_id: int) -> None:
    """What may have gone out, or was refused, is not said again by hand."""
    doubtful = ("held", "unknown", "refused", "stale")
    kept = update(Post).where(Post.notice_id == notice_id, Post.state.in_(doubtful))
    await session.execute(kept.values(state="dropped", note=_ENDED))


# --- who has seen it -------------------------------------------------------------------------------------------------


async def acknowledge(session: Session, **values: Any) -> bool:
    """Notes that somebody has seen a notice; False where the same message had said so."""
    if await insert_new(session, Acknowledgement, **values) is not None:
        return True
    again = await session.execute(
        update(Acknowledgement)
        .where(
            Acknowledgement.notice_id == values["notice_id"],
            Acknowledgement.person_id == values["person_id"],
            Acknowledgement.message_id == values["message_id"],
            Acknowledgement.withdrawn_at.is_not(None),
        )
        .values(withdrawn_at=None)
    )
    return rows_of(again) > 0


async def take_back(session: Session, message_id: int, now: datetime, *, all_but: Collection[int] = ()) -> None:
    """What a message acknowledged counts no more, but for some people."""
    query = update(Acknowledgement).where(
        Acknowledgement.message_id == message_id, Acknowledgement.withdrawn_at.is_(None)
    )
    await session.execute(query.where(Acknowledgement.person_id.not_in(all_but)).values(withdrawn_at=now))


async def untick(session: Session, notice_id: int, person_id: int, now: datetime) -> None:
    """What staff noted for somebody counts no more; what they said themselves stays."""
    await session.execute(
        update(Acknowledgement)
        .where(
            Acknowledgement.notice_id == notice_id,
            Acknowledgement.person_id == person_id,
            Acknowledgement.route == "staff",
        )
        .values(withdrawn_at=now)
    )


async def ledger(session: Session, notice_id: int) -> Sequence[Entry]:
    """Everybody whom a notice is for, once, by unit and name, with the first acknowledgement of each."""
    said = select(Acknowledgement).where(Acknowledgement.notice_id == notice_id, Acknowledgement.withdrawn_at.is_(None))
    seen: dict[int, Acknowledgement] = {}
    for row in await session.scalars(said.order_by(Acknowledgement.said_at, Acknowledgement.message_id)):
        seen.setdefault(row.person_id, row)
    query = (
        select(Addressee, Person.name)
        .join(Person, Person.id == Addressee.person_id)
        .where(Addressee.notice_id == notice_id)
        .order_by(Addressee.unit, Person.name, Person.id)
    )
    return [
        Entry(
            person_id=addressee.person_id,
            name=name,
            unit=addressee.unit,
            way=addressee.way,
            room_id=addressee.room_id,
            posted=addressee.posted,
            seen=seen.get(addressee.person_id),
        )
        for addressee, name in await session.execute(query)
    ]


async def addressed(session: Session, notice_id: int, person_id: int) -> bool:
    """Whether a notice is for somebody."""
    return await session.get(Addressee, (notice_id, person_id)) is not None


async def standing_for(
    session: Session, office_id: int, person_id: int, said_at: datetime, since: datetime, slack: timedelta
) -> Sequence[Standing]:
    """The notices that somebody may have meant at an instant, the newest first, and how they had been told of them.

    Args:
        since: notices whose deadline was before then are forgotten.
        slack: by how much a platform's clock may differ from ours.
    """
    query = (
        select(Notice, Addressee)
        .join(Addressee, Addressee.notice_id == Notice.id)
        .where(Addressee.person_id == person_id, Notice.office_id == office_id, *_stood(said_at, since, slack))
        .order_by(Notice.number.desc())
    )
    found = (await session.execute(query)).all()
    if not found:
        return ()
    told: dict[int, list[Post]] = {}
    rows = select(Post).where(
        Post.notice_id.in_([notice.id for notice, _ in found]),
        Post.claimed_at.is_not(None),
        Post.claimed_at <= said_at + slack,
        Post.state.in_((*REACHED, "held")),
        or_(Post.person_id == person_id, Post.room_id.is_not(None)),
    )
    for post in await session.scalars(rows):
        told.setdefault(post.notice_id or 0, []).append(post)
    return [_standing(notice, addressee, told.get(notice.id, [])) for notice, addressee in found]


def _stood(said_at: datetime, since: datetime, slack: timedelta) -> Sequence[ColumnElement[bool]]:
    return (
        Notice.wants_ack.is_(True),
        Notice.approved_at <= said_at + slack,
        Notice.deadline_at >= since,
        or_(Notice.closed_at.is_(None), Notice.closed_at > said_at),
    )


def _standing(notice: Notice, addressee: Addressee, told: Sequence[Post]) -> Standing:
    rooms: dict[int, datetime] = {}
    alone_at = None
    for post in told:
        if post.claimed_at is None:
            continue
        if post.room_id is not None:
            rooms[post.room_id] = max(rooms.get(post.room_id, post.claimed_at), post.claimed_at)
        else:
            alone_at = max(alone_at or post.claimed_at, post.claimed_at)
    return Standing(notice=notice, way=addressee.way, rooms=rooms, alone_at=alone_at)


async def of_post(session: Session, office_id: int, channel: str, post_id: int, identity_id: int | None) -> int | None:
    """The notice that a post is about, where it went to that account by that channel."""
    query = select(Post.notice_id).where(
        Post.office_id == office_id, Post.id == post_id, Post.channel == channel, Post.notice_id.is_not(None)
    )
    mine = or_(Post.room_id.is_not(None), Post.identity_id == identity_id)
    return await session.scalar(query.where(mine))


async def accounts_by_channel(session: Session, identity_ids: Collection[int]) -> Mapping[int, str]:
    """The channel of each account."""
    rows = await session.execute(select(Identity.id, Identity.channel).where(Identity.id.in_(identity_ids)))
    return dict(rows.all())
