"""The port to a messenger: what a channel is asked for, and what it tells about itself.

The core routes by `Traits`, never by a channel's name.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.messages import Dispatch, Gap, Message, Receipt
from storage import Session

__all__ = [
    "Addresses",
    "Channel",
    "Gap",
    "Hears",
    "Intake",
    "Means",
    "Receipt",
    "Standing",
    "Starts",
    "Traits",
    "Way",
    "Ways",
]


class Hears(enum.StrEnum):
    """What of a room's talk reaches the bot."""

    ALL = "all"
    MENTIONS = "mentions"
    PRIVATE = "private"
    NOTHING = "nothing"


class Starts(enum.StrEnum):
    """Whether the bot may speak first."""

    ALWAYS = "always"
    WINDOW = "window"
    TEMPLATES = "templates"
    NEVER = "never"


class Addresses(enum.StrEnum):
    """What of a roster a channel's accounts are known by before anybody spoke there."""

    EMAIL = "email"
    PHONE = "phone"


class Means(enum.StrEnum):
    """How somebody is reminded: a step of the ladder (催报)."""

    MENTION = "mention"
    """Mentioned in a group."""
    PRIVATE = "private"
    """Told alone, in a messenger."""
    SMS = "sms"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a channel can do.

    Args:
        mentions: it can really mention somebody; without it a name is written.
        mentions_by_phone: it mentions by telephone number; such a channel hears nobody, so it knows no accounts.
        accounts_of: the channel whose accounts it mentions by, having none of its own.
        echoes: it hands the bot's own posts back in `receive`.
        sends_once: sending a dispatch of the same id again changes nothing.
        reaches_people: a private talk is addressed by our own `person:<id>`, so that anybody can be reached unheard.
        proves_senders: the platform vouches for who spoke; without it nobody there is taken for staff.
        addresses: its accounts are addresses that the roster tells; None where they are learnt by hearing.
        nudge: where only approved words can be said, those that tell somebody that something waits on the chat page.
        waits_for_us: what is said while the bot is away is handed in when it is back; without it that is lost.
        max_bytes: longest text in UTF-8 bytes; None for no limit.
        per_minute: posts a minute that the platform allows; None for no limit.
    """

    hears: Hears
    starts: Starts
    mentions: bool = False
    mentions_by_phone: bool = False
    accounts_of: str | None = None
    files: bool = False
    recalls: bool = False
    echoes: bool = False
    sends_once: bool = False
    reaches_people: bool = False
    proves_senders: bool = True
    addresses: Addresses | None = None
    nudge: str | None = None
    waits_for_us: bool = False
    max_bytes: int | None = None
    per_minute: int | None = None

    @property
    def means(self) -> Means | None:
        """How a single person is reached by it; None where nobody is."""
        if self.starts is Starts.NEVER:
            return None
        if self.addresses is None:
            return Means.PRIVATE
        return Means.SMS if self.addresses is Addresses.PHONE else Means.MAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a channel stands, for `/healthz` and `liaison check`.

    Args:
        connected: it hears and can send now.
        since: since when it stands so.
        detail: one short Chinese sentence, no names and no message text in it.
        deaf: it can send and does not hear now; what is said waits for it.
    """

    connected: bool
    since: datetime
    detail: str
    deaf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An account by which somebody can be told now.

    Args:
        words: all that may be said there, where nothing else may (approved templates); empty for anything.
    """

    identity_id: int
    channel: str
    words: str = ""


class Ways(Protocol):
    """By which account somebody is reached by which means; `bot.posting` knows."""

    def channels(self, means: Means) -> Sequence[str]:
        """The channels by which people are reached so; empty where the office has none."""
        ...

    async def way(self, session: Session, person_id: int, means: Means) -> Way | None:
        """The account; None where this person cannot be reached so."""
        ...


class Intake(Protocol):
    """Where a channel hands in what it hears; given to `Channel.receive`, kept by `bot.inbox`."""

    async def accept(self, message: Message) -> bool:
        """Keeps a message and returns True; False when it was already known. Returns only when it is durably kept."""
        ...

    async def note_gap(self, gap: Gap) -> None:
        """Keeps a gap and has staff told."""
        ...

    async def note_receipt(self, receipt: Receipt) -> bool:
        """Notes what became of a post that had been sent; False where no such post is known (yet)."""
        ...

    async def meet_room(self, channel: str, external_id: str, name: str) -> None:
        """Notes that the account is in a group of that name, so that the bot can speak there before anybody did."""
        ...

    async def meet(self, channel: str, external_id: str, name: str) -> None:
        """Notes that an account goes by that name in a room, so that it can be bound before it speaks."""
        ...


class Channel(Protocol):
    """One messenger account or page."""

    @property
    def name(self) -> str:
        """Its name in `bot.toml`; part of each message's key."""
        ...

    @property
    def traits(self) -> Traits:
        """What it can do."""
        ...

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        ...

    async def receive(self, intake: Intake) -> None:
        """Hands in what it hears, in order of each conversation, until it is cancelled; reconnects by itself."""
        ...

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something; returns the platform's id of the message, or None where it gives none.

        Raises:
            ChannelUnavailable: it surely did not go out; try again later.
            DeliveryRefused: it did not and will not go out.
            DeliveryUnknown: it may have gone out.
        """
        ...
