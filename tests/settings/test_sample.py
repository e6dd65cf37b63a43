"""The commented bot.toml, and the reasons beside each setting, are complete and true."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import settings
from bot.settings import mail, pacing, shape, tables, wecom
from tests.settings.files import GATEWAY, ROSTER

ROOT = Path(__file__).parent.parent.parent

TABLES = [
    found
    for module in (shape, pacing, wecom, mail)
    for _, found in inspect.getmembers(module, inspect.isclass)
    if is_dataclass(found) and found.__module__ == module.__name__
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_each_setting_says_what_it_means(table: type) -> None:
    body = ast.parse(inspect.getsource(table)).body[0]
    assert isinstance(body, ast.ClassDef)
    said = [
        item.target.id
        for item, following in zip(body.body, body.body[1:], strict=False)
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
    ]
    assert said == [field.name for field in fields(table)]


def shown() -> Iterator[tuple[str, str, Any, bool]]:
    """The keys that the sample shows: heading, key, value, and whether it is commented out, that is, a default."""
    heading = ""
    for line in (ROOT / "bot.toml").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"(?:# )?(\[\[?[a-z_.]+\]\]?)", line):
            heading = found[1]
        elif found := re.match(r"(# )?([a-z_]+ = .*)", line):
            ((key, value),) = tomllib.loads(found[2]).items()
            yield heading, key, value, found[1] is not None


def table_of(heading: str) -> type:
    return tables.HEADINGS[re.sub(r"\.\w+\.pacing", ".….pacing", heading)]


def test_the_sample_shows_every_key_there_is_and_no_other() -> None:
    wanted = {(table, key) for table in tables.HEADINGS.values() for key in shape.keys_of(table)}
    wanted = {(table, key) for table, key in wanted if key not in ("pacing", "templates")}  # tables of their own
    assert {(table_of(heading), key) for heading, key, _, _ in shown()} == wanted


def test_the_defaults_that_the_sample_shows_are_the_defaults() -> None:
    pacings = {"[channels.webchat.pacing]": shape.CHAT_PACING, "[channels.wechaty.pacing]": shape.Pacing()}
    examples = {
        "endpoint",
        "name",
        "roster",
        "channel",
        "show_missing",
        "from_on",
        "to_on",
        "token_file",
        "key_file",
        "secret_file",
        "aes_key_file",
        "corp_id",
        "agent_id",
        "bot_id",
        "password_file",
        "address",
        "smtp",
        "imap",
        "vendor",
        "key_id",
        "sign_name",
        "nudge",
        "app_id",
        "id",
        "rota",
        "tell_at",
        "tls_ca_file",
        "office_rules",
        "forms",
    }
    compared = 0
    for heading, key, value, commented in shown():
        if commented and key not in examples:
            usual = {field.name: field.default for field in fields(table_of(heading))}[key]
            if usual is MISSING:  # has to be written
                continue
            if heading in pacings:
                usual = getattr(pacings[heading], key)
            assert (tuple(value) if isinstance(value, list) else value) == usual, f"{heading} {key}"
            compared += 1
    assert compared > 50


def test_the_sample_loads_without_a_fault_or_a_warning() -> None:
    loaded = settings.load(ROOT / "bot.toml", {})
    assert [(room.name, room.purpose, len(room.roster)) for room in loaded.rooms] == [
        ("长沙代表联络群", "deputies", 14),
        ("岳阳代表联络群", "deputies", 10),
        ("联工委值班群", "staff", 3),
    ]
    assert loaded.schedules == settings.DEFAULT_SCHEDULES
    assert loaded.warnings == ()


def test_six_lines_of_the_sample_bring_in_a_wechat_group(tmp_path: Path) -> None:
    sample = (ROOT / "bot.toml").read_text(encoding="utf-8")
    start = sample.index("# [channels.wechaty]\n")
    six = sample[start:].splitlines()[:6]
    text = sample.replace("\n".join(six), "\n".join(line.removeprefix("# ") for line in six))
    (tmp_path / "bot.toml").write_text(text, encoding="utf-8")
    (tmp_path / "rosters").mkdir()
    for name in ("长沙", "岳阳", "值班", "株洲"):
        (tmp_path / "rosters" / f"{name}.csv").write_text(ROSTER.replace("贺", name), encoding="utf-8")
    loaded = settings.load(tmp_path / "bot.toml", GATEWAY)
    assert [channel.name for channel in loaded.channels] == ["webchat", "wechaty"]
    assert loaded.rooms[-1].channel == "wechaty"
