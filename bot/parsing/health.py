"""Health reports (健康上报): a stretch of a message in, one record per person out.

Called by `bot.parsing.prose` for free text and by `bot.parsing.lists` for a line of a 接龙 or table. Walks through the
sentences, knows at each word whom it is about, and notes what `polarity` says of it on that person's `Sheet`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.parsing import exposure, persons, place, temperature
from bot.parsing.document import Document, Speaker, between
from bot.parsing.lexicon import HEALTH, Hit
from bot.parsing.persons import Cast
from bot.parsing.polarity import Sentence, State
from bot.parsing.sheets import FEVER_WORD, Measured, Sheet
from bot.records import Diagnosis, HealthReport, Isolation, Record

_STOP = re.compile(r"[。!?;\n…]+|\.{3,}|(?<=[^\d\s])\.(?=\s|$)")
_BARE = re.compile(
    r"(?:[\s,、:+*~()\"'“”·.✅☑✔👌🆗👍💪😊😄🙏😷🌡🤒🤧\U0001F300-\U0001FAFF]|我们|我|本人|俺|额|咱|自己|人|今天|今日|今早|今晚|今晨|早上|晚上|上午|下午|中午|现在|目前|早|晚|昨天到今天|"
    r"都|均|全|很|蛮|挺|还|非常|也|一直|一切|[他她爸妈爷奶哥弟姐妹儿女孙媳婆公岳父母口个子两三四]|视频里|电话里|看着?|各方面|方面|身体|体温|健康|状况|状态|情况|精神|是|的|呢|哈|啊|呀|了|哦|咧|哩|嘞|着|得|报告|汇报|报|组织|请放心|放心|勿念|谢谢关心|感谢关心|"
    r"大家好|大家早上好|各位|领导|好|全家|家人|家里|家里人|爱人|老婆|孩子|和|跟|与|及|老人|父母|其他|其它|别的|其余|另外|代表|同志|第[\d一二三四五六七八九十]+天|在家|没出门|未出门|未外出|没有外出|没外出|不外出)*"
)
_CORRECTION = re.compile(r"不是\s?$|(?:写|打|报|填|输|说|看|记|发)(?:成|的是|了)\s?$|误[报写填为]\s?$|^\s?(?:是)?(?:写|打|报|填|输|说|量|看)?错")
_DROPPED_AFTER = re.compile(r"\s?(?:是)?(?:打错|写错|报错|填错|输错|说错|看错|量错|错|作废)|\s?[改→>\-]{1,2}\s?[为成>]?|\s?应[为该是]")
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
    for begin, stop in _sentences(document.plain, start, end):
        walk.sentence(begin, stop, between(hits, begin, stop), [t for t in temps if begin <= t.start < stop])
    return walk.reports(chain)


_SUBJECTS = frozenset({"self", "kin", "name", "animal", "pronoun"})
_TELLING = frozenset(
    "symptom body open well fine generic isolation released diagnosis contact area better gone still thermometer topic".split()
)


def _sentences(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    found = []
    for stop in _STOP.finditer(plain, start, end):
        if stop.start() > start:
            found.append((start, stop.start()))
        start = stop.end()
    if start < end:
        found.append((start, end))
    return found


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
        sentence = self._sentence = Sentence(self._plain, start, end, tokens)
        self.cast.begin(sentence)
        if self._is_notice(sentence):
            return
        for index, token in enumerate(tokens):
            if token.role in persons.ROLES:
                self.cast.meet(index, token)
            elif token.role == "temp":
                state = sentence.states.get(index, State.AFFIRMED)
                self._temperature(token, state, bound=token.start in bounds, suspect=token.start in suspects)
            else:
                self._finding(index, token)
        self._per_clause(sentence)

    def _tokens(self, start: int, end: int, hits: list[Hit], temps: Sequence[temperature.Reading]) -> list[Hit]:
        covered = [(t.start, t.end) for t in temps]
        tokens = [Hit(t.start, t.end, "temp", "" if t.value is None else str(t.value), "health.temperature") for t in temps]
        named = self.cast.names(start, end, covered, tokens=hits)
        covered += [(n.start, n.end) for n in named]
        tokens += named
        for hit in hits:
            if hit.role in HEALTH and not any(a <= hit.start < b for a, b in covered):
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
        found.sort(key=lambda t: (t.start, -t.end))
        taken = [(t.start, t.end) for t in found if t.group.startswith("health.pair")]
        return [
            t
            for t in found
            if t.group.startswith("health.pair")
            or t.role in ("neg", "gone", "better", "affirm", "possible")
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
            if any(c in gap for c in "不没无冇") and not re.search(r"不[停住断时]|没[完断]|受不了", gap):
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
        return not any(t.role in ("self", "name", "kin") and t.start < notices[0].start for t in sentence.tokens) and not (
            any(t.role in ("self", "name") and t.start > notices[-1].end for t in sentence.tokens)
        )

    # ---- findings ----

    def _temperature(self, token: Hit, state: State, *, bound: bool, suspect: bool) -> None:
        plain, start = self._plain, self._sentence.clause_start(token.start)
        clause = [t for t in self._sentence.tokens if start <= t.start < self._sentence.clause_end(token.start)]
        if any(t.role in ("not_body", "animal") for t in clause) and not any(t.value == FEVER_WORD for t in clause):
            return
        if state in (State.UNREAL, State.LONG_PAST) or self.cast.other:
            return
        before = plain[max(start, token.start - 6) : token.start]
        if not bound and (_CORRECTION.search(before) or _DROPPED_AFTER.match(plain, token.end, self._sentence.end)):
            return
        past = state is State.PAST or bool(_DATE_BEFORE.search(before))
        newest = self._is_newest(clause, token)
        together = any(t.role == "all" for t in clause) or any(t.role in ("kin", "self", "name") for t in clause if t.start < token.start)
        for sheet in self.cast.sheets(token, together=together):
            if suspect:
                sheet.suspect = True
            elif bound:
                self._bound(sheet, token, before)
            else:
                sheet.temperatures.append(_measured(token, past=past, newest=newest))

    def _is_newest(self, clause: Sequence[Hit], token: Hit) -> bool:
        """现在36.8, 变成37.4: what was measured before is past. A second measuring alone (再测36.6) puts only a fever aside."""
        for t in clause:
            if t.role in ("newest", "correct") and t.end <= token.start and not _other_temp_between(clause, t, token):
                word = self._plain[t.start : t.end]
                if "测" not in word and "量" not in word:
                    return True
                others = [float(o.value) for o in self._sentence.tokens if o.role == "temp" and o.value and o.start < token.start]
                if any(value >= temperature.FEVER for value in others):
                    return True
        return False

    def _bound(self, sheet: Sheet, token: Hit, before: str) -> None:
        """不到37 and 37.3以下 are no readings but say that there is no fever; 超过37.3 says that there is."""
        after = self._plain[token.end : token.end + 4]
        if re.search(r"(?:高于|超过)\s?$", before) and not re.search(r"[没未不]有?超过\s?$", before) or "以上" in after:
            return
        if float(token.value) <= temperature.FEVER:
            sheet.well = True

    def _finding(self, index: int, token: Hit) -> None:
        role = token.role
        state = self._sentence.states.get(index, State.AFFIRMED)
        handler = _HANDLERS.get(role)
        if handler is None:
            return
        if state is State.UNREAL and role not in ("released",):
            return
        if role in ("symptom", "open") and self._somebody_elses(token, state):
            return
        if self.cast.ignores(token):
            return
        for sheet in self.cast.sheets(token):
            handler(self, sheet, token, state)

    def _somebody_elses(self, token: Hit, state: State) -> bool:
        """腹泻的病人补液要及时; 电脑又发烫."""
        if re.match(r"的(?:病人|患者|人(?!是)|同志|人员|老人|孩子要|村民|群众|居民|要|请|代表)", self._plain[token.end : token.end + 5]) and state is not State.DENIED:
            return True
        if re.search(r"可能是新冠|早期信号|是新冠|典型症状|要警惕|要当心|等信号|这些症状的", self._plain[token.end : self._sentence.clause_end(token.end)]):
            return True
        if self._animals(token):
            return True
        if "烫" not in self._plain[token.start : token.end]:
            return False
        start = self._sentence.clause_start(token.start)
        return any(t.role == "not_body" and start <= t.start < token.start for t in self._sentence.tokens)

    def _animals(self, token: Hit) -> bool:
        """我家那几头猪今天不吃食，还咳嗽."""
        nearest = next((t for t in reversed(self._sentence.tokens) if t.start < token.start and t.role in _SUBJECTS), None)
        return nearest is not None and nearest.role == "animal"

    def _symptom(self, sheet: Sheet, token: Hit, state: State) -> None:
        sheet.note(state, token.value)

    def _denied_pair(self, sheet: Sheet, token: Hit, state: State) -> None:
        sheet.denied.add(token.value)
        sheet.well = True

    def _open(self, sheet: Sheet, token: Hit, state: State) -> None:
        if state is State.DENIED:
            sheet.well = True
        elif state is State.POSSIBLE:
            sheet.possible = True
        elif state is State.PAST:
            sheet.past_complaint = True
        elif state is not State.LONG_PAST:
            sheet.complaint = True

    def _generic(self, sheet: Sheet, token: Hit, state: State) -> None:
        if state is State.DENIED:
            sheet.well = sheet.said_well = True
            return
        before = self._plain[max(self._sentence.start, token.start - 4) : token.start]
        if re.search(r"(?:有|出现|有点|有些|有轻微|轻微)\s?$", before) and self._plain[token.start : token.end] not in ("情况", "反应", "问题", "毛病"):
            sheet.complaint = True

    def _well(self, sheet: Sheet, token: Hit, state: State) -> None:
        if state is State.DENIED:
            sheet.complaint = True
        elif state is State.AFFIRMED:
            sheet.well = sheet.said_well = True

    def _fine(self, sheet: Sheet, token: Hit, state: State) -> None:
        """正常, 健康, 好: only where the clause is about health or says nothing else."""
        start, end = self._sentence.clause_start(token.start), self._sentence.clause_end(token.start)
        tokens = [t for t in self._sentence.tokens if start <= t.start < end]
        about = any(t.role in ("topic", "temp") and t.end <= token.start for t in tokens)
        bare = bool(_BARE.fullmatch(self._plain[start : token.start])) and bool(
            _BARE.fullmatch(self._plain[token.end : end])
            or any(t.role in ("temp", "fine", "well", "symptom", "neg") and t.start >= token.end for t in tokens)
        )
        word = self._plain[token.start : token.end]
        if token.value == "weak" and not self._listed:
            persons_near = any(t.role in ("temp", "topic") for t in tokens) or any(
                t.role in ("self", "kin", "pronoun") and t.start < token.start for t in self._sentence.tokens
            )
            bare = bare and (persons_near or self.cast.reported)
        if state is State.DENIED:
            if about or word in ("健康", "舒服"):
                sheet.complaint = True
        elif state is State.AFFIRMED and (bare or (about and word not in ("可以", "好") or about and self._plain[token.end : token.end + 1] in ",。 " or about and token.end == end) or (self._listed and word != "好")):
            sheet.well = sheet.said_well = True

    def _diagnosis(self, sheet: Sheet, token: Hit, state: State) -> None:
        found = Diagnosis(token.value)
        after = self._plain[token.end : token.end + 6]
        if re.search(r"[例名位]\s?$", self._plain[max(self._sentence.start, token.start - 3) : token.start]) and not self._listed:
            return
        if re.match(r"病例|病人|患者|者|的人|人员|出院患者|出院的|的患者|的病", after):
            return
        if state is State.DENIED:
            if found in (Diagnosis.EXCLUDED,):
                sheet.possible = True
            return
        if state is State.POSSIBLE:
            sheet.possible = True
            return
        order = [Diagnosis.SUSPECTED, Diagnosis.CONFIRMED, Diagnosis.ASYMPTOMATIC, Diagnosis.EXCLUDED, Diagnosis.CURED]
        if sheet.diagnosis is None or order.index(found) >= order.index(sheet.diagnosis):
            sheet.diagnosis = found
        if found in (Diagnosis.EXCLUDED, Diagnosis.CURED):
            sheet.well = True

    def _isolation(self, sheet: Sheet, token: Hit, state: State) -> None:
        if state in (State.DENIED, State.LONG_PAST):
            sheet.well = sheet.well or state is State.DENIED
            return
        value = token.value
        if value in ("集中", "?") and _AT_WORK.search(self._plain, token.end, min(token.end + 10, self._sentence.end)):
            return
        if value in ("?", "居家"):
            start, end = self._sentence.clause_start(token.start), self._sentence.clause_end(token.start)
            places = [t.value for t in self._sentence.tokens if t.role == "isolation_place" and start <= t.start < end]
            value = value if value == "居家" else next((p for p in ("医院", "集中", "居家") if p in places), "")
            if value != "居家" and ("医院" in self._plain[start:end] or "病房" in self._plain[start:end]):
                value = "医院"
        before = self._plain[max(self._sentence.start, token.start - 8) : token.start]
        word = self._plain[token.start : token.end]
        if word.endswith(("点", "酒店", "宾馆", "方舱", "病房", "病区")) and not (
            re.search(r"[在住进到于去送]|转", before) or re.match(r"\s?(?:第|隔离|观察|住|里)", self._plain[token.end : token.end + 3])
        ):
            return
        if self._plain.startswith("的", token.end) and not re.match(r"的?第", self._plain[token.end : token.end + 2]):
            return
        if value:
            sheet.isolation = Isolation(value)
            mine = any(t.role in ("self", "kin", "name", "present") and t.start < token.start for t in self._sentence.tokens)
            sheet.told_isolation = sheet.told_isolation or mine or self._listed or bool(re.search(r"在|已|正|被|按", before)) or bool(
                re.match(r"\s?(?:第|期|中|观察)", self._plain[token.end : token.end + 2])
            )

    def _released(self, sheet: Sheet, token: Hit, state: State) -> None:
        before = self._plain[max(self._sentence.start, token.start - 3) : token.start]
        clause = self._plain[self._sentence.clause_start(token.start) : token.start]
        if re.search(r"[未没]有?$|还差|还有|还要|还剩|等|才$|再过|尚未|待$|后天|明天|准备|快要?$|将|即将|申请|何时|什么时候", clause):
            return
        sheet.isolation = None
        sheet.well = True

    def _gone(self, sheet: Sheet, token: Hit, state: State) -> None:
        if state is State.PAST and not any(t.role == "temp" for t in self._sentence.tokens):
            state = State.AFFIRMED
        before = self._plain[max(self._sentence.start, token.start - 2) : token.start]
        if re.search(r"[没未不]有?$", before):
            return
        known = sheet.symptoms or sheet.past or sheet.complaint or sheet.past_complaint or sheet.doubted or sheet.temperatures or sheet.denied
        if not known and token.value != FEVER_WORD:
            clause = self._plain[self._sentence.clause_start(token.start) : token.start]
            if not re.fullmatch(r"(?:[\s我早已经都全今天现在人身体基本完全感冒病就也了]|咳嗽|发烧)*", clause):
                return
        if token.value == FEVER_WORD:
            sheet.over([FEVER_WORD], whole=False)
            return
        start = self._sentence.clause_start(token.start)
        near = [
            t.value
            for t in self._sentence.tokens
            if t.role == "symptom" and start <= t.start < token.start
        ]
        everything = {*sheet.symptoms, *sheet.past, *sheet.doubted}
        sheet.over(near or everything, whole=not near)
        if near:
            sheet.recovered = True

    def _still(self, sheet: Sheet, token: Hit, state: State) -> None:
        if sheet.past:
            sheet.symptoms.update(sheet.past)
            sheet.past.clear()
        if "烧" in self._plain[token.start : token.end] or "退" in self._plain[token.start : token.end]:
            sheet.symptoms[FEVER_WORD] = None
        elif not sheet.symptoms:
            sheet.complaint = True

    def _better(self, sheet: Sheet, token: Hit, state: State) -> None:
        word = self._plain[token.start : token.end]
        if word in ("不太", "不大", "不怎么", "不那么", "没那么", "不是很", "稳定", "不错"):
            after = self._plain[token.end : self._sentence.clause_end(token.end)]
            if not re.match(r"(?:咳|烧|疼|痛|难受|舒服|流|拉|吐|喘|晕|闷|堵|塞|好|明显|严重|厉害|发烧|发热|恶心|酸|正常|精神)", after):
                return
        if sheet.symptoms or sheet.past or sheet.complaint or sheet.past_complaint:
            rest = self._plain[token.end : self._sentence.end]
            if not re.search(r"但?还(?:在|是|有)|仍", rest) or not sheet.symptoms:
                sheet.better = True
            sheet.symptoms.update(sheet.past)
            sheet.past.clear()
        elif word not in ("稳定", "改善", "控制住", "少了", "缓和"):
            sheet.better = True

    # ---- what a whole clause says ----

    def _per_clause(self, sentence: Sentence) -> None:
        clause = sentence.start
        while clause < sentence.end:
            end = sentence.clause_end(clause)
            self._exposure(sentence, clause, end)
            self._location(sentence, clause, end)
            clause = end + 1

    def _exposure(self, sentence: Sentence, start: int, end: int) -> None:
        found = exposure.read(sentence, start, end, other=self.cast.other_at(start))
        if found is None:
            return
        answer, hits = found
        for sheet in self.cast.sheets_at(hits[0].start):
            if not (sheet.exposure and not answer):
                sheet.exposure = answer
            sheet.rules.update(dict.fromkeys(hit.group for hit in hits))

    def _location(self, sentence: Sentence, start: int, end: int) -> None:
        past = any(t.role in ("past", "long_past") and start <= t.start < end for t in sentence.tokens)
        past = past and not any(t.role in ("present", "newest") and start <= t.start < end for t in sentence.tokens)
        places = self._document.places
        found = place.named(self._plain, start, end, places)
        if found is None and (self._listed or self.cast.reported):
            found = self._bare_place(start, end)
        if found is None or (past and not re.search(r"[进送转回]到?了?$", self._plain[max(start, found[0] - 4) : found[0]])):
            return
        if self._plain[max(start, found[0] - 3) : found[0]].endswith(("不在", "没在", "没到", "没去", "没回", "未到")):
            return
        for sheet in self.cast.sheets_at(found[0]):
            if sheet.location is None:
                sheet.location = self._document.visible(*found)

    def _bare_place(self, start: int, end: int) -> tuple[int, int] | None:
        """A clause, or a part between blanks, that is a place and nothing else: 36.4 天水."""
        for part in re.finditer(r"[^\s()、:+]+?(?=(?:家中|家里|家|老家|娘家|这边)?(?:[\s()、:+]|$))", self._plain[start:end]):
            begin, stop = start + part.start(), start + part.end()
            if part[0].startswith("在"):
                continue
            if place.reach(self._plain, begin, stop, self._document.places) == stop and stop - begin >= 2:
                if begin in self._document.places or stop - begin >= 3:
                    return begin, stop
        return None

    # ---- the end ----

    def reports(self, chain: str | None) -> list[Record]:
        """What the sheets come to, one report for each person."""
        found: list[Record] = []
        for sheet in self.cast.finished():
            source = self._document.visible(sheet.first, sheet.last) if sheet.first >= 0 else ""
            report: HealthReport = sheet.report(self.cast.subject_of(sheet.who), source, chain)
            found.append(report)
        return found


_HANDLERS = {
    "symptom": _Walk._symptom,
    "denied_pair": _Walk._denied_pair,
    "open": _Walk._open,
    "generic": _Walk._generic,
    "well": _Walk._well,
    "fine": _Walk._fine,
    "diagnosis": _Walk._diagnosis,
    "isolation": _Walk._isolation,
    "released": _Walk._released,
    "gone": _Walk._gone,
    "still": _Walk._still,
    "better": _Walk._better,
}


_AT_WORK = re.compile(r"做后勤|后勤|保障|值班|上班|工作|执勤|值守|帮忙|服务|负责|送[饭餐菜物]|志愿|驻点|巡查|人员|的人|户|家庭|群众|对象")


def _measured(token: Hit, *, past: bool, newest: bool) -> Measured:
    return Measured(float(token.value), past, newest)


def _other_temp_between(tokens: Sequence[Hit], first: Hit, last: Hit) -> bool:
    return any(t.role == "temp" and first.end <= t.start < last.start for t in tokens)
