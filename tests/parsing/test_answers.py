"""Replies to what the bot asked back: only a clear denial makes anybody well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing import Context
from bot.parsing.answers import Asked, asks_by_number, bare_answer, is_numbered, read
from bot.records import Diagnosis, HealthReport, Isolation, Record, Relation, Status
from tests.reading import real


def asked_of(subject: str, *, proxy: bool = False, temperature: bool = False, **said: Any) -> Asked:
    before = HealthReport(subject=subject, **{"status": Status.UNWELL, "unsure": True, **said})
    return Asked(before=before, proxy=proxy, temperature=temperature)


OWN = asked_of("李四")
OTHERS = asked_of("张三", proxy=True)
MOTHERS = asked_of("李四", relation=Relation.FAMILY, proxy=True)
NUMBER = asked_of("李四", status=Status.WELL, temperature=True)
ILL_ANYWAY = asked_of("李四", symptoms=("咳嗽",), temperature=True)
ISOLATED = asked_of("李四", isolation=Isolation.CENTRAL, location="长沙")


def answered(text: str, asked: Asked = OWN) -> Sequence[Record]:
    context = Context(sender="李四", roster=("张三", "李四", "王五"))
    return read(text, asked, lambda said: real().read(said, context))


def report(text: str, asked: Asked = OWN) -> HealthReport:
    (found,) = answered(text, asked)
    assert isinstance(found, HealthReport)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "没有",
        "都没有",
        "没",
        "无",
        "没有了",
        "没有没有",
        "现在没有",
        "我没有",
        "没有，谢谢关心",
        "没有不舒服",
        "不发烧不咳嗽",
        "没发烧也不咳嗽",
        "没有发热、咳嗽",
        "好了",
        "已经好了",
        "没事了",
        "都正常",
        "36.8，没有",
        "没有，36.8",
    ],
)
def test_a_clear_denial_settles_it(text: str) -> None:
    found = report(text)
    assert (found.subject, found.status, found.unsure) == ("李四", Status.WELL, False)


@pytest.mark.parametrize(
    "text",
    [
        "有",
        "有一点",
        "有点",
        "是的",
        "嗯",
        "都有",
        "还有一点",
        "是的，没有",
        "就是累了",
        "没有，就是累了",
        "应该没有",
        "没有吧",
        "没有别的",
        "没有别的不适",
        "没有其他",
        "还好",
        "没有，还好",
        "没问题",
        "还行",
        "好多了",
        "好些了",
        "36.8",
        "没有胃口",
        "没有好",
        "没好",
        "不舒服",
        "还是头晕",
        "不太好说",
    ],
)
def test_what_is_no_clear_denial_stays_open(text: str) -> None:
    assert report(text).unsure


@pytest.mark.parametrize(
    ("text", "temperature", "symptoms"),
    [
        ("37.8", 37.8, ("发热",)),
        ("有，37.8", 37.8, ("发热",)),
        ("没有，37.8", 37.8, ("发热",)),
        ("是的,咳嗽", None, ("咳嗽",)),
        ("没有发热，有点咳", None, ("咳嗽",)),
        ("没退烧", None, ("发热",)),
    ],
)
def test_an_affirmed_symptom_is_unwell(text: str, temperature: float | None, symptoms: tuple[str, ...]) -> None:
    found = report(text)
    assert (found.status, found.unsure, found.temperature, found.symptoms) == (
        Status.UNWELL, False, temperature, symptoms,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["收到", "谢谢", "请问怎么报", "稍等，我量一下", "在开会", "😀", "", "/帮助", "建议给村医配口罩"]
)
def test_what_answers_nothing_reports_nothing(text: str) -> None:
    assert not any(isinstance(record, HealthReport) for record in answered(text))


@pytest.mark.parametrize("text", ["没有", "他没有了", "张三好了，谢谢", "他没事", "她 没发烧也没咳嗽"])
def test_an_answer_about_another_person_is_about_them(text: str) -> None:
    found = report(text, OTHERS)
    assert (found.subject, found.proxy, found.status, found.unsure) == ("张三", True, Status.WELL, False)


@pytest.mark.parametrize("text", ["是的，咳嗽", "他还咳嗽", "37.8", "还是咳嗽", "没有发热，有点咳"])
def test_an_illness_in_answer_about_another_person_is_theirs(text: str) -> None:
    found = report(text, OTHERS)
    assert (found.subject, found.proxy, found.status) == ("张三", True, Status.UNWELL)


@pytest.mark.parametrize("text", ["36.5 健康", "我36.5，健康", "我没事了", "无发热，无咳嗽，36.4，一切都好"])
def test_a_report_of_ones_own_settles_nothing_of_another(text: str) -> None:
    for found in answered(text, OTHERS):
        assert isinstance(found, HealthReport)
        assert found.subject == "李四" or found.unsure


def test_an_answer_about_a_relative_is_about_the_relative() -> None:
    found = report("好了", MOTHERS)
    assert (found.subject, found.relation, found.status) == ("李四", Relation.FAMILY, Status.WELL)


@pytest.mark.parametrize(
    ("text", "unsure"),
    [("36.8", False), ("36.8度", False), ("正常", False), ("没有", True), ("没发烧", True), ("368", True)],
)
def test_who_was_asked_for_a_temperature_has_to_tell_it(text: str, unsure: bool) -> None:
    assert report(text, NUMBER).unsure is unsure


SYMPTOMS = st.sampled_from(
    ["发热", "发烧", "咳嗽", "头痛", "腹泻", "胸闷", "乏力", "37.5", "38度", "有点咳", "头晕", "难受"]
)
WORDS = st.sampled_from(
    [
        "没有",
        "没",
        "无",
        "不",
        "好了",
        "有",
        "有一点",
        "是的",
        "嗯",
        "还",
        "现在",
        "，",
        "。",
        " ",
        "36.8",
        "正常",
        "别的",
        "也",
        "了",
    ]
)


@given(
    st.lists(WORDS, max_size=4),
    SYMPTOMS,
    st.lists(WORDS, max_size=2),
    st.sampled_from([OWN, OTHERS, MOTHERS, NUMBER, ILL_ANYWAY, ISOLATED]),
)
def test_an_affirmed_symptom_never_makes_anybody_well(
    before: list[str], symptom: str, after: list[str], asked: Asked
) -> None:
    found = bare_answer("".join([*before, "，有", symptom, *after]), asked)
    assert found is None or found.ill


@given(st.text(max_size=60), st.sampled_from([OWN, OTHERS, MOTHERS, NUMBER, ILL_ANYWAY, ISOLATED]))
def test_no_text_is_too_odd(text: str, asked: Asked) -> None:
    answered(text, asked)
    answered(text * 20, asked)


@pytest.mark.parametrize("text", ["不咳", "没发烧", "没有发热", "不烧了"])
def test_who_denies_a_part_leaves_the_rest_open(text: str) -> None:
    assert report(text).unsure


def test_who_denies_what_was_open_settles_it() -> None:
    assert not report("没有发热", asked_of("李四", symptoms=("发热",))).ill
    assert report("不咳", asked_of("李四", symptoms=("发热",))).unsure


@pytest.mark.parametrize("text", ["没有", "好了", "正常", "没有不舒服", "没有发热"])
def test_what_was_affirmed_beside_a_suspect_number_is_made_well_by_no_bare_word(text: str) -> None:
    assert report(text, ILL_ANYWAY).ill
    assert report(text, asked_of("李四", diagnosis=Diagnosis.SUSPECTED)).ill


def test_a_temperature_that_is_put_right_leaves_the_cough() -> None:
    found = report("36.8", ILL_ANYWAY)
    assert (found.status, found.unsure, found.temperature, found.symptoms) == (Status.UNWELL, False, 36.8, ("咳嗽",))


def test_what_an_answer_does_not_speak_of_stays() -> None:
    found = report("没有", ISOLATED)
    assert (found.status, found.isolation, found.location) == (Status.WELL, Isolation.CENTRAL, "长沙")


def test_only_a_first_answer_may_be_anything() -> None:
    assert report("就是累了").unsure
    assert answered("就是累了", replace(OWN, answered=True)) == []
    assert not answered("没有", replace(OWN, answered=True))[0].ill  # type: ignore[attr-defined]  # a health report


def test_numbered_questions_and_answers_are_known() -> None:
    asked = "请回复：1. 今日体温？2. 有无咳嗽、乏力？3. 现在在哪里？"
    assert asks_by_number(asked)
    assert asks_by_number("①体温②有无接触史")
    assert is_numbered("1.36.5 2.无 3.长沙")
    for text in ("各位代表：请报2月10日健康情况", "36.5 健康", "1. 只有一项", "未报：张三、李四"):
        assert not asks_by_number(text), text
    assert not is_numbered("36.5 健康")
