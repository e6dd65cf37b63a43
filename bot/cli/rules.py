"""`liaison rules test · list`: runs the examples of the rules; shows which groups there are and which hold a word."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from bot import cases, rulebook
from bot.cases import Case, Difference, Verdict, What
from bot.cli.sources import settings_of
from bot.parsing.lexicon import Group
from bot.rulebook import Rulebook
from bot.segmenter import JiebaSegmenter
from bot.settings import Settings
from storage import StorageError, Store, migrate, people
from storage import cases as stored
from storage.tables import Case as Row


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Does the action; 1 where a case failed, or where no group holds the word."""
    settings = settings_of(arguments, environ)
    book = rulebook.read((rulebook.SHIPPED, *settings.reading.office_rules))
    if arguments.action == "list":
        return _list(book, arguments.words)
    labelled = asyncio.run(_corrected(settings))
    verdicts = cases.judge((*book.cases, *labelled), book.rules, JiebaSegmenter.for_rules(book.rules))
    failed = [verdict for verdict in verdicts if verdict.differences]
    if arguments.json:
        print(json.dumps(_report(book, verdicts, failed), ensure_ascii=False, indent=2))
    else:
        _show(book, verdicts, failed)
    return 1 if failed else 0


async def _corrected(settings: Settings) -> Sequence[Case]:
    """The readings that staff corrected; none where there is no store yet, or it can't be reached, which is said."""
    store = Store.open(settings.store.url)
    try:
        if not store.begun:
            return ()
        await migrate.verify(store)
        async with store.read() as session:
            office_id = await people.office(session, settings.office.name)
            kept = await stored.every(session, office_id) if office_id is not None else ()
        return [_case(row) for row in kept]
    except StorageError as exc:
        print(f"工作人员更正过的没有跑：{exc}", file=sys.stderr)
        return ()
    finally:
        await store.close()


def _case(row: Row) -> Case:
    return Case(
        text=row.text,
        sender=row.sender,
        roster=tuple(row.roster),
        sent_at=row.sent_at,
        origin="工作人员的更正",
        line=row.id,
        expected=tuple(row.expected),
    )


# --- test ----------------------------------------------------------------------------------------------------------


def _report(book: Rulebook, verdicts: Sequence[Verdict], failed: Sequence[Verdict]) -> Mapping[str, Any]:
    return {
        "ok": not failed,
        "version": book.rules.version,
        **_counts([verdict.case for verdict in verdicts]),
        "failed": [
            {
                "file": verdict.case.origin,
                "line": verdict.case.line,
                "group": verdict.case.group,
                "helps": verdict.case.helps,
                "text": verdict.case.text,
                "sender": verdict.case.sender,
                "expected": verdict.case.expected,
                "read": [{**record.as_contract(), "rules": list(record.rules)} for record in verdict.read],
                "differences": [{**asdict(found), "what": found.what.value} for found in verdict.differences],
            }
            for verdict in failed
        ],
    }


def _counts(run_through: Sequence[Case]) -> Mapping[str, int]:
    labelled = [case for case in run_through if case.expected is not None]
    examples = [case for case in run_through if case.expected is None and case.helps]
    return {
        "cases": len(run_through),
        "examples": len(examples),
        "counter_examples": len(run_through) - len(labelled) - len(examples),
        "labelled": len(labelled),
    }


def _show(book: Rulebook, verdicts: Sequence[Verdict], failed: Sequence[Verdict]) -> None:
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    for verdict in failed:
        case = verdict.case
        where = f"{case.origin}:{case.line}" if case.line else case.origin
        head = Text("没通过  ", style="bold red").append(where, style="bold").append(f"  {case.group}", style="cyan")
        console.print(head)
        console.print(Text(f"    {_one_line(case.text)}"))
        for difference in verdict.differences:
            console.print(Text(f"    {_sentence(difference)}"))
        console.print(Text(f"    读到：{_read(verdict)}"))
    counts = _counts([verdict.case for verdict in verdicts])
    parts = [f"例句 {counts['examples']}", f"反例 {counts['counter_examples']}"]
    parts += [f"个案 {counts['labelled']}"] if counts["labelled"] else []
    told = f"没通过 {len(failed)} 条" if failed else "都通过了"
    summary = f"{'、'.join(parts)}，共 {counts['cases']} 条，{told}。规则版本 {book.rules.version}。"
    console.print(Text(summary, style="red" if failed else "green"))


def _sentence(found: Difference) -> str:
    """What differs, as a sentence."""
    about = f"{found.kind}{f'（{found.subject}）' if found.subject else ''}"
    match found.what:
        case What.IDLE:
            return "应当靠这一组才读得对；没有用上它，少了它也一样"
        case What.MEDDLED:
            return "不应当牵动这一组，却用上了它"
        case What.MISSED:
            return f"少读了 {about}"
        case What.EXTRA:
            return f"多读了 {about}"
        case What.FIELD:
            return f"{about} 的 {found.field} 应为 {_value(found.want)}，读成 {_value(found.got)}"


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _read(verdict: Verdict) -> str:
    """The records, without what they leave open."""
    said = []
    for record in verdict.read:
        told = {key: value for key, value in record.as_contract().items() if value not in (None, [], False)}
        said.append(f"{_value(told)}（{'、'.join(record.rules) or '没有规则'}）")
    return "；".join(said) or "什么也没有"


def _one_line(text: str) -> str:
    return text.replace("\n", "⏎")


# --- list ----------------------------------------------------------------------------------------------------------


def _list(book: Rulebook, words: Sequence[str]) -> int:
    if not words:
        for group in book.rules.groups:
            count = sum(map(len, group.words.values()))
            print(f"{group.id}\t{group.role}\t{'、'.join(filter(None, group.words))}\t{count} 个词")
        return 0
    found = [(word, group, value) for word in words for group, value in _holders(book, word)]
    for word, group, value in found:
        print(f"{word}\t{group.id}\t{group.role}\t{value}")
    absent = [word for word in words if word not in {held for held, _, _ in found}]
    if absent:
        print(f"没有哪一组有：{'、'.join(absent)}", file=sys.stderr)
    return 1 if absent else 0


def _holders(book: Rulebook, word: str) -> list[tuple[Group, str]]:
    """The groups that hold a word, and what it says there."""
    plain = word.translate(book.rules.table)
    return [
        (group, value)
        for group in book.rules.groups
        for value, words in group.words.items()
        if plain in {held.translate(book.rules.table) for held in words}
    ]
