"""A notice from a file at the command line; the shipped examples."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bot import cli
from bot.clock import SystemClock, local
from handlers import drafts

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "群.csv").write_text(
        "姓名,单位,身份\n张三,岳麓区,代表\n李四,开福区,代表\n周敏,联工委,工作人员\n", "utf-8"
    )
    toml = '[[rooms]]\nname = "代表群"\nroster = "群.csv"\n[store]\nurl = "sqlite:///liaison.db"\n'
    (tmp_path / "bot.toml").write_text(toml, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draft(folder: Path, head: str = "", text: str = "会议推迟。") -> str:
    file = folder / "通知.md"
    file.write_text(f"---\n对象：代表\n标题：会议\n截止：明天\n{head}---\n\n{text}\n", "utf-8")
    return str(file)


def kept(folder: Path) -> list[tuple[int, str, str]]:
    with contextlib.closing(sqlite3.connect(folder / "liaison.db")) as store:
        return store.execute("SELECT number, title, state FROM notices").fetchall()


def test_a_file_becomes_a_draft_that_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "说明.docx").write_bytes(b"one")
    assert cli.main(["notice", draft(folder, "附件：说明.docx\n"), "--by", "周敏"]) == 0
    out = capsys.readouterr().out
    for part in (
        "通知 1 草稿，周敏起草",
        "共 2 人（",
        "群“代表群”2 人",
        "附件：说明.docx",
        "/批准 1",
        "【通知 1】会议\n\n会议推迟。",
    ):
        assert part in out
    assert kept(folder) == [(1, "会议", "draft")]


def test_a_check_keeps_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["notice", draft(folder), "--by", "周敏", "--check"]) == 0
    assert "没有存" in capsys.readouterr().out
    assert kept(folder) == []


def test_what_is_wrong_is_told_and_nothing_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for head, by, told in (
        ("", "张三", "名单里没有叫“张三”的工作人员。现有：周敏"),
        ("紧急：也许\n", "周敏", "第 5 行：“也许”没看懂"),
        ("附件：没有.docx\n", "周敏", "没找到附件"),
        ("附件：../bot.toml\n", "周敏", "没找到附件"),
    ):
        assert cli.main(["notice", draft(folder, head), "--by", by]) == 1
        assert told in capsys.readouterr().err
    assert kept(folder) == []


@pytest.mark.parametrize("file", sorted((ROOT / "notices").glob("*.md")), ids=lambda file: file.stem)
def test_a_shipped_example_can_be_sent_as_it_is(file: Path) -> None:
    text = file.read_text("utf-8")
    assert drafts.is_file(text)
    found = drafts.read(text, local(SystemClock().now()))
    assert found.wants_ack
    assert found.deadline is not None
    assert "各位代表：" in found.text
