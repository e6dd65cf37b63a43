"""`/待发`, `/重发`, `/作罢`: what could not be said, or nobody knows whether it was; a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot import wording
from bot.clock import local
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Post
from bot.records import Command
from storage import Session, posts, rooms
from storage.tables import Post as PostRow

_SETTLABLE = ("held", "unknown", "refused", "stale")
_DAYS = 7


async def pending(_command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/待发`: what waits for a decision, with the number by which it is decided."""
    since = heard.now - timedelta(days=_DAYS)
    found = await posts.in_states(session, heard.office_id, _SETTLABLE, since, most=20)
    within = await posts.within(session, [post.id for post in found])
    lines = [
        wording.held_line(post.id, local(post.not_before), _why(post, within), await _place(post, session), post.state)
        for post in found
    ]
    if heard.room is not None and not heard.room.for_staff:  # "健康异常" in the list is nothing for deputies to read
        return [heard.whisper(wording.held_posts(lines), "/待发")]
    return [heard.answer(wording.held_posts(lines), "/待发")]


async def again(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/重发 12`: it goes out now."""
    post = await _meant(command, heard, session)
    until = heard.now + timedelta(hours=heard.settings.manners.alert_hours)
    await posts.revive(session, post.id, heard.now, until)
    return [heard.answer(wording.said_again(post.id, post.why), "/重发")]


async def drop(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/作罢 12`: it is not said any more."""
    post = await _meant(command, heard, session)
    await posts.settle(session, post.id, "dropped", only_from=post.state)
    return [heard.answer(wording.dropped(post.id, post.why), "/作罢")]


async def _meant(command: Command, heard: Heard, session: Session) -> PostRow:
    number = command.args[0].lstrip("#") if command.args else ""
    post = await posts.find(session, heard.office_id, int(number)) if number.isdecimal() and len(number) < 18 else None
    if post is None or post.state not in _SETTLABLE:
        raise Refusal(wording.which_post(command.name))
    return post


def _why(post: PostRow, within: Sequence[PostRow]) -> str:
    """Why it was to be said, and what was to be said within it."""
    return wording.whys([post.why, *(part.why for part in within if part.merged_into == post.id)])


async def _place(post: PostRow, session: Session) -> str:
    return (await rooms.get(session, post.room_id)).name if post.room_id is not None else "私聊"
