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
_WITH_A_CASE = re.compile(
    r"(?:跟|和|与|同|陪|碰[到见]|遇[到见]|接待|护送|护理|照顾|探望|看望|[送拉])[^,]{0,12}(?:确诊|疑似|病例|患者|阳性|感染者|密接)[^,]{0,16}(?:过(?!道)|一起|一块|同[桌车住吃]|坐|住|吃|开会|聊|见面|谈|回家|上车)"
    r"|(?:跟|和|与|同)[^,]{0,6}(?:确诊|疑似|感染)[^,]{0,6}(?:打交道|接触|照面)|(?:护理|照顾|管|看护|救治|收治)[^,]{0,5}(?:确诊|疑似)(?:病人|患者|病例)"
    r"|我们?(?:[^,]{0,4}坐|同乘|乘坐?)[^,]{0,10}(?:车|航班|飞机|船)[^,]{0,8}(?:确诊|疑似|病例|阳性)"
    r"|(?:转运|护送|抬|接送)了?过?(?:[一两三几\d]+[名位个例])[^,]{0,4}(?:确诊|疑似|阳性|病例|患者)"
    r"|(?:跟|和|与|同)我们?[^,]{0,10}的[^,]{1,8}(?:确诊|疑似|阳性)"
)
_WITH_ONE_FROM = re.compile(
    r"(?:见过?|碰到|遇到|接触过?|陪过?|拉过?|接待过?|招待过?)(?:了|过|几个|一个)?从?[\u4e00-\u9fff]{2}[^,]{0,3}(?:来|返)的|"
    r"(?:跟|和|与|同|陪|招待|接待|[送拉])[^,]{0,6}[\u4e00-\u9fff]{2}[^,]{0,4}(?:来|返)的[^,]{1,8}?(?:吃过?|喝过?|坐|住|一起|一块|聊|见过|打过?牌|同[桌车住])"
)
_WHO_CAME = re.compile(r"[^,]{0,4}(?:回来|过来|来|返回|返乡|归来)的(?![,。\s我有]|$|第)")
_OTHERS_FROM = re.compile(r"有[^,]{0,6}(?:返|回|来)[^,]{0,2}的|(?:跟|和|与|同)[^,]{0,6}(?:户|人)")
_CAME_BACK = re.compile(r"从[^,]{2,6}(?:支援|援助|送货|送物资)[^,]{0,4}(?:回来|归来|返回|回到?)")
_STATIONED = re.compile(r"医疗队[^,]{0,3}(?:在|到了?|驻|抵达)|(?<!正)在[^,]{2,6}支援(?:第|的?\d|了|已|中|$)")
"""随医疗队在黄冈: who helps there is there."""
_THEIRS = re.compile(r"[栋楼区村厂校县市里院位队]也?有(?:\d+|一|几|两)?[个名例]?$")
_NEWS = re.compile(
    r"新增[^,]{0,6}\d+\s?例|(?:确诊|疑似|出院|死亡|治愈)(?:病例)?\d+\s?例|\d+人[^,]{0,4}接受医学观察|\d+\s?例[^,]{0,4}(?:确诊|疑似|病例)"
)
_NEVER_MET = re.compile(r"(?:没有?|未|从不)(?:见|接触|打|碰|说|来往|一起)")
_CASE = re.compile(r"有人?确诊|确诊|疑似|病例|患者|阳性|感染")


def read(sentence: Sentence, start: int, end: int, *, other: bool) -> tuple[bool, list[Hit]] | None:
    """What a clause says about exposure, and by which words; None where it says nothing.

    Args:
        other: the clause speaks of somebody whose journeys do not matter to the sender.
    """
    tokens = [t for t in sentence.tokens if start <= t.start < end]
    areas = [t for t in tokens if t.role == "area" and not _NOT_THE_AREA.match(sentence.plain, t.end, end)]
    contacts = [t for t in tokens if t.role == "contact"]
    clause = sentence.plain[start:end]
    met = not _NEVER_MET.search(sentence.plain, sentence.start, sentence.end) and _WITH_A_CASE.search(clause)
    if not areas and not contacts and not met:
        return None
    if _NEWS.search(sentence.plain, sentence.start, sentence.end):
        return None
    if (
        _NOT_A_JOURNEY.search(clause)
        and not _CAME_BACK.search(clause)
        and not (_STATIONED.search(clause) and not other)
        and not any(_ALWAYS.search(sentence.plain[t.start : t.end]) for t in contacts)
    ):
        return None
    found = _contact(sentence, contacts, areas, tokens)
    if found is None and areas and _WITH_ONE_FROM.search(clause):
        found = areas[0]
    if found is None and met:
        found = next((t for t in tokens if t.role in ("case", "diagnosis")), None)
    if found is None and areas and not other:
        found = _journey(sentence, areas, tokens)
    if found is None:
        return None
    if (
        found.role == "area"
        and _OTHERS_FROM.search(clause)
        and _NEVER_MET.search(sentence.plain, found.end, sentence.end)
    ):
        return False, [found]
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
        if word.startswith("密") and _THEIRS.search(sentence.plain[max(sentence.start, token.start - 8) : token.start]):
            continue
        if _ALWAYS.search(word) or areas or any(t.role == "case" for t in tokens):
            return token
        if any(t.role in ("case", "diagnosis", "area") for t in sentence.tokens) or _CASE.search(
            sentence.plain, sentence.start, sentence.end
        ):
            return token
    return None


def _journey(sentence: Sentence, areas: list[Hit], tokens: list[Hit]) -> Hit | None:
    for area in areas:
        if _WHO_CAME.match(sentence.plain, area.end, sentence.end):
            continue
        if _STAY.search(sentence.plain[max(sentence.start, area.start - 3) : area.start]):
            return area
        if any(t.role == "move" and (abs(t.start - area.end) <= 8 or abs(area.start - t.end) <= 6) for t in tokens):
            return area
    return None


def _denied(sentence: Sentence, found: Hit, tokens: list[Hit], end: int) -> bool:
    if "没" in sentence.plain[found.start : found.end]:
        return True
    for token in tokens:
        if token.role != "neg" or token.start >= found.end:
            continue
        if token.end > found.start and token.start < found.start:
            return True
        between = [t for t in tokens if token.end <= t.start < found.start and t.role in ("symptom", "well", "temp")]
        if not between:
            return True
    after = sentence.plain[found.end : min(end, found.end + 12)]
    return bool(
        re.match(
            r"[人员者来的回旅居史\s:【(\[☑√]*(?:都|也|均|从来|倒是|是|我们?|一年|半年|一直|好久|很久|多年|今年|年前)*(?:没有?|未|无|否|冇)(?!下车|停|逗留|症状|发烧|咳|事|任何症状|异常)",
            after,
        )
    )


def _answer(sentence: Sentence, end: int) -> bool | None:
    """有无接触史:无 and 去过武汉吗?没有: the answer behind the question."""
    rest = sentence.plain[min(sentence.end, end) : sentence.end + 6]
    inside = sentence.plain[sentence.start : end]
    said = re.search(r"[:()【☑√]\s*(没有?|无|否|未|不|有|是)", inside[-6:]) or re.match(
        r"[?,:\s]+(没有?|无|否|未|冇|有过?$|是)", rest
    )
    if said is None:
        return None
    return said[1] in ("有", "是", "有过")
