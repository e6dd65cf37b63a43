"""A state of health that the words leave open (存疑): asked back once, privately; else, or unanswered, for staff.

`handlers.health` tells of each report what it leaves open or settles (`after`), `schedules.planner` calls `next_step`
for what time brings. Whether a state is open is for `bot.openness`; the question's row only says how far the asking is,
and is moved on by conditional updates, so that nobody is asked or told twice, over restarts and with several processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from bot import staff, wording
from bot.clock import at, local
from bot.heard import Heard, Reach
from bot.messages import Doubt, PersonId, Post
from bot.openness import LOOK_AGAIN, lacks_temperature, latest_open, left_open
from bot.records import Relation
from bot.settings import MannersSettings, Settings
from storage import Session, people, posts, questions, records, rooms
from storage.questions import ASKED, SETTLED, TO_STAFF, WAITING
from storage.tables import Question
from storage.tables import Record as Row

_MOST_A_DAY = 3
"""How often one person is asked within a day, of whomever; what is more goes to staff."""


# --- what a report leaves open, or settles ---------------------------------------------------------------------------


async def after(row: Row, heard: Heard, session: Session, *, ask: bool = True) -> Sequence[Post]:
    """What is to be said once a report of somebody's health stands.

    Args:
        ask: its sender may be asked back; otherwise it is for staff.
    """
    told: Sequence[Post] = ()
    answering = heard.answering
    if answering is not None and (row.subject_id, row.relation) == (
        answering.subject_id,
        answering.about.before.relation,
    ):
        told = await _answered(row, heard, session, answering.question_id)
        ask = False
    if row.unsure:
        return [*told, *await _opened(row, heard, session, ask=ask)]
    return told


async def _answered(row: Row, heard: Heard, session: Session, question_id: int) -> Sequence[Post]:
    question = await questions.get(session, question_id)
    if question.state == SETTLED and question.answer_id == heard.message_id:
        return ()
    if not row.unsure:
        if await left_open(session, question) is None:
            values = {"state": SETTLED, "settled_at": heard.now, "answer_id": heard.message_id}
            await _move_on(session, question, **values)
        return ()
    return await _still_open(row, heard, session, question)


async def _still_open(row: Row, heard: Heard, session: Session, question: Question) -> Sequence[Post]:
    """It was answered, and is as open as before."""
    told_already = question.state != ASKED
    values = {"state": TO_STAFF, "due_at": heard.now + LOOK_AGAIN, "answer_id": heard.message_id}
    await _move_on(session, question, **values)
    if told_already:
        return ()
    opened = await records.get(session, question.record_id)
    return await _tell(session, heard.settings, question, opened, heard.now, answer=row.source)


async def _move_on(session: Session, question: Question, **values: Any) -> None:
    """Moves a question on, even where the planner has just done so: what was answered stands over what time brought."""
    if not await questions.move(session, question, **values):
        await session.refresh(question)
        await questions.move(session, question, **values)


async def _opened(row: Row, heard: Heard, session: Session, *, ask: bool) -> Sequence[Post]:
    manners = heard.settings.manners
    if heard.now - heard.sent_at > timedelta(days=manners.alert_back_days):
        return ()  # history
    subject = (row.subject_id, row.subject_name)
    standing = await records.health_since(session, heard.office_id, subject, row.relation, heard.day)
    if latest_open(standing) is not row:
        return ()
    whose = str(row.subject_id) if row.subject_id is not None else row.subject_name
    reason = f"{whose}/{row.relation}/{heard.day.isoformat()}"
    asked_id, identity_id = await _whom(row, heard, session) if ask else (None, None)
    state, due_at = TO_STAFF, heard.now + LOOK_AGAIN
    if asked_id is not None:
        morning = _morning(manners, heard.now)
        state, due_at = (
            (WAITING, morning) if morning else (ASKED, heard.now + timedelta(minutes=manners.ask_wait_minutes))
        )
    made = await questions.add(
        session,
        office_id=heard.office_id,
        reason=reason,
        message_id=heard.message_id,
        record_id=row.id,
        room_id=heard.counts_for.id if heard.counts_for else None,
        subject_id=row.subject_id,
        subject_name=row.subject_name,
        relation=row.relation,
        on_day=heard.day,
        state=state,
        due_at=due_at,
        asked_id=asked_id,
        identity_id=identity_id,
        asked_at=heard.now if state == ASKED else None,
        post_key="",
        made_at=heard.now,
    )
    if made is None:
        return await _opened_again(row, heard, session, await questions.by_reason(session, heard.office_id, reason))
    if state != ASKED:
        return ()
    question = await questions.get(session, made)
    question.post_key = f"ask/{made}"
    return [_ask(question, row, heard.now)]


async def _whom(row: Row, heard: Heard, session: Session) -> tuple[int | None, int | None]:
    """Who is to be asked, and by which account: whoever wrote it. Nobody, where that is no good."""
    manners, nobody = heard.settings.manners, (None, None)
    fresh = heard.now - heard.sent_at <= timedelta(hours=manners.ask_fresh_hours)
    paused = heard.counts_for is not None and heard.counts_for.paused
    person_id, identity_id = heard.speaker.person_id, heard.speaker.identity_id
    if not (manners.ask_back and fresh) or paused or person_id is None:
        return nobody
    if row.chain and row.proxy and row.subject_id is not None and not heard.speaker.staff:
        person_id, identity_id = row.subject_id, None  # a 接龙 is copied on: each wrote their own line
    before = await questions.put_to(session, heard.office_id, person_id, heard.now - timedelta(days=1))
    if len(before) >= _MOST_A_DAY or any(question.state in (WAITING, ASKED) for question in before):
        return nobody
    reached = await heard.reach(session, person_id, identity_id)
    return (person_id, reached) if reached is not None else nobody


def _morning(manners: MannersSettings, now: datetime) -> datetime | None:
    """When the quiet hours end that it is in; None where it is in none."""
    begin, end = manners.quiet_from_hour, manners.quiet_to_hour
    here = local(now)
    quiet = begin <= here.hour < end if begin <= end else here.hour >= begin or here.hour < end
    if not quiet:
        return None
    ends_on = here.date() if here.hour < end else here.date() + timedelta(days=1)
    return at(ends_on, time(end))


async def _opened_again(row: Row, heard: Heard, session: Session, question: Question) -> Sequence[Post]:
    """The same state of the same day once more: read again, said again, or open anew after it was settled."""
    latest = {"message_id": heard.message_id, "record_id": row.id}
    if question.state == SETTLED:
        state = {"state": TO_STAFF, "due_at": heard.now + LOOK_AGAIN, "settled_at": None}
        await questions.move(session, question, **latest, **state)
    elif question.message_id == heard.message_id or question.asked_at is None:
        await questions.move(session, question, **latest)
    elif (
        question.state == ASKED
        and question.asked_id == heard.speaker.person_id
        and question.asked_at <= heard.sent_at
        and question.answer_id is None
    ):
        return await _still_open(row, heard, session, question)
    return ()


# --- what time brings ------------------------------------------------------------------------------------------------


async def next_step(
    session: Session, settings: Settings, office_id: int, now: datetime, reach: Reach
) -> Sequence[Post] | None:
    """Takes the next question that is due a step on; returns what is to be said, None where none is due."""
    for question, _ in await questions.unsent(session, office_id, now):
        await questions.move(session, question, due_at=now)
    found = await questions.due(session, office_id, now, most=1)
    if not found:
        return None
    question = found[0]
    row = await left_open(session, question)
    if row is None:
        return () if await questions.move(session, question, state=SETTLED, settled_at=now) else None
    if question.state == WAITING:
        return await _ask_now(session, settings, question, row, now, reach)
    was_asked = question.state == ASKED
    if not await questions.move(session, question, state=TO_STAFF, due_at=now + LOOK_AGAIN):
        return None
    return await _unanswered(session, settings, question, row, now) if was_asked else ()


async def _ask_now(
    session: Session, settings: Settings, question: Question, row: Row, now: datetime, reach: Reach
) -> Sequence[Post] | None:
    identity_id = await reach(session, question.asked_id, question.identity_id)
    if identity_id is None or not settings.manners.ask_back:
        moved = await questions.move(session, question, state=TO_STAFF, due_at=now + LOOK_AGAIN)
        return () if moved else None
    due_at = now + timedelta(minutes=settings.manners.ask_wait_minutes)
    values = {"identity_id": identity_id, "asked_at": now, "post_key": f"ask/{question.id}"}
    if not await questions.move(session, question, state=ASKED, due_at=due_at, **values):
        return None
    return [_ask(question, row, now)]


async def _unanswered(
    session: Session, settings: Settings, question: Question, row: Row, now: datetime
) -> Sequence[Post]:
    post = await posts.by_key(session, question.office_id, question.post_key)
    put = post is not None and post.state in posts.REACHED
    if post is not None and not put:
        await posts.settle(session, post.id, "dropped", only_from=post.state)
    return await _tell(session, settings, question, row, now, asked=put)


# --- what is said ----------------------------------------------------------------------------------------------------


def _ask(question: Question, row: Row, now: datetime) -> Post:
    """Once, to the sender alone; rather not at all than twice."""
    own, relative = question.asked_id == question.subject_id, row.relation == Relation.FAMILY
    text = wording.private_question(
        _excerpt(row.source),
        local(row.said_at),
        local(now),
        whose="" if own or relative else row.subject_name,
        relative=relative,
        temperature=lacks_temperature(row),
    )
    return Post(
        key=f"ask/{question.id}",
        why="追问",
        text=text,
        person=PersonId(question.asked_id) if question.asked_id is not None else None,
        identity=question.identity_id,
        not_after=question.due_at,
        doubt=Doubt.DROP,
    )


_TOLD = "unsure/"


def tells_staff(post: Post) -> bool:
    """Whether it is what staff are told of an answer: no alert beside it."""
    return post.key.startswith(_TOLD)


async def _tell(
    session: Session,
    settings: Settings,
    question: Question,
    row: Row,
    now: datetime,
    *,
    asked: bool = True,
    answer: str = "",
) -> Sequence[Post]:
    """Staff learn, each alone and once, that asking has not settled it. That it is open they were told at once."""
    if not settings.manners.alert_staff:
        return ()
    names = await people.names(session, [p for p in (question.asked_id, question.subject_id) if p is not None])
    text = wording.private_still_open(
        question.subject_name,
        (await rooms.get(session, question.room_id)).name if question.room_id is not None else "",
        local(row.said_at),
        _excerpt(row.source),
        asked=names.get(question.asked_id or 0, "") if asked else "",
        answer=_excerpt(answer),
        relative=question.relation == Relation.FAMILY,
    )
    until = now + timedelta(hours=settings.manners.alert_hours)
    key, on = f"{_TOLD}{question.id}", local(now).date()
    return await staff.to_officers(session, question.room_id, question.office_id, on, key, "待核实", text, until)


def _excerpt(words: str) -> str:
    return wording.excerpt(words, 30)
