"""The rules files: their own examples, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import rulebook
from bot.errors import RuleError
from bot.parsing import Context, Rules, parse
from bot.parsing.lexicon import Group, Pair
from bot.segmenter import JiebaSegmenter

SHIPPED = rulebook.load()
TOLD: list[Group | Pair] = [*SHIPPED.groups, *SHIPPED.pairs]
EXAMPLES = [(told.id, text) for told in TOLD for text in told.examples]
COUNTER_EXAMPLES = [(told.id, text) for told in TOLD for text in told.counter_examples]


def used(text: str, rules: Rules, segmenter: JiebaSegmenter) -> set[str]:
    records = parse(text, Context("张三"), rules, segmenter)
    return {rule for record in records for rule in record.rules}


@pytest.mark.parametrize(("group", "text"), EXAMPLES)
def test_an_example_is_read_with_its_group(group: str, text: str, rules: Rules, segmenter: JiebaSegmenter) -> None:
    assert group in used(text, rules, segmenter)


@pytest.mark.parametrize(("group", "text"), COUNTER_EXAMPLES)
def test_a_counter_example_is_not(group: str, text: str, rules: Rules, segmenter: JiebaSegmenter) -> None:
    assert group not in used(text, rules, segmenter)


def test_an_office_adds_its_words(tmp_path: Path, segmenter: JiebaSegmenter) -> None:
    (tmp_path / "ours.toml").write_text('[[group]]\nid = "health.symptom.咳嗽"\nwords = "吭吭"\n', "utf-8")
    ours = rulebook.load([rulebook.SHIPPED, tmp_path])
    (record,) = parse("吭吭两天了，36.5", Context("张三"), ours, segmenter)
    assert record.as_contract()["symptoms"] == ["咳嗽"]
    assert ours.version != SHIPPED.version


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[group]]\nid = "x"\nrole = "symptm"\nwords = "咳"\n', "utf-8")
    (tmp_path / "b.toml").write_text('[[group]]\nid = "y"\nrole = "symptom"\nword = "咳"\n', "utf-8")
    (tmp_path / "c.toml").write_text("[[group]\n", "utf-8")
    with pytest.raises(RuleError) as caught:
        rulebook.load([tmp_path])
    text = str(caught.value)
    for told in ("a.toml:3", "symptm", "b.toml:4", "word", "c.toml:1"):
        assert told in text


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="没有规则文件"):
        rulebook.load([tmp_path])
