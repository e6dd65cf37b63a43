"""Accounts seen in channels, and whose they are (绑定)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from storage import Session
from storage.tables import Identity, Message, Person
from storage.writing import insert_new

ROSTER = "roster"
"""The evidence of an address that a roster tells."""


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


async def sync_addresses(
    session: Session, office_id: int, channel: str, owners: Mapping[str, tuple[int, str]], at: datetime
) -> Sequence[int]:
    """Makes the accounts that rosters tell of a channel what they say now; returns the ids of those newly bound.

    What staff decided, or somebody showed by speaking, stands over a roster.

    Args:
        owners: address → person and name.
    """
    told = select(Identity).where(
        Identity.office_id == office_id, Identity.channel == channel, Identity.evidence == ROSTER
    )
    for identity in (await session.scalars(told)).all():
        if identity.external_id not in owners:
            identity.person_id, identity.evidence, identity.bound_at = None, "", None
    new = []
    for address, (person_id, name) in owners.items():
        identity = await seen(session, office_id, channel, address, name, None, at)
        if identity.person_id is None or (identity.evidence == ROSTER and identity.person_id != person_id):
            await bind(session, identity, person_id, ROSTER, at)
            new.append(identity.id)
    await session.flush()
    return new


async def of_person(session: Session, person_id: int, channel: str | None = None) -> Sequence[Identity]:
    """The accounts bound to a person, the newest first; with `channel` those of that channel."""
    query = (
        select(Identity).where(Identity.person_id == person_id).order_by(Identity.bound_at.desc(), Identity.id.desc())
    )
    if channel is not None:
        query = query.where(Identity.channel == channel)
    return (await session.scalars(query)).all()


async def owner(session: Session, identity_id: int) -> str | None:
    """The name of the person whose account it is; None while it is nobody's."""
    query = select(Person.name).join(Identity, Identity.person_id == Person.id).where(Identity.id == identity_id)
    return await session.scalar(query)


async def waiting(session: Session, office_id: int) -> Sequence[Identity]:
    """Accounts that have spoken and are nobody's yet, oldest first."""
    spoke = select(Message.id).where(Message.identity_id == Identity.id).exists()
    query = select(Identity).where(Identity.office_id == office_id, Identity.person_id.is_(None), spoke)
    return (await session.scalars(query.order_by(Identity.id))).all()


async def named(session: Session, office_id: int, name: str) -> Sequence[Identity]:
    """Accounts that were seen under that name."""
    query = select(Identity).where(Identity.office_id == office_id, Identity.name_seen == name)
    return (await session.scalars(query.order_by(Identity.id))).all()
