"""A PostgreSQL server that is already running, and databases of our own in it; `conftest.py` hands them to tests.

`LIAISON_TEST_POSTGRES` names a database one may connect to and, on that server, make others beside it. Nothing is
ever written into the named database itself. Databases are called `liaison_test_<pid>_<number>`; those of a process that
is gone (killed before it could clean up) are dropped by the next one.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import itertools
import os
import re
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.engine import make_url

from storage import tables

PREFIX = "liaison_test"

Result = TypeVar("Result")


def apart(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs it to its end on a loop of its own, in a thread of its own: fixtures of a session share no test's loop."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Server:
    """A running server.

    Args:
        url: `postgresql://user@host:port/database` of a database one may connect to.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._numbers = itertools.count(1)

    def why_not(self) -> str:
        """Why it cannot be used; empty if it can."""
        try:
            apart(self._sweep())
        except (OSError, TimeoutError, asyncpg.PostgresError) as exc:
            where = f"{self._url.host}:{self._url.port or 5432}"
            return f"PostgreSQL 没有应答（{where}，{type(exc).__name__}）；可用 LIAISON_TEST_POSTGRES 指定地址"
        return ""

    def make(self) -> str:
        """Makes an empty database and returns its URL."""
        name = f"{PREFIX}_{os.getpid()}_{next(self._numbers)}"
        apart(self._administer(f'CREATE DATABASE "{name}"'))
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Drops a database that `make` made, whoever is still connected to it."""
        apart(self._administer(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)'))

    def empty(self, url: str) -> None:
        """Takes all rows out, and lets each table number from one again; far quicker than a new database."""
        apart(self._empty(url))

    async def _administer(self, statement: str) -> None:
        async with _connection(self._url.render_as_string(hide_password=False)) as connection:
            await connection.execute(statement)

    async def _empty(self, url: str) -> None:
        everything = tables.Table.metadata.sorted_tables
        async with _connection(url) as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            deletions = ";".join(f'DELETE FROM "{table.name}"' for table in reversed(everything))
            await connection.execute(f"SET synchronous_commit = off; {deletions}")
            await connection.execute(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
                " FROM pg_sequences WHERE last_value IS NOT NULL"
            )

    async def _sweep(self) -> None:
        async with _connection(self._url.render_as_string(hide_password=False)) as connection:
            for row in await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", f"{PREFIX}%"):
                owner = re.fullmatch(rf"{PREFIX}_(\d+)_\d+", row["datname"])
                if owner and not _lives(int(owner[1])):
                    await connection.execute(f'DROP DATABASE IF EXISTS "{row["datname"]}" WITH (FORCE)')


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.asynccontextmanager
async def _connection(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        yield connection
    finally:
        await connection.close()
