"""Files that came in or go out, kept whole; a token is their address."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from storage import Session
from storage.tables import File


async def add(
    session: Session,
    office_id: int,
    token: str,
    name: str,
    media_type: str,
    content: bytes,
    made_at: datetime,
    expires_at: datetime | None = None,
) -> int:
    """Keeps a file; returns its id."""
    file = File(
        office_id=office_id,
        token=token,
        name=name,
        media_type=media_type,
        content=content,
        made_at=made_at,
        expires_at=expires_at,
    )
    session.add(file)
    await session.flush()
    return file.id


async def get(session: Session, file_id: int) -> File:
    """The file of that id."""
    return await session.get_one(File, file_id)


async def names(session: Session, file_ids: Collection[int]) -> list[str]:
    """The names of those that are still kept, in order of their ids."""
    query = select(File.name).where(File.id.in_(file_ids)).order_by(File.id)
    return list((await session.scalars(query)).all())


async def by_token(session: Session, token: str, now: datetime) -> File | None:
    """The file at that address, unless its time is over."""
    file = await session.scalar(select(File).where(File.token == token))
    return None if file is None or (file.expires_at is not None and file.expires_at < now) else file
