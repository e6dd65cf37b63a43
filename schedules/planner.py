"""Makes rows of what falls due, and does what is due: each firing once, whatever restarts.

`bot.app` has the ticker call `run_due`; a rehearsal calls it on its own clock.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot import asking, noticing, watching
from bot.channel import Hears, Means, Way, Ways
from bot.clock import Clock, at, day_of, local
from bot.heard import Reach, nobody
from bot.messages import Post
from bot.noticing import Reaching
from bot.series import Shelf
from bot.settings import OF_STAFF, ScheduleSettings, Settings
from schedules import FORM_SCHEDULES, OFFICE_SCHEDULES, SCHEDULES, calendar
from schedules.due import Due, OfficeDue
from storage import Session, Store, alarms, notices, occasions, questions, rooms
from storage.tables import Occasion, Room

log = logging.getLogger(__name__)

Put = Callable[[Session, Sequence[Post]], Awaitable[None]]

_AHEAD = timedelta(days=1)
_LONGEST_MOVE = timedelta(days=1)
"""How far a firing can be moved within its day, so that it is found under its old time."""
_MOST_BACK = timedelta(days=7)
"""How far back firings that a long silence missed are listed."""


class Nowhere:
    """Ways that lead to nobody."""

    def channels(self, _means: Means) -> Sequence[str]:
        """None."""
        return ()

    async def way(self, _session: Session, _person_id: int, _means: Means) -> Way | None:
        """None."""
        return None


class Planner:
    """What is due by the schedules of `bot.toml`, by questions that were asked back, by notices, by early warnings."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        office_id: int,
        put: Put,
        reach: Reach = nobody,
        hears: Mapping[str, Hears] | None = None,
        ways: Ways | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Args:
        put: where the posts go, within the same transaction.
        reach: how it is found out whether somebody can be asked privately.
        hears: channel → what of a room's talk reaches the bot there; all of it where nothing is said.
        ways: by which account somebody is reminded alone; without it nobody is.
        shelf: the series of texts (普法) at work.
        """
        self._shelf = shelf or Shelf(settings.series)
        self._reach = reach
        self._ways = ways or Nowhere()
        self._store, self._clock, self._settings, self._office_id, self._put = store, clock, settings, office_id, put
        self._hears = hears or {}
        self._by_name = {schedule.name: schedule for schedule in settings.schedules}

    async def run_due(self) -> datetime | None:
        """Plans, does what is due now, and returns when something is due next."""
        now = self._clock.now()
        async with self._store.begin() as session:
            await self._plan(session, now)
        while await self._run_one():
            pass
        while await self._ask_one():
            pass
        while await self._follow_one():
            pass
        while await self._warn_one():
            pass
        return await self.next_due_at()

    async def next_due_at(self) -> datetime | None:
        """When something is due next; None where nothing is planned, asked, sent or unanswered."""
        async with self._store.read() as session:
            moments = (
                await occasions.next_due_at(session, self._office_id),
                await questions.next_due_at(session, self._office_id),
                await notices.next_due_at(session, self._office_id),
                await alarms.next_due_at(session, self._office_id),
            )
        return min((moment for moment in moments if moment is not None), default=None)

    async def _ask_one(self) -> bool:
        """Takes one question a step on in one transaction; False where none is due."""
        async with self._store.begin() as session:
            step = asking.next_step(session, self._settings, self._office_id, self._clock.now(), self._reach)
            said = await step
            if said:
                await self._put(session, said)
        return said is not None

    async def _follow_one(self) -> bool:
        """Takes one notice a step on in one transaction; False where none is due."""
        reaching = Reaching(settings=self._settings, office_id=self._office_id, reach=self._reach, hears=self._hears)
        async with self._store.begin() as session:
            said = await noticing.next_step(session, reaching, self._ways, self._clock.now())
            if said:
                await self._put(session, said)
        return said is not None

    async def _warn_one(self) -> bool:
        """Repeats one early warning that nobody has answered, in one transaction; False where none is due."""
        async with self._store.begin() as session:
            said = await watching.next_repeat(session, self._settings, self._office_id, self._clock.now())
            if said:
                await self._put(session, said)
        return said is not None

    async def _plan(self, session: Session, now: datetime) -> None:
        """Makes rows for all that falls due from where planning last stood until tomorrow."""
        last = await occasions.last_planned_at(session, self._office_id)
        since = min(now, max(last, now - _MOST_BACK)) if last is not None else now
        found = [room for room in await rooms.every(session, self._office_id) if room.purpose != rooms.UNKNOWN]
        until = now + _AHEAD
        planned = await occasions.planned(session, self._office_id, since - _LONGEST_MOVE)
        keys = []
        for schedule in self._settings.schedules:
            for room in self._places(schedule, found):
                for on, due_at in self._firings(schedule, since, until):
                    key = f"{schedule.name}/{on.isoformat()}/{room.id if room is not None else 'office'}"
                    keys.append(key)
                    if key not in planned:
                        await self._plan_one(session, schedule, room, on, due_at, key)
                    elif planned[key].moved(due_at):
                        await occasions.replan(session, self._office_id, key, due_at, _not_after(schedule, due_at))
        await occasions.drop_planned(session, self._office_id, now, until, keys)

    def _places(self, schedule: ScheduleSettings, found: Sequence[Room]) -> Sequence[Room | None]:
        """The rooms in which a schedule is due one by one, or None for the whole office at once."""
        meant = [room for room in found if self._is_for(schedule, room)]
        if schedule.do in OFFICE_SCHEDULES:
            return [None] if meant else []
        return meant

    def _is_for(self, schedule: ScheduleSettings, room: Room) -> bool:
        """Whether a schedule speaks in a room: for health in deputies' or named ones, for a form where that asks.

        Who is on duty and what is overdue are the staff's own affair.
        """
        if "*" not in schedule.rooms and room.name not in schedule.rooms:
            return False
        if schedule.do in OF_STAFF:
            return room.purpose == "staff"
        if schedule.series:
            return schedule.is_for(room.name, room.purpose)
        if not schedule.form:
            return room.purpose == "deputies" or room.name in schedule.rooms
        form = next((form for form in self._settings.forms if form.name == schedule.form), None)
        return form is not None and form.asked_in(room.name, for_staff=room.purpose == "staff")

    def _firings(self, schedule: ScheduleSettings, since: datetime, until: datetime) -> Iterator[tuple[date, datetime]]:
        day, last = local(since).date(), local(until).date()
        while day <= last:
            due_at = at(day, schedule.at)
            begun = schedule.from_on is None or day >= schedule.from_on
            ended = schedule.to_on is not None and day > schedule.to_on
            if since <= due_at <= until and begun and not ended and calendar.fits(day, schedule.days):
                yield day_of(due_at, self._settings.office.day_cutoff_hour), due_at
            day += timedelta(days=1)

    async def _plan_one(
        self, session: Session, schedule: ScheduleSettings, room: Room | None, on: date, due_at: datetime, key: str
    ) -> None:
        await occasions.plan(
            session,
            office_id=self._office_id,
            key=key,
            schedule=schedule.name,
            on_day=on,
            room_id=room.id if room is not None else None,
            due_at=due_at,
            not_after=_not_after(schedule, due_at),
        )

    async def _run_one(self) -> bool:
        """Does one due occasion in one transaction; False where none is due."""
        now = self._clock.now()
        async with self._store.begin() as session:
            due = await occasions.due(session, self._office_id, now)
            if not due:
                return False
            await self._settle(session, due[0], now)
        return True

    async def _settle(self, session: Session, occasion: Occasion, now: datetime) -> None:
        schedule = self._by_name.get(occasion.schedule)
        room = await rooms.get(session, occasion.room_id) if occasion.room_id is not None else None
        if schedule is None or (room is None) != (schedule.do in OFFICE_SCHEDULES):  # it was another job then
            await occasions.settle(session, occasion.id, "dropped", now)
        elif now > occasion.not_after:
            log.warning("schedule %d was missed: the bot was down", occasion.id)
            await occasions.settle(session, occasion.id, "missed", now)
        elif room is not None and room.paused_at is not None:
            await occasions.settle(session, occasion.id, "paused", now)
        elif await occasions.settle(session, occasion.id, "done", now):
            await self._put(session, await self._posts(session, occasion, schedule, room, now))

    async def _posts(
        self, session: Session, occasion: Occasion, schedule: ScheduleSettings, room: Room | None, now: datetime
    ) -> Sequence[Post]:
        firing: dict[str, Any] = {
            "key": occasion.key,
            "schedule": schedule,
            "settings": self._settings,
            "on": occasion.on_day,
            "due_at": occasion.due_at,
            "not_after": occasion.not_after,
            "now": now,
            "ways": self._ways,
        }
        if room is None:
            known = [r for r in await rooms.every(session, self._office_id) if r.purpose != rooms.UNKNOWN]
            asked = [r for r in known if self._is_for(schedule, r)]
            office_due = OfficeDue(**firing, office_id=self._office_id, rooms=asked)
            return await OFFICE_SCHEDULES[schedule.do](office_due, session)
        due = Due(
            **firing,
            room=room,
            hears=self._hears.get(room.channel, Hears.ALL),
            series=self._shelf.named(schedule.series),
        )
        jobs = FORM_SCHEDULES if schedule.form else SCHEDULES
        return await jobs[schedule.do](due, session)


def _not_after(schedule: ScheduleSettings, due_at: datetime) -> datetime:
    return due_at + timedelta(minutes=schedule.late_minutes)
