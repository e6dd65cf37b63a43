"""What a handler is told beside the record: who spoke, where, when, and by which settings; and how it answers.

`bot.inbox` and `schedules` make it, `handlers` use it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.clock import local
from bot.forms import Form
from bot.messages import Doubt, FileId, Manner, PersonId, Post, RoomId
from bot.parsing.answers import Asked
from bot.people import Known
from bot.records import Record
from bot.series import Series
from bot.settings import Settings
from storage import Session, people
from storage.people import Membership

Reach = Callable[[Session, int | None, int | None], Awaitable[int | None]]
"""(session, person, account) → the account by which they can be told privately, the given one before others."""


Private = Callable[[str, Sequence[str], bool], bool]
"""(text, names of people, whether staff wrote it) → whether it may be about somebody's health."""


def all_private(_text: str, _names: Sequence[str], _by_staff: bool) -> bool:
    """Takes everything for somebody's health: what cannot be told stays where it was said."""
    return True


async def nobody(_session: Session, _person_id: int | None, _identity_id: int | None) -> int | None:
    """Reaches nobody."""
    return None


def known_of(member: Membership) -> Known:
    """A member as `bot.people` compares names."""
    return Known(
        person_id=member.person_id, name=member.name, unit=member.unit, aliases=member.aliases, role=member.role
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who spoke; `person_id` is None while nobody knows whose account it is."""

    name: str
    identity_id: int | None = None
    person_id: int | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The room (群) in which something was said, or that it counts for."""

    id: int
    name: str
    channel: str
    for_staff: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What the bot had asked the speaker privately; `subject_id` is None while nobody knows who goes by the name."""

    question_id: int
    subject_id: int | None
    about: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message on its way through the handlers.

    Args:
        room: where it was said; None in a private talk.
        counts_for: the room whose tally it belongs to; of a private talk the speaker's first group.
        people: everybody who may be meant by a name here, the room's own members first.
        day: the reporting day (China's, with the office's cut-off).
        position: which of the message's records is being handled, from 0.
        read: reads another text in the same circumstances (a report that stands behind a command).
        again: it was handled before and is read again, because staff settled who spoke.
        question: the bot's numbered reminder that a numbered message may answer.
        answering: the question that a private message may answer.
        notice: the id of the notice that it expressly answers: quotes, answers or names.
        reach: how it is found out whether somebody can be told privately.
        hears: channel → what of a room's talk reaches the bot there; all of it where nothing is said.
        private: how it is found out whether a text may be shown in another group.
        series: the series of texts (普法) at work.
    """

    message_id: int
    office_id: int
    settings: Settings
    speaker: Speaker
    channel: str
    room: Place | None
    counts_for: Place | None
    people: Sequence[Known]
    sent_at: datetime
    now: datetime
    day: date
    read: Callable[[str], Awaitable[Sequence[Record]]]
    position: int = 0
    again: bool = False
    question: str | None = None
    answering: Answering | None = None
    notice: int | None = None
    reach: Reach = nobody
    hears: Mapping[str, str] = field(default_factory=dict)
    private: Private = all_private
    series: Sequence[Series] = ()

    @property
    def order(self) -> tuple[datetime, int]:
        """Where the message stands among all: by when it was said, then as it came."""
        return self.sent_at, self.message_id

    async def names(self, session: Session) -> Sequence[str]:
        """What everybody of the office goes by: whom a text may be about."""
        everybody = await people.everybody(session, self.office_id)
        return [name for member in everybody for name in (member.name, *member.aliases)]

    def open_forms(self) -> Sequence[Form]:
        """The office's own forms (采集) that this message may answer; staff may bring in answers at any hour."""
        forms = self.settings.forms
        if not forms:
            return ()
        wall = local(self.sent_at).time()
        found = [f for f in forms if (f.open_on(self.day) if self.speaker.staff else f.open_at(self.day, wall))]
        if self.room is None or (self.room.for_staff and self.speaker.staff):
            return found
        return [f for f in found if f.asked_in(self.room.name, for_staff=self.room.for_staff)]

    def answer(self, text: str, why: str, *, step: str = "answer", attachment: FileId | None = None) -> Post:
        """An answer in the place where the message was said."""
        until = self.sent_at + timedelta(minutes=self.settings.manners.reply_minutes)
        key = f"{step}/{self.message_id}"
        if self.room is not None:
            return Post(
                key=key,
                why=why,
                text=text,
                room=RoomId(self.room.id),
                not_after=until,
                attachment=attachment,
                manner=Manner.AT_ONCE,
            )
        return self.whisper(text, why, step=step, attachment=attachment)

    def whisper(self, text: str, why: str, *, step: str = "whisper", attachment: FileId | None = None) -> Post:
        """An answer to the speaker alone."""
        return Post(
            key=f"{step}/{self.message_id}",
            why=why,
            text=text,
            identity=self.speaker.identity_id,
            person=PersonId(self.speaker.person_id) if self.speaker.person_id is not None else None,
            channel=self.channel,
            not_after=self.sent_at + timedelta(minutes=self.settings.manners.reply_minutes),
            attachment=attachment,
            doubt=Doubt.REPEAT,
            manner=Manner.AT_ONCE,
        )
