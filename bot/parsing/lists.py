"""Lists: 接龙, tables pasted as text, batches of names, numbered suggestions and answers (lists).

Called by `bot.parsing.parse` before free text is read. Finds the lines of a list and whose each is; what a line says is
read by the same readers as free text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from bot.parsing import deed, health, names, prose, temperature, voice
from bot.parsing.document import Document, Speaker, Voice, between
from bot.records import Ack, Deed, HealthReport, Problem, Record, Suggestion

_NUMBERED = re.compile(r"[ \t]*(?:(?P<number>\d{1,5})\s*(?:[.、)]|\.\s|\s(?=[\u4e00-\u9fff]))|(?P<sign>[①-⑳㉑-㉟⑴-⒇]))[ \t]*(?P<body>.*)")
_LINE = re.compile(r"[^\n]+")
_NAME_TOKEN = re.compile(r"[\u4e00-\u9fff·a-z]{1,8}")
_HEAD_GIFT = re.compile(r"捐|爱心|募|善款|助学|众筹|慰问|支援|送(?!达)|赠|献|凑份子|物资")
_HEAD_ACK = re.compile(r"收到|已阅|知悉|回执|知晓|签收|确认收")
_HEAD_VOICE = re.compile(r"建议|意见|问题")
_HEAD_GIVEN = re.compile(r"(?:捐赠?|送|赠|献)(?P<item>[\u4e00-\u9fff]{1,6})(?:$|[\s(,，])")
_HEAD_OTHER = re.compile(r"代订|团购|订购|预订|订单|报名|领取|购买|订餐|聚餐|值班|参加|参会|拼单|需要|买菜|代购|统计人数|车票|统计口罩|生日|投票|尺码")
_EXAMPLE = re.compile(r"[ \t]*(?:例如?|示例|样例|范例|格式|如|模板)\s*[:.、 ]")
_TITLE = re.compile(r"(?:省|市|县|区|全国)?(?:人大)?代表|同志|主任|主席|老师|书记")
_UNIT_TOKEN = re.compile(r"[\u4e00-\u9fff]{1,8}(?:县|市|区|州|镇|乡|团|组|村|街道|社区|代表团|小组)$")
_KIN_TAIL = re.compile(r"的?(?:爱人|妻子|丈夫|老婆|老公|儿子|女儿|父亲|母亲|父母|家属|家人|孩子|媳妇|爸爸|妈妈|岳母|岳父|婆婆|公公)")
_YES_NO = re.compile(r"(?:无|否|没有?|有|是|未|×|x|√|不是|没得|冇|均无|都没有)\s*$")
_ITEM = re.compile(
    r"(?:(?<=^)|(?<=[\n;。,:!?\s]))\s*(?:第?(?P<cn>[一二三四五六七八九十]{1,2})(?:、|条[,:]?|[.:]|是(?=\x00))|(?P<n>\d{1,2})\s*[.、):](?!\d{2}\b(?!\.))|\((?P<p>[一二三四五六七八九十\d]{1,2})\)|(?P<c>[①-⑳])|建议(?P<s>[一二三四五六七八九十\d]{1,2})\s*[:、,.]|问题(?P<q>[一二三四五六七八九十\d]{1,2})\s*[:、,.])\s*"
    r"|(?P<mid>[①-⑳]|\((?=[一二三四五六七八九十\d]{1,2}\))[一二三四五六七八九十\d]{1,2}\))\s*|(?<=\S)\s(?P<n2>\d{1,2})[.、)]\s*(?=\D)"
)


_SECOND = re.compile(r"[二2](?:[、.):,]|条|\s*:)|②|⑵|\([二2]\)")


class Item(NamedTuple):
    """A numbered part of a message: where its content stands."""

    start: int
    end: int
    announced: str


# ---- 接龙 and batches of names ----


def chain(document: Document, start: int, end: int, speaker: Speaker) -> list[Record] | None:
    """The records of a 接龙, a pasted table or a batch of names; None where the text is none of these."""
    if "\n" not in document.plain and not document.plain.startswith("#"):
        return None
    lines = [(m.start(), m.end()) for m in _LINE.finditer(document.plain, start, end)]
    if not lines:
        return None
    marked = any(h.role == "chain" for h in between(document.frame, *lines[0])) and bool(re.match(r"\s*[#【]?(?:群)?接龙|\s*#", document.plain[lines[0][0] : lines[0][1]]))
    if not marked:
        table = _table(document, lines, speaker)
        if table is not None:
            return table
    first = next((i for i, (a, b) in enumerate(lines) if _entry(document, a, b) is not None), None)
    if first is None:
        return [] if marked else _batch(document, lines)
    entries = _entries(document, lines[first:])
    people = sum(1 for a, b in entries if _owner(document, a, b) is not None)
    if not marked and (people < 2 or people * 2 < len(entries) or _asks(document, entries)):
        return None
    heading = _heading(document, lines[:first])
    return _read_chain(document, lines[:first], entries, heading, columns=_columns(heading))


def _batch(document: Document, lines: list[tuple[int, int]]) -> list[Record] | None:
    """Lines without numbers, each with somebody's name and report: 蒙德胜 36.5."""
    owned = [(a, b) for a, b in lines if _reports(document, a, b)]
    if len(owned) < 2 or len(lines) > 2 * len(owned) + 2:
        return None
    first = lines.index(owned[0])
    entries: list[tuple[int, int]] = []
    for a, b in lines[first:]:
        if (a, b) in owned or (_owner(document, a, b) is not None and _UNIT_GAP.match(document.plain, _owner(document, a, b)[1])):  # type: ignore[index]
            entries.append((a, b))
        elif _REMARK.match(document.plain, a, b) or not entries:
            continue
        else:
            entries[-1] = (entries[-1][0], b)
    return _read_chain(document, lines[:first], entries, _heading(document, lines[:first]), columns=[])


_UNIT_GAP = re.compile(r"[\s:]")
_REMARK = re.compile(r"\s*(?:以上|其他|其余|均|都|请|合计|共|总计|全部)")


def _reports(document: Document, start: int, end: int) -> bool:
    """Whether a line names somebody and says something about them."""
    owner = _owner(document, start, end)
    if owner is None or end - start > 80:
        return False
    if any(True for _ in temperature.readings(document.plain, owner[1], end, listed=False)):
        return True
    separated = bool(re.match(r"\s*(?:代表|同志)?\s*[\s:,、\-]", document.plain[owner[1] : end]))
    told = any(h.role in ("symptom", "well", "fine", "isolation", "topic", "open") for h in between(document.health, owner[1], end))
    given = bool(_GIVEN.search(document.plain, owner[1], end))
    return separated and (told or given)


_GIVEN = re.compile(r"\d+(?:\.\d+)?\s?(?:万|千)?(?:元|块)|\d+\s?(?:箱|件|套|袋|桶|瓶|斤|吨|只|盒|包|份)\s*$")


def _entry(document: Document, start: int, end: int) -> re.Match[str] | None:
    found = _NUMBERED.match(document.plain, start, end)
    return found if found and not re.match(r"\d{1,2}[日月时点]", document.plain[found.start("body") : found.start("body") + 3]) else None


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
        elif found and _owner(document, start, end) is None and document.plain[start:end].strip():
            found[-1] = (found[-1][0], end)
        elif document.plain[start:end].strip():
            found.append((start, end))
    return [(a, b) for a, b in found if document.plain[a:b].strip()]


def _heading(document: Document, lines: list[tuple[int, int]]) -> str:
    texts = [document.plain[a:b].strip() for a, b in lines if not _EXAMPLE.match(document.plain, a, b)]
    return " ".join(re.sub(r"^#?(?:群)?接龙:?|^【接龙】", "", text).strip() for text in texts).strip()


def _columns(heading: str) -> list[str]:
    """姓名+体温+是否发热+是否接触: what each part of a line answers."""
    found = re.search(r"姓名\s*[+、/,]\s*(\S+)", heading)
    if not found:
        return []
    return [part for part in re.split(r"[+、/,]", found[1]) if part]


def _read_chain(document: Document, head: list[tuple[int, int]], entries: list[tuple[int, int]], heading: str, columns: list[str]) -> list[Record]:
    found: dict[tuple[object, ...], Record] = {}
    extra: list[Record] = []
    for start, end in entries:
        for key, record in _line(document, start, end, heading, columns):
            if key is None:
                extra.append(record)
            else:
                found[key] = record
    return [*found.values(), *extra]


def _line(document: Document, start: int, end: int, heading: str, columns: list[str]) -> Iterable[tuple[tuple[object, ...] | None, Record]]:
    """The records of one line, each with what makes it the same as another line's."""
    owner = _owner(document, start, end)
    if owner is None:
        name, rest = document.own_name, start
    else:
        name, rest = document.visible(*owner), owner[1]
    mine = owner is None or document.is_sender(document.plain[owner[0] : owner[1]]) if owner else True
    subject = name if owner else document.own_name
    if owner is None and (_HEAD_OTHER.search(heading) or not re.search(r"[\u4e00-\u9fff\d]", document.plain[start:end])):
        return
    source = document.visible(start, end)
    speaker = Speaker(subject, proxy=not mine)
    content = document.plain[rest:end]
    if _HEAD_ACK.search(heading) and not re.search(r"3[5-9]|4[0-2]", content) or (re.fullmatch(r"[\s,:]*(?:已?收到|已阅|知悉)[\s!。了]*", content)):
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
    temps = any(True for _ in temperature.readings(document.plain, rest, end, listed=not _HEAD_OTHER.search(heading)))
    if _HEAD_OTHER.search(heading) and not temps and not re.search(r"体温|健康", heading):
        return
    for record in _health_line(document, start, rest, end, speaker, heading, columns):
        family = getattr(record, "relation", "")
        yield ("health", getattr(record, "subject", subject), family, _kin_of(document, rest, end)), record


def _kin_of(document: Document, start: int, end: int) -> str:
    found = _KIN_TAIL.match(document.plain, start, end)
    return found[0] if found else ""


def _health_line(document: Document, start: int, rest: int, end: int, speaker: Speaker, heading: str, columns: list[str]) -> list[Record]:
    cells = document.plain[rest:end].split()
    if columns and any(_YES_NO.fullmatch(cell) for cell in cells) and len(cells) == len(columns):
        parts = [f"{column}:{cell}" if _YES_NO.fullmatch(cell) else cell for column, cell in zip(columns, document.text.visible[rest:end].split(), strict=False)]
        return _composed(document, ",".join(parts), speaker, heading, document.visible(start, end))
    if not document.plain[rest:end].strip(" ,:.、"):
        return []
    records = health.read(document, rest, end, speaker, chain=heading, listed=True)
    return [record.with_source(document.visible(start, end)) for record in records]


def _composed(document: Document, text: str, speaker: Speaker, heading: str | None, source: str) -> list[Record]:
    """Read answers with their questions before them, as a text of its own."""
    made = document.again(text)
    records = health.read(made, 0, len(made.plain), speaker, chain=heading, listed=True)
    return [record.with_source(source) for record in records]


def _voiced_line(document: Document, start: int, end: int, heading: str) -> Iterable[tuple[None, Record]]:
    text = document.visible(start, end).lstrip(" ,:、.：，")
    if len(text) < 4:
        return
    if "问题" in heading and "建议" not in heading:
        yield None, Problem(source=text, chain=heading, rules=("list.heading",), text=text)
        return
    value, rules = voice.category(document, start, end)
    yield None, Suggestion(source=text, chain=heading, rules=rules, category=value, text=text)


def _owner(document: Document, start: int, end: int) -> tuple[int, int] | None:
    """Whose a line is: the name at its start, or behind a unit or a number."""
    plain = document.plain
    begin = start
    while begin < end and plain[begin] in " \t:、.,|*-·(":
        begin += 1
    for a, b in document.known:
        if begin <= a <= begin + 8 and b <= end:
            return a, b
    sender = document.sender_plain
    if sender and plain.startswith(sender, begin) and begin + len(sender) <= end:
        return begin, begin + len(sender)
    lead = re.compile(r"(?:(?:代|替|帮)(?!表)报?[:\s]?|(?:省|市|县|区|镇|乡)?(?:人大)?代表(?=[\u4e00-\u9fff]{2,3}[\s:,\d]))").match(plain, begin, end)
    if lead:
        begin = lead.end()
    token = _NAME_TOKEN.match(plain, begin, end)
    if token is None:
        return None
    if _UNIT_TOKEN.fullmatch(token[0]) and token.end() < end and re.match(r"[\s:\-、]+[\u4e00-\u9fff]{2,4}", plain[token.end() : end]):
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
    kin = _KIN_TAIL.search(plain, begin, stop)
    if kin and 2 <= kin.start() - begin <= 4:
        return begin, kin.start()
    word = plain[begin:stop]
    if 2 <= len(word) <= 4 and stop < end and (not _is_word(document, begin, stop) or re.match(r"\s+[\u4e00-\u9fff]{2,8}\d|\s+\d", plain[stop:end])):
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
        if hit.role in ("topic", "well", "symptom", "present", "self", "kin", "thermometer", "generic") and hit.end - hit.start >= 2:
            return True
    if any(h.start == begin and h.end >= stop for h in between(document.frame, begin, stop)):
        return True
    return any(h.start == begin and h.end >= stop and h.role != "chat" for h in between(document.voice, begin, stop))


# ---- tables ----


def _table(document: Document, lines: list[tuple[int, int]], speaker: Speaker) -> list[Record] | None:
    """A table with a heading line that has 姓名 in it."""
    for index, (start, end) in enumerate(lines[:4]):
        header = document.plain[start:end]
        if "姓名" not in header or index + 1 >= len(lines):
            continue
        split = _splitter(header)
        columns = [c.strip() for c in split.split(header.strip(" |"))]
        if len(columns) < 2 or not any(c in ("姓名", "代表姓名", "名字") for c in columns):
            return None
        at = next(i for i, c in enumerate(columns) if "姓名" in c or c == "名字")
        found: dict[tuple[object, ...], Record] = {}
        money = any(re.search(r"捐款|捐物|金额|捐赠|善款", c) for c in columns)
        for a, b in lines[index + 1 :]:
            if money:
                if row := _gift_row(document, a, b, split, columns, at):
                    found["deed", row.subject] = row
                continue
            for record in _row(document, a, b, split, columns, at, _heading(document, lines[:index])):
                found["health", getattr(record, "subject", ""), getattr(record, "relation", "")] = record
        return list(found.values())
    return None


def _gift_row(document: Document, start: int, end: int, split: re.Pattern[str], columns: list[str], at: int) -> Deed | None:
    """A row of a table of gifts: a bare number in the money column is yuan."""
    visible = document.text.visible[start:end]
    cells = split.split(visible.strip(" |") if "|" in split.pattern else visible)
    if len(cells) <= at or not cells[at].strip():
        return None
    parts = []
    for column, cell in zip(columns, cells, strict=False):
        value = cell.strip()
        if column == columns[at] or not value or re.fullmatch(r"序号|编号|单位|代表团|职务|时间|日期", column):
            continue
        parts.append(f"捐款{value}元" if re.fullmatch(r"[\d,.]+", value) and "万" not in column else f"捐款{value}万元" if re.fullmatch(r"[\d,.]+", value) else value)
    made = document.again(",".join(parts))
    row = deed.line(made, 0, len(made.plain), cells[at].strip(), None)
    return None if row is None else row.with_source(document.visible(start, end))


def _splitter(header: str) -> re.Pattern[str]:
    if "\t" in header:
        return re.compile(r" *\t *")
    if "|" in header:
        return re.compile(r"\s*\|\s*")
    return re.compile(r"\s*[,、]\s*|\s+")


def _row(document: Document, start: int, end: int, split: re.Pattern[str], columns: list[str], at: int, heading: str) -> list[Record]:
    visible = document.text.visible[start:end]
    cells = split.split(visible.strip(" |") if "|" in split.pattern else visible)
    if len(cells) <= at or not re.search(r"[\u4e00-\u9fffA-Za-z]", cells[at]) or set(visible.strip()) <= set("|-: "):
        return []
    name = cells[at].strip()
    parts = []
    for column, cell in zip(columns, cells, strict=False):
        cell = cell.strip()
        if column == columns[at] or not cell or re.fullmatch(r"序号|编号|电话|手机号?|职务|单位|代表团|性别|年龄", column):
            continue
        place = re.search(r"现居|所在|地点|位置|住址|现在何处", column)
        parts.append(f"{column}:{cell}" if _YES_NO.fullmatch(cell) or place else cell)
    mine = document.is_sender(name)
    if not parts:
        return []
    return _composed(document, ",".join(parts), Speaker(name, proxy=not mine), heading or None, document.visible(start, end))


# ---- numbered parts of one person's message ----


def items(document: Document, start: int, end: int) -> list[Item]:
    """The numbered parts of a text: 1. 2. 3., ①②, (一)(二), 建议一: 建议二:; at least two, counted from one."""
    marks: list[re.Match[str]] = []
    if not _SECOND.search(document.plain, start, end):
        return []
    for found in _ITEM.finditer(document.plain, start, end):
        value = _ordinal(found)
        if value == len(marks) + 1:
            marks.append(found)
        elif value == 1 and not marks:
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
    for key in ("cn", "n", "p", "s", "q", "n2"):
        if found[key]:
            written = found[key]
            return int(written) if written.isdecimal() else _CN.index(written) + 1 if written in _CN else 0
    sign = (found["c"] or found["mid"] or "").strip("() ")
    if sign and "①" <= sign <= "⑳":
        return ord(sign) - ord("①") + 1
    return int(sign) if sign.isdecimal() else _CN.index(sign) + 1 if sign in _CN else 0


_CN = "一 二 三 四 五 六 七 八 九 十".split()


def numbered(document: Document, start: int, end: int, speaker: Speaker) -> list[Record] | None:
    """Numbered suggestions, problems, or one person's numbered answers; None where nothing is numbered."""
    found = items(document, start, end)
    if not found:
        return None
    head = document.plain[start : found[0].start]
    answers = _answers(document, found, speaker)
    if answers is not None:
        return answers
    one_heading = re.search(r"关于[^\n]{2,40}(?:建议|意见)\s*[:\n]", head)
    told = [voice.tell(document, a, b) for a, b, _ in found]
    heading_voice = _heading_voice(head)
    if re.search(r"事迹", head):
        gifts = [record for a, b, _ in found for record in deed.read(document, a, b)]
        return list(gifts)
    if one_heading and not re.search(r"建议\s*[:\n]\s*$", head):
        return None
    if heading_voice is None and not found[0].announced:
        if sum(t in (Voice.SUGGESTION, Voice.PROBLEM) for t in told) * 2 < len(found) and not _all_topical(document, found, head):
            return None
        if any(t in (Voice.COMMENT, Voice.DEED) for t in told):
            return None
    before = prose.read(document, start, _head_end(document, start, found[0].start), speaker) if head.strip() else []
    keep = [r for r in before if isinstance(r, HealthReport | Ack | Deed)]
    records: list[Record] = []
    for item, kind in zip(found, told, strict=True):
        records += _numbered_item(document, item, kind, heading_voice)
    return [*keep, *records]


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
    if re.search(r"建议|意见|提[^,。]{0,3}[几两三四五\d]?[点条]|呼吁|恳请|希望", head):
        return Voice.SUGGESTION
    if re.search(r"问题|反映|困难", head):
        return Voice.PROBLEM
    return None


def _numbered_item(document: Document, item: Item, kind: Voice, heading: Voice | None) -> list[Record]:
    start, end, announced = item
    text = document.visible(start, end).strip(";；。 ,，")
    if not text:
        return []
    if announced == "problem" or (heading is Voice.PROBLEM and kind is not Voice.SUGGESTION) or (heading is None and not announced and kind is Voice.PROBLEM):
        return [Problem(source=text, rules=("list.numbered",), text=text)]
    value, rules = voice.category(document, start, end)
    return [Suggestion(source=text, rules=(*rules, "list.numbered"), category=value, text=text)]


def _answers(document: Document, found: list[Item], speaker: Speaker) -> list[Record] | None:
    """One person's numbered answers: 1.36.5 2.无 3.长沙; with the question known, each is read as its answer."""
    plain = document.plain
    if any(b - a > 40 for a, b, _ in found) or found[0].announced:
        return None
    temps = sum(any(True for _ in temperature.readings(plain[a:b], 0, b - a, listed=True)) for a, b, _ in found)
    telling = sum(
        any(h.role in ("symptom", "well", "fine", "neg", "isolation", "topic") for h in between(document.health, a, b)) for a, b, _ in found
    )
    told = [voice.tell(document, a, b) for a, b, _ in found]
    if not temps and telling * 2 < len(found) + 1 or sum(t in (Voice.SUGGESTION, Voice.PROBLEM) for t in told) * 2 > len(found):
        return None
    if _owner_count(document, found) >= 2:
        return None
    questions = questions_of(document)
    parts = []
    for index, (a, b, _) in enumerate(found):
        answer = document.text.visible[a:b].strip(" ;；,，。\n")
        if told[index] is Voice.SUGGESTION:
            continue
        question = questions[index] if index < len(questions) else ""
        bare = bool(_YES_NO.fullmatch(answer)) or answer in ("没有", "无", "否", "有", "是")
        place = re.search(r"哪|地|位置", question)
        parts.append(f"{question}:{answer}" if question and (bare or (place and "在" not in answer)) else "" if bare else answer)
    head = document.text.visible[: found[0].start]
    text = "\n".join(part for part in [_named_head(document, head), *parts] if part)
    made = _composed(document, text, speaker, None, document.visible(found[0].start, found[-1].end))
    voiced = [r for item, kind in zip(found, told, strict=True) if kind is Voice.SUGGESTION for r in _numbered_item(document, item, kind, None)]
    return [*made, *voiced] if made else None


def _named_head(document: Document, head: str) -> str:
    cut = re.split(r"[\n:：]", head.strip())
    return cut[0] if len(cut[0]) <= 8 and re.fullmatch(r"[\u4e00-\u9fff]{2,4}", cut[0]) else ""


def _owner_count(document: Document, found: list[Item]) -> int:
    return sum(_owner(document, a, b) is not None for a, b, _ in found)


def questions_of(document: Document) -> list[str]:
    """The parts of the numbered question that this may answer, short: 有无接触史."""
    if not document.context.question:
        return []
    asked = document.again(document.context.question)
    found = items(asked, 0, len(asked.plain))
    return [asked.text.visible[a:b].strip(" ;；,，。?？\n") for a, b, _ in found]
