"""What holds for any text at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import rulebook
from bot.parsing import Context, numerals, parse
from bot.parsing.normalize import normalize
from bot.segmenter import JiebaSegmenter
from tests import corpus
from tests.corpus.scoring import FIELDS

RULES = rulebook.load()
SEGMENTER = JiebaSegmenter.for_rules(RULES)
TEXTS = [case.text for case in corpus.single()]
SYMPTOMS = ["发热", "咳嗽", "乏力", "咽痛", "胸闷", "头痛", "腹泻", "恶心", "鼻塞", "流涕"]
WORDS = [
    "没",
    "无",
    "不",
    "发烧",
    "咳嗽",
    "36.5",
    "37.8",
    "，",
    "。",
    "我",
    "爱人",
    "张三",
    "建议",
    "捐款",
    "昨天",
    "好了",
    "1.",
    "\n",
    "#接龙",
    "?",
    "在",
    "武汉",
    "隔离",
]
PIECES = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), max_size=30).map("".join)


def read(text: str, sender: str = "张三") -> list[dict[str, Any]]:
    return [record.as_contract() for record in parse(text, Context(sender), RULES, SEGMENTER)]


@given(st.one_of(st.text(max_size=200), PIECES))
@settings(deadline=None, max_examples=300)
def test_any_text_yields_a_valid_answer(text: str) -> None:
    for record in read(text):
        assert record["kind"] in {*FIELDS, "problem", "practice", "ack", "retract"}
        json.dumps(record, ensure_ascii=False).encode()


@given(st.one_of(st.sampled_from(TEXTS), PIECES))
@settings(deadline=None, max_examples=200)
def test_reading_the_normalized_text_gives_the_same(text: str) -> None:
    def gist(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        plain = json.dumps(records, ensure_ascii=False)
        return json.loads(normalize(plain, RULES.table).plain)  # type: ignore[no-any-return]  # json gives Any

    once = normalize(text, RULES.table).plain
    assert normalize(once, RULES.table).plain == once
    assert gist(read(once)) == gist(read(text))


@given(st.sampled_from(TEXTS))
@settings(deadline=None, max_examples=150)
def test_wide_characters_change_nothing(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "0" <= c <= "9" else c for c in text)
    assert [r["kind"] for r in read(wide)] == [r["kind"] for r in read(text)]


@given(
    st.lists(st.sampled_from(SYMPTOMS), min_size=1, max_size=5, unique=True), st.sampled_from(["无", "没有", "未出现"])
)
@settings(deadline=None, max_examples=60)
def test_a_denied_list_affirms_nothing(symptoms: list[str], denial: str) -> None:
    (record,) = read(f"36.5，{denial}{'、'.join(symptoms)}等症状")
    assert record["symptoms"] == []
    assert record["status"] == "well"
    assert not record.get("unsure")


@given(st.sampled_from(SYMPTOMS), st.sampled_from(["有点", "一直", "今天", "我", "就是", "昨晚开始"]))
@settings(deadline=None, max_examples=60)
def test_an_affirmed_symptom_is_never_well(symptom: str, lead: str) -> None:
    (record,) = read(f"36.5，{lead}{symptom}")
    assert record["status"] == "unwell"


LINES = [
    "韦一鸣 36.2 正常",
    "蒲国英 37.8 咳嗽",
    "池中月 36.4 天水",
    "房前进 没发烧",
    "戚继文 体温正常，在长沙",
    "田建国 居家隔离 36.6",
]


@given(st.permutations(LINES))
@settings(deadline=None, max_examples=40)
def test_shuffling_a_chain_changes_only_the_order(lines: list[str]) -> None:
    def chain(items: list[str]) -> str:
        return "#接龙\n今日健康\n\n" + "\n".join(f"{i}. {line}" for i, line in enumerate(items, 1))

    def ordered(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(records, key=lambda record: record["subject"])

    assert ordered(read(chain(lines))) == ordered(read(chain(LINES)))


@pytest.mark.parametrize("line", LINES)
def test_a_chain_says_what_its_lines_say(line: str) -> None:
    (listed,) = read(f"#接龙\n今日健康\n\n1. {line}")
    (alone,) = read(line)
    assert listed == alone


CHAT = ["今天出太阳了", "大家辛苦了", "晚上好", "哈哈", "谢谢各位"]


@given(
    st.sampled_from(["36.5，健康", "37.8，咳嗽", "我妈发烧38.2，我36.5", "无接触史，体温正常"]), st.sampled_from(CHAT)
)
@settings(deadline=None, max_examples=40)
def test_chat_beside_a_report_changes_nothing(report: str, chat: str) -> None:
    assert read(f"{report}。{chat}") == read(report)


@given(st.integers(1, 99_999_999))
@settings(max_examples=200)
def test_numerals_round_trip(value: int) -> None:
    assert numerals.number(chinese(value)) == value
    assert numerals.number(str(value)) == value


def chinese(value: int) -> str:
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]

    def below(n: int) -> str:
        out, gap = "", False
        for power in range(3, -1, -1):
            d = n // 10**power % 10
            if d:
                out += ("零" if gap and out else "") + digits[d] + units[power]
                gap = False
            else:
                gap = True
        return out

    high, low = divmod(value, 10_000)
    if not high:
        return below(low)
    zero = "零" if low and low < 1000 else ""
    return below(high) + "万" + zero + below(low)
