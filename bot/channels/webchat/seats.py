"""Who may see what at the page: the one place that says so. No I/O."""

from __future__ import annotations

from bot.channels.webchat import wire
from bot.errors import Refusal
from bot.messages import OfficeId
from storage import seating, webchat


def account(person_id: int) -> str:
    """The channel's id of a person's account, and of their private talk with the bot."""
    return f"person:{person_id}"


def may_see(sitter: seating.Sitter, said: webchat.Said) -> bool:
    """Whether a message is for this person: said in a room they belong to, or in their own private talk."""
    return said.peer == account(sitter.person_id) if said.room_id is None else said.room_id in sitter.rooms


def place(sitter: seating.Sitter, conversation: str, office_id: OfficeId, channel: str) -> webchat.Place:
    """Where a conversation of the page is kept.

    Raises:
        Refusal: the person does not belong there.
    """
    if conversation == wire.BOT:
        return webchat.WithBot(office_id=office_id, channel=channel, external_id=account(sitter.person_id))
    room_id = int(conversation.removeprefix("room:"))
    if room_id not in sitter.rooms:
        raise Refusal("您不在这个群里。")
    return webchat.InRoom(room_id=room_id)
