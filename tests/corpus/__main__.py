"""`python -m tests.corpus [--show N] [FILE…]`: how well the parser reads, by kind and by way of writing."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

from bot import rulebook, segmenter
from bot.parsing import Context, Rules, Segmenter, parse
from tests import corpus
from tests.corpus import Case, Label
from tests.corpus.scoring import Score, score


def main() -> int:
    """Read the corpus and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description="How well the parser reads the corpus.")
    parser.add_argument("--show", type=int, default=0, help="print so many misread messages")
    parser.add_argument("--only", default="", help="only messages of this way of writing or id")
    parser.add_argument("files", nargs="*", type=Path)
    args = parser.parse_args()
    rules = rulebook.load()
    cutter = segmenter.JiebaSegmenter.for_rules(rules)
    cases = [case for path in args.files for case in corpus.load(path)] or [*corpus.single(), *corpus.days()]
    total = Score()
    by_way: dict[str, Score] = defaultdict(Score)
    for case in cases:
        if args.only and args.only not in case.ways and not case.id.startswith(args.only):
            continue
        found = read(case, rules, cutter)
        result = judged(case, found)
        total.add(result)
        for way in case.ways:
            by_way[way].add(result)
        if not result.exact and args.show > 0:
            args.show -= 1
            _show(case, found, result)
    for way, figures in sorted(by_way.items()):
        print(f"{way:14}", _line(figures))
    for kind in sorted({label["kind"] for case in cases for label in case.records}):
        print(f"{kind:14}", _kind(kind, total, cases))
    print(f"{'all':14}", _line(total))
    return 0


def read(case: Case, rules: Rules, cutter: Segmenter) -> list[Label]:
    """What the parser reads in a case, as the contract writes it."""
    records = parse(case.text, Context(case.sender, case.roster), rules, cutter)
    return [record.as_contract() for record in records]


def judged(case: Case, found: list[Label]) -> Score:
    """The score by the label, or by its alternative where that fits better."""
    result = score(case.records, found)
    if result.exact or case.alternative is None:
        return result
    other = score(case.alternative, found)

    def rank(s: Score) -> tuple[int, int]:
        return len(s.missed) + len(s.extra), len(s.wrong)

    return other if rank(other) < rank(result) else result


def _show(case: Case, found: list[Label], result: Score) -> None:
    print(f"- {case.id} {case.sender}: {case.text!r}")
    for title, labels in (("missed", result.missed), ("extra", result.extra)):
        for label in labels:
            told = {key: value for key, value in label.items() if value not in (None, [], False)}
            print(f"    {title} {json.dumps(told, ensure_ascii=False)}")
    for wrong in result.wrong:
        print(f"    {wrong.kind}.{wrong.field}: wanted {wrong.want!r}, got {wrong.got!r}")
    if result.dangerous or result.false_alarms:
        print(f"    DANGEROUS {result.dangerous} false alarms {result.false_alarms}")


def _line(s: Score) -> str:
    return (
        f"{s.messages:5} messages  F1 {s.f1:.3f}  fields {s.field_accuracy:.3f}  dangerous {s.dangerous}  "
        f"false alarms {s.false_alarms}/{s.well}  silent answered {s.silent_wrong}/{s.silent}"
    )


def _kind(kind: str, total: Score, cases: list[Case]) -> str:
    missed = sum(label["kind"] == kind for label in total.missed)
    extra = sum(label["kind"] == kind for label in total.extra)
    wanted = sum(label["kind"] == kind for case in cases for label in case.records)
    wrong = sum(w.kind == kind for w in total.wrong)
    matched = wanted - missed
    return f"{wanted:5} records   F1 {2 * matched / max(1, 2 * matched + missed + extra):.3f}  wrong fields {wrong}"


if __name__ == "__main__":
    sys.exit(main())
