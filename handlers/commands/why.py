"""`/为什么`: why reports were read as they were: the words, what was read, by which rules; to the asker alone."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wording
from bot.clock import local
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Post
from bot.records import Command
from handlers.commands.arguments import split_span
from handlers.commands.scope import person_meant
from storage import Session, records
from storage.tables import Record as Row

_MOST = 5


async def why(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/为什么 张三 [day]`: the standing reports about them, the newest first."""
    span, words = split_span(command.args, heard.day)
    if not words:
        raise Refusal(wording.who_is_it("", ()))
    person = await person_meant(words[0], heard, session)
    found = await records.about_person(session, heard.office_id, person.person_id, span.last, "health")
    if not found:
        raise Refusal(wording.nothing_to_explain(person.name, span.last))
    lines = [_line(row) for row in found[:_MOST]]
    return [heard.whisper(wording.private_reasons(person.name, span.last, lines), "/为什么")]


def _line(row: Row) -> str:
    body = row.body
    others = [
        str(part) for part in (body.get("diagnosis"), body.get("isolation") and f"{body['isolation']}隔离") if part
    ]
    state = wording.private_state(body.get("temperature"), body.get("symptoms", ()), others, unsure=row.unsure)
    source = wording.excerpt(row.source, 60)
    return wording.private_reason(local(row.said_at), source, state, row.rules, row.rules_version, ill=row.ill)
