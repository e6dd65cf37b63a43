"""The ledger of deeds and gifts (好人好事、捐款捐物): entries numbered, decided about by staff, summed.

`handlers` calls it. Figures are never kept: `bot.ledger` reckons them from the records that stand and from what staff
decided.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot import ledger, wording
from bot.errors import Refusal
from bot.heard import Heard
from bot.ledger import Entry, Ledger, Step, Telling, Verb
from bot.likeness import overlap, shared_words
from storage import Session, counters, gifts
from storage.tables import Gift, Record

_SERIES: Final = "gift"
_SAME_STORY: Final = 0.5
"""Share of neighbouring signs from which two tellings of one deputy may be of the same deed."""
_LIKE_BEFORE: Final = 0.3
"""The share from which a record that takes an earlier one's place is of that entry, where there are several."""
_ALIKE_DAYS: Final = 30
_MOST_OF_ONE: Final = 60
"""How many entries of one deputy are compared with each other, the latest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two entries that may be the same, the earlier one second, with why."""

    entry: Entry
    earlier: Entry
    same: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Givers:
    """What the register says of those of whom a deed was told: mandates, and who is staff and no deputy."""

    mandates: Mapping[int, frozenset[str]]
    staff: frozenset[int]


async def take_in(session: Session, record: Record, heard: Heard) -> None:
    """Gives a deed that stands its entry: that of the record whose place it takes, else a new one."""
    best: tuple[float, int] | None = None
    for earlier in await gifts.before(session, record):
        number = await gifts.gift_of(session, earlier.id)
        anew = earlier.message_id == record.message_id
        same_person, same_place = _whose(earlier) == _whose(record), anew and earlier.position == record.position
        if number is None or not (anew or same_person) or await gifts.stands(session, number):
            continue
        share = overlap(earlier.body.get("text", ""), record.body.get("text", ""))
        likeness = same_person + same_place + share
        if (same_place or share >= _LIKE_BEFORE) and (best is None or likeness > best[0]):
            best = (likeness, number)
    if best is not None:
        await gifts.rest_on(session, best[1], record)
        return
    number = await counters.following(session, record.office_id, _SERIES)
    await gifts.add(session, record, number, heard.now)


def _whose(record: Record) -> tuple[int | None, str]:
    return (record.subject_id, record.subject_name)


async def read(session: Session, office_id: int) -> Ledger:
    """The ledger as it stands now."""
    tellings = [
        Telling(
            entry=number,
            order=(record.said_at, record.message_id),
            on_day=record.on_day,
            person_id=record.subject_id,
            name=record.subject_name,
            text=record.body.get("text", ""),
            figures=ledger.figures_of(record.body),
            stands=record.withdrawn_at is None,
        )
        for number, record in await gifts.told(session, office_id)
    ]
    steps = [
        Step(entry=number, order=(step.said_at, step.message_id), verb=Verb(step.verb), other=other, body=step.body)
        for number, other, step in await gifts.steps(session, office_id)
    ]
    return ledger.settle(tellings, steps)


async def givers(session: Session, office_id: int) -> Givers:
    """What those are of whom a deed was told."""
    mandates: dict[int, set[str]] = {}
    roles: dict[int, set[str]] = {}
    for person, kind, value in await gifts.standings(session, office_id):
        (mandates if kind == "mandate" else roles).setdefault(person, set()).add(value)
    seats = await gifts.seats(session, office_id)
    for person, role in seats:
        roles.setdefault(person, set()).add(role)
    return Givers(
        mandates={person: frozenset(levels) for person, levels in mandates.items()},
        staff=frozenset(person for person, held in roles.items() if held == {"staff"}),
    )


async def decide(
    session: Session,
    gift: Gift,
    verb: Verb,
    heard: Heard,
    *,
    other: Gift | None = None,
    body: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    """Keeps what staff decide about an entry; what that comes to follows when the ledger is read.

    Raises:
        Refusal: it went into another one already, is the other one, or would go into itself by way of it.
    """
    found = await read(session, heard.office_id)
    entry = found.entries[gift.number]
    if verb is not Verb.APART and entry.into is not None and not entry.speaks:
        raise Refusal(wording.gift_is_merged(gift.number, ledger.root_of(found, gift.number)))
    if other is not None and other.number == gift.number:
        raise Refusal(wording.gift_is_itself(gift.number))
    if verb is Verb.MERGE and other is not None:
        if entry.into is not None:
            raise Refusal(wording.gift_is_merged(gift.number, ledger.root_of(found, gift.number)))
        if ledger.root_of(found, other.number) == gift.number:
            raise Refusal(wording.gift_is_merged(other.number, gift.number))
    await gifts.note(
        session,
        gift,
        str(verb),
        other=other,
        body=body or {},
        note=note,
        by_id=heard.speaker.person_id,
        message_id=heard.message_id,
        said_at=heard.sent_at,
    )


def alike(found: Ledger, until: date, of: Collection[int] | None = None) -> list[Pair]:
    """Entries of one deputy that may be the same one told twice; those that staff keep apart are not offered again.

    Args:
        of: numbers of which one has to be in the pair; None for all.
    """
    by_name: dict[str, list[Entry]] = {}
    for entry in found.entries.values():
        if entry.speaks and entry.counted is not False and entry.name and entry.first_day <= until:
            by_name.setdefault(entry.name, []).append(entry)
    pairs = []
    for entries in by_name.values():
        near = sorted(entries, key=lambda entry: (entry.first_day, entry.number))[-_MOST_OF_ONE:]
        for at, entry in enumerate(near):
            for earlier in near[:at]:
                if of is not None and not {entry.number, earlier.number} & set(of):
                    continue
                pair = _pair(entry, earlier)
                if pair is not None and not _apart(found, entry.number, earlier.number):
                    pairs.append(pair)
    return sorted(pairs, key=lambda pair: (pair.entry.number, pair.earlier.number))


def _apart(found: Ledger, one: int, other: int) -> bool:
    """Whether staff keep apart two entries, or what went into them."""
    mine, theirs = _group(found, one), _group(found, other)
    return any(frozenset((a, b)) in found.apart for a in mine for b in theirs)


def _group(found: Ledger, number: int) -> set[int]:
    root = ledger.root_of(found, number)
    return {each for each in found.entries if ledger.root_of(found, each) == root}


def _pair(entry: Entry, earlier: Entry) -> Pair | None:
    """The two as a pair that may be one, where something speaks for it."""
    if None not in (entry.person_id, earlier.person_id) and entry.person_id != earlier.person_id:
        return None
    if (entry.first_day - earlier.first_day).days > _ALIKE_DAYS:
        return None
    one, other = entry.figures, earlier.figures
    if one.cash.fen and other.cash.fen and one.cash.fen != other.cash.fen:
        return None  # another sum is another gift
    same = []
    if one.cash.fen and one.cash.fen == other.cash.fen:
        same.append(wording.gift_cash(one.cash.fen, one.cash.mark))
    if one.value.fen and one.value.fen == other.value.fen:
        same.append(wording.gift_value(one.value.fen, one.value.mark))
    things = {(thing.item, thing.quantity, thing.unit) for thing in other.goods}
    same += [
        wording.gift_thing(thing.item, thing.quantity, thing.unit, thing.mark)
        for thing in one.goods
        if (thing.item, thing.quantity, thing.unit) in things
    ]
    if not same and (one.given or other.given or overlap(entry.text, earlier.text) < _SAME_STORY):
        return None
    return Pair(entry=entry, earlier=earlier, same=tuple(same), words=shared_words(entry.text, earlier.text))


def of_mandate(entries: Sequence[Entry], level: str, known: Givers) -> list[Entry]:
    """Those of deputies of one congress; who is deputy of two stands in both, and counts once in the whole."""
    return [
        entry for entry in entries if entry.person_id is not None and level in known.mandates.get(entry.person_id, ())
    ]
