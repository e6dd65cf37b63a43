"""`python -m bench [--json FILE] [--messages FILE…]`: prints a table, and with `--json` writes the same figures.

Each figure is a ratio to bare `jieba.lcut` of the same texts, pass beside pass in this one process, single-threaded:
a shared machine changes its speed from second to second, so absolute rates only say the order. Time is the processor's
own, so that waiting for other programs counts for neither side. Start-up and memory are of fresh processes. No figure
decides a test.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import jieba
from rich.console import Console
from rich.table import Table

from bench import peers
from bench.figures import Figure, seconds
from bot import rulebook
from bot.parsing import Context, parse
from bot.segmenter import JiebaSegmenter

_PASSES = 7
_STARTS = 5
CORPUS = Path(__file__).parent.parent / "tests" / "corpus"


def messages_of(files: Sequence[Path]) -> list[tuple[str, str]]:
    """(sender, text) of labelled messages."""
    found = []
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line) if line.strip() else {}
            if isinstance(row.get("text"), str):
                found.append((str(row.get("sender", "")), row["text"]))
    return found


def reading(name: str, messages: Sequence[tuple[str, str]]) -> list[Figure]:
    """Complete reads beside bare `jieba.lcut` of the same texts, and beside reading with JSON in and out."""
    rules = rulebook.load()
    segmenter = JiebaSegmenter.for_rules(rules)
    segmenter.load()
    contexts = [(text, Context(sender=sender)) for sender, text in messages]
    lines = [json.dumps({"id": "m", "sender": s, "text": t}, ensure_ascii=False) for s, t in messages]

    def cut() -> None:
        for text, _ in contexts:
            jieba.lcut(text)

    def read() -> None:
        for text, context in contexts:
            parse(text, context, rules, segmenter)

    def read_lines() -> None:
        for line in lines:
            row = json.loads(line)
            records = parse(row["text"], Context(sender=row["sender"]), rules, segmenter)
            json.dumps([record.as_contract() for record in records], ensure_ascii=False)

    for warm in (cut, read, read_lines):
        warm()
    passes = [(seconds(cut), seconds(read), seconds(read_lines)) for _ in range(_PASSES)]
    count = len(messages)
    cuts = statistics.median(p[0] for p in passes)
    return [
        Figure(f"{name}：jieba.lcut", count / cuts, "条/秒", 1.0, 1.0, 1.0),
        _figure(f"{name}：完整读一条", count, [(p[1], p[0]) for p in passes]),
        _figure(f"{name}：读一条，JSON 进出", count, [(p[2], p[0]) for p in passes]),
    ]


def _figure(what: str, count: int, pairs: Sequence[tuple[float, float]]) -> Figure:
    ratios = [mine / theirs for mine, theirs in pairs]
    rate = count / statistics.median(mine for mine, _ in pairs)
    return Figure(what, rate, "条/秒", statistics.median(ratios), min(ratios), max(ratios))


def growth() -> Figure:
    """How much longer 100 KB take than 1 KB: about 100 where reading is linear."""
    rules = rulebook.load()
    segmenter = JiebaSegmenter.for_rules(rules)
    kilobyte = ("今天体温36.5，没有发烧也不咳嗽，在长沙家中。建议给村医配发额温枪，" * 12)[:340]

    def take(text: str) -> float:
        return seconds(lambda: parse(text, Context(sender="张三"), rules, segmenter))

    take(kilobyte)
    ratios = [take(kilobyte * 100) / statistics.median(take(kilobyte) for _ in range(9)) for _ in range(_PASSES)]
    return Figure(
        "100 KB 与 1 KB 的时间之比",
        statistics.median(ratios),
        "倍",
        statistics.median(ratios),
        min(ratios),
        max(ratios),
    )


_START = """
import os, time
def resident():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
base, begun = resident(), time.perf_counter()
{}
print(time.perf_counter() - begun, resident() - base)
"""
_JIEBA = "import logging, jieba; jieba.setLogLevel(logging.CRITICAL); jieba.lcut('今天体温正常')"
_OURS = (
    "from bot import rulebook\nfrom bot.parsing import Context, parse\nfrom bot.segmenter import JiebaSegmenter\n"
    "rules = rulebook.load()\n"
    "assert parse('36.5 健康', Context(sender='张三'), rules, JiebaSegmenter.for_rules(rules))"
)


def starting() -> list[Figure]:
    """Time and memory to the first result, in fresh processes side by side."""
    pairs = [(_started(_OURS), _started(_JIEBA)) for _ in range(_STARTS)]
    figures = []
    for index, (what, unit) in enumerate((("启动到读出第一条", "秒"), ("内存，解释器之外", "MB"))):
        mine = [pair[0][index] for pair in pairs]
        ratios = [pair[0][index] / pair[1][index] for pair in pairs]
        value = statistics.median(mine)
        figures.append(Figure(what, value, unit, statistics.median(ratios), min(ratios), max(ratios)))
    return figures


def _started(code: str) -> tuple[float, float]:
    done = subprocess.run([sys.executable, "-c", _START.format(code)], capture_output=True, text=True, check=True)
    first, second = done.stdout.split()
    return float(first), float(second)


def main() -> int:
    """Measures, prints, writes."""
    arguments = argparse.ArgumentParser(prog="python -m bench", description="量速度：与裸 jieba 并排比")
    arguments.add_argument("--json", type=Path, metavar="文件", help="同样的数字写成 JSON")
    arguments.add_argument("--messages", type=Path, nargs="*", metavar="文件", default=[], help="另外量这些消息文件")
    given = arguments.parse_args()
    jieba.setLogLevel(logging.CRITICAL)
    figures = reading("语料", messages_of(sorted(CORPUS.glob("*.jsonl"))))
    if given.messages:
        figures += reading("所给文件", messages_of(given.messages))
    figures += [growth(), *starting()]
    compared = peers.measure(sorted(CORPUS.glob("*.jsonl")))
    _show(figures, "与裸 jieba 之比")
    if compared:
        _show(compared, "用时与本程序之比")
    if given.json:
        given.json.write_text(
            json.dumps([asdict(f) for f in [*figures, *compared]], ensure_ascii=False, indent=2), "utf-8"
        )
    return 0


def _show(figures: Sequence[Figure], beside: str) -> None:
    table = Table("量的是", "数值", beside, "各次最低–最高")
    for figure in figures:
        spread = "" if figure.lowest == figure.highest else f"{figure.lowest:.2f}–{figure.highest:.2f}"
        table.add_row(figure.what, f"{figure.value:,.2f} {figure.unit}", f"{figure.ratio:.2f}", spread)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
