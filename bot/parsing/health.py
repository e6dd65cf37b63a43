"""Health reports (健康上报): a stretch of a message in, one record per person out.

Called by `bot.parsing.prose` for free text and by `bot.parsing.chains` for a line of a 接龙 or table. Walks through the
sentences, knows at each word whom it is about, and notes what `polarity` says of it on that person's `Sheet`.

It is longer than most modules because the walk keeps one state from the first word of a message to the last.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from bot.parsing import exposure, findings, persons, place, temperature
from bot.parsing.document import Document, Speaker, between, sentences
from bot.parsing.lexicon import Hit
from bot.parsing.persons import Cast
from bot.parsing.polarity import Sentence, State
from bot.parsing.sheets import Measured, Sheet
from bot.records import Record

_CORRECTION = re.compile(
    r"不是\s?$|(?:写|打|报|填|输|说|看|记|发)(?:成|的是|了)\s?$|误[报写填为]\s?$|^\s?(?:是)?(?:写|打|报|填|输|说|量|看)?错"
)
_DROPPED_AFTER = re.compile(
    r"\s?(?:是)?(?:[写看记弄打报]反|打错|写错|报错|填错|输错|说错|看错|量错|错|作废)|\s?[改→>\-]{1,2}\s?[为成>]?|\s?应[为该是]"
)
_DATE_BEFORE = re.compile(r"(?:昨[天日晚夜]|前[天日晚]|上周)[^,]{0,6}$")


def read(
    document: Document, start: int, end: int, speaker: Speaker, *, chain: str | None = None, listed: bool = False
) -> list[Record]:
    """The health reports between two places of a message.

    Args:
        listed: a line of a list, where a bare number or place behind a name counts.
    """
    hits = between(document.health, start, end)
    if listed:
        temps = list(temperature.readings(document.plain, start, end, listed=True))
    else:
        temps = document.temperatures(start, end)
    if not temps and not any(hit.role in _TELLING for hit in hits):
        return []
    walk = _Walk(document, speaker, listed=listed)
    for begin, stop in sentences(document.plain, start, end):
        walk.sentence(begin, stop, between(hits, begin, stop), _within(temps, begin, stop))
    return walk.reports(chain)


_PLACE_AHEAD = re.compile(r"[在住居送转到回返位抵址省市县区州镇乡村路街院]|[\s:][^\d\s]{2}")
_PLACE_END = re.compile(r"[省市县区州镇乡村路街院]")
_NOT_THAT = re.compile(r"(?:[不没无冇]|没有|冇得|也不|都不)(?:怎么|太|再|有|是|那么|会|感觉|觉得|特别|出现)?$")
_ONE_WORD_KIN = re.compile(r"[,:;、\s。][妻夫母父儿女子媳孙爸妈爷奶]$")
_TELLING = frozenset(
    [
        "symptom",
        "body",
        "open",
        "well",
        "fine",
        "generic",
        "isolation",
        "released",
        "diagnosis",
        "contact",
        "area",
        "better",
        "gone",
        "still",
        "thermometer",
        "topic",
    ]
)


def _within(temps: list[temperature.Reading], start: int, end: int) -> list[temperature.Reading]:
    low = bisect_left(temps, (start,))
    return temps[low : bisect_left(temps, (end,), low)]


class _Walk:
    """Goes through the sentences of one piece and fills a sheet for each person."""

    def __init__(self, document: Document, speaker: Speaker, *, listed: bool) -> None:
        self._document = document
        self._plain = document.plain
        self._listed = listed
        self.cast = Cast(document, speaker)
        self._sentence: Sentence
        self._clause = -1

    # ---- one sentence ----

    def sentence(self, start: int, end: int, hits: list[Hit], temps: Sequence[temperature.Reading]) -> None:
        """Note what one sentence says."""
        tokens = self._tokens(start, end, hits, temps)
        bounds = {t.start for t in temps if t.bound}
        suspects = {t.start for t in temps if t.value is None}
        odd = {t.start for t in temps if t.odd}
        sentence = self._sentence = Sentence(self._plain, start, end, tokens)
        self.cast.begin(sentence)
        if self._is_notice(sentence):
            return
        for index, token in enumerate(tokens):
            if token.role in persons.ROLES:
                self.cast.meet(index, token)
            elif token.role == "temp":
                state = sentence.states.get(index, State.AFFIRMED)
                if token.start in odd:
                    for sheet in self.cast.sheets(token):
                        sheet.odd = True
                    continue
                self._temperature(token, state, bound=token.start in bounds, suspect=token.start in suspects)
            else:
                self._finding(index, token)
        self._per_clause(sentence)
        self.cast.explain(cue.group for cue in sentence.cues)

    def _tokens(self, start: int, end: int, hits: list[Hit], temps: Sequence[temperature.Reading]) -> list[Hit]:
        covered = [(t.start, t.end) for t in temps]
        tokens = [
            Hit(t.start - 1, t.start, "kin", "", "person.family")
            for t in temps
            if _ONE_WORD_KIN.search(self._plain, max(start, t.start - 2), t.start)
        ]
        tokens += [
            Hit(t.start, t.end, "temp", "" if t.value is None else str(t.value), "health.temperature") for t in temps
        ]
        named = self.cast.names(start, end, covered, tokens=hits)
        covered += [(n.start, n.end) for n in named]
        tokens += named
        for hit in hits:
            if not any(a <= hit.start < b for a, b in covered):
                tokens.append(hit)
        tokens.sort(key=lambda t: (t.start, -t.end))
        return self._paired(tokens)

    def _paired(self, tokens: list[Hit]) -> list[Hit]:
        """A part of the body and its complaint become one symptom: 脑袋一跳一跳地疼."""
        if not any(t.role == "body" for t in tokens):
            return [t for t in tokens if t.role != "ache"]
        found: list[Hit] = []
        bodies: list[Hit] = []
        for token in tokens:
            if token.role == "body":
                bodies.append(token)
            elif token.role == "ache":
                found += self._pairs(bodies, token)
                bodies = []
            else:
                if token.role in ("self", "kin", "name", "temp"):
                    bodies = []
                found.append(token)
        if bodies and any(t.role == "possible" for t in tokens):  # 嗓子也说不上疼不疼
            found.append(Hit(bodies[-1].start, bodies[-1].end, "unclear", "", bodies[-1].group))
        found.sort(key=lambda t: (t.start, -t.end))
        taken = [(t.start, t.end) for t in found if t.group.startswith("health.pair")]
        return [
            t
            for t in found
            if t.group.startswith("health.pair")
            or t.role in ("neg", "gone", "better", "affirm", "possible", "chronic")
            or not any(a <= t.start < b for a, b in taken)
        ]

    def _pairs(self, bodies: list[Hit], ache: Hit) -> list[Hit]:
        found = []
        for body in bodies:
            pair = self._document.rules.pair_of.get((body.value, ache.value))
            gap = self._plain[body.end : ache.start]
            if pair is None or len(gap) > 12:
                continue
            role = "symptom" if pair.symptom else "open"
            if _NOT_THAT.search(gap):
                found.append(Hit(body.start, ache.end, "denied_pair", pair.symptom, pair.id))
            else:
                found.append(Hit(body.start, ache.end, role, pair.symptom, pair.id))
        return found

    def _is_notice(self, sentence: Sentence) -> bool:
        """Told to others: 发热37.3℃以上的代表请第一时间联系我."""
        notices = [t for t in sentence.tokens if t.role == "notice"]
        if not notices or self._listed:
            return False
        if any(t.role == "temp" and self._plain.find(",", t.end, notices[0].start) >= 0 for t in sentence.tokens):
            return False
        return not any(
            t.role in ("self", "name", "kin") and t.start < notices[0].start for t in sentence.tokens
        ) and not (any(t.role in ("self", "name") and t.start > notices[-1].end for t in sentence.tokens))

    # ---- findings ----

    def _temperature(self, token: Hit, state: State, *, bound: bool, suspect: bool) -> None:
        plain, start = self._plain, self._sentence.clause_start(token.start)
        clause = [t for t in self._sentence.tokens if start <= t.start < self._sentence.clause_end(token.start)]
        if self._of_a_thing(clause, token):
            return
        if suspect and state is State.UNREAL:
            state = State.AFFIRMED  # 体温386？？
        if state in (State.UNREAL, State.LONG_PAST) or self.cast.others(token):
            return
        before = plain[max(start, token.start - 6) : token.start]
        if not bound and (_CORRECTION.search(before) or _DROPPED_AFTER.match(plain, token.end, self._sentence.end)):
            return
        past = state is State.PAST or bool(_DATE_BEFORE.search(before))
        newest = self._is_newest(clause, token)
        together = any(t.role == "all" for t in clause) or any(
            t.role in ("kin", "self", "name") for t in clause if t.start < token.start
        )
        for sheet in self.cast.sheets(token, together=together):
            if suspect:
                sheet.suspect = True
            elif bound:
                self._bound(sheet, token, before)
            else:
                sheet.suspect = False  # 体温363，是36.3
                sheet.temperatures.append(_measured(token, past=past, newest=newest))

    def _of_a_thing(self, clause: Sequence[Hit], token: Hit) -> bool:
        """大棚38度, 38度的水: what is measured stands next to the number, and no body does."""
        if findings.animals(self._sentence, token):
            return True
        for t in clause:
            if t.role not in ("not_body", "animal"):
                continue
            if t.end <= token.start <= t.end + 8:
                between_them = [o for o in clause if t.end <= o.start < token.start]
                body = any(o.role in ("self", "kin", "name") for o in between_them)
                measured = re.search(r"量|测|体温", self._plain[t.end : token.start])
                if not body and not measured:
                    return True
            if token.end <= t.start <= token.end + 3:
                return True
        return False

    def _is_newest(self, clause: Sequence[Hit], token: Hit) -> bool:
        """现在36.8, 变成37.4: what was measured before is past.

        A second measuring alone (再测36.6) puts only a fever aside.
        """
        for t in clause:
            if t.role in ("newest", "correct") and t.end <= token.start and not _other_temp_between(clause, t, token):
                word = self._plain[t.start : t.end]
                if ("测" not in word and "量" not in word) or "重新" in word:
                    return True
                others = [
                    float(o.value)
                    for o in self._sentence.tokens
                    if o.role == "temp" and o.value and o.start < token.start
                ]
                if any(value >= temperature.FEVER for value in others):
                    return True
        return False

    def _bound(self, sheet: Sheet, token: Hit, before: str) -> None:
        """不到37 and 37.3以下 are no readings but say that there is no fever; 超过37.3 says that there is."""
        after = self._plain[token.end : token.end + 4]
        if (
            re.search(r"(?:高于|超过)\s?$", before) and not re.search(r"[没未不]有?超过\s?$", before)
        ) or "以上" in after:
            return
        if float(token.value) <= temperature.FEVER:
            sheet.well = True

    def _finding(self, index: int, token: Hit) -> None:
        state = self._sentence.states.get(index, State.AFFIRMED)
        note = findings.NOTES.get(token.role)
        if note is None or (state is State.UNREAL and token.role != "released"):
            return
        scene = findings.Scene(self._plain, self._sentence, self._listed, self.cast.reported)
        if token.role in ("symptom", "open") and findings.somebody_elses(scene, token, state):
            return
        if self.cast.ignores(token):
            return
        for sheet in self.cast.sheets(token):
            note(scene, sheet, token, state)

    # ---- what a whole clause says ----

    def _per_clause(self, sentence: Sentence) -> None:
        exposed = any(t.role in ("area", "contact") for t in sentence.tokens)
        placed = bool(_PLACE_AHEAD.search(self._plain, sentence.start, sentence.end))
        clause = sentence.start
        while clause < sentence.end:
            end = sentence.clause_end(clause)
            if exposed:
                self._exposure(sentence, clause, end)
            if placed or clause in self._document.places:
                self._location(sentence, clause, end)
            clause = end + 1

    def _exposure(self, sentence: Sentence, start: int, end: int) -> None:
        found = exposure.read(sentence, start, end, other=self.cast.other_at(start))
        if found is None:
            return
        answer, hits = found
        shared = hits[0].role == "contact" and bool(re.search(r"我家|我们|[和跟与]我", self._plain[start:end]))
        everybody = bool(re.match(r"\s?(?:我们|全家|以上|大家)?(?:均|都|皆|全都)", self._plain[start:end]))
        for sheet in self.cast.sheets_at(hits[0].start, shared=shared, everybody=everybody):
            if not (sheet.exposure and not answer):
                sheet.exposure = answer
            told = any(
                t.role in ("self", "kin", "name", "present") and t.start <= hits[0].start for t in sentence.tokens
            )
            sheet.told_exposure = sheet.told_exposure or not answer or told or self._listed
            sheet.rules.update(dict.fromkeys(hit.group for hit in hits))

    def _location(self, sentence: Sentence, start: int, end: int) -> None:
        past = any(t.role in ("past", "long_past") and start <= t.start < end for t in sentence.tokens)
        past = past and not any(t.role in ("present", "newest") and start <= t.start < end for t in sentence.tokens)
        places = self._document.places
        found = place.named(self._plain, start, end, places)
        if found is None and (self._listed or self.cast.reported) and self._names_a_place(start, end):
            found = self._bare_place(start, end)
        if found is None or (
            past and not re.search(r"[进送转回]到?了?$", self._plain[max(start, found[0] - 4) : found[0]])
        ):
            return
        if self._plain[max(start, found[0] - 3) : found[0]].endswith(("不在", "没在", "没到", "没去", "没回", "未到")):
            return
        for sheet in self.cast.sheets_at(found[0]):
            if sheet.location is None:
                sheet.location = self._document.visible(*found)

    def _names_a_place(self, start: int, end: int) -> bool:
        return any(start <= at < end for at in self._document.places) or bool(
            _PLACE_END.search(self._plain, start, end)
        )

    def _bare_place(self, start: int, end: int) -> tuple[int, int] | None:
        """A clause, or a part between blanks, that is a place and nothing else: 36.4 天水."""
        for part in re.finditer(
            r"[^\s()、:+]+?(?=(?:家中|家里|家|老家|娘家|这边)?(?:[\s()、:+]|$))", self._plain[start:end]
        ):
            begin, stop = start + part.start(), start + part.end()
            if part[0].startswith(("在", "未", "没", "不", "无")):
                continue
            whole = place.reach(self._plain, begin, stop, self._document.places) == stop
            if whole and stop - begin >= (2 if begin in self._document.places else 3):
                return begin, stop
        return None

    # ---- the end ----

    def reports(self, chain: str | None) -> list[Record]:
        """What the sheets come to, one report for each person."""
        found: list[Record] = []
        for sheet in self.cast.finished():
            source = self._document.visible(sheet.first, sheet.last) if sheet.first >= 0 else ""
            found.append(sheet.report(self.cast.subject_of(sheet.who), source, chain))
        return found


def _measured(token: Hit, *, past: bool, newest: bool) -> Measured:
    return Measured(float(token.value), past, newest)


def _other_temp_between(tokens: Sequence[Hit], first: Hit, last: Hit) -> bool:
    return any(t.role == "temp" and first.end <= t.start < last.start for t in tokens)
