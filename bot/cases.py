"""PURE: messages with what has to be read in them (case), and whether it is.

A case comes from an example beside the rules (`bot.rulebook`), or from a reading that staff corrected; `liaison rules
test` and the tests run them through `judge`. Nothing is looked up here.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.parsing import Context, Rules, Segmenter, parse
from bot.parsing.lexicon import Group
from bot.parsing.witness import Witness
from bot.records import Record

Expected = Mapping[str, Any]
"""A record as the parse contract writes it; keys that it does not list may have any value."""

SENDER = "张三"
"""Who says an example that names nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A message, and what has to be read in it.

    Args:
        origin: the file, or what else it comes from.
        line: where in the file; 0 where there is none.
        expected: the records, no more and no fewer; None where only `group` matters.
        group: the group or pair of the rules that has to help, or must not; empty where none matters.
        helps: whether it has to.
    """

    text: str
    sender: str = SENDER
    roster: tuple[str, ...] = ()
    sent_at: datetime | None = None
    origin: str = ""
    line: int = 0
    expected: tuple[Expected, ...] | None = None
    group: str = ""
    helps: bool = True


class What(enum.Enum):
    """How a reading may differ from its case."""

    MISSED = "missed"
    EXTRA = "extra"
    FIELD = "field"
    IDLE = "idle"  # the group had to help and did not
    MEDDLED = "meddled"  # the group was not to help and did


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in which a reading differs from its case.

    Args:
        kind: of the record that differs.
        subject: whom the record is about, where it says.
        field: the key that differs; `want` and `got` are its values.
    """

    what: What
    kind: str = ""
    subject: str = ""
    field: str = ""
    want: Any = None
    got: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was read in a case, and how that differs from what had to be."""

    case: Case
    read: tuple[Record, ...]
    differences: tuple[Difference, ...]


def judge(cases: Iterable[Case], rules: Rules, segmenter: Segmenter) -> list[Verdict]:
    """Reads each case, with the help of all rules, and compares."""
    return [_verdict(case, rules, segmenter) for case in cases]


def _verdict(case: Case, rules: Rules, segmenter: Segmenter) -> Verdict:
    read = _read(case, rules, segmenter)
    found: list[Difference] = []
    if case.expected is not None:
        found += compare(case.expected, [record.as_contract() for record in read])
    if case.group and not _as_it_says(case, read, rules, segmenter):
        found.append(Difference(what=What.IDLE if case.helps else What.MEDDLED))
    return Verdict(case=case, read=read, differences=tuple(found))


def _as_it_says(case: Case, read: Sequence[Record], rules: Rules, segmenter: Segmenter) -> bool:
    """Whether the group did in it what the case says of it."""
    if helped(case, read, rules, segmenter):
        return case.helps
    return not case.helps or _weighed(case, rules, segmenter)


def _weighed(case: Case, rules: Rules, segmenter: Segmenter) -> bool:
    """Whether a word of the group speaks for what the stretch in which it stands was taken for."""
    witness = Witness()
    parse(case.text, Context(case.sender, case.roster, case.sent_at, witness=witness), rules, segmenter)
    learned = rules.weights
    for document in witness.documents:
        for (start, end, _), told in document.voices.items():
            which = learned.purposes.index(told.value)
            for hit in document.voice:
                if hit.group == case.group and start <= hit.start < end:
                    return learned.parts.get(f"@{hit.role}", learned.bias)[which] > 0
    return False


def _read(case: Case, rules: Rules, segmenter: Segmenter) -> tuple[Record, ...]:
    return parse(case.text, Context(case.sender, case.roster, case.sent_at), rules, segmenter)


def helped(case: Case, read: Sequence[Record], rules: Rules, segmenter: Segmenter) -> bool:
    """Whether the group had a part in it: it stands behind a record, or the message would be read otherwise without it.

    The first is so of words that decide (发烧 → 发热); the second also of those that only steer (没, 如果), and of
    those that keep others from being read (发热门诊).
    """
    if any(case.group in record.rules for record in read):
        return True
    without = _read(case, _without(rules, case.group, case.text), segmenter)
    return [replace(record, rules=()) for record in without] != [replace(record, rules=()) for record in read]


def _without(rules: Rules, name: str, text: str) -> Rules:
    """The rules but for one group, and for words that the text cannot hold: those would only take time."""
    letters = frozenset(text.translate(rules.table))
    groups = tuple(_cut(group, letters, rules.table) for group in rules.groups if group.id != name)
    return replace(rules, groups=groups, pairs=tuple(pair for pair in rules.pairs if pair.id != name))


def _cut(group: Group, letters: frozenset[str], table: Mapping[int, str]) -> Group:
    words = {
        value: tuple(word for word in words if letters.issuperset(word.translate(table)))
        for value, words in group.words.items()
    }
    return replace(group, words=words)


# --- records against records ---------------------------------------------------------------------------------------

_NUMBERS = frozenset({"temperature", "cash_yuan", "goods_value_yuan"})
_WITHIN = 0.05
"""How far numbers may be apart and still be the same."""
_WORDING = frozenset({"location", "text"})
"""Fields of free words: the same where one holds the other."""


def compare(expected: Sequence[Expected], got: Sequence[Expected]) -> tuple[Difference, ...]:
    """How what was read differs from what had to be: by kind and subject, then by the fields that `expected` lists."""
    left = list(got)
    missed: list[Difference] = []
    fields: list[Difference] = []
    for want in expected:
        candidates = [record for record in left if _about_the_same(want, record)]
        if not candidates:
            missed.append(Difference(what=What.MISSED, kind=str(want["kind"]), subject=_subject(want)))
            continue
        best = min(candidates, key=lambda record: len(_fields(want, record)))
        left.remove(best)
        fields += _fields(want, best)
    extra = [Difference(what=What.EXTRA, kind=str(record["kind"]), subject=_subject(record)) for record in left]
    return (*missed, *extra, *fields)


def _about_the_same(want: Expected, got: Expected) -> bool:
    return all(want.get(key) == got.get(key) for key in ("kind", "subject", "relation") if key in want)


def _subject(record: Expected) -> str:
    return str(record.get("subject") or "")


def _fields(want: Expected, got: Expected) -> list[Difference]:
    """The listed fields that differ. Who is told to be well must not be doubted; in doubt, either state will do."""
    listed = dict(want)
    if "status" in want:
        listed.setdefault("unsure", False)
        if want.get("unsure") and got.get("unsure"):
            del listed["status"]
    return [
        Difference(
            what=What.FIELD, kind=str(want["kind"]), subject=_subject(want), field=key, want=value, got=got.get(key)
        )
        for key, value in listed.items()
        if not _same(key, value, got.get(key))
    ]


def _same(key: str, want: Any, got: Any) -> bool:
    if key == "unsure":
        return bool(want) == bool(got)
    if key in _NUMBERS and want is not None and got is not None:
        return bool(abs(want - got) <= _WITHIN)
    if key in _WORDING and want and got:
        one, other = ("".join(str(said).split()) for said in (want, got))
        return one in other or other in one
    if key == "symptoms":
        return set(want or ()) == set(got or ())
    if key == "goods":
        return _same_goods(want or (), got or ())
    return bool(want == got) or (not want and not got and want is not False and got is not False)


def _same_goods(want: Sequence[Expected], got: Sequence[Expected]) -> bool:
    rest = list(got)
    for goods in want:
        same = [g for g in rest if g.get("quantity") == goods.get("quantity") and _same_item(g, goods)]
        if not same:
            return False
        rest.remove(same[0])
    return not rest


def _same_item(one: Expected, other: Expected) -> bool:
    return bool(one["item"] in other["item"] or other["item"] in one["item"])
