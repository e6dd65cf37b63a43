"""The command line: arguments in, exit code out (cli)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot import parsing, rulebook, segmenter


def main(arguments: Sequence[str]) -> int:
    """Run a command; 0 where all went well."""
    parser = argparse.ArgumentParser(prog="liaison", description="联络员")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("parse", help="逐行读消息（JSON Lines），逐行写出读到的记录")
    parser.parse_args(arguments)
    parse_lines(sys.stdin.buffer, _write)
    return 0


def parse_lines(lines: Iterable[bytes], write: Callable[[str], None]) -> None:
    """Answer each line of JSON with one line of JSON; a line that cannot be read says so, and the stream goes on."""
    rules = rulebook.load()
    cutter = segmenter.JiebaSegmenter.for_rules(rules)
    for line in lines:
        write(json.dumps(_answer(line, rules, cutter), ensure_ascii=False))


def _answer(line: bytes, rules: parsing.Rules, cutter: parsing.Segmenter) -> dict[str, object]:
    try:
        message = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {"id": None, "error": "这一行不是 JSON"}
    if not isinstance(message, dict):
        return {"id": None, "error": "这一行不是 JSON 对象"}
    name = message.get("id")
    text = message.get("text")
    if not isinstance(text, str):
        return {"id": name, "error": "缺少文字 text"}
    records = parsing.parse(text, _context(message), rules, cutter)
    return {"id": name, "records": [record.as_contract() for record in records]}


def _context(message: dict[str, object]) -> parsing.Context:
    sender, roster, sent_at = message.get("sender"), message.get("roster"), message.get("sent_at")
    known = tuple(name for name in roster if isinstance(name, str)) if isinstance(roster, list) else ()
    return parsing.Context(sender if isinstance(sender, str) else "", known, _instant(sent_at))


def _instant(written: object) -> datetime | None:
    if not isinstance(written, str):
        return None
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
