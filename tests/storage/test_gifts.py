"""Deeds that were told before there was a ledger."""

from __future__ import annotations

from sqlalchemy import text

from storage import Store, counters, gifts, messages, migrate
from tests.storage.test_questions import office_with_room_of, upgrade_to
from tests.storage.test_two_processes import message


async def test_deeds_told_before_are_numbered_and_the_next_one_follows(blank_url: str) -> None:
    store = Store.open(blank_url)
    try:
        await upgrade_to(store, "0009")
        async with store.begin() as session:
            office, room = await office_with_room_of(session)
            said = await messages.keep(session, **message(office, room, "m1"))
            for position, kind, gone in (
                (0, "deed", None),
                (1, "ack", None),
                (2, "deed", "2020-02-10"),
                (3, "deed", None),
            ):
                await session.execute(
                    text(
                        "INSERT INTO records (office_id, message_id, position, kind, on_day, said_at, subject_name,"
                        " relation, ill, unsure, proxy, body, rules, source, chain, withdrawn_by, withdrawn_at)"
                        f" VALUES (:office, :said, :position, '{kind}', '2020-02-10', '2020-02-10', '', '', false,"
                        f" false, false, '{{}}', '[]', '', '', '', {repr(gone) if gone else 'NULL'})"
                    ),
                    {"office": office, "said": said, "position": position},
                )
        await migrate.upgrade(store)
        async with store.begin() as session:
            told = [(number, record.position) for number, record in await gifts.told(session, office)]
            assert told == [(1, 0), (2, 3)]
            assert await counters.following(session, office, "gift") == 3
    finally:
        await store.close()
