"""`/值班`, `/换班`: who is on duty, and who takes whose place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot import duty, wording
from bot.clock import local
from bot.duty import DutyDay
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Doubt, PersonId, Post
from bot.people import Known
from bot.records import Command
from handlers.commands.arguments import read_day, split_span
from handlers.commands.scope import person_meant
from storage import Session, duties

_DAYS_SHOWN = 7


async def shown(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/值班 [day or span]`: who is on duty; the next days where none is named."""
    today = local(heard.now).date()
    if command.args:
        span, others = split_span(command.args, today)
        if others:
            raise Refusal(wording.which_day(" ".join(others)[:20]))
        days: Sequence[date] = span.latest.days
    else:
        days = [today + timedelta(days=n) for n in range(_DAYS_SHOWN)]
    found = [await duty.on_duty(session, heard.office_id, day) for day in days]
    lines = [(on.on, [known.name for known in on.people], on.unknown) for on in found if on.people or on.unknown]
    return [heard.answer(wording.duty_days(lines, days[0], days[-1]), "/值班")]


async def swap(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/换班 2月5日 [张三] 李四`: 李四 takes the place; `/换班 2月5日 2月8日`: two days change hands."""
    today = local(heard.now).date()
    days, names = [], []
    for word in command.args:
        day = read_day(word, today)
        if day is None:
            names.append(word)
        else:
            days.append(await duty.on_duty(session, heard.office_id, day))
    if any(on.on < today for on in days):
        raise Refusal(wording.duty_is_over())
    people = [await person_meant(name, heard, session) for name in names]
    staff = {known.person_id for known in await duty.staff_of(session, heard.office_id)}
    if other := next((known for known in people if known.person_id not in staff), None):
        raise Refusal(wording.not_staff(other.name))
    places = _places(days, people, heard)
    for on, out, into in places:
        await duties.swap(session, heard.office_id, on, out.person_id, into.person_id, heard.message_id, heard.now)
    told = wording.duty_swapped([(on, out.name, into.name) for on, out, into in places])
    concerned = dict.fromkeys(known.person_id for _, out, into in places for known in (out, into))
    return [
        heard.answer(told, "/换班"),
        *(_notice(person, told, heard) for person in concerned if person != heard.speaker.person_id),
    ]


def _places(days: Sequence[DutyDay], people: Sequence[Known], heard: Heard) -> list[tuple[date, Known, Known]]:
    """(day, who goes, who comes).

    Raises:
        Refusal: it is not clear who takes whose place.
    """
    match days, people:
        case [on], [out, into]:
            return [_place(on, out, into)]
        case [on], [into]:
            own = next((known for known in on.people if known.person_id == heard.speaker.person_id), None)
            return [_place(on, own or _only(on), into)]
        case [first, second], []:
            out, into = _only(first), _only(second)
            return [_place(first, out, into), _place(second, into, out)]
        case [first, second], [out, into]:
            return [_place(first, out, into), _place(second, into, out)]
    raise Refusal(wording.how_to_swap())


def _place(on: DutyDay, out: Known, into: Known) -> tuple[date, Known, Known]:
    on_duty = {known.person_id for known in on.people}
    if out.person_id not in on_duty:
        raise Refusal(wording.not_on_duty(out.name, on.on))
    if into.person_id in on_duty:
        raise Refusal(wording.already_on_duty(into.name, on.on))
    return on.on, out, into


def _only(on: DutyDay) -> Known:
    if not on.people:
        raise Refusal(wording.nobody_on_duty(on.on))
    if len(on.people) > 1:
        raise Refusal(wording.whose_duty(on.on, [known.name for known in on.people]))
    return on.people[0]


def _notice(person_id: int, told: str, heard: Heard) -> Post:
    return Post(
        key=f"swap/{heard.message_id}/{person_id}",
        why="/换班",
        text=told,
        person=PersonId(person_id),
        not_after=heard.now + timedelta(hours=heard.settings.manners.alert_hours),
        doubt=Doubt.REPEAT,
    )
