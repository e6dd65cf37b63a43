"""Whether a text may be shown in another group: nobody's health is carried there, not even by a question (privacy).

`bot.bridging` and `/转发` ask, beside the records: "张三退烧了吗" reports nothing, and is about his health all the
same. In doubt the text stays where it was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.parsing import normalize, temperature
from bot.parsing.lexicon import Rules

_STATES = frozenset(["symptom", "ache", "open", "chronic", "diagnosis", "isolation", "released"])
"""Roles of words that speak of a state of health."""
_SAYS = re.compile(
    r"密接|密切接触|接触史|旅居史|发热门诊|核酸|[额腋耳量]温|住院|出院|体温|退烧|[发高低]烧|烧[了到没得还退]|咳|病(?![毒虫])|感染|阳性|吃药|打针|看医生|好些|好转|痊愈|康复"
)
"""Words that are about health whatever stands beside them, the readers' own aside."""
_SOMEBODY = re.compile(
    r"他(?!们|人)|她|本人|我(?![们市县省区国州乡镇街委办处院会单各])|[我你您他她]的?(?:爱人|家|妈|爸|母|父|儿|女|妻|丈)|"
    r"某(?:代表|同志|某)|(?:代表|同志|主任|老师|书记)(?:的?家属|的?爱人)"
)
_TITLES = ("代表", "同志", "主任", "书记", "老师")


def speaks_of_health(text: str, rules: Rules) -> bool:
    """Whether words of somebody's state stand in it, whoever's that is."""
    plain = normalize.normalize(text, rules.table).plain
    if _SAYS.search(plain) or temperature.readings(plain, 0, len(plain)):
        return True
    return any(hit.role in _STATES for hit in rules.scan(plain).health)


def is_private(text: str, names: Iterable[str], *, by_staff: bool, rules: Rules) -> bool:
    """Whether it may be about somebody's health.

    Args:
        names: of the people who may be meant.
        by_staff: staff write to everybody (请大家量体温); of others whatever speaks of health is taken for their own.
    """
    if not speaks_of_health(text, rules):
        return False
    if not by_staff:
        return True
    plain = normalize.normalize(text, rules.table).plain
    if _SOMEBODY.search(plain) or any(name and name in text for name in names):
        return True
    return any(
        plain[at - 1 : at] in rules.names.surnames
        for title in _TITLES
        for at in (found.start() for found in re.finditer(title, plain))
        if at
    )
