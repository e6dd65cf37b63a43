"""Numbers without a gap: a number is given in the transaction that uses it, and given again where that fails."""

from __future__ import annotations

from sqlalchemy import update

from storage import Session
from storage.tables import Counter
from storage.writing import insert_new


async def following(session: Session, office_id: int, series: str) -> int:
    """The next number of a series, from 1 on; who asks meanwhile waits for this transaction."""
    await insert_new(session, Counter, office_id=office_id, series=series, value=0)
    step = (
        update(Counter)
        .where(Counter.office_id == office_id, Counter.series == series)
        .values(value=Counter.value + 1)
        .returning(Counter.value)
    )
    return (await session.execute(step)).scalar_one()
