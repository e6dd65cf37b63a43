"""The page's queries read what they show and no more, however long the history is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from storage import Session, Store, seating, webchat

ROOM = webchat.InRoom(room_id=1)
NOW = datetime(2020, 2, 10, tzinfo=UTC)
BY_ROOM = "SEARCH messages USING INDEX ix_messages_room_id_sent_at (room_id=?"
BY_ID = "SEARCH messages USING INTEGER PRIMARY KEY (rowid"

QUERIES: list[tuple[Callable[[Session], Awaitable[Any]], str]] = [
    (lambda session: webchat.newest(session, ROOM, 50), BY_ROOM),
    (lambda session: webchat.unread(session, ROOM, 1, "person:1", 100), BY_ROOM),
    (lambda session: webchat.since(session, 1, "webchat", 5, 100), BY_ID + ">?)"),
    (lambda session: webchat.by_id(session, 1, 5), BY_ID + "=?)"),
    (lambda session: webchat.file_content(session, 1, "token", NOW), BY_ID + "=?)"),
    (
        lambda session: webchat.by_external_id(session, 1, "webchat", "x"),
        "(office_id=? AND channel=? AND external_id=?)",
    ),
    (lambda session: seating.sitter_by_link(session, 1, "webchat", "token"), "(link_token=?)"),
    (lambda session: seating.sitters(session, 1, "webchat", [1, 2]), "SEARCH people USING INTEGER PRIMARY KEY"),
]


@pytest.fixture
async def store(sqlite_template: Path) -> AsyncIterator[Store]:
    opened = Store.open(f"sqlite:///{sqlite_template}")
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("query", "way"), QUERIES, ids=["newest", "unread", "since", "by id", "file", "by external id", "link", "sitters"]
)
async def test_each_query_takes_its_index(store: Store, query: Callable[[Session], Awaitable[Any]], way: str) -> None:
    asked: list[tuple[str, Any]] = []

    @event.listens_for(store.engine.sync_engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    async with store.read() as session:
        await query(session)
        connection = await session.connection()
        plan = [
            row["detail"]
            for statement, parameters in list(asked)
            for row in (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).mappings()
        ]

    assert any(way in step for step in plan), plan
    assert not any(step.startswith("SCAN messages") for step in plan), plan
