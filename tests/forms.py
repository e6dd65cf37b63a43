"""The shipped forms (采集), and forms written for a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from bot import rulebook
from bot.audience import Names
from bot.errors import Fault
from bot.forms import Form
from bot.parsing import Context, forms, parse
from bot.records import Answer
from bot.segmenter import JiebaSegmenter
from bot.settings import forms as files

ROOT: Final = Path(__file__).parent.parent / "forms"
DAY: Final = date(2020, 2, 10)
MASKS, DUTY, HEALTH = "口罩领取", "值班签到", "两会健康采集"
RULES: Final = rulebook.load()
SEGMENTER: Final = JiebaSegmenter.for_rules(RULES)
ROSTER: Final = ("张三", "李四", "王五", "欧阳静", "周敏")


@cache
def shipped() -> dict[str, Form]:
    """The forms in `forms/`, by name."""
    faults: list[Fault] = []
    found = files.load(sorted(ROOT.glob("*.toml")), Names(), faults).forms
    assert faults == []
    return {form.name: form for form in found}


def open_now(name: str, **changes: object) -> Form:
    """A shipped form that is open in the week of the tests."""
    return replace(shipped()[name], **{"from_on": date(2020, 2, 8), "to_on": date(2020, 2, 21), **changes})  # type: ignore[arg-type]  # the names are those of Form's fields


def answers(
    text: str, among: Sequence[Form], *, sender: str = "张三", question: str | None = None, on: date = DAY
) -> tuple[Answer, ...]:
    """What a message answers."""
    context = Context(sender=sender, roster=ROSTER, question=question)
    records = parse(text, context, RULES, SEGMENTER)
    return forms.read(text, among, context, RULES, SEGMENTER, records=records, on=on)
