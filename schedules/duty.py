"""The evening before: those who are on duty (值班) tomorrow are told, in the staff room and each alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot import duty, wording
from bot.clock import local
from bot.messages import PersonId, Post
from schedules.due import Due
from storage import Session


async def duty_tomorrow(due: Due, session: Session) -> Sequence[Post]:
    """Says who is on duty tomorrow; nothing where the rota has ended before today."""
    office_id, today = due.room.office_id, local(due.due_at).date()
    coming = await duty.on_duty(session, office_id, today + timedelta(days=1))
    if not coming.people and not coming.unknown:
        had = await duty.on_duty(session, office_id, today)
        return [due.post(wording.duty_ends(coming.on))] if had.people else ()
    text = wording.duty_tomorrow(coming.on, [known.name for known in coming.people], coming.unknown)
    each = [
        Post(
            key=f"duty/{coming.on.isoformat()}/{known.person_id}",
            why=due.schedule.name,
            text=wording.on_duty_tomorrow(coming.on),
            person=PersonId(known.person_id),
            not_before=due.due_at,
            not_after=due.not_after,
        )
        for known in coming.people
    ]
    return [due.post(text, tuple(PersonId(known.person_id) for known in coming.people)), *each]
