"""The ledger of deeds and gifts: numbers, the records they rest on, and what staff decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storage import Session
from storage.tables import Gift, GiftSource, GiftStep, Member, Person, Record, Standing
from storage.writing import insert_new


async def add(session: Session, record: Record, number: int, at: datetime) -> Gift:
    """Makes an entry of a record."""
    gift = Gift(office_id=record.office_id, number=number, on_day=record.on_day, made_at=at)
    session.add(gift)
    await session.flush()
    await rest_on(session, gift.id, record)
    return gift


async def rest_on(session: Session, gift_id: int, record: Record) -> None:
    """Has an entry rest on one more record."""
    session.add(GiftSource(record_id=record.id, gift_id=gift_id))
    await session.flush()


async def before(session: Session, record: Record) -> Sequence[Record]:
    """Records of entries whose place a new one may take, newest first: its message's own, and what that withdrew."""
    by = [f"{why}:{record.message_id}" for why in ("chain", "correct", "moved")]
    query = (
        select(Record)
        .join(GiftSource, GiftSource.record_id == Record.id)
        .where(
            Record.office_id == record.office_id,
            (Record.message_id == record.message_id) | Record.withdrawn_by.in_(by),
            Record.id != record.id,
        )
        .order_by(Record.id.desc())
    )
    return (await session.scalars(query)).all()


async def gift_of(session: Session, record_id: int) -> int | None:
    """The entry that rests on a record."""
    return await session.scalar(select(GiftSource.gift_id).where(GiftSource.record_id == record_id))


async def stands(session: Session, gift_id: int) -> bool:
    """Whether one of the records that an entry rests on was not taken back."""
    query = (
        select(Record.id)
        .join(GiftSource, GiftSource.record_id == Record.id)
        .where(GiftSource.gift_id == gift_id, Record.withdrawn_at.is_(None))
        .limit(1)
    )
    return await session.scalar(query) is not None


async def find(session: Session, office_id: int, number: int) -> Gift | None:
    """The entry of that number."""
    query = select(Gift).where(Gift.office_id == office_id, Gift.number == number)
    return (await session.scalars(query)).one_or_none()


async def told(session: Session, office_id: int) -> Sequence[tuple[int, Record]]:
    """(number, record) of all entries, withdrawn records too, in order."""
    query = (
        select(Gift.number, Record)
        .join(GiftSource, GiftSource.gift_id == Gift.id)
        .join(Record, Record.id == GiftSource.record_id)
        .where(Gift.office_id == office_id)
        .order_by(Gift.number, Record.said_at, Record.id)
    )
    return [(number, record) for number, record in await session.execute(query)]


async def note(
    session: Session,
    gift: Gift,
    verb: str,
    *,
    other: Gift | None,
    body: dict[str, Any],
    note: str,
    by_id: int | None,
    message_id: int,
    said_at: datetime,
) -> bool:
    """Keeps what staff decided about an entry; False where that message has done it already."""
    made = await insert_new(
        session,
        GiftStep,
        gift_id=gift.id,
        verb=verb,
        other_id=other.id if other else None,
        body=body,
        note=note,
        by_id=by_id,
        message_id=message_id,
        said_at=said_at,
    )
    return made is not None


async def steps(session: Session, office_id: int) -> Sequence[tuple[int, int | None, GiftStep]]:
    """(number, the other entry's number, step) of all that staff decided, in order."""
    mine = await session.execute(select(Gift.id, Gift.number).where(Gift.office_id == office_id))
    numbers = {row.id: row.number for row in mine}
    query = (
        select(GiftStep)
        .join(Gift, Gift.id == GiftStep.gift_id)
        .where(Gift.office_id == office_id)
        .order_by(GiftStep.said_at, GiftStep.message_id)
    )
    return [
        (numbers[step.gift_id], None if step.other_id is None else numbers[step.other_id], step)
        for step in await session.scalars(query)
    ]


async def standings(session: Session, office_id: int) -> Sequence[tuple[int, str, str]]:
    """(person, kind, value) of the mandates and roles that the register gives people of whom a deed was told."""
    givers = select(Record.subject_id).join(GiftSource, GiftSource.record_id == Record.id)
    query = select(Standing.person_id, Standing.kind, Standing.value).where(
        Standing.office_id == office_id, Standing.kind.in_(("mandate", "role")), Standing.person_id.in_(givers)
    )
    return [(person, kind, value) for person, kind, value in await session.execute(query)]


async def units(session: Session, office_id: int) -> dict[int, str]:
    """The units of people of whom a deed was told."""
    givers = select(Record.subject_id).join(GiftSource, GiftSource.record_id == Record.id)
    query = select(Person.id, Person.unit).where(Person.office_id == office_id, Person.id.in_(givers))
    return {row.id: row.unit for row in await session.execute(query)}


async def seats(session: Session, office_id: int) -> Sequence[tuple[int, str]]:
    """(person, role) of people in groups of whom a deed was told."""
    givers = select(Record.subject_id).join(GiftSource, GiftSource.record_id == Record.id)
    query = (
        select(Member.person_id, Member.role)
        .join(Person, Person.id == Member.person_id)
        .where(Person.office_id == office_id, Member.person_id.in_(givers))
        .distinct()
    )
    return [(person, role) for person, role in await session.execute(query)]
