"""A report of somebody's health: kept; where the person is or may be unwell, staff are told at once, each alone.

The group hears nothing of it, unless the office wishes each report to be answered (and then no value).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot import asking, staff, wording
from bot.clock import local
from bot.heard import Heard
from bot.messages import Post
from bot.records import HealthReport, Relation
from handlers import entries
from storage import Session, records
from storage.tables import Record as Row


async def health(record: HealthReport, heard: Heard, session: Session) -> Sequence[Post]:
    """Keeps the report and alerts staff where need is."""
    return await keep(record, await entries.subject_of(record.subject, heard, session), heard, session)


async def keep(
    record: HealthReport, subject: entries.Subject, heard: Heard, session: Session, *, ask: bool = True
) -> Sequence[Post]:
    """The same, where it is known already whom it is about; with `ask` the sender of what is unsure is asked back."""
    row = await entries.enter(record, heard, session, subject)
    if row is None:
        return ()
    said = [*_received(record, subject, heard)]
    asked = await asking.after(row, heard, session, ask=ask)
    told = any(asking.tells_staff(post) for post in asked)
    if record.ill and heard.settings.manners.alert_staff and not told and not await _said_before(row, heard, session):
        said += await _alert(record, row, subject, heard, session, asked=bool(asked))
    return [*said, *asked]


def _received(record: HealthReport, subject: entries.Subject, heard: Heard) -> Sequence[Post]:
    """A word in the group, where the office wishes it: once a message, without any value, never for a 接龙."""
    wished = (
        heard.settings.manners.answer_reports
        and heard.room is not None
        and not heard.room.for_staff
        and not heard.room.paused
    )
    if not wished or record.chain is not None or heard.again:
        return ()
    return [heard.answer(wording.received([subject.name]), "收到上报", step="received")]


async def _said_before(row: Row, heard: Heard, session: Session) -> bool:
    """Whether staff have heard just that of the person today."""
    if row.subject_id is None:
        return False
    earlier = await records.about_person(
        session, heard.office_id, row.subject_id, heard.day, "health", before=heard.order
    )
    same_relation = [other for other in earlier if other.relation == row.relation]
    if not same_relation or not same_relation[0].ill:
        return False
    same_person = row.relation == Relation.SELF or same_relation[0].source == row.source  # 母亲 is not 父亲
    return same_person and _state(same_relation[0].body) == _state(row.body)


def _state(body: dict[str, Any]) -> tuple[object, ...]:
    said = ("temperature", "diagnosis", "isolation", "exposure", "unsure")
    return tuple(body.get("symptoms", ())), *(body.get(key) for key in said)


def _until(heard: Heard) -> datetime:
    """Until when an alert is worth sending: from now on where a report was brought in late, unless it is history."""
    manners = heard.settings.manners
    late = heard.now - heard.sent_at <= timedelta(days=manners.alert_back_days)
    return (heard.now if late else heard.sent_at) + timedelta(hours=manners.alert_hours)


async def _alert(
    record: HealthReport, row: Row, subject: entries.Subject, heard: Heard, session: Session, *, asked: bool
) -> Sequence[Post]:
    room = heard.counts_for
    unit = next((known.unit for known in heard.people if known.person_id == subject.person_id), "")
    others = [str(part) for part in (record.diagnosis, record.isolation and f"{record.isolation}隔离") if part]
    by_other = row.proxy and entries.is_own(record)
    text = wording.private_alert(
        subject.name,
        unit,
        room.name if room else "",
        local(heard.sent_at),
        wording.private_state(record.temperature, record.symptoms, others, unsure=record.unsure),
        (record.source or record.subject)[:300],
        by=heard.speaker.name if by_other else "",
        relative=not entries.is_own(record),
        unsure=record.unsure,
        asked=asked,
    )
    until = _until(heard)
    key, on = f"ill/{heard.message_id}/{heard.position}", local(heard.now).date()
    return await staff.to_officers(
        session, room.id if room else None, heard.office_id, on, key, "健康异常", text, until
    )
