"""Pieces of a bot.toml, and what is said where it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from bot import settings
from bot.errors import SettingsError

Write = Callable[[str], Path]

ROSTER: Final = "姓名,身份\n贺知秋,代表\n周敏,工作人员\n"

ROOM: Final = """
[[rooms]]
name = "长沙"
roster = "长沙.csv"
"""

WECHATY: Final = '[channels.wechaty]\nendpoint = "127.0.0.1:8788"\n'
GATEWAY: Final = {"LIAISON_WECHATY_TOKEN": "puppet_from_the_environment"}


def schedule(rest: str) -> str:
    """A room, and a schedule whose further keys begin in line 10."""
    return f'{ROOM}\n[[schedules]]\nname = "一"\ndo = "tally"\nat = "08:00"\n{rest}\n'


def refused(path: Path, environ: Mapping[str, str]) -> list[tuple[str, int, str, str]]:
    """The faults of a file that is refused: its name, line, what, remedy."""
    with pytest.raises(SettingsError) as caught:
        settings.load(path, environ)
    return [(Path(fault.file).name, fault.line, fault.what, fault.remedy) for fault in caught.value.faults]
