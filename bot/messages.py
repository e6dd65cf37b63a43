"""What channels hand in and are handed: `Message` was heard, `Post` is to be said, `Dispatch` is a post on its way,
`Receipt` says what became of it.

Channels make messages and get dispatches; handlers and schedules make posts; `bot.outbox` turns one into the other.
No I/O here, and no meaning is read.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

OfficeId = NewType("OfficeId", int)
PersonId = NewType("PersonId", int)
RoomId = NewType("RoomId", int)
FileId = NewType("FileId", int)


class MessageKind(enum.StrEnum):
    """What sort of thing was heard."""

    TEXT = "text"
    FILE = "file"
    RECALL = "recall"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who a channel says has spoken.

    Args:
        external_id: the channel's id of the account; never shown, never guessed from.
        name: the name seen in that conversation (group nickname before account name).
    """

    external_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Where something was said: a group (群), or with `private` the talk of one account with the bot.

    Args:
        external_id: the channel's id of the group, or of the account in a private talk.
        name: the group's name as seen; empty in a private talk.
    """

    external_id: str
    name: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file's name, media type and bytes."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as a channel heard it.

    Args:
        channel: the channel's name in `bot.toml`.
        external_id: the channel's id of the message; (channel, external_id) is kept once.
        text: as it came; may hold anything at all.
        sent_at: aware instant at which the platform says it was sent.
        recalls: for a recall (撤回), the external id of the message that is taken back.
        from_self: it is the echo of one of the bot's own posts.
        mentions_bot: the platform says that it mentions the bot.
        answers: the id of the post that it answers, where the channel can tell.
        dispatch_id: for an echo whose channel can tell, the id of the post it is the echo of.
    """

    channel: str
    external_id: str
    sender: Sender
    conversation: Conversation
    text: str
    sent_at: datetime
    kind: MessageKind = MessageKind.TEXT
    recalls: str | None = None
    from_self: bool = False
    mentions_bot: bool = False
    dispatch_id: int | None = None
    answers: int | None = None
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which the channel may have missed messages (08:10-08:52 no messages)."""

    channel: str
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a channel learnt, after it had sent a post, of what became of it: a delivery report, a bounce.

    Args:
        dispatch_id: the post's id; None where the channel is told its own id only.
        proof: the channel's id, as `Channel.send` returned it; used where there is no `dispatch_id`.
        delivered: it arrived; False: it did not and will not.
        account: whom it is about, by the channel's id; a receipt about somebody else is none. Empty where not told.
        detail: why it did not arrive, in a few words without names or addresses.
    """

    channel: str
    delivered: bool
    dispatch_id: int | None = None
    proof: str = ""
    account: str = field(default="", repr=False)
    detail: str = ""


class Doubt(enum.StrEnum):
    """What is done with a post of which nobody can know whether it went out."""

    DROP = "drop"
    """Not again; staff are told (reminders: once too few is better than twice)."""
    HOLD = "hold"
    """Held until a person decides (notices)."""
    REPEAT = "repeat"
    """Again: twice does no harm, never would (a private alert of an ill person)."""


class Manner(enum.StrEnum):
    """How a post goes out among others."""

    AT_ONCE = "at_once"
    """An answer to a command, an alert: it waits for no other, and no cap of a person holds it up."""
    ALONE = "alone"
    """By itself."""
    TOGETHER = "together"
    """What else goes to the same place within minutes may be said in one post with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something the bot is to say, to a room or to one person.

    Args:
        key: why it is due (what, day, room or person, step); unique, so that it is said once.
        why: the schedule, command or rule behind it, for people.
        room: where it is said; None for a private post.
        person: to whom it is said privately; None for a post to a room.
        channel: for a private answer, the channel in which the person spoke; None lets the outbox choose.
        mentions: people of the room who are to be mentioned (really, or by name).
        manner: whether it may be said in one post with others, and whether it may be held up.
        not_before: it is not sent earlier; None means at once.
        not_after: after that instant it is stale: listed, not sent.
        notice: the id of the notice (通知) that it is, or reminds of.
    """

    key: str
    why: str
    text: str
    not_after: datetime
    room: RoomId | None = None
    person: PersonId | None = None
    channel: str | None = None
    identity: int | None = None
    mentions: tuple[PersonId, ...] = ()
    attachment: FileId | None = None
    doubt: Doubt = Doubt.DROP
    manner: Manner = Manner.ALONE
    not_before: datetime | None = None
    notice: int | None = None

    def __post_init__(self) -> None:
        if (self.room is None) == (self.person is None and self.identity is None):
            raise ValueError(f"post {self.key!r} needs either a room or a person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody to be mentioned: the account where it is known, the name to write where it is not.

    Args:
        phone: the telephone number of the roster, for a channel that mentions by it; empty otherwise. Never shown.
    """

    name: str
    external_id: str | None = None
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A post on its way: where to, in the channel's own ids.

    Args:
        id: the post's id; a channel that can keeps it, so that a second sending changes nothing.
    """

    id: int
    conversation: Conversation
    text: str
    mentions: tuple[Mention, ...] = ()
    attachment: Attachment | None = None
