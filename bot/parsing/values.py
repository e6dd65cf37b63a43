"""What a stretch of text says of the fields of a form: numbers, yes or no, choices, days, places, words (values).

Called by `bot.parsing.forms` for one sentence of one person. A value that is out of range, vague (两三包) or of another
unit is found as None: it was spoken of, and nobody guesses.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from bot.forms import Field, Form, Kind
from bot.parsing import numerals, place
from bot.parsing.document import Document
from bot.parsing.lexicon import Rules
from bot.parsing.normalize import normalize
from bot.records import Value


class Strength(enum.IntEnum):
    """How surely a value belongs to a field."""

    BARE = 0
    """Nothing says so but that it is the field's turn: a number alone, 是."""
    OWN = 1
    """Its unit, or a place behind 在."""
    TOLD = 2
    """A word of the field in the same clause, or a word that is the field's own: 到岗, 早班."""
    LABELLED = 3
    """The field's word stands right before it: 口罩：2包."""


class Found(NamedTuple):
    """A value in a text; `value` None where it cannot be told for sure."""

    field: Field
    start: int
    end: int
    value: Value | None
    strength: Strength
    colon: bool = False


class Label(NamedTuple):
    """Where a word of a field stands."""

    start: int
    end: int
    field: Field


_STOP = re.compile(r"[,;。!?\n]")
_HARD_STOP = re.compile(r"[;。!?\n]")
_JOIN = re.compile(r"\s*(?P<colon>[:=])?\s*(?:是|为|要了?|领了?|有|在|共|我|各|:|=|\s){0,4}")
_NUMBER = re.compile(numerals.NUMBER)
_TWO_DIGITS = re.compile(r"[一二两三四五六七八九]{2}")
_RANGE = re.compile(r"\s?(?:[-~/、]|到|至|或)\s?(?=[\d一二两三四五六七八九十])")
_VAGUE_BEFORE = re.compile(
    r"(?:大概|大约|约|差不多|最多|至多|至少|最少|不超过|不到|起码|可能|估计|(?<!错了,)(?<!不对,)应该)(?:要|领|是)?\s?$"
)
_VAGUE_AFTER = re.compile(r"\s?(?:半|左右|以上|以下|以内|上下|多(?!谢)|来[包个只盒袋])")
_NOT_IT = re.compile(r"(?:不是|并非|第)\s?$")
_MEASURE = re.compile(r"\s?(?:[个只箱盒件套瓶份桶条包袋支张片双罐斤把对组人位名提捆]|[%a-z])")
_SOME = re.compile(r"\s*(?:几|若干|一些|好多|很多|不少|半)")
_NEGATED = re.compile(r"(?:没有?|未|不[是要用]?|别|尚未|无法|不能|不会|非)\s?(?:能|再|去|曾)?\s?$")
_HEDGED = re.compile(
    r"(?:马上|即将|准备|打算|争取|晚点|稍后|一会儿?|等会儿?|尽快|可能|应该|大概|好像|估计|或许|预计|将|会)(?:才|能|就|再)?\s?$"
)
_NOT_SAID = re.compile(
    r"\s?(?:[的]?(?:人员?|是谁|同志|代表|情况|名单|表|率|安排|时间|通知|后|前|时|以后|之前|吗|没有?[?]?$|没$|了没|了吗))"
)
_YES = re.compile(r"(?:是的?|有|对|√|要|需要|可以|能|行|已\S{0,3}|参加|愿意|同意)(?![\u4e00-\u9fff]*[吗?])")
_NO = re.compile(r"(?:不|否|没|无|未|×|x(?![a-z]))")
_ZERO = re.compile(r"(?<!要)(?:不要|不领|不需要|不用|放弃|不申请)(?P<end>[了啦领给再]|$|[\s,;!。])?")
_NONE = re.compile(r"\s*(?:无|没有|零|不要|不领|不需要|不用)\s*[了。]?\s*$")
_DAY = re.compile(
    r"(?:(?P<y>20\d\d)\s?[-/.年]\s?)?(?P<m>1[0-2]|0?[1-9])\s?[-/.月]\s?(?P<d>3[01]|[12]\d|0?[1-9])\s?[日号]?(?![\d.])"
    r"|(?<!\d)(?P<only>3[01]|[12]\d|[1-9])[日号](?!\d)|(?P<near>今天|今日|明天|明日|后天|昨天|昨日|前天)"
)
_SURELY_DAY = re.compile(r"[月日号]$")
_NEAR = {"今": 0, "明": 1, "后": 2, "昨": -1, "前": -2}
_LONGEST_PLACE, _LONGEST_TEXT = 30, 300


class Words:
    """A form's words as they stand in plain text, made once per form."""

    def __init__(self, form: Form, rules: Rules) -> None:
        def plain(words: Sequence[str]) -> list[str]:
            return [normalize(word, rules.table).plain for word in words]

        self.form = form
        self.announce = _any_of(plain(form.words))
        self.labels = {word: field for field in form.fields for word in plain(field.words)}
        self.label = _any_of(self.labels)
        self.units = {field.name: _any_of(plain(field.units)) for field in form.fields if field.units}
        self.options: dict[str, dict[str, str]] = {
            field.name: {word: name for name, words in field.options for word in plain(words)}
            for field in form.fields
            if field.options
        }
        self.own: dict[str, dict[str, bool]] = {
            field.name: {**dict.fromkeys(plain(field.yes), True), **dict.fromkeys(plain(field.no), False)}
            for field in form.fields
            if field.kind is Kind.YES_NO
        }
        self.said = {name: _any_of(said) for name, said in self.options.items()}
        self.said |= {name: _any_of(said) for name, said in self.own.items() if said}
        own = [word for words in self.options.values() for word in words]
        own += [word for words in self.own.values() for word in words]
        self.any = _any_of([*plain(form.words), *self.labels, *own])


class _Same:
    """Rules as a key: the same object, or another."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.rules is self.rules


def words_of(form: Form, rules: Rules) -> Words:
    """The words of a form."""
    return _words_of(form, _Same(rules))


@lru_cache(maxsize=64)
def _words_of(form: Form, same: _Same) -> Words:
    return Words(form, same.rules)


def _any_of(words: Collection[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True)) or r"(?!)")


def labels(words: Words, plain: str, start: int, end: int) -> list[Label]:
    """Where words of fields stand, in order."""
    return [Label(m.start(), m.end(), words.labels[m[0]]) for m in words.label.finditer(plain, start, end)]


def said(words: Words, plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the form's own words stand: those that announce its fields, and those that are answers."""
    for pattern in (words.label, *words.said.values()):
        for found in pattern.finditer(plain, start, end):
            yield found.span()


def find(words: Words, document: Document, start: int, end: int, on: date) -> Iterator[Found]:
    """What a sentence says of the fields of a form."""
    plain = document.plain
    marks = labels(words, plain, start, end)
    for field in words.form.fields:
        match field.kind:
            case Kind.NUMBER:
                yield from _numbers(words, field, plain, marks, start, end)
            case Kind.YES_NO:
                yield from _yes_no(words, field, plain, marks, start, end)
            case Kind.CHOICE:
                yield from _choices(words, field, plain, marks, start, end)
            case Kind.DATE:
                yield from _days(field, plain, marks, start, end, on)
            case Kind.PLACE:
                yield from _places(words, field, document, marks, start, end)
            case Kind.TEXT:
                yield from _texts(field, document, marks, start, end)


def alone(words: Words, field: Field, document: Document, start: int, end: int, on: date) -> Found | None:
    """A field's value where a whole stretch is meant for it: a numbered answer, an answer of one word."""
    plain = document.plain
    said = plain[start:end].strip(" ,;。!:=")
    at = plain.find(said, start)
    if not said:
        return None
    made = [f for f in find(words, document, start, end, on) if f.field is field]
    if made:
        return Found(field, start, end, settled(made, plain), Strength.BARE)
    value: Value | None = None
    match field.kind:
        case Kind.NUMBER:
            if _NONE.match(said):
                value = 0.0 if field.fits(0) else None
            elif (found := _NUMBER.match(said)) and found.end() == len(said) and not _TWO_DIGITS.search(said):
                value = _in_range(field, numerals.number(said))
        case Kind.YES_NO:
            value = False if _NO.match(said) else True if _YES.match(said) else None
        case Kind.DATE:
            value = next((_day(m, on) for m in _DAY.finditer(said)), None)
        case Kind.PLACE:
            value = _trim(document.visible(at, at + len(said)), _LONGEST_PLACE)
        case Kind.TEXT:
            value = _trim(document.visible(at, at + len(said)), _LONGEST_TEXT)
    return Found(field, start, end, value, Strength.BARE)


def settled(found: Sequence[Found], plain: str) -> Value | None:
    """The one value that several finds of a field come to; None where they differ and no word says which holds."""
    best = max(f.strength for f in found)
    least = {Kind.PLACE: best, Kind.TEXT: best, Kind.DATE: min(best, Strength.TOLD)}
    sure = [f for f in found if f.strength >= least.get(f.field.kind or Kind.TEXT, Strength.BARE)]
    values = {f.value for f in sure}
    if len(values) == 1:
        return sure[0].value
    first, last = sure[0], max(sure, key=lambda f: f.start)
    return last.value if _CORRECTED.search(plain, first.end, last.start + 1) else None


_CORRECTED = re.compile(r"不对|更正|改成|改为|改领|应该是|应为|说错|写错|错了|是(?=\d)|换成")


def _in_range(field: Field, value: float | None) -> float | None:
    return value if value is not None and field.fits(value) else None


def _belongs(field: Field, marks: Sequence[Label], plain: str, start: int, end: int) -> tuple[Strength, bool]:
    """How a value is tied to its field by the labels around it, and whether by a colon."""
    before = [mark for mark in marks if mark.end <= start and not _STOP.search(plain, mark.end, start)]
    if before and before[-1].field is field:
        joined = _JOIN.match(plain, before[-1].end, start)
        if joined and joined.end() == start:
            return Strength.LABELLED, bool(joined["colon"])
        return Strength.TOLD, False
    if before and before[-1].field.kind is not field.kind:
        before = [mark for mark in before if mark.field is field]
    after = [mark for mark in marks if mark.start >= end and not _STOP.search(plain, end, mark.start)]
    if (after and after[0].field is field) or before:
        return Strength.TOLD, False
    return Strength.OWN, False


def _numbers(words: Words, field: Field, plain: str, marks: Sequence[Label], start: int, end: int) -> Iterator[Found]:
    unit, position = words.units.get(field.name), start
    while found := _NUMBER.search(plain, position, end):
        position = stop = found.end()
        if found.start() > start and (plain[found.start() - 1].isdecimal() or plain[found.start() - 1] in "第."):
            continue
        vague = bool(_TWO_DIGITS.search(found[0]) or _VAGUE_BEFORE.search(plain, start, found.start()))
        if further := _RANGE.match(plain, stop, end):
            second = _NUMBER.match(plain, further.end(), end)
            if second and (unit is None or unit.match(plain, second.end(), end)):
                vague, position, stop = True, second.end(), second.end()
        measured = unit.match(plain, stop + (plain[stop : stop + 1] in (" ", "个")), end) if unit else None
        foreign = not measured and bool(_MEASURE.match(plain, stop, end))
        strength, colon = _belongs(field, marks, plain, found.start(), stop)
        if _NOT_IT.search(plain, start, found.start()):
            continue
        if plain[found.start() - 1 : found.start()] == "-":
            vague = True
        if measured:
            stop = measured.end()
        elif strength is not Strength.LABELLED or (not foreign and plain[stop : min(stop + 1, end)].isalnum()):
            continue  # 要一起领, 口罩2月10日发
        vague = vague or bool(_VAGUE_AFTER.match(plain, stop, end)) or (foreign and unit is not None)
        value = None if vague else _in_range(field, numerals.number(found[0]))
        yield Found(field, found.start(), stop, value, strength, colon)
    yield from _no_number(words, field, plain, marks, start, end)


def _no_number(words: Words, field: Field, plain: str, marks: Sequence[Label], start: int, end: int) -> Iterator[Found]:
    """口罩不要了 is none; 口罩要几包 and 口罩：若干 leave it open."""
    near = any(mark.field is field for mark in marks) or words.announce.search(plain, start, end)
    for found in _ZERO.finditer(plain, start, end) if near else ():
        behind = found.end()
        if (
            found["end"] is not None
            or words.announce.match(plain, behind, end)
            or words.label.match(plain, behind, end)
        ):
            yield Found(field, found.start(), behind, _in_range(field, 0.0), Strength.TOLD)
    for mark in marks:
        joined = _JOIN.match(plain, mark.end, end)
        if mark.field is not field or joined is None:
            continue
        if some := _SOME.match(plain, joined.end(), end):
            yield Found(field, mark.start, some.end(), None, Strength.LABELLED, bool(joined["colon"]))
        elif joined["colon"] and (none := _NONE.match(_clause(plain, joined.end(), end))):
            value = _in_range(field, 0.0)
            yield Found(field, mark.start, joined.end() + none.end(), value, Strength.LABELLED, colon=True)


def _clause(plain: str, start: int, end: int) -> str:
    stop = _STOP.search(plain, start, end)
    return plain[start : stop.start() if stop else end]


def _yes_no(words: Words, field: Field, plain: str, marks: Sequence[Label], start: int, end: int) -> Iterator[Found]:
    own = words.own.get(field.name, {})
    said = words.said.get(field.name)
    taken: list[tuple[int, int]] = []
    for found in said.finditer(plain, start, end) if said else ():
        if any(
            m.field is field and m.start <= found.start() and found.end() <= m.end > m.start + len(found[0])
            for m in marks
        ):
            continue  # 到岗 in 是否到岗
        taken.append(found.span())
        if _NOT_SAID.match(plain, found.end(), end):
            continue
        value: bool | None = own[found[0]]
        if value and _NEGATED.search(plain, start, found.start()):
            value = False
        elif _HEDGED.search(plain, start, found.start()):
            value = None
        yield Found(field, found.start(), found.end(), value, Strength.TOLD)
    for mark in marks:
        joined = _JOIN_PLAIN.match(plain, mark.end, end)
        if mark.field is not field or joined is None or any(a <= mark.start < b for a, b in taken):
            continue
        clause = _clause(plain, joined.end(), end)
        if not clause.strip() or any(joined.end() <= a < joined.end() + len(clause) for a, _ in taken):
            continue
        answer = _NO.match(clause) or _YES.match(clause)
        if answer or joined["colon"]:
            value = None if answer is None else not _NO.match(clause)
            stop = joined.end() + (answer.end() if answer else len(clause))
            yield Found(field, mark.start, stop, value, Strength.LABELLED, bool(joined["colon"]))


_JOIN_PLAIN = re.compile(r"\s*(?P<colon>[:=])?\s*")


def _choices(words: Words, field: Field, plain: str, marks: Sequence[Label], start: int, end: int) -> Iterator[Found]:
    options, said = words.options.get(field.name, {}), words.said.get(field.name)
    any_said = False
    for found in said.finditer(plain, start, end) if said else ():
        if _NOT_SAID.match(plain, found.end(), end) or _NEGATED.search(plain, start, found.start()):
            continue
        any_said = True
        strength, colon = _belongs(field, marks, plain, found.start(), found.end())
        hedged = _HEDGED.search(plain, start, found.start()) is not None
        value = None if hedged else options[found[0]]
        yield Found(field, found.start(), found.end(), value, max(strength, Strength.TOLD), colon)
    if any_said:
        return
    for mark in marks:
        joined = _JOIN_PLAIN.match(plain, mark.end, end)
        if mark.field is field and joined and joined["colon"] and (clause := _clause(plain, joined.end(), end)).strip():
            yield Found(field, mark.start, joined.end() + len(clause), None, Strength.LABELLED, colon=True)


def _days(field: Field, plain: str, marks: Sequence[Label], start: int, end: int, on: date) -> Iterator[Found]:
    for found in _DAY.finditer(plain, start, end):
        if plain[found.start() - 1 : found.start()].isdecimal():
            continue
        strength, colon = _belongs(field, marks, plain, found.start(), found.end())
        if strength >= Strength.TOLD or _SURELY_DAY.search(found[0]):
            yield Found(field, found.start(), found.end(), _day(found, on), strength, colon)


def _day(found: re.Match[str], on: date) -> str | None:
    """The day that is meant, as 2020-02-10; of one without a year the nearest."""
    if found["near"]:
        return (on + timedelta(days=_NEAR[found["near"][0]])).isoformat()
    month, number = (on.month, int(found["only"])) if found["only"] else (int(found["m"]), int(found["d"]))
    years = [int(found["y"])] if found["y"] else [on.year, on.year + 1, on.year - 1]
    days = []
    for year in years:
        try:
            days.append(date(year, month, number))
        except ValueError:  # 2 月 30 日
            continue
    nearest = min(days, key=lambda day: abs(day - on), default=None)
    return nearest.isoformat() if nearest else None


def _places(
    words: Words, field: Field, document: Document, marks: Sequence[Label], start: int, end: int
) -> Iterator[Found]:
    plain = document.plain
    for mark in marks:
        joined = _JOIN_PLAIN.match(plain, mark.end, end)
        if mark.field is not field or joined is None:
            continue
        begin = joined.end() + (1 if plain.startswith(("在", "是", "为"), joined.end()) else 0)
        stop = min(begin + len(_clause(plain, begin, end)), _next(plain, marks, mark, end))
        written = document.visible(begin, stop).split(" ")[0]
        if written and (joined["colon"] or begin > joined.end()):
            value = _trim(written, _LONGEST_PLACE)
            yield Found(field, mark.start, stop, value, Strength.LABELLED, bool(joined["colon"]))
    span = place.named(plain, start, end, document.places)
    if span and not any(a < span[1] and span[0] < b for a, b in said(words, plain, start, end)):  # 在岗在位
        yield Found(field, *span, _trim(document.visible(*span), _LONGEST_PLACE), Strength.OWN)


def _texts(field: Field, document: Document, marks: Sequence[Label], start: int, end: int) -> Iterator[Found]:
    plain = document.plain
    for mark in marks:
        joined = _LEAD.match(plain, mark.end, end)
        if mark.field is not field or joined is None:
            continue
        hard = _HARD_STOP.search(plain, joined.end(), end)
        stop = min(hard.start() if hard else end, _next(plain, marks, mark, end))
        if said := document.visible(joined.end(), stop).strip(" ,，、"):
            value = _trim(said, _LONGEST_TEXT)
            yield Found(field, mark.start, stop, value, Strength.LABELLED, bool(joined["colon"]))


_LEAD = re.compile(r"\s*(?P<colon>[:=])\s*|\s*(?:是|为)\s*|\s+")


def _next(plain: str, marks: Sequence[Label], mark: Label, end: int) -> int:
    """Where the next field's word stands with a colon behind it."""
    others = (o.start for o in marks if o.start >= mark.end and o.field is not mark.field)
    return next((at for at in others if _COLON_BEHIND.match(plain, at)), end)


_COLON_BEHIND = re.compile(r"[^\s:=,;。]{1,30}\s?[:=]")


def _trim(said: str, longest: int) -> str | None:
    said = said.strip(" ,，。.;；!！、：:")
    return said if 0 < len(said) <= longest else None
