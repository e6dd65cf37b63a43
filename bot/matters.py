"""Suggestions and problems (意见建议、问题反映) on their way to an outcome: numbered, moved on, followed.

`handlers` calls it, and so will whatever else staff work with: one code for what is done about a matter. A record that
stands makes a matter or joins one; the deputies are told where it gets to, privately where the channel can.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot import wording
from bot.errors import Refusal
from bot.heard import Reach
from bot.likeness import overlap, shared_words
from bot.messages import Doubt, PersonId, Post, RoomId
from storage import Session, counters, matters, people
from storage.matters import Sourced
from storage.tables import Matter, Record

KINDS: Final = ("suggestion", "problem")
STATES: Final = {
    "整理": "sorted",
    "报送": "submitted",
    "办理": "handling",
    "答复": "answered",
    "办结": "closed",
    "退回": "returned",
}
"""What staff bring a matter to, by the word for it."""
_TOLD: Final = ("submitted", "answered", "closed", "returned")
"""The states of which the deputies are told."""
_NEEDS_WORDS: Final = ("answered", "returned")
_SAME_WORDS: Final = 0.5
"""Share of neighbouring signs from which a record read anew is still the same suggestion."""
_ALIKE: Final = 0.35
"""The share from which two matters are offered for merging: a person decides."""
_ALIKE_DAYS: Final = 90
_MOST_ALIKE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Another matter that may be the same, with what both say."""

    matter: Matter
    share: float
    words: tuple[str, ...]


async def take_in(session: Session, record: Record, now: datetime) -> Matter:
    """Gives a record that stands its matter: the one it had when it was read before, else a new one of the year."""
    text = record.body.get("text", "")
    for matter, before in await matters.of_message(session, record.message_id, record.kind):
        if before.withdrawn_at is not None and overlap(text, before.body.get("text", "")) >= _SAME_WORDS:
            await matters.rest_on(session, matter, record)
            return matter
    year = record.on_day.year
    number = await counters.following(session, record.office_id, f"{record.kind}/{year}")
    category = record.body.get("category")
    return await matters.add(session, record, year, number, [category] if category else [], now)


async def move(
    session: Session,
    matter: Matter,
    state: str,
    words: str,
    *,
    by_id: int | None,
    message_id: int,
    now: datetime,
    reach: Reach,
) -> Sequence[Post]:
    """Brings a matter to a state and tells the deputies, where that is theirs to know.

    Args:
        state: one of the values of `STATES`.

    Raises:
        Refusal: it stands there already, was merged, or words are needed.
    """
    if matter.state == "merged":
        into = await matters.merged_into(session, matter.id)
        raise Refusal(wording.matter_is_merged(title(matter), title(into) if into else ""))
    if matter.state == state and not words:
        raise Refusal(wording.matter_is_there(title(matter), wording.matter_state(state)))
    if state in _NEEDS_WORDS and not words:
        raise Refusal(wording.matter_needs_words(title(matter), wording.matter_state(state)))
    if not await matters.note(session, matter, state=state, words=words, by_id=by_id, message_id=message_id, at=now):
        return ()
    return await _tell(session, matter, words, message_id, now, reach) if state in _TOLD else ()


async def merge(
    session: Session, matter: Matter, into: Matter, *, by_id: int | None, message_id: int, now: datetime
) -> None:
    """Has one matter go into another, with its deputies: they are told what becomes of that one.

    Raises:
        Refusal: both are one, or one of them was merged already.
    """
    if matter.id == into.id:
        raise Refusal(wording.matter_is_itself(title(matter)))
    for each in (matter, into):
        if each.state == "merged":
            target = await matters.merged_into(session, each.id)
            raise Refusal(wording.matter_is_merged(title(each), title(target) if target else ""))
    words = title(into)
    if await matters.note(session, matter, state="merged", words=words, by_id=by_id, message_id=message_id, at=now):
        await matters.merge(session, matter, into)


async def alike(session: Session, of: Sourced) -> Sequence[Alike]:
    """Other matters that may be the same, the likest first, each with why."""
    since = of.matter.on_day - timedelta(days=_ALIKE_DAYS)
    found = []
    for other in await matters.sourced(session, of.matter.office_id, kind=of.matter.kind, since=since):
        if other.matter.id == of.matter.id or other.matter.state == "merged" or not other.standing:
            continue
        share = overlap(of.matter.text, other.matter.text)
        if share >= _ALIKE:
            words = shared_words(of.matter.text, other.matter.text)
            found.append(Alike(matter=other.matter, share=share, words=words))
    return sorted(found, key=lambda each: -each.share)[:_MOST_ALIKE]


async def _tell(
    session: Session, matter: Matter, words: str, message_id: int, now: datetime, reach: Reach
) -> list[Post]:
    """One post for each deputy whose matter it is; where they said it if they can't be told alone."""
    (sourced,) = await matters.sourced(session, matter.office_id, ids=[matter.id])
    names = await people.names(session, list(_people(sourced.standing)))
    posts = []
    for person, record in _people(sourced.standing).items():
        identity = await reach(session, person, None)
        room = RoomId(record.room_id) if record.room_id is not None else None
        if identity is None and room is None:
            continue
        text = wording.matter_told(names.get(person, ""), matter.kind, matter.number, matter.text, matter.state, words)
        posts.append(
            Post(
                key=f"matter/{matter.id}/{message_id}/{person}",
                why=wording.matter_state(matter.state),
                text=text,
                room=room if identity is None else None,
                person=None if identity is None else PersonId(person),
                mentions=(PersonId(person),) if identity is None else (),
                not_after=now + timedelta(days=1),
                doubt=Doubt.HOLD,
            )
        )
    return posts


def _people(records: Iterable[Record]) -> dict[int, Record]:
    """Whose matter it is: those that the records are about, each with what they said last."""
    return {record.subject_id: record for record in records if record.subject_id is not None}


def deputies(sourced: Sourced) -> Sequence[str]:
    """The names of those whose matter it is, in the order in which they said it."""
    found = sourced.standing or sourced.sources
    return list(dict.fromkeys(record.subject_name for record in found if record.subject_name))


def title(matter: Matter) -> str:
    """What a matter is called: 建议第12号."""
    return wording.matter_title(matter.kind, matter.number)


def is_overdue(matter: Matter, today: date) -> bool:
    """Whether its day has passed and nothing came of it."""
    return matter.due_on is not None and matter.due_on < today and matter.state not in matters.CLOSED
