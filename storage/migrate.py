"""Alembic's door: brings a store up to this program, and refuses one that is older or newer."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage import Store, _translated
from storage.errors import SchemaMismatch

_MIGRATIONS = Path(__file__).with_name("migrations")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def head() -> str:
    """The schema revision that this program works on."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


async def current(store: Store) -> str | None:
    """The schema revision that a store has; None for an empty one."""
    with _translated():
        async with store.engine.connect() as connection:
            return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def upgrade(store: Store) -> tuple[str | None, str]:
    """Brings a store to this program's schema, from whatever earlier one; returns (from, to).

    Raises:
        SchemaMismatch: it is newer than this program.
    """
    before = await current(store)
    _refuse_newer(before)

    def run(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    with _translated():
        async with store.engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    return before, head()


async def verify(store: Store) -> None:
    """Returns if the store has this program's schema.

    Raises:
        SchemaMismatch: it is empty, older or newer; the text says which command mends it.
    """
    found = await current(store)
    if found == head():
        return
    _refuse_newer(found)
    if found is None:
        raise SchemaMismatch("存储还是空的。请先运行 liaison db upgrade")
    raise SchemaMismatch(
        f"存储是旧版本（{found}），程序要求 {head()}。请先备份（liaison db backup 文件），再运行 liaison db upgrade"
    )


def _refuse_newer(found: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaMismatch(
            f"存储的版本（{found}）比程序新，程序不会动它。请换用新版程序，或用 liaison db restore 恢复旧备份"
        )
