"""What is simply kept (practice, comment, ack, health count), and what counts once however often it is passed on.

A suggestion or a problem that stands becomes a matter, which is followed to its outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot import matters
from bot.heard import Heard
from bot.likeness import overlap
from bot.messages import Post
from bot.records import Ack, Comment, HealthCount, Practice, Problem, Suggestion
from handlers import entries
from storage import Session, records
from storage.tables import Record as Row

_SAME_WORDS = 0.7
"""Share of a text's neighbouring signs that stand in another one, from which both count as the same words."""
_DAYS = 7
"""How many days back the same words are looked for."""


async def said(record: HealthCount | Practice | Comment | Ack, heard: Heard, session: Session) -> Sequence[Post]:
    """Keeps it."""
    name = record.subject if isinstance(record, Ack) and record.subject else heard.speaker.name
    await entries.enter(record, heard, session, await entries.subject_of(name, heard, session))
    return ()


async def passed_on(record: Suggestion | Problem, heard: Heard, session: Session) -> Sequence[Post]:
    """Keeps and numbers it, unless it stands already: said twice, or passed on (【转】) by staff."""
    subject = await entries.subject_of(heard.speaker.name, heard, session)
    row = await entries.enter(record, heard, session, subject)
    if row is not None and heard.counts_for is not None:
        twin = await _twin(row, record.text, heard, session, heard.counts_for.id)
        if twin is not None:
            await records.withdraw(session, [row], f"twin:{twin.id}", heard.now)
    if row is not None and row.withdrawn_at is None:
        await matters.take_in(session, row, heard.now)
    return ()


async def _twin(row: Row, text: str, heard: Heard, session: Session, room_id: int) -> Row | None:
    since = heard.day - timedelta(days=_DAYS)
    for other in await records.alike(session, room_id, row.kind, since, heard.message_id):
        if overlap(text, other.body.get("text", "")) >= _SAME_WORDS:
            return other
    return None
