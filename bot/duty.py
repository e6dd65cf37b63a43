"""Who is on duty (值班) on a day: the rota's names as people of the office, with the swaps (换班) that stand over them.

`bot.staff` asks it whom alerts and questions go to, `schedules` and `handlers` who is told and shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot import people as naming
from bot.people import Known
from storage import Session, duties, people


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDay:
    """Those on duty on a day, in the rota's order, each once.

    Args:
        unknown: names of the rota that no roster has as staff, or that several have.
    """

    on: date
    people: tuple[Known, ...] = ()
    unknown: tuple[str, ...] = ()


async def staff_of(session: Session, office_id: int) -> list[Known]:
    """Everybody who can be on duty."""
    return [
        Known(person_id=m.person_id, name=m.name, unit=m.unit, aliases=m.aliases, role=m.role)
        for m in await people.everybody(session, office_id)
        if m.role == "staff"
    ]


async def on_duty(session: Session, office_id: int, day: date) -> DutyDay:
    """Who is on duty; nobody where the rota does not have the day."""
    names = await duties.on_day(session, office_id, day)
    if not names:
        return DutyDay(on=day)
    staff = await staff_of(session, office_id)
    by_id = {known.person_id: known for known in staff}
    matched = [(name, naming.find(name, staff).one) for name in names]
    ids = [known.person_id for _, known in matched if known]
    for out, into in await duties.swaps(session, office_id, day):
        if into in by_id:  # one who has left the office since takes nobody's place
            ids = [into if person == out else person for person in ids]
    return DutyDay(
        on=day,
        people=tuple(by_id[person] for person in dict.fromkeys(ids)),
        unknown=tuple(name for name, known in matched if known is None),
    )
