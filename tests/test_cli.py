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

from bot.cli import check
from bot.settings import Settings
from tests.fakes.mail_server import FakeImap, FakeSmtp, MailServers

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


LADDER = """
[channels.webchat]
[channels.sms]
vendor = "aliyun"
key_id = "LTAI"
sign_name = "某市人大"
nudge = "您有1条通知，请登录。"
[[channels.sms.templates]]
id = "SMS_1"
text = "您有{count}条通知，请登录。"
[[rooms]]
name = "甲群"
channel = "webchat"
roster = "甲.csv"
[[schedules]]
name = "短信催报"
do = "sms"
at = "15:00"
[[schedules]]
name = "再发短信"
do = "sms"
at = "17:00"
[[schedules]]
name = "夜里私信"
do = "remind_each"
at = "23:00"
[[schedules]]
name = "电话名单"
do = "phone_list"
at = "19:00"
"""


@pytest.mark.slow
def test_a_rehearsal_shows_where_caps_and_quiet_hours_bite(tmp_path: Path) -> None:
    roster = "姓名,身份,电话\n张三,代表,13900000001\n李四,代表,13900000002\n周敏,工作人员,\n"
    (tmp_path / "甲.csv").write_text(roster, "utf-8")
    (tmp_path / "bot.toml").write_text(LADDER, "utf-8")
    said = {"sender": "李四", "text": "36.5 健康", "sent_at": "2020-02-10T16:00:00+08:00"}
    rows = [{"room": "甲群", "date": "2020-02-10", "roster": []}, said]
    (tmp_path / "day.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    done = liaison("rehearse", "day.jsonl", cwd=tmp_path)  # it speaks to nobody, and needs no secret
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    place = next(number for number, line in enumerate(lines) if line.endswith("短信 2 人  短信催报"))
    assert sorted(lines[place + 1].strip().split("、")) == ["张三", "李四"]  # what is alike is shown once
    assert "02-10 17:00:00  没有发  短信：张三 今天已经提醒过 1 次，不再发" in lines
    assert "02-10 23:00:00  没有发  私信：到了不打扰的时间，不发给 张三" in lines
    assert not any("李四" in line and "没有发" in line for line in lines)
    assert any("1. 张三 13900000001：短信 15:0" in line for line in lines)
    posts = json.loads(liaison("rehearse", "day.jsonl", "--json", cwd=tmp_path).stdout)
    assert all(post["text"] for post in posts)


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


def office_with(folder: Path, rules: str) -> Path:
    """A folder whose bot.toml names a rules file of the office's own."""
    (folder / "bot.toml").write_text('[reading]\noffice_rules = ["ours.toml"]\n', "utf-8")
    (folder / "ours.toml").write_text(rules, "utf-8")
    return folder


@pytest.mark.slow
def test_the_shipped_examples_are_read_as_they_should_be(tmp_path: Path) -> None:
    done = liaison("rules", "test", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert told["failed"] == []
    assert told["examples"] > 100
    assert told["counter_examples"] > 100


@pytest.mark.slow
def test_an_offices_example_that_is_read_otherwise_is_told_with_what_was_read(tmp_path: Path) -> None:
    office_with(
        tmp_path,
        '[[group]]\nid = "health.symptom.咳嗽"\nwords = "吭吭"\n'
        'examples = ["吭吭两天了，36.5", "今天天气好"]\ncounter_examples = ["吭吭哧哧的，36.6"]\n',
    )
    done = liaison("rules", "test", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == ""
    shown = done.stdout.splitlines()
    assert [line.split("  ")[1:] for line in shown if line.startswith("没通过")] == [
        ["ours.toml:4", "health.symptom.咳嗽"],
        ["ours.toml:5", "health.symptom.咳嗽"],
    ]
    assert "今天天气好" in done.stdout
    assert "咳嗽" in shown[-2]
    assert "没通过 2 条" in shown[-1]
    as_json = json.loads(liaison("rules", "test", "--json", cwd=tmp_path).stdout)
    assert [(failed["line"], failed["text"]) for failed in as_json["failed"]] == [
        (4, "今天天气好"),
        (5, "吭吭哧哧的，36.6"),
    ]


@pytest.mark.slow
def test_the_offices_own_words_are_read_by_every_command_and_checked(tmp_path: Path) -> None:
    office_with(tmp_path, '[[group]]\nid = "health.symptom.咳嗽"\nwords = "吭吭"\nwithout = "嗷嗷"\n')
    (answer,) = liaison("parse", stdin='{"sender": "张三", "text": "吭吭两天了"}\n', cwd=tmp_path).stdout.splitlines()
    assert json.loads(answer)["records"][0]["symptoms"] == ["咳嗽"]
    store = f"sqlite:///{tmp_path / 'l.db'}"
    assert "ours.toml:4：health.symptom.咳嗽 里本来就没有“嗷嗷”" in liaison("check", store=store, cwd=tmp_path).stdout
    listed = liaison("rules", "list", "吭吭", "嗷嗷", cwd=tmp_path)
    assert listed.returncode == 1
    assert listed.stdout == "吭吭\thealth.symptom.咳嗽\tsymptom\t咳嗽\n"
    assert "嗷嗷" in listed.stderr
    office_with(tmp_path, '[[group]]\nid = "category.复学"\nwords = "养老金"\n')
    checked = liaison("check", store=store, cwd=tmp_path)
    assert checked.returncode == 1
    assert "ours.toml:3：“养老金”在 category.复学 里算“复学”" in checked.stdout
    refused = liaison("run", store=store, cwd=tmp_path)
    assert refused.returncode == 1
    assert "ours.toml:3" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.slow
def test_every_command_has_help_with_an_example(tmp_path: Path) -> None:
    for command in ("run", "check", "parse", "replay", "tally", "rehearse", "rules", "links", "channels", "db"):
        done = liaison(command, "--help", cwd=tmp_path)
        assert done.returncode == 0
        assert "例：" in done.stdout


@pytest.mark.slow
def test_check_reads_the_examples_of_an_offices_forms(tmp_path: Path) -> None:
    (tmp_path / "会议.toml").write_text(
        '[form]\nname = "会议"\nwords = ["会议"]\n'
        'examples = ["会议：参加", "会议我看情况"]\ncounter_examples = ["会议参加"]\n'
        '[[field]]\nname = "参加"\ntype = "yes_no"\nwords = ["是否参加"]\nyes = ["参加"]\nno = ["不参加"]\n',
        "utf-8",
    )
    (tmp_path / "bot.toml").write_text('rooms = []\n[reading]\nforms = ["会议.toml"]\n', "utf-8")
    done = liaison("check", "--json", store="sqlite:///a.db", cwd=tmp_path)
    assert done.returncode == 1
    found = [f["what"] for f in json.loads(done.stdout)["findings"] if f["where"].endswith("会议.toml")]
    assert found == ["例子“会议我看情况”没有读全", "例子“会议参加”被当成了答复"]


async def test_check_tells_which_mail_server_cannot_be_reached() -> None:
    async with FakeImap() as imap:
        mail = MailServers(FakeSmtp(), imap).settings(smtp="127.0.0.1:1")
        told = [finding async for finding in check._of_gateways(Settings(channels=(mail,)))]
    assert [(finding.weight, finding.where, finding.what) for finding in told] == [
        ("fault", "channels.mail", "连不上发信服务器 127.0.0.1:1")
    ]
