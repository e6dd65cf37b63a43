"""The corpus is read as well as was promised."""

from __future__ import annotations

import pytest

from bot.parsing import Rules
from bot.segmenter import JiebaSegmenter
from tests import corpus
from tests.corpus import __main__ as report
from tests.corpus.scoring import Score


@pytest.fixture(scope="module")
def total(rules: Rules, segmenter: JiebaSegmenter) -> Score:
    figures = Score()
    for case in [*corpus.single(), *corpus.days()]:
        figures.add(report.judged(case, report.read(case, rules, segmenter)))
    return figures


def test_nobody_ill_is_read_as_well_or_missed(total: Score) -> None:
    assert total.dangerous == 0


def test_records_are_found(total: Score) -> None:
    assert total.f1 >= 0.97


def test_fields_are_right(total: Score) -> None:
    assert total.field_accuracy >= 0.98


def test_false_alarms_and_answers_to_chat_are_rare(total: Score) -> None:
    assert total.false_alarms <= 0.01 * total.well
    assert total.silent_wrong <= 0.05 * total.silent
