"""What every test can ask for: a clock, and a store of each kind we support. Its manners are in `manners.py`."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import hypothesis
import pytest

from bot.clock import VirtualClock
from storage import Store, migrate
from tests.postgres import Server, apart

pytest_plugins = ["tests.manners"]

# How fast a machine is decides no test: neither a deadline per example nor a check of the whole.
hypothesis.settings.register_profile(
    "liaison", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], derandomize=True
)
hypothesis.settings.load_profile("liaison")

# Read at the start: a test sees no LIAISON_… of the environment.
POSTGRES: Final = os.environ.get("LIAISON_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/test")

KINDS: Final = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.postgres])]


async def build(url: str) -> None:
    """Makes the schema in an empty database, as `liaison db upgrade` does."""
    store = Store.open(url)
    await migrate.upgrade(store)
    await store.close()


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands at 08:00 of 10 February 2020 in China."""
    return VirtualClock(datetime(2020, 2, 10, 0, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgres() -> Server:
    """A running PostgreSQL server, or a skip that says why there is none."""
    server = Server(POSTGRES)
    if reason := server.why_not():
        pytest.skip(reason)
    return server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite store with the schema and nothing in it; copied for each test."""
    file = tmp_path_factory.mktemp("template") / "liaison.db"
    apart(build(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_store(postgres: Server) -> Iterator[str]:
    """The URL of a PostgreSQL store with the schema; emptied after each test."""
    url = postgres.make()
    try:
        apart(build(url))
        yield url
    finally:
        postgres.drop(url)


@pytest.fixture(params=KINDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store with the schema and nothing in it, of each kind; for what runs in a process of its own."""
    if request.param == "sqlite":
        file = tmp_path / "liaison.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
    else:
        url: str = request.getfixturevalue("postgres_store")
        yield url
        request.getfixturevalue("postgres").empty(url)


@pytest.fixture(params=KINDS)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without even a schema, of each kind; for migrations."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.db'}"
    else:
        server: Server = request.getfixturevalue("postgres")
        url = server.make()
        yield url
        server.drop(url)


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An open store with the schema and nothing in it, of each kind."""
    opened = Store.open(store_url)
    yield opened
    await opened.close()
