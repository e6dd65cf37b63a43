"""What an older store keeps over the upgrade; what is carried by a backup and cleared by a purge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text

from storage import Session, Store, backup, cases, messages, migrate, people, purge, questions, records
from storage.tables import Question
from tests.storage.test_two_processes import message, office_with_room

NOW = datetime(2020, 2, 10, tzinfo=UTC)
DAY = date(2020, 2, 10)


async def upgrade_to(store: Store, revision: str) -> None:
    def run(connection: Connection) -> None:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with store.engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()


async def test_a_store_of_the_first_schema_keeps_its_records(blank_url: str) -> None:
    store = Store.open(blank_url)
    try:
        await upgrade_to(store, "0001")
        async with store.begin() as session:
            office, room = await office_with_room_of(session)
            said = await messages.keep(session, **message(office, room, "m1"))
            await session.execute(
                text(
                    "INSERT INTO records (office_id, message_id, position, kind, on_day, said_at, subject_name,"
                    " relation, ill, unsure, proxy, body, rules, source, chain, withdrawn_by)"
                    " VALUES (:office, :said, 0, 'ack', '2020-02-10', '2020-02-10', '', '', false, false, false,"
                    " '{}', '[]', '', '', '')"
                ),
                {"office": office, "said": said},
            )
        assert await migrate.upgrade(store) == ("0001", migrate.head())
        async with store.read() as session:
            (kept,) = await records.read_from(session, said or 0)
        assert (kept.kind, kept.rules_version) == ("ack", "")
    finally:
        await store.close()


async def office_with_room_of(session: Session) -> tuple[int, int]:
    office = await people.ensure_office(session, "某联工委")
    await session.execute(
        text(
            "INSERT INTO rooms (id, office_id, channel, name, pinned, purpose)"
            " VALUES (1, :office, 'group', '甲群', false, 'deputies')"
        ),
        {"office": office},
    )
    return office, 1


async def some_question(store: Store) -> tuple[int, int]:
    """The ids of an office and of a message that left a state open, and was corrected."""
    office, room = await office_with_room(store)
    async with store.begin() as session:
        said = await messages.keep(session, **message(office, room, "m1"))
        assert said is not None
        row = await records.add(
            session, office_id=office, message_id=said, position=0, kind="health", on_day=DAY, said_at=NOW, body={}
        )
        made = {"subject_name": "张三", "relation": "本人", "on_day": DAY, "made_at": NOW, "due_at": NOW}
        for again in (False, True):
            question = await questions.add(
                session,
                office_id=office,
                reason="1/本人/2020-02-10",
                message_id=said,
                record_id=row.id,
                state="asked",
                **made,
            )
            assert (question is None) is again
        await cases.add(
            session,
            office_id=office,
            message_id=said,
            correction_id=said,
            text="有点不舒服",
            sender="张三",
            roster=["张三", "李四"],
            sent_at=NOW,
            expected=[{"kind": "health", "subject": "张三", "symptoms": ["咳嗽"]}],
            subject="张三",
            made_at=NOW,
        )
    return office, said


async def test_a_question_is_moved_on_by_one_process_only(store: Store) -> None:
    office, _ = await some_question(store)
    async with store.begin() as session:
        (question,) = await questions.due(session, office, NOW, 10)
        seen = Question(id=question.id, state=question.state, due_at=question.due_at)  # by another process
        assert await questions.move(session, question, state="to_staff", due_at=NOW + timedelta(hours=1))
        assert question.state == "to_staff"
    async with store.begin() as session:
        assert not await questions.move(session, seen, state="settled")
    async with store.read() as session:
        assert await questions.next_due_at(session, office) == NOW + timedelta(hours=1)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # PostgreSQL reads a small table as a whole
@pytest.mark.parametrize(
    ("query", "index"),
    [
        pytest.param("office_id = 1 AND state <> 'settled' AND due_at <= '2020'", "ix_questions_open", id="due"),
        pytest.param(
            "asked_id = 1 AND made_at >= '2020'", "ix_questions_asked_id_made_at", id="what somebody was asked"
        ),
        pytest.param("office_id = 1 AND reason = '1'", "sqlite_autoindex_questions_1", id="by its reason"),
    ],
)
async def test_what_is_asked_again_and_again_has_an_index(store: Store, query: str, index: str) -> None:
    async with store.read() as session:
        plan = await session.execute(text(f"EXPLAIN QUERY PLAN SELECT * FROM questions WHERE {query}"))
    assert index in str(plan.all())


async def test_questions_and_cases_come_back_from_a_backup(store: Store, tmp_path: Path) -> None:
    office, said = await some_question(store)
    await backup.backup(store, tmp_path / "backup.gz")
    other = Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    try:
        await backup.restore(other, tmp_path / "backup.gz")
        async with other.read() as session:
            (question,) = await questions.open_ones(session, office)
            (case,) = await cases.every(session, office)
        assert (question.message_id, question.on_day, question.due_at) == (said, DAY, NOW)
        assert (case.roster, case.expected[0]["symptoms"]) == (["张三", "李四"], ["咳嗽"])
    finally:
        await other.close()


async def test_cases_are_cleared_like_the_words_they_hold(store: Store) -> None:
    office, _ = await some_question(store)
    async with store.begin() as session:
        await purge.purge(session, office, NOW, NOW)
        assert len(await cases.every(session, office)) == 1
        await purge.purge(session, office, NOW + timedelta(days=1), NOW)
        assert await cases.every(session, office) == []


async def test_a_case_can_be_dropped(store: Store) -> None:
    office, _ = await some_question(store)
    async with store.begin() as session:
        (case,) = await cases.every(session, office)
        assert await cases.drop(session, office, case.id)
        assert not await cases.drop(session, office, case.id)
