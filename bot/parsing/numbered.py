"""Numbered parts of one message: suggestions, problems, or one person's answers to numbered questions (numbered).

Called by `bot.parsing.parse` after `bot.parsing.chains` has found no list of people.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.parsing import cells, comment, deed, prose, temperature, voice
from bot.parsing.document import Document, Speaker, Voice, between
from bot.parsing.owners import owner_of
from bot.records import Ack, Deed, HealthReport, Problem, Record, Suggestion

_ITEM = re.compile(
    r"(?:^|(?<=\n))\s*(?P<line>[一二三四五六七八九十]),\s*|"
    r"(?:(?<=^)|(?<=[\n;。,:!?\s]))\s*(?:第?(?P<cn>[一二三四五六七八九十]{1,2})(?:、|条[,:]?|[.:]|(?<=第[一二三四五六七八九十])[,:]|是(?=\x00))|(?P<n>\d{1,2})\s*[.、):](?!\d{2}\b(?!\.))|\((?P<p>[一二三四五六七八九十\d]{1,2})\)|(?P<c>[①-⑳])|建议(?P<s>[一二三四五六七八九十\d]{1,2})(?:\s*[:、,.]|\s)|问题(?P<q>[一二三四五六七八九十\d]{1,2})\s*[:、,.])\s*"
    r"|(?P<mid>[①-⑳]|\((?=[一二三四五六七八九十\d]{1,2}\))[一二三四五六七八九十\d]{1,2}\))\s*|(?<=\S)\s(?P<n2>\d{1,2})[.、)]\s*(?=\D)"
)


_FIRST = re.compile(r"[一1①⑴]")
_SECOND = re.compile(r"[二2②⑵](?:(?<=[②⑵])|[、.):,]|条|\s*:)")


class Item(NamedTuple):
    """A numbered part of a message: where its content stands."""

    start: int
    end: int
    announced: str


def items(document: Document, start: int, end: int) -> list[Item]:
    """The numbered parts of a text: 1. 2. 3., ①②, (一)(二), 建议一: 建议二:; at least two, counted from one."""
    marks: list[re.Match[str]] = []
    if not _FIRST.search(document.plain, start, end) or not _SECOND.search(document.plain, start, end):
        return []
    for found in _ITEM.finditer(document.plain, start, end):
        value = _ordinal(found)
        if value == len(marks) + 1 or (value == 1 and not marks):
            marks.append(found)
    if len(marks) < 2:
        return []
    made = []
    for index, mark in enumerate(marks):
        stop = marks[index + 1].start() if index + 1 < len(marks) else _tail(document, mark.end(), end)
        made.append(Item(mark.end(), stop, "problem" if mark["q"] else "suggestion" if mark["s"] else ""))
    return [Item(a, b, c) for a, b, c in made if document.plain[a:b].strip()]


def _tail(document: Document, start: int, end: int) -> int:
    """The last item ends with its line: 以上请予采纳 is none of it."""
    found = document.plain.find("\n", start, end)
    return end if found < 0 else found


def _ordinal(found: re.Match[str]) -> int:
    for key in ("line", "cn", "n", "p", "s", "q", "n2"):
        if found[key]:
            written = found[key]
            return int(written) if written.isdecimal() else _CN.index(written) + 1 if written in _CN else 0
    sign = (found["c"] or found["mid"] or "").strip("() ")
    if sign and "①" <= sign <= "⑳":
        return ord(sign) - ord("①") + 1
    return int(sign) if sign.isdecimal() else _CN.index(sign) + 1 if sign in _CN else 0


_CN = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]


def read(document: Document, start: int, end: int, speaker: Speaker) -> list[Record] | None:
    """Numbered suggestions, problems, or one person's numbered answers; None where nothing is numbered."""
    if not _SECOND.search(document.plain, start, end):
        return None
    sections = _sections(document, start, end)
    if sections:
        return [record for a, b in sections for record in _section(document, a, b, speaker)]
    found = items(document, start, end)
    if not found:
        return None
    head = document.plain[start : found[0].start]
    heading_voice = _heading_voice(head) or _said_at_the_end(document, found, end)
    answers = _answers(document, found, speaker) if heading_voice is None else None
    if answers is not None:
        return answers
    one_heading = re.search(r"关于[^\n]{2,40}(?:建议|意见)\s*[:\n]", head)
    told = [voice.tell(document, a, b) for a, b, _ in found]
    draft = any(h.role == "draft" for h in between(document.voice, start, found[0].start))
    if draft and any(voice.ARTICLE.search(document.plain, a, b) for a, b, _ in found):
        return [record for a, b, _ in found for record in comment.read(document, a, b)]
    if re.search(r"事迹", head):
        gifts = [record for a, b, _ in found for record in deed.read(document, a, b)]
        return list(gifts)
    if one_heading and not re.search(r"建议\s*[:\n]\s*$", head):
        return None
    if heading_voice is None and not found[0].announced:
        if sum(t in (Voice.SUGGESTION, Voice.PROBLEM) for t in told) * 2 < len(found) and not _all_topical(
            document, found, head
        ):
            return None
        if any(t in (Voice.COMMENT, Voice.DEED) for t in told):
            return None
    before = prose.read(document, start, _head_end(document, start, found[0].start), speaker) if head.strip() else []
    keep = [r for r in before if isinstance(r, HealthReport | Ack | Deed)]
    records: list[Record] = []
    for item, kind in zip(found, told, strict=True):
        records += _numbered_item(document, item, kind, heading_voice)
    return [*keep, *records]


_REFERRED = re.compile(r"(?:帮忙|向上面?|往上)[^,。;]{0,4}反映")
_SETTLED = re.compile(r"(?:已经?|都|全部?)(?:得到|给)?(?:解决|办好|落实|修好|处理好?)[^。]{0,12}(?:谢|感激|点赞|$)")
"""上次提的水费问题已解决,谢谢: nothing is asked for any more."""
_SUMMED_UP = re.compile(
    r"(?:以上|上述|上面)[^,。\n]{0,24}?(?P<what>(?:问题|困难|难处|建议|意见)(?:[,。!\s]|$)|反映)|"
    r"[这以]上?(?:[一二两三四五六七八九\d]+[点条个件样项]|几[点条个件样项]|些)(?:都|就)?是[^,。\n]{0,20}?"
    r"(?P<what2>(?:问题|困难|难处|建议|意见)(?:[,。!\s]|$))"
)
"""The heading at the end: 以上是我走访发现的问题."""
_SECTION = re.compile(
    r"(?:(?<=\n)|(?<=[。;])|^)[一二三]?[、.]?\s*(?:目前|现在|存在|主要|面临|我的|几点|意见)*的?(?:问题|困难|建议|对策)[:\n]"
)


def _said_at_the_end(document: Document, found: list[Item], end: int) -> Voice | None:
    """What the words behind the last item say that the items are; they are cut off it."""
    last = found[-1]
    if _REFERRED.search(document.plain, last.start, end):
        return Voice.PROBLEM
    summed_up = _SUMMED_UP.search(document.plain, last.start, end)
    if summed_up is None:
        return None
    found[-1] = Item(last.start, min(last.end, summed_up.start()), last.announced)
    return _heading_voice(summed_up["what"] or summed_up["what2"])


def _sections(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """Problems and suggestions under a heading each, at least one of them numbered: 存在问题:1.…2.… 建议:1.…2.…"""
    begins = [found.start() for found in _SECTION.finditer(document.plain, start, end)]
    if len(begins) < 2:
        return []
    spans = list(zip(begins, [*begins[1:], end], strict=True))
    if begins[0] > start and document.plain[start : begins[0]].strip():
        spans.insert(0, (start, begins[0]))
    return spans if any(items(document, a, b) for a, b in spans) else []


def _section(document: Document, start: int, end: int, speaker: Speaker) -> list[Record]:
    found = items(document, start, end)
    if found and (heading := _heading_voice(document.plain[start : found[0].start])):
        told = [voice.tell(document, a, b) for a, b, _ in found]
        return [
            r for item, kind in zip(found, told, strict=True) for r in _numbered_item(document, item, kind, heading)
        ]
    return prose.read(document, start, end, speaker)


def _all_topical(document: Document, found: list[Item], head: str) -> bool:
    """Numbered lines that each name a field of policy, under no heading of another kind: 给加油站员工发护目镜."""
    if len(head.strip()) > 4:
        return False
    topical = sum(any(h.role == "category" for h in between(document.voice, a, b)) and b - a >= 6 for a, b, _ in found)
    return topical == len(found)


def _head_end(document: Document, start: int, first: int) -> int:
    """Where what stands before the first number ends."""
    return max(start, first)


def _heading_voice(head: str) -> Voice | None:
    if re.search(r"建议|意见|想法|看法|主张|提[^,。]{0,3}[几两三四五\d]?[点条]|呼吁|恳请|希望", head):
        return Voice.SUGGESTION
    if re.search(r"问题|反映|困难", head):
        return Voice.PROBLEM
    return None


def _numbered_item(document: Document, item: Item, kind: Voice, heading: Voice | None) -> list[Record]:
    start, end, announced = item
    text = document.visible(start, end).strip(";；。 ,，")
    if not text:
        return []
    settled = announced == "" and _SETTLED.search(document.plain, start, end) is not None
    if settled and kind not in (Voice.SUGGESTION, Voice.PROBLEM):
        return []
    asks = kind is Voice.SUGGESTION and any(h.role in ("suggest", "modal") for h in between(document.voice, start, end))
    if (
        announced == "problem"
        or (heading is Voice.PROBLEM and not asks)
        or (heading is None and not announced and kind is Voice.PROBLEM)
    ):
        return [Problem(source=text, rules=("list.numbered",), text=text)]
    value, rules = voice.category(document, start, end)
    return [Suggestion(source=text, rules=(*rules, "list.numbered"), category=value, text=text)]


def _answers(document: Document, found: list[Item], speaker: Speaker) -> list[Record] | None:
    """One person's numbered answers: 1.36.5 2.无 3.长沙; with the question known, each is read as its answer."""
    plain = document.plain
    if any(b - a > 40 for a, b, _ in found) or found[0].announced:
        return None
    temps = sum(bool(temperature.readings(plain[a:b], 0, b - a, listed=True)) for a, b, _ in found)
    telling = sum(
        any(h.role in ("symptom", "well", "fine", "neg", "isolation", "topic") for h in between(document.health, a, b))
        for a, b, _ in found
    )
    told = [voice.tell(document, a, b) for a, b, _ in found]
    if (not temps and telling * 2 < len(found) + 1) or sum(
        t in (Voice.SUGGESTION, Voice.PROBLEM) for t in told
    ) * 2 > len(found):
        return None
    if _owner_count(document, found) >= 2:
        return None
    questions = questions_of(document, speaker.question)
    parts = []
    for index, (a, b, _) in enumerate(found):
        answer = document.text.visible[a:b].strip(" ;；,，。\n")
        if told[index] is Voice.SUGGESTION:
            continue
        question = questions[index] if index < len(questions) else ""
        bare = bool(cells.YES_NO.fullmatch(answer)) or answer in ("没有", "无", "否", "有", "是")
        place = re.search(r"哪|地|位置", question)
        parts.append(
            f"{question}:{answer}"
            if question and (bare or (place and "在" not in answer))
            else ""
            if bare and len(answer) < 4
            else answer
        )
    head = document.text.visible[: found[0].start]
    text = "\n".join(part for part in [_named_head(document, head), *parts] if part)
    made = cells.read(document, text, speaker, None, document.visible(found[0].start, found[-1].end))
    voiced = [
        r
        for item, kind in zip(found, told, strict=True)
        if kind is Voice.SUGGESTION
        for r in _numbered_item(document, item, kind, None)
    ]
    return [*made, *voiced] if made else None


def _named_head(document: Document, head: str) -> str:
    cut = re.split(r"[\n:：]", head.strip())
    return cut[0] if len(cut[0]) <= 8 and re.fullmatch(r"[\u4e00-\u9fff]{2,4}", cut[0]) else ""


def _owner_count(document: Document, found: list[Item]) -> int:
    return sum(owner_of(document, a, b) is not None for a, b, _ in found)


_QUESTION = re.compile(r"(?:^|(?<=[\s;,。?]))\d{1,2}\s*[.、):]?\s*(?=[\u4e00-\u9fff])")


def questions_of(document: Document, quoted: str | None = None) -> list[str]:
    """The parts of the numbered question that this may answer, short: 有无接触史."""
    if quoted and len(parts := _QUESTION.split(quoted)) > 2:
        return [part.strip(" ;,。?\n") for part in parts[1:]]
    if not document.context.question:
        return []
    asked = document.again(document.context.question)
    found = items(asked, 0, len(asked.plain))
    return [asked.text.visible[a:b].strip(" ;；,，。?？\n") for a, b, _ in found]
