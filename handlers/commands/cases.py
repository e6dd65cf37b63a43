"""A correction (`/更正`) of what a message was read as is kept as a labelled case (个案), on which rules are tested."""

from __future__ import annotations

import re
from typing import Any

from bot.heard import Heard
from bot.parsing import answers
from bot.records import Command, HealthReport
from storage import Session, cases, messages, people, records
from storage.tables import Message
from storage.tables import Record as Row

_LEFT_TO_THE_READING = ("location", "isolation", "diagnosis", "exposure")
"""What a correction that is silent about it leaves as it was read."""


async def note(record: HealthReport, corrected: Row | None, heard: Heard, session: Session) -> None:
    """Keeps the case; none where a fact was mended and not a reading: a temperature that the message does not hold.

    Args:
        corrected: the latest record that the correction takes the place of.
    """
    if corrected is None or any(rule.startswith("answer.") for rule in corrected.rules):
        return  # what was said in answer means nothing without its question
    expected = _expected(record, corrected)
    before = await cases.made_by(session, heard.office_id, corrected.message_id)
    if before is not None:  # corrected once more: it is the same case
        before.expected = [_once_more(body, expected, before.subject) for body in before.expected]
        before.correction_id, before.made_by_id, before.made_at = heard.message_id, heard.speaker.person_id, heard.now
        return
    message = await messages.get(session, corrected.message_id)
    if expected == corrected.body or not await _was_read(message, record, heard):
        return
    said = await records.read_from(session, message.id)
    await cases.add(
        session,
        office_id=heard.office_id,
        message_id=message.id,
        correction_id=heard.message_id,
        text=_line_alone(message.text, corrected.source) if corrected.chain else message.text,
        sender=await _sender(message, corrected, session),
        roster=[m.name for m in await people.members(session, message.room_id)] if message.room_id is not None else [],
        sent_at=message.sent_at,
        expected=[
            expected if row.id == corrected.id else row.body for row in ([corrected] if corrected.chain else said)
        ],
        subject=corrected.body["subject"],
        made_by_id=heard.speaker.person_id,
        made_at=heard.now,
    )


def _once_more(body: dict[str, Any], expected: dict[str, Any], subject: str) -> dict[str, Any]:
    if (body["kind"], body.get("subject"), body.get("relation")) != ("health", subject, expected["relation"]):
        return body
    return expected | {"subject": body["subject"], "proxy": body["proxy"]}


_NUMBERED = re.compile(r"\s*\d+\s*[.、．]")


def _line_alone(text: str, line: str) -> str:
    """A 接龙 with none but that line: of the others it is not known here how they are to be read."""
    kept = [
        written for written in text.splitlines() if not _NUMBERED.match(written) or line in "".join(written.split())
    ]
    return "\n".join(kept)


def _expected(record: HealthReport, corrected: Row) -> dict[str, Any]:
    """What the message should have been read as, said of whom and by whom it was said."""
    read, found = corrected.body, record.as_contract()
    kept = {key: read.get(key) for key in _LEFT_TO_THE_READING if found[key] is None}
    return found | kept | {"subject": read["subject"], "proxy": read["proxy"]}


async def _was_read(message: Message, record: HealthReport, heard: Heard) -> bool:
    """Whether the message's own words led to the record: no command, not cleared, and they may mean what was said."""
    if not message.text or any(isinstance(found, Command) for found in await heard.read(message.text)):
        return False
    if record.temperature is None or answers.has_suspect_number(message.text):
        return True
    return any(abs(value - record.temperature) < 0.05 for value in answers.temperatures_in(message.text))


async def _sender(message: Message, corrected: Row, session: Session) -> str:
    if corrected.speaker_id is None:
        return message.sender_name
    return (await people.names(session, [corrected.speaker_id])).get(corrected.speaker_id, message.sender_name)
