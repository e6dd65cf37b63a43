"""What pydantic finds wrong with a value → what is wrong and what to do, in the words of a clerk. Pure.

Called by `bot.settings.loading`. A value is repeated only where a few words are allowed for it: anything else might
be a secret written in the wrong place.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic_core import ErrorDetails

from bot.settings.values import TOLD

_EXAMPLES = {
    "name": '"…"',
    "roster": '"rosters/长沙.csv"',
    "do": '"remind"',
    "at": '"08:00"',
    "endpoint": '"127.0.0.1:8788"',
    "rooms": '["*"]',
}
"""What a key that has to be there may look like."""

_WRONG_KIND: Mapping[str, tuple[str, str]] = {
    "bool": ("应当是 true 或 false", "请写 true（是）或 false（否），不加引号"),
    "int": ("应当是整数", "请只写数字，不加引号，也不带小数"),
    "float": ("应当是数", "请只写数字，不加引号"),
    "finite": ("应当是有限的数", "请写一个普通的数"),
    "string": ("应当是文字", "请在两边加上英文引号"),
    "path": ("应当是文件名", "请在两边加上英文引号"),
    "tuple": ("应当是列表", '请写在方括号里，例如 ["甲", "乙"]'),
}
"""The first word of pydantic's error type → what and remedy."""

_BOUNDS: Mapping[str, tuple[str, str, str]] = {
    "greater_than_equal": ("ge", "太小了", "至少是 {}"),
    "greater_than": ("gt", "太小了", "要大于 {}"),
    "less_than_equal": ("le", "太大了", "至多是 {}"),
    "string_too_short": ("min_length", "是空的", "至少写 {} 个字"),
    "string_too_long": ("max_length", "太长了", "至多 {} 个字"),
    "too_short": ("min_length", "是空的", "方括号里至少写 {} 项"),
}
"""Pydantic's error type → the name of the bound in its context, what, and remedy with the bound put in."""


def explain(key: str, error: ErrorDetails) -> tuple[str, str]:
    """What is wrong with the value of a key, and the remedy."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == TOLD:
        return context["what"], context["remedy"]
    if kind == "missing" and isinstance(error["loc"][-1], int):
        return f"{key} 少写了几项", "请照 bot.toml 里的样子写全"
    if kind == "missing":
        return f"缺少 {key}", f"请在这一段里加一行：{key} = {_EXAMPLES.get(key, '…')}"
    if kind == "literal_error":
        allowed = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        return f"{key} 不能这样写", nearest(error["input"], allowed) or f"可以写 {'、'.join(map(_quoted, allowed))}"
    if kind in _BOUNDS:
        bound, what, remedy = _BOUNDS[kind]
        return f"{key} {what}", remedy.format(f"{context[bound]:.10g}")
    what, remedy = _WRONG_KIND.get(kind.partition("_")[0], ("写得不对", "请照 bot.toml 里的样子写"))
    return f"{key} {what}", remedy


def nearest(written: object, known: Iterable[str]) -> str:
    """“您是不是想写 roster？” where one of the known words is near; else nothing."""
    near = difflib.get_close_matches(str(written), list(known), n=1, cutoff=0.6)
    return f"您是不是想写 {near[0]}？" if near else ""


def unknown_key(key: str, known: Sequence[str], homes: Sequence[str]) -> tuple[str, str]:
    """A key that nothing reads.

    Args:
        known: the keys of the table it stands in.
        homes: the headings under which it would be known.
    """
    if len(homes) == 1:
        remedy = f"{key} 要写在 {homes[0]} 下面"
    else:
        remedy = nearest(key, known) or f"这里可以写：{'、'.join(known)}；不用的请删去"
    return f"不认识 {key}", remedy


def syntax(message: str, line: str) -> tuple[str, str]:
    """What `tomllib` could not read.

    Args:
        line: the line of the file that it stopped at.
    """
    bare = _QUOTED.sub("", line)
    if wide := _WIDE.search(bare):
        return f"这一行里有全角的 {wide[0]}", "引号、等号、逗号、括号请用英文（半角）的"
    if _BARE_TIME.search(bare):
        return "时间没有加引号", '请加上英文引号，例如 at = "08:00"'
    for words, what, remedy in _SYNTAX:
        if words in message:
            return what, remedy
    return "这一行写法不对", '请写成：名称 = 值；文字要加英文引号，例如 name = "联工委"'


_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|#.*')
_WIDE = re.compile("[“”‘’＝，［］【】＃]")
_BARE_TIME = re.compile(r"=\s*\d{1,2}:\d{2}")
_BACKSLASH = ("引号里的反斜杠 \\ 用得不对", "文件路径里请用 /")
_QUOTES = ("引号没有成对，或者里面有看不见的字符", "请检查英文引号是不是一前一后")
_SYNTAX = (
    ("Cannot overwrite", "同一项写了两次", "请删去其中一处"),
    ("Cannot declare", "同一段写了两次", "请合成一段；群和定时可以有好几段，用两层方括号：[[rooms]]、[[schedules]]"),
    ("Unescaped", *_BACKSLASH),
    ("Escaped", *_BACKSLASH),
    ("Illegal character", *_QUOTES),
    ("Unterminated", *_QUOTES),
    ("at end of document", "文件到这里还没有写完", "请检查前面的引号和括号是不是都成对"),
)
"""Words of tomllib's messages → what and remedy."""


def _quoted(word: str) -> str:
    return f'"{word}"'
