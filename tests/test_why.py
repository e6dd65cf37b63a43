"""Why a message is read as it is: what `liaison explain` tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot import rulebook, why
from bot.cli import main
from bot.parsing import Context, Rules, parse
from bot.segmenter import JiebaSegmenter
from tests import corpus


@pytest.fixture(scope="module")
def reading() -> tuple[Rules, JiebaSegmenter]:
    rules = rulebook.load()
    return rules, JiebaSegmenter.for_rules(rules)


def explain(reading: tuple[Rules, JiebaSegmenter], text: str, sender: str = "张三") -> dict[str, Any]:
    return why.explain(text, Context(sender=sender), *reading)


def words(record: dict[str, Any], field: str) -> list[tuple[str, str]]:
    return [(word["text"], word.get("state", "")) for word in record["fields"].get(field, ())]


def test_each_field_of_a_health_report_names_the_words_it_came_from(reading: Any) -> None:
    found = explain(reading, "37.8，咳嗽得厉害，在长沙市，居家隔离")["records"][0]
    assert words(found, "temperature") == [("37.8", "affirmed")]
    assert ("咳嗽得", "affirmed") in words(found, "symptoms")
    assert words(found, "isolation")
    assert words(found, "location") == [("长沙市", "")]


def test_a_denied_symptom_is_shown_as_denied_with_the_word_that_denies_it(reading: Any) -> None:
    (sentence,) = explain(reading, "没有发烧，36.5")["sentences"]
    states = {word["text"]: word["state"] for word in sentence["findings"]}
    assert states["发烧"] == "denied"
    assert [cue["text"] for cue in sentence["cues"]] == ["没有"]


def test_a_relatives_symptom_is_not_given_as_the_senders_reason(reading: Any) -> None:
    own, relative = explain(reading, "我没事，36.5，爱人低烧")["records"]
    assert own["record"]["relation"] == "本人"
    assert not words(own, "symptoms")
    assert words(relative, "symptoms") == [("低烧", "affirmed")]


def test_a_suggestion_names_what_announced_it_and_what_gave_its_category(reading: Any) -> None:
    (record,) = explain(reading, "建议给村医配发额温枪")["records"]
    assert ("建议", "") in words(record, "kind")
    assert words(record, "category")


def test_explaining_changes_nothing_of_the_reading(reading: Any) -> None:
    rules, segmenter = reading
    for case in list(corpus.single())[::7]:
        context = Context(sender=case.sender, roster=case.roster)
        told = [record["record"] for record in why.explain(case.text, context, rules, segmenter)["records"]]
        assert told == [record.as_contract() for record in parse(case.text, context, rules, segmenter)]


def test_the_command_prints_one_json_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json", "--sender", "李四", "我没事"]) == 0
    assert json.loads(capsys.readouterr().out)["records"][0]["record"]["subject"] == "李四"


def test_the_command_tells_people_in_chinese_what_decided(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "前几天咳嗽，现已好转"]) == 0
    told = capsys.readouterr().out
    assert "咳嗽  症状 · 已往 · 张三" in told
    assert "待核实：是" in told


def test_the_command_says_plainly_that_a_message_reports_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "今天天气真好"]) == 0
    assert "不算上报" in capsys.readouterr().out


def test_the_command_refuses_to_explain_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "  "]) == 1
    assert "没有要解释的话" in capsys.readouterr().err
