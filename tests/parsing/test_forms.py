"""Answers to the office's own forms: labelled messages, and what holds for any message."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audience import Names
from bot.errors import Fault
from bot.forms import Field, Form, Kind
from bot.parsing import Context, forms, parse
from bot.records import Answer, Deed, Goods, Record
from bot.reports.forms import Part, put_together
from bot.settings import forms as files
from tests import corpus
from tests.forms import DAY, DUTY, HEALTH, MASKS, RULES, SEGMENTER, answers, open_now, shipped

LABELLED = Path(__file__).parent.parent / "corpus" / "forms" / "answers.jsonl"


def labelled() -> Iterator[Any]:
    for line in LABELLED.read_text("utf-8").splitlines():
        case = json.loads(line)
        yield pytest.param(case, id=f"{case['form']} {case['text'][:24]}")


def parsed(text: str, context: Context) -> Sequence[Record]:
    return parse(text, context, RULES, SEGMENTER)


def said(found: tuple[Answer, ...]) -> list[dict[str, Any]]:
    """As a label writes it: `open` and `proxy` only where they are not empty."""
    rows = [answer.as_contract() for answer in found]
    return [
        {k: v for k, v in row.items() if k in ("subject", "values") or (v and k in ("open", "proxy"))} for row in rows
    ]


@pytest.mark.parametrize("case", list(labelled()))
def test_a_labelled_message_is_read_as_its_label(case: dict[str, Any]) -> None:
    found = answers(case["text"], [open_now(case["form"])], question=case.get("question"))
    assert said(found) == case["answers"]


@pytest.mark.parametrize("name", [MASKS, DUTY, HEALTH])
def test_the_examples_of_a_shipped_form_are_read_and_its_counter_examples_are_not(name: str) -> None:
    form = shipped()[name]
    assert len(form.examples) >= 3
    assert len(form.counter_examples) >= 3
    assert list(forms.misread(form, RULES, SEGMENTER, parsed, date(2020, 5, 10))) == []


def test_what_people_say_in_their_groups_answers_no_form_by_chance() -> None:
    among = [open_now(MASKS), open_now(DUTY)]
    said = [case.text for case in corpus.single()]
    wrong = [text for text in said if answers(text, among)]
    assert len(wrong) * 1000 <= len(said)  # 36.5，夜班，一切如常 may well be meant for both


def test_all_shipped_forms_may_be_open_together() -> None:
    among = [open_now(name) for name in (MASKS, DUTY, HEALTH)]
    found = answers("36.5 健康 在长沙，早班已到岗。口罩2包，自取", among)
    assert {answer.form: (dict(answer.values), answer.open) for answer in found} == {
        MASKS: ({"数量": 2.0, "领取方式": "自取"}, ()),
        DUTY: ({"到岗": True, "班次": "早班"}, ()),
        HEALTH: ({"体温": 36.5, "症状": "无", "所在地": "长沙"}, ()),
    }


def test_words_that_two_open_forms_take_settle_neither_unless_one_is_named() -> None:
    one = open_now(MASKS)
    other = replace(one, name="洗手液", title="洗手液", words=("洗手液",))
    assert [(a.values, a.open) for a in answers("领2包", [one, other])] == [({}, ("数量",)), ({}, ("数量",))]
    assert [(a.form, a.open) for a in answers("口罩领2包", [one])] == [(MASKS, ())]


KINDS = Form(
    name="返程",
    title="返程登记",
    words=("返程",),
    fields=(
        Field(name="日期", kind=Kind.DATE, words=("日期", "返程")),
        Field(name="地点", kind=Kind.PLACE, words=("地点", "从哪里"), required=False),
        Field(name="住宿", kind=Kind.YES_NO, words=("住宿", "要不要住宿"), required=False),
        Field(name="备注", kind=Kind.TEXT, words=("备注",), required=False),
    ),
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("返程：2月15日", {"日期": "2020-02-15"}, id="a day"),
        pytest.param("我15号返程", {"日期": "2020-02-15"}, id="a day of this month"),
        pytest.param("明天返程", {"日期": "2020-02-11"}, id="tomorrow"),
        pytest.param("返程 2020-03-01", {"日期": "2020-03-01"}, id="a whole date"),
        pytest.param("返程2.30", {}, id="no such day"),
        pytest.param("返程：2月15日，地点：武汉市", {"日期": "2020-02-15", "地点": "武汉市"}, id="a place"),
        pytest.param("返程：2月15日，住宿：不用", {"日期": "2020-02-15", "住宿": False}, id="no"),
        pytest.param("返程2月15日 住宿：要", {"日期": "2020-02-15", "住宿": True}, id="yes"),
        pytest.param(
            "返程：15日。备注：带两个孩子，晚点到", {"日期": "2020-02-15", "备注": "带两个孩子，晚点到"}, id="words"
        ),
        pytest.param("返程：12月30日", {"日期": "2019-12-30"}, id="the nearest year"),
        pytest.param("返程的人多吗", {}, id="a question"),
    ],
)
def test_days_places_and_words_are_read(text: str, values: dict[str, object]) -> None:
    found = answers(text, [KINDS])
    assert (dict(found[0].values) if found else {}) == values


# ── what holds for any message ──────────────────────────────────────────────────────────────────────────────────

WORDS = [
    *(
        "口罩",
        "领",
        "数量",
        "方式",
        "：",
        "，",
        " ",
        "\n",
        "2包",
        "三包",
        "9包",
        "-1包",
        "两三包",
        "自取",
        "代领",
        "不要",
    ),
    *(
        "张三",
        "李四",
        "各",
        "#接龙",
        "1.",
        "2.",
        "我",
        "不是",
        "更正",
        "?",
        "大家",
        "36.5",
        "在长沙",
        "到岗",
        "未",
        "没",
    ),
    *("早班", "代", "：无", "若干"),
]
PIECES = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), max_size=20).map("".join)


@given(PIECES, st.sampled_from([None, "请填口罩领取：\n1. 数量\n2. 领取方式"]))
def test_no_text_makes_reading_fail_or_a_value_leave_its_range(text: str, question: str | None) -> None:
    among = [open_now(MASKS), open_now(DUTY), open_now(HEALTH)]
    for answer in answers(text, among, question=question):
        form = next(form for form in among if form.name == answer.form)
        fields = {field.name: field for field in form.fields}
        assert answer.values.keys() <= fields.keys()
        assert not answer.values.keys() & set(answer.open)
        assert answer.values or answer.open
        json.dumps(answer.as_contract(), ensure_ascii=False)
        for name, value in answer.values.items():
            match fields[name].kind:
                case Kind.NUMBER:
                    assert isinstance(value, float)
                    assert fields[name].fits(value)
                case Kind.YES_NO:
                    assert isinstance(value, bool)
                case Kind.CHOICE:
                    assert value in [option for option, _ in fields[name].options]


@given(st.integers(min_value=-5, max_value=1000))
def test_a_number_counts_in_its_range_and_nowhere_else(number: int) -> None:
    (answer,) = answers(f"口罩：{number}包", [open_now(MASKS)])
    if 0 <= number <= 5:
        assert answer.values == {"数量": number}
    else:
        assert (answer.values, answer.open) == ({}, ("数量",))


LINES = {"张三": "2包", "李四": "1包 自取", "王五": "9包", "欧阳静": "3包，代领"}


@given(st.permutations(list(LINES)))
def test_shuffling_the_lines_of_a_chain_changes_only_their_order(names: list[str]) -> None:
    def chain(order: list[str]) -> str:
        lines = [f"{number}. {name} {LINES[name]}" for number, name in enumerate(order, 1)]
        return "\n".join(["#接龙", "口罩领取登记", *lines])

    def by_name(order: list[str]) -> dict[str, tuple[dict[str, object], tuple[str, ...], bool]]:
        found = answers(chain(order), [open_now(MASKS)])
        assert [answer.subject for answer in found] == order
        return {a.subject: (dict(a.values), a.open, a.proxy) for a in found}

    assert by_name(names) == by_name(list(LINES))


@given(st.lists(st.tuples(st.sampled_from(["数量", "领取方式"]), st.sampled_from([None, 1.0, 2.0])), max_size=8))
def test_of_each_field_the_last_word_holds(said: list[tuple[str, float | None]]) -> None:
    parts = [
        Part(
            record_id=number,
            subject_id=1,
            values={} if value is None else {field: value},
            open=[field] if value is None else [],
            proxy=False,
        )
        for number, (field, value) in enumerate(said)
    ]
    last = dict(said)
    given_ = put_together(open_now(MASKS), parts).get(1)
    if given_ is None:
        assert not said
        return
    assert given_.values == {field: value for field, value in last.items() if value is not None}
    assert set(given_.open) == {field for field, value in last.items() if value is None}
    assert given_.whole == (last.get("数量") is not None and not given_.open)


@pytest.mark.parametrize("text", [case.text for case in corpus.single()][::9])
def test_what_else_a_message_says_stays(text: str) -> None:
    context = Context("张三")
    before = parse(text, context, RULES, SEGMENTER)
    among = [open_now(MASKS), open_now(DUTY), open_now(HEALTH)]
    found = forms.read(text, among, context, RULES, SEGMENTER, records=before, on=DAY)
    assert forms.without_echoes(before, found) == list(before)


def test_a_gift_that_is_read_out_of_an_answer_is_none() -> None:
    context = Context("张三")
    text = "口罩我要三包，送到家吧"
    before = [Deed(source=text, subject="张三", text=text, goods=(Goods(item="口罩", quantity=3.0, unit="包"),))]
    found = forms.read(text, [open_now(MASKS)], context, RULES, SEGMENTER, records=before, on=DAY)
    assert forms.without_echoes(before, found) == []


def test_the_form_that_the_guide_makes_reads_its_own_examples(tmp_path: Path) -> None:
    guide = (Path(__file__).parent.parent.parent / "docs" / "howto-forms.md").read_text("utf-8")
    (written,) = re.findall(r"```toml\n(\[form\].*?)```", guide, re.DOTALL)
    path = tmp_path / "返程登记.toml"
    path.write_text(written, "utf-8")
    faults: list[Fault] = []
    (form,) = files.load([path], Names(), faults).forms
    assert faults == []
    assert [field.kind for field in form.fields] == [Kind.DATE, Kind.CHOICE, Kind.NUMBER, Kind.TEXT]
    assert list(forms.misread(form, RULES, SEGMENTER, parsed, DAY)) == []
