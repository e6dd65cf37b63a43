"""The store: one schema by migrations alone, on each database; refusals that name the command that mends them."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select, text

from storage import SchemaMismatch, StorageError, Store, StoreUnreachable, backup, migrate, people, rooms
from storage.people import Entry
from storage.tables import Gap, Person, Table


async def test_migrations_build_exactly_the_tables(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return list(compare_metadata(context, Table.metadata))

    async with store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_an_upgrade_of_what_is_up_to_date_changes_nothing(store: Store) -> None:
    assert await migrate.upgrade(store) == (migrate.head(), migrate.head())


async def test_an_empty_store_is_refused_with_the_command_that_makes_it(blank_url: str) -> None:
    store = Store.open(blank_url)
    try:
        with pytest.raises(SchemaMismatch, match="liaison db upgrade"):
            await migrate.verify(store)
        assert await migrate.upgrade(store) == (None, migrate.head())
        await migrate.verify(store)
    finally:
        await store.close()


async def test_a_newer_store_is_refused_and_not_touched(store: Store) -> None:
    async with store.begin() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        for refuse in (migrate.verify, migrate.upgrade):
            with pytest.raises(SchemaMismatch, match="比程序新"):
                await refuse(store)
    finally:  # the schema of a PostgreSQL store outlives the test
        async with store.begin() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": migrate.head()})


async def test_a_database_that_is_away_is_said_to_be_away() -> None:
    store = Store.open("postgresql://nobody@127.0.0.1:1/none")
    try:
        with pytest.raises(StoreUnreachable, match="数据库"):
            await migrate.current(store)
    finally:
        await store.close()


def test_a_foreign_address_is_refused_in_plain_words() -> None:
    with pytest.raises(StorageError, match="postgresql://"):
        Store.open("mysql://root@127.0.0.1/test")


async def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    async def fails() -> None:
        async with store.begin() as session:
            await people.ensure_office(session, "某联工委")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        await fails()
    async with store.read() as session:
        assert await people.office(session, "某联工委") is None


async def test_instants_come_back_as_they_were(store: Store) -> None:
    moment = datetime(2020, 2, 10, 23, 59, 59, 123456, tzinfo=UTC)
    async with store.begin() as session:
        office = await people.ensure_office(session, "某联工委")
        session.add(Gap(office_id=office, channel="c", began_at=moment, ended_at=moment))
    async with store.read() as session:
        gap = await session.get_one(Gap, 1)
        assert gap.began_at == moment
        assert gap.began_at.tzinfo is not None


async def test_a_person_of_two_rosters_counts_once(store: Store) -> None:
    async with store.begin() as session:
        office = await people.ensure_office(session, "某联工委")
        one = await rooms.ensure(session, office, "webchat", "甲群", "deputies")
        two = await rooms.ensure(session, office, "webchat", "乙群", "deputies")
        await people.sync_roster(session, office, one.id, [Entry(name="张三", role="deputy", unit="岳麓区")])
        await people.sync_roster(session, office, two.id, [Entry(name="张三", role="staff", unit="岳麓区")])
        await people.sync_roster(session, office, one.id, [Entry(name="张三", role="deputy", unit="岳麓区")])
        assert len(await people.everybody(session, office)) == 1


async def test_namesakes_of_different_units_are_two_people(store: Store) -> None:
    async with store.begin() as session:
        office = await people.ensure_office(session, "某联工委")
        room = await rooms.ensure(session, office, "webchat", "甲群", "deputies")
        entries = [Entry(name="王五", role="deputy", unit="开福区"), Entry(name="王五", role="deputy", unit="华容县")]
        await people.sync_roster(session, office, room.id, entries)
        assert len(await people.members(session, room.id)) == 2


async def test_who_is_in_no_room_any_more_is_gone_until_they_are_back(store: Store) -> None:
    moment = datetime(2020, 2, 10, tzinfo=UTC)
    both = [Entry(name="张三", role="deputy"), Entry(name="李四", role="deputy")]

    async def gone(room_id: int, entries: list[Entry]) -> list[str]:
        async with store.begin() as session:
            await people.sync_roster(session, office, room_id, entries)
            await people.note_gone(session, office, moment)
            return list(await session.scalars(select(Person.name).where(Person.gone_at == moment)))

    async with store.begin() as session:
        office = await people.ensure_office(session, "某联工委")
        one = await rooms.ensure(session, office, "webchat", "甲群", "deputies")
        two = await rooms.ensure(session, office, "webchat", "乙群", "deputies")
    assert await gone(one.id, both) == []
    assert await gone(one.id, both[:1]) == ["李四"]
    assert await gone(two.id, both[1:]) == []
    assert await gone(one.id, []) == ["张三"]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # PostgreSQL reads a small table as a whole
@pytest.mark.parametrize(
    ("query", "index"),
    [
        pytest.param(
            "FROM messages WHERE office_id = 1 AND error <> '' ORDER BY id", "ix_messages_failed", id="failed"
        ),
        pytest.param("FROM messages WHERE post_id = 1", "ix_messages_echoes", id="echo of a post"),
        pytest.param(
            "FROM posts WHERE office_id = 1 AND state IN ('held', 'unknown', 'refused') ORDER BY id DESC",
            "ix_posts_troubled",
            id="posts that staff see",
        ),
        pytest.param(
            "FROM occasions WHERE office_id = 1 AND due_at >= '2020-02-10'",
            "ix_occasions_office_id_due_at",
            id="what is planned",
        ),
        pytest.param(
            "FROM records WHERE office_id = 1 AND form = '值班' AND subject_id IN (1, 2) AND on_day >= '2020-02-10'",
            "ix_records_answers",
            id="answers to a form",
        ),
    ],
)
async def test_what_is_asked_again_and_again_has_an_index(store: Store, query: str, index: str) -> None:
    async with store.read() as session:
        plan = await session.execute(text(f"EXPLAIN QUERY PLAN SELECT * {query}"))
    assert index in str(plan.all())


async def _some_rows(store: Store) -> None:
    async with store.begin() as session:
        office = await people.ensure_office(session, "某联工委")
        room = await rooms.ensure(session, office, "webchat", "甲群", "deputies")
        entries = [Entry(name=f"代表{n}", role="deputy", aliases=(f"别名{n}",)) for n in range(20)]
        await people.sync_roster(session, office, room.id, entries)
        moment = datetime(2020, 2, 10, tzinfo=UTC)
        session.add(Gap(office_id=office, channel="c", began_at=moment, ended_at=moment))


async def test_a_backup_brings_everything_back(store: Store, tmp_path: Path) -> None:
    await _some_rows(store)
    file = tmp_path / "backup.gz"
    count = await backup.backup(store, file)
    assert file.stat().st_mode & 0o077 == 0  # it holds people's health
    other = Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    try:
        assert await backup.restore(other, file) == count
        async with other.read() as session:
            members = await people.members(session, 1)
        assert [member.name for member in members] == [f"代表{n}" for n in range(20)]
        assert members[3].aliases == ("别名3",)
    finally:
        await other.close()


async def test_a_restored_store_goes_on_counting(store: Store, tmp_path: Path) -> None:
    await _some_rows(store)
    file = tmp_path / "backup.gz"
    await backup.backup(store, file)
    await backup.restore(store, file, replace=True)
    async with store.begin() as session:
        room = await rooms.ensure(session, 1, "webchat", "乙群", "deputies")
        assert room.id == 2


async def test_a_store_with_content_is_not_overwritten_unasked(store: Store, tmp_path: Path) -> None:
    await _some_rows(store)
    file = tmp_path / "backup.gz"
    await backup.backup(store, file)
    with pytest.raises(StorageError, match="--replace"):
        await backup.restore(store, file)


async def test_a_broken_backup_changes_nothing(store: Store, tmp_path: Path) -> None:
    await _some_rows(store)
    file = tmp_path / "backup.gz"
    await backup.backup(store, file)
    whole = file.read_bytes()
    for cut in random.Random(0).sample(range(len(whole)), 5):
        file.write_bytes(whole[:cut])
        with pytest.raises(StorageError, match="没有改动"):
            await backup.restore(store, file, replace=True)
    async with store.read() as session:
        assert len(await people.everybody(session, 1)) == 20
