"""A notice as staff write it: its head, its words, its deadline."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.clock import ZONE
from bot.errors import Refusal
from handlers import drafts

NOW = datetime(2020, 2, 10, 8, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("said", "day", "hour", "minute"),
    [
        ("明天 18:00", 11, 18, 0),
        ("明天18：00前", 11, 18, 0),
        ("2月12日下午5点半", 12, 17, 30),
        ("2月12日18时", 12, 18, 0),
        ("12日18点20分前", 12, 18, 20),
        ("2020-02-12 18:00", 12, 18, 0),
        ("2月12日", 12, 18, 0),
        ("2.12", 12, 18, 0),
        ("今天晚上8点", 10, 20, 0),
        ("20:00", 10, 20, 0),
        ("明天24:00", 12, 0, 0),
    ],
)
def test_a_deadline_as_people_write_it(said: str, day: int, hour: int, minute: int) -> None:
    assert drafts.read_moment(said, NOW) == datetime(2020, 2, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize("said", ["", "某天", "25:00", "18", "2月31日", "尽快", "下午"])
def test_what_is_no_moment(said: str) -> None:
    assert drafts.read_moment(said, NOW) is None


def test_a_head_between_two_lines() -> None:
    head = "---\n# 说明\n对象: 全体代表\n标题: 会议\n截止: 明天\n回执: 不要\n附件: 一.docx；二.docx\n---\n"
    draft = drafts.read(f"{head}\n正文：一\n---\n完\n", NOW)
    assert (draft.audience, draft.title, draft.wants_ack) == ("全体代表", "会议", False)
    assert draft.files == ("一.docx", "二.docx")
    assert draft.text == "正文：一\n---\n完"


def test_a_title_stands_above_the_head_or_above_the_words() -> None:
    for text in ("会议推迟\n截止：明天\n\n正文", "标题：会议推迟\n截止：明天\n正文", "会议推迟\n\n正文"):
        draft = drafts.read(text, NOW, audience="代表")
        assert (draft.title, draft.text) == ("会议推迟", "正文"), text


def test_a_line_of_the_words_is_no_head() -> None:
    draft = drafts.read("会议推迟\n\n各位代表：\n截止：见附件", NOW, audience="代表")
    assert draft.text == "各位代表：\n截止：见附件"
    assert draft.deadline is None


def test_the_salutation_is_no_title() -> None:
    draft = drafts.read("各位代表：\n会议推迟，时间另行通知。", NOW, audience="代表")
    assert draft.text == "各位代表：\n会议推迟，时间另行通知。"
    assert draft.title


def test_every_fault_is_told_with_its_line() -> None:
    with pytest.raises(Refusal) as told:
        drafts.read("---\n标题：会议\n标题：再次\n时间：明天\n截止：昨天\n紧急：可能\n---\n", NOW)
    for part in (
        "第 3 行：“标题”写了两次", "第 4 行：“时间：明天”", "第 5 行：截止时间 2月9日", "第 6 行：“可能”",
        "没有写发给谁", "没有正文",
    ):  # fmt: skip
        assert part in str(told.value)


def test_a_head_without_end_is_told() -> None:
    with pytest.raises(Refusal, match="少了下面那一道"):
        drafts.read("---\n对象：代表\n标题：会议\n", NOW)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("---\n对象：代表\n---\n正文", True),
        ("\ufeff---\r\naudience: 代表\r\n---\r\n正文", True),
        ("---\n标题：一\n---\n正文", False),
        ("对象：代表\n正文", False),
        ("", False),
        ("---", False),
    ],
)
def test_which_file_is_a_notice(text: str, is_one: bool) -> None:
    assert drafts.is_file(text) is is_one
