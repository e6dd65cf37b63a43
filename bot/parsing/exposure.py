"""Contact with the disease and stays where it spreads: affirmed, denied, or not spoken of (exposure).

Called by `bot.parsing.health` for one sentence. A place of the epidemic counts only with a journey or a stay, contact
only with a case or such a place: a gift to 武汉 is none, nor is a meal with a neighbour.
"""

from __future__ import annotations

import re

from bot.parsing.lexicon import Hit
from bot.parsing.polarity import Sentence, State

_ALWAYS = re.compile(
    r"密[切接]|次密接|(?:接触|流行病学?|旅居|旅行|居住|疫区|暴露|行)史|同车厢|同航班|同车次|同乘|同机|同一车厢"
)
_NOT_A_JOURNEY = re.compile(
    r"捐|支援|驰援|援助|援鄂|援汉|加油|运往|运到|运抵|送到|送往|送去|寄|发往|物资|医疗队|打款|转账|打到|给武汉|为武汉|向武汉|向湖北|给湖北|为湖北|新闻|听说|确诊\d|新增"
)
_NOT_THE_AREA = re.compile(
    r"(?:东|西|南|北|中)?(?:路|街|大道|大桥|热干面|鸭脖|大学|广场|村|菜馆|籍的?(?:货车|司机|老乡))"
)
_STAY = re.compile(r"(?<![正存实好])在\s?$|人在|住在|滞留|留在|困在|待在|呆在")
_SINCE = re.compile(r"(?:没有?|未|从未|从没|不)(?:再)?(?:回|去|到)")
_CASE = re.compile(r"有人?确诊|确诊|疑似|病例|患者|阳性|感染")


def read(sentence: Sentence, start: int, end: int, *, other: bool) -> tuple[bool, list[Hit]] | None:
    """What a clause says about exposure, and by which words; None where it says nothing.

    Args:
        other: the clause speaks of somebody whose journeys do not matter to the sender.
    """
    tokens = [t for t in sentence.tokens if start <= t.start < end]
    areas = [t for t in tokens if t.role == "area" and not _NOT_THE_AREA.match(sentence.plain, t.end, end)]
    contacts = [t for t in tokens if t.role == "contact"]
    if not areas and not contacts:
        return None
    clause = sentence.plain[start:end]
    if _NOT_A_JOURNEY.search(clause) and not any(_ALWAYS.search(sentence.plain[t.start : t.end]) for t in contacts):
        return None
    found = _contact(sentence, contacts, areas, tokens)
    if found is None and areas and not other:
        found = _journey(sentence, areas, tokens)
    if found is None:
        return None
    index = sentence.tokens.index(found)
    if sentence.states.get(index) is State.DENIED:
        return False, [found]
    if sentence.states.get(index) in (State.UNREAL, State.LONG_PAST):
        answer = _answer(sentence, end)
        return None if answer is None else (answer, [found])
    return not _denied(sentence, found, tokens, end), [found, *areas[:1]]


def _contact(sentence: Sentence, contacts: list[Hit], areas: list[Hit], tokens: list[Hit]) -> Hit | None:
    for token in contacts:
        word = sentence.plain[token.start : token.end]
        if _ALWAYS.search(word) or areas or any(t.role == "case" for t in tokens):
            return token
        if any(t.role in ("case", "diagnosis", "area") for t in sentence.tokens) or _CASE.search(
            sentence.plain, sentence.start, sentence.end
        ):
            return token
    return None


def _journey(sentence: Sentence, areas: list[Hit], tokens: list[Hit]) -> Hit | None:
    for area in areas:
        if _STAY.search(sentence.plain[max(sentence.start, area.start - 3) : area.start]):
            return area
        if any(t.role == "move" and (abs(t.start - area.end) <= 8 or abs(area.start - t.end) <= 6) for t in tokens):
            return area
    return None


def _denied(sentence: Sentence, found: Hit, tokens: list[Hit], end: int) -> bool:
    if "没" in sentence.plain[found.start : found.end]:
        return True
    for token in tokens:
        if token.role != "neg" or token.start > found.end:
            continue
        if token.end > found.start and token.start < found.start:
            return True
        between = [t for t in tokens if token.end <= t.start < found.start and t.role in ("symptom", "well", "temp")]
        if not between:
            return True
    after = sentence.plain[found.end : min(end, found.end + 12)]
    return bool(
        re.match(
            r"[人员者来的回旅居史\s:]*(?:都|也|均|从来|倒是|是|我们?|一年|半年|一直|好久|很久|多年|今年|年前)*(?:没有?|未|无|否|冇)(?!症状|发烧|咳|事|任何症状|异常)",
            after,
        )
    )


def _answer(sentence: Sentence, end: int) -> bool | None:
    """有无接触史:无 and 去过武汉吗?没有: the answer behind the question."""
    rest = sentence.plain[min(sentence.end, end) : sentence.end + 6]
    inside = sentence.plain[sentence.start : end]
    said = re.search(r"[:)]\s*(没有?|无|否|未|不|有|是)", inside[-6:]) or re.match(
        r"[?,:\s]+(没有?|无|否|未|冇|有过?$|是)", rest
    )
    if said is None:
        return None
    return said[1] in ("有", "是", "有过")
