"""Which topics a text may name: none is left out that it does name."""

from __future__ import annotations

import pytest

from bot.parsing import normalize
from bot.parsing.lexicon import Rules
from bot.parsing.topics import needed
from tests import corpus


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        pytest.param("口罩|酒精", {"口罩", "酒精"}, id="words"),
        pytest.param("防护[服用物]", {"防护"}, id="the longest piece of a branch"),
        pytest.param("[送热]饭", {"饭"}, id="the fewest of equal length"),
        pytest.param("(?:拍|录)[^,。]{0,4}视频", {"视频"}, id="what lies between is not needed"),
        pytest.param("(?:要|请)(?:求|假)?", {"要", "请"}, id="a choice"),
        pytest.param("农业?税", {"农"}, id="what may be missing is not needed"),
        pytest.param(r"\d+个|口罩", {"个", "口罩"}, id="a class of characters is none"),
        pytest.param("护士(?!家|子女)", {"护士"}, id="what must not follow"),
        pytest.param(r"\d+|口罩", set(), id="nothing that can be told"),
        pytest.param("口罩|(?:a(?:b|c)d)", set(), id="groups in groups are left alone"),
        pytest.param("a?|口罩", set(), id="what may be empty"),
    ],
)
def test_a_pattern_needs_one_of_its_pieces(pattern: str, pieces: set[str]) -> None:
    assert needed(pattern) == pieces


def test_whatever_a_message_names_is_looked_for(rules: Rules) -> None:
    for case in corpus.single():
        plain = normalize.normalize(case.text, rules.table).plain
        likely = rules.topics.likely(plain)
        for topic in rules.topics:
            assert topic in likely or (topic.pattern and not topic.pattern.search(plain)), (topic.id, case.text)
