"""Whom a step of the ladder (催报) reminded on a day, once each: the post that did it, or why there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from storage import Session
from storage.tables import Post, Reminder
from storage.writing import insert_new

CAP, WEEK, QUIET, ADDRESS, OFFICE = "cap", "week", "quiet", "address", "office"
"""Why nothing was made: often enough that day, or in seven days; quiet hours, no address, left to the office."""

_COUNTED = ("due", "claimed", "sent", "delivered", "unknown")
"""Posts that reminded somebody, may have, or still will."""
_carrier = aliased(Post)
_state = func.coalesce(_carrier.state, Post.state)
"""What became of a post: one that was merged shares the fate of the one within which it went out."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A reminder with what became of its post; `state` is empty where none was made."""

    reminder: Reminder
    state: str
    at: datetime | None


async def add(session: Session, **values: Any) -> bool:
    """Notes a person's step of a day; False where it is noted already, so that it is done once."""
    return await insert_new(session, Reminder, **values) is not None


async def noted(
    session: Session, office_id: int, step: str, on_day: date, person_ids: Collection[int]
) -> Collection[int]:
    """Those of these people whom the step has been through on that day."""
    if not person_ids:
        return ()
    query = select(Reminder.person_id).where(
        Reminder.office_id == office_id,
        Reminder.on_day == on_day,
        Reminder.step == step,
        Reminder.person_id.in_(person_ids),
    )
    return set((await session.scalars(query)).all())


async def counts(
    session: Session, office_id: int, on_day: date, person_ids: Collection[int]
) -> Mapping[int, Mapping[str, int]]:
    """How often each was reminded for a day, about whatever, by means: what went out, may have, or is due.

    What was said in one post reminded once.
    """
    if not person_ids:
        return {}
    query = (
        select(Reminder.person_id, Reminder.means, func.count(func.coalesce(Post.merged_into, Post.id).distinct()))
        .join(Post, (Post.office_id == Reminder.office_id) & (Post.key == Reminder.post_key))
        .outerjoin(_carrier, _carrier.id == Post.merged_into)
        .where(Reminder.office_id == office_id, Reminder.on_day == on_day, Reminder.person_id.in_(person_ids))
        .where(Reminder.post_key != "", _state.in_(_COUNTED))
        .group_by(Reminder.person_id, Reminder.means)
    )
    found: dict[int, dict[str, int]] = {}
    for person_id, means, number in await session.execute(query):
        found.setdefault(person_id, {})[means] = number
    return found


async def sent_by(
    session: Session, office_id: int, channels: Collection[str], person_ids: Collection[int], since: datetime
) -> Mapping[int, int]:
    """How many posts of these channels each person was sent since an instant, or is to be, for whatever reason."""
    if not person_ids or not channels:
        return {}
    query = (
        select(Post.person_id, func.count())
        .where(
            Post.office_id == office_id,
            Post.person_id.in_(person_ids),
            Post.made_at >= since,
            Post.channel.in_(channels),
            Post.state.in_(_COUNTED),
        )
        .group_by(Post.person_id)
    )
    return {person_id: number for person_id, number in await session.execute(query) if person_id is not None}


async def of_post(session: Session, office_id: int, post_key: str) -> Sequence[Reminder]:
    """Whom a post reminds; nobody where it is no reminder."""
    query = select(Reminder).where(
        Reminder.office_id == office_id, Reminder.post_key != "", Reminder.post_key == post_key
    )
    return (await session.scalars(query.order_by(Reminder.id))).all()


async def tried(
    session: Session, office_id: int, about: str, on_day: date, person_ids: Collection[int]
) -> Sequence[Tried]:
    """What was tried with these people for a day, in order, with what became of it."""
    if not person_ids:
        return ()
    query = (
        select(Reminder, _state, Post.sent_at)
        .outerjoin(
            Post,
            (Post.office_id == Reminder.office_id) & (Post.key == Reminder.post_key) & (Reminder.post_key != ""),
        )
        .outerjoin(_carrier, _carrier.id == Post.merged_into)
        .where(
            Reminder.office_id == office_id,
            Reminder.on_day == on_day,
            Reminder.about == about,
            Reminder.person_id.in_(person_ids),
        )
        .order_by(Reminder.due_at, Reminder.id)
    )
    return [Tried(reminder, state or "", at) for reminder, state, at in await session.execute(query)]


async def withheld(session: Session, office_id: int) -> Sequence[Reminder]:
    """All that was not said, in order."""
    query = select(Reminder).where(Reminder.office_id == office_id, Reminder.withheld != "")
    return (await session.scalars(query.order_by(Reminder.due_at, Reminder.id))).all()
