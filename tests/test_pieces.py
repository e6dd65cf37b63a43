"""A text that is longer than a channel takes: cut where a reader would pause, and nothing of it lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording

_EMOJI = ("👨\u200d👩\u200d👧\u200d👦", "👍🏽", "🇨🇳", "❤\ufe0f")
_NUMBERS = ("36.5", "1,234,567", "12.86 万元", "2020-02-10", "13800000000")
_WORDS = ("各位代表", "张三", "欧阳静", "（请假）", "word", "https://example.test/a?b=1")
_MARKS = ("。", "，", "、", "\n", "！", "”", "）", " ", "？", "\u3000", "\u2005")
_BITS = st.sampled_from([*_EMOJI, *_NUMBERS, *_WORDS, *_MARKS])


@given(text=st.one_of(st.text(max_size=400), st.lists(_BITS, max_size=200).map("".join)), most=st.integers(4, 300))
def test_the_pieces_joined_are_the_text_and_each_fits(text: str, most: int) -> None:
    found = wording.pieces(text, most)
    assert "".join(found) == text
    assert all(len(piece.encode()) <= most for piece in found)
    assert len(found) == 1 or all(found)


_WHOLE = re.compile(rf"\d+(?:[.,/-]\d+)*|{'|'.join(_EMOJI)}|https://\S+?b=1|word")


@given(bits=st.lists(_BITS, min_size=20, max_size=200), most=st.integers(60, 300))
def test_no_number_no_address_and_no_emoji_is_cut(bits: list[str], most: int) -> None:
    text = "代表".join(bits)
    found = wording.pieces(text, most)
    cuts, at = set(), 0
    for piece in found[:-1]:
        at += len(piece)
        cuts.add(at)
    assert not [m[0] for m in _WHOLE.finditer(text) for cut in cuts if m.start() < cut < m.end()]


@pytest.mark.parametrize(
    ("text", "most", "first"),
    [
        pytest.param("第一句。第二句，还没完，很长很长", 36, "第一句。", id="behind a sentence, not behind a comma"),
        pytest.param("第一行\n第二行。第三", 24, "第一行\n", id="at a line end, not behind a sentence"),
        pytest.param("他说：“来。”然后就走了没再说什么", 30, "他说：“来。”", id="with the quotation mark"),
        pytest.param("未报：张三、李四、欧阳静、王五", 36, "未报：张三、李四、", id="between names"),
        pytest.param("一共捐款1,234,567元", 16, "一共捐款", id="before a number"),
        pytest.param("a\n" + "很" * 40, 60, "a\n", id="a short line, where nothing better is near"),
    ],
)
def test_where_a_text_is_cut(text: str, most: int, first: str) -> None:
    assert wording.pieces(text, most)[0] == first


def test_a_number_that_is_longer_than_a_piece_is_cut_after_all() -> None:
    assert [len(piece) for piece in wording.pieces("7" * 250, 100)] == [100, 100, 50]


def test_a_long_text_is_cut_in_time() -> None:
    text = "张三、" * 200_000
    assert len(wording.pieces(text, 2000)) < 1_000
