"""What deeds and gifts come to: a ledger is reckoned from what stands, in any order.

PURE: tellings and staff's decisions in, entries and totals out; money in fen, quantities as decimals, no floats.
Every decision carries when it was said: handling it late, twice or before another one changes no figure. `bot.gifts`
calls it.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Self

from bot.parsing import numerals
from bot.parsing.money import amount_of


class Nearness(enum.StrEnum):
    """How near a figure is to the truth, as its teller wrote it."""

    EXACT = ""
    OVER = "余"
    NEAR = "近"
    ABOUT = "约"


class Verb(enum.StrEnum):
    """What staff decide about an entry."""

    CORRECT = "correct"
    MERGE = "merge"
    APART = "apart"
    COUNT = "count"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in fen."""

    fen: int
    mark: Nearness = Nearness.EXACT

    def __add__(self, other: Amount) -> Amount:
        """The sum; an empty one changes nothing."""
        return Amount(self.fen + other.fen, joined((self.mark, other.mark)))


NOTHING: Final = Amount(0)


@dataclass(frozen=True, slots=True)
class Thing:
    """Goods of one kind; quantity is None where the words give none (一批药品)."""

    item: str
    quantity: Decimal | None = None
    unit: str = ""
    mark: Nearness = Nearness.EXACT

    @property
    def category(self) -> str:
        """Which shelf it belongs on."""
        return next((name for name, words in _CATEGORIES if words.search(self.item)), "其他物资")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a gift is; `value` is what its goods are worth, never added to the money."""

    cash: Amount = NOTHING
    value: Amount = NOTHING
    goods: tuple[Thing, ...] = ()

    @property
    def given(self) -> bool:
        """Whether anything was given; else it is a deed."""
        return bool(self.cash.fen or self.value.fen or self.goods)

    def as_json(self) -> dict[str, Any]:
        """As a step keeps it."""
        return {
            "cash": [self.cash.fen, str(self.cash.mark)],
            "value": [self.value.fen, str(self.value.mark)],
            "goods": [
                [g.item, None if g.quantity is None else str(g.quantity), g.unit, str(g.mark)] for g in self.goods
            ],
        }

    def corrected(self, by: Mapping[str, Any]) -> Self:
        """With what a correction says, in the shape of `as_json`; what it leaves out stays."""
        changed: dict[str, Any] = {
            key: Amount(by[key][0], Nearness(by[key][1])) for key in ("cash", "value") if by.get(key) is not None
        }
        if by.get("goods") is not None:
            changed["goods"] = tuple(
                Thing(item, None if quantity is None else Decimal(quantity), unit, Nearness(mark))
                for item, quantity, unit, mark in by["goods"]
            )
        return replace(self, **changed)


Order = tuple[datetime, int]
"""When it was said, and the message's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a record says of an entry. `person_id` is None where nobody knows whose name it is."""

    entry: int
    order: Order
    on_day: date
    person_id: int | None
    name: str
    text: str
    figures: Figures
    stands: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A decision of staff about an entry; `other` is the entry that it is merged into or kept apart from."""

    entry: int
    order: Order
    verb: Verb
    other: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger.

    Args:
        stands: somebody holds to it.
        speaks: it is the one whose figures count for all with which it was merged.
        into: the entry that it went into.
        counted: staff decided of it, or of what it went into, that it counts (True) or not (False); None: nobody did.
        first_day: when it, or one that was merged with it and stands, was told first.
    """

    number: int
    on_day: date
    first_day: date
    person_id: int | None
    name: str
    text: str
    figures: Figures
    stands: bool
    speaks: bool
    into: int | None
    counted: bool | None

    @property
    def who(self) -> tuple[int | None, str]:
        """Whose it is: the person where known, else the name."""
        return (self.person_id, "" if self.person_id is not None else self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All entries by number, and the pairs that staff keep apart."""

    entries: Mapping[int, Entry]
    apart: frozenset[frozenset[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What entries come to. `people` are those who gave something, each once; goods by item and unit."""

    deeds: int
    gifts: int
    people: int
    cash: Amount
    value: Amount
    goods: tuple[Thing, ...]


_CATEGORIES: Final = tuple(
    (name, re.compile(words))
    for name, words in (
        ("消毒用品", "消毒|酒精|84|洗手液|漂白|喷雾器"),
        ("防护用品", "口罩|防护|护目镜|手套|面罩|面屏|隔离[衣服]|鞋套|雨衣|头盔"),
        ("医疗器械", "体温|测温|额温|耳温|呼吸机|救护车|医疗|器械|试剂|制氧|监护仪|红外"),
        ("药品", "药|汤剂|口服液|连花|胶囊|颗粒|球蛋白"),
        ("生活物资", "米|面|油|菜|肉|蛋|奶|果|柑|橙|橘|桔|薯|萝卜|水|食|饼|茶|被|衣|帐篷|床|炉|炭|煤|蜂蜜|鱼|鸡|猪|羊"),
    )
)


def joined(marks: Iterable[Nearness]) -> Nearness:
    """How near a sum is: of one kind it keeps the mark, of several it is but about right."""
    kinds = {mark for mark in marks if mark is not Nearness.EXACT}
    return Nearness.EXACT if not kinds else kinds.pop() if len(kinds) == 1 else Nearness.ABOUT


# --- what a record says ---------------------------------------------------------------------------------------------

_SAID = re.compile(
    r"(?P<before>大约|约|将近|接近|近|超过|超|逾|不少于)?了?(?:人民币|现金|¥|￥)?\s?(?<![\d.第])"
    rf"(?P<amount>{numerals.NUMBER})\s?(?P<more>多|余|来|几)?\s?(?P<large>[万亿千百]|w(?![a-z]))?(?P<after>多|余)?\s?"
)
_BEFORE: Final = {
    "大约": Nearness.ABOUT,
    "约": Nearness.ABOUT,
    "将近": Nearness.NEAR,
    "接近": Nearness.NEAR,
    "近": Nearness.NEAR,
    "超过": Nearness.OVER,
    "超": Nearness.OVER,
    "逾": Nearness.OVER,
    "不少于": Nearness.OVER,
}
_MONEY: Final = re.compile(r"元|块|圆|人民币")
_WORTH: Final = re.compile(r"(?:值|折合?|合计?)(?:人民币)?$")


def figures_of(body: Mapping[str, Any]) -> Figures:
    """The figures of a deed by the parse contract; 余, 近, 约 are found again in its words."""
    text = str(body.get("text") or "")
    cash, value = fen_of(body.get("cash_yuan")), fen_of(body.get("goods_value_yuan"))
    goods = []
    for each in body.get("goods") or ():
        quantity = None if each.get("quantity") is None else _decimal(each["quantity"])
        unit = each.get("unit") or ""
        mark = _mark_of(text, quantity, re.compile(re.escape(unit))) if quantity is not None else Nearness.EXACT
        goods.append(Thing(each["item"], quantity, unit, mark))
    return Figures(
        cash=Amount(cash, _mark_of(text, Decimal(cash) / 100, _MONEY)) if cash else NOTHING,
        value=Amount(value, _mark_of(text, Decimal(value) / 100, _MONEY)) if value else NOTHING,
        goods=tuple(goods),
    )


def fen_of(yuan: float | None) -> int:
    """Yuan as the contract has them → fen, as they were written: 0.29 is 29."""
    return 0 if yuan is None else int((_decimal(yuan) * 100).to_integral_value())


def read_amount(word: str) -> Amount | None:
    """Money as staff write it: 20000, 2万, 2万余元, 约3.5万元; None where it is none."""
    found = _SAID.match(word)
    if found is None or not re.fullmatch(r"元|块钱?|整|元整|", word[found.end() :]):
        return None
    yuan = amount_of(found)
    return None if yuan is None else Amount(fen_of(yuan), _mark(found))


def read_thing(word: str) -> Thing | None:
    """Goods as staff write them: 口罩200只, 大米10吨, 酒精约20桶; None where it is none."""
    found = re.fullmatch(r"(?P<item>[^\d约近逾超]+?)(?P<rest>[\d约近逾超].*)?", word)
    if found is None:
        return None
    if not found["rest"]:
        return Thing(found["item"])
    said = _SAID.match(found["rest"])
    quantity = amount_of(said) if said else None
    if said is None or quantity is None:
        return None
    return Thing(found["item"], _decimal(quantity), found["rest"][said.end() :].strip(), _mark(said))


def _decimal(number: float) -> Decimal:
    """The number as it was written: a product with 万 may be off by what a float can't hold."""
    return Decimal(str(round(number, 4))).normalize()


def _mark(found: re.Match[str]) -> Nearness:
    if found["more"] or found["after"] or found["amount"][-1:] in "余多":
        return Nearness.OVER
    return _BEFORE.get(found["before"] or "", Nearness.EXACT)


def _mark_of(text: str, number: Decimal, unit: re.Pattern[str]) -> Nearness:
    """How the text marks that number of a unit; where it is a sum of several, what they make together."""
    parts = []
    for found in _SAID.finditer(text):
        value = amount_of(found)
        if value is None or (unit.pattern and not unit.match(text, found.end())):
            continue
        if _decimal(value) == number:
            return _mark(found)
        if _decimal(value) < number and not _WORTH.search(text, 0, found.start()):
            parts.append(_mark(found))
    return joined(parts)


# --- what staff decided ---------------------------------------------------------------------------------------------


def settle(tellings: Iterable[Telling], steps: Iterable[Step]) -> Ledger:
    """The ledger that these make, whatever order they are given in."""
    told: dict[int, list[Telling]] = {}
    for telling in tellings:
        told.setdefault(telling.entry, []).append(telling)
    decided = sorted((step for step in steps if step.entry in told), key=lambda step: (step.order, step.entry))
    into, apart = _merged([step for step in decided if step.other is None or step.other in told])
    entries = {number: _entry(number, told[number], decided) for number in sorted(told)}
    groups: dict[int, list[tuple[int, int]]] = {}
    for number in entries:
        root, depth = number, 0
        while root in into:
            root, depth = into[root], depth + 1
        groups.setdefault(root, []).append((depth, number))
    decisions = {root: entries[root].counted for root in groups}
    for root, members in groups.items():
        standing = [pair for pair in sorted(members) if entries[pair[1]].stands]
        first = min((entries[number].on_day for _, number in standing), default=None)
        for _, number in members:
            entries[number] = replace(
                entries[number],
                into=into.get(number),
                speaks=bool(standing) and standing[0][1] == number,
                first_day=first or entries[number].on_day,
                counted=decisions.get(root),
            )
    return Ledger(entries=entries, apart=frozenset(apart))


def root_of(ledger: Ledger, number: int) -> int:
    """The entry that one went into in the end; itself where it was not merged."""
    while (into := ledger.entries[number].into) is not None:
        number = into
    return number


def _merged(steps: Sequence[Step]) -> tuple[dict[int, int], set[frozenset[int]]]:
    into: dict[int, int] = {}
    apart: set[frozenset[int]] = set()
    for step in steps:
        if step.other is None:
            continue
        pair = frozenset((step.entry, step.other))
        if step.verb is Verb.MERGE:
            end = step.other
            while end in into and end != step.entry:
                end = into[end]
            if end != step.entry:
                into[step.entry] = step.other
                apart.discard(pair)
        elif step.verb is Verb.APART:
            apart.add(pair)
            for one, other in ((step.entry, step.other), (step.other, step.entry)):
                if into.get(one) == other:
                    del into[one]
    return into, apart


def _entry(number: int, tellings: Sequence[Telling], decided: Sequence[Step]) -> Entry:
    in_order = sorted(tellings, key=lambda telling: telling.order)
    standing = [telling for telling in in_order if telling.stands]
    last = (standing or in_order)[-1]
    figures, person_id, name, counted = last.figures, last.person_id, last.name, None
    for step in decided:
        if step.entry != number:
            continue
        if step.verb in (Verb.COUNT, Verb.LEAVE_OUT):
            counted = step.verb is Verb.COUNT
        elif step.verb is Verb.CORRECT and step.order > last.order:
            figures = figures.corrected(step.body)
            person_id, name = step.body.get("deputy") or (person_id, name)
    return Entry(
        number=number,
        on_day=in_order[0].on_day,
        first_day=in_order[0].on_day,
        person_id=person_id,
        name=name,
        text=last.text,
        figures=figures,
        stands=bool(standing),
        speaks=False,
        into=None,
        counted=counted,
    )


# --- what it comes to -----------------------------------------------------------------------------------------------


def counting(ledger: Ledger, until: date, staff: Collection[int]) -> list[Entry]:
    """The entries that count by the end of a day: of a deputy who has a name, or as staff decided, each gift once."""
    return [
        entry
        for entry in ledger.entries.values()
        if entry.speaks
        and entry.first_day <= until
        and entry.counted is not False
        and (entry.counted or (bool(entry.name) and entry.person_id not in staff))
    ]


def total(entries: Iterable[Entry]) -> Totals:
    """What they come to."""
    deeds = gifts = 0
    people: set[tuple[int | None, str]] = set()
    cash = value = NOTHING
    goods: dict[tuple[str, str, bool], Thing] = {}
    for entry in entries:
        deeds += 1
        if not entry.figures.given:
            continue
        gifts += 1
        if entry.name:
            people.add(entry.who)
        cash, value = cash + entry.figures.cash, value + entry.figures.value
        for thing in entry.figures.goods:
            key = (thing.item, thing.unit, thing.quantity is None)
            goods[key] = _with(goods[key], thing) if key in goods else thing
    return Totals(
        deeds=deeds,
        gifts=gifts,
        people=len(people),
        cash=cash,
        value=value,
        goods=tuple(goods[key] for key in sorted(goods)),
    )


def _with(one: Thing, other: Thing) -> Thing:
    quantity = None if one.quantity is None or other.quantity is None else one.quantity + other.quantity
    return replace(one, quantity=quantity, mark=joined((one.mark, other.mark)))
