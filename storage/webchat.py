"""What the chat page shows: what was said in a room or privately, the files that were sent. Reads only.

Called by `bot.channels.webchat`; who may sit there is in `storage.seating`. A history is read newest first along
(room, instant) or (account, instant), so that its cost is that of the page shown; what is new is read by id. Long texts
come cut to `EXCERPT` characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from storage import Session
from storage.tables import File, Identity, Message, Notice, Post, Room

EXCERPT = 2000
"""Characters of a message that are shown at once; the rest is asked for (展开)."""
OVERLAP = timedelta(minutes=1)
"""What was missed is read from a little before the last message seen: clocks of two processes differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InRoom:
    """The talk of a room."""

    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithBot:
    """The private talk of one account with the bot."""

    office_id: int
    channel: str
    external_id: str


Place = InRoom | WithBot


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that hangs on a message: its address, name, type and size."""

    token: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message as the page shows it.

    Args:
        peer: in a private talk, the external id of the account on the other side.
        author: external id of the account that said it; None for the bot's own.
        person_id: whose account it is, once bound.
        text: the first `EXCERPT` characters.
        cut: there is more of the text.
        notice: of a notice (通知) that waits for answers, its number.
    """

    id: int
    room_id: int | None
    peer: str | None
    external_id: str
    kind: str
    author: str | None
    person_id: int | None
    name: str
    text: str
    cut: bool
    from_self: bool
    recalls: str | None
    recalled: bool
    sent_at: datetime
    file: SentFile | None
    notice: int | None = None


_Author, _Peer = aliased(Identity), aliased(Identity)


async def newest(session: Session, place: Place, most: int) -> list[Said]:
    """The last messages of a place, oldest first."""
    return await _page(session, _said().where(_at(place)), most)


async def before(session: Session, place: Place, message_id: int, most: int) -> list[Said]:
    """The messages of a place that came before one of them, oldest first."""
    sent_at = await _instant(session, message_id)
    if sent_at is None:
        return []
    earlier = or_(Message.sent_at < sent_at, and_(Message.sent_at == sent_at, Message.id < message_id))
    return await _page(session, _said().where(_at(place), Message.sent_at <= sent_at, earlier), most)


async def after(session: Session, place: Place, message_id: int, most: int) -> list[Said] | None:
    """What came since a message was seen, some of it perhaps seen too, oldest first; None where it is over `most`."""
    sent_at = await _instant(session, message_id)
    if sent_at is None:
        return None
    later = _said().where(_at(place), Message.sent_at >= sent_at - OVERLAP)
    found = await _page(session, later, most + 1)
    return None if len(found) > most else found


async def unread(session: Session, place: Place, seen_id: int, author: str, most: int) -> int:
    """How many messages of others came after one that was seen, at most `most`."""
    sent_at = await _instant(session, seen_id)
    query = (
        select(Message.id)
        .outerjoin(_Author, _Author.id == Message.identity_id)
        .where(_at(place), Message.kind != "recall", Message.outcome != "twin", Message.recalled_at.is_(None))
        .where(or_(_Author.external_id.is_(None), _Author.external_id != author))
    )
    if sent_at is not None:
        query = query.where(Message.sent_at >= sent_at, Message.id > seen_id)
    counted = query.limit(most).subquery()
    return await session.scalar(select(func.count()).select_from(counted)) or 0


async def latest_id(session: Session) -> int:
    """The id of the last message kept, whatever its channel; 0 for none."""
    return await session.scalar(select(func.max(Message.id))) or 0


async def since(session: Session, office_id: int, channel: str, message_id: int, most: int) -> list[Said]:
    """What was kept after a message in the channel's rooms and private talks, in the order of keeping."""
    # Nothing but the id is asked of messages themselves: SQLite would take an index on the office and read all of it.
    here = or_(
        and_(Room.office_id == office_id, Room.channel == channel),
        and_(Message.room_id.is_(None), _Peer.office_id == office_id, _Peer.channel == channel),
    )
    query = (
        _said()
        .outerjoin(Room, Room.id == Message.room_id)
        .where(Message.id > message_id, here)
        .order_by(Message.id)
        .limit(most)
    )
    return [_row(row) for row in (await session.execute(query))]


async def by_external_id(session: Session, office_id: int, channel: str, external_id: str) -> Said | None:
    """The message that the channel knows under that id."""
    query = _said().where(
        Message.office_id == office_id, Message.channel == channel, Message.external_id == external_id
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _row(row)


async def by_id(session: Session, office_id: int, message_id: int) -> Said | None:
    """The message of that id."""
    query = _said().where(Message.office_id == office_id, Message.id == message_id)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _row(row)


async def whole_text(session: Session, message_id: int) -> str:
    """A message's text, uncut."""
    return await session.scalar(select(Message.text).where(Message.id == message_id)) or ""


async def file_content(session: Session, message_id: int, token: str, now: datetime) -> bytes | None:
    """The bytes of the file that hangs on a message; None where its token is another or its time is over."""
    query = (
        select(File.content)
        .join(Message, Message.file_id == File.id)
        .where(Message.id == message_id, File.token == token, or_(File.expires_at.is_(None), File.expires_at > now))
    )
    return await session.scalar(query)


async def _page(session: Session, query: Select[Any], most: int) -> list[Said]:
    newest_first = query.order_by(Message.sent_at.desc(), Message.id.desc()).limit(most)
    rows: Sequence[Any] = (await session.execute(newest_first)).all()
    return [_row(row) for row in reversed(rows)]


async def _instant(session: Session, message_id: int) -> datetime | None:
    return await session.scalar(select(Message.sent_at).where(Message.id == message_id))


def _at(place: Place) -> ColumnElement[bool]:
    if isinstance(place, InRoom):
        return Message.room_id == place.room_id
    account = select(Identity.id).where(
        Identity.office_id == place.office_id,
        Identity.channel == place.channel,
        Identity.external_id == place.external_id,
    )
    return Message.peer_id == account.scalar_subquery()


def _said() -> Select[Any]:
    return (
        select(
            Message.id,
            Message.room_id,
            _Peer.external_id,
            Message.external_id,
            Message.kind,
            _Author.external_id,
            _Author.person_id,
            Message.sender_name,
            func.substr(Message.text, 1, EXCERPT + 1),
            Message.from_self,
            Message.recalls,
            Message.recalled_at,
            Message.sent_at,
            File.token,
            File.name,
            File.media_type,
            func.length(File.content),
            Notice.number,
        )
        .outerjoin(_Peer, _Peer.id == Message.peer_id)
        .outerjoin(_Author, _Author.id == Message.identity_id)
        .outerjoin(File, File.id == Message.file_id)
        .outerjoin(Post, Post.id == Message.post_id)
        .outerjoin(Notice, and_(Notice.id == Post.notice_id, Notice.wants_ack, Notice.state.in_(("sending", "sent"))))
        .where(Message.outcome != "twin")
    )


def _row(row: Sequence[Any]) -> Said:
    (id_, room_id, peer, external_id, kind, author, person_id, name, text, from_self, recalls, recalled_at, sent_at) = (
        row[:13]
    )
    token, file_name, media_type, size, notice = row[13:]
    return Said(
        id=id_,
        room_id=room_id,
        peer=peer,
        external_id=external_id,
        kind=kind,
        author=author,
        person_id=person_id,
        name=name,
        text=text[:EXCERPT],
        cut=len(text) > EXCERPT,
        from_self=from_self,
        recalls=recalls,
        recalled=recalled_at is not None,
        sent_at=sent_at,
        file=SentFile(token=token, name=file_name, media_type=media_type, size=size) if token else None,
        notice=notice,
    )
