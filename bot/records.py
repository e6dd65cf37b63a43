"""What a message was read to say: the parse contract as types.

`bot.parsing` makes them from text, `handlers` turn them into rows, `bot.cli parse` prints them. No I/O here.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self


class Relation(enum.StrEnum):
    """Whose health it is: the named person's own, or that of a relative of theirs."""

    SELF = "本人"
    FAMILY = "家属"


class Status(enum.StrEnum):
    """The likelier state; `unsure` beside it says that a person has to settle it."""

    WELL = "well"
    UNWELL = "unwell"


class Isolation(enum.StrEnum):
    """Where somebody is isolated (隔离)."""

    HOME = "居家"
    CENTRAL = "集中"
    HOSPITAL = "医院"


class Diagnosis(enum.StrEnum):
    """What a doctor said (诊断)."""

    SUSPECTED = "疑似"
    CONFIRMED = "确诊"
    ASYMPTOMATIC = "无症状感染"
    EXCLUDED = "排除"
    CURED = "治愈"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that a message says.

    Args:
        source: the piece of the message it was read from, as written.
        chain: the heading of the 接龙 (chain reply) whose line it is, normalized; None outside a chain.
        rules: ids of the rules that decided, e.g. `health.symptom.咳嗽`, for "why?".
        rules_version: of which version of the rules they are; empty where none has read it.
    """

    kind: ClassVar[str]
    source: str = ""
    chain: str | None = None
    rules: tuple[str, ...] = ()
    rules_version: str = ""

    def with_source(self, source: str) -> Self:
        """The same record, read from this piece of text."""
        return replace(self, source=source)

    def as_contract(self) -> dict[str, Any]:
        """The record with the keys of the parse contract, as JSON prints it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport(Record):
    """Somebody's state of health (健康上报); temperature in degrees Celsius."""

    kind: ClassVar[str] = "health"
    subject: str
    relation: Relation = Relation.SELF
    status: Status = Status.WELL
    unsure: bool = False
    temperature: float | None = None
    symptoms: tuple[str, ...] = ()
    isolation: Isolation | None = None
    diagnosis: Diagnosis | None = None
    exposure: bool | None = None
    location: str | None = None
    proxy: bool = False

    @property
    def ill(self) -> bool:
        """Whether a person must look: unwell, or not surely well."""
        return self.unsure or self.status is Status.UNWELL

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`; `unsure` stands there only where it is true."""
        found: dict[str, Any] = {
            "kind": self.kind,
            "subject": self.subject,
            "relation": str(self.relation),
            "status": str(self.status),
            "temperature": self.temperature,
            "symptoms": list(self.symptoms),
            "isolation": self.isolation and str(self.isolation),
            "diagnosis": self.diagnosis and str(self.diagnosis),
            "exposure": self.exposure,
            "location": self.location,
            "proxy": self.proxy,
        }
        if self.unsure:
            found["unsure"] = True
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCount(Record):
    """How many of a body are well or ill, unnamed (人数上报)."""

    kind: ClassVar[str] = "health_count"
    total: int | None = None
    well: int | None = None
    unwell: int | None = None

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {"kind": self.kind, "total": self.total, "well": self.well, "unwell": self.unwell}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion(Record):
    """Something that ought to be done (意见建议)."""

    kind: ClassVar[str] = "suggestion"
    category: str
    text: str

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {"kind": self.kind, "category": self.category, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(Record):
    """Something that is wrong, reported from the ground (问题反映)."""

    kind: ClassVar[str] = "problem"
    text: str

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {"kind": self.kind, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Goods given: quantity is None where the words give none (一批药品)."""

    item: str
    quantity: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed(Record):
    """Something good that a deputy did, gifts included (先进事迹); money in yuan."""

    kind: ClassVar[str] = "deed"
    subject: str | None
    text: str
    cash_yuan: float | None = None
    goods: tuple[Goods, ...] = ()
    goods_value_yuan: float | None = None

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "cash_yuan": self.cash_yuan,
            "goods": [{"item": g.item, "quantity": g.quantity, "unit": g.unit} for g in self.goods],
            "goods_value_yuan": self.goods_value_yuan,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice(Record):
    """How a place or a body does something well (经验做法)."""

    kind: ClassVar[str] = "practice"
    text: str

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {"kind": self.kind, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Record):
    """An opinion on a text under consultation (征求意见); article is None for the whole text."""

    kind: ClassVar[str] = "comment"
    article: int | None = None
    text: str

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {"kind": self.kind, "article": self.article, "text": self.text}


Value = str | float | bool
"""What a field of a form holds: a number, whether something is so, or words; a day is written 2020-02-10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Record):
    """An answer to a form that the office declared (采集), or a part of one.

    Args:
        form: the form's name.
        values: what was read for sure, by the field's name.
        open: fields that were spoken of and could not be read for sure: a person settles them.
    """

    kind: ClassVar[str] = "answer"
    form: str
    subject: str
    values: Mapping[str, Value]
    open: tuple[str, ...] = ()
    proxy: bool = False

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {
            "kind": self.kind,
            "form": self.form,
            "subject": self.subject,
            "values": dict(self.values),
            "open": list(self.open),
            "proxy": self.proxy,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack(Record):
    """收到 and its kin, as an answer to a notice.

    Args:
        subject: in a 接龙 of 收到 the person whose line it is; None for the sender.
    """

    kind: ClassVar[str] = "ack"
    subject: str | None = None

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {"kind": self.kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached(Record):
    """A file that was handed in; not a reading, and so none of the parse contract's kinds."""

    kind: ClassVar[str] = "attached"
    file_id: int

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {"kind": self.kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retract(Record):
    """The sender takes a report back (作废).

    Args:
        subject: about whom, where the words say so (代李四报的作废); None means the latest report.
        target: the kind taken back, where the words say so (那条建议撤回 → suggestion); None means any.
    """

    kind: ClassVar[str] = "retract"
    subject: str | None = None
    target: str | None = None

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`; `subject` and `target` stand there only where the words give them."""
        found: dict[str, Any] = {"kind": self.kind}
        if self.subject is not None:
            found["subject"] = self.subject
        if self.target is not None:
            found["target"] = self.target
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Record):
    """A staff command, known or not: `/汇总 昨天` → name 汇总, args ("昨天",).

    Args:
        rest: all that stands behind the name, line breaks kept (`/录入` takes a pasted text).
        quoted: who said what it answers, and the words, where it stands under a quote.
    """

    kind: ClassVar[str] = "command"
    name: str
    args: tuple[str, ...] = field(default=())
    rest: str = ""
    quoted: tuple[str, str] | None = None

    def as_contract(self) -> dict[str, Any]:
        """See `Record.as_contract`."""
        return {"kind": self.kind, "name": self.name, "args": list(self.args)}
