"""Beside peers: JioNLP and cn2an on sums of money and numbers, where they read the same thing.

The labels of the corpus are the truth for all of them. Two tasks: the sum in a whole message that tells one gift of
money, and the value of one written number cut out of it (10万, 五千, 1.2w). Time is of the same calls, pass by pass.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.figures import Figure, seconds
from bot import rulebook
from bot.parsing import Context, parse
from bot.parsing.numerals import NUMBER, number
from bot.records import Deed
from bot.segmenter import JiebaSegmenter

_PASSES = 5
_SUM = re.compile(rf"({NUMBER})(?:余|多)?(?:元|块钱|块)")


@dataclass(frozen=True, slots=True)
class Case:
    """A message of the corpus that tells one gift of money.

    Args:
        written: the number in it, where it holds only one sum; else None.
    """

    sender: str
    text: str
    yuan: float
    written: str | None


def cases_of(files: Sequence[Path]) -> list[Case]:
    """Messages whose only record is one gift of money, without the value of goods."""
    found = []
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            records = row.get("records") or []
            if len(records) != 1 or records[0]["kind"] != "deed" or not records[0].get("cash_yuan"):
                continue
            if records[0].get("goods_value_yuan") is None:
                sums = _SUM.findall(row["text"])
                written = sums[0] if len(sums) == 1 else None
                found.append(Case(row["sender"], row["text"], float(records[0]["cash_yuan"]), written))
    return found


def measure(files: Sequence[Path]) -> list[Figure]:
    """Accuracy and time, ours and theirs; empty where the peers are not installed."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # JioNLP greets whoever imports it
            import cn2an  # noqa: PLC0415 - only where the bench's own dependencies are installed
            import jionlp  # noqa: PLC0415 - the same
    except ImportError:
        return []
    logging.disable(logging.ERROR)  # JioNLP logs a traceback for each text that it cannot read
    rules = rulebook.load()
    segmenter = JiebaSegmenter.for_rules(rules)
    cases = cases_of(files)

    def ours(case: Case) -> float | None:
        records = parse(case.text, Context(sender=case.sender), rules, segmenter)
        return sum(r.cash_yuan or 0 for r in records if isinstance(r, Deed))

    def jio(case: Case) -> float | None:
        return sum(_jio_value(money) for money in jionlp.ner.extract_money(case.text, with_parsing=True))

    short = [case for case in cases if case.written]
    return [
        *_compare("整条消息里的捐款", cases, {"本程序": ours, "JioNLP": jio}),
        *_compare(
            "单个数",
            short,
            {
                "本程序": lambda case: number(case.written or ""),
                "cn2an": lambda case: float(cn2an.cn2an(case.written or "", "smart")),
                "JioNLP": lambda case: _jio_value({"detail": jionlp.parse_money(f"{case.written}元")}),
            },
        ),
    ]


def _jio_value(money: dict[str, dict[str, object]]) -> float:
    value = money["detail"]["num"]
    return float(value[0] if isinstance(value, list) else str(value))


def _right(read: Callable[[Case], float | None], case: Case) -> bool:
    try:
        value = read(case)
    except Exception:  # noqa: BLE001 - whatever a peer raises is an answer that it does not give
        return False
    return value is not None and abs(value - case.yuan) < 0.01


def _compare(what: str, cases: Sequence[Case], readers: dict[str, Callable[[Case], float | None]]) -> list[Figure]:
    right = {name: sum(_right(read, case) for case in cases) for name, read in readers.items()}
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(_PASSES):
        for name, read in readers.items():
            times[name].append(seconds(partial(_run, read, cases)))
    ours, figures = times["本程序"], []
    for name in readers:
        ratios = [mine / base for mine, base in zip(times[name], ours, strict=True)]
        label = f"{what}（{len(cases)} 例）：{name}"
        share = right[name] / len(cases) * 100
        figures.append(Figure(label, share, "% 对", statistics.median(ratios), min(ratios), max(ratios)))
    return figures


def _run(read: Callable[[Case], float | None], cases: Sequence[Case]) -> None:
    for case in cases:
        _right(read, case)
