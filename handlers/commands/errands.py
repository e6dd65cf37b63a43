"""`/已办`: what the program left to staff (代办) is ticked off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot import wording
from bot.clock import local
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Post
from bot.records import Command
from storage import Session, errands

_DAYS = 7


async def done(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/已办 12`; without a number, what is still to be done of the last days."""
    if not command.args:
        found = await errands.open_ones(session, heard.office_id, heard.now - timedelta(days=_DAYS))
        lines = [wording.errand_line(errand.id, errand.what, local(errand.made_at)) for errand in found]
        return [heard.answer(wording.errands_open(lines), "/已办")]
    number = command.args[0].lstrip("#")
    errand = (
        await errands.find(session, heard.office_id, int(number)) if number.isdecimal() and len(number) < 18 else None
    )
    if errand is None:
        raise Refusal(wording.which_errand())
    await errands.tick(session, errand.id, heard.speaker.person_id, heard.now)
    return [heard.answer(wording.errand_done(errand.id, errand.what), "/已办")]
