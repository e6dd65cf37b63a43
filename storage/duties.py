"""Who is on duty (值班): the rota as its file has it, and the swaps (换班) that stand over it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, select

from storage import Session
from storage.tables import Duty, DutySwap
from storage.writing import insert_new


async def take_over(session: Session, office_id: int, rota: Sequence[tuple[date, Sequence[str]]]) -> None:
    """Makes the store's rota what the file says; swaps stay."""
    await session.execute(delete(Duty).where(Duty.office_id == office_id))
    rows = [
        {"office_id": office_id, "on_day": day, "position": position, "name": name}
        for day, names in rota
        for position, name in enumerate(names)
    ]
    if rows:
        await session.execute(insert(Duty), rows)


async def on_day(session: Session, office_id: int, day: date) -> Sequence[str]:
    """The names of the rota's file, in its order."""
    query = select(Duty.name).where(Duty.office_id == office_id, Duty.on_day == day).order_by(Duty.position)
    return (await session.scalars(query)).all()


async def swaps(session: Session, office_id: int, day: date) -> Sequence[tuple[int, int]]:
    """(out, in) by person, in the order in which they were made."""
    query = (
        select(DutySwap.out_id, DutySwap.in_id)
        .where(DutySwap.office_id == office_id, DutySwap.on_day == day)
        .order_by(DutySwap.id)
    )
    return [(out, into) for out, into in await session.execute(query)]


async def swap(
    session: Session, office_id: int, day: date, out_id: int, in_id: int, message_id: int, at: datetime
) -> None:
    """Has somebody take another's place on a day; the same message does it once."""
    await insert_new(
        session,
        DutySwap,
        office_id=office_id,
        on_day=day,
        out_id=out_id,
        in_id=in_id,
        message_id=message_id,
        made_at=at,
    )
