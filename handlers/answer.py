"""An answer to a form of the office's own (采集): kept; a word in the group only where the office wishes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot import wording
from bot.heard import Heard
from bot.messages import Post
from bot.records import Answer
from handlers import entries
from storage import Session
from storage.tables import Record as Row

_EARLIEST = date(2000, 1, 1)


async def answer(record: Answer, heard: Heard, session: Session) -> Sequence[Post]:
    """Keeps the answer; of several of one person the later one holds, field by field."""
    subject = await entries.subject_of(record.subject, heard, session)
    if await keep(record, subject, heard, session) is None or record.chain is not None or heard.again:
        return ()
    in_group = heard.room is not None and not heard.room.for_staff and not heard.room.paused
    if not in_group or not heard.settings.manners.answer_reports:
        return ()
    return [heard.answer(wording.received([subject.name]), "收到上报", step="received")]


async def keep(record: Answer, subject: entries.Subject, heard: Heard, session: Session) -> Row | None:
    """The row; None where nothing is said beside a health report, or a 接龙 says again what it said before.

    What a health report says of a form is kept once, as that report.
    """
    form = next((form for form in heard.settings.forms if form.name == record.form), None)
    if form is None:
        return await entries.enter(record, heard, session, subject)
    typed = {field.name for field in form.fields if field.kind is not None}
    values = {name: value for name, value in record.values.items() if name in typed}
    unclear = tuple(name for name in record.open if name in typed)
    if not values and not unclear:
        return None
    since = max(form.since(heard.day), _EARLIEST)
    return await entries.enter(replace(record, values=values, open=unclear), heard, session, subject, since)
