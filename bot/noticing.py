"""How a notice (通知) reaches its audience and is followed up: which way to whom, step by step, until its deadline.

`handlers.commands.notices` approves, corrects and withdraws; `schedules.planner` calls `next_step` for what is due.
Each step is one transaction: what it posts, and how far the notice is. Every post has a key of its own, so that a kill
or a second process says nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot import daybook, staff, wording
from bot.audience import Reached
from bot.channel import Hears, Means, Ways
from bot.chasing import Chase, Ladder, Step
from bot.clock import day_of, local, quiet_until
from bot.heard import Reach
from bot.messages import Doubt, FileId, PersonId, Post, RoomId
from bot.people import Known
from bot.posting import seat_of
from bot.rosters import Role
from bot.settings import Settings
from storage import Session, identities, notices, people, rooms
from storage.notices import BY_NOTHING, BY_PERSON, BY_ROOM, DRAFT, SENDING, SENT, Entry
from storage.tables import Addressee, Notice, Room

OWED = "notice"
"""What an answer to a notice is called where the ladder asks whether it is still owed."""
_AT_ONCE = 50
"""How many people are told alone in one transaction: a province's thousands hold nobody up."""
_FIRST_REMINDER_AFTER = timedelta(hours=1)
"""A notice is given this long before anybody is reminded of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """By which way a notice goes to whom.

    Args:
        rooms: groups in which it is said once, with how many people each is for.
        alone: by channel, how many are told alone.
        unreachable: names of those who cannot be.
        people: as `notices.address` takes them.
    """

    rooms: Sequence[tuple[str, int]] = ()
    alone: Mapping[str, int] = field(default_factory=dict)
    unreachable: Sequence[str] = ()
    people: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaching:
    """What steps are taken with: the settings, how people are reached, what of each channel's talk is heard."""

    settings: Settings
    office_id: int
    reach: Reach
    hears: Mapping[str, str]


async def plan(session: Session, reaching: Reaching, audience: Sequence[Reached]) -> Plan:
    """One post for each group that the audience holds as a whole, as few as will do; the others alone.

    Somebody who is in two of the groups is told in one, unless both are needed for others.
    """
    wanted = {person.person_id for person in audience}
    seats = await _rooms_for(session, reaching.office_id, wanted)
    found: list[tuple[str, int]] = []
    by_person: dict[int, Mapping[str, Any]] = {}
    for room, members in seats:
        new = [person for person in audience if person.person_id in members and person.person_id not in by_person]
        if new:
            found.append((room.name, len(new)))
            by_person |= {person.person_id: _row(person, BY_ROOM, room.id) for person in new}
    alone: Counter[str] = Counter()
    unreachable = []
    accounts: dict[int, int] = {}
    for person in audience:
        if person.person_id in by_person:
            continue
        account = await reaching.reach(session, person.person_id, None)
        if account is None:
            unreachable.append(f"{person.unit}-{person.name}" if person.unit else person.name)
        else:
            accounts[person.person_id] = account
        by_person[person.person_id] = _row(person, BY_NOTHING if account is None else BY_PERSON, None)
    channels = await notices.accounts_by_channel(session, accounts.values())
    alone.update(channels[account] for account in accounts.values())
    return Plan(rooms=found, alone=alone, unreachable=unreachable, people=list(by_person.values()))


async def plan_following(session: Session, reaching: Reaching, notice: Notice) -> tuple[Plan, Sequence[Reached]]:
    """How a correction would go now: by the ways of the notice before, to whoever has it or was to have it."""
    going = [entry for entry in await notices.ledger(session, notice.follows_id or 0) if entry.way != BY_NOTHING]
    in_rooms = Counter(entry.room_id for entry in going if entry.room_id is not None)
    alone: Counter[str] = Counter()
    for entry in going:
        account = await reaching.reach(session, entry.person_id, None) if entry.way == BY_PERSON else None
        if account is not None:
            alone.update((await notices.accounts_by_channel(session, [account])).values())
    found = [((await rooms.get(session, room_id)).name, count) for room_id, count in in_rooms.items()]
    meant = [
        Reached(person_id=entry.person_id, name=entry.name, unit=entry.unit, unit_code="", roles=()) for entry in going
    ]
    return Plan(rooms=found, alone=alone), meant


def _row(person: Reached, way: str, room_id: int | None) -> Mapping[str, Any]:
    return {"person_id": person.person_id, "unit": person.unit, "way": way, "room_id": room_id, "follows": False}


async def _rooms_for(session: Session, office_id: int, wanted: set[int]) -> Sequence[tuple[Room, set[int]]]:
    """The groups all of whose deputies (of staff's own: all staff) are wanted, the largest first."""
    found = []
    for room in await rooms.every(session, office_id):
        if room.purpose == rooms.UNKNOWN or room.paused_at is not None:
            continue
        role = Role.STAFF if room.purpose == "staff" else Role.DEPUTY
        members = await people.members(session, room.id)
        asked = {member.person_id for member in members if member.role == role}
        if asked and asked <= wanted:
            found.append((room, {member.person_id for member in members} & wanted))
    return sorted(found, key=lambda seat: (-len(seat[1]), seat[0].id))


async def begin(
    session: Session, reaching: Reaching, notice: Notice, going: Plan, by_id: int | None, now: datetime
) -> Sequence[Post] | None:
    """Sends a draft: whom it is for is written down for good, and the first go into the outbox; None where it was.

    A correction or a withdrawal ends the notice that it follows: nothing more of that goes out.
    """
    started = {"state": SENDING, "approved_by_id": by_id, "approved_at": now, "due_at": now}
    if not await notices.move(session, notice, only_from=(DRAFT,), **started):
        return None
    addressed = going.people
    if notice.follows_id is not None:
        addressed = await _followed(session, notice, now)
    await notices.address(session, notice, addressed)
    return await _send_on(session, reaching, notice, now)


async def _followed(session: Session, notice: Notice, now: datetime) -> Sequence[Mapping[str, Any]]:
    """Ends the notice before; returns whom that reached, and for a correction those who had not had it yet, too."""
    first = await notices.lock(session, await notices.get(session, notice.follows_id or 0))
    withdrawn = notice.kind == notices.WITHDRAWAL
    await notices.stop_posts(session, first.id, now)  # before it is asked whom it reached: nobody is added meanwhile
    found = [
        {
            "person_id": addressee.person_id,
            "unit": addressee.unit,
            "way": addressee.way,
            "room_id": addressee.room_id,
            "follows": there,
        }
        for addressee, there in await notices.reached(session, first.id)
        if there or not withdrawn
    ]
    ended = notices.WITHDRAWN if withdrawn else notices.CORRECTED
    await notices.move(session, first, only_from=(SENDING, SENT), state=ended, closed_at=now, due_at=None)
    await notices.drop_doubtful(session, first.id)
    return found


async def next_step(session: Session, reaching: Reaching, ways: Ways, now: datetime) -> Sequence[Post] | None:
    """Takes the notice that is due a step on: sends on, reminds, tells staff of its end; None where none is due."""
    notice = await notices.due(session, reaching.office_id, now)
    if notice is None:
        return None
    if notice.state == SENDING:
        return await _send_on(session, reaching, notice, now)
    if notice.state == SENT and notice.wants_ack:
        return await _follow_up(session, reaching, ways, notice, now)
    await notices.move(session, notice, only_from=(notice.state,), due_at=None)
    return ()


# --- sending ---------------------------------------------------------------------------------------------------------


async def _send_on(session: Session, reaching: Reaching, notice: Notice, now: datetime) -> Sequence[Post]:
    posts: list[Post] = []
    in_rooms = await notices.rooms_to_post(session, notice.id)
    for room_id, follows in in_rooms:
        room = await rooms.get(session, room_id)
        text = await text_for(session, reaching, notice, room, follows=follows)
        posts += _posts(reaching, notice, text, now, room=room)
    await notices.note_posted_in(session, notice.id, [room_id for room_id, _ in in_rooms])
    waiting = await notices.people_to_tell(session, notice.id, _AT_ONCE)
    for addressee in waiting:
        posts += await _to_one(session, reaching, notice, addressee, now)
    if len(waiting) < _AT_ONCE:
        ending = _next_moment(reaching, notice, now) if notice.wants_ack else None
        await notices.move(session, notice, only_from=(SENDING,), state=SENT, due_at=ending)
        posts += await _tell_sent(session, reaching, notice, now)
    return posts


async def _to_one(
    session: Session, reaching: Reaching, notice: Notice, addressee: Addressee, now: datetime
) -> Sequence[Post]:
    if await reaching.reach(session, addressee.person_id, None) is None:
        addressee.way = BY_NOTHING
        return ()
    addressee.posted = True
    text = await text_for(session, reaching, notice, None, follows=addressee.follows)
    return _posts(reaching, notice, text, now, person=addressee.person_id)


def _posts(
    reaching: Reaching, notice: Notice, text: str, now: datetime, *, room: Room | None = None, person: int | None = None
) -> Sequence[Post]:
    """The words with the first file, and a post for each file more."""
    begin = None if notice.urgent else _quiet_until(reaching, now)
    place = f"room/{room.id}" if room else f"person/{person}"
    said = [text, *(wording.notice_file(notice.number, number) for number in range(2, len(notice.files) + 1))]
    return [
        Post(
            key=f"notice/{notice.id}/{place}" + (f"/{number}" if number else ""),
            why=wording.notice_why(notice.number),
            text=words,
            room=RoomId(room.id) if room else None,
            person=PersonId(person) if person is not None else None,
            attachment=FileId(notice.files[number]) if notice.files else None,
            doubt=Doubt.HOLD,
            not_before=begin,
            not_after=max(notice.deadline_at, begin + timedelta(hours=1)) if begin else notice.deadline_at,
            notice=notice.id,
        )
        for number, words in enumerate(said)
    ]


async def text_for(session: Session, reaching: Reaching, notice: Notice, room: Room | None, *, follows: bool) -> str:
    """A notice as people read it, in a group or alone."""
    before = await notices.get(session, notice.follows_id) if notice.follows_id is not None and follows else None
    ask = ""
    if notice.wants_ack:
        ask = wording.notice_asks(local(notice.deadline_at), how_to_answer(reaching, room))
    kind = notice.kind if before is not None else notices.NOTICE
    about = (before.number, before.title) if before else None
    return wording.notice(notice.number, notice.title, notice.text, ask, kind=kind, before=about)


def how_to_answer(reaching: Reaching, room: Room | None) -> str:
    """How somebody answers where they read it."""
    bot_name = reaching.settings.office.bot_name
    match reaching.hears.get(room.channel, Hears.ALL) if room else Hears.ALL:
        case Hears.ALL:
            return wording.notice_answer()
        case Hears.MENTIONS:
            return wording.notice_answer_mentioning(bot_name)
        case _:
            return wording.notice_answer_alone(bot_name)


async def _tell_sent(session: Session, reaching: Reaching, notice: Notice, now: datetime) -> Sequence[Post]:
    counts = await notices.counts_by_way(session, notice.id)
    lost = [entry for entry in await notices.ledger(session, notice.id) if entry.way == BY_NOTHING]
    names = [f"{entry.unit}-{entry.name}" if entry.unit else entry.name for entry in lost]
    text = wording.notice_sent(
        notice.number, notice.title, counts.get(BY_ROOM, 0), counts.get(BY_PERSON, 0), names, wants_ack=notice.wants_ack
    )
    return await staff.of_affairs(
        session, reaching.settings, reaching.office_id, None, key=f"notice-sent/{notice.id}",
        why=wording.notice_why(notice.number), text=text, now=now,
    )  # fmt: skip


def _quiet_until(reaching: Reaching, now: datetime) -> datetime | None:
    manners = reaching.settings.manners
    return quiet_until(now, manners.quiet_hours)


# --- following up ----------------------------------------------------------------------------------------------------


def _moments(reaching: Reaching, notice: Notice) -> Sequence[datetime]:
    """When those who have not answered are reminded, in order; none so soon that nobody could have answered."""
    begun = (notice.approved_at or notice.drafted_at) + _FIRST_REMINDER_AFTER
    hours = sorted(set(reaching.settings.notices.remind_hours), reverse=True)
    return [moment for n in hours if (moment := notice.deadline_at - timedelta(hours=n)) >= begun]


def _next_moment(reaching: Reaching, notice: Notice, now: datetime) -> datetime:
    return next((moment for moment in _moments(reaching, notice) if moment > now), notice.deadline_at)


async def _follow_up(session: Session, reaching: Reaching, ways: Ways, notice: Notice, now: datetime) -> Sequence[Post]:
    if now >= notice.deadline_at:
        if not await notices.move(session, notice, only_from=(SENT,), due_at=None, step=notice.step + 1):
            return ()
        return await _tell_ended(session, reaching, notice, now)
    quiet = None if notice.urgent else _quiet_until(reaching, now)
    if quiet is not None and quiet < notice.deadline_at:
        await notices.move(session, notice, only_from=(SENT,), due_at=quiet)
        return ()
    number = notice.step
    moved = {"due_at": _next_moment(reaching, notice, now), "step": number + 1}
    if not await notices.move(session, notice, only_from=(SENT,), **moved):
        return ()
    lacking = [entry for entry in await notices.ledger(session, notice.id) if entry.seen is None and entry.posted]
    ladder = Ladder(session, reaching.settings, reaching.office_id, now, ways)
    chased = _Chased(reaching, notice, number, day_of(now, reaching.settings.office.day_cutoff_hour), now)
    made = await _remind(session, ladder, ways, chased, lacking)
    return [replace(post, notice=notice.id) for post in made]


@dataclass(frozen=True, slots=True)
class _Chased:
    """One round of reminders of a notice."""

    reaching: Reaching
    notice: Notice
    number: int
    on: date
    now: datetime

    def step(self, means: Means, where: str) -> Step:
        """What the ladder is handed."""
        return Step(
            name=wording.notice_reminder_why(self.notice.number, self.number + 1),
            key=f"notice-reminder/{self.notice.id}/{self.number}/{where}",
            about=f"{OWED}/{self.notice.id}",
            means=means,
            on=self.on,
            due_at=self.now,
            not_after=self.notice.deadline_at,
        )

    def words(self, room: Room | None, names: Sequence[str] = ()) -> str:
        """What is said."""
        how = how_to_answer(self.reaching, room)
        return wording.notice_reminder(
            self.notice.number, self.notice.title, local(self.notice.deadline_at), how, names
        )


async def _remind(
    session: Session, ladder: Ladder, ways: Ways, chased: _Chased, lacking: Sequence[Entry]
) -> list[Post]:
    """The first time in the group where it was said; later each alone, by the first means that reaches them."""
    by_room: dict[int, list[Known]] = {}
    alone: dict[Means, list[Known]] = {}
    for entry in lacking:
        known = Known(person_id=entry.person_id, name=entry.name, unit=entry.unit, aliases=(), role="")
        named = entry.room_id is not None and await _names_shown(session, chased.reaching, entry.room_id)
        means = None if chased.number == 0 and named else await _first_means(session, ways, entry.person_id)
        if means is not None:
            alone.setdefault(means, []).append(known)
        elif named and entry.room_id is not None:
            by_room.setdefault(entry.room_id, []).append(known)
    posts: list[Post] = []
    for means, people_of in alone.items():
        text = "" if means is Means.SMS else chased.words(None)
        chase = Chase(people=people_of, words=_always(text), paste=chased.words(None))
        posts += await ladder.climb(chased.step(means, "person"), chase)
    for room_id, people_in in by_room.items():
        room = await rooms.get(session, room_id)
        if room.paused_at is None:
            posts += await _mention(ladder, chased, room, people_in)
    return posts


def _always(text: str) -> Callable[[Known], str]:
    """The same words for everybody."""
    return lambda _known: text


async def _first_means(session: Session, ways: Ways, person_id: int) -> Means | None:
    """A messenger, else mail, else a short message; a seat at the chat page, which calls nobody, only at last."""
    private = await ways.way(session, person_id, Means.PRIVATE)
    if private is not None:
        account = await identities.get(session, private.identity_id)
        if account.external_id != seat_of(person_id):
            return Means.PRIVATE
    for means in (Means.MAIL, Means.SMS):
        if await ways.way(session, person_id, means) is not None:
            return means
    return Means.PRIVATE if private is not None else None


async def _mention(ladder: Ladder, chased: _Chased, room: Room, lacking: Sequence[Known]) -> Sequence[Post]:
    step = chased.step(Means.MENTION, f"room/{room.id}")
    shown = await ladder.mentioned(step, room, lacking)
    if not shown:
        return ()
    most = chased.reaching.settings.manners.most_mentions
    return [
        Post(
            key=step.key,
            why=step.name,
            text=chased.words(room, [known.name for known in shown[most:]]),
            room=RoomId(room.id),
            mentions=tuple(PersonId(known.person_id) for known in shown[:most]),
            not_before=ladder.moment(step, room.channel, str(room.id), spread=False),
            not_after=step.not_after,
        )
    ]


async def still_owed(
    session: Session, _settings: Settings, office_id: int, about: str, _on: date, wanted: Collection[int]
) -> Collection[int]:
    """Those who have not answered a notice that is still out; see `bot.chasing.Owing`."""
    notice = await notices.get(session, int(about.partition("/")[2]))
    if notice.state not in (SENDING, SENT) or notice.office_id != office_id:
        return ()
    ledger = await notices.ledger(session, notice.id)
    return {entry.person_id for entry in ledger if entry.seen is None} & set(wanted)


async def _names_shown(session: Session, reaching: Reaching, room_id: int) -> bool:
    return daybook.names_shown(reaching.settings, (await rooms.get(session, room_id)).name)


async def _tell_ended(session: Session, reaching: Reaching, notice: Notice, now: datetime) -> Sequence[Post]:
    text = ledger_text(notice, await notices.ledger(session, notice.id), ended=True)
    return await staff.of_affairs(
        session, reaching.settings, reaching.office_id, None, key=f"notice-ended/{notice.id}",
        why=wording.notice_why(notice.number), text=text, now=now,
    )  # fmt: skip


# --- the ledger ------------------------------------------------------------------------------------------------------


def ledger_text(notice: Notice, entries: Sequence[Entry], *, ended: bool = False) -> str:
    """Who has not answered, by unit; counts right to the person."""
    units: dict[str, list[Entry]] = {}
    for entry in entries:
        units.setdefault(entry.unit, []).append(entry)
    lines = []
    for unit, here in units.items():
        missing = [wording.notice_missing(e.name, unreachable=not e.posted) for e in here if e.seen is None]
        lines.append(wording.notice_unit(unit, len(here), len(here) - len(missing), missing))
    routes: Counter[str] = Counter(entry.seen.route for entry in entries if entry.seen is not None)
    seen = sum(routes.values())
    head = (notice.number, notice.title, local(notice.deadline_at), notice.state)
    return wording.notice_ledger(head, len(entries), seen, lines, routes, ended=ended)
