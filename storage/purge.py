"""Removes what is no longer to be kept: words of old messages and expired files. Figures stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from storage import Session
from storage.tables import Case, File, Message, Post, Record
from storage.writing import rows_of


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows lost their words, and how many files went."""

    messages: int
    records: int
    files: int


async def purge(session: Session, office_id: int, before: datetime, now: datetime) -> Purged:
    """Clears the words of messages and posts said before an instant, and files whose time is over.

    What a record says (`body`) stays, as figures rest on it; the piece of text it was read from goes. A case is nothing
    but such words, and goes as a whole.
    """
    old = (
        Message.office_id == office_id,
        Message.sent_at < before,
        Message.text != "",
        Message.handled_at.is_not(None),
    )
    words = await session.execute(update(Message).where(*old).values(text=""))
    lines = await session.execute(
        update(Record)
        .where(Record.office_id == office_id, Record.said_at < before, Record.source != "")
        .values(source="")
    )
    await session.execute(
        update(Post)
        .where(Post.office_id == office_id, Post.made_at < before, Post.state.not_in(("due", "claimed")))
        .values(text="")
    )
    await session.execute(delete(Case).where(Case.office_id == office_id, Case.sent_at < before))
    expired = select(File.id).where(File.office_id == office_id, File.expires_at < now)
    await session.execute(update(Message).where(Message.file_id.in_(expired)).values(file_id=None))
    await session.execute(update(Post).where(Post.file_id.in_(expired)).values(file_id=None))
    files = await session.execute(delete(File).where(File.office_id == office_id, File.expires_at < now))
    return Purged(rows_of(words), rows_of(lines), rows_of(files))
