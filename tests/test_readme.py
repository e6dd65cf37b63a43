"""What the README tells people to type is what the program takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from bot import rosters
from bot.settings import Settings, load
from bot.settings.pacing import keys_of
from handlers.commands import BY_NAME, COMMANDS, Entry

ROOT: Final = Path(__file__).parents[1]
README: Final = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_its_configuration_can_be_copied_into_bot_toml(tmp_path: Path) -> None:
    (tmp_path / "rosters").mkdir()
    (tmp_path / "rosters/株洲.csv").write_text(blocks("csv")[0], "utf-8")
    (tmp_path / "bot.toml").write_text("\n".join(blocks("toml")), "utf-8")

    settings = load(tmp_path / "bot.toml", {"LIAISON_WECHATY_TOKEN": "secret"})

    assert {channel.name for channel in settings.channels} >= {"wechaty"}
    assert [room.name for room in settings.rooms] == ["株洲代表联络群"]
    assert [schedule.do for schedule in settings.schedules] == ["remind"]
    assert settings.store.url.startswith("postgresql://")


def test_six_lines_connect_a_wechat_room() -> None:
    (wechat,) = [block for block in blocks("toml") if "wechaty" in block]
    assert len([line for line in wechat.splitlines() if line.strip()]) == 6


def test_its_roster_is_one() -> None:
    assert [entry.name for entry in rosters.parse(blocks("csv")[0], "名单.csv")] == ["张三", "李四"]


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.names[1])
def test_every_staff_command_is_told(entry: Entry) -> None:
    assert f"`/{entry.names[0]}` `/{entry.names[1]}`" in README


def test_every_staff_command_it_tells_exists() -> None:
    told = {found for found in re.findall(r"`/([^\s`/]+)", README) if found != "healthz"}
    assert told
    assert told <= set(BY_NAME)


@pytest.mark.slow
def test_its_group_day_file_is_rehearsed_as_shown(tmp_path: Path) -> None:
    (tmp_path / "day.jsonl").write_text(blocks("json")[0], "utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "bot", "rehearse", tmp_path / "day.jsonl"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    command, shown = blocks("console")[0].split("\n", 1)
    assert command.startswith("$ .venv/bin/liaison rehearse ")
    assert told.stdout == shown


def test_every_table_of_the_configuration_is_told() -> None:
    told = set(re.findall(r"`\[+([a-z]+)(?:\.\*)?\]+`", README))
    assert set(keys_of(Settings)) <= told


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", sorted(set(re.findall(r"`liaison ([a-z]+(?: (?:upgrade|backup|restore|purge|test|list))?)", README)))
)
def test_every_command_line_it_tells_explains_itself(words: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "bot", *words.split(), "--help"], check=False, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    assert "liaison" in told.stdout
