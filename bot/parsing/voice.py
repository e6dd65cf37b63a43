"""What a stretch of a message is for: suggestion, problem, practice, comment, deed or chat (voice).

Called by `bot.parsing.prose`. What weighs most decides (`bot.parsing.weights`); hands back the kind, and for a
suggestion its category.
"""

from __future__ import annotations

import re

from bot.parsing import weights
from bot.parsing.document import Document, Voice, between
from bot.parsing.lexicon import Hit
from bot.parsing.numerals import number

ARTICLE = re.compile(
    r"(?<![这那哪几后前共])(?!(?<=[列加增写补设另立])一条)第?\s?(?P<n>\d{1,4}|[一二三四五六七八九十百千零两]{1,9})\s?条(?!通读|都[看读]|例|件|对|街|路|生产|线|短信|消息|鱼|烟|龙|毛|裤|河)"
)


SHORTEST = 12
"""Characters from which a stretch is weighed though no word of the rules stands in it."""


def tell(document: Document, start: int, end: int, *, staff_words: bool = True) -> Voice:
    """What the text between two places is for; asked again, it is remembered."""
    key = (start, end, staff_words)
    if key not in document.voices:
        document.voices[key] = _tell(document, start, end, staff_words=staff_words)
    return document.voices[key]


_HEADINGS = {"suggest": Voice.SUGGESTION, "problem_announce": Voice.PROBLEM, "practice": Voice.PRACTICE}


_TROUBLES = frozenset({"难是", "处是"})
"""How a word ends that says what the trouble is: 困难是口罩快发完了."""


def _headed(document: Document, start: int, end: int) -> Voice | None:
    """What a stretch says of itself at its head: 经验做法:…, 反映一个问题:…."""
    for hit in between(document.voice, start, min(start + 4, end)):
        colon = document.plain.startswith(":", hit.end)
        troubles = hit.role == "problem_announce" and document.plain[hit.end - 2 : hit.end] in _TROUBLES
        if (colon or troubles) and hit.role in _HEADINGS and end - hit.end > 6:
            return _HEADINGS[hit.role]
    return None


def _tell(document: Document, start: int, end: int, *, staff_words: bool) -> Voice:
    plain = document.plain
    says_so = plain.find(":", start, start + 12) >= 0 or plain.find("是", start, start + 8) >= 0
    if says_so and (headed := _headed(document, start, end)):
        return headed
    if plain.find("条", start, end) >= 0 and _on_an_article(document, start, end):
        return Voice.COMMENT
    heading = _heading(plain, start, end)
    if heading is not None and not any(h.role == "draft" for h in between(document.voice, start, end)):
        return Voice.SUGGESTION
    if plain.find("事迹", start, end) >= 0 and _TOLD_OF.match(plain, start, end):
        return Voice.DEED
    found = _surface_and_marks(document, start, end, staff_words=staff_words)
    return _PURPOSES[document.rules.weights.purpose(*found)] if found else Voice.NONE


_PURPOSES = {voice.value: voice for voice in Voice}


def headings(plain: str, start: int, end: int) -> list[int]:
    """Where the headings of suggestions stand, each of which holds for what follows: 关于…的建议, 一是…二是…."""
    if _heading(plain, start, end) is None:
        return []
    return [start, *(found.start("head") for found in _HEADED_NEXT.finditer(plain, start, end))]


def _heading(plain: str, start: int, end: int) -> int | None:
    """Where the heading of a suggestion ends that something follows: 关于…的建议:…."""
    found = _HEADED.match(plain, start, end) if plain.startswith("关于", start) else None
    return found.end() if found is not None and found.end() < end else None


_ASKED_ABOUT = re.compile(r"(?:没[读看弄搞]懂|请教|请问|什么意思)[^。]*(?:吗|呢|么|意思)?$")
_OPINIONS = frozenset({"draft", "view", "suggest", "modal", "weak_modal"})


def _on_an_article(document: Document, start: int, end: int) -> bool:
    """Whether an article is named by a number that only a long law has, with an opinion beside it."""
    article = ARTICLE.search(document.plain, start, end)
    if (
        article is None
        or _ASKED_ABOUT.search(document.plain, start, end)
        or not any(hit.role in _OPINIONS for hit in between(document.voice, start, end))
    ):
        return False
    value = number(article["n"]) or 0
    return value >= 100 or (article[0].startswith("第") and (value > 20 or "款" in document.plain[start:end]))


def parts(document: Document, start: int, end: int) -> set[str] | None:
    """All that could weigh something; None where no word of the rules stands, and nothing is weighed."""
    found = _surface_and_marks(document, start, end, staff_words=True)
    return {*weights.runs(found[0]), *found[1]} if found else None


def shares(document: Document, start: int, end: int, told: Voice) -> list[tuple[str, int]]:
    """What each part adds to a purpose, in hundredths, the weightiest first: for "why?"."""
    found = _surface_and_marks(document, start, end, staff_words=True)
    return document.rules.weights.shares(*found, told.value) if found else []


def _surface_and_marks(document: Document, start: int, end: int, *, staff_words: bool) -> tuple[str, list[str]] | None:
    hits = between(document.voice, start, end)
    if not hits and end - start < SHORTEST:
        return None
    text = document.plain[start:end]
    opening = _opening(document, start, hits)
    roles = {hit.role for hit in hits}
    marks = weights.marks(text, roles, opening=opening, office=staff_words and document.office_speaks)
    return weights.surface(text, asks=document.plain.startswith("?", end)), marks


_BEFORE_ASKING = re.compile(
    r"(?:[\s,。:]|我们|我|咱们?|本人|个人|强烈|诚恳|恳切|郑重|再次|也|还|再|顺便|另外|最后|首先|其次)*"
)
_BEHIND_ASKING = re.compile(r"(?:[\s,:]|今晚|今天|明天|以后)*")


def _opening(document: Document, start: int, hits: list[Hit]) -> str:
    """The mark of what begins by asking: of somebody who is not here (建议修桥), or of its readers (建议你睡会儿)."""
    asking = next((hit for hit in hits if hit.role == "suggest"), None)
    if asking is None or not _BEFORE_ASKING.fullmatch(document.plain, start, asking.start):
        return ""
    behind = _BEHIND_ASKING.match(document.plain, asking.end)
    advised = behind is not None and any(hit.role == "advised" and hit.start == behind.end() for hit in hits)
    return weights.ADVISES if advised else weights.ASKS_FIRST


_HEADED = re.compile(r"关于[^\n,。:]{3,30}的?(?:几[点条])?建议\s*[:\n]")
_HEADED_NEXT = re.compile(rf"\n\s*(?P<head>{_HEADED.pattern})")
_TOLD_OF = re.compile(
    r"[^\n,。:;]{0,10}[两二三四五六七八九十\d][位名](?:人大)?代表的?(?:先进)?事迹\s*:\s*[\u4e00-\u9fff]"
)
_ASKS = re.compile(
    r"请(?!假|问)|应(?!急|届|对)|能不能|能否|可否|可不可以|是不是可以|最好|不如|要(?=[尽抓加管派给把对组设建让安配有])|[让把]"
)


def _where_asked(document: Document, start: int, end: int, hits: list[Hit]) -> int:
    """Where the asking begins: what stands before it is the reason."""
    announced = next((hit.start for hit in hits if hit.role == "suggest"), None)
    if announced is not None:
        return announced
    found = _ASKS.search(document.plain, start, end)
    return max(start, document.plain.rfind(",", start, found.start()) + 1) if found else start


def category(document: Document, start: int, end: int) -> tuple[str, tuple[str, ...]]:
    """What field a suggestion belongs to, by what it asks for; and the rules behind that."""
    heading = _heading(document.plain, start, end)
    if heading is not None:
        return category(document, start, heading)
    named = [hit for hit in between(document.voice, start, end) if hit.role == "category"]
    value = document.rules.fields.purpose(*_field_parts(document, start, end, named))
    return value, tuple(dict.fromkeys(hit.group for hit in named if hit.value == value))


def field_parts(document: Document) -> set[str]:
    """All that could weigh something for the category of a suggestion that is the whole text, for learning."""
    start, end = 0, len(document.plain)
    end = _heading(document.plain, start, end) or end
    named = [hit for hit in between(document.voice, start, end) if hit.role == "category"]
    text, marks = _field_parts(document, start, end, named)
    return {*weights.runs(text), *marks}


def _field_parts(document: Document, start: int, end: int, named: list[Hit]) -> tuple[str, set[str]]:
    """What a category is weighed by: the text, which categories' words it holds, and which where it asks."""
    ask = _where_asked(document, start, end, between(document.voice, start, end))
    marks = {f"@{hit.value}" for hit in named} | {f"@>{hit.value}" for hit in named if hit.start >= ask}
    return weights.surface(document.plain[start:end], asks=False), marks
