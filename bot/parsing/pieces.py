"""Whose is what in a message that may answer a form: lines of a 接龙, or a sentence cut by the people it goes over to.

Called by `bot.parsing.forms`, which says what the stretches hold. Where it is not clear whose something is, the stretch
says so, and nothing in it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.parsing import names
from bot.parsing.document import Document
from bot.parsing.owners import owner_of

_LINE = re.compile(r"[^\n]+")
_ENTRY = re.compile(r"[ \t]*(?:\d{1,5}\s*(?:[.、)]|\s(?=[\u4e00-\u9fff]))|[①-⑳])[ \t]*(?P<body>.*)")
_CHAIN = re.compile(r"\s*#?\s*(?:群)?接龙|\s*#")
_EXAMPLE = re.compile(r"[ \t]*(?:例如?|示例|样例|格式|模板)\s*[:.、 ]")
_LEAD = re.compile(r"(?:代|替|帮)(?!表|领|拿)\s?")
_FOR = re.compile(r"(?:代|替|帮)\s?$")
_AND = re.compile(r"[、,和及与\s]{1,3}")
_SOMEBODY = re.compile(
    r"[\s,]*(?:[老小][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:总|哥|姐|叔|姨|爹|主任|书记|局长|镇长))(?!\s?[,我])"
)
_ENTRY = re.compile(r"[ \t]*(?:\d{1,5}\s*(?:[.、)]|\s(?=[\u4e00-\u9fff]))|[①-⑳])[ \t]*(?P<body>.*)")
_CHAIN = re.compile(r"\s*#?\s*(?:群)?接龙|\s*#")
_EXAMPLE = re.compile(r"[ \t]*(?:例如?|示例|样例|格式|模板)\s*[:.、 ]")
_LEAD = re.compile(r"(?:代|替|帮)(?!表|领|拿)\s?")
_FOR = re.compile(r"(?:代|替|帮)\s?$")
_AND = re.compile(r"[、,和及与\s]{1,3}")
_SOMEBODY = re.compile(
    r"[\s,]*(?:[老小][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:总|哥|姐|叔|姨|爹|主任|书记|局长|镇长))(?!\s?[,我])"
)
_CHAIN = re.compile(r"\s*#?\s*(?:群)?接龙|\s*#")
_EXAMPLE = re.compile(r"[ \t]*(?:例如?|示例|样例|格式|模板)\s*[:.、 ]")
_LEAD = re.compile(r"(?:代|替|帮)(?!表|领|拿)\s?")
_FOR = re.compile(r"(?:代|替|帮)\s?$")
_AND = re.compile(r"[、,和及与\s]{1,3}")
_SOMEBODY = re.compile(
    r"[\s,]*(?:[老小][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:总|哥|姐|叔|姨|爹|主任|书记|局长|镇长))(?!\s?[,我])"
)
_SIGN = re.compile(r"^#?(?:群)?接龙:?|^【接龙】")
_EXAMPLE = re.compile(r"[ \t]*(?:例如?|示例|样例|格式|模板)\s*[:.、 ]")
_LEAD = re.compile(r"(?:代|替|帮)(?!表|领|拿)\s?")
_FOR = re.compile(r"(?:代|替|帮)\s?$")
_AND = re.compile(r"[、,和及与\s]{1,3}")
_SOMEBODY = re.compile(
    r"[\s,]*(?:[老小][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:总|哥|姐|叔|姨|爹|主任|书记|局长|镇长))(?!\s?[,我])"
)
_LEAD = re.compile(r"(?:代|替|帮)(?!表|领|拿)\s?")
_FOR = re.compile(r"(?:代|替|帮)\s?$")
_AND = re.compile(r"[、,和及与\s]{1,3}")
_SOMEBODY = re.compile(
    r"[\s,]*(?:[老小][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:总|哥|姐|叔|姨|爹|主任|书记|局长|镇长))(?!\s?[,我])"
)
_FOR = re.compile(r"(?:代|替|帮)\s?$")
_AND = re.compile(r"[、,和及与\s]{1,3}")
_SOMEBODY = re.compile(
    r"[\s,]*(?:[老小][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:总|哥|姐|叔|姨|爹|主任|书记|局长|镇长))(?!\s?[,我])"
)
_AND = re.compile(r"[、,和及与\s]{1,3}")
_SOMEBODY = re.compile(
    r"[\s,]*(?:[老小][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:总|哥|姐|叔|姨|爹|主任|书记|局长|镇长))(?!\s?[,我])"
)
_SOMEBODY = re.compile(
    r"[\s,]*(?:[老小][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:总|哥|姐|叔|姨|爹|主任|书记|局长|镇长))(?!\s?[,我])"
)
_ALL_OF_THEM = re.compile(r"\s*(?:代表|两位|三位|们)?\s*(?:各|都|均|每人)")
_ME_AND = re.compile(r"\s*(?:我|本人)\s*[和及与、]\s*")
_EACH = re.compile(r"[^,;\d]{0,8}?(?:各|都|均|每人)")
_TITLE = re.compile(r"(?:人大)?(?:代表|同志|委员|主任|老师)?")
_I = re.compile(r"[\s,:、]*(?:我|本人|俺)")
_SPOKEN_TO = re.compile(r"(?:[@谢找向问由交给]|联系|感谢|麻烦|请|陪)\s?$")
_ASKING = re.compile(
    r"[吗么呢]\s*$|什么|怎么|怎样|几点|几号|哪[里儿个些天]|多少|谁|能不能|可不可以|可以不|有没有|要不要|是不是|是否|为什么|啥|几时"
)
_I = re.compile(r"[\s,:、]*(?:我|本人|俺)")
_SPOKEN_TO = re.compile(r"(?:[@谢找向问由交给]|联系|感谢|麻烦|请|陪)\s?$")
_ASKING = re.compile(
    r"[吗么呢]\s*$|什么|怎么|怎样|几点|几号|哪[里儿个些天]|多少|谁|能不能|可不可以|可以不|有没有|要不要|是不是|是否|为什么|啥|几时"
)
_SPOKEN_TO = re.compile(r"(?:[@谢找向问由交给]|联系|感谢|麻烦|请|陪)\s?$")
_ASKING = re.compile(
    r"[吗么呢]\s*$|什么|怎么|怎样|几点|几号|哪[里儿个些天]|多少|谁|能不能|可不可以|可以不|有没有|要不要|是不是|是否|为什么|啥|几时"
)
_LONGEST_LINE = 300


class Piece(NamedTuple):
    """A stretch that is one person's, or several people's.

    Args:
        subjects: (name, whether somebody else says it) of each.
        unclear: it names somebody else besides, so that nobody knows whose the values are.
        each: it says of several people that they have it each.
    """

    subjects: tuple[tuple[str, bool], ...]
    start: int
    end: int
    unclear: bool = False
    each: bool = False


class Chain(NamedTuple):
    """A 接龙: its heading, and its lines behind the names."""

    heading: str
    pieces: tuple[Piece, ...]


def chain(document: Document, start: int, end: int) -> Chain | None:
    """The 接龙 that a text is; None where it is none."""
    plain = document.plain
    lines = [(m.start(), m.end()) for m in _LINE.finditer(plain, start, end) if m[0].strip()]
    entries = [(i, m) for i, (a, b) in enumerate(lines) if (m := _ENTRY.match(plain, a, b))]
    if not entries:
        return None
    first = entries[0][0]
    owned = [(m, owner) for _, m in entries if (owner := owner_of(document, m.start("body"), m.end()))]
    marked = _CHAIN.match(plain, *lines[0]) is not None
    if not (marked or len(owned) >= 2 or (owned and len(owned) == len(entries) and first)):
        return None
    heads = [plain[a:b].strip() for a, b in lines[:first] if not _EXAMPLE.match(plain, a, b)]
    heading = " ".join(_SIGN.sub("", head).strip() for head in heads).strip()
    pieces = [Piece((subject(document, a, b),), b, min(m.end(), b + _LONGEST_LINE)) for m, (a, b) in owned]
    return Chain(heading, tuple(pieces))


def subject(document: Document, start: int, end: int) -> tuple[str, bool]:
    """Whose name stands there, and whether that is somebody else than the sender."""
    if document.is_sender(document.plain[start:end]):
        return document.own_name, False
    return document.visible(start, end), True


def head(document: Document, start: int, end: int) -> tuple[str, bool]:
    """Whose numbered answers follow: 代李四报：1.2包 2.自取; the sender's where nobody is named."""
    for a, b in document.known_between(start, end):
        if not document.is_sender(document.plain[a:b]):
            return document.visible(a, b), True
    return document.own_name, False


def of_sentence(document: Document, start: int, end: int) -> Iterator[Piece]:
    """A sentence cut where it goes over to another person: 我2包，李四1包，王五、赵六各3包."""
    plain = document.plain
    me = ((document.own_name, False),)
    owners = list(_owners(document, start, end))
    first = owners[0][0] if owners else end
    with_me = owners and _ME_AND.fullmatch(plain, start, first)
    if not with_me and plain[start:first].strip(" ,:、"):
        yield Piece(me, start, first, unclear=_strangers(document, start, first))
    position = 0
    while position < len(owners):
        run = [owners[position]]
        while position + 1 < len(owners) and _AND.fullmatch(plain, run[-1][2], owners[position + 1][0]):
            position += 1
            run.append(owners[position])
        position += 1
        begin = run[-1][2]
        stop = owners[position][0] if position < len(owners) else end
        if _I.match(plain, begin, stop):
            yield Piece(me, begin, stop)
            continue
        subjects = tuple(subject(document, a, b) for _, a, b in run)
        if with_me and run[0] is owners[0]:
            subjects = (*me, *subjects)
        each = len(subjects) > 1 and _EACH.match(plain, begin, stop) is not None
        if each and (all_of_them := _ALL_OF_THEM.match(plain, begin, stop)):
            begin = all_of_them.end()
        yield Piece(subjects, begin, stop, unclear=_strangers(document, begin, stop), each=each)


def _owners(document: Document, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(where it begins, name) of each name that stands where a new person's answer may begin."""
    plain = document.plain
    known = list(document.known_between(start, end))
    for lead in _LEAD.finditer(plain, start, end):
        at = lead.end()
        if not any(a <= at < b for a, b in known):
            length = names.length_at(plain, at, end, document.rules.names, document.borders, sure=True)
            if length:
                known.append((at, at + length))
    for a, b in sorted(known):
        if b > end:
            continue
        for_them = _FOR.search(plain, start, a)
        begin = for_them.start() if for_them else a
        before = plain[start:begin].rstrip()
        if not before or before[-1] in ",:、;)-和及与" or plain[begin - 1] in " \t" or begin != a:
            yield begin, a, b


def _strangers(document: Document, start: int, end: int) -> bool:
    """Whether somebody else is named where it is not clear what for."""
    if _SOMEBODY.match(document.plain, start, end) and not _I.match(document.plain, start, end):
        return True
    for a, b in document.known_between(start, end):
        stranger = b <= end and not document.is_sender(document.plain[a:b])
        if stranger and not _SPOKEN_TO.search(document.plain, start, a):
            return True
    return False
