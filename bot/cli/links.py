"""`liaison links`: a personal link to the chat page for everybody on a roster."""

from __future__ import annotations

import argparse
import csv
import secrets
import sys
from collections.abc import Iterator, Mapping

from bot.cli.setup import complete, offline
from bot.cli.sources import settings_of
from bot.settings import Settings
from storage import people


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints name, unit and link as CSV; links that were given before stay as they are."""
    complete(_links(settings_of(arguments, environ)))
    return 0


async def _links(settings: Settings) -> None:
    base = settings.web.base_url
    async with offline(settings) as bot, bot.store.begin() as session:
        await people.give_links(session, bot.office_id, _tokens())
        found = await people.links(session, bot.office_id)
    out = csv.writer(sys.stdout)
    out.writerow(("姓名", "单位", "链接"))
    for name, unit, token in found:
        out.writerow((_plain(name), _plain(unit), f"{base}/m/{token}"))


def _tokens() -> Iterator[str]:
    while True:
        yield secrets.token_urlsafe(24)


def _plain(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
