"""The ladder of reminders (催报): who is reminded by which step, how often, when; what is left to staff.

`schedules` climb it with those who are missing in a collection; whatever else wants people chased until something is
so about them hands in a `Step` of its own and the word by which `Gate` asks whether they still owe it. Each person
goes through a step of a day once: a row, made with its post in the caller's transaction. Caps are counted from the
rows of all collections; quiet hours move a reminder to their end, or drop it where that is another day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from bot import staff, wording
from bot.channel import Means, Way, Ways
from bot.clock import at, day_of, local, quiet_until
from bot.messages import PersonId, Post
from bot.people import Known
from bot.settings import MannersSettings, Pacing, Settings
from storage import Session, errands, people, posts, reminders, rooms
from storage.tables import Post as PostRow
from storage.tables import Reminder, Room

_WEEK_DAYS = 7
_SHARP = (0, 30)

Owing = Callable[[Session, Settings, int, str, date, Collection[int]], Awaitable[Collection[int]]]
"""(session, settings, office, about, day, people) → those of them who still owe it."""

Compose = Callable[[Session, Settings, str, Room, date, Sequence[int]], Awaitable[tuple[str, Sequence[int]] | None]]
"""(session, settings, step, room, day, people) → what a mention of these people says, and whom it mentions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step towards people who owe something, on a day.

    Args:
        name: its own name, shown to people; with the day and the person the reason for a reminder.
        key: what the keys of its posts begin with.
        about: what is owed (`health`, `form/口罩领取`); the first word says who decides whether it still is.
        most_people: more are not reminded; staff decide. 0 for no limit.
    """

    name: str
    key: str
    about: str
    means: Means
    on: date
    due_at: datetime
    not_after: datetime
    most_people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase:
    """Those who are to be reminded, and in which words.

    Args:
        words: what is said to one of them; a channel that takes approved words only says its own where these are none.
        paste: what staff can pass on where the program cannot.
    """

    people: Sequence[Known]
    words: Callable[[Known], str]
    paste: str


class Ladder:
    """Makes the reminders of a step, within the caller's transaction."""

    def __init__(self, session: Session, settings: Settings, office_id: int, now: datetime, ways: Ways) -> None:
        self._session, self._settings, self._office_id = session, settings, office_id
        self._now, self._ways = now, ways
        self._pacing = {channel.name: channel.pacing for channel in settings.channels}

    async def climb(self, step: Step, chase: Chase) -> list[Post]:
        """One post to each of those people who can be reminded by the step's means, and may be."""
        fresh = await self._fresh(step, chase.people)
        if not fresh:
            return []
        if not self._ways.channels(step.means):
            return await self._left_to_staff(step, fresh, chase.paste, wording.no_channel(step.means))
        if 0 < step.most_people < len(fresh):
            return await self._left_to_staff(step, fresh, chase.paste, wording.too_many(len(fresh), step.most_people))
        limits = await self._limits(step, fresh)
        made = [await self._remind(step, known, chase.words(known), limits) for known in fresh]
        return [post for post in made if post is not None]

    async def mentioned(self, step: Step, room: Room, missing: Sequence[Known]) -> Sequence[Known]:
        """Those whom a group's reminder addresses, noted: each in one group only, and not too often."""
        fresh = await self._fresh(step, missing)
        limits = await self._limits(step, fresh)
        moment = self.moment(step, room.channel, str(room.id), spread=False)
        found = []
        for known in fresh:
            enough = limits.reached(known.person_id)
            if enough is not None:
                await self._note(step, known, step.due_at, withheld=enough.cap, number=enough.number)
            elif moment is None:
                await self._note(step, known, step.due_at, withheld=reminders.QUIET)
            else:
                await self._note(step, known, moment, post_key=step.key)
                found.append(known)
        return found

    def moment(self, step: Step, channel: str, seed: str, *, spread: bool = True) -> datetime | None:
        """When a reminder is due in a channel: the same however often it is asked; None where quiet hours forbid it.

        Args:
            seed: what makes the moment this person's (or room's) own.
        """
        pacing = self._pacing.get(channel, Pacing(spread_minutes=0))
        seconds = pacing.spread_minutes * 60 if spread else 0
        moment = settled(step.due_at, f"{step.name}/{step.on}/{seed}", seconds, avoid_sharp=pacing.avoid_sharp)
        quiet = quiet_until(moment, quiet_hours(self._settings.manners, step.means))
        if quiet is None:
            return moment
        if day_of(quiet, self._settings.office.day_cutoff_hour) != step.on:
            return None
        return settled(quiet, f"{step.name}/{step.on}/{seed}", seconds, avoid_sharp=pacing.avoid_sharp)

    async def _fresh(self, step: Step, wanted: Sequence[Known]) -> list[Known]:
        """Those whom the step has not been through, each once; from here on one process at a time counts."""
        await people.lock_office(self._session, self._office_id)
        ids = {known.person_id: known for known in wanted}
        done = await reminders.noted(self._session, self._office_id, step.name, step.on, ids)
        return [known for person_id, known in ids.items() if person_id not in done]

    async def _limits(self, step: Step, wanted: Sequence[Known]) -> _Limits:
        ids = [known.person_id for known in wanted]
        counts = await reminders.counts(self._session, self._office_id, step.on, ids)
        today: Mapping[int, int] = {}
        week: Mapping[int, int] = {}
        if step.means is Means.SMS:
            channels = self._ways.channels(Means.SMS)
            midnight = at(local(self._now).date(), time())
            today = await reminders.sent_by(self._session, self._office_id, channels, ids, midnight)
            since = self._now - timedelta(days=_WEEK_DAYS)
            week = await reminders.sent_by(self._session, self._office_id, channels, ids, since)
        return _Limits(self._settings.manners, step.means, counts, today, week)

    async def _remind(self, step: Step, known: Known, words: str, limits: _Limits) -> Post | None:
        enough = limits.reached(known.person_id)
        if enough is not None:
            await self._note(step, known, step.due_at, withheld=enough.cap, number=enough.number)
            return None
        way = await self._ways.way(self._session, known.person_id, step.means)
        if way is None:
            await self._note(step, known, step.due_at, withheld=reminders.ADDRESS)
            return None
        moment = self.moment(step, way.channel, str(known.person_id))
        if moment is None:
            await self._note(step, known, step.due_at, withheld=reminders.QUIET)
            return None
        key = f"{step.key}/{known.person_id}"
        await self._note(step, known, moment, post_key=key)
        return self._post(step, key, known, words, way, moment)

    def _post(self, step: Step, key: str, known: Known, words: str, way: Way, moment: datetime) -> Post:
        return Post(
            key=key,
            why=step.name,
            text=words or way.words,
            person=PersonId(known.person_id),
            identity=way.identity_id,
            not_before=moment,
            not_after=moment + (step.not_after - step.due_at),
        )

    async def _note(
        self, step: Step, known: Known, due_at: datetime, *, post_key: str = "", withheld: str = "", number: int = 0
    ) -> None:
        await reminders.add(
            self._session,
            office_id=self._office_id,
            step=step.name,
            on_day=step.on,
            person_id=known.person_id,
            about=step.about,
            means=str(step.means),
            post_key=post_key,
            withheld=withheld,
            number=number,
            due_at=due_at,
        )

    async def _left_to_staff(self, step: Step, wanted: Sequence[Known], paste: str, why: str) -> list[Post]:
        """The program cannot do the step, or should not: whoever is on duty gets the words and the list."""
        for known in wanted:
            await self._note(step, known, step.due_at, withheld=reminders.OFFICE)
        key = errand_key(step.name, step.on)
        number = await errands.add(self._session, self._office_id, key, f"{step.name}（{len(wanted)} 人）", self._now)
        if number is None:
            return []
        phones = await people.phones(self._session, [known.person_id for known in wanted])
        lines = [wording.called(known.name, known.unit, phones.get(known.person_id, "")) for known in wanted]
        text = wording.errand(number, step.name, why, paste, lines)
        until = self._now + timedelta(hours=self._settings.manners.alert_hours)
        return await staff.to_officer(self._session, self._office_id, f"errand/{number}", step.name, text, until)


class _Enough(NamedTuple):
    """Which cap is reached, and how often somebody was reminded."""

    cap: str
    number: int


class _Limits:
    """Whether somebody has been reminded often enough."""

    def __init__(
        self,
        manners: MannersSettings,
        means: Means,
        counts: Mapping[int, Mapping[str, int]],
        today: Mapping[int, int],
        week: Mapping[int, int],
    ) -> None:
        self._manners, self._means, self._counts = manners, means, counts
        self._today, self._week = today, week

    def reached(self, person_id: int) -> _Enough | None:
        """The cap that is reached; None where once more is fine."""
        manners, mine = self._manners, self._counts.get(person_id, {})
        checked = [(reminders.CAP, sum(mine.values()), manners.reminders_per_day)]
        match self._means:
            case Means.PRIVATE:
                checked.append((reminders.CAP, mine.get(Means.PRIVATE, 0), manners.private_per_day))
            case Means.SMS:
                checked.append((reminders.CAP, self._today.get(person_id, 0), manners.sms_per_day))
                checked.append((reminders.WEEK, self._week.get(person_id, 0), manners.sms_per_week))
            case Means.MAIL:
                checked.append((reminders.CAP, mine.get(Means.MAIL, 0), manners.mail_per_day))
            case Means.MENTION:
                pass
        return next((_Enough(cap, number) for cap, number, most in checked if number >= most), None)


class Gate:
    """Looks at a reminder as it is about to go out: who has reported meanwhile is not reminded any more."""

    def __init__(self, settings: Settings, office_id: int, owing: Mapping[str, Owing], compose: Compose) -> None:
        """Args:
        owing: the first word of what is owed → what tells who still owes it.
        compose: puts a group's reminder together for those who are left.
        """
        self._settings, self._office_id, self._owing, self._compose = settings, office_id, owing, compose

    async def lets_out(self, session: Session, post: PostRow, now: datetime) -> bool:
        """Whether a claimed post goes out now; otherwise it is due later, or dropped, in the same transaction."""
        whole, _, piece = post.key.rpartition("#")
        pieces = bool(whole) and piece.isdecimal()
        rows = await reminders.of_post(session, self._office_id, post.key)
        if not rows and pieces:
            rows = await reminders.of_post(session, self._office_id, whole)
        if not rows:
            return True
        left = await self._still_owing(session, rows)
        if not left:
            await posts.settle(session, post.id, "dropped", note="已经报了，不再提醒")
            return False
        if (later := self._later(rows[0], post, now)) is not None:
            if later > post.not_after:
                await posts.settle(session, post.id, "dropped", note="到了不打扰的时间，没有再发")
            else:
                await posts.postpone(session, post.id, later, only_from="claimed", note="不打扰的时间过了再发")
            return False
        if len(left) < len(rows) and post.room_id is not None:
            await self._without_those_who_reported(session, post, rows[0], left)
        return True

    def _later(self, row: Reminder, post: PostRow, now: datetime) -> datetime | None:
        """When it may go out, where that is not now: quiet hours have come, or the clock stands sharp."""
        quiet = quiet_until(now, quiet_hours(self._settings.manners, Means(row.means)))
        if quiet is not None:
            return quiet
        pacing = next((channel.pacing for channel in self._settings.channels if channel.name == post.channel), Pacing())
        moment = settled(now, post.key, 0, avoid_sharp=pacing.avoid_sharp)
        return moment if moment > now else None

    async def _still_owing(self, session: Session, rows: Sequence[Reminder]) -> list[int]:
        about, on = rows[0].about, rows[0].on_day
        ids = [row.person_id for row in rows]
        ask = self._owing.get(about.partition("/")[0])
        left = ids if ask is None else await ask(session, self._settings, self._office_id, about, on, ids)
        return [person_id for person_id in ids if person_id in left]

    async def _without_those_who_reported(
        self, session: Session, post: PostRow, row: Reminder, left: Sequence[int]
    ) -> None:
        assert post.room_id is not None
        room = await rooms.get(session, post.room_id)
        composed = await self._compose(session, self._settings, row.step, room, row.on_day, left)
        text, mentions = composed or (post.text, [person for person in post.mentions if person in left])
        if await posts.by_key(session, self._office_id, f"{post.key}#1") is not None:
            text = post.text  # in several pieces: the others follow as they are
        await posts.rewrite(session, post.id, text, mentions)


def quiet_hours(manners: MannersSettings, means: Means) -> tuple[int, int]:
    """The local hours in which nobody is reminded so."""
    return manners.sms_quiet_hours if means is Means.SMS else manners.quiet_hours


def settled(moment: datetime, seed: str, seconds: int, *, avoid_sharp: bool) -> datetime:
    """A moment within so many seconds of another, the same for a seed; where they are avoided, never at :00 or :30."""
    drawn = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    moment += timedelta(seconds=drawn % seconds) if seconds else timedelta(0)
    if avoid_sharp and local(moment).minute in _SHARP:
        moment += timedelta(seconds=61 + drawn % 120)
    return moment


def errand_key(step: str, on: date) -> str:
    """The key of what a step left to staff on a day."""
    return f"{step}/{on.isoformat()}"
