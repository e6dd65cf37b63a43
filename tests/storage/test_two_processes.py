"""Two processes on one store: neither undoes, repeats or holds up what the other does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import VirtualClock
from storage import Store, gaps, messages, people, posts, rooms
from tests.conftest import KINDS
from tests.office import open_office, settings_for
from tests.reading import reads_nothing

NOW = datetime(2020, 2, 10, tzinfo=UTC)
LEASE = timedelta(seconds=30)
SOON = 5.0
"""Seconds in which what is not held up is done."""

postgresql_only = pytest.mark.parametrize("store_url", KINDS[1:], indirect=True)
"""SQLite has one writer at a time; there is nothing to get between."""


async def office_with_room(store: Store) -> tuple[int, int]:
    async with store.begin() as session:
        office = await people.ensure_office(session, "某联工委")
        return office, (await rooms.ensure(session, office, "group", "甲群", "deputies")).id


def message(office: int, room: int, external_id: str) -> dict[str, Any]:
    return {
        "office_id": office,
        "channel": "group",
        "external_id": external_id,
        "kind": "text",
        "room_id": room,
        "sender_name": "张三",
        "text": "已到",
        "text_hash": "",
        "sent_at": NOW,
        "received_at": NOW,
    }


async def claimed_post(store: Store) -> tuple[int, int]:
    """The ids of an office and of a post in it whose sender's lease has run out at `NOW`."""
    office, room = await office_with_room(store)
    async with store.begin() as session:
        post = await posts.add(
            session,
            office_id=office,
            key="k",
            why="提醒",
            channel="group",
            room_id=room,
            text="请上报",
            mentions=[],
            doubt="repeat",
            made_at=NOW,
            not_before=NOW,
            not_after=NOW + timedelta(hours=1),
        )
        assert post is not None
        assert await posts.claim(session, post, NOW - 2 * LEASE, LEASE)
    return office, post


async def test_people_new_in_a_roster_are_added_once_by_processes_that_start_together(
    store: Store, clock: VirtualClock
) -> None:
    settings = settings_for()
    empty = replace(settings, rooms=tuple(replace(room, roster=()) for room in settings.rooms))
    await open_office(store, clock, empty, reads_nothing())
    offices = await asyncio.gather(
        *(open_office(store, clock, settings, reads_nothing()) for _ in range(4)),
    )
    async with store.read() as session:
        everybody = await people.everybody(session, offices[0].bot.office_id)
    assert len(everybody) == len({(person.name, person.unit) for person in everybody}) == 8


async def test_first_pulses_at_the_same_time_are_both_noted(store: Store) -> None:
    office, _ = await office_with_room(store)

    async def beat() -> datetime | None:
        async with store.begin() as session:
            return await gaps.beat(session, office, "group", NOW)

    assert sorted(str(before) for before in await asyncio.gather(*(beat() for _ in range(4)))) == [str(NOW)] * 3 + [
        "None"
    ]


@postgresql_only
async def test_a_room_whose_messages_are_being_handled_takes_in_more(store: Store) -> None:
    office, room = await office_with_room(store)
    async with store.begin() as session:
        await messages.keep(session, **message(office, room, "m1"))
    async with store.begin() as handling:
        assert len(await messages.claim_lane(handling, office, NOW, 10)) == 1
        async with asyncio.timeout(SOON), store.begin() as session:
            assert await messages.keep(session, **message(office, room, "m2")) is not None
            assert await messages.claim_lane(session, office, NOW, 10) == ()


@postgresql_only
async def test_an_abandoned_post_is_recovered_by_one_process_at_a_time(store: Store) -> None:
    office, post = await claimed_post(store)
    async with store.begin() as one:
        assert [found.id for found in await posts.abandoned(one, office, ["group"], NOW)] == [post]
        async with asyncio.timeout(SOON), store.begin() as other:
            assert await posts.abandoned(other, office, ["group"], NOW) == []


@pytest.mark.parametrize("by", ["settle", "postpone"])
@pytest.mark.parametrize(
    ("again", "state"),
    [pytest.param(True, "claimed", id="claimed anew"), pytest.param(False, "due", id="not claimed since")],
)
async def test_recovery_leaves_a_post_that_was_claimed_anew(store: Store, by: str, again: bool, state: str) -> None:
    _, post = await claimed_post(store)
    async with store.begin() as session:
        if again:
            await posts.postpone(session, post, NOW, only_from="claimed")
            assert await posts.claim(session, post, NOW, LEASE)
        if by == "settle":
            assert await posts.settle(session, post, "due", lapsed_before=NOW) is not again
        else:
            await posts.postpone(session, post, NOW, only_from="claimed", lapsed_before=NOW)
    async with store.read() as session:
        assert (await posts.get(session, post)).state == state
