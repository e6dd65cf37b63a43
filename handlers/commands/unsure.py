"""`/待核` lists the states that are open (存疑), to the asker alone; `/核实` settles one."""

from __future__ import annotations

from collections.abc import Sequence

from bot import openness, wording
from bot.clock import local
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Post
from bot.openness import Open
from bot.records import Command, HealthReport, Relation, Status
from handlers import entries, health
from handlers.commands import on_behalf
from handlers.commands.scope import person_meant, rooms_meant
from storage import Session, rooms

_VERDICTS = {
    **dict.fromkeys(("正常", "健康", "没事", "无异常", "已正常", "well"), Status.WELL),
    **dict.fromkeys(("异常", "不正常", "unwell"), Status.UNWELL),
}
_RELATIVE = ("家属", "家人")


async def listed(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/待核 [room or unit]`: who, when, in which words, what was read; wherever it was asked, privately."""
    found = await openness.open_states(session, heard.office_id, heard.now)
    if command.args or (heard.room is not None and not heard.room.for_staff):
        meant, part = await rooms_meant(command.args, heard, session)
        ids = {room.id for room in meant}
        found = [
            state
            for state in found
            if state.question.room_id in ids and (part is None or state.first.subject_id in part.ids)
        ]
    lines = [await _line(state, session) for state in found]
    return [heard.whisper(wording.private_open_states(lines), "/待核")]


async def _line(state: Open, session: Session) -> str:
    question, row = state.question, state.first
    body = row.body
    others = [str(body["diagnosis"])] if body.get("diagnosis") else []
    later = state.latest.source if state.latest.id != row.id else ""
    return wording.private_open_line(
        row.subject_name,
        (await rooms.get(session, question.room_id)).name if question.room_id is not None else "",
        row.on_day,
        local(row.said_at),
        wording.excerpt(row.source, 60),
        wording.private_state(body.get("temperature"), body.get("symptoms", ()), others, unsure=True),
        wording.private_asking(question.state, wording.excerpt(later, 60), asked=question.asked_at is not None),
        relative=row.relation == Relation.FAMILY,
    )


async def verify(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/核实 张三 正常`, `/核实 张三 异常`, `/核实 张三 家属 正常`; with particulars it is read as `/代报`."""
    if len(command.args) < 2:
        raise Refusal(wording.which_verdict())
    person = await person_meant(command.args[0], heard, session)
    relative = command.args[1] in _RELATIVE
    said = command.args[2:] if relative else command.args[1:]
    status = _VERDICTS.get(said[0].casefold()) if len(said) == 1 else None
    if status is None:
        if relative or not said:
            raise Refusal(wording.which_verdict())
        return await on_behalf.report(command, heard, session)
    record = HealthReport(
        source=" ".join(command.args),
        rules=("staff.verified",),
        subject=person.name,
        relation=Relation.FAMILY if relative else Relation.SELF,
        status=status,
        proxy=True,
    )
    posts = await health.keep(record, entries.Subject(person.person_id, person.name), heard, session, ask=False)
    return [heard.answer(wording.verified(person.name, heard.day), "/核实"), *posts]
