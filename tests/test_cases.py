"""What has to be read in a message, against what is read: by kind and subject, then by what the case lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot import cases, rulebook
from bot.cases import Case, What
from bot.cli import rules as command
from bot.parsing import Context, parse
from tests.reading import real

WELL = {"kind": "health", "subject": "张三", "relation": "本人", "status": "well", "temperature": 36.5, "symptoms": []}
ILL = {**WELL, "status": "unwell", "temperature": 37.8, "symptoms": ["发热", "咳嗽"]}
GIFT = {"item": "口罩", "quantity": 2000.0, "unit": "只"}
DEED = {"kind": "deed", "subject": "张三", "cash_yuan": 50000.0, "goods": [GIFT]}

Records = Sequence[Mapping[str, Any]]


def found(expected: Records, got: Records) -> list[tuple[str, str]]:
    return [(d.what.value, d.field or d.kind) for d in cases.compare(expected, got)]


@pytest.mark.parametrize(
    ("expected", "got", "differs"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([WELL], [WELL], [], id="the same"),
        pytest.param([WELL], [], [("missed", "health")], id="missed"),
        pytest.param([], [WELL], [("extra", "health")], id="extra"),
        pytest.param(
            [WELL], [{**WELL, "subject": "李四"}], [("missed", "health"), ("extra", "health")], id="somebody else"
        ),
        pytest.param([ILL], [{**ILL, "symptoms": ["咳嗽", "发热"]}], [], id="symptoms in another order"),
        pytest.param([ILL], [{**ILL, "symptoms": ["发热"]}], [("field", "symptoms")], id="a symptom less"),
        pytest.param([ILL], [{**ILL, "temperature": 37.84}], [], id="nearly the same temperature"),
        pytest.param([ILL], [{**ILL, "temperature": None}], [("field", "temperature")], id="no temperature"),
        pytest.param([WELL], [{**WELL, "unsure": True}], [("field", "unsure")], id="well, and doubted"),
        pytest.param([{**ILL, "unsure": True}], [ILL], [("field", "unsure")], id="doubt, not doubted"),
        pytest.param(
            [{**WELL, "unsure": True}],
            [{**WELL, "status": "unwell", "unsure": True}],
            [],
            id="in doubt either state will do",
        ),
        pytest.param([{"kind": "health", "subject": "张三"}], [ILL], [], id="only what is listed counts"),
        pytest.param(
            [{**WELL, "location": "长沙"}], [{**WELL, "location": "长沙市岳麓区"}], [], id="a place in a place"
        ),
        pytest.param([{**WELL, "exposure": None}], [{**WELL, "exposure": False}], [("field", "exposure")], id="denied"),
        pytest.param([DEED], [{**DEED, "goods": [{**GIFT, "item": "医用口罩"}]}], [], id="goods named at length"),
        pytest.param([DEED], [{**DEED, "goods": [{**GIFT, "quantity": 200.0}]}], [("field", "goods")], id="fewer"),
        pytest.param(
            [{"kind": "suggestion", "text": "建议给村医配发口罩"}],
            [{"kind": "suggestion", "category": "物资保障", "text": "建议给村医 配发口罩。"}],
            [],
            id="words cut otherwise",
        ),
        pytest.param([WELL, ILL], [ILL, WELL], [], id="two of one subject are matched by their fields"),
    ],
)
def test_records_are_compared_by_kind_subject_and_what_is_listed(
    expected: Records, got: Records, differs: list[tuple[str, str]]
) -> None:
    assert found(expected, got) == differs


def test_a_labelled_case_is_read_in_its_circumstances() -> None:
    book = rulebook.read()
    case = Case(text="代李四报：36.5，健康", sender="长沙联工委 周敏", roster=("李四",), expected=(
        {"kind": "health", "subject": "李四", "temperature": 36.5, "proxy": True},
    ))  # fmt: skip
    wrong = replace(case, expected=({"kind": "health", "subject": "李四", "temperature": 36.8},))
    right, other = cases.judge([case, wrong], book.rules, real().segmenter)
    assert right.differences == ()
    assert [(d.what, d.field, d.want, d.got) for d in other.differences] == [(What.FIELD, "temperature", 36.8, 36.5)]


def test_words_that_a_message_cannot_hold_are_left_out_without_changing_what_is_read() -> None:
    book = rulebook.read()
    for case in book.cases[::3]:
        few = cases._without(book.rules, "no such group", case.text)
        context = Context(case.sender)
        assert parse(case.text, context, few, real().segmenter) == parse(
            case.text, context, book.rules, real().segmenter
        )


def test_what_differs_is_shown_in_words_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    book = rulebook.read()
    expected = ({"kind": "health", "subject": "张三", "status": "unwell", "symptoms": ["咳嗽"]}, {"kind": "ack"})
    verdicts = cases.judge(
        [Case(text="36.5\n健康", origin="存储", line=7, expected=expected)], book.rules, real().segmenter
    )
    command._show(book, verdicts, verdicts)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("没通过  存储:7")
    assert shown[1] == "    36.5⏎健康"
    assert shown[2:5] == [
        "    少读了 ack",
        '    health（张三） 的 status 应为 "unwell"，读成 "well"',
        '    health（张三） 的 symptoms 应为 ["咳嗽"]，读成 []',
    ]
    assert "个案 1" in shown[-1]
    (failed,) = command._report(book, verdicts, verdicts)["failed"]
    assert [difference["what"] for difference in failed["differences"]] == ["missed", "field", "field"]
