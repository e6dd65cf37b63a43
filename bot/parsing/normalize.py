"""One form for the many ways of typing the same thing: widths, spacing, traditional characters (normalize).

First stage of `bot.parsing.parse`; hands a `Text` to `bot.parsing.document`. Characters are replaced one for one, so
that a place in the plain text is a place in the visible one and can be quoted as written. Unicode's own NFKC is not
used: it would turn ①36.5 into 136.5.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_ODD = f"{_UNSEEN}\r\u2028\u2029\x85\ud800-\udfff"
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_LINE_END = re.compile("\r\n?|[\u2028\u2029\x85]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ANY_ODD = re.compile(f"[{_ODD}]")
_STICKER = re.compile(r"\[(?!收到|转|链接|图片|聊天记录|文件)[\u4e00-\u9fffa-z]{1,5}\]")


class Text(NamedTuple):
    """A message in two forms of equal length.

    Args:
        visible: as written, without invisible characters.
        plain: the one form that is read.
    """

    visible: str
    plain: str


class Table(dict[int, str]):
    """What each character is read as, for those that are not read as themselves."""

    def __init__(self, pairs: Mapping[int, str]) -> None:
        super().__init__(pairs)
        self._signs = {chr(code): read for code, read in pairs.items()}
        self._read_on = frozenset(sign for sign, read in self._signs.items() if read in self._signs)
        self._written = re.compile(rf"[{_ODD}{re.escape(''.join(self._signs))}\[]")

    def text(self, raw: str) -> Text:
        """A message in both forms.

        Each sign that occurs is replaced by itself: a message holds two or three of them, mostly its commas, and a
        translation would ask for every character. Where one sign is read as another of the table, it must not be
        read on.
        """
        written = set(self._written.findall(raw))
        if not written:
            return Text(raw, raw)
        visible = raw
        if not written <= self._signs.keys():
            if _ANY_ODD.search(raw):
                visible = _LINE_END.sub("\n", visible)
                visible = _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", visible))
            written &= self._signs.keys()
        plain = visible
        if len(written) > 8 or not self._read_on.isdisjoint(written):
            plain = visible.translate(self)
        else:
            for sign in written:
                plain = plain.replace(sign, self._signs[sign])
        if "[" in plain:
            plain = _STICKER.sub(lambda found: " " * len(found[0]), plain)
        return Text(visible, plain)


def character_table(pairs: Mapping[str, str]) -> Table:
    """What is read for what: the fixed signs and the rules' own pairs of characters."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    table |= {code: chr(code - 0xFEE0).lower() for code in range(0xFF21, 0xFF3B)}
    for block in (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00)):  # radicals and doubles that look like characters
        for code in block:
            same = unicodedata.normalize("NFKC", chr(code))
            if len(same) == 1 and same != chr(code):
                table[code] = same
    table |= dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
    signs = {"｡": "。", "﹒": ".", "•": "·", "・": "·", "･": "·", "˙": "·", "∙": "·", "﹔": ";", "﹕": ":"}
    signs |= {"﹗": "!", "﹖": "?", "﹐": ",", "﹑": "、", "､": "、", "～": "~", "〜": "~", "∼": "~", "〇": "零"}
    signs |= {"’": "'", "‘": "'", "′": "'", "℉": "f", "﹣": "-", "−": "-", "–": "-", "—": "-", "―": "-", "º": "°"}
    table |= {ord(sign): plain for sign, plain in signs.items()}
    table |= {ord(written): read for written, read in pairs.items()}
    return Table(table)


def normalize(raw: str, table: Table) -> Text:
    """Bring a message into the form that is read; doing it twice changes nothing."""
    return table.text(raw)
