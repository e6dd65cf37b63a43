"""Each morning: whoever sees to a suggestion or problem is told what is past its day; else all staff."""

from __future__ import annotations

from collections.abc import Sequence

from bot import matters, wording
from bot.clock import local
from bot.messages import PersonId, Post
from schedules.due import Due
from storage import Session
from storage import matters as stored


async def remind_of_overdue(due: Due, session: Session) -> Sequence[Post]:
    """One post for each officer in charge, and one in the staff room for what has none."""
    today = local(due.due_at).date()
    late = await stored.overdue(session, due.room.office_id, today)
    if not late:
        return ()
    standing = {
        each.matter.id
        for each in await stored.sourced(session, due.room.office_id, ids=[matter.id for matter in late])
        if each.standing
    }
    by_owner: dict[int | None, list[str]] = {}
    for matter in late:
        if matter.id in standing:
            line = f"{matters.title(matter)}：{wording.excerpt(matter.text, 24)}"
            by_owner.setdefault(matter.owner_id, []).append(line)
    posts = []
    for owner, lines in by_owner.items():
        text = wording.matters_overdue(lines)
        if owner is None:
            posts.append(due.post(text))
            continue
        posts.append(
            Post(
                key=f"overdue/{owner}/{today.isoformat()}",
                why=due.schedule.name,
                text=text,
                person=PersonId(owner),
                not_before=due.due_at,
                not_after=due.not_after,
            )
        )
    return posts
