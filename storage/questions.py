"""States of health that are open (存疑): asked back, or for staff to settle; moved on by conditional updates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from storage import Session
from storage.tables import Post, Question
from storage.writing import insert_new

WAITING, ASKED, TO_STAFF, SETTLED = "waiting", "asked", "to_staff", "settled"

OPEN = Question.state != SETTLED


async def add(session: Session, **values: Any) -> int | None:
    """Makes a question; None where one stands under its reason already."""
    return await insert_new(session, Question, **values)


async def get(session: Session, question_id: int) -> Question:
    """The question of that id."""
    return await session.get_one(Question, question_id)


async def by_reason(session: Session, office_id: int, reason: str) -> Question:
    """The question that stands under a reason."""
    query = select(Question).where(Question.office_id == office_id, Question.reason == reason)
    return (await session.scalars(query)).one()


async def move(session: Session, question: Question, **values: Any) -> bool:
    """Moves a question on, and brings it up to date; False where another process was faster."""
    done = await session.execute(
        update(Question)
        .where(Question.id == question.id, Question.state == question.state, Question.due_at == question.due_at)
        .values(**values)
        .returning(Question.id)
        .execution_options(synchronize_session=False)
    )
    if done.scalar_one_or_none() is None:
        return False
    await session.refresh(question)
    return True


async def due(session: Session, office_id: int, now: datetime, most: int) -> Sequence[Question]:
    """What somebody has to look at now, in order."""
    query = select(Question).where(Question.office_id == office_id, OPEN, Question.due_at <= now)
    return (await session.scalars(query.order_by(Question.due_at, Question.id).limit(most))).all()


async def next_due_at(session: Session, office_id: int) -> datetime | None:
    """When somebody has to look at one next; None where none is open."""
    query = select(Question.due_at).where(Question.office_id == office_id, OPEN).order_by(Question.due_at).limit(1)
    return await session.scalar(query)


async def unsent(session: Session, office_id: int, now: datetime) -> Sequence[tuple[Question, Post]]:
    """What was asked and surely did not get there, with the post."""
    query = (
        select(Question, Post)
        .join(Post, (Post.office_id == Question.office_id) & (Post.key == Question.post_key))
        .where(Question.office_id == office_id, OPEN, Question.due_at > now, Question.state == ASKED)
        .where(Post.state.in_(("refused", "stale", "held", "dropped")))
    )
    return [(question, post) for question, post in await session.execute(query)]


async def open_ones(session: Session, office_id: int, since: datetime | None = None) -> Sequence[Question]:
    """All that is open, and what was settled since an instant, oldest first."""
    wanted = OPEN if since is None else or_(OPEN, Question.settled_at >= since)
    query = select(Question).where(Question.office_id == office_id, wanted)
    return (await session.scalars(query.order_by(Question.made_at, Question.id))).all()


async def put_to(session: Session, office_id: int, person_id: int, since: datetime) -> Sequence[Question]:
    """What somebody was asked, or is to be, since an instant."""
    query = select(Question).where(
        Question.office_id == office_id, Question.asked_id == person_id, Question.made_at >= since
    )
    return (await session.scalars(query)).all()


async def answered_by(
    session: Session, office_id: int, person_id: int, message_id: int, since: datetime
) -> tuple[Question, Post] | None:
    """The question that somebody answers with a private message, and how it was put; None where nothing was asked.

    That is the newest open one made since an instant, or the one which that message answered when it was read before.
    """
    query = (
        select(Question, Post)
        .join(Post, (Post.office_id == Question.office_id) & (Post.key == Question.post_key))
        .where(Question.office_id == office_id, Question.asked_id == person_id, Question.made_at >= since)
        .where(Question.asked_at.is_not(None), or_(OPEN, Question.answer_id == message_id))
        .order_by((Question.answer_id == message_id).is_(True).desc(), Question.made_at.desc(), Question.id.desc())
        .limit(1)
    )
    found = (await session.execute(query)).one_or_none()
    return None if found is None else (found[0], found[1])
