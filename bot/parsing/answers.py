"""A reply to a question that the bot put privately: 没有, 有一点, 好了, 37.8 (answers).

Called by `bot.app` in place of `bot.parsing.parse` for a message that may answer one; also tells which reminders ask
by number. The rule it keeps: only a clear denial of all that was asked makes anybody well; whatever else is said in
answer leaves the state open, so that a person settles it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.parsing import normalize, temperature
from bot.records import Diagnosis, HealthReport, Record, Relation, Status

_TABLE = normalize.character_table({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked.

    Args:
        before: the report that left the state open; what an answer does not speak of stays as it says.
        proxy: whoever is asked had reported it of somebody else.
        temperature: it was asked what the temperature is, since a number cannot be one.
        answered: something was answered before: what tells nothing is no second answer.
    """

    before: HealthReport
    proxy: bool = False
    temperature: bool = False
    answered: bool = False

    @property
    def other(self) -> bool:
        """Whether it is about another person than the one who was asked."""
        return self.proxy or self.before.relation is Relation.FAMILY

    @property
    def ill_anyway(self) -> bool:
        """Whether something was affirmed beside what is open (咳嗽，体温368): no bare word makes that well."""
        kept = (Diagnosis.SUSPECTED, Diagnosis.CONFIRMED, Diagnosis.ASYMPTOMATIC)
        return self.before.diagnosis in kept or (self.temperature and bool(self.before.symptoms))


_NOT = r"(?:(?:没有){1,3}|没{1,3}|没得|无|冇得|冇|木有|未)"
_ILL = r"(?:发热|发烧|咳嗽|咳|烧|难受)"
_IT = rf"(?:{_ILL}|不舒服|不适|症状|异常|任何|什么|啥|这些|情况|感觉|出现|以上|和|或者?|与|及|、)"
_DENIAL = rf"(?:{_NOT}{_IT}+|不{_ILL})"
_NOW = r"(?:现在|目前|今天|今早|刚才|暂时|真的?|完全|一直|也|都|全|均)*"
_END = r"[了的啊呢哈呀啦喔哦哟嘞咧滴]*"
_DENIED = re.compile(rf"{_NOW}(?:{_NOT}|否|(?:{_DENIAL}(?:也|都)?)+|{_NOT}(?:也|都){_DENIAL}){_END}")
_RECOVERED = re.compile(
    rf"{_NOW}(?:已经|已|早就|早已|睡一觉就?|休息后|休息了一下)?{_NOW}"
    rf"(?:好了|没事了?|恢复了|已?恢复|痊愈了?|(?P<normal>(?:体温)?正常了?|一切正常)|挺好的?|很好|健康|退烧了){_END}"
)
_AFFIRMED = re.compile(
    rf"(?:还|仍然?|也|都|是|确实|稍微|偶尔)*(?:有|有一?点点?|一点点?|有些|有时|是|对|嗯+|恩+|唔|轻微|偶尔){_END}"
)
_VAGUE = re.compile(rf"(?:没有?|不是)?(?:大|什么)?问题(?:不大)?{_END}|还行|还好|还可以|一般般?|老样子")
_ELSE = re.compile(r"别的|其他|其它|另外|以外|之外|除了")
_THANKS = re.compile(r"(?:谢谢|感谢|多谢|请|勿念|放心|让|费心|关心|您|领导|小联|[了的啊呢哈呀啦喔哦])+")
_LATER = re.compile(r"稍等|等一?下|等会|晚点|待会|一会儿?(?:再)?(?:说|回|量)|马上|在开会|在忙|你好|您好|早上好")
_QUESTION = re.compile(r"[?？]|请问|怎么|为什么|什么时候|几点|哪里|谁|吗$|呢$|是不是")
_PARTS = re.compile(r"[,，。;；!！~\s]+")
_WORD = re.compile(r"[\u4e00-\u9fff\d]")
_FIRST_PERSON = re.compile(r"我|本人|自己|俺|咱")
_LIKE_AN_ANSWER = re.compile(r"\s*(?:还|仍|没|不|好|退|有)")
_LONGEST = 200
_SHORT = 12
"""Characters of an answer; a longer text is a report of its own."""


def read(text: str, asked: Asked, parse: Callable[[str], Sequence[Record]]) -> Sequence[Record]:
    """What a message says in answer to a question, or else by itself.

    Args:
        parse: how a text is read that answers in words of its own.
    """
    bare = bare_answer(text, asked)
    if bare is not None:
        return (bare,)
    told = _told_of_other(text, asked)
    records = parse(text if told is None else told)
    if told is not None:
        records = [_about(record, asked) for record in records]
    elif asked.other and _LIKE_AN_ANSWER.match(text) and not _FIRST_PERSON.search(text):
        records = [_about(record, asked) if _is_ill(record) else record for record in records]
    records = [_weighed(record, text, asked) for record in records]
    if records or asked.answered or not _answers_somehow(text):
        return records
    return (_open_still(asked, text, "unclear"),)


def bare_answer(text: str, asked: Asked) -> HealthReport | None:
    """The report that a bare answer makes; None where the words are no bare answer."""
    plain = normalize.normalize(text, _TABLE).plain.strip()
    if len(plain) > _LONGEST or _QUESTION.search(plain):
        return None
    parts = [part for part in _PARTS.split(_without_lead(plain, asked)) if part and not _THANKS.fullmatch(part)]
    kinds = [_kind(part) for part in parts]
    if not kinds or "" in kinds:
        return None
    if asked.other and "degrees" in kinds and ("normal" in kinds or "recovered" in kinds):
        return None  # 36.5 健康: as people report for themselves
    degrees = max((value for part in parts if (value := _degrees(part)) is not None), default=None)
    if degrees is not None and (degrees >= temperature.FEVER or asked.ill_anyway):
        return _unwell(asked, text, degrees)
    if "affirmed" in kinds:
        return _open_still(asked, text, "affirmed", degrees)
    clear = _clear(kinds, parts, asked)
    if "vague" in kinds or asked.ill_anyway or clear is None:
        return _open_still(asked, text, "unclear", degrees)
    return _report(asked, text, clear, status=Status.WELL, unsure=False, temperature=degrees, symptoms=())


def _clear(kinds: Sequence[str], parts: Sequence[str], asked: Asked) -> str | None:
    """By what it is settled that somebody is well: 没有 tells no temperature, 36.8 denies no cough, 不咳 no fever."""
    if asked.temperature:
        return next((kind for kind in kinds if kind in ("degrees", "normal")), None)
    if well := next((kind for kind in kinds if kind in ("recovered", "normal")), None):
        return well
    denied = [part for part, kind in zip(parts, kinds, strict=True) if kind == "denied"]
    named = {symptom for symptom, word in _NAMED.items() if any(word.search(part) for part in denied)}
    everything = any(not _ANY_NAMED.search(part) or _GENERAL.search(part) for part in denied)
    wanted = set(asked.before.symptoms) & set(_NAMED) or set(_NAMED)
    return "denied" if denied and (everything or wanted <= named) else None


_NAMED = {"发热": re.compile(r"发热|(?<!退)烧"), "咳嗽": re.compile(r"咳")}
_ANY_NAMED = re.compile(r"发热|烧|咳")
_GENERAL = re.compile(r"不舒服|不适|难受|症状|异常|任何|什么|啥|这些|以上")


def _kind(part: str) -> str:
    if _degrees(part) is not None:
        return "degrees"
    if _DENIED.fullmatch(part):
        return "denied"
    if found := _RECOVERED.fullmatch(part):
        return "normal" if found["normal"] else "recovered"
    if _AFFIRMED.fullmatch(part):
        return "affirmed"
    return "vague" if _VAGUE.fullmatch(part) else ""


_DEGREES = re.compile(r"(?:现在|刚才?|刚刚|体温|量了?|测了?|一下|是|有|早上|下午|晚上|[:：])*(\d[\d.点度半℃°c]*)")


def _degrees(part: str) -> float | None:
    found = _DEGREES.fullmatch(part)
    if found is None:
        return None
    values = list(temperature.readings(found[1], 0, len(found[1]), listed=True))
    return values[0].value if len(values) == 1 and not values[0].bound else None


def has_suspect_number(text: str) -> bool:
    """Whether a number that is meant for a temperature cannot be one (体温368), and none stands beside it."""
    readings = _readings(text)
    return bool(readings) and all(reading.value is None for reading in readings)


def temperatures_in(text: str) -> list[float]:
    """Every number of a text that may be a temperature."""
    return [reading.value for reading in _readings(text) if reading.value is not None]


def _readings(text: str) -> list[temperature.Reading]:
    plain = normalize.normalize(text, _TABLE).plain
    return list(temperature.readings(plain, 0, len(plain), listed=True))


def _without_lead(plain: str, asked: Asked) -> str:
    """Without whom it is about, where that is the one who was asked about."""
    lead = rf"(?:{re.escape(asked.before.subject)}|他们?|她们?|ta)" if asked.other else r"(?:我|本人|自己)"
    return re.sub(rf"^{lead}[,，:：\s]*(?=\S)", "", plain, flags=re.IGNORECASE)


_YES = re.compile(r"^(?:是的?|对的?|嗯+|恩+|有的?|还有)[,，、。\s]+(?=\S)")


def _told_of_other(text: str, asked: Asked) -> str | None:
    """The rest of a text that begins as an answer about another person: 他还咳嗽, 是的，37.8; None for any other."""
    if not asked.other or _FIRST_PERSON.search(text):
        return None
    plain = text.strip()
    rest = _YES.sub("", _without_lead(plain, asked))
    return rest if rest != plain else None


def _is_ill(record: Record) -> bool:
    return isinstance(record, HealthReport) and record.ill


def _weighed(record: Record, text: str, asked: Asked) -> Record:
    """没有别的不适 leaves open what was complained of; 没有发热 tells no temperature."""
    if not isinstance(record, HealthReport) or record.ill:
        return record
    if (record.subject, record.relation) != (asked.before.subject, asked.before.relation):
        return record
    rest = len(text) <= _SHORT and _ELSE.search(text)
    open_still = rest or asked.ill_anyway or (asked.temperature and record.temperature is None)
    return replace(record, unsure=True) if open_still else record


def _about(record: Record, asked: Asked) -> Record:
    """A report of the speaker's own, as one of whom was asked about."""
    if not isinstance(record, HealthReport) or record.proxy:
        return record
    before = asked.before
    rules = (*record.rules, "answer.told")
    return replace(record, subject=before.subject, relation=before.relation, proxy=asked.proxy, rules=rules)


def _answers_somehow(text: str) -> bool:
    """Whether words that report nothing may yet be meant as an answer (就是累了), and are for staff to look at."""
    plain = normalize.normalize(text, _TABLE).plain.strip()
    if not plain or len(plain) > _LONGEST or plain.startswith("/") or not _WORD.search(plain):
        return False
    return not (_QUESTION.search(plain) or _LATER.search(plain) or _THANKS.fullmatch(_PARTS.sub("", plain)))


def _unwell(asked: Asked, text: str, degrees: float) -> HealthReport:
    fever = ("发热",) if degrees >= temperature.FEVER else ()
    symptoms = tuple(dict.fromkeys((*(asked.before.symptoms if asked.ill_anyway else ()), *fever)))
    return _report(
        asked, text, "temperature", status=Status.UNWELL, unsure=False, temperature=degrees, symptoms=symptoms
    )


def _open_still(asked: Asked, text: str, rule: str, degrees: float | None = None) -> HealthReport:
    status = Status.UNWELL if rule == "affirmed" else asked.before.status
    return _report(asked, text, rule, status=status, unsure=True, temperature=degrees, symptoms=asked.before.symptoms)


def _report(
    asked: Asked,
    text: str,
    rule: str,
    *,
    status: Status,
    unsure: bool,
    temperature: float | None,
    symptoms: tuple[str, ...],
) -> HealthReport:
    return replace(
        asked.before,
        source=text.strip(),
        rules=(f"answer.{rule}",),
        status=status,
        unsure=unsure,
        temperature=temperature,
        symptoms=symptoms,
        proxy=asked.proxy,
    )


# --- numbered questions ----------------------------------------------------------------------------------------------

_NUMBERED = re.compile(r"(?:[2２二]\s*[.、)）:：．]|[②⑵]|[(（][2２二][)）])")
_FIRST = re.compile(r"(?:^|[\n\s;；。，,:：])\s*(?:[1１一]\s*[.、)）．]|[①⑴]|[(（][1１一][)）])")
_ASKS = re.compile(r"有无|是否|有没有|体温|多少|哪|地点|位置|接触|症状|[?？]")


def is_numbered(text: str) -> bool:
    """Whether it may answer by number: only then it matters what was asked."""
    return _NUMBERED.search(text) is not None


def asks_by_number(text: str) -> bool:
    """Whether a post of the bot's is a numbered question."""
    return bool(_FIRST.search(text) and _NUMBERED.search(text) and _ASKS.search(text))
