"""Commands about the office's own forms (采集): `/采集` lists them; `/汇总 口罩领取` and its like name one.

`handlers.commands` asks `about` whether a command names a form, and has `OF_FORMS` carry it out then. Of a private
form no value stands in a group: totals, and what is to be asked of whom, go to the asker alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta

from bot import audience, daybook, wording
from bot.errors import Refusal
from bot.forms import Form, Per, named
from bot.heard import Heard
from bot.messages import PersonId, Post, RoomId
from bot.people import Known, key
from bot.records import Answer, Command, HealthReport, Relation
from bot.reports import forms as reports
from bot.reports.forms import FormDay, Standing
from handlers import answer, entries
from handlers.commands import on_behalf
from handlers.commands.arguments import MOST_DAYS, Span, split_span
from handlers.commands.scope import BY_UNITS, Part, has_any, has_below, person_meant, rooms_meant
from handlers.commands.sheets import hand_over
from storage import Session, records, register, rooms
from storage.tables import Room

Run = Callable[[Form, Command, Heard, Session], Awaitable[Sequence[Post]]]


def about(command: Command, known: str, heard: Heard) -> tuple[Form, Command] | None:
    """The form that a command names, and the command without its name; None where it names none.

    Args:
        known: the command's first name; of `/代报` and `/更正` the form stands behind the person.
    """
    if known not in OF_FORMS or not heard.settings.forms:
        return None
    args = command.args
    places = range(1, min(2, len(args))) if known in _BEHIND_PERSON else range(len(args))
    for at in places:
        form = _meant(args[at], heard, whole=known in _BEHIND_PERSON)
        if form is not None:
            rest = (*args[:at], *args[at + 1 :])
            return form, dataclasses.replace(command, args=rest, rest=" ".join(rest))
    return None


_BEHIND_PERSON = ("代报", "更正")


def _meant(word: str, heard: Heard, *, whole: bool) -> Form | None:
    """The form of that name; a part of a name will do where it is one form's alone, and no group's or unit's."""
    forms = heard.settings.forms
    form = named(forms, word)
    if form is not None:
        return form
    if whole:
        return next((f for f in forms if not f.reads_health and key(word) in map(key, f.words)), None)
    found = [form for form in forms if len(word) >= 2 and key(word) in key(form.name)]
    deputies = [room for room in heard.settings.rooms if room.purpose == "deputies"]
    places = [place for room in deputies for place in (room.name, *(entry.unit for entry in room.roster))]
    return found[0] if len(found) == 1 and not any(word in place for place in places) else None


async def listing(_command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/采集`: the forms, whether they are open, and how many have answered."""
    lines = []
    for form in heard.settings.forms:
        counts = None
        if form.open_on(heard.day):
            whole = await _everybody(form, heard, session)
            counts = len(whole.people), len(whole.answered)
        hours = f"{form.from_at:%H:%M}–{form.to_at:%H:%M}" if form.from_at and form.to_at else ""
        lines.append(wording.form_line(form.name, form.from_on, form.to_on, hours, counts))
    return [heard.answer(wording.forms_listed(lines), "/采集")]


async def _everybody(form: Form, heard: Heard, session: Session) -> FormDay:
    """All whom a form asks: in its groups, and where it is for no groups in particular, in none of them, too."""
    asked = await _asked(form, heard, session)
    days = [await daybook.form_day(session, room, form, heard.day) for room in asked]
    if not form.rooms:
        everybody = await audience.people_of(session, heard.office_id, audience.EVERYONE)
        days.append(await daybook.form_people_day(session, heard.office_id, form, heard.day, everybody, ""))
    return reports.together("", days)


async def summary(form: Form, command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/汇总 口罩领取 [day or span] [room or unit]`."""
    if command.args and command.args[-1] == BY_UNITS:
        return await _by_units(form, dataclasses.replace(command, args=command.args[:-1]), None, heard, session)
    span, found, part = await _scope(form, command, heard, session)
    if part is not None and await has_below(session, heard.office_id, part):
        return await _by_units(form, command, part, heard, session)
    days = [await _day(session, room, form, part, on) for on in span.days for room in found]
    blocks = [_block(day, heard) for day in days]
    if len(found) > 1 and span.first == span.last:
        whole = reports.together("", days)
        blocks.append(wording.total(len(found), len(whole.people), len(whole.answered)))
    posts = [heard.answer("\n\n".join(blocks), "/汇总")]
    if said := "\n\n".join(filter(None, map(reports.for_staff, days))):
        posts.append(heard.whisper(said, "/汇总", step="form"))
    return posts


async def _by_units(form: Form, command: Command, part: Part | None, heard: Heard, session: Session) -> Sequence[Post]:
    """One line for each unit right below one; each person once, whatever groups they are in, or in none."""
    span, _ = split_span(command.args, heard.day)
    everybody = part.people if part else await audience.people_of(session, heard.office_id, audience.EVERYONE)
    day = await daybook.form_people_day(session, heard.office_id, form, span.last, everybody, part.name if part else "")
    tree = await register.units(session, heard.office_id)
    due = [person for person in everybody if person.person_id in day.standings]
    lines = []
    for name, ids in audience.by_unit(due, tree, part.unit if part else ""):
        here = day.of_people(name, ids)
        lines.append(wording.unit_line(name, len(here.people), len(here.answered), len(here.missing)))
    what = f"{part.name if part else ''}{form.title}"
    text = wording.by_units(span.last, what, lines, len(day.people), len(day.answered), len(day.missing))
    return [heard.answer(text, "/汇总")]


def _block(day: FormDay, heard: Heard) -> str:
    here = heard.room is not None and not heard.room.for_staff
    names = daybook.names_shown(heard.settings, day.room) if here else True
    text = reports.for_room(day, names=names, totals=True)
    return text if here and heard.room is not None and heard.room.name == day.room else f"【{day.room}】{text}"


async def missing(form: Form, command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/未报 口罩领取 [day] [room or unit]`."""
    span, found, part = await _scope(form, command, heard, session)
    texts, hidden, absent = [], [], set[int]()
    for room in found:
        day = await _day(session, room, form, part, span.last)
        absent |= {known.person_id for known in day.missing}
        shown = heard.room is None or heard.room.for_staff or daybook.names_shown(heard.settings, room.name)
        names = [known.name for known in day.missing]
        counted = {
            "没填全": len(day.incomplete),
            "请假": len(day.standing(Standing.LEAVE)),
            "联系不上": len(day.standing(Standing.UNREACHABLE)),
        }
        where = f"{room.name} {form.title}"
        texts.append(wording.missing_list(day.on, where, names, counted, show=shown))
        if not shown and names:
            hidden.append(wording.missing_list(day.on, where, names, counted, show=True))
    if len(found) > 1:
        texts.append(wording.missing_in_all(len(found), len(absent)))
    posts = [heard.answer("\n".join(texts), "/未报")]
    if hidden:
        posts.append(heard.whisper("\n".join(hidden), "/未报", step="missing"))
    return posts


async def remind(form: Form, command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/提醒 口罩领取 [room]`: reminds those who have not answered, now."""
    if not form.open_on(heard.day):
        raise Refusal(wording.form_closed(form.title, form.from_on, form.to_on))
    _, found, part = await _scope(form, command, heard, session)
    if found and all(room.paused_at is not None for room in found):
        raise Refusal(wording.is_paused("、".join(room.name for room in found)))
    posts, reminded = [], set[int]()
    for room in found:
        day = await _day(session, room, form, part, heard.day)
        if day.missing and room.paused_at is None:
            reminded |= {known.person_id for known in day.missing}
            posts.append(_reminder(day, room, heard))
    return [heard.answer(wording.reminded(len(reminded)), "/提醒"), *posts]


def _reminder(day: FormDay, room: Room, heard: Heard) -> Post:
    shown = list(day.missing) if daybook.names_shown(heard.settings, room.name) else []
    most = heard.settings.manners.most_mentions
    return Post(
        key=f"remind/{heard.message_id}/{room.id}",
        why="/提醒",
        text=wording.form_reminder_of_missing(day.form.title, [known.name for known in shown[most:]]),
        room=RoomId(room.id),
        mentions=tuple(PersonId(known.person_id) for known in shown[:most]),
        not_after=heard.sent_at + timedelta(minutes=heard.settings.manners.reply_minutes),
    )


async def export(form: Form, command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/导出 口罩领取 [day or span] [room or unit]`: without a day, all days of its time until now."""
    span, found, part = await _scope(form, command, heard, session, all_days=True)
    days = [await _day(session, room, form, part, on) for on in span.days for room in found]
    name = f"{form.name} {span.first.isoformat()}"
    name += f"至{span.last.isoformat()}.xlsx" if span.first != span.last else ".xlsx"
    return await hand_over(reports.sheets(days), name.replace("/", "_"), heard, session)


async def report(form: Form, command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/代报 张三 口罩领取 2包`: read and kept as if staff had said it in the group."""
    person, found, health = await _read(form, command, heard, session)
    posts = await _keep(person, found, health, heard, session)
    said = wording.form_recorded(form.title, person.name)
    if found.open:
        said = wording.form_unclear(form.title, person.name, found.open)
    return [heard.answer(said, "/代报"), *posts]


async def correct(form: Form, command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/更正 张三 口罩领取 3包`: what stood is withdrawn, and stays readable."""
    person, found, health = await _read(form, command, heard, session)
    ids, since = [person.person_id], form.since(heard.day)
    old = list(await records.answers_of(session, heard.office_id, form.name, ids, since, heard.day))
    if health:
        old += await records.health_of(session, heard.office_id, ids, heard.day)
    if not old:
        raise Refusal(wording.nothing_to_correct(person.name, heard.day))
    posts = await _keep(person, found, health, heard, session)
    await records.withdraw(session, old, f"correct:{heard.message_id}", heard.now)
    return [heard.answer(wording.form_corrected(form.title, person.name), "/更正"), *posts]


async def _keep(
    person: Known, found: Answer, health: Sequence[HealthReport], heard: Heard, session: Session
) -> Sequence[Post]:
    posts = await on_behalf.take(person, health, heard, session)
    behind = dataclasses.replace(heard, position=len(health))
    await answer.keep(found, entries.Subject(person.person_id, person.name), behind, session)
    return posts


async def _read(
    form: Form, command: Command, heard: Heard, session: Session
) -> tuple[Known, Answer, Sequence[HealthReport]]:
    """The person, what the words behind them answer, and where the form reads health, what they say of that.

    Raises:
        Refusal: nobody, nothing, or the form is not open.
    """
    if not form.open_on(heard.day):
        raise Refusal(wording.form_closed(form.title, form.from_on, form.to_on))
    if not command.args:
        raise Refusal(wording.form_not_read(command.name, form.name, _example(form)))
    person = await person_meant(command.args[0], heard, session)
    said = " ".join(command.args[1:])
    read = await heard.read(
        f"代{person.name}报：{said}" if form.reads_health else f"代{person.name}报：{form.name} {said}"
    )
    mine = [r for r in read if isinstance(r, Answer) and r.form == form.name and key(r.subject) == key(person.name)]
    if not mine:
        raise Refusal(wording.form_not_read(command.name, form.name, _example(form)))
    said_of_health = [r for r in read if isinstance(r, HealthReport)] if form.reads_health else []
    own = [r for r in said_of_health if r.relation is Relation.SELF and key(r.subject) == key(person.name)]
    return person, mine[0], own


def _example(form: Form) -> str:
    return form.examples[0] if form.examples else "内容"


async def _scope(
    form: Form, command: Command, heard: Heard, session: Session, *, all_days: bool = False
) -> tuple[Span, list[Room], Part | None]:
    """The days, the groups that the form asks of those that are meant, and some of their people to look at only.

    Raises:
        Refusal: the form asks none of them.
    """
    span, words = split_span(command.args, heard.day)
    if all_days and len(words) == len(command.args):
        span = _so_far(form, heard.day)
    span = span.latest if form.per is Per.DAY else Span(span.last, span.last)
    here = await _asked(form, heard, session)
    if words:
        meant, part = await rooms_meant(words, heard, session)
        if part is not None:  # a unit's people, in whichever of the form's groups they are
            meant = [room for room in here if await has_any(session, room, part)]
    else:
        meant, part = here, None
        if heard.room is not None and not heard.room.for_staff:
            meant = [await rooms.get(session, heard.room.id)]
    ids = {room.id for room in here}
    found = [room for room in meant if room.id in ids]
    if not found:
        raise Refusal(wording.form_not_here(form.title, [room.name for room in meant]))
    return span, found, part


def _so_far(form: Form, today: date) -> Span:
    """The days of a form until now."""
    last = min(today, form.to_on or today)
    first = max(form.from_on or last, last - timedelta(days=MOST_DAYS - 1))
    return Span(min(first, last), last)


async def _asked(form: Form, heard: Heard, session: Session) -> list[Room]:
    return await daybook.form_rooms(session, heard.office_id, form)


async def _day(session: Session, room: Room, form: Form, part: Part | None, on: date) -> FormDay:
    day = await daybook.form_day(session, room, form, on)
    return day.of_people(f"{room.name} {part.name}", part.ids) if part else day


OF_FORMS: Mapping[str, Run] = {
    "汇总": summary,
    "未报": missing,
    "提醒": remind,
    "导出": export,
    "代报": report,
    "更正": correct,
}
"""The commands that may name a form, by their first names."""
