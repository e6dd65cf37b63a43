"""What commands read: the settings, group-day files."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from bot.errors import BotError
from bot.settings import Settings, load, usual_path
from bot.transcript import GroupDay, read_group_day


def settings_of(arguments: argparse.Namespace, environ: Mapping[str, str], *, secrets: bool = True) -> Settings:
    """The settings that the command line, the environment or the folder names; `secrets` as for `load`."""
    return load(arguments.config or usual_path(environ), environ, secrets=secrets)


def group_days(files: list[Path]) -> list[GroupDay]:
    """The group-days of files, and of all files (`.jsonl`) of folders.

    Raises:
        GroupDayError: one of them cannot be read.
        BotError: a folder has none.
    """
    found = []
    for file in [each for path in files for each in _within(path)]:
        try:
            with file.open(encoding="utf-8-sig", errors="strict") as lines:
                found.append(read_group_day(str(file), lines))
        except UnicodeDecodeError:
            raise BotError(f"{file}：不是 UTF-8 编码。请另存为 UTF-8 再试") from None
    return found


def _within(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    if files := sorted(path.glob("*.jsonl")):
        return files
    raise BotError(f"{path}：文件夹里没有群日文件（.jsonl）。请检查文件夹名")
