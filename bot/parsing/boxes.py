"""Boxes that are ticked or left open: ☑无 □发热, 发热□是 ☑否, 发热( ) 无症状(√) (boxes).

Called by `bot.parsing.polarity` for one sentence. An open box denies what stands at it, once anything in the message is
ticked; in an empty form it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.parsing.lexicon import Hit

_OPEN = r"(?:[□☐▢◻⬜]|\[\s*\]|\(\s*\)|【\s*】)"
_DONE = r"(?:[☑✓✔√✅■☒]|\[\s*[√✓✔xv]\s*\]|\(\s*[√✓✔v]\s*\)|【\s*[√✓✔]\s*】)"
_CROSS = r"(?:[×✗✘❌]|[:(=\[]\s*(?:[×✗✘❌x]|no?(?![a-z]))\s*[)\]]?|\s(?:n|no)(?![a-z]))"
"""咳嗽(×), 咳嗽:×, 咳嗽 N."""
_ANY = re.compile(rf"{_OPEN}|{_CROSS}")
_TICKED = re.compile(rf"{_DONE}|{_CROSS}")
_OPEN_BEFORE = re.compile(rf"{_OPEN}\s*$")
_BOX = re.compile(rf"{_OPEN}|{_DONE}")
_ENDS_WITH_BOX = re.compile(rf"(?:{_OPEN}|{_DONE}|{_CROSS})\s*$")
_OPEN_AFTER = re.compile(rf"\s*(?:{_OPEN}|{_CROSS})")
_YES_NO = re.compile(
    rf"\s*:?\s*(?:(?P<yes>{_OPEN}|{_DONE})\s*[是有]\s*(?P<no>{_OPEN}|{_DONE})\s*[否无没]|[是有]\s*(?P<yes2>{_OPEN}|{_DONE})\s*[否无没]\s*(?P<no2>{_OPEN}|{_DONE}))"
)
_NONE_TICKED = re.compile(r"[:\s]无\s*[√✓✔☑]")
_DONE_SIGN = re.compile(_DONE)


_SIGN = re.compile(r"[□☐▢◻⬜☑✓✔√✅■☒×✗✘❌\[(【]|[:=\s](?:x|no?)(?![a-z])")


def any_in(plain: str, start: int, end: int) -> bool:
    """Whether there may be a box at all; most sentences have none."""
    return _SIGN.search(plain, start, end) is not None


def read(plain: str, start: int, end: int, tokens: Sequence[Hit]) -> Iterator[tuple[int, bool | None]]:
    """Each word of a sentence that stands at a box: its index, and whether it is so; None where the form is empty."""
    if not _ANY.search(plain, start, end):
        if _NONE_TICKED.search(plain, start, end) and len(_TICKED.findall(plain, start, end)) == 1:
            yield from ((i, False) for i, token in enumerate(tokens) if token.role == "symptom")
        return
    filled = _TICKED.search(plain) is not None
    leading = _leading(plain, start, end)
    for index, token in enumerate(tokens):
        if token.role in ("temp", "neg"):
            continue
        if pair := _YES_NO.match(plain, token.end, end):
            yes = bool(_DONE_SIGN.fullmatch(pair["yes"] or pair["yes2"]))
            no = bool(_DONE_SIGN.fullmatch(pair["no"] or pair["no2"]))
            yield index, yes if yes != no else None
            continue
        before = plain[max(start, token.start - 4) : token.start]
        at_open = _OPEN_BEFORE.search(before) if leading else _OPEN_AFTER.match(plain, token.end, end)
        if at_open:
            yield index, False if filled else None


def _leading(plain: str, start: int, end: int) -> bool:
    """Whether the boxes stand in front of their words: □发热 and not 发热( )."""
    first = _BOX.search(plain, start, end)
    if first is None or not "\u4e00" <= plain[first.end() : first.end() + 1] <= "\u9fff":
        return False
    return not _ENDS_WITH_BOX.search(plain, max(start, end - 4), end)
