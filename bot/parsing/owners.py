"""Whose a line of a list is (owners).

Called by `bot.parsing.chains` and `bot.parsing.numbered`. In a list a nickname (秋收 800元) counts as a name, which in
free text it would not.
"""

from __future__ import annotations

import re

from bot.parsing import names
from bot.parsing.document import Document, between

_NAME_TOKEN = re.compile(r"[\u4e00-\u9fff·a-z]{1,8}")
_TITLE = re.compile(r"(?:省|市|县|区|全国)?(?:人大)?代表|同志|主任|主席|老师|书记")
_UNIT_TOKEN = re.compile(r"[\u4e00-\u9fff]{1,8}(?:县|市|区|州|镇|乡|团|组|村|街道|社区|代表团|小组)$")
KIN_TAIL = re.compile(
    r"的?(?:爱人|妻子|丈夫|老婆|老公|儿子|女儿|父亲|母亲|父母|家属|家人|孩子|媳妇|爸爸|妈妈|岳母|岳父|婆婆|公公)"
)


_LEAD = re.compile(
    r"(?:(?:代|替|帮)(?!表)报?[:\s]?|(?:省|市|县|区|镇|乡)?(?:人大)?代表(?=[\u4e00-\u9fff]{2,3}[\s:,\d]))"
)


def owner_of(document: Document, start: int, end: int) -> tuple[int, int] | None:
    """Whose a line is: the name at its start, or behind a unit or a number; asked again, it is remembered."""
    if (start, end) not in document.owners:
        document.owners[start, end] = _owner_of(document, start, end)
    return document.owners[start, end]


def _owner_of(document: Document, start: int, end: int) -> tuple[int, int] | None:
    plain = document.plain
    begin = start
    while begin < end and plain[begin] in " \t:、.,|*-·(":
        begin += 1
    for a, b in document.known_between(begin, begin + 9):
        if b <= end:
            return a, b
    sender = document.sender_plain
    if sender and plain.startswith(sender, begin) and begin + len(sender) <= end:
        return begin, begin + len(sender)
    lead = _LEAD.match(plain, begin, end)
    if lead:
        begin = lead.end()
    token = _NAME_TOKEN.match(plain, begin, end)
    if token is None:
        return None
    if (
        _UNIT_TOKEN.fullmatch(token[0])
        and token.end() < end
        and re.match(r"[\s:\-、]+[\u4e00-\u9fff]{2,4}", plain[token.end() : end])
    ):
        begin = token.end() + len(re.match(r"[\s:\-、]+", plain[token.end() : end])[0])  # type: ignore[index]  # matched above
        token = _NAME_TOKEN.match(plain, begin, end)
        if token is None:
            return None
    return _name_of(document, begin, token.end(), end)


def _name_of(document: Document, begin: int, stop: int, end: int) -> tuple[int, int] | None:
    plain, rules = document.plain, document.rules.names
    length = names.length_at(plain, begin, end, rules, document.borders)
    title = _TITLE.search(plain, begin, stop)
    if title and 2 <= title.start() - begin <= 4:
        return begin, title.start()
    kin = KIN_TAIL.search(plain, begin, stop)
    if kin and 2 <= kin.start() - begin <= 4:
        return begin, kin.start()
    word = plain[begin:stop]
    if (
        2 <= len(word) <= 4
        and stop < end
        and (not _is_word(document, begin, stop) or re.match(r"\s+[\u4e00-\u9fff]{2,8}\d|\s+\d", plain[stop:end]))
    ):
        return begin, stop
    if length and not _is_word(document, begin, begin + length):
        return begin, begin + length
    if 2 <= len(word) <= 4 and stop == end and length == len(word):
        return begin, stop
    return None


def _is_word(document: Document, begin: int, stop: int) -> bool:
    """Whether a word of the rules already says what stands here."""
    word = document.plain[begin:stop]
    if word in document.rules.names.not_names or any(c in "的了是我你他她们不没吗呢量测烧咳疼痛" for c in word):
        return True
    for hit in between(document.health, begin, stop):
        if hit.start == begin and hit.end >= stop:
            return True
        if (
            hit.role in ("topic", "well", "symptom", "present", "self", "kin", "thermometer", "generic")
            and hit.end - hit.start >= 2
        ):
            return True
    if any(h.start == begin and h.end >= stop for h in between(document.frame, begin, stop)):
        return True
    return any(h.start == begin and h.end >= stop and h.role != "chat" for h in between(document.voice, begin, stop))
