"""The labelled corpus: messages with the records a careful person reads in them.

`*.jsonl` beside this file hold single messages, `days/*.jsonl` whole days of a group. Keys that have their usual value
are left out of a label; `load` fills them in. `score` says how far a reading agrees with a label, `python -m
tests.corpus` prints the figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

Label = Mapping[str, Any]

HEALTH: Label = {
    "relation": "本人",
    "status": "well",
    "temperature": None,
    "symptoms": [],
    "isolation": None,
    "diagnosis": None,
    "exposure": None,
    "location": None,
    "proxy": False,
    "unsure": False,
}
DEED: Label = {"cash_yuan": None, "goods": [], "goods_value_yuan": None}


@dataclass(frozen=True, slots=True)
class Case:
    """One message and how it is to be read; `alternative` is a second reading that is as good."""

    id: str
    sender: str
    text: str
    records: tuple[Label, ...]
    alternative: tuple[Label, ...] | None
    ways: tuple[str, ...]
    roster: tuple[str, ...] = ()


def single() -> Iterator[Case]:
    """All cases that are a message by itself."""
    for path in sorted(HERE.glob("*.jsonl")):
        yield from load(path)


def days() -> Iterator[Case]:
    """All messages of the group-days, with the roster of their group."""
    for path in sorted((HERE / "days").glob("*.jsonl")):
        yield from load(path)


def load(path: Path) -> Iterator[Case]:
    """The cases of one file, labels filled in."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    roster = tuple(person["name"] for row in rows if "roster" in row for person in row["roster"])
    for row in rows:
        if "records" not in row:
            continue
        sender = row["sender"]
        alternative = row.get("alt_records")
        yield Case(
            id=row.get("id", path.stem),
            sender=sender,
            text=row["text"],
            records=tuple(_filled(label, sender) for label in row["records"]),
            alternative=None if alternative is None else tuple(_filled(label, sender) for label in alternative),
            ways=(path.stem, *row.get("ways", ())),
            roster=roster,
        )


def _filled(label: Label, sender: str) -> Label:
    if label["kind"] == "health":
        return {**HEALTH, "subject": sender, **label}
    if label["kind"] == "health_count":
        return {"total": None, "well": None, "unwell": None, **label}
    if label["kind"] == "deed":
        return {**DEED, **label}
    if label["kind"] == "comment":
        return {"article": None, **label}
    return label
