"""A sender takes a report back (作废): their latest, or the one they name; earlier ones stand again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.heard import Heard
from bot.messages import Post
from bot.records import Retract
from handlers import entries
from storage import Session, records
from storage.tables import Record as Row

_REPORTS = ("health", "health_count", "suggestion", "problem", "deed", "practice", "comment", "answer")


async def retract(record: Retract, heard: Heard, session: Session) -> Sequence[Post]:
    """Withdraws what is taken back, and keeps the retraction itself."""
    about = await entries.subject_of(record.subject, heard, session)
    rows = await _reports(record, about, heard, session)
    if rows:
        await records.withdraw(session, rows, f"retract:{heard.message_id}", heard.now)
    await entries.enter(record, heard, session, about)
    return ()


async def _reports(record: Retract, about: entries.Subject, heard: Heard, session: Session) -> Sequence[Row]:
    kinds = (record.target,) if record.target in _REPORTS else _REPORTS
    since = heard.sent_at - timedelta(days=heard.settings.inbox.retract_days)
    speaker = (heard.speaker.person_id, heard.speaker.identity_id)
    found = await records.said_by(
        session, heard.office_id, speaker, kinds, since, heard.order, about=about.name or None
    )
    if not found and about.person_id is not None and heard.speaker.staff:
        found = await records.about_person(session, heard.office_id, about.person_id, heard.day, "health", heard.order)
    if not found:
        return ()
    latest = [row for row in found if row.message_id == found[0].message_id]
    if record.subject is None and any(row.chain for row in latest):
        # Of a 接龙 only the sender's own line is theirs to take back.
        own = [row for row in latest if row.subject_id is not None and row.subject_id == heard.speaker.person_id]
        return own or latest
    return latest
