"""What a job is told: which schedule, which room or for a step towards each alone which rooms, which day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot import daybook, wording
from bot.channel import Hears, Means, Ways
from bot.chasing import Ladder, Step
from bot.messages import Manner, PersonId, Post, RoomId
from bot.parsing import answers
from bot.reports.tally import RoomDay
from bot.series import Series
from bot.settings import ScheduleSettings, Settings
from storage import Session
from storage.tables import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class _Firing:
    """One firing of a schedule; `key` is unique to it."""

    key: str
    schedule: ScheduleSettings
    settings: Settings
    on: date
    due_at: datetime
    not_after: datetime
    now: datetime
    ways: Ways

    def step(self, means: Means) -> Step:
        """The firing as a step of the ladder."""
        return Step(
            name=self.schedule.name,
            key=self.key,
            about=daybook.about(self.schedule.form),
            means=means,
            on=self.on,
            due_at=self.due_at,
            not_after=self.not_after,
            most_people=self.schedule.most_people,
        )

    def ladder(self, session: Session, office_id: int) -> Ladder:
        """What makes the step's reminders."""
        return Ladder(session, self.settings, office_id, self.now, self.ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(_Firing):
    """One firing in one room; `hears` is what of the room's talk reaches the bot."""

    room: Room
    hears: Hears
    series: Series | None = None

    def fill(self, day: RoomDay) -> Mapping[str, object]:
        """What stands for the placeholders of a text; no names where the room is not to see them."""
        return fill(self.settings, self.room, day)

    @property
    def how(self) -> str:
        """How people in the room say something that the bot hears."""
        bot_name = self.settings.office.bot_name
        match self.hears:
            case Hears.ALL:
                return wording.said_in_room()
            case Hears.MENTIONS:
                return wording.said_to_bot(bot_name)
            case _:
                return wording.said_alone(bot_name)

    def post(self, text: str, mentions: tuple[PersonId, ...] = (), at: datetime | None = None) -> Post:
        """What is said in the room, at the hour or at the moment `at`.

        Of two numbered questions in one post nobody could tell which "1." answers.
        """
        moment = at or self.due_at
        alone = answers.asks_by_number(text)
        return Post(
            key=self.key,
            why=self.schedule.name,
            text=text,
            room=RoomId(self.room.id),
            mentions=mentions,
            manner=Manner.ALONE if alone else Manner.TOGETHER,
            not_before=moment,
            not_after=self.not_after + (moment - self.due_at),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDue(_Firing):
    """One firing for the whole office: towards each alone, whichever of these rooms they are missing in."""

    office_id: int
    rooms: Sequence[Room]


def fill(settings: Settings, room: Room, day: RoomDay) -> Mapping[str, object]:
    """What stands for the placeholders of a text in a room; no names where it is not to see them."""
    shown = day.missing if daybook.names_shown(settings, room.name) else ()
    return {
        "date": wording.day(day.on),
        "room": room.name,
        "should": day.should_report,
        "reported": len(day.reported),
        "missing_count": len(day.missing),
        "missing": "、".join(known.name for known in shown),
    }
