"""Accounts seen in channels, and whose they are (绑定)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from storage import Session
from storage.tables import Identity, Message
from storage.writing import insert_new


async def seen(
    session: Session, office_id: int, channel: str, external_id: str, name: str, room_id: int | None, at: datetime
) -> Identity:
    """The account of that id, made where it is new, its name brought up to date."""
    await insert_new(
        session,
        Identity,
        office_id=office_id,
        channel=channel,
        external_id=external_id,
        name_seen=name,
        room_id=room_id,
        first_seen_at=at,
        evidence="",
    )
    identity = (
        await session.scalars(
            select(Identity).where(
                Identity.office_id == office_id, Identity.channel == channel, Identity.external_id == external_id
            )
        )
    ).one()
    if name and identity.name_seen != name:
        identity.name_seen = name
    if identity.room_id is None:
        identity.room_id = room_id
    return identity


async def get(session: Session, identity_id: int) -> Identity:
    """The account of that id."""
    return await session.get_one(Identity, identity_id)


async def bind(
    session: Session, identity: Identity, person_id: int, evidence: str, at: datetime, by_id: int | None = None
) -> None:
    """Binds an account to a person, by evidence or by a member of staff."""
    identity.person_id, identity.evidence, identity.bound_at = person_id, evidence, at
    identity.confirmed_by_id = by_id
    await session.flush()


async def of_person(session: Session, person_id: int, channel: str | None = None) -> Sequence[Identity]:
    """The accounts bound to a person, the newest first; with `channel` those of that channel."""
    query = (
        select(Identity).where(Identity.person_id == person_id).order_by(Identity.bound_at.desc(), Identity.id.desc())
    )
    if channel is not None:
        query = query.where(Identity.channel == channel)
    return (await session.scalars(query)).all()


async def waiting(session: Session, office_id: int) -> Sequence[Identity]:
    """Accounts that have spoken and are nobody's yet, oldest first."""
    spoke = select(Message.id).where(Message.identity_id == Identity.id).exists()
    query = select(Identity).where(Identity.office_id == office_id, Identity.person_id.is_(None), spoke)
    return (await session.scalars(query.order_by(Identity.id))).all()


async def named(session: Session, office_id: int, name: str) -> Sequence[Identity]:
    """Accounts that were seen under that name."""
    query = select(Identity).where(Identity.office_id == office_id, Identity.name_seen == name)
    return (await session.scalars(query.order_by(Identity.id))).all()
