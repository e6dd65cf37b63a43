"""`liaison parse`: JSON Lines in, JSON Lines out, by the parse contract."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot import rulebook
from bot.cli.sources import settings_of
from bot.parsing import Context, Rules, parse
from bot.segmenter import JiebaSegmenter


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Reads standard input to its end; a line that cannot be read gets an `error`, and the stream goes on."""
    settings = settings_of(arguments, environ)
    rules = rulebook.load((rulebook.SHIPPED, *settings.reading.office_rules))
    segmenter = JiebaSegmenter.for_rules(rules)
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        if line.strip():
            answer = _answer(line, rules, segmenter)
            out.write(_line(answer))
            out.flush()
    return 0


def _line(answer: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate came in as \\ud800: it goes out the same way
        return json.dumps(answer).encode() + b"\n"


def _answer(line: bytes, rules: Rules, segmenter: JiebaSegmenter) -> Mapping[str, Any]:
    try:
        row = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {"id": None, "error": "不是一行完整的 JSON"}
    if not isinstance(row, dict):
        return {"id": None, "error": "应为一个 JSON 对象"}
    if not isinstance(row.get("text"), str):
        return {"id": row.get("id"), "error": "缺少文字 text"}
    records = parse(row["text"], _context(row), rules, segmenter)
    return {"id": row.get("id"), "records": [record.as_contract() for record in records]}


def _context(row: Mapping[str, Any]) -> Context:
    sender, roster = row.get("sender"), row.get("roster")
    names = (
        [person.get("name") if isinstance(person, dict) else person for person in roster]
        if isinstance(roster, list)
        else []
    )
    return Context(
        sender=sender if isinstance(sender, str) else "",
        roster=tuple(name for name in names if isinstance(name, str)),
        sent_at=_instant(row.get("sent_at")),
    )


def _instant(written: object) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
