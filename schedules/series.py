"""The next text of a series (普法) for a room: in order, each once in a room, and only while it is valid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

from bot import wording
from bot.clock import at, local
from bot.messages import Manner, Post
from schedules.due import Due
from storage import Session, posts


async def series(due: Due, session: Session) -> Sequence[Post]:
    """Posts the first text that the room has not had and that is valid today; nothing where there is none.

    One that came too late to be said (the bot or its channel was away) is made due anew before the next.
    """
    if due.series is None:
        return ()
    today = local(due.due_at).date()
    keys = due.series.keys(due.room.id)
    had = await posts.by_keys(session, due.room.office_id, list(keys))
    for key, item in keys.items():
        if not item.valid_on(today) or (key in had and had[key].state != "stale"):
            continue
        until = due.not_after
        if item.to_on is not None:
            until = min(until, at(item.to_on + timedelta(days=1), time()) - timedelta(seconds=1))
        if key in had:
            await posts.revive(session, had[key].id, due.now, until, note="上次太晚没有发，这次补上")
            return ()
        post = due.post(wording.series_text(item.title, item.text, item.source))
        why = f"{due.schedule.name}：{item.title}"
        return [replace(post, key=key, why=why[:300], not_after=until, manner=Manner.TOGETHER)]
    return ()
