"""How far what was read agrees with a label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.corpus import Label

FIELDS = {
    "health": (
        "relation",
        "status",
        "temperature",
        "symptoms",
        "isolation",
        "diagnosis",
        "exposure",
        "location",
        "proxy",
    ),
    "health_count": ("total", "well", "unwell"),
    "suggestion": ("category",),
    "deed": ("subject", "cash_yuan", "goods", "goods_value_yuan"),
    "comment": ("article",),
    "command": ("name", "args"),
}
_NUMBERS = frozenset({"temperature", "cash_yuan", "goods_value_yuan"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field that differs from its label."""

    kind: str
    field: str
    want: Any
    got: Any


@dataclass(slots=True)
class Score:
    """Figures over some messages."""

    messages: int = 0
    matched: int = 0
    missed: list[Label] = field(default_factory=list)
    extra: list[Label] = field(default_factory=list)
    fields: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    dangerous: int = 0
    false_alarms: int = 0
    well: int = 0
    silent: int = 0
    silent_wrong: int = 0

    @property
    def exact(self) -> bool:
        """Whether nothing differs."""
        return not (self.missed or self.extra or self.wrong)

    @property
    def f1(self) -> float:
        """Agreement on which records there are."""
        return 2 * self.matched / max(1, 2 * self.matched + len(self.missed) + len(self.extra))

    @property
    def field_accuracy(self) -> float:
        """Share of the fields of matched records that are right."""
        return 1 - len(self.wrong) / max(1, self.fields)

    def add(self, other: Score) -> None:
        """Take in the figures of more messages."""
        for name in ("messages", "matched", "fields", "dangerous", "false_alarms", "well", "silent", "silent_wrong"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.missed += other.missed
        self.extra += other.extra
        self.wrong += other.wrong


def score(want: Sequence[Label], got: Sequence[Label]) -> Score:
    """Compare the records read in one message with those of its label."""
    result = Score(messages=1, silent=not want, silent_wrong=bool(not want and got))
    left = list(got)
    for label in want:
        candidates = _candidates(label, left)
        if not candidates:
            result.missed.append(label)
            continue
        best = max(
            candidates, key=lambda record: sum(_same(name, label, record) for name in FIELDS.get(label["kind"], ()))
        )
        left.remove(best)
        result.matched += 1
        for name in FIELDS.get(label["kind"], ()):
            result.fields += 1
            open_state = name == "status" and (label.get("unsure") or best.get("unsure"))
            if not open_state and not _same(name, label, best):
                result.wrong.append(Wrong(label["kind"], name, label.get(name), best.get(name)))
    result.extra = left
    ill_wanted, ill_found = _ill(want), _ill(got)
    result.dangerous = sum((ill_wanted - ill_found).values())
    subjects = {subject for subject, _ in ill_wanted}
    result.false_alarms = sum(n for (subject, _), n in ill_found.items() if subject not in subjects)
    result.well = sum(1 for label in want if label["kind"] == "health") - sum(ill_wanted.values())
    return result


def _candidates(label: Label, left: Sequence[Label]) -> list[Label]:
    found = [record for record in left if record["kind"] == label["kind"]]
    if label["kind"] != "health":
        return found
    same = [record for record in found if record["subject"] == label["subject"]]
    return [record for record in same if record["relation"] == label["relation"]] or same


def _ill(records: Sequence[Label]) -> Counter[tuple[str, str]]:
    return Counter(
        (record["subject"], record["relation"])
        for record in records
        if record["kind"] == "health" and (record["status"] == "unwell" or record.get("unsure"))
    )


def _same(name: str, want: Label, got: Label) -> bool:
    a, b = want.get(name), got.get(name)
    if name in _NUMBERS:
        return (a is None and b is None) or (a is not None and b is not None and abs(a - b) <= 0.05)
    if name == "symptoms":
        return set(a or ()) == set(b or ())
    if name == "location":
        return (not a and not b) or bool(a and b and (a in b or b in a))
    if name == "goods":
        return _same_goods(a or (), b or ())
    return bool(a == b)


def _same_goods(want: Sequence[Label], got: Sequence[Label]) -> bool:
    rest = [(goods["item"], goods["quantity"]) for goods in got]
    for goods in want:
        found = next(
            (g for g in rest if g[1] == goods["quantity"] and (g[0] in goods["item"] or goods["item"] in g[0])), None
        )
        if found is None:
            return False
        rest.remove(found)
    return not rest
