"""What a message may answer: the bot's numbered reminder in a room, or what it asked somebody back privately.

`bot.inbox` asks it of each message before it is read; `bot.parsing` reads by what stands in `Heard` then. Costs nothing
where a message cannot be an answer, one indexed query where it may be.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.clock import at
from bot.heard import Answering, Heard
from bot.openness import lacks_temperature, left_open
from bot.parsing import answers, receipts
from bot.parsing.answers import Asked
from bot.records import Diagnosis, HealthReport, Isolation, Relation, Status
from storage import Session, notices, posts, questions, records
from storage.tables import Message as KeptMessage
from storage.tables import Record as Row

_ANSWERED_WITHIN = timedelta(days=1)
"""How long after it was asked something may be an answer: a late one is better than none."""
_SKEW = timedelta(minutes=2)
"""By how much a platform's clock may differ from ours."""
_LOOK_BACK = 20
"""How many of a room's latest posts are looked at for a numbered question."""


async def in_context(session: Session, heard: Heard, message: KeptMessage) -> Heard:
    """The same circumstances, with the question that the message may answer; costs nothing where it cannot be one."""
    heard = replace(heard, notice=await _notice(session, heard, message))
    if answers.is_numbered(message.text):
        heard = replace(heard, question=await _reminder(session, heard))
    if heard.room is None and heard.speaker.person_id is not None:
        heard = replace(heard, answering=await _answering(session, heard, heard.speaker.person_id, message))
    return heard


async def _notice(session: Session, heard: Heard, message: KeptMessage) -> int | None:
    """The notice that a message expressly answers, as its channel tells, or by the number that it quotes or says."""
    if message.answers is not None:
        place = (heard.office_id, message.channel, message.answers, message.peer_id)
        if (found := await notices.of_post(session, *place)) is not None:
            return found
    number = receipts.number_quoted(message.text) or receipts.number_said(message.text)
    if number is None:
        return None
    named = await notices.numbered(session, heard.office_id, number)
    return named.id if named is not None and named.approved_at is not None else None


async def _reminder(session: Session, heard: Heard) -> str | None:
    """The latest numbered question that the bot put to the room on that day."""
    if heard.counts_for is None:
        return None
    since = at(heard.day, time(heard.settings.office.day_cutoff_hour))
    for post in await posts.said_in_room(session, heard.counts_for.id, since, heard.sent_at + _SKEW, _LOOK_BACK):
        if not post.key.startswith("answer/") and answers.asks_by_number(post.text):
            return post.text
    return None


async def _answering(session: Session, heard: Heard, person_id: int, message: KeptMessage) -> Answering | None:
    since = message.sent_at - 2 * _ANSWERED_WITHIN
    found = await questions.answered_by(session, heard.office_id, person_id, message.id, since)
    if found is None:
        return None
    question, post = found
    if question.answer_id != message.id:  # read again, it answers what it answered before
        asked_at = post.sent_at or question.asked_at
        if post.state not in posts.REACHED or asked_at is None or not _later(message, asked_at):
            return None
        if await left_open(session, question) is None:
            return None
    row = await records.get(session, question.record_id)
    own = row.relation == Relation.SELF and question.asked_id == row.subject_id
    about = Asked(
        before=_report_of(row),
        proxy=row.proxy and not own,
        temperature=lacks_temperature(row),
        answered=question.answer_id not in (None, message.id),
    )
    return Answering(question_id=question.id, subject_id=row.subject_id, about=about)


def _report_of(row: Row) -> HealthReport:
    """A record as it was read, of the person by the name that we know."""
    body = row.body
    return HealthReport(
        subject=row.subject_name,
        relation=Relation(row.relation),
        status=Status(body["status"]),
        unsure=row.unsure,
        temperature=body.get("temperature"),
        symptoms=tuple(body.get("symptoms", ())),
        isolation=Isolation(body["isolation"]) if body.get("isolation") else None,
        diagnosis=Diagnosis(body["diagnosis"]) if body.get("diagnosis") else None,
        exposure=body.get("exposure"),
        location=body.get("location"),
        proxy=row.proxy,
    )


def _later(message: KeptMessage, asked_at: datetime) -> bool:
    return (
        message.received_at >= asked_at
        and message.sent_at >= asked_at - _SKEW
        and message.sent_at <= asked_at + _ANSWERED_WITHIN
    )
