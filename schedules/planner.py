"""Makes rows of what falls due, and does what is due: each firing once, whatever restarts.

`bot.app` has the ticker call `run_due`; a rehearsal calls it on its own clock.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from bot import asking
from bot.channel import Hears
from bot.clock import Clock, at, day_of, local
from bot.heard import Reach, nobody
from bot.messages import Post
from bot.settings import OF_STAFF, ScheduleSettings, Settings
from schedules import FORM_SCHEDULES, SCHEDULES, calendar
from schedules.due import Due
from storage import Session, Store, occasions, questions, rooms
from storage.tables import Occasion, Room

log = logging.getLogger(__name__)

Put = Callable[[Session, Sequence[Post]], Awaitable[None]]

_AHEAD = timedelta(days=1)
_LONGEST_MOVE = timedelta(days=1)
"""How far a firing can be moved within its day, so that it is found under its old time."""
_MOST_BACK = timedelta(days=7)
"""How far back firings that a long silence missed are listed."""


class Planner:
    """What is due by the schedules of `bot.toml`, and by questions that were asked back."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        office_id: int,
        put: Put,
        reach: Reach = nobody,
        hears: Mapping[str, Hears] | None = None,
    ) -> None:
        """Args:
        put: where the posts go, within the same transaction.
        reach: how it is found out whether somebody can be asked privately.
        hears: channel → what of a room's talk reaches the bot there; all of it where nothing is said.
        """
        self._reach = reach
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
        return await self.next_due_at()

    async def next_due_at(self) -> datetime | None:
        """When something is due next; None where nothing is planned and no question is open."""
        async with self._store.read() as session:
            moments = (
                await occasions.next_due_at(session, self._office_id),
                await questions.next_due_at(session, self._office_id),
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

    async def _plan(self, session: Session, now: datetime) -> None:
        """Makes rows for all that falls due from where planning last stood until tomorrow."""
        last = await occasions.last_planned_at(session, self._office_id)
        since = min(now, max(last, now - _MOST_BACK)) if last is not None else now
        found = [room for room in await rooms.every(session, self._office_id) if room.purpose != rooms.UNKNOWN]
        until = now + _AHEAD
        planned = await occasions.planned(session, self._office_id, since - _LONGEST_MOVE)
        keys = []
        for schedule in self._settings.schedules:
            for room in found:
                if not self._is_for(schedule, room):
                    continue
                for on, due_at in self._firings(schedule, since, until):
                    key = f"{schedule.name}/{on.isoformat()}/{room.id}"
                    keys.append(key)
                    if key not in planned:
                        await self._plan_one(session, schedule, room, on, due_at, key)
                    elif planned[key].moved(due_at):
                        await occasions.replan(session, self._office_id, key, due_at, _not_after(schedule, due_at))
        await occasions.drop_planned(session, self._office_id, now, until, keys)

    def _is_for(self, schedule: ScheduleSettings, room: Room) -> bool:
        """Whether a schedule speaks in a room: deputies' for the daily reports, those that a form asks for that.

        Who is on duty and what is overdue are the staff's own affair.
        """
        if "*" not in schedule.rooms and room.name not in schedule.rooms:
            return False
        if not schedule.form:
            return room.purpose == ("staff" if schedule.do in OF_STAFF else "deputies")
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
        self, session: Session, schedule: ScheduleSettings, room: Room, on: date, due_at: datetime, key: str
    ) -> None:
        await occasions.plan(
            session,
            office_id=self._office_id,
            key=key,
            schedule=schedule.name,
            on_day=on,
            room_id=room.id,
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
        room = await rooms.get(session, occasion.room_id)
        if schedule is None:
            await occasions.settle(session, occasion.id, "dropped", now)
        elif now > occasion.not_after:
            log.warning("schedule %d was missed: the bot was down", occasion.id)
            await occasions.settle(session, occasion.id, "missed", now)
        elif room.paused_at is not None:
            await occasions.settle(session, occasion.id, "paused", now)
        elif await occasions.settle(session, occasion.id, "done", now):
            await self._put(session, await self._posts(session, occasion, schedule, room, now))

    async def _posts(
        self, session: Session, occasion: Occasion, schedule: ScheduleSettings, room: Room, now: datetime
    ) -> Sequence[Post]:
        due = Due(
            key=occasion.key,
            schedule=schedule,
            settings=self._settings,
            room=room,
            on=occasion.on_day,
            due_at=occasion.due_at,
            not_after=occasion.not_after,
            now=now,
            hears=self._hears.get(room.channel, Hears.ALL),
        )
        jobs = FORM_SCHEDULES if schedule.form else SCHEDULES
        return await jobs[schedule.do](due, session)


def _not_after(schedule: ScheduleSettings, due_at: datetime) -> datetime:
    return due_at + timedelta(minutes=schedule.late_minutes)
