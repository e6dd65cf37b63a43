"""A whole store as one file, whichever database it is in: gzip of JSON Lines, a head and then a line for each row.

A backup of SQLite can be restored into PostgreSQL and back. It is read within one transaction, so that it is of one
moment, and written beside its name first, so that a broken one never stands under it.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy import Table as SqlTable

from storage import Session, Store, migrate
from storage.errors import StorageError
from storage.tables import Table

_FORMAT = 1
_AT_ONCE = 500


def _tables() -> list[SqlTable]:
    """All tables, those that others refer to first; the one circle (messages ↔ posts) is not one: posts come first."""
    return list(Table.metadata.sorted_tables)


async def backup(store: Store, file: Path) -> int:
    """Writes the store to a file; returns how many rows that were."""
    await migrate.verify(store)
    beside = file.with_name(f".{file.name}.part")
    count = 0
    try:
        with gzip.open(beside, "wt", encoding="utf-8") as out:
            out.write(json.dumps({"liaison": _FORMAT, "schema": migrate.head()}) + "\n")
            async with store.read() as session:
                async for line in _lines(session):
                    out.write(line)
                    count += 1
        beside.chmod(0o600)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    return count


async def _lines(session: Session) -> AsyncIterator[str]:
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    for table in _tables():
        rows = await session.stream(select(table).order_by(*table.primary_key.columns))
        async for row in rows.mappings():
            yield (
                json.dumps([table.name, {name: _plain(value) for name, value in row.items()}], ensure_ascii=False)
                + "\n"
            )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    return {"json": value} if isinstance(value, dict) else value


def _rich(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "at" in value:
        return datetime.fromisoformat(value["at"])
    if "on" in value:
        return date.fromisoformat(value["on"])
    return base64.b64decode(value["bytes"]) if "bytes" in value else value["json"]


async def restore(store: Store, file: Path, *, replace: bool = False) -> int:
    """Fills an empty store from a file; returns how many rows that were. All of it, or nothing.

    Raises:
        StorageError: the store is not empty and `replace` is not said, or the file is no whole backup of this schema.
    """
    await migrate.upgrade(store)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        try:
            _check_head(next(lines, ""), file)
            async with store.begin() as session:
                await _make_room(session, replace)
                count = await _fill(session, lines)
                connection = await session.connection()
                await connection.run_sync(_restart_numbering)
        except (OSError, EOFError, ValueError, KeyError) as exc:
            raise StorageError(f"{file}：不是完整的备份文件（{type(exc).__name__}）。存储没有改动") from exc
    return count


def _check_head(line: str, file: Path) -> None:
    head = json.loads(line or "{}")
    if head.get("liaison") != _FORMAT or head.get("schema") != migrate.head():
        raise StorageError(
            f"{file}：备份的版本是 {head.get('schema')}，程序要求 {migrate.head()}。请用做备份的那个版本恢复，再升级"
        )


async def _make_room(session: Session, replace: bool) -> None:
    tables = _tables()
    for table in tables:
        if (await session.execute(select(func.count()).select_from(table))).scalar_one() and not replace:
            raise StorageError("存储里已有内容，没有恢复。要全部换掉请加 --replace（先备份）")
    for table in reversed(tables):
        await session.execute(delete(table))


async def _fill(session: Session, lines: Iterable[str]) -> int:
    known = {table.name: table for table in _tables()}
    count, pending, name = 0, list[Mapping[str, Any]](), ""
    for table_name, row in _rows(lines):
        if pending and (table_name != name or len(pending) >= _AT_ONCE):
            await session.execute(insert(known[name]), pending)
            pending = []
        name = table_name
        pending.append(row)
        count += 1
    if pending:
        await session.execute(insert(known[name]), pending)
    return count


def _rows(lines: Iterable[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for line in lines:
        table, values = json.loads(line)
        yield table, {name: _rich(value) for name, value in values.items()}


def _restart_numbering(connection: Connection) -> None:
    """PostgreSQL counts on from where it stood, not from what was restored."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        if "id" in table.c:
            last = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
            counter = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(counter, last + 1, False)))
