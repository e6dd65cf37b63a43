"""What messages were read to say. A record is never overwritten: it stands, or it was withdrawn and says by what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from storage import Session
from storage.tables import Message, Person, Record
from storage.writing import rows_of

STANDING = Record.withdrawn_at.is_(None)
IN_ORDER = (Record.said_at, Record.message_id, Record.position)


async def add(session: Session, **values: Any) -> Record:
    """Keeps a record."""
    record = Record(**values)
    session.add(record)
    await session.flush()
    return record


async def withdraw(session: Session, records: Collection[Record], by: str, at: datetime) -> None:
    """Takes records back; `by` says why."""
    for record in records:
        record.withdrawn_at, record.withdrawn_by = at, by
    await session.flush()


async def withdraw_message(session: Session, message_id: int, by: str, at: datetime) -> int:
    """Takes back all that a message said; returns how many records that were."""
    done = await session.execute(
        update(Record).where(Record.message_id == message_id, STANDING).values(withdrawn_at=at, withdrawn_by=by)
    )
    return rows_of(done)


async def get(session: Session, record_id: int) -> Record:
    """The record of that id."""
    return await session.get_one(Record, record_id)


async def read_from(session: Session, message_id: int) -> Sequence[Record]:
    """All that a message was read to say when it was read last, in order, whatever became of it."""
    query = select(Record).where(Record.message_id == message_id, Record.withdrawn_by != "reread").order_by(Record.id)
    latest = {record.position: record for record in (await session.scalars(query)).all()}
    return [latest[position] for position in sorted(latest)]


async def chain_lines(
    session: Session, room_id: int, kind: str, subject: tuple[int | None, str], since_on: date, but_of: int
) -> Sequence[Record]:
    """Lines of 接龙 about somebody in a room since a day, in order, withdrawn ones too.

    Left out are those of the message `but_of`, and what was read anew, recalled, or turned out to be a repetition.
    """
    query = (
        select(Record)
        .where(
            Record.room_id == room_id,
            Record.on_day >= since_on,
            Record.kind == kind,
            Record.chain != "",
            Record.message_id != but_of,
            Record.withdrawn_by != "reread",
            Record.withdrawn_by.not_like("moved:%"),
            Record.withdrawn_by.not_like("recall:%"),
            _about(subject),
        )
        .order_by(*IN_ORDER)
    )
    return (await session.scalars(query)).all()


def _about(subject: tuple[int | None, str]) -> ColumnElement[bool]:
    person_id, name = subject
    if person_id is None:
        return and_(Record.subject_id.is_(None), Record.subject_name == name)
    return Record.subject_id == person_id


async def alike(session: Session, room_id: int, kind: str, since_on: date, but_of: int) -> Sequence[Record]:
    """Standing records of a kind in a room since a day, in order: what a new one may say once more."""
    query = select(Record).where(
        Record.room_id == room_id, Record.on_day >= since_on, Record.kind == kind, STANDING, Record.message_id != but_of
    )
    return (await session.scalars(query.order_by(*IN_ORDER))).all()


async def said_by(
    session: Session,
    office_id: int,
    speaker: tuple[int | None, int | None],
    kinds: Collection[str],
    since: datetime,
    before: tuple[datetime, int],
    about: str | None = None,
) -> Sequence[Record]:
    """Standing reports that somebody said, the newest first.

    Args:
        speaker: (person id, identity id); the person decides where it is known.
        before: (instant, message id) of the message that asks; only what was said earlier is found.
        about: only reports about somebody of that name.
    """
    query = (
        select(Record)
        .join(Message, Message.id == Record.message_id)
        .where(
            Record.office_id == office_id, Record.kind.in_(kinds), STANDING, Record.said_at >= since, _said_by(speaker)
        )
        .where(_earlier(before))
        .order_by(*(column.desc() for column in IN_ORDER))
        .limit(200)
    )
    if about is not None:
        query = query.where(Record.subject_name == about)
    return (await session.scalars(query)).all()


def _said_by(speaker: tuple[int | None, int | None]) -> ColumnElement[bool]:
    """By the person; by the account only while nobody knows whose it is."""
    person_id, identity_id = speaker
    return Record.speaker_id == person_id if person_id is not None else Message.identity_id == identity_id


async def about_person(
    session: Session,
    office_id: int,
    person_id: int,
    on_day: date,
    kind: str,
    before: tuple[datetime, int] | None = None,
) -> Sequence[Record]:
    """Standing reports of a kind about somebody on a day, the newest first."""
    query = select(Record).where(
        Record.office_id == office_id,
        Record.subject_id == person_id,
        Record.on_day == on_day,
        Record.kind == kind,
        STANDING,
    )
    if before is not None:
        query = query.where(_earlier(before))
    return (await session.scalars(query.order_by(*(column.desc() for column in IN_ORDER)))).all()


def _earlier(before: tuple[datetime, int]) -> ColumnElement[bool]:
    said_at, message_id = before
    return or_(Record.said_at < said_at, and_(Record.said_at == said_at, Record.message_id < message_id))


async def health_of(
    session: Session, office_id: int, person_ids: Collection[int], on_day: date, since_on: date | None = None
) -> Sequence[Record]:
    """Standing reports of the own health of these people on a day, or since a day until then, in order."""
    if not person_ids:
        return ()
    query = select(Record).where(
        Record.office_id == office_id,
        Record.subject_id.in_(person_ids),
        Record.on_day == on_day if since_on is None else Record.on_day.between(since_on, on_day),
        Record.kind == "health",
        Record.relation == "本人",
        STANDING,
    )
    return (await session.scalars(query.order_by(*IN_ORDER))).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a standing report says of somebody's own health, without its words."""

    record_id: int
    subject_id: int
    on_day: date
    ill: bool
    unsure: bool
    proxy: bool
    said_at: datetime


async def health_between(session: Session, office_id: int, since_on: date, until_on: date) -> Sequence[Said]:
    """Standing reports of anybody's own health from a day to a day, in order: one statement, and no bodies."""
    query = (
        select(Record.id, Record.subject_id, Record.on_day, Record.ill, Record.unsure, Record.proxy, Record.said_at)
        .where(
            Record.office_id == office_id,
            Record.subject_id.in_(select(Person.id).where(Person.office_id == office_id)),  # by index, not by a scan
            Record.on_day.between(since_on, until_on),
            Record.kind == "health",
            Record.relation == "本人",
            STANDING,
        )
        .order_by(*IN_ORDER)
    )
    return [
        Said(record_id=key, subject_id=who or 0, on_day=on, ill=ill, unsure=unsure, proxy=proxy, said_at=at)
        for key, who, on, ill, unsure, proxy, at in await session.execute(query)
    ]


async def families_of(session: Session, office_id: int, person_ids: Collection[int], on_day: date) -> Sequence[Record]:
    """Standing reports of the health of these people's families on a day, in order."""
    if not person_ids:
        return ()
    query = select(Record).where(
        Record.office_id == office_id,
        Record.subject_id.in_(person_ids),
        Record.on_day == on_day,
        Record.kind == "health",
        Record.relation == "家属",
        STANDING,
    )
    return (await session.scalars(query.order_by(*IN_ORDER))).all()


async def health_since(
    session: Session, office_id: int, subject: tuple[int | None, str], relation: str, since_on: date
) -> Sequence[Record]:
    """Standing reports of somebody's own health, or of their relatives', from a day on, the newest first."""
    query = select(Record).where(
        Record.office_id == office_id,
        _about(subject),
        Record.on_day >= since_on,
        Record.kind == "health",
        Record.relation == relation,
        STANDING,
    )
    return (await session.scalars(query.order_by(*(column.desc() for column in IN_ORDER)))).all()


async def answers_of(
    session: Session, office_id: int, form: str, person_ids: Collection[int], from_on: date, to_on: date
) -> Sequence[Record]:
    """Standing answers of these people to a form from a day to a day, in order."""
    if not person_ids:
        return ()
    query = select(Record).where(
        Record.office_id == office_id,
        Record.form == form,
        Record.subject_id.in_(person_ids),
        Record.on_day >= from_on,
        Record.on_day <= to_on,
        STANDING,
    )
    return (await session.scalars(query.order_by(*IN_ORDER))).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomCounts:
    """What a room said on a day besides health; money in fen."""

    suggestions: int = 0
    problems: int = 0
    deeds: int = 0
    practices: int = 0
    comments: int = 0
    cash_fen: int = 0


async def retractions_after(
    session: Session,
    office_id: int,
    speaker: tuple[int | None, int | None],
    order: tuple[datetime, int],
    until: datetime,
) -> Sequence[int]:
    """Messages by which somebody took something back after a moment, and which were handled before it was known.

    Returns:
        message ids, in order.
    """
    query = (
        select(Record.message_id)
        .join(Message, Message.id == Record.message_id)
        .where(Record.office_id == office_id, Record.kind == "retract", STANDING, _said_by(speaker))
        .where(Record.said_at > order[0], Record.said_at <= until)
        .order_by(*IN_ORDER)
    )
    return list(dict.fromkeys((await session.scalars(query)).all()))


async def give_back(session: Session, by: str) -> int:
    """Lets stand again what was withdrawn by something that is to be looked at anew; returns how many records."""
    done = await session.execute(
        update(Record).where(Record.withdrawn_by == by).values(withdrawn_at=None, withdrawn_by="")
    )
    return rows_of(done)


async def counts_of_room(session: Session, room_id: int, on_day: date) -> RoomCounts:
    """Counts of a room's standing records by kind."""
    rows = await session.execute(
        select(Record.kind, func.count(), func.coalesce(func.sum(Record.cash_fen), 0))
        .where(Record.room_id == room_id, Record.on_day == on_day, STANDING)
        .group_by(Record.kind)
    )
    counted = {kind: (number, cash) for kind, number, cash in rows}
    number = {kind: counted.get(kind, (0, 0))[0] for kind in ("suggestion", "problem", "deed", "practice", "comment")}
    return RoomCounts(
        suggestions=number["suggestion"],
        problems=number["problem"],
        deeds=number["deed"],
        practices=number["practice"],
        comments=number["comment"],
        cash_fen=int(counted.get("deed", (0, 0))[1] or 0),
    )


async def of_rooms(session: Session, room_ids: Collection[int], from_on: date, to_on: date) -> Sequence[Record]:
    """All standing records of rooms from a day to a day, in order: for exports."""
    query = select(Record).where(
        Record.room_id.in_(room_ids), Record.on_day >= from_on, Record.on_day <= to_on, STANDING
    )
    return (await session.scalars(query.order_by(Record.on_day, *IN_ORDER))).all()


async def unsettled(session: Session, office_id: int, name: str) -> Sequence[Record]:
    """Standing records about somebody of that name of whom it is not known who that is."""
    query = select(Record).where(
        Record.office_id == office_id, Record.subject_id.is_(None), Record.subject_name == name, STANDING
    )
    return (await session.scalars(query)).all()


async def unsettled_names(session: Session, office_id: int, since_on: date) -> Sequence[str]:
    """Names in standing health reports and answers since a day that belong to nobody known."""
    query = (
        select(Record.subject_name)
        .where(
            Record.office_id == office_id,
            Record.subject_id.is_(None),
            Record.subject_name != "",
            Record.kind.in_(("health", "answer")),
            Record.on_day >= since_on,
            STANDING,
        )
        .group_by(Record.subject_name)
        .order_by(func.min(Record.id))
    )
    return (await session.scalars(query)).all()
