"""Which states of health are open (存疑): what the records say decides, not what a question's row says.

`bot.asking` asks it before anything is asked or told, `/待核` lists what it finds. So whatever settles a state counts
(an answer, a later report, a correction), and what is taken back or recalled opens it again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.parsing import answers
from bot.records import Relation
from storage import Session, questions, records
from storage.questions import SETTLED, TO_STAFF
from storage.tables import Question
from storage.tables import Record as Row

LOOK_AGAIN = timedelta(hours=1)
"""How often it is looked whether what waits for staff has settled itself."""
_MAY_OPEN_AGAIN = timedelta(days=3)
"""How far back it is looked whether what was settled is open again: as far as words take a report back."""


async def left_open(session: Session, question: Question) -> Row | None:
    """The standing record that leaves a question's state open; None where it is settled, or was taken back."""
    subject = (question.subject_id, question.subject_name)
    if question.subject_id is None:  # staff may have settled since who goes by the name
        row = await records.get(session, question.record_id)
        subject = (row.subject_id, row.subject_name)
    standing = await records.health_since(session, question.office_id, subject, question.relation, question.on_day)
    return latest_open(standing)


def latest_open(standing: Sequence[Row]) -> Row | None:
    """Of somebody's own state the latest word decides; of relatives only a word about the same one (newest first)."""
    for number, row in enumerate(standing):
        if row.relation == Relation.SELF:
            return row if row.unsure else None
        if row.unsure and not any(_settles(later, row, standing) for later in standing[:number]):
            return row
    return None


def _settles(later: Row, row: Row, standing: Sequence[Row]) -> bool:
    """Whether a later report of a relative settles what an earlier one left open: never a word about another."""
    if later.unsure:
        return False
    if _by_rule(later, "staff.") or "家" in _kin_in(later.source):
        return True
    if _by_rule(later, "answer."):  # it names nobody: whoever was asked about, where there is but one
        return all(_by_rule(r, "answer.") or _same_kin(r, row) for r in standing if r.unsure and r is not row)
    return _same_kin(later, row)


def _by_rule(row: Row, prefix: str) -> bool:
    return any(rule.startswith(prefix) for rule in row.rules)


def _same_kin(one: Row, other: Row) -> bool:
    return bool(_kin_in(one.source) & _kin_in(other.source))


_SYNONYMS = """
母亲 妈妈 老妈 妈 娘
父亲 爸爸 老爸 爸 爹
爱人 妻子 老婆 媳妇 太太 丈夫 老公
儿子 崽 伢子
女儿 闺女
孩子 小孩 娃娃 娃 宝宝
全家 一家 家人 家里人 家里 家
儿媳妇 儿媳
岳母 丈母娘
岳父 丈人
外公 姥爷
外婆 姥姥
奶奶
爷爷
婆婆
公公
孙子
孙女
女婿
哥哥 哥
弟弟 弟
姐姐 姐
妹妹 妹
"""
_KIN_OF = {word: "家" if "家人" in line else line for line in _SYNONYMS.split("\n") for word in line.split()}
_KIN_WORD = re.compile("|".join(sorted(_KIN_OF, key=len, reverse=True)))


def _kin_in(text: str) -> set[str]:
    return {_KIN_OF[found] for found in _KIN_WORD.findall(text)}


@dataclass(frozen=True, slots=True)
class Open:
    """A state that waits for somebody: the record that left it open first, and the latest that does."""

    question: Question
    first: Row
    latest: Row


async def open_states(session: Session, office_id: int, now: datetime) -> list[Open]:
    """All that is open, oldest first, each once; what has settled itself, or is open again, is marked so."""
    found: dict[int, Open] = {}
    for question in await questions.open_ones(session, office_id, now - _MAY_OPEN_AGAIN):
        row = await left_open(session, question)
        if row is not None:
            if question.state == SETTLED:  # what had settled it was taken back
                await questions.move(session, question, state=TO_STAFF, due_at=now + LOOK_AGAIN, settled_at=None)
            found[row.id] = Open(question, await records.get(session, question.record_id), row)
        elif question.state != SETTLED:
            await questions.move(session, question, state=SETTLED, settled_at=now)
    return sorted(found.values(), key=lambda state: (state.first.said_at, state.first.id))


def lacks_temperature(row: Row) -> bool:
    """Whether it is open because a number cannot be a temperature (体温368)."""
    return row.body.get("temperature") is None and answers.has_suspect_number(row.source)
