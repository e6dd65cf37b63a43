"""Readers for tests: the real one, loaded once, and one that reads nothing for tests of everything else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.app import Reader
from bot.heard import Heard
from bot.records import Record
from bot.settings import Settings


@cache
def real() -> Reader:
    """The shipped rules."""
    return Reader.for_settings(Settings())


class Silent(Reader):
    """Reads nothing out of anything."""

    def __init__(self) -> None:
        """No rules needed."""

    def private(self, text: str, names: Sequence[str], by_staff: bool) -> bool:
        """Knows no words of health."""
        return False

    async def heard(self, text: str, heard: Heard) -> Sequence[Record]:
        """Nothing."""
        return ()


def reads_nothing() -> Reader:
    """A reader that finds no record."""
    return Silent()
