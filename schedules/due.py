"""What a job is told: which schedule, which room, which day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot import daybook, wording
from bot.channel import Hears
from bot.messages import Manner, PersonId, Post, RoomId
from bot.parsing import answers
from bot.reports.tally import RoomDay
from bot.series import Series
from bot.settings import ScheduleSettings, Settings
from storage.tables import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One firing of a schedule in one room; `key` is unique to it, `hears` what of the room's talk reaches the bot,
    `series` what a schedule of one posts from."""

    key: str
    schedule: ScheduleSettings
    settings: Settings
    room: Room
    on: date
    due_at: datetime
    not_after: datetime
    now: datetime
    hears: Hears
    series: Series | None = None

    def fill(self, day: RoomDay) -> Mapping[str, object]:
        """What stands for the placeholders of a text; no names where the room is not to see them."""
        shown = day.missing if daybook.names_shown(self.settings, self.room.name) else ()
        return {
            "date": wording.day(self.on),
            "room": self.room.name,
            "should": day.should_report,
            "reported": len(day.reported),
            "missing_count": len(day.missing),
            "missing": "、".join(known.name for known in shown),
        }

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

    def post(self, text: str, mentions: tuple[PersonId, ...] = ()) -> Post:
        """What is said in the room; of two numbered questions in one post nobody could tell which "1." answers."""
        alone = answers.asks_by_number(text)
        return Post(
            key=self.key,
            why=self.schedule.name,
            text=text,
            room=RoomId(self.room.id),
            mentions=mentions,
            manner=Manner.ALONE if alone else Manner.TOGETHER,
            not_before=self.due_at,
            not_after=self.not_after,
        )
