"""How a record becomes a row: whom it is about, and whether it says anything that a 接龙 has not said already.

The handlers of each kind call `enter`; nothing is said from here.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date, timedelta

from bot import people as naming
from bot.heard import Heard, known_of
from bot.records import Answer, Deed, HealthReport, Record, Relation
from storage import Session, people, records
from storage.tables import Record as Row

_SAME_HEADING = 0.75
"""Headings of one 接龙 as people mend them by hand are at least so alike (difflib)."""
_CHAIN_DAYS = 7
"""How many days a 接龙 of gifts is carried on."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a record is about; the id is None while nobody knows who goes by the name."""

    person_id: int | None
    name: str


async def subject_of(name: str | None, heard: Heard, session: Session) -> Subject:
    """The person of that name: the speaker, somebody of the room, else of the office."""
    if name is None:
        return Subject(None, "")
    if heard.answering is not None and name == heard.answering.about.before.subject:
        return Subject(heard.answering.subject_id, name)  # whom the question meant, whoever else is called so
    if name == heard.speaker.name:
        return Subject(heard.speaker.person_id, name)
    match = naming.find(name, heard.people)
    if match.one is None:
        everybody = [known_of(m) for m in await people.everybody(session, heard.office_id)]
        match = naming.find_here(name, heard.people, everybody)
    return Subject(match.one.person_id, match.one.name) if match.one else Subject(None, name)


async def enter(
    record: Record, heard: Heard, session: Session, subject: Subject, since: date | None = None
) -> Row | None:
    """Keeps a record; None where it is a line of a 接龙 that stood there before, unchanged.

    A changed line of a 接龙 takes the place of that line's earlier record, in whichever order the postings come in.

    Args:
        since: from which day on the 接龙 is carried on; None for what is usual for the kind.
    """
    since = since or heard.day - timedelta(days=_CHAIN_DAYS if isinstance(record, Deed) else 0)
    source = "".join(record.source.split())
    overtaken_by = ""
    if record.chain is not None and heard.counts_for is not None:
        lines = await _same_line(record, record.chain, heard, heard.counts_for.id, session, subject, since)
        before = [line for line in lines if (line.said_at, line.message_id) < heard.order]
        after = [line for line in lines if (line.said_at, line.message_id) > heard.order]
        if before and before[-1].source == source:
            return None
        if after and after[0].source == source:
            await records.withdraw(session, [after.pop(0)], f"moved:{heard.message_id}", heard.now)
        if before and before[-1].withdrawn_at is None:
            await records.withdraw(session, [before[-1]], f"chain:{heard.message_id}", heard.now)
        overtaken_by = f"chain:{after[0].message_id}" if after else ""
    row = await records.add(session, **_values(record, heard, subject), source=source, withdrawn_by="")
    if overtaken_by:
        await records.withdraw(session, [row], overtaken_by, heard.now)
        return None
    return row


async def _same_line(
    record: Record, chain: str, heard: Heard, room_id: int, session: Session, subject: Subject, since: date
) -> list[Row]:
    """The records of that line of that 接龙, in order. Gifts are collected over days, health anew each day."""
    lines = await records.chain_lines(
        session, room_id, record.kind, (subject.person_id, subject.name), since, heard.message_id
    )
    return [line for line in lines if line.chain == chain or _alike(line.chain, chain)]


def _alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) < 4:
        return False
    return difflib.SequenceMatcher(None, one[:200], other[:200], autojunk=False).ratio() >= _SAME_HEADING


def _values(record: Record, heard: Heard, subject: Subject) -> dict[str, object]:
    health = record if isinstance(record, HealthReport) else None
    cash = record.cash_yuan if isinstance(record, Deed) else None
    return {
        "office_id": heard.office_id,
        "message_id": heard.message_id,
        "position": heard.position,
        "room_id": heard.counts_for.id if heard.counts_for else None,
        "kind": record.kind,
        "on_day": heard.day,
        "said_at": heard.sent_at,
        "speaker_id": heard.speaker.person_id,
        "subject_id": subject.person_id,
        "subject_name": subject.name,
        "relation": str(health.relation) if health else "",
        "ill": health.ill if health else False,
        "unsure": health.unsure if health else False,
        "proxy": record.proxy if isinstance(record, HealthReport | Answer) else False,
        "cash_fen": round(cash * 100) if cash is not None else None,
        "form": record.form if isinstance(record, Answer) else None,
        "body": record.as_contract(),
        "rules": list(record.rules),
        "rules_version": record.rules_version,
        "chain": record.chain or "",
    }


def is_own(record: HealthReport) -> bool:
    """Whether it is the named person's own health, not a relative's."""
    return record.relation is Relation.SELF
