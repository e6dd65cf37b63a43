"""Suggestions and problems on their way to an outcome: numbers, states, what they rest on, and what was done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from storage import Session
from storage.tables import Matter, MatterMerge, MatterSource, MatterStep, Record
from storage.writing import insert_new

CLOSED = ("closed", "merged", "returned")
"""The states in which nothing is left to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A matter with the records that it rests on, in the order in which they were said, withdrawn ones too."""

    matter: Matter
    sources: tuple[Record, ...]

    @property
    def standing(self) -> tuple[Record, ...]:
        """The records that were not taken back."""
        return tuple(record for record in self.sources if record.withdrawn_at is None)


async def add(session: Session, record: Record, year: int, number: int, categories: list[str], at: datetime) -> Matter:
    """Makes a matter of a record; nobody sees to it yet."""
    matter = Matter(
        office_id=record.office_id,
        kind=record.kind,
        year=year,
        number=number,
        state="received",
        categories=categories,
        text=record.body.get("text", ""),
        on_day=record.on_day,
        made_at=at,
    )
    session.add(matter)
    await session.flush()
    session.add(MatterSource(record_id=record.id, matter_id=matter.id))
    session.add(MatterStep(matter_id=matter.id, state="received", at=at, message_id=record.message_id))
    await session.flush()
    return matter


async def of_message(session: Session, message_id: int, kind: str) -> Sequence[tuple[Matter, Record]]:
    """The matters that rest on what a message said, however often it was read, the newest reading first."""
    query = (
        select(Matter, Record)
        .join(MatterSource, MatterSource.matter_id == Matter.id)
        .join(Record, Record.id == MatterSource.record_id)
        .where(Record.message_id == message_id, Record.kind == kind)
        .order_by(Record.id.desc())
    )
    return [(matter, record) for matter, record in await session.execute(query)]


async def rest_on(session: Session, matter: Matter, record: Record) -> None:
    """Has a matter rest on one more record."""
    session.add(MatterSource(record_id=record.id, matter_id=matter.id))
    await session.flush()


async def find(session: Session, office_id: int, kind: str, year: int, number: int) -> Matter | None:
    """The matter of that number, for an update."""
    query = select(Matter).where(
        Matter.office_id == office_id, Matter.kind == kind, Matter.year == year, Matter.number == number
    )
    return (await session.scalars(query.with_for_update())).one_or_none()


async def get(session: Session, matter_id: int) -> Matter:
    """The matter of that id."""
    return await session.get_one(Matter, matter_id)


async def sourced(
    session: Session, office_id: int, *, kind: str | None = None, since: date | None = None, ids: Collection[int] = ()
) -> Sequence[Sourced]:
    """Matters with what they rest on, by kind, year and number; `ids` for these only."""
    query = select(Matter).where(Matter.office_id == office_id)
    if kind is not None:
        query = query.where(Matter.kind == kind)
    if since is not None:
        query = query.where(Matter.on_day >= since)
    if ids:
        query = query.where(Matter.id.in_(ids))
    found = (await session.scalars(query.order_by(Matter.kind, Matter.year, Matter.number))).all()
    rows = await session.execute(
        select(MatterSource.matter_id, Record)
        .join(Record, Record.id == MatterSource.record_id)
        .where(MatterSource.matter_id.in_([matter.id for matter in found]))
        .order_by(Record.said_at, Record.id)
    )
    by_matter: dict[int, list[Record]] = {}
    for matter_id, record in rows:
        by_matter.setdefault(matter_id, []).append(record)
    return [Sourced(matter=matter, sources=tuple(by_matter.get(matter.id, ()))) for matter in found]


async def note(
    session: Session,
    matter: Matter,
    *,
    state: str,
    words: str,
    by_id: int | None,
    message_id: int,
    at: datetime,
) -> bool:
    """Brings a matter to a state, with who and why; False where that message has done it already."""
    made = await insert_new(
        session, MatterStep, matter_id=matter.id, state=state, note=words, by_id=by_id, message_id=message_id, at=at
    )
    if made is None:
        return False
    matter.state = state
    await session.flush()
    return True


async def steps(session: Session, matter_id: int) -> Sequence[MatterStep]:
    """What was done about a matter, in order."""
    query = select(MatterStep).where(MatterStep.matter_id == matter_id).order_by(MatterStep.at, MatterStep.id)
    return (await session.scalars(query)).all()


async def merge(session: Session, matter: Matter, into: Matter) -> None:
    """Has another matter rest on what this one rests on; the number stays, and says where it went."""
    session.add(MatterMerge(matter_id=matter.id, into_id=into.id))
    merged = update(MatterMerge).where(MatterMerge.into_id == matter.id).values(into_id=into.id)
    await session.execute(merged)
    await session.execute(update(MatterSource).where(MatterSource.matter_id == matter.id).values(matter_id=into.id))
    await session.flush()


async def merged_into(session: Session, matter_id: int) -> Matter | None:
    """The matter that a merged one went into."""
    query = select(Matter).join(MatterMerge, MatterMerge.into_id == Matter.id).where(MatterMerge.matter_id == matter_id)
    return (await session.scalars(query)).one_or_none()


async def overdue(session: Session, office_id: int, today: date) -> Sequence[Matter]:
    """Open matters whose day has passed, by kind and number."""
    query = select(Matter).where(Matter.office_id == office_id, Matter.due_on < today, Matter.state.not_in(CLOSED))
    return (await session.scalars(query.order_by(Matter.kind, Matter.year, Matter.number))).all()
