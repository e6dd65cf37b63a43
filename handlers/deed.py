"""A deed (先进事迹), gifts included: kept once, whether a deputy tells it, staff pass it on (【转】), or both do.

One that stands gets its entry in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot import gifts
from bot.heard import Heard
from bot.likeness import overlap
from bot.messages import Post
from bot.records import Deed
from handlers import entries
from storage import Session, records
from storage.tables import Record as Row

_SAME_WORDS = 0.8
"""Share of neighbouring signs from which two tellings are the same words."""
_SAME_STORY = 0.4
"""The same, where both are of one deputy, one is told by another person, and neither holds a figure."""
_DAYS = 7


async def deed(record: Deed, heard: Heard, session: Session) -> Sequence[Post]:
    """Keeps the deed, unless it stands already."""
    subject = await entries.subject_of(record.subject, heard, session)
    row = await entries.enter(record, heard, session, subject)
    if row is None:
        return ()
    if not row.chain and heard.counts_for is not None:
        await _told_before(record, row, heard, heard.counts_for.id, session)
    if row.withdrawn_at is None:
        await gifts.take_in(session, row, heard)
    return ()


async def _told_before(record: Deed, row: Row, heard: Heard, room_id: int, session: Session) -> None:
    """Takes back what this corrects, or this one where the room has it already."""
    since = heard.day - timedelta(days=_DAYS)
    for other in await records.alike(session, room_id, "deed", since, heard.message_id):
        if _corrects(record) and _same_deputy(row, other) and other.speaker_id == row.speaker_id:
            await records.withdraw(session, [other], f"correct:{heard.message_id}", heard.now)
        elif _same_deed(row, other):
            await records.withdraw(session, [row], f"twin:{other.id}", heard.now)
            break


def _corrects(record: Deed) -> bool:
    return record.text.lstrip().startswith(("更正", "订正", "改正"))


def _same_deputy(one: Row, other: Row) -> bool:
    if one.subject_id is not None or other.subject_id is not None:
        return one.subject_id == other.subject_id
    return one.subject_name == other.subject_name


def _same_deed(one: Row, other: Row) -> bool:
    if not _same_deputy(one, other):
        return False
    if not _given(one.body) and not _given(other.body):
        told_by_other = one.speaker_id != other.speaker_id
        words = overlap(one.body["text"], other.body["text"])
        return words >= (_SAME_STORY if told_by_other else _SAME_WORDS)
    if _given(one.body) != _given(other.body):
        return False
    if one.speaker_id != other.speaker_id:
        return True  # staff tell in their own words what the deputy gave
    return overlap(one.body["text"], other.body["text"]) >= _SAME_WORDS


def _given(body: dict[str, Any]) -> tuple[object, ...]:
    """What was given, for comparing: money, and each item with its quantity."""
    goods = sorted((str(g["item"]), g["quantity"] or 0) for g in body.get("goods", ()))
    cash = body.get("cash_yuan")
    return (cash, *goods) if cash or goods else ()
