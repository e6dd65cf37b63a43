"""接龙 (chain replies) and batches of names: one report a line (chains).

Called by `bot.parsing.parse` before free text is read. Finds the lines, whose each is and what the heading asks for;
what a line says is read by the same readers as free text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.parsing import cells, deed, health, temperature, voice
from bot.parsing.document import Document, Speaker, Voice, between
from bot.parsing.owners import KIN_TAIL, owner_of
from bot.records import Ack, Problem, Record, Suggestion

_NUMBERED = re.compile(
    r"[ \t]*(?:(?P<number>\d{1,5})\s*(?:[.、)]|\.\s|\s(?=[\u4e00-\u9fff]))|(?P<sign>[①-⑳㉑-㉟⑴-⒇]))[ \t]*(?P<body>.*)"
)
_LINE = re.compile(r"[^\n]+")
_HEAD_GIFT = re.compile(r"捐|爱心|募|善款|助学|众筹|慰问|支援|送(?!达)|赠|献|凑份子|物资")
_HEAD_ACK = re.compile(r"收到|已阅|知悉|回执|知晓|签收|确认收")
_HEAD_VOICE = re.compile(r"建议|意见|问题")
_HEAD_GIVEN = re.compile(r"(?:捐赠?|送|赠|献)(?P<item>[\u4e00-\u9fff]{1,6})(?:$|[\s(,，])")
_HEAD_OTHER = re.compile(
    r"代订|团购|订购|预订|订单|报名|领取|购买|订餐|聚餐|值班|参加|参会|拼单|需要|买菜|代购|统计人数|车票|统计口罩|生日|投票|尺码"
)
_EXAMPLE = re.compile(r"[ \t]*(?:例如?|示例|样例|范例|格式|如|模板)\s*[:.、 ]")


def read(document: Document, start: int, end: int, speaker: Speaker) -> list[Record] | None:
    """The records of a 接龙, a pasted table or a batch of names; None where the text is none of these."""
    if "\n" not in document.plain and not document.plain.startswith("#"):
        return None
    lines = [(m.start(), m.end()) for m in _LINE.finditer(document.plain, start, end)]
    if not lines:
        return None
    marked = any(h.role == "chain" for h in between(document.frame, *lines[0])) and bool(
        re.match(r"\s*[#【]?(?:群)?接龙|\s*#", document.plain[lines[0][0] : lines[0][1]])
    )
    if not marked:
        table = cells.table(document, lines, heading_of)
        if table is not None:
            return table
    first = next((i for i, (a, b) in enumerate(lines) if _entry(document, a, b) is not None), None)
    if first is None:
        return [] if marked else _batch(document, lines)
    entries = _entries(document, lines[first:])
    people = sum(1 for a, b in entries if owner_of(document, a, b) is not None)
    if not marked and (people < 2 or people * 2 < len(entries) or _asks(document, entries)):
        return None
    heading = heading_of(document, lines[:first])
    return _read_chain(document, lines[:first], entries, heading, columns=_columns(heading))


def _batch(document: Document, lines: list[tuple[int, int]]) -> list[Record] | None:
    """Lines without numbers, each with somebody's name and report: 蒙德胜 36.5."""
    owned = [(a, b) for a, b in lines if _reports(document, a, b)]
    if len(owned) < 2 or len(lines) > 2 * len(owned) + 2:
        return None
    first = lines.index(owned[0])
    entries: list[tuple[int, int]] = []
    for a, b in lines[first:]:
        owner = owner_of(document, a, b)
        if (a, b) in owned or (owner is not None and _UNIT_GAP.match(document.plain, owner[1])):
            entries.append((a, b))
        elif _REMARK.match(document.plain, a, b) or not entries:
            continue
        else:
            entries[-1] = (entries[-1][0], b)
    return _read_chain(document, lines[:first], entries, heading_of(document, lines[:first]), columns=[])


_UNIT_GAP = re.compile(r"[\s:]")
_REMARK = re.compile(r"\s*(?:以上|其他|其余|均|都|请|合计|共|总计|全部)")


def _reports(document: Document, start: int, end: int) -> bool:
    """Whether a line names somebody and says something about them."""
    owner = owner_of(document, start, end)
    if owner is None or end - start > 80:
        return False
    if bool(temperature.readings(document.plain, owner[1], end, listed=False)):
        return True
    separated = bool(re.match(r"\s*(?:代表|同志)?\s*[\s:,、\-]", document.plain[owner[1] : end]))
    told = any(
        h.role in ("symptom", "well", "fine", "isolation", "topic", "open")
        for h in between(document.health, owner[1], end)
    )
    given = bool(_GIVEN.search(document.plain, owner[1], end))
    return separated and (told or given)


_GIVEN = re.compile(r"\d+(?:\.\d+)?\s?(?:万|千)?(?:元|块)|\d+\s?(?:箱|件|套|袋|桶|瓶|斤|吨|只|盒|包|份)\s*$")


_DATE = re.compile(r"\d{1,2}[日月时点]")


def _entry(document: Document, start: int, end: int) -> re.Match[str] | None:
    found = _NUMBERED.match(document.plain, start, end)
    return found if found and not _DATE.match(document.plain[found.start("body") : found.start("body") + 3]) else None


def _asks(document: Document, entries: list[tuple[int, int]]) -> bool:
    """Numbered suggestions and problems are no 接龙 although some begin with what looks like a name."""
    told = [voice.tell(document, a, b) for a, b in entries]
    return sum(t in (Voice.SUGGESTION, Voice.PROBLEM, Voice.COMMENT) for t in told) * 2 >= len(entries)


def _entries(document: Document, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The content of each entry; a line without a number belongs to the entry before, unless it is somebody's own."""
    found: list[tuple[int, int]] = []
    for start, end in lines:
        entry = _entry(document, start, end)
        if entry is not None:
            found.append((entry.start("body"), end))
        elif found and owner_of(document, start, end) is None and document.plain[start:end].strip():
            found[-1] = (found[-1][0], end)
        elif document.plain[start:end].strip():
            found.append((start, end))
    return [(a, b) for a, b in found if document.plain[a:b].strip()]


_CHAIN_SIGN = re.compile(r"^#?(?:群)?接龙:?|^【接龙】")


def heading_of(document: Document, lines: list[tuple[int, int]]) -> str:
    """What stands above a list, without the sign of a 接龙 and without its example."""
    texts = [document.plain[a:b].strip() for a, b in lines if not _EXAMPLE.match(document.plain, a, b)]
    return " ".join(_CHAIN_SIGN.sub("", text).strip() for text in texts).strip()


def _columns(heading: str) -> list[str]:
    """姓名+体温+是否发热+是否接触: what each part of a line answers."""
    found = re.search(r"姓名\s*[+、/,]\s*(\S+)", heading)
    if not found:
        return []
    return [part for part in re.split(r"[+、/,]", found[1]) if part]


def _read_chain(
    document: Document, head: list[tuple[int, int]], entries: list[tuple[int, int]], heading: str, columns: list[str]
) -> list[Record]:
    found: dict[tuple[object, ...], Record] = {}
    extra: list[Record] = []
    for start, end in entries:
        for key, record in _line(document, start, end, heading, columns):
            if key is None:
                extra.append(record)
            else:
                found[key] = record
    return [*found.values(), *extra]


_RECEIPT = re.compile(r"[\s,:]*(?:已?收到|已阅|知悉)[\s!。了]*")


def _line(
    document: Document, start: int, end: int, heading: str, columns: list[str]
) -> Iterable[tuple[tuple[object, ...] | None, Record]]:
    """The records of one line, each with what makes it the same as another line's."""
    owner = owner_of(document, start, end)
    subject, rest, mine = document.own_name, start, True
    if owner is not None:
        subject, rest = document.visible(*owner), owner[1]
        mine = document.is_sender(document.plain[owner[0] : owner[1]])
    if owner is None and (
        _HEAD_OTHER.search(heading) or not re.search(r"[\u4e00-\u9fff\d]", document.plain[start:end])
    ):
        return
    source = document.visible(start, end)
    speaker = Speaker(subject, proxy=not mine)
    content = document.plain[rest:end]
    if (_HEAD_ACK.search(heading) and "捐" not in heading and not re.search(r"3[5-9]|4[0-2]", content)) or (
        _RECEIPT.fullmatch(content)
    ):
        yield ("ack", subject), Ack(source=source, chain=heading, rules=("frame.ack",), subject=subject)
        return
    if "事迹" in heading:
        for told in deed.read(document, start, end):
            yield ("deed", told.subject), told
        return
    gifts_listed = _HEAD_GIFT.search(heading) or _GIVEN.search(content)
    if gifts_listed and not _HEAD_OTHER.search(heading) and not re.search(r"体温|健康", heading):
        given = _HEAD_GIVEN.search(heading)
        gift = deed.line(document, rest, end, subject, heading, given=given["item"] if given else None)
        if gift is not None:
            yield ("deed", subject), gift
        return
    if _HEAD_VOICE.search(heading) and not re.search(r"体温|健康", heading):
        yield from _voiced_line(document, rest, end, heading)
        return
    temps = bool(temperature.readings(document.plain, rest, end, listed=not _HEAD_OTHER.search(heading)))
    if _HEAD_OTHER.search(heading) and not temps and not re.search(r"体温|健康", heading):
        return
    for record in _health_line(document, start, rest, end, speaker, heading, columns):
        family = getattr(record, "relation", "")
        yield ("health", getattr(record, "subject", subject), family, _kin_of(document, rest, end)), record


def _kin_of(document: Document, start: int, end: int) -> str:
    found = KIN_TAIL.match(document.plain, start, end)
    return found[0] if found else ""


def _health_line(
    document: Document, start: int, rest: int, end: int, speaker: Speaker, heading: str, columns: list[str]
) -> list[Record]:
    said = document.plain[rest:end].split()
    if columns and any(cells.YES_NO.fullmatch(answer) for answer in said) and len(said) == len(columns):
        parts = [
            f"{column}:{cell}" if cells.YES_NO.fullmatch(cell) else cell
            for column, cell in zip(columns, document.text.visible[rest:end].split(), strict=False)
        ]
        return cells.read(document, ",".join(parts), speaker, heading, document.visible(start, end))
    if not document.plain[rest:end].strip(" ,:.、"):
        return []
    records = health.read(document, rest, end, speaker, chain=heading, listed=True)
    return [record.with_source(document.visible(start, end)) for record in records]


def _voiced_line(document: Document, start: int, end: int, heading: str) -> Iterable[tuple[None, Record]]:
    text = document.visible(start, end).lstrip(" ,:、.：，")
    if len(text) < 4:
        return
    if "问题" in heading and "建议" not in heading:
        yield None, Problem(source=text, chain=heading, rules=("list.heading",), text=text)
        return
    value, rules = voice.category(document, start, end)
    yield None, Suggestion(source=text, chain=heading, rules=rules, category=value, text=text)
