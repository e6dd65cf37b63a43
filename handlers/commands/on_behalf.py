"""`/代报`, `/更正`, `/请假`, `/标记`: what staff write down of somebody."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bot import people as naming
from bot import wording
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Post
from bot.people import Known
from bot.records import Command, HealthReport, Relation
from bot.reports.tally import State
from handlers import entries, health
from handlers.commands import cases
from handlers.commands.arguments import read_leave
from handlers.commands.scope import person_and_days, person_meant
from storage import Session, marks, records

_STATES = {"零报告": State.ZERO, "联系不上": State.UNREACHABLE, "失联": State.UNREACHABLE, "请假": State.LEAVE}
_UNDO = ("取消", "撤销", "销假", "结束")


async def report(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/代报 张三 36.5 健康`: read and kept as if staff had said it in the group."""
    person, said = await _person_and_words(command, heard, session)
    posts = await take(person, await _read(person, said, command, heard), heard, session)
    return [heard.answer(wording.recorded(person.name, heard.day), "/代报"), *posts]


async def correct(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/更正 张三 37.5 咳嗽`: what stood of the day is withdrawn, and stays readable."""
    person, said = await _person_and_words(command, heard, session)
    standing = await records.about_person(session, heard.office_id, person.person_id, heard.day, "health")
    if not standing:
        raise Refusal(wording.nothing_to_correct(person.name, heard.day))
    found = await _read(person, said, command, heard)
    posts = await take(person, found, heard, session)
    corrected = {str(record.relation) for record in found}
    old = [row for row in standing if row.relation in corrected]
    for record in found:
        await cases.note(record, next((r for r in old if r.relation == record.relation), None), heard, session)
    await records.withdraw(session, old, f"correct:{heard.message_id}", heard.now)
    return [heard.answer(wording.corrected(person.name, heard.day), "/更正"), *posts]


async def _person_and_words(command: Command, heard: Heard, session: Session) -> tuple[Known, str]:
    if len(command.args) < 2:
        raise Refusal(wording.nothing_read(command.name))
    return await person_meant(command.args[0], heard, session), " ".join(command.args[1:])


async def _read(person: Known, said: str, command: Command, heard: Heard) -> Sequence[HealthReport]:
    """What the words say of that person and their relatives.

    Raises:
        Refusal: nothing, or something of another person, too.
    """
    found = [r for r in await heard.read(f"代{person.name}报：{said}") if isinstance(r, HealthReport)]
    if not found:
        raise Refusal(wording.nothing_read(command.name))
    others = [
        r.subject for r in found if r.relation is Relation.SELF and naming.key(r.subject) != naming.key(person.name)
    ]
    if others:
        raise Refusal(wording.one_at_a_time(command.name, others[0]))
    return found


async def take(person: Known, found: Sequence[HealthReport], heard: Heard, session: Session) -> Sequence[Post]:
    """Keeps what was read of a person's health; the posts alert staff where need is."""
    subject = entries.Subject(person.person_id, person.name)
    posts: list[Post] = []
    for number, record in enumerate(found):
        at_place = dataclasses.replace(heard, position=number)
        posts.extend(await health.keep(record, subject, at_place, session, ask=False))
    return posts


async def leave(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/请假 张三 至 2月20日`, `/请假 张三 明天`, `/请假 张三 3天`, `/请假 张三` (today), `/请假 张三 取消`."""
    if not command.args:
        raise Refusal(wording.who_is_it("", ()))
    person, words = await person_and_days(command.args, heard, session)
    if any(word in _UNDO for word in words):
        await marks.withdraw(session, heard.office_id, person.person_id, heard.day, heard.now)
        return [heard.answer(wording.leave_ended(person.name), "/请假")]
    span = read_leave(words, heard.day)
    if span is None:
        raise Refusal(wording.which_day(" ".join(words)))
    days = (span.first, span.last)
    await marks.add(session, heard.office_id, person.person_id, marks.LEAVE, days, heard.message_id, heard.now)
    return [heard.answer(wording.leave_noted(person.name, *days), "/请假")]


async def mark(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/标记 张三 联系不上`, `/标记 张三 零报告`, `/标记 张三 取消`."""
    if len(command.args) < 2:
        raise Refusal(wording.nothing_read(command.name))
    person = await person_meant(command.args[0], heard, session)
    word = command.args[1]
    if word in _UNDO:
        await marks.withdraw(session, heard.office_id, person.person_id, heard.day, heard.now)
        return [heard.answer(wording.marked(person.name, heard.day, "取消标记"), "/标记")]
    state = _STATES.get(word)
    if state is None:
        raise Refusal(wording.which_state(word, list(_STATES)))
    days = (heard.day, heard.day)
    await marks.add(session, heard.office_id, person.person_id, str(state), days, heard.message_id, heard.now)
    return [heard.answer(wording.marked(person.name, heard.day, wording.state_names()[state]), "/标记")]
