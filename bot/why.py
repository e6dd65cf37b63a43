"""PURE: why a message was read as it was: its words, the rules they hit, scopes, and how each field came about.

`liaison explain` prints what `explain` gives, staff get a shorter form by `/为什么`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.parsing import Context, Rules, Segmenter, parse, voice
from bot.parsing.document import Document, Voice
from bot.parsing.lexicon import Hit
from bot.parsing.polarity import DENIABLE
from bot.parsing.temperature import FEVER
from bot.parsing.witness import Seen, Witness, Word
from bot.records import HealthReport, Record, Relation

Places = Mapping[str, tuple[str, int]]
"""Where a group of the rules stands: its id → file and line."""

_FIELDS: Mapping[str, frozenset[str]] = {
    "subject": frozenset(("self", "name", "kin", "pronoun", "proxy")),
    "temperature": frozenset(("temp", "newest", "correct")),
    "symptoms": frozenset(("symptom", "temp", "gone", "still")),
    "status": frozenset(("symptom", "temp", "diagnosis", "well", "fine", "generic", "open", "better", "gone", "still")),
    "unsure": frozenset(("open", "better", "possible", "unclear", "past", "recent")),
    "isolation": frozenset(("isolation", "isolation_place", "released")),
    "diagnosis": frozenset(("diagnosis",)),
    "exposure": frozenset(("contact", "area", "case", "move")),
}
"""Which words a field of a health report comes from, by their roles."""

_SAID: Mapping[str, Mapping[str, frozenset[str]]] = {
    "suggestion": {
        "kind": frozenset(("suggest", "modal", "weak_modal", "body_politic")),
        "category": frozenset(("category",)),
    },
    "problem": {"kind": frozenset(("problem_announce", "trouble"))},
    "practice": {"kind": frozenset(("practice", "result", "we"))},
    "comment": {"kind": frozenset(("draft", "view"))},
    "deed": {
        "kind": frozenset(("give", "donate", "service", "deputy")),
        "cash_yuan": frozenset(("donate", "give", "not_cash", "gift_others", "gift_own")),
        "goods": frozenset(("goods", "unit", "batch")),
        "goods_value_yuan": frozenset(("value", "buy")),
    },
    "ack": {"kind": frozenset(("ack", "ack_alone"))},
    "retract": {"kind": frozenset(("retract", "report_ref"))},
}

_MOST_SHARES = 8
_HELPERS = frozenset(("present", "thermometer", "topic", "object", "title"))
"""Roles that only help others to be read."""
_STATES: Mapping[str, str] = {
    "affirmed": "有",
    "denied": "否定",
    "possible": "可能",
    "carried": "顺着否定说下来",
    "past": "已往",
    "long_past": "早已过去",
    "unreal": "假设或询问",
}
_ROLES: Mapping[str, str] = {
    "symptom": "症状",
    "open": "说不准的不适",
    "unclear": "说不准的不适",
    "denied_pair": "没有的症状",
    "generic": "泛指不适",
    "chronic": "老毛病",
    "well": "平安",
    "fine": "正常",
    "temp": "体温",
    "diagnosis": "诊断",
    "isolation": "隔离",
    "isolation_place": "隔离处",
    "released": "解除隔离",
    "contact": "接触",
    "area": "疫区",
    "case": "病例",
    "move": "往来",
    "gone": "好了",
    "better": "好转",
    "still": "还有",
    "neg": "否定词",
    "possible": "可能",
    "double": "双重否定",
    "past": "以前",
    "long_past": "很久以前",
    "recent": "近来",
    "condition": "如果",
    "asked": "询问",
    "wish": "祝愿",
    "contrast": "转折",
    "correct": "更正",
    "newest": "最新",
    "self": "本人",
    "kin": "家属",
    "name": "姓名",
    "pronoun": "他/她",
    "other": "外人",
    "animal": "动物",
    "notice": "对别人说",
    "intense": "程度",
    "affirm": "肯定",
    "misstated": "说错",
    "household": "家人",
    "not_body": "不是人",
    "proxy": "代报",
    "all": "都",
}
_NAMES: Mapping[str, str] = {
    "subject": "谁",
    "relation": "关系",
    "status": "状况",
    "unsure": "待核实",
    "temperature": "体温",
    "symptoms": "症状",
    "isolation": "隔离",
    "diagnosis": "诊断",
    "exposure": "接触史",
    "location": "所在地",
    "proxy": "代报",
    "total": "应到",
    "well": "正常",
    "unwell": "异常",
    "category": "分类",
    "cash_yuan": "捐款（元）",
    "goods": "物资",
    "goods_value_yuan": "物资折款（元）",
    "article": "条",
    "target": "撤回的是",
    "name": "命令",
    "args": "参数",
}
JUDGED = DENIABLE | {"temp", "contact", "area", "gone", "case"}
"""Roles whose words can be meant in different ways."""


def state_name(state: object) -> str:
    """How a word is meant, in Chinese."""
    return _STATES.get(str(state), str(state))


def role_name(role: str) -> str:
    """What a word does, in Chinese; the rules' own name where people have none for it."""
    return _ROLES.get(role, role)


def field_name(name: str) -> str:
    """A field of a record, in Chinese."""
    return _NAMES.get(name, name)


def value_text(value: object) -> str:
    """A field's value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_goods(item) if isinstance(item, dict) else str(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.2f}"
    return {"well": "正常", "unwell": "异常"}.get(str(value), str(value))


def _goods(goods: Mapping[str, Any]) -> str:
    quantity = goods["quantity"]
    return f"{goods['item']}{'' if quantity is None else format(quantity, 'g')}{goods['unit'] or ''}"


def explain(
    text: str, context: Context, rules: Rules, segmenter: Segmenter, places: Places | None = None
) -> dict[str, Any]:
    """All that decided a reading, as one JSON document.

    Returns:
        `text`, `rules_version`, `words` (the segmentation), `hits` (word, span, role, value, rule, file, line),
        `sentences` (each finding with its state and whom it is about, and the cues), `stretches` (what each part was
        taken for), `records` (each with `rules` and, field by field, the words behind it).
    """
    witness = Witness()
    records = parse(text, dataclasses.replace(context, witness=witness), rules, segmenter)
    document = witness.documents[0]
    hits = sorted({*document.health, *document.voice, *document.frame})
    return {
        "text": text,
        "rules_version": rules.version,
        "words": list(segmenter.words(document.plain)),
        "hits": [_hit(document.plain, hit, places or {}) for hit in hits],
        "sentences": [_sentence(seen) for seen in witness.sentences],
        "stretches": [
            {"text": read.plain[start:end], "as": told.value, "shares": _shares(read, start, end, told)}
            for read in witness.documents
            for (start, end, _), told in sorted(read.voices.items(), key=lambda item: item[0])
        ],
        "records": [_record(record, witness.sentences, document.plain, hits) for record in records],
    }


def _shares(document: Document, start: int, end: int, told: Voice) -> list[dict[str, Any]]:
    """The parts that spoke most for what a stretch was taken for."""
    found = voice.shares(document, start, end, told)[:_MOST_SHARES]
    return [{"part": part, "weight": weight / 100} for part, weight in found if weight > 0]


def _hit(plain: str, hit: Hit, places: Places) -> dict[str, Any]:
    found = {
        "text": plain[hit.start : hit.end],
        "start": hit.start,
        "end": hit.end,
        "role": hit.role,
        "value": hit.value,
        "rule": hit.group,
    }
    if hit.group in places:
        found["file"], found["line"] = places[hit.group]
    return found


def _sentence(seen: Seen) -> dict[str, Any]:
    return {
        "text": seen.text,
        "counted": seen.counted,
        "findings": [_word(word) for word in seen.words if word.hit.role not in _HELPERS],
        "cues": [{"text": text, "rule": rule} for text, rule in seen.cues],
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "text": word.text,
        "role": word.hit.role,
        "value": word.hit.value,
        "state": word.state.name.lower(),
        "about": [f"{name}的{kin.rstrip('2*') or '家人'}" if kin else name for name, kin in word.about],
        "rule": word.hit.group,
    }


def _record(record: Record, sentences: Sequence[Seen], plain: str, hits: Sequence[Hit]) -> dict[str, Any]:
    told = _of_health(record, sentences) if isinstance(record, HealthReport) else _of_words(record, plain, hits)
    return {"record": record.as_contract(), "rules": list(record.rules), "fields": told}


def _of_health(record: HealthReport, sentences: Sequence[Seen]) -> dict[str, list[dict[str, Any]]]:
    family = record.relation is Relation.FAMILY
    mine = [
        word
        for seen in sentences
        if seen.counted
        for word in seen.words
        if any(name == record.subject and bool(kin) == family for name, kin in word.about)
    ]
    fields = {name: [_word(word) for word in mine if word.hit.role in roles] for name, roles in _FIELDS.items()}
    fields["symptoms"] = [found for found in fields["symptoms"] if found["role"] != "temp" or _fever(found["value"])]
    if record.location:
        fields["location"] = [{"text": record.location, "rule": "place"}]
    return {name: words for name, words in fields.items() if words}


def _fever(value: str) -> bool:
    return bool(value) and float(value) >= FEVER


def _of_words(record: Record, plain: str, hits: Iterable[Hit]) -> dict[str, list[dict[str, Any]]]:
    start = plain.find(record.source) if record.source else 0
    end = start + len(record.source) if start >= 0 and record.source else len(plain)
    near = [hit for hit in hits if max(start, 0) <= hit.start < end]
    fields = {
        name: [_hit(plain, hit, {}) for hit in near if hit.role in roles]
        for name, roles in _SAID.get(record.kind, {}).items()
    }
    return {name: words for name, words in fields.items() if words}
