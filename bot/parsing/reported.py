"""What an ordinary health report says of the fields of a form that read it: nobody reports twice (reported).

Called by `bot.parsing.forms` for a report just read, and by `bot.daybook` for one that is kept: the report itself stays
the one source, so that what corrects or withdraws it corrects the form, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.forms import Field, Form, Reads
from bot.records import Status, Value

_WELL_RULES = ("health.fine", "health.well", "health.generic", "health.symptom")
"""Rules by which a report without a symptom speaks of symptoms at all; a bare temperature does not."""


def values_of(form: Form, report: Mapping[str, Any], rules: Sequence[str]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The values of a form's fields by a report, and the fields that it leaves open.

    Args:
        report: by the parse contract.
        rules: ids of the rules by which it was read.
    """
    values: dict[str, Value] = {}
    unclear = []
    for field in form.fields:
        said, value = _said(field, report, rules)
        if said and value is not None:
            values[field.name] = value
        elif said:
            unclear.append(field.name)
    return values, tuple(unclear)


def _said(field: Field, report: Mapping[str, Any], rules: Sequence[str]) -> tuple[bool, Value | None]:
    """Whether the report speaks of a field, and what it says; None for doubt."""
    unsure = bool(report.get("unsure"))
    match field.reads:
        case Reads.SYMPTOMS:
            if unsure or report["symptoms"]:
                return True, None if unsure else "、".join(report["symptoms"])
            return any(rule.startswith(_WELL_RULES) for rule in rules), "无"
        case Reads.STATUS:
            return True, None if unsure else "异常" if report["status"] == Status.UNWELL else "正常"
        case Reads.TEMPERATURE | Reads.EXPOSURE | Reads.ISOLATION | Reads.LOCATION:
            value: Value | None = report[str(field.reads)]
            return value is not None, value
        case None:
            return False, None
