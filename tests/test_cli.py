"""The command line as people and scripts use it: real processes, their output and their exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

DAYS = sorted((Path(__file__).parent / "corpus" / "days").glob("*.jsonl"))
ROOT = Path(__file__).parent.parent


def liaison(
    *words: str, store: str = "", cwd: Path = ROOT, stdin: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("LIAISON_")}
    env |= {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **environ} | ({"LIAISON_STORE": store} if store else {})
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=cwd,
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def head_and_expected(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return rows[0], next(row["expected_day"] for row in rows if "expected_day" in row)


def tally(store: str, file: Path, cwd: Path) -> dict[str, Any]:
    head, _ = head_and_expected(file)
    done = liaison("tally", "--date", head["date"], "--room", head["room"], "--json", store=store, cwd=cwd)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("file", DAYS, ids=[day.stem for day in DAYS])
def test_a_replayed_day_tallies_to_the_last_name(file: Path, store_url: str, tmp_path: Path) -> None:
    for expected_new in (True, False):
        done = liaison("replay", str(file), store=store_url, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert ("新录入 0 条" in done.stderr) is not expected_new
        found = tally(store_url, file, tmp_path)
        _, expected = head_and_expected(file)
        assert {key: found[key] for key in expected} == expected


@pytest.mark.slow
def test_a_rehearsal_prints_every_post_in_order(tmp_path: Path) -> None:
    done = liaison("rehearse", str(DAYS[0]), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    posts = json.loads(done.stdout)
    assert all(post.keys() >= {"at", "room", "to", "text", "mentions", "why"} for post in posts)
    assert [post["at"] for post in posts] == sorted(post["at"] for post in posts)
    assert {"早上提醒", "下午催报", "晚上汇总"} <= {post["why"] for post in posts}
    assert list(tmp_path.iterdir()) == []  # a rehearsal leaves nothing behind


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["nothing"], 2, "用法不对", id="no such command"),
        pytest.param([], 2, "用法不对", id="no command"),
        pytest.param(["tally"], 2, "--date", id="a missing option"),
        pytest.param(["tally", "--date", "某天"], 1, "没看懂", id="a day that is none"),
        pytest.param(["tally", "--date", "2020-02-10", "--room", "没有的群"], 1, "没有叫", id="no such room"),
        pytest.param(["replay", "没有.jsonl"], 1, "没有.jsonl", id="no such file"),
        pytest.param(["--config", "没有.toml", "run"], 1, "没有.toml", id="no such configuration"),
        pytest.param(["db", "restore", "没有.gz"], 1, "没有.gz", id="no such backup"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line(words: Sequence[str], code: int, said: str, tmp_path: Path) -> None:
    done = liaison(*words, store=f"sqlite:///{tmp_path / 'l.db'}", cwd=tmp_path)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "完整的 JSON"),
        ('{"room": "群"}', "第一行应为"),
        ('{"room": "群", "date": "2020-02-10", "roster": [{"name": "张三", "role": "boss"}]}', "deputy 或 staff"),
        ('{"room": "群", "date": "2020-02-10", "roster": []}\n{"sender": "张三"}', ":2："),
        ("", "空的"),
    ],
)
def test_a_broken_group_day_is_refused_with_its_line(line: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"
    file.write_text(line, "utf-8")
    done = liaison("replay", str(file), store=f"sqlite:///{tmp_path / 'l.db'}", cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_parse_answers_each_line_and_never_stops(tmp_path: Path) -> None:
    lines = [
        '{"id": "m1", "sender": "张三", "text": "代李四报:36.5℃,健康,在长沙。建议给复工企业保障口罩供应"}',
        "not json",
        '{"id": "m2"}',
        "[1, 2]",
        '{"id": "m3", "sender": "张三", "text": "\\ud800 36.5"}',
        '{"id": "m4", "sender": 5, "text": "36.5", "roster": "x", "sent_at": "never"}',
        '{"id": "m5", "sender": "张三", "text": "\\u0000"}',
    ]
    done = liaison("parse", stdin="\n".join(lines) + "\n", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("id") for answer in answers] == ["m1", None, "m2", None, "m3", "m4", "m5"]
    assert ["error" in answer for answer in answers] == [False, True, True, True, False, False, False]
    health, suggestion = answers[0]["records"]
    assert (health["subject"], health["proxy"], health["location"]) == ("李四", True, "长沙")
    assert suggestion["category"] == "复工复产"


@pytest.mark.slow
def test_check_tells_all_at_once_and_backup_comes_back(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'l.db'}"
    assert liaison("replay", str(DAYS[0]), store=store, cwd=tmp_path).returncode == 0
    done = liaison("check", "--json", store=store, cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["ok"] is True
    assert liaison("db", "backup", "all.gz", store=store, cwd=tmp_path).returncode == 0
    other = f"sqlite:///{tmp_path / 'other.db'}"
    assert liaison("db", "restore", "all.gz", store=other, cwd=tmp_path).returncode == 0
    _, expected = head_and_expected(DAYS[0])
    found = tally(other, DAYS[0], tmp_path)
    assert {key: found[key] for key in expected} == expected
    purged = liaison("db", "purge", "--days", "30", store=other, cwd=tmp_path)
    assert "条消息原文" in purged.stderr
    assert {key: tally(other, DAYS[0], tmp_path)[key] for key in expected} == expected


@pytest.mark.slow
def test_every_command_has_help_with_an_example(tmp_path: Path) -> None:
    for command in ("run", "check", "parse", "replay", "tally", "rehearse", "links", "db"):
        done = liaison(command, "--help", cwd=tmp_path)
        assert done.returncode == 0
        assert "例：" in done.stdout
