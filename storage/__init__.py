"""The store: tables, one query module per subject, migrations. Knows nothing of the rest of the program.

`Store` opens a database by its URL and gives sessions; query modules take a session and their own rows' values.
One `begin()` is one transaction: all of it is kept, or none.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidRequestError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from storage.errors import SchemaMismatch, StorageError, StoreUnreachable

__all__ = ["SchemaMismatch", "Session", "StorageError", "Store", "StoreUnreachable", "is_outage"]

Session = AsyncSession


class Store:
    """A database, SQLite (WAL) or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writing = engine.execution_options(liaison_writes=True)

    @classmethod
    def open(cls, url: str) -> Store:
        """Opens a store by its URL.

        Args:
            url: `sqlite+aiosqlite:///path` or `postgresql+asyncpg://user@host/name`; the plain `sqlite:///` and
                `postgresql://` are taken too. The folder of an SQLite file is made where it is missing.
        """
        return cls(_engine(url))

    @property
    def url(self) -> str:
        """The URL as people write it, its password hidden."""
        url = self._engine.url
        return unquote(url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True))

    @property
    def begun(self) -> bool:
        """False for a file that is not there yet; opening a connection would make it."""
        database = self._engine.url.database
        return self._engine.dialect.name != "sqlite" or not database or Path(database).exists()

    @property
    def engine(self) -> AsyncEngine:
        """For this package's own modules."""
        return self._engine

    @contextlib.asynccontextmanager
    async def begin(self) -> AsyncIterator[Session]:
        """A writing transaction: committed at the end, rolled back by an exception.

        Raises:
            StoreUnreachable: the database does not answer.
        """
        with _translated():
            async with AsyncSession(self._writing, expire_on_commit=False) as session, session.begin():
                yield session

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """A reading transaction: what is changed in it is not kept."""
        with _translated():
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                yield session

    async def close(self) -> None:
        """Closes all connections."""
        await self._engine.dispose()


_OUTAGES = frozenset(("40001", "40P01", "57P01", "57P02", "57P03", "08000", "08003", "08006"))
"""SQLSTATEs of PostgreSQL after which the same transaction may well succeed: conflicts, deadlocks, a restart."""


def is_outage(exc: BaseException) -> bool:
    """Whether an error is the database's trouble, after which the whole transaction is to be tried again."""
    if isinstance(exc, StoreUnreachable | OperationalError | InterfaceError | InvalidRequestError):
        return True
    if isinstance(exc, DBAPIError):
        return exc.connection_invalidated or getattr(exc.orig, "sqlstate", None) in _OUTAGES
    return False


@contextlib.contextmanager
def _translated() -> Any:
    try:
        yield
    except SQLAlchemyError as exc:
        if not is_outage(exc):
            raise
        what = type(exc.orig).__name__ if isinstance(exc, DBAPIError) else type(exc).__name__
        raise StoreUnreachable(f"数据库没有应答（{what}）。请检查存储地址和数据库服务") from exc
    except OSError as exc:
        raise StoreUnreachable(f"连不上数据库（{type(exc).__name__}）。请检查存储地址和数据库服务") from exc


def _engine(url: str) -> AsyncEngine:
    parsed = make_url(url)
    if parsed.drivername in ("sqlite", "postgresql", "postgres"):
        parsed = parsed.set(drivername="sqlite+aiosqlite" if parsed.drivername == "sqlite" else "postgresql+asyncpg")
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(parsed, connect_args={"isolation_level": None, "timeout": 30})
        _tune_sqlite(engine)
        return engine
    if parsed.get_backend_name() == "postgresql":
        return create_async_engine(parsed, pool_pre_ping=True, pool_size=8, max_overflow=8)
    raise StorageError(f"不认识的存储地址“{parsed.drivername}”。请用 sqlite:///文件 或 postgresql://用户@主机/库名")


def _tune_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connected(dbapi_connection: Any, _record: Any) -> None:
        cursor = dbapi_connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def began(connection: Connection) -> None:
        # A writer takes its lock at once: two that read first and write later would each wait for the other.
        writes = connection.get_execution_options().get("liaison_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
