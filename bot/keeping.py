"""How a message gets into the store: once, under (channel, external id), before anything reads it.

`bot.inbox` keeps what channels hear, `/录入` and `liaison replay` what people bring: all by this one way.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from bot.messages import Conversation, Message, Sender
from bot.transcript import Utterance
from storage import Session, files, identities, messages, rooms
from storage.tables import Identity, Room

PASTE = "paste"
"""The channel of what people bring; no connection stands behind it."""
UNTIMED = "untimed/"
"""How ids begin of pasted messages of which only the day is known."""

_LONGEST_NAME = 200


def storable(text: str) -> str:
    """The text with the two things replaced that no database keeps: NUL and lone surrogates."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode("utf-8")


def digest(*parts: str) -> str:
    """A short name for these words: 128 bits, for finding the same words again, not for hiding them."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def name_of(written: str) -> str:
    """A name as it is kept."""
    return storable(written)[:_LONGEST_NAME]


def pasted(room: str, utterance: Utterance, at: datetime, nth: int) -> Message:
    """The message that stands for pasted words; the same words pasted again make the same id.

    Args:
        room: the group's name.
        at: when they count as said, where the copy gives no time.
        nth: how many equal words of the same sender and minute stand before them in the same paste.
    """
    if utterance.id is not None:
        external_id = digest(room, str((utterance.sent_at or at).date()), utterance.id)
    elif utterance.sent_at is not None:
        external_id = digest(room, utterance.sender, f"{utterance.sent_at:%Y%m%d%H%M}", utterance.text, str(nth))
    else:
        external_id = UNTIMED + digest(room, utterance.sender, f"{at:%Y%m%d}", utterance.text, str(nth))
    return Message(
        channel=PASTE,
        external_id=external_id,
        sender=Sender(external_id=digest(room, utterance.sender), name=utterance.sender),
        conversation=Conversation(external_id=room, name=room),
        text=utterance.text,
        sent_at=utterance.sent_at or at,
    )


async def keep(
    session: Session, office_id: int, message: Message, now: datetime, room: Room | None = None
) -> int | None:
    """Keeps a message; returns its id, or None where it was known already.

    Args:
        room: the room it belongs to, where that is not what the channel's own id says.
    """
    place = message.conversation
    identity = peer = None
    if room is None and not place.private and place.external_id:
        room = await rooms.heard_of(
            session, office_id, message.channel, name_of(place.external_id), name_of(place.name)
        )
    if not message.from_self and message.sender.external_id:
        identity = await _account(session, office_id, message, room, now)
    if place.private:
        peer = identity or await identities.seen(session, office_id, message.channel, place.external_id, "", None, now)
    external_id = name_of(message.external_id)
    values: dict[str, Any] = {
        "kind": str(message.kind),
        "room_id": room.id if room else None,
        "identity_id": identity.id if identity else None,
        "peer_id": peer.id if peer else None,
        "sender_name": name_of(message.sender.name),
        "text": storable(message.text),
        "text_hash": digest("".join(message.text.split())),
        "file_id": await _file(session, office_id, message, now),
        "recalls": message.recalls,
        "from_self": message.from_self,
        "mentions_bot": message.mentions_bot,
        "post_id": message.dispatch_id,
        "answers": message.answers,
        "sent_at": message.sent_at,
        "received_at": now,
    }
    key = {"office_id": office_id, "channel": message.channel, "external_id": external_id}
    kept = await messages.keep(session, **key, **values, outcome="", attempts=0, error="")
    if kept is None and identity is not None:
        return await messages.refill(session, office_id, message.channel, external_id, values)
    return kept


async def _account(session: Session, office_id: int, message: Message, room: Room | None, now: datetime) -> Identity:
    return await identities.seen(
        session,
        office_id,
        message.channel,
        name_of(message.sender.external_id),
        name_of(message.sender.name),
        room.id if room else None,
        now,
    )


async def _file(session: Session, office_id: int, message: Message, now: datetime) -> int | None:
    held = message.attachment
    if held is None:
        return None
    if await messages.by_external_id(session, office_id, message.channel, name_of(message.external_id)) is not None:
        return None
    return await files.add(
        session,
        office_id,
        token=digest(message.channel, message.external_id, str(now)),
        name=name_of(held.name),
        media_type=held.media_type[:100],
        content=held.content,
        made_at=now,
    )
