"""收到: kept as a record, and where it answers a notice (通知), written into that notice's ledger, once.

Which notice it answers: the one that it quotes, answers or names; else the newest that was said where it is said, or,
privately, that its sender was told of. Nothing is said to the sender; staff learn once where two were open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import staff, wording
from bot.heard import Heard
from bot.messages import Post
from bot.parsing import receipts
from bot.records import Ack
from handlers import entries, said
from storage import Session, notices
from storage.notices import BY_NOTHING, Standing
from storage.tables import Notice

_SLACK = timedelta(minutes=2)
"""By how much a platform's clock may differ from ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whose:
    """Whose answer it is, and how it came."""

    person_id: int
    route: str
    by_id: int | None = None


async def ack(record: Ack, heard: Heard, session: Session) -> Sequence[Post]:
    """Keeps it, and notes whom it is from and which notice they have seen."""
    await said.said(record, heard, session)
    if not receipts.is_receipt(record):
        return ()
    whose = await _whose(record, heard, session)
    if heard.again and record.subject is None:
        # Read again because staff settled whose account it is: what stood as somebody else's is not theirs.
        await notices.take_back(session, heard.message_id, heard.now, all_but=[whose.person_id] if whose else [])
    if whose is None:
        return ()  # read again, and counted, once it is known who that is
    meant = await _meant(record, heard, session, whose)
    if not meant:
        return ()
    await notices.acknowledge(
        session,
        office_id=heard.office_id,
        notice_id=meant[0].id,
        person_id=whose.person_id,
        message_id=heard.message_id,
        said_at=heard.sent_at,
        route=whose.route,
        channel=heard.channel,
        by_id=whose.by_id,
        note="",
    )
    return await _tell_of_two(meant, heard, session) if len(meant) > 1 else ()


async def _whose(record: Ack, heard: Heard, session: Session) -> _Whose | None:
    name = receipts.said_for(record, heard.speaker.name, [known.name for known in heard.people])
    if name is None or name == heard.speaker.name:
        if heard.speaker.person_id is None:
            return None
        return _Whose(person_id=heard.speaker.person_id, route="private" if heard.room is None else "room")
    subject = await entries.subject_of(name, heard, session)
    if subject.person_id is None:
        return None
    route = "chain" if record.chain is not None else "proxy"
    return _Whose(person_id=subject.person_id, route=route, by_id=heard.speaker.person_id)


async def _meant(record: Ack, heard: Heard, session: Session, whose: _Whose) -> Sequence[Notice]:
    """The notices that may be meant; the first is the one that is."""
    if heard.notice is not None:
        named = await notices.get(session, heard.notice)
        return [named] if named.wants_ack and await notices.addressed(session, named.id, whose.person_id) else []
    limits = heard.settings.notices
    since = heard.sent_at - timedelta(days=limits.late_days)
    standing = await notices.standing_for(session, heard.office_id, whose.person_id, heard.sent_at, since, _SLACK)
    found = [one for one in standing if _stands_under(one, record, heard)]
    in_time = [one for one in found if one.notice.deadline_at >= heard.sent_at]
    return [one.notice for one in in_time or found]


def _stands_under(one: Standing, record: Ack, heard: Heard) -> bool:
    """Whether words may answer a notice where they are said."""
    bare = receipts.is_bare(record)
    if heard.room is None:
        return one.alone_at is not None or (not bare and bool(one.rooms or one.way == BY_NOTHING))
    told_at = one.rooms.get(heard.room.id)
    if told_at is None:
        return False
    return not bare or heard.sent_at - told_at <= timedelta(minutes=heard.settings.notices.bare_minutes)


async def _tell_of_two(meant: Sequence[Notice], heard: Heard, session: Session) -> Sequence[Post]:
    """Once for the same notices, not for each answer."""
    newest, others = meant[0].number, [notice.number for notice in meant[1:]]
    return await staff.of_affairs(
        session,
        heard.settings,
        heard.office_id,
        None,
        key=f"notices-together/{newest}/{'-'.join(map(str, others))}"[:300],
        why=wording.notice_why(newest),
        text=wording.notice_which_of_two(newest, others),
        now=heard.now,
    )
