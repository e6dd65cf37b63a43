"""`liaison explain`: why a message is read as it is: words, rules, scopes, and how each field came about."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from bot import rulebook, why, wording
from bot.cli.sources import settings_of
from bot.errors import BotError
from bot.parsing import Context
from bot.segmenter import JiebaSegmenter

_COLOURS = {"well": "green", "unwell": "bold red", "unsure": "bold yellow"}


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Explains the text, in colour on a terminal, or as JSON."""
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    if not text.strip():
        raise BotError('没有要解释的话。例如 liaison explain "我没事，爱人低烧"')
    settings = settings_of(arguments, environ)
    book = rulebook.read((rulebook.SHIPPED, *settings.reading.office_rules))
    places = {name: (_near(file), line) for name, (file, line) in book.places.items()}
    context = Context(sender=arguments.sender, roster=tuple(arguments.roster), question=arguments.question)
    found = why.explain(text, context, book.rules, JiebaSegmenter.for_rules(book.rules), places)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _show(Console(highlight=False, soft_wrap=True), found)
    return 0


def _near(file: str) -> str:
    """The file as seen from here, where it is below."""
    path, here = Path(file).resolve(), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _show(console: Console, found: Mapping[str, Any]) -> None:
    console.print(Text("原文  ", style="dim").append(found["text"].strip(), style="bold"))
    console.print(Text("分词  ", style="dim").append(" / ".join(found["words"])))
    console.print(Text("规则  ", style="dim").append(f"版本 {found['rules_version']}"))
    _show_hits(console, found["hits"])
    for sentence in found["sentences"]:
        _show_sentence(console, sentence)
    for stretch in found["stretches"]:
        if stretch["as"] != "none":
            console.print(Text("\n这一段当作 ", style="dim").append(wording.kind_name(stretch["as"]), style="cyan"))
            console.print(Text(f"    {stretch['text']}"))
            shares = "  ".join(f"{share['part']} +{share['weight']:.1f}" for share in stretch["shares"])
            console.print(Text(f"    分量最重的：{shares}", style="dim"))
    if not found["records"]:
        console.print(Text("\n没有读到什么：这句话不算上报。", style="bold"))
    for number, record in enumerate(found["records"], 1):
        _show_record(console, number, record)


def _show_hits(console: Console, hits: Sequence[Mapping[str, Any]]) -> None:
    if not hits:
        return
    console.print(Text("\n命中的词", style="dim"))
    words: dict[str, dict[str, str]] = {}
    for hit in hits:
        words.setdefault(hit["text"], {})[hit["rule"]] = f"（{hit['file']}:{hit['line']}）" if "file" in hit else ""
    for word, rules in words.items():
        line = Text(f"    {word}", style="cyan")
        for rule, place in rules.items():
            line.append(f"  {rule}").append(place, style="dim")
        console.print(line)


def _show_sentence(console: Console, sentence: Mapping[str, Any]) -> None:
    if not sentence["findings"]:
        return
    console.print(Text("\n句子  ", style="dim").append(sentence["text"]))
    if not sentence["counted"]:
        console.print(Text("    是对别人说的，不算上报", style="yellow"))
    for word in sentence["findings"]:
        line = Text(f"    {word['text']}", style="cyan").append(f"  {why.role_name(word['role'])}")
        if word["value"] and word["value"] != word["text"]:
            line.append(f"“{word['value']}”")
        if word["role"] in why.JUDGED:
            line.append(f" · {why.state_name(word['state'])}", style="green" if word["state"] == "denied" else "")
        line.append(f" · {'、'.join(word['about']) or '别人，不计'}")
        console.print(line)
    if sentence["cues"]:
        words = "、".join(f"{cue['text']}（{cue['rule']}）" for cue in sentence["cues"])
        console.print(Text("    起作用的提示词：", style="dim").append(words))


def _show_record(console: Console, number: int, record: Mapping[str, Any]) -> None:
    said = record["record"]
    head = Text(f"\n记录 {number}  ", style="bold").append(wording.kind_name(said["kind"]), style="bold")
    console.print(head)
    for name, value in said.items():
        if name in ("kind", "text") or value in (None, [], False):
            continue
        line = Text(f"    {why.field_name(name)}：").append(why.value_text(value), style=_colour(name, said))
        behind = [_behind(word) for word in record["fields"].get(name, ())]
        if behind:
            line.append(f"  ← {'、'.join(dict.fromkeys(behind))}", style="dim")
        console.print(line)
    if behind := [_behind(word) for word in record["fields"].get("kind", ())]:
        console.print(Text(f"    凭这些词：{'、'.join(dict.fromkeys(behind))}", style="dim"))
    console.print(Text(f"    依据：{'、'.join(record['rules'])}", style="dim"))


def _colour(name: str, said: Mapping[str, Any]) -> str:
    if name == "unsure" or (name == "status" and said.get("unsure")):
        return _COLOURS["unsure"]
    return _COLOURS.get(str(said.get("status")), "") if name == "status" else ""


def _behind(word: Mapping[str, Any]) -> str:
    state = word.get("state")
    return f"{word['text']}（{why.state_name(state)}）" if state not in (None, "affirmed") else str(word["text"])
