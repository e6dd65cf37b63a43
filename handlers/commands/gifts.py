"""`/捐赠`: the ledger of deeds and gifts, by the end of any day; told twice, merged, kept apart, corrected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot import audience, ledger, wording
from bot import gifts as giving
from bot.clock import local
from bot.errors import Refusal
from bot.gifts import Givers
from bot.heard import Heard
from bot.ledger import NOTHING, Entry, Figures, Ledger, Thing, Totals, Verb
from bot.messages import Post
from bot.records import Command
from bot.register import LEVELS, Level
from bot.reports.workbook import Sheet
from handlers.commands import matters, sheets
from handlers.commands.arguments import read_day
from handlers.commands.scope import person_meant
from storage import Session, people
from storage import gifts as stored
from storage.tables import Gift

_NUMBER = re.compile(r"(?:捐赠)?第?(\d{1,9})号?")
_UNTIL = ("截至", "截止", "到", "至")
_DECISIONS = {
    "合并": Verb.MERGE,
    "并入": Verb.MERGE,
    "不同": Verb.APART,
    "更正": Verb.CORRECT,
    "不计": Verb.LEAVE_OUT,
    "计入": Verb.COUNT,
}
_NONE = ("无", "没有", "0")
_MOST_SHOWN = 15
_MOST_PAIRS = 5
_VERSION = 1
"""Of the columns below: other systems read them by place, so a change of them is a new version."""
_COLUMNS = (
    ("版本", 6),
    ("编号", 8),
    ("日期", 12),
    ("代表", 12),
    ("单位", 18),
    ("届别", 12),
    ("捐款（元）", 14),
    ("捐款余近约", 8),
    ("物资折价（元）", 14),
    ("折价余近约", 8),
    ("物资", 40),
    ("计入", 6),
    ("状态", 14),
    ("内容", 60),
    ("经过", 60),
)
_GOODS_COLUMNS = (
    ("版本", 6),
    ("编号", 8),
    ("日期", 12),
    ("代表", 12),
    ("类别", 12),
    ("物资", 18),
    ("数量", 12),
    ("数量余近约", 8),
    ("计量单位", 8),
    ("折价（元）", 14),
    ("计入", 6),
)
Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What a ledger is asked for: by the end of which day, of whom; `keep` is None for all that counts."""

    until: date
    whose: str = ""
    ids: frozenset[int] | None = None
    name: str = ""
    level: Level | None = None

    def keeps(self, entry: Entry) -> bool:
        if self.name:
            return entry.name == self.name and (not self.ids or entry.person_id in (None, *self.ids))
        return self.ids is None or entry.person_id in self.ids


async def gifts(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/捐赠 [截至 2月24日] [单位|姓名|全国|省]`, `/捐赠 12`, `/捐赠 重复`, and what staff decide about an entry."""
    words = list(command.args)
    if words and words[0] in _DECISIONS:
        return [heard.answer(await _decide(_DECISIONS[words[0]], words[1:], heard, session), "/捐赠")]
    if len(words) == 1 and _NUMBER.fullmatch(words[0]):
        return [heard.answer(await _shown(await _meant(words[0], heard, session), heard, session), "/捐赠")]
    found = await giving.read(session, heard.office_id)
    if words == ["重复"]:
        return [heard.answer(_pairs(found, heard.day, _MOST_SHOWN), "/捐赠")]
    known = await giving.givers(session, heard.office_id)
    scope = await _scope(words, found, known, heard, session)
    return [heard.answer(_summed(found, known, scope), "/捐赠")]


async def export(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/导出 捐赠 [截至 2月24日] […]`: the ledger as an Excel file with fixed columns; else as `matters.export`."""
    if not command.args or command.args[0] not in ("捐赠", "捐款"):
        return await matters.export(command, heard, session)
    found = await giving.read(session, heard.office_id)
    known = await giving.givers(session, heard.office_id)
    scope = await _scope(list(command.args[1:]), found, known, heard, session)
    counted = {entry.number for entry in ledger.counting(found, scope.until, known.staff)}
    units = await stored.units(session, heard.office_id)
    history = await _history(heard, session)
    rows: list[Sequence[Cell]] = []
    goods: list[Sequence[Cell]] = []
    for entry in found.entries.values():
        if entry.on_day > scope.until or not scope.keeps(entry):
            continue
        counts = "是" if entry.number in counted else "否"
        figures = entry.figures
        head: tuple[Cell, ...] = (_VERSION, entry.number, entry.on_day, entry.name)
        rows.append(
            (
                *head,
                units.get(entry.person_id or 0, ""),
                "、".join(level for level in Level if level in known.mandates.get(entry.person_id or 0, ())),
                _yuan(figures.cash.fen),
                str(figures.cash.mark),
                _yuan(figures.value.fen),
                str(figures.value.mark),
                "、".join(_things(figures.goods)),
                counts,
                _state(found, entry, counts=entry.number in counted),
                entry.text,
                "；".join(line for number, line in history if number == entry.number),
            )
        )
        goods += [
            (
                *head,
                thing.category,
                thing.item,
                None if thing.quantity is None else float(thing.quantity),
                str(thing.mark),
                thing.unit,
                _yuan(figures.value.fen) if len(figures.goods) == 1 else None,
                counts,
            )
            for thing in figures.goods
        ]
    pages = [
        Sheet(title="捐赠", columns=_COLUMNS, rows=rows),
        Sheet(title="物资", columns=_GOODS_COLUMNS, rows=goods),
    ]
    return await sheets.hand_over(pages, f"捐赠 截至{scope.until.isoformat()}.xlsx", heard, session)


def _yuan(fen: int) -> float | None:
    """Yuan for a cell of a workbook, which holds no other numbers than these."""
    return fen / 100 if fen else None


# --- asked ----------------------------------------------------------------------------------------------------------


async def _scope(words: Sequence[str], found: Ledger, known: Givers, heard: Heard, session: Session) -> _Scope:
    """What is asked for.

    Raises:
        Refusal: a word is no day, no name and nobody's unit or mandate.
    """
    until, rest = heard.day, []
    for word in words:
        bare = next((word.removeprefix(first) for first in _UNTIL if word.startswith(first)), word)
        if word in _UNTIL:
            continue
        if (on := read_day(bare, heard.day)) is not None:
            until = on
        else:
            rest.append(word)
    if not rest:
        return _Scope(until=until)
    whose = "、".join(rest)
    if len(rest) == 1 and any(entry.name == rest[0] for entry in found.entries.values()):
        everybody = {entry.person_id for entry in found.entries.values() if entry.name == rest[0]}
        ids = frozenset(person for person in everybody if person is not None)
        if len(ids) > 1:
            ids = frozenset([(await person_meant(rest[0], heard, session)).person_id])
        return _Scope(until=until, whose=whose, ids=ids, name=rest[0])
    if len(rest) == 1 and rest[0] in LEVELS:
        level = LEVELS[rest[0]]
        of_level = frozenset(person for person, levels in known.mandates.items() if level in levels)
        return _Scope(until=until, whose=f"{level}代表", ids=of_level, level=level)
    meant = audience.parse(rest, await audience.names_of(session, heard.office_id))
    if meant == audience.EVERYONE:
        return _Scope(until=until)
    reached = await audience.people_of(session, heard.office_id, meant)
    return _Scope(until=until, whose=whose, ids=frozenset(person.person_id for person in reached))


def _summed(found: Ledger, known: Givers, scope: _Scope) -> str:
    counting = ledger.counting(found, scope.until, known.staff)
    kept = [entry for entry in counting if scope.keeps(entry)]
    if not kept:
        lines = [wording.no_gifts(scope.until)]
    else:
        totals = ledger.total(kept)
        lines = [wording.gifts_head(scope.until, scope.whose), _line(totals)]
        if scope.level is None and not scope.name:
            levels = [(level, giving.of_mandate(kept, level, known)) for level in (Level.NATION, Level.PROVINCE)]
            said = [wording.gifts_of(level, _line(ledger.total(of_it))) for level, of_it in levels if of_it]
            lines += [*said, *([wording.gifts_counted_once()] if len(said) > 1 else [])]
        by_category: dict[str, list[Thing]] = {}
        for thing in totals.goods:
            by_category.setdefault(thing.category, []).append(thing)
        lines += [wording.gifts_goods(name, _things(things)) for name, things in sorted(by_category.items())]
        if scope.whose:
            latest = sorted(kept, key=lambda entry: (entry.first_day, entry.number))
            lines += [
                wording.gift_line(entry.number, entry.first_day, entry.name, _what(entry.figures))
                for entry in latest[-_MOST_SHOWN:]
            ]
            if len(latest) > _MOST_SHOWN:
                lines.append(wording.gifts_more(_MOST_SHOWN, len(latest)))
    if not scope.whose:
        left = [
            entry
            for entry in found.entries.values()
            if entry.speaks and entry.first_day <= scope.until and entry.counted is None and entry not in counting
        ]
        if left:
            nameless = sum(not entry.name for entry in left)
            lines.append(wording.gifts_left_out(nameless, len(left) - nameless))
        if giving.alike(found, scope.until):
            lines.append(_pairs(found, scope.until, _MOST_PAIRS))
    return "\n".join(lines)


def _line(totals: Totals) -> str:
    return wording.gifts_totals(
        totals.deeds,
        totals.gifts,
        totals.people,
        wording.official_money(totals.cash.fen, totals.cash.mark),
        wording.official_money(totals.value.fen, totals.value.mark),
    )


def _things(goods: Sequence[Thing]) -> list[str]:
    return [wording.gift_thing(thing.item, thing.quantity, thing.unit, thing.mark) for thing in goods]


def _what(figures: Figures) -> str:
    parts = [wording.gift_cash(figures.cash.fen, figures.cash.mark)] if figures.cash.fen else []
    parts += _things(figures.goods)
    parts += [wording.gift_value(figures.value.fen, figures.value.mark)] if figures.value.fen else []
    return wording.gift_figures(parts)


def _pairs(found: Ledger, until: date, most: int) -> str:
    pairs = giving.alike(found, until)
    lines = [wording.gift_alike(pair.entry.number, pair.earlier.number, pair.same, pair.words) for pair in pairs[:most]]
    return wording.gifts_alike(lines, len(pairs))


async def _shown(gift: Gift, heard: Heard, session: Session) -> str:
    """All about an entry: its figures, who told it in which words, what staff decided, what may be the same."""
    found = await giving.read(session, heard.office_id)
    known = await giving.givers(session, heard.office_id)
    entry = found.entries[gift.number]
    counts = any(each.number == gift.number for each in ledger.counting(found, date.max, known.staff))
    told = [record for number, record in await stored.told(session, heard.office_id) if number == gift.number]
    speakers = await people.names(session, [record.speaker_id for record in told if record.speaker_id is not None])
    lines = [
        wording.gift_line(gift.number, entry.on_day, entry.name, _what(entry.figures)),
        _state(found, entry, counts=counts),
        *(
            wording.gift_told(
                local(record.said_at),
                speakers.get(record.speaker_id or 0, record.subject_name),
                record.body.get("text", ""),
                stands=record.withdrawn_at is None,
            )
            for record in told
        ),
    ]
    lines += [line for number, line in await _history(heard, session) if number == gift.number]
    lines += [
        wording.gift_alike(pair.entry.number, pair.earlier.number, pair.same, pair.words)
        for pair in giving.alike(found, date.max, of=[gift.number])
    ]
    return "\n".join(lines)


def _state(found: Ledger, entry: Entry, *, counts: bool) -> str:
    root = ledger.root_of(found, entry.number)
    return wording.gift_state(root if root != entry.number else None, stands=entry.stands, counts=counts)


async def _history(heard: Heard, session: Session) -> list[tuple[int, str]]:
    """(number, line) of what staff decided, in order."""
    steps = await stored.steps(session, heard.office_id)
    names = await people.names(session, list({step.by_id for _, _, step in steps if step.by_id is not None}))
    return [
        (
            number,
            wording.gift_step(local(step.said_at), step.verb, other, names.get(step.by_id or 0, ""), step.note),
        )
        for number, other, step in steps
    ]


# --- decided --------------------------------------------------------------------------------------------------------


async def _decide(verb: Verb, words: Sequence[str], heard: Heard, session: Session) -> str:
    if not words:
        raise Refusal(wording.how_to_give())
    gift = await _meant(words[0], heard, session)
    if verb is Verb.CORRECT:
        return await _correct(gift, words[1:], heard, session)
    if verb in (Verb.MERGE, Verb.APART):
        if len(words) < 2:
            raise Refusal(wording.how_to_give())
        other = await _meant(words[1], heard, session)
        await giving.decide(session, gift, verb, heard, other=other, note=" ".join(words[2:]))
        into = (await giving.read(session, heard.office_id)).entries[other.number]
        return wording.gift_decided(gift.number, verb, other.number, _what(into.figures))
    if verb is Verb.LEAVE_OUT and len(words) < 2:
        raise Refusal(wording.how_to_give())
    await giving.decide(session, gift, verb, heard, note=" ".join(words[1:]))
    return wording.gift_decided(gift.number, verb, None, "")


async def _correct(gift: Gift, words: Sequence[str], heard: Heard, session: Session) -> str:
    """`更正 12 金额 20000 原因`: what was said before stays, and why it was changed."""
    if len(words) < 3:
        raise Refusal(wording.how_to_correct_gift())
    what, said, note = words[0], words[1], " ".join(words[2:])
    body: dict[str, object]
    if what in ("金额", "捐款", "折价", "价值"):
        amount = NOTHING if said in _NONE else ledger.read_amount(said)
        if amount is None:
            raise Refusal(wording.how_to_correct_gift())
        body = {"cash" if what in ("金额", "捐款") else "value": [amount.fen, str(amount.mark)]}
    elif what == "物资":
        things = [] if said in _NONE else [ledger.read_thing(word) for word in re.split("[、，,;；]", said) if word]
        if None in things:
            raise Refusal(wording.how_to_correct_gift())
        figures = Figures(goods=tuple(thing for thing in things if thing is not None))
        body = {"goods": figures.as_json()["goods"]}
    elif what == "代表":
        person = await person_meant(said, heard, session)
        body = {"deputy": [person.person_id, person.name]}
    else:
        raise Refusal(wording.how_to_correct_gift())
    kept = f"{what}{said}，{note}"
    await giving.decide(session, gift, Verb.CORRECT, heard, body=body, note=kept)
    entry = (await giving.read(session, heard.office_id)).entries[gift.number]
    return wording.gift_decided(gift.number, Verb.CORRECT, None, f"{entry.name}{_what(entry.figures)}")


async def _meant(written: str, heard: Heard, session: Session) -> Gift:
    """The entry that is meant.

    Raises:
        Refusal: there is none of that number.
    """
    found = _NUMBER.fullmatch(written)
    gift = await stored.find(session, heard.office_id, int(found[1])) if found else None
    if gift is None:
        raise Refusal(wording.which_gift(written[:20]))
    return gift
