"""The shipped rules and a segmenter, made once for all tests of the core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot import rulebook
from bot.parsing import Context, Rules, parse
from bot.segmenter import JiebaSegmenter

Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def rules() -> Rules:
    return rulebook.load()


@pytest.fixture(scope="session")
def segmenter(rules: Rules) -> JiebaSegmenter:
    return JiebaSegmenter.for_rules(rules)


@pytest.fixture(scope="session")
def read(rules: Rules, segmenter: JiebaSegmenter) -> Read:
    """Read a text as the contract writes it."""

    def reader(text: str, sender: str = "张三", **context: Any) -> list[dict[str, Any]]:
        records = parse(text, Context(sender, **context), rules, segmenter)
        return [record.as_contract() for record in records]

    return reader
