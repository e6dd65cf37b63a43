"""What commands read: the settings, group-day files."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from bot.errors import BotError
from bot.settings import Settings, load, usual_path
from bot.transcript import GroupDay, read_group_day


def settings_of(arguments: argparse.Namespace, environ: Mapping[str, str]) -> Settings:
    """The settings that the command line, the environment or the folder names."""
    return load(arguments.config or usual_path(environ), environ)


def group_days(files: list[Path]) -> list[GroupDay]:
    """The group-days of files.

    Raises:
        GroupDayError: one of them cannot be read.
    """
    found = []
    for file in files:
        try:
            with file.open(encoding="utf-8-sig", errors="strict") as lines:
                found.append(read_group_day(str(file), lines))
        except UnicodeDecodeError:
            raise BotError(f"{file}：不是 UTF-8 编码。请另存为 UTF-8 再试") from None
    return found
