"""What no rule understands may leave a state open, and does nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from bot.parsing import Context, Rules, parse
from bot.parsing.weights import Weights
from bot.records import HealthReport, Status
from bot.segmenter import JiebaSegmenter
from tests import corpus


def _with(rules: Rules, bias: int) -> Rules:
    return dataclasses.replace(rules, suspicion=Weights(("suspect",), (bias,), {}))


def _reports(text: str, rules: Rules, segmenter: JiebaSegmenter) -> list[HealthReport]:
    return [r for r in parse(text, Context("张三"), rules, segmenter) if isinstance(r, HealthReport)]


def test_it_only_ever_raises_and_adds_no_report(rules: Rules, segmenter: JiebaSegmenter) -> None:
    suspecting, trusting = _with(rules, 1), _with(rules, -1)
    raised = 0
    for case in [*corpus.single()][::9]:
        before, after = _reports(case.text, trusting, segmenter), _reports(case.text, suspecting, segmenter)
        assert len(before) == len(after)
        for calm, wary in zip(before, after, strict=True):
            raised += wary.unsure and not calm.unsure
            if calm.status is Status.UNWELL or calm.unsure:
                assert wary.status is Status.UNWELL or wary.unsure
                assert wary.unsure == calm.unsure
            assert (calm.subject, calm.temperature, calm.symptoms) == (wary.subject, wary.temperature, wary.symptoms)
    assert raised


@pytest.mark.parametrize("text", ["发烧吗？", "大家多喝水", "猪今天蔫得很", "如果有什么不对头再报"])
def test_it_makes_no_report_of_what_is_none(text: str, rules: Rules, segmenter: JiebaSegmenter) -> None:
    assert not _reports(text, _with(rules, 1), segmenter)
