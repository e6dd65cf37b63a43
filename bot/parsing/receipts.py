"""收到 as an answer to a notice (通知): which notice it names, and whose it is. Pure.

Whether words are a 收到 at all is read by `bot.parsing.frame`; here is what only matters where notices were sent.
`bot.answering` asks which notice is named before a message is read, `handlers.ack` whose an answer is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.records import Ack

_SEEN = r"(?:我)?(?:已经?|均)?(?:收到|收悉|收阅|已阅|阅知|知悉|知晓|悉知)(?:了|啦)?"
_NUMBER = r"\(?(?:通知\s*第?\s*(?P<{0}>\d{{1,6}})\s*号?|第?\s*(?P<{0}b>\d{{1,6}})\s*号?(?:通知)?)\)?"
_ENDING = r"[\s,。.!~、]*(?:谢谢|多谢|辛苦了?)?[\s,。.!~]*"
_BY_NUMBER = re.compile(
    rf"(?:@\S{{1,20}}\s+)?(?:(?:好的?|嗯)[\s,]*)?(?:{_SEEN}[\s:,]*{_NUMBER.format('behind')}"
    rf"|{_NUMBER.format('before')}[\s:,]*{_SEEN}){_ENDING}"
)
"""收到 3, 收到通知 3, 通知3收到, 3号通知已收到: the whole of a message. 收到 3 箱口罩 is none."""
_QUOTED = re.compile(
    r"\s*(?:[「『](?P<boxed>[^」』]*)[」』]|(?P<dashed>[^\n]{1,400})\n[ \-_=~]{5,}\s*\n|(?P<cited>(?:>[^\n]*\n)+))"
)
_HEADED = re.compile(r"通知\s*(\d{1,6})")
_ASKING = re.compile(r"(?:吧|没有?|吗|么|否)[\s?!。.~]*")
_LONGEST = 2_000


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:_LONGEST]).strip()


def number_said(text: str) -> int | None:
    """The number of the notice that a message says it has seen, where it says nothing else."""
    found = _BY_NUMBER.fullmatch(_folded(text))
    if found is None:
        return None
    return int(next(digits for digits in found.groupdict().values() if digits is not None))


def number_quoted(text: str) -> int | None:
    """The number of the notice that a message quotes."""
    found = _QUOTED.match(_folded(text))
    if found is None:
        return None
    head = _HEADED.search(found["boxed"] or found["dashed"] or found["cited"] or "")
    return int(head[1]) if head else None


def is_receipt(ack: Ack) -> bool:
    """Whether it says that a notice was seen, and does not ask whether others have (都收到了吧)."""
    said = _folded(ack.source)
    return _ASKING.fullmatch(said[-4:]) is None and not any(_ASKING.fullmatch(said[-n:]) for n in (1, 2, 3))


def is_bare(ack: Ack) -> bool:
    """Whether it is one of those words that answer anything: 好的, OK, 1."""
    return "frame.ack-alone" in ack.rules


def said_for(ack: Ack, sender: str, names: Sequence[str]) -> str | None:
    """The one whom it speaks for, where it begins with another's name (李四收到); None for the sender's own."""
    if ack.subject is not None:
        return ack.subject
    said = _folded(ack.source)
    for name in sorted(names, key=len, reverse=True):
        if len(name) >= 2 and name != sender and said.startswith(name):
            return name
    return None
