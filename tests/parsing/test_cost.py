"""Reading takes time in proportion to length, on hostile texts too."""

from __future__ import annotations

from time import process_time

import pytest

from tests.parsing.conftest import Read

HOSTILE = {
    "one word": "建议",
    "digits": "1",
    "temperatures": "36.5，",
    "denials": "没有没有",
    "symptoms": "咳嗽、",
    "names": "张三36.5；",
    "brackets": "「（[",
    "dashes": "- - - ",
    "numbers of people": "正常30人，",
    "goods": "捐口罩2万只、",
    "surnames": "王李张",
    "spaces": " ",
    "lines": "1. 张三 36.5\n",
    "quotes": "「甲：乙」\n",
    "articles": "第一千条",
    "places": "在长沙市",
    "chinese digits": "三十六度五",
    "money": "捐款一万元",
    "whole reports": "今天体温36.5，没有发烧也不咳嗽，在长沙家中。",
    "places in clauses": "36.4，长沙，",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_time_grows_with_length_and_no_faster(read: Read, unit: str) -> None:
    def cost(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        best = float("inf")
        for _ in range(2):
            start = process_time()
            read(text)
            best = min(best, process_time() - start)
        return best

    short = max(cost(2_000), 0.0005)
    assert cost(20_000) / short < 40


def test_a_list_of_ten_thousand_lines_is_read(read: Read) -> None:
    chain = "#接龙\n今日健康\n\n" + "\n".join(f"{i}. 代表甲{i} 36.5 正常" for i in range(1, 10_001))
    assert read(chain) is not None
