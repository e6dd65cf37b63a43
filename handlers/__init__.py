"""What we do about a record: a module per kind; `HANDLERS` is the table that `bot.app` gives to the inbox.

A handler writes rows and returns what to say; it cannot send.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.heard import Heard
from bot.messages import Post
from handlers import ack, answer, attached, commands, deed, health, retract, said
from storage import Session

HANDLERS: Mapping[str, Callable[[Any, Heard, Session], Awaitable[Sequence[Post]]]] = {
    "health": health.health,
    "health_count": said.said,
    "suggestion": said.passed_on,
    "problem": said.passed_on,
    "deed": deed.deed,
    "practice": said.said,
    "comment": said.said,
    "ack": ack.ack,
    "answer": answer.answer,
    "retract": retract.retract,
    "command": commands.command,
    "attached": attached.attached,
}
