"""`liaison db upgrade · backup FILE · restore FILE · purge`: the store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import timedelta

from bot.cli.setup import complete
from bot.cli.sources import settings_of
from bot.clock import SystemClock
from bot.settings import Settings
from storage import Store, backup, migrate, people, purge


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Does the action and says what it did."""
    print(complete(_act(arguments, settings_of(arguments, environ))), file=sys.stderr)
    return 0


async def _act(arguments: argparse.Namespace, settings: Settings) -> str:
    store = Store.open(settings.store.url)
    try:
        if arguments.action == "upgrade":
            before, after = await migrate.upgrade(store)
            return f"存储已是最新（{after}）。" if before == after else f"存储已从 {before or '空'} 升级到 {after}。"
        if arguments.action == "backup":
            count = await backup.backup(store, arguments.file)
            return f"已备份 {count} 行到 {arguments.file}。"
        if arguments.action == "restore":
            count = await backup.restore(store, arguments.file, replace=arguments.replace)
            return f"已从 {arguments.file} 恢复 {count} 行。"
        return await _purge(store, settings, arguments.days)
    finally:
        await store.close()


async def _purge(store: Store, settings: Settings, days: int) -> str:
    await migrate.verify(store)
    now = SystemClock().now()
    async with store.begin() as session:
        office_id = await people.ensure_office(session, settings.office.name)
        done = await purge.purge(session, office_id, now - timedelta(days=days), now)
    return f"已清除 {done.messages} 条消息原文、{done.records} 条出处、{done.files} 个过期文件；统计数字不变。"
