"""Free text: cut into stretches of one kind each, every stretch read by its reader (prose).

Called by `bot.parsing.parse` for what is no list, and by `bot.parsing.chains` for what stands around one. A sentence is
the unit; a comma parts two kinds where one announces itself (36.5,健康,建议…).

It is longer than most modules because where one kind ends and the next begins is decided in one place.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.parsing import comment, counts, deed, frame, health, voice
from bot.parsing.document import Document, Speaker, Voice, between, sentences
from bot.records import Practice, Problem, Record, Suggestion

_ANNOUNCED = re.compile(
    r"(?:[,\s])(?=(?:另外?|此外|还有|同时|顺便|再|还|我|最后|对了|也|就是){0,3}(?:提|说|反映|讲)?(?:个|一个|点|一点|条|一条|几点)?(?:建议|提议|恳请|呼吁|反映|希望(?!疫情|早日|大家|各位)|强烈建议|请求))"
)
_TURN = re.compile(r"(?:[,;\s])(?=(?:另外?|此外|还有一?个?(?:事|建议|问题)|顺便))")
_TURNING = re.compile(r"另|此外|还有|顺便")
_EVIDENCE = frozenset({"symptom", "well", "open", "isolation", "diagnosis"})


class Stretch(NamedTuple):
    """A part of a message, and what it is for."""

    start: int
    end: int
    voice: Voice


def read(
    document: Document, start: int, end: int, speaker: Speaker, *, forwarded: bool = False, numbered: bool = False
) -> list[Record]:
    """All records of a stretch of free text, in the order in which they stand there."""
    if forwarded:
        return _passed_on(document, start, end)
    rest = units(document, start, end)
    told = [_told(document, a, b) for a, b in rest]
    if speaker.question and Voice.SUGGESTION not in told and _IDEAS_ASKED.search(speaker.question):
        told = [_answered(document, unit, kind) for unit, kind in zip(rest, told, strict=True)]
    if told.count(Voice.NONE) == len(told) and (whole := _whole(document, rest)) is not Voice.NONE:
        rest, told = [(rest[0][0], rest[-1][1])], [whole]
    if told.count(Voice.NONE) == len(told):
        return _in_order(_unvoiced(document, rest, speaker))
    pieces = [Stretch(a, b, kind) for (a, b), kind in zip(rest, told, strict=True)]
    found: list[tuple[int, Record]] = []
    rest = []
    for stretch in _joined(document, pieces) if len(pieces) > 1 else pieces:
        if stretch.voice is Voice.NONE:
            rest.append((stretch.start, stretch.end))
            continue
        records = _voiced(document, stretch)
        found += [(stretch.start, record) for record in records]
        if not records or _tells_health(document, stretch):
            rest.append((stretch.start, stretch.end))
    if rest:
        found += _unvoiced(document, rest, speaker)
    return _in_order(found)


_IDEAS_ASKED = re.compile(r"(?:什么|哪些|啥|有何|有没有|有无)(?!问题|困难)[^。?]{0,6}(?:建议|意见|想法|点子)(?!稿)")
_DECLINED = re.compile(r"没有?(?:什么|啥|想)?(?:[,。]|$|意见|建议)|暂[无没]|想想|再说|收到|好的|谢")


def _answered(document: Document, unit: tuple[int, int], told: Voice) -> Voice:
    """What a sentence is for under a question for suggestions: 对捐赠有什么建议? 捐来的东西一律公示."""
    start, end = unit
    if told not in (Voice.NONE, Voice.PRACTICE, Voice.DEED) or end - start < voice.SHORTEST:
        return told
    if _reports(document, start, end) or _DECLINED.search(document.plain, start, end):
        return told
    own = told is Voice.DEED and re.search(r"我|本人", document.plain[start:end])
    return told if own else Voice.SUGGESTION


def _whole(document: Document, parts: list[tuple[int, int]]) -> Voice:
    """What sentences are for together of which none says it alone: 审批要盖7个章。一张表办完不行吗?"""
    if not 2 <= len(parts) <= _FEW:
        return Voice.NONE
    start, end = parts[0][0], parts[-1][1]
    if any(_reports(document, a, b) or frame.retract(document, a, b) for a, b in parts):
        return Voice.NONE
    told = _told(document, start, end)
    return told if told in _TOLD_TOGETHER else Voice.NONE


_FEW = 4
_TOLD_TOGETHER = frozenset({Voice.SUGGESTION, Voice.PROBLEM, Voice.PRACTICE, Voice.DEED})


def _in_order(found: list[tuple[int, Record]]) -> list[Record]:
    if len(found) > 1:
        found.sort(key=lambda pair: pair[0])
    return [record for _, record in found]


def _told(document: Document, start: int, end: int) -> Voice:
    """What a sentence is for; a withdrawal and a plain health report are for nothing else."""
    if not document.voiced and end - start < voice.SHORTEST:
        return Voice.NONE
    announced = given = False
    if not document.voiced.isdisjoint(_OUTRIGHT):
        roles = {hit.role for hit in between(document.voice, start, end)}
        announced = not roles.isdisjoint(_ANNOUNCERS)
        given = not announced and not roles.isdisjoint(_GIFTS)
    if not announced and not given and _reports(document, start, end):
        return Voice.NONE
    told = voice.tell(document, start, end)
    if told is Voice.NONE or frame.retract(document, start, end):
        return Voice.NONE
    if told in (Voice.PROBLEM, Voice.SUGGESTION, Voice.PRACTICE) and counts.read(document, start, end):
        return Voice.NONE
    if announced:
        return told
    if told is Voice.DEED and given:
        measured = document.temperatures(start, end) and not _GIVES.search(document.plain, start, end)
        return Voice.NONE if measured else told
    return Voice.NONE if given and _reports(document, start, end) else told


def _reports(document: Document, start: int, end: int) -> bool:
    """Whether a sentence measures a temperature or begins with how somebody is: a health report, whatever else."""
    return bool(document.temperatures(start, end)) or _own_health(document, start, end)


def _own_health(document: Document, start: int, end: int) -> bool:
    """Whether a sentence begins with a symptom or with how the writer is."""
    if document.felt.isdisjoint(_BEGINNINGS):
        return False
    if "diagnosis" in document.felt and _diagnosed(document, start, end):
        return True
    hits = between(document.health, start, end)
    for index, hit in enumerate(hits):
        if hit.start >= start + 16:
            break
        role = hit.role
        if role == "well" and hit.start - start <= 8 and any(h.role == "topic" for h in hits[:index]):
            return True  # 令狐静体温正常,今天在小区门口值班
        if role == "open":
            told = any(h.role in ("self", "kin") and h.end <= hit.start for h in hits[:index])
        else:
            told = role in ("symptom", "possible") or (role == "ache" and hit.value in ("痛", "烫"))
        if told:
            return not any(h.role in ("other", "condition") and h.start < hit.start for h in hits[:index])
    return False


_BEGINNINGS = frozenset({"well", "open", "symptom", "possible", "ache", "diagnosis"})


def _diagnosed(document: Document, start: int, end: int) -> bool:
    """Whether a sentence begins with somebody's diagnosis and says more of the person: 检测结果阳性,没有任何症状."""
    hits = between(document.health, start, end)
    early = any(h.role == "diagnosis" and h.start - start < 8 for h in hits)
    more = sum(h.role in ("diagnosis", "well", "symptom", "isolation") for h in hits) >= 3
    return early and more and not any(h.role == "modal" for h in between(document.voice, start, end))


_ANNOUNCERS = frozenset({"suggest", "problem_announce", "practice", "draft"})
_GIFTS = frozenset({"donate", "give"})
_OUTRIGHT = _ANNOUNCERS | _GIFTS
_GIVES = re.compile(r"捐|赠|[元块]|\d+[箱件套袋桶瓶斤吨只盒包份]")


def units(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences, cut again where another kind announces itself or a withdrawal ends."""
    plain, retracted = document.plain, "retract" in document.framed
    heads = voice.headings(plain, start, end)
    if heads and not document.temperatures(start, end) and end - start <= LONGEST_STRETCH:
        return list(zip(heads, [*heads[1:], end], strict=True))
    found = sentences(plain, start, end)
    if document.voiced or retracted:
        announced = not document.voiced.isdisjoint(_ANNOUNCERS)
        turning = bool(document.voiced) and _TURNING.search(plain, start, end) is not None
        if announced or turning or retracted:
            found = [unit for a, b in found for unit in _cut(document, a, b, turning=turning)]
    return [(a, b) for a, b in found if not plain[a:b].isspace() and a < b]


def _cut(document: Document, begin: int, stop: int, *, turning: bool) -> list[tuple[int, int]]:
    plain = document.plain
    cuts = _after_retraction(document, begin, stop)
    voiced = {hit.role for hit in between(document.voice, begin, stop)}
    if not voiced.isdisjoint(_ANNOUNCERS):
        cuts += [m.end() for m in _ANNOUNCED.finditer(plain, begin, stop)][:3]
    if voiced and turning:
        cuts += [m.end() for m in _TURN.finditer(plain, begin, stop)][:3]
    units = []
    at = begin
    for cut in sorted(set(cuts)):
        if cut > at and (frame.retract(document, at, cut - 1) or _differs(document, at, cut, stop)):
            units.append((at, cut - 1))
            at = cut
    units.append((at, stop))
    return units


def _after_retraction(document: Document, begin: int, stop: int) -> list[int]:
    """那条报错了请忽略，实际捐了一万二: what follows is a report again."""
    if not frame.retract(document, begin, stop):
        return []
    words = [h.end for h in between(document.frame, begin, stop) if h.role == "retract"]
    comma = document.plain.find(",", words[0], stop)
    return [comma + 1] if comma >= 0 else []


def _differs(document: Document, begin: int, cut: int, stop: int) -> bool:
    """Whether what stands before an announcement is something of another kind."""
    before = document.plain[begin:cut]
    if document.temperatures(begin, cut):
        return True
    own = between(document.health, begin, cut)
    somebody = len(before) <= 10 or any(h.role in ("self", "kin") for h in own)
    evidence = any(h.role in _EVIDENCE and (h.role != "open" or somebody) for h in own)
    if evidence and len(before) < 60:
        return voice.tell(document, begin, cut - 1) is not Voice.PROBLEM
    if frame.ack(document, begin, cut - 1):
        return True
    told = voice.tell(document, begin, cut - 1)
    if told is Voice.PROBLEM and re.match(r"还有一?个?(?:问题|情况)", document.plain[cut : cut + 6]):
        return True
    if told is Voice.DEED:
        return True
    if told is Voice.SUGGESTION:
        return _categories_differ(document, begin, cut, stop)
    return (
        told is Voice.COMMENT
        and voice.tell(document, cut, stop) is Voice.SUGGESTION
        and not document.plain.startswith("建议", cut)
    )


def _categories_differ(document: Document, begin: int, cut: int, stop: int) -> bool:
    if voice.tell(document, cut, stop) is not Voice.SUGGESTION:
        return False
    return voice.category(document, begin, cut)[0] != voice.category(document, cut, stop)[0]


def _joined(document: Document, pieces: list[Stretch]) -> list[Stretch]:
    """Put a sentence to the one before it that it belongs to."""
    found: list[Stretch] = []
    for told in pieces:
        piece = told
        last = found[-1] if found else None
        if (
            last is not None
            and last.voice is Voice.SUGGESTION
            and piece.voice is Voice.NONE
            and _another(document, piece)
        ):
            piece = Stretch(piece.start, piece.end, Voice.SUGGESTION)
        if last is not None and _belongs(document, last, piece):
            kind = last.voice
            if piece.voice is Voice.SUGGESTION and last.voice is Voice.PROBLEM:
                kind = Voice.SUGGESTION
            found[-1] = Stretch(last.start, piece.end, kind)
        else:
            found.append(piece)
    return found


def _another(document: Document, piece: Stretch) -> bool:
    """另外中小学返校前给每个班配一支体温枪: one more suggestion without a word that asks."""
    if not re.match(r"\s*(?:另外?|此外|还有)", document.plain[piece.start : piece.end]):
        return False
    return any(h.role == "category" for h in between(document.voice, piece.start, piece.end))


LONGEST_STRETCH = 1200
"""Beyond this no more sentences are put together: what a person writes in one go of one thing is shorter."""


def _belongs(document: Document, last: Stretch, piece: Stretch) -> bool:
    if piece.end - last.start > LONGEST_STRETCH:
        return False
    text = document.plain[piece.start : piece.end]
    if last.voice is Voice.SUGGESTION and re.match(r"\s*(?:[二三四五六七八九十]是|其[二三四])", text):
        return True
    if _tells_health(document, piece) or _tells_health(document, last):
        return False
    if last.voice is Voice.SUGGESTION:
        return _goes_on(document, last, piece, text)
    if last.voice is Voice.PROBLEM and re.match(r"\s*(?:还有一?个?|另一?个?|第二个)(?:问题|情况)", text):
        return False
    if last.voice is Voice.PROBLEM:
        if piece.voice is Voice.SUGGESTION:
            announced = any(h.role == "problem_announce" for h in between(document.voice, last.start, last.end))
            return not announced and not re.match(r"\s*(?:再就是|再一个|其次|第二[个件]?)", text)
        return piece.voice in (Voice.NONE, Voice.PROBLEM)
    if last.voice is Voice.COMMENT:
        return piece.voice in (Voice.COMMENT, Voice.NONE, Voice.PROBLEM) or (
            piece.voice is Voice.SUGGESTION and not re.match(r"\s*(?:另外?|再|此外|还有|顺[带便])", text)
        )
    if last.voice is Voice.PRACTICE:
        if piece.voice is Voice.PROBLEM and _TROUBLE_NAMED.match(text):
            return False  # 好做法有一条:…。困难是口罩快发完了
        return piece.voice in (Voice.NONE, Voice.PRACTICE, Voice.PROBLEM) or (
            piece.voice in (Voice.SUGGESTION, Voice.DEED)
            and not re.match(r"\s*(?:另外?|此外|顺便)?(?:我)?(?:建议|希望|反映)", text)
        )
    if last.voice is Voice.DEED:
        return piece.voice in (Voice.NONE, Voice.DEED)
    return piece.voice is Voice.NONE


_TROUBLE_NAMED = re.compile(r"\s*(?:但|不过|现在|目前|最大的?|就是|唯一的?)*(?:困难|难处|难题|问题|反映)")


def _goes_on(document: Document, last: Stretch, piece: Stretch, text: str) -> bool:
    """Whether a sentence goes on with a suggestion: more of it, its reason, how it is to be done."""
    if piece.voice is Voice.SUGGESTION:
        if re.match(r"\s*(?:另外?|此外|还有|再有|其次|再次|最后|第[二三四五]|再说|再就是|同时)", text):
            return not _apart(document, last, piece)
        return not re.match(r"\s*(?:我?(?:还|再)?(?:建议|希望|恳请|提议))", text) or not _apart(document, last, piece)
    if piece.voice is Voice.PRACTICE:
        return not any(h.role == "practice" for h in between(document.voice, piece.start, piece.end))
    return (
        piece.voice in (Voice.NONE, Voice.PROBLEM)
        and not re.match(r"\s*(?:另外?|此外)?(?:反映|存在)", text)
        and not frame.retract(document, piece.start, piece.end)
    )


def _apart(document: Document, last: Stretch, piece: Stretch) -> bool:
    return voice.category(document, last.start, last.end)[0] != voice.category(document, piece.start, piece.end)[0]


def _tells_health(document: Document, stretch: Stretch) -> bool:
    """Whether somebody's own health is told beside what a stretch is for."""
    if document.temperatures(stretch.start, stretch.end):
        return True
    if document.felt.isdisjoint(_EVIDENCE):
        return False
    if stretch.voice is Voice.NONE:
        return any(h.role in _EVIDENCE for h in between(document.health, stretch.start, stretch.end))
    if stretch.voice in (Voice.SUGGESTION, Voice.COMMENT, Voice.PRACTICE):
        return False
    hits = between(document.health, stretch.start, stretch.end)
    for hit in hits:
        if hit.role in ("symptom", "well"):
            gap = [h for h in hits if h.role in ("self", "kin") and h.end <= hit.start <= h.end + 6]
            if gap and "," not in document.plain[gap[-1].end : hit.start]:
                return True
    return False


def _voiced(document: Document, stretch: Stretch) -> list[Record]:
    start, end, told = stretch
    text = document.visible(start, end)
    if told is Voice.SUGGESTION:
        value, rules = voice.category(document, start, end)
        announced = _announcers(document, stretch, "suggest", "modal")
        return [Suggestion(source=text, rules=(*announced, *rules), category=value, text=text)]
    if told is Voice.PROBLEM:
        return [Problem(source=text, rules=_announcers(document, stretch, "problem_announce", "trouble"), text=text)]
    if told is Voice.PRACTICE:
        return [Practice(source=text, rules=_announcers(document, stretch, "practice", "result"), text=text)]
    if told is Voice.COMMENT:
        return list(comment.read(document, start, end))
    return list(deed.read(document, start, end))


def _announcers(document: Document, stretch: Stretch, *roles: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(h.group for h in between(document.voice, stretch.start, stretch.end) if h.role in roles))


def _unvoiced(document: Document, rest: list[tuple[int, int]], speaker: Speaker) -> list[tuple[int, Record]]:
    """Receipts, withdrawals, counts and health in what no other kind has taken."""
    found: list[tuple[int, Record]] = []
    for start, end in _merged(document, rest) if len(rest) > 1 else rest:
        acked = frame.ack(document, start, end)
        if acked is not None:
            found.append((start, acked))
        taken = _withdrawn(document, start, end)
        if taken is not None:
            found.append(taken)
            if not _restates(document, start, end):
                continue
        counted = counts.read(document, start, end)
        if counted is not None:
            found.append((start, counted))
        found += [(start + 1, record) for record in _health(document, start, end, speaker, counted=counted is not None)]
    return found


def _withdrawn(document: Document, start: int, end: int) -> tuple[int, Record] | None:
    """The first withdrawal, and where its sentence begins."""
    if "retract" not in document.framed:
        return None
    for begin, stop in sentences(document.plain, start, end):
        taken = frame.retract(document, begin, stop)
        if taken is not None:
            return begin, taken
    return None


_SAYS = re.compile(r"[\u4e00-\u9fff\d]")
_TAKEN_BACK = re.compile(r"\s?(?:的)?[那这][条个行次]")


def _restates(document: Document, start: int, end: int) -> bool:
    """Whether a new report stands beside a withdrawal."""
    if any(not _TAKEN_BACK.match(document.plain, t.end) for t in document.temperatures(start, end)):
        return True
    return any(h.role in ("symptom", "well") for h in between(document.health, start, end))


def _merged(document: Document, rest: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring stretches are read as one, so that 他 and 都 find whom they mean."""
    found: list[tuple[int, int]] = []
    for start, end in rest:
        if (
            found
            and end - found[-1][0] <= 4 * LONGEST_STRETCH
            and not _SAYS.search(document.plain, found[-1][1], start)
        ):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _health(document: Document, start: int, end: int, speaker: Speaker, *, counted: bool) -> list[Record]:
    records = health.read(document, start, end, speaker)
    if not counted:
        return records
    named = {document.plain[a:b] for a, b in document.known}
    return [
        r
        for r in records
        if getattr(r, "subject", None) != document.own_name or getattr(r, "temperature", None) or r.source in named
    ]


def _passed_on(document: Document, start: int, end: int) -> list[Record]:
    """Of what is passed on, only a deputy's deed or words are records; news about others is not."""
    hits = between(document.voice, start, end)
    heads = document.plain[start : start + 16]
    if re.search(r"经验|做法|先进|事迹|典型", heads):
        told = voice.tell(document, start, end, staff_words=False)
        if told in (Voice.PRACTICE, Voice.DEED):
            return _voiced(document, Stretch(start, end, told))
    if not any(h.role == "deputy" for h in hits):
        return []
    if document.temperatures(start, end):  # 【转】何铁生代表：我36.6
        reported = health.read(document, start, end, Speaker(document.own_name))
        return [record for record in reported if getattr(record, "proxy", False)]
    told = voice.tell(document, start, end, staff_words=False)
    if told is Voice.DEED or (told is Voice.NONE and any(h.role == "service" for h in hits)):
        found = deed.read(document, start, end)
        return [record for record in found if record.subject != document.own_name]
    if told is Voice.SUGGESTION and any(h.role == "suggest" for h in hits):
        return _voiced(document, Stretch(start, end, told))
    return []
