"""Morning and evening: is anywhere more people unwell than usual (预警)? Says nothing where nothing is unusual."""

from __future__ import annotations

from collections.abc import Sequence

from bot import watching
from bot.messages import Post
from schedules.due import OfficeDue
from storage import Session


async def warn(due: OfficeDue, session: Session) -> Sequence[Post]:
    """One private post to those on duty for each unit, day and method that is unusual, once."""
    return await watching.look(session, due.settings, due.office_id, due.on, due.now, due.schedule.name)
