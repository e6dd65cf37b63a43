"""Deeds (先进事迹): who did something good, and what they gave.

Called by `bot.parsing.prose` for a stretch of text that tells of a deed, and by `bot.parsing.chains` for a line of a
list of gifts.
"""

from __future__ import annotations

import re
from collections.abc import Container

from bot.parsing import gifts, names
from bot.parsing.document import Document, between
from bot.records import Deed

_DEPUTY = re.compile(r"代表(?!们|团|联|性|家|本人所|作|委员会|大会|大家|工作|群|积极|累计|捐款?共|共)")
_ROLE = re.compile(
    r"(?:董事长|总经理|经理|理事长|所长|处长|主任|院长|校长|书记|支书|行长|负责人|老板|企业家|大户|教师|医生|护士长?|村医|个体户|党员|掌柜|队长|站长|会长|厂长|律师|农民|教授)"
)
_TOTAL = re.compile(
    r"(?:全[市县省区州国镇乡]|各级|[五四三两]级|我[市县省区州镇乡]|截[至止])[^,。]{0,14}(?:人大)?代表[^,。]{0,6}(?:们|累计|共|已|捐|合计|积极|踊跃)|\d+[名位](?:人大)?代表|代表(?:累计|共捐|共计|捐款共计|们)"
)
_MINE = re.compile(r"我|本人|俺|咱|小店|企业虽小|自家")


def read(document: Document, start: int, end: int) -> list[Deed]:
    """The deeds between two places, one per deputy."""
    people = _people(document, start, end)
    total = _TOTAL.search(document.plain, start, end)
    if people and total and total.start() < people[0][0]:
        stop = max(document.plain.rfind(c, start, people[0][0]) for c in "。;\n")
        if stop > start:  # 全县代表累计捐款…。其中谷雨捐款…
            whole = _deed(document, start, stop, None, source=(start, stop))
            return [whole, *read(document, stop + 1, end)]
    if len(people) > 1:
        found = []
        for index, (at, stop) in enumerate(people):
            limit = people[index + 1][0] if index + 1 < len(people) else end
            found.append(_deed(document, at, limit, document.visible(at, stop), source=(at, limit)))
        return found
    subject: str | None = document.own_name
    if people:
        subject = document.visible(*people[0])
    elif _TOTAL.search(document.plain[start:end]) or _UNNAMED.search(document.plain, start, end):
        subject = None
    return [_deed(document, start, end, subject, source=(start, end))]


def line(
    document: Document, start: int, end: int, subject: str, chain: str | None, *, given: str | None = None
) -> Deed | None:
    """The deed in a line of a list of gifts; None where nothing was given.

    Args:
        given: what the list's heading says is given, for a line that only counts (捐书: 30本).
    """
    gift = gifts.read(document, start, end, listed=True, given=given)
    if gift.cash is None and not gift.goods:
        return None
    return Deed(
        source=document.visible(start, end),
        chain=chain,
        rules=gift.rules,
        subject=subject,
        text=document.visible(start, end),
        cash_yuan=gift.cash,
        goods=gift.goods,
        goods_value_yuan=gift.value,
    )


def names_somebody(document: Document, start: int, end: int) -> bool:
    """Whether a stretch names a deputy, or says that they are unnamed or many."""
    return bool(
        _people(document, start, end)
        or _TOTAL.search(document.plain, start, end)
        or _UNNAMED.search(document.plain, start, end)
    )


_UNNAMED = re.compile(r"(?:不愿透露姓名|不留名|匿名)[^,。]{0,8}代表|一位代表")


def _deed(document: Document, start: int, end: int, subject: str | None, *, source: tuple[int, int]) -> Deed:
    gift = gifts.read(document, start, end)
    service = tuple(dict.fromkeys(h.group for h in between(document.voice, start, end) if h.role == "service"))
    text = document.visible(*source)
    return Deed(
        source=text,
        rules=gift.rules + service,
        subject=subject,
        text=text,
        cash_yuan=gift.cash,
        goods=gift.goods,
        goods_value_yuan=gift.value,
    )


def _people(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """The deputies that a stretch names."""
    found: list[tuple[int, int]] = []
    plain, rules = document.plain, document.rules.names
    for at, stop in document.known_between(start, end):
        if stop <= end:
            found.append((at, stop))
    borders = document.borders
    for match in _DEPUTY.finditer(plain, start, end):
        begin = match.end()
        while begin < end and plain[begin] in ' :、,"“”':
            begin += 1
        named = _before(document, start, match.start(), borders)
        if named is None and plain[match.end() : match.end() + 1] in "、,":
            named = _after_role(document, match.end(), end, borders)
        if named is not None:
            found.append(named)
            continue
        named = _name_at(document, begin, end, borders)
        if named is None:
            named = _after_role(document, match.end(), end, borders)
        if named is not None:
            found.append(named)
    for match in re.finditer(r"(?:^|[;。\n:])\s*(?:\d+[.、)])?\s*", plain[start:end]):
        begin = start + match.end()
        length = names.length_at(plain, begin, end, rules, borders, sure=True)
        if length and re.match(
            r"\s*[,:;、]?\s*(?:个人|本人|捐|向|送|为|把|在|带|无偿|义务|主动|缝|自费|购|出|拿)",
            plain[begin + length : begin + length + 6],
        ):
            found.append((begin, begin + length))
    unique = {document.plain[a:b]: (a, b) for a, b in sorted(set(found), reverse=True)}
    clean = sorted(unique.values())
    return [pair for i, pair in enumerate(clean) if not any(a <= pair[0] < b for a, b in clean[:i])]


def _name_at(document: Document, begin: int, end: int, borders: Container[int]) -> tuple[int, int] | None:
    plain = document.plain
    for compound in ("努尔", "马哈"):
        if plain.startswith(compound, begin):
            found = re.match(r"[\u4e00-\u9fff]{3,5}?(?=[,、。组]|$)", plain[begin:end])
            if found:
                return begin, begin + found.end()
    length = names.length_at(plain, begin, end, document.rules.names, borders, sure=True)
    if length:
        return begin, begin + length
    if plain[begin : begin + 1] in document.rules.names.surnames:
        length = names.by_words(plain, begin, end, document.segmenter.words)
        if length:
            return begin, begin + length
    return None


def _after_role(document: Document, begin: int, end: int, borders: Container[int]) -> tuple[int, int] | None:
    """代表、退休教师雷明德; 代表、果业合作社理事长李世荣."""
    plain = document.plain
    stop = min(end, begin + 26)
    for match in reversed(list(_ROLE.finditer(plain, begin, stop))):
        named = _name_at(document, match.end(), end, borders)
        if named is not None:
            return named
    return None


def _before(document: Document, start: int, end: int, borders: Container[int]) -> tuple[int, int] | None:
    """卢志明代表."""
    plain = document.plain
    known = next(((a, b) for a, b in document.known_between(start, end) if b == end), None)
    if known:
        return known
    for length in (3, 2, 4):
        begin = end - length
        if begin < start or re.search(r"[省市县区州镇乡村国大人级位名任届籍的]", plain[begin:end]):
            continue
        if (
            begin > start
            and re.match(r"[\u4e00-\u9fff]", plain[begin - 1])
            and plain[begin - 1] not in "县市区镇乡村州省团"
        ):
            continue
        if names.length_at(plain, begin, end, document.rules.names, borders, sure=True) == length:
            return begin, end
    return None
