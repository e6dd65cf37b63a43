"""Health reports (健康上报): a stretch of a message in, one record per person out.

Called by `bot.parsing.prose` for free text and by `bot.parsing.chains` for a line of a 接龙 or table. Walks through the
sentences, knows at each word whom it is about, and notes what `polarity` says of it on that person's `Sheet`.

It is longer than most modules because the walk keeps one state from the first word of a message to the last.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence, Set
from itertools import pairwise

from bot.parsing import exposure, findings, persons, place, suspicion, temperature
from bot.parsing.document import Document, Speaker, between, sentences
from bot.parsing.lexicon import Hit
from bot.parsing.mentions import Mentions
from bot.parsing.persons import Cast
from bot.parsing.polarity import Sentence, State
from bot.parsing.sheets import Measured, Sheet
from bot.parsing.witness import Word
from bot.records import Record

_CORRECTION = re.compile(
    r"(?:撤回|忽略|作废)[^,]{0,6}$|不是\s?$|(?:写|打|报|填|输|说|看|记|发)(?:成|的是|了)\s?$|误[报写填为]\s?$|^\s?(?:是)?(?:写|打|报|填|输|说|量|看)?错"
)
_DROPPED_AFTER = re.compile(
    r"\s?(?:的)?那[条个行次]|\s?(?:是)?(?:不对|有误|不准|手滑|笔误|手误|口误|误报|[写看记弄打报]反|打错|写错|报错|填错|输错|说错|看错|量错|错|作废)|\s?[改→>\-]{1,2}\s?[为成>]?|\s?应[为该是]"
)
_DATE_BEFORE = re.compile(r"昨\s?$|(?:昨[天日晚夜]|前[天日晚]|上周)[^,]{0,6}$")


def read(
    document: Document, start: int, end: int, speaker: Speaker, *, chain: str | None = None, listed: bool = False
) -> list[Record]:
    """The health reports between two places of a message.

    Args:
        listed: a line of a list, where a bare number or place behind a name counts.
    """
    hits = between(document.health, start, end)
    if listed:
        temps = temperature.readings(document.plain, start, end, listed=True)
    else:
        temps = document.temperatures(start, end)
    if not temps and speaker.question is not None and _BARE_NUMBER.fullmatch(document.plain, start, end):
        temps = list(temperature.readings(document.plain, start, end, listed=True))
    goes_on = bool(speaker.complaints) and _STILL_SO.search(document.plain, start, end) is not None
    if (
        not temps
        and not goes_on
        and (_TELLING.isdisjoint(document.felt) or _TELLING.isdisjoint([hit.role for hit in hits]))
    ):
        return []
    walk = _Walk(document, speaker, listed=listed)
    for begin, stop in sentences(document.plain, start, end):
        walk.sentence(begin, stop, between(hits, begin, stop), _within(temps, begin, stop))
    if goes_on:
        walk.cast.go_on(speaker.complaints)
    return walk.reports(chain)


def complaints(document: Document, start: int, end: int) -> tuple[str, ...]:
    """The symptoms that a quote speaks of, which a reply may mean by 还疼."""
    hits = between(document.health, start, end)
    if not any(hit.role in ("symptom", "body", "open") for hit in hits):
        return ()
    said = [hit.value if hit.role == "symptom" else "" for hit in hits if hit.role in ("symptom", "open")]
    bodies = [hit for hit in hits if hit.role == "body"]
    for body in bodies:
        following = [h for h in hits if h.role == "ache" and h.start >= body.end]
        pair = document.rules.pair_of.get((body.value, following[0].value if following else "痛"))
        said += [pair.symptom] if pair is not None else []
    return tuple(dict.fromkeys(said))


_BARE_NUMBER = re.compile(r"\s*[34]\d\s?度?\s*[。!~]?\s*")
_STILL_SO = re.compile(
    r"(?:还|仍|剩|又|更)(?!没|是没|行|好|可以)[^,。!?]{0,5}?(?:疼|痛|咳|烧|拉|吐|堵|塞|流|闷|痒|哑|晕|昏|软|酸|胀|喘|没劲|难受|不舒服|有一?点|有些|那样|老样子)|没(?:退|好(?!好)|见好|消|断|缓解|减轻)"
)


_PLACE_AHEAD = re.compile(r"[在住居送转到回返位抵址滞困省市县区州镇乡村路街院]|[\s:][^\d\s]{2}")
_ALL_WENT = re.compile(
    r"(?:我们|我俩|咱们?)(?:两个?|几个?|俩|三个?|四个?)?(?:人|口子|老口)?(?:都|均|全)|我们?家(?:里?都|没|里?没|里?无)"
)
_ALL_OF_US = re.compile(
    r"(?:^|[我他她]们?|家人?|[俩两三四]个?人?|现在|目前|就|也|已经?|[我和跟].{1,4})(?:都|均|全|一起)[^,]{0,6}$"
)
_NOTHING = frozenset(["没啥", "没什么", "冇么子", "没得啥", "没么子"])
_SCREENED = re.compile(r"(?:测温|[测量]了|测量|检测|排查)[^,]{0,6}?\d+(?:余|多)?(?:人|名|位|车)")
_EXAMPLE_LIKE = re.compile(
    r"[“\"「]|[\u4e00-\u9fff]某某|某某|任何单位|第[一二三四五六七八九十百]+条|》|通报|病例\d|患者\d"
)
_LAW = re.compile(r"任何单位(?:和|或者?|及)个人|《[^》]{1,20}(?:法|条例|规定|办法)》[^,。]{0,3}(?:第|规定|明确|[,:])")
_CASE_TOLD = re.compile(r"(?:通报|病例|患者)[^,。:]{0,4}\d{0,3}号?[^,。:]{0,4}[:,]\s?[男女]\s?,")
_ANYBODY = re.compile(r"(?:[例如]|示例|样式|模板|写成?|报成?)[:,]?\s?[“\"「]?(?:[\u4e00-\u9fff]某|某某)")
_EXAMPLE = re.compile(
    r"(?:像|照着?|按照?|参照|例如)[^“\"「]{0,4}[“\"「][^”\"」]*[”\"」][^,]{0,4}(?:这样|写|报|格式|填|发)|格式[^,]{0,4}[“\"「]|[栏里]填?写?[“\"「]无|没有的[写填][“\"「]?无"
)
_REASSURING = re.compile(
    r"[^,]{0,2}(?:原因|因为)|\s?[:,]?\s?(?:体温)?[:是]?\s?(?:3[4-9]|4[0-2]|三十)|[^,]{0,6}(?:放心|勿念|担心|知悉|见谅|谅解|惦记)"
)
_LATER = re.compile(r"(?:再|晚点|等会儿?|等下|待会儿?|回头|过会儿?|稍后)$")
"""晚点再报体温: tells of oneself."""
_GREETING = re.compile(r"快乐|吉祥|如意|大吉|恭喜|拜年|幸福|春安|顺遂|顺意|步步高|兴隆|新的一天|美好的一天")
_WISHED = frozenset(
    [
        "身体健康",
        "健康",
        "平安",
        "平平安安",
        "健健康康",
        "安康",
        "安好",
        "一切安好",
        "一切平安",
        "身体好",
        "好",
        "身体棒",
    ]
)
_THEY_ARE = re.compile(
    r"(?:\d{1,2}|[一二两三四五六七八九十])\s?[名位人个](?:代表|同志)?[^,。;!?\d]{1,10}(?:,?\s?(?:分别)?[是为]|:)\s?"
    r"|(?:发[热烧]|高烧|低烧|咳嗽|咽痛|腹泻|乏力|不适|疑似|确诊|感冒)[^,。;:\d]{0,4}(?:\d{1,2}|[一二两三])\s?[名位人例](?:代表|同志)?\s?(?:,?\s?(?:分别)?[是为]|[:,])\s?"
)
_ONE_OF_THEM = re.compile(r"(?:1|一)\s?(?:人|名|位|例)(?:代表|同志)?[^,。;!?()]{0,10}\($")
_ONE_WITH = re.compile(r"(?:一|两|几|三|有|那|这)[个名位](?:体温|高烧|发烧)?\s?$")
_SOME_STRANGER = re.compile(
    r"(?<![家里中我屋咱俺头边])有[个位](?:[\u4e00-\u9fff]{0,3}(?:大爷|大妈|大娘|老头|老太太?|司机|男的|女的|小伙子?|顾客|旅客|乘客|学生|老乡|村民|业主|外地人|人))(?:被)?(?:体温)?(?:测|量|烧|发烧)?(?:出来?|到|得)?了?\s?$"
)
_PASSED_ROUND = re.compile(
    r"(?:传的|网上说?的?|视频里|新闻里|转的)(?:那个|那条|那位|的)?$|(?:水|油|锅|炉子?|汤|奶)(?:温|烧)?(?:到|开)?$"
)
_WARM_GAP = re.compile(
    r"(?:里面?|内|中|上|的|室?内?温度?|气温|最高|有|达到?|到了?|都|快|已经?|高达|大概|大约|约|接近|将近|足足|了|今天|现在|中午|下午|保持|控制|在|怕是?|恐怕|估计|只怕|得有|少说|\s)*"
)
_THING_GAP = re.compile(
    r"(?:里面?|内|中|上|室?内?温度?计?|最高|有|达到?|到了?|都|快|已经?|大概|大约|约|接近|足足|了|今天|现在|早上|中午|下午|晚上|夜里|保持|控制|在|就|冲|升|降|涨|一直|是|插|个|\d+(?:\.\d)?度|\s)*"
)
"""大棚里早上26度中午就冲到39度: between a thing and its warmth."""
_MET_THEM = re.compile(r"我[和跟与同][他她]们?(?:一起|一块|同桌)?(?:吃|喝|坐|打过?牌|开过?会|聊|见|接触|碰)")
_PLACE_END = re.compile(r"[省市县区州镇乡村路街院]")
_NOT_THAT = re.compile(r"(?:[不没无冇]|没有|冇得|也不|都不)(?:怎么|太|再|有|是|那么|会|感觉|觉得|特别|出现)?$")
_KIN = "妻夫母父儿女子媳孙爸妈爷奶"
_ONE_WORD_KIN = re.compile(rf"[,:;、\s。][{_KIN}]$")
_PART = re.compile(r"[^\s()、:+]+?(?=(?:家中|家里|家|老家|娘家|这边)?(?:[\s()、:+]|$))")
_ARRIVED = re.compile(r"[进送转回]到?了?$")
_THINGS = frozenset({"not_body", "animal"})
_CLOSE = _THINGS | {"newest", "correct"}
"""What in its own clause decides what a number is."""
_PERSONS = frozenset({"self", "kin", "name"})
_EXPOSURES = frozenset({"area", "contact", "case", "diagnosis"})
_YEAR = re.compile(r"(?<![\d.])(?:19\d\d|200\d|201[0-8]|(?:^|(?<=[,。\s在从自是我]))[06-9]\d)年(?=[^级龄纪代限\d]|$)")
"""Of a year long ago: 87年我得过一回肺炎."""
_NOT_TOLD = frozenset({"animal", "condition", "wish", "asked", "notice", "long_past"})
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


def _by_place(token: Hit) -> tuple[int, int]:
    return token.start, -token.end


def _uncovered(hits: list[Hit], covered: list[tuple[int, int]]) -> list[Hit]:
    """The words that do not begin within a temperature or a name."""
    if len(covered) == 1:
        ((begin, stop),) = covered
        return [hit for hit in hits if not begin <= hit.start < stop]
    inner = {place for begin, stop in covered for place in range(begin, stop)}
    return [hit for hit in hits if hit.start not in inner]


def _within(temps: list[temperature.Reading], start: int, end: int) -> list[temperature.Reading]:
    if not temps or (start <= temps[0].start and temps[-1].start < end):
        return temps
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
        self._greeted = False
        self._counted: list[tuple[Sentence, persons.Trail]] = []

    # ---- one sentence ----

    def sentence(self, start: int, end: int, hits: list[Hit], temps: Sequence[temperature.Reading]) -> None:
        """Note what one sentence says."""
        tokens = self._tokens(start, end, hits, temps)
        roles = {token.role for token in tokens}
        if "name" in roles:
            tokens = self._these(start, end, tokens)
        if "ache" in roles or "body" in roles:
            tokens = self._paired(tokens, roles)
            roles = {token.role for token in tokens}
        sentence = self._sentence = Sentence(self._plain, start, end, tokens, roles)
        self.cast.begin(sentence)
        if self._is_greeting(sentence) or (
            ("notice" in roles or _EXAMPLE_LIKE.search(self._plain, start, end)) and self._is_notice(sentence)
        ):
            self._witness(counted=False)
            return
        if self._is_screening(sentence):
            self._witness(counted=False)
            return
        scene = findings.Scene(self._plain, sentence, self._listed, self.cast)
        measured = {reading.start: reading for reading in temps} if temps else {}
        for index, token in enumerate(tokens):
            role = token.role
            if role in persons.ROLES:
                self.cast.meet(index, token)
            elif role == "temp":
                self._temperature(token, measured[token.start], sentence.state(index))
            elif role == "neg":
                self._nothing(token)
            elif role in findings.NOTES:
                self._finding(scene, token, sentence.state(index))
        self._per_clause(sentence)
        self._counted.append((sentence, self.cast.trail))
        if sentence.cues:
            self.cast.explain(cue.group for cue in sentence.cues)
        self._witness(counted=True)

    def _witness(self, *, counted: bool) -> None:
        """For "why?": how each word was meant and of whom."""
        witness, sentence = self._document.context.witness, self._sentence
        if witness is None:
            return
        words = [
            Word(hit, self._plain[hit.start : hit.end], sentence.state(index), self.cast.spoken_of(hit.start))
            for index, hit in enumerate(sentence.tokens)
        ]
        witness.saw(self._plain, (sentence.start, sentence.end), words, sentence.cues, counted=counted)

    def _tokens(self, start: int, end: int, hits: list[Hit], temps: Sequence[temperature.Reading]) -> list[Hit]:
        """The words of a sentence with its temperatures and names among them; what these cover is no other word."""
        covered = [(t.start, t.end) for t in temps]
        named = Mentions(self._document, start, end, tokens=hits, covered=covered, listed=self._listed).find()
        years = [
            Hit(*found.span(), "long_past", "", "cue.long-past") for found in _YEAR.finditer(self._plain, start, end)
        ]
        if not named and not temps and not years:
            return hits
        covered += [(n.start, n.end) for n in named]
        tokens = _uncovered(hits, covered) + years
        for t in temps:
            if self._plain[t.start - 1] in _KIN and _ONE_WORD_KIN.search(self._plain, max(start, t.start - 2), t.start):
                tokens.append(Hit(t.start - 1, t.start, "kin", "", "person.family"))
            tokens.append(Hit(t.start, t.end, "temp", "" if t.value is None else str(t.value), "health.temperature"))
        tokens += [self._of_one(start, n) for n in named]
        tokens.sort(key=_by_place)
        return tokens

    def _these(self, start: int, end: int, tokens: list[Hit]) -> list[Hit]:
        """两名代表咳嗽，分别是蒋敬、裴宣: the names come first, so that the cough is theirs."""
        found = _THEY_ARE.search(self._plain, start, end)
        if found is None:
            return tokens
        stop = self._plain.find(",", found.end(), end)
        stop = end if stop < 0 else stop
        named = [t for t in tokens if t.role == "name" and found.end() <= t.start < stop]
        if not named or named[0].start > found.end() + 1:
            return tokens
        rest = [t for t in tokens if t not in named]
        at = next((i for i, t in enumerate(rest) if t.start >= found.start()), len(rest))
        return [*rest[:at], *named, *rest[at:]]

    def _of_one(self, start: int, name: Hit) -> Hit:
        """1人咳嗽(谭勇): the name in brackets is whose cough it is, and so stands before it."""
        found = _ONE_OF_THEM.search(self._plain, max(start, name.start - 20), name.start)
        return name._replace(start=found.start(), value="") if found else name

    def _paired(self, tokens: list[Hit], roles: Set[str]) -> list[Hit]:
        """A part of the body and its complaint become one symptom: 脑袋一跳一跳地疼."""
        if "body" not in roles:
            return [t for told in tokens for t in (self._bare_ache(told) if told.role == "ache" else [told])]
        found: list[Hit] = []
        bodies: list[Hit] = []
        for token in tokens:
            if token.role == "body":
                bodies.append(token)
            elif token.role == "ache":
                found += self._pairs(bodies, token) or self._bare_ache(token)
                bodies = []
            else:
                if token.role in ("self", "kin", "name", "temp"):
                    bodies = []
                found.append(token)
        if bodies and "possible" in roles:  # 嗓子也说不上疼不疼
            found.append(Hit(bodies[-1].start, bodies[-1].end, "unclear", "", bodies[-1].group))
        found.sort(key=_by_place)
        taken = [(t.start, t.end) for t in found if t.group.startswith("health.pair")]
        return [
            t
            for t in found
            if t.group.startswith("health.pair")
            or t.role in ("neg", "gone", "better", "affirm", "possible", "chronic")
            or not any(a <= t.start < b for a, b in taken)
        ]

    def _bare_ache(self, ache: Hit) -> list[Hit]:
        """还疼 with no part of the body named: a complaint."""
        still = ache.value == "痛" and re.search(
            r"(?:还|仍|又)[有是很]?[点些]?$", self._plain[max(0, ache.start - 4) : ache.start]
        )
        return [Hit(ache.start, ache.end, "open", "", "health.ache")] if still else []

    def _pairs(self, bodies: list[Hit], ache: Hit) -> list[Hit]:
        found = []
        for body in bodies:
            pair = self._document.rules.pair_of.get((body.value, ache.value))
            gap = self._plain[body.end : ache.start]
            if pair is None or len(gap) > 12 or ("," in gap and body is not bodies[-1]):
                continue
            role = "symptom" if pair.symptom else "open"
            if _NOT_THAT.search(gap):
                found.append(Hit(body.start, ache.end, "denied_pair", pair.symptom, pair.id))
            else:
                found.append(Hit(body.start, ache.end, role, pair.symptom, pair.id))
        return found

    def _is_notice(self, sentence: Sentence) -> bool:
        """Told to others: 发热37.3℃以上的代表请第一时间联系我."""
        start, end = sentence.start, sentence.end
        if _EXAMPLE.search(self._plain, start, end) or (
            _ANYBODY.search(self._plain, start, end) and "我" not in self._plain[start:end]
        ):
            return True
        somebody = any(
            t.role in ("kin", "name", "temp") or (t.role == "self" and self._plain[t.start : t.end] != "个人")
            for t in sentence.tokens
        )
        dated = not sentence.roles.isdisjoint(("present", "newest", "past", "recent"))
        if not somebody and not dated and _LAW.search(self._plain, start, end):
            return True
        if not somebody and _CASE_TOLD.search(self._plain, start, end):
            return True
        notices = [
            t
            for t in sentence.tokens
            if t.role == "notice"
            and not _REASSURING.match(self._plain, t.end, sentence.end)
            and not _LATER.search(self._plain, max(start, t.start - 4), t.start)
        ]
        if not notices or self._listed:
            return False
        if any(t.role == "temp" and self._plain.find(",", t.end, notices[0].start) >= 0 for t in sentence.tokens):
            return False
        return not any(
            t.role in ("self", "name", "kin") and t.start < notices[0].start for t in sentence.tokens
        ) and not (
            any(
                t.role in ("self", "name") and t.start > notices[-1].end and not self._plain.startswith("自己", t.start)
                for t in sentence.tokens
            )
        )

    def _nothing(self, token: Hit) -> None:
        """我没啥, as the end of a clause: nothing is wrong."""
        if self._plain[token.start : token.end] not in _NOTHING:
            return
        if token.end == self._sentence.clause_end(token.start) and self._sentence.said_of_somebody(token):
            for sheet in self.cast.sheets(token):
                sheet.well = sheet.said_well = True

    def _is_screening(self, sentence: Sentence) -> bool:
        """今天测温52人次，均低于37.3: the numbers of those who came by."""
        found = _SCREENED.search(self._plain, sentence.start, sentence.end)
        return found is not None and not any(t.role in ("self", "kin", "name") for t in sentence.tokens)

    def _is_greeting(self, sentence: Sentence) -> bool:
        """各位代表节日快乐!身体健康!"""
        if self._listed or not (self._greeted or _GREETING.search(self._plain, sentence.start, sentence.end)):
            return False
        self._greeted = True
        said = [
            t
            for t in sentence.tokens
            if t.role not in ("topic", "wish", "title", "all", "other", "present", "thermometer")
        ]
        return bool(said) and all(self._plain[t.start : t.end] in _WISHED for t in said)

    # ---- findings ----

    def _temperature(self, token: Hit, reading: temperature.Reading, state: State) -> None:
        if reading.odd:
            for sheet in self.cast.sheets(token):
                sheet.odd = True
            return
        sentence, plain, suspect = self._sentence, self._plain, reading.value is None
        start = sentence.clause_start(token.start)
        clause: list[Hit] = []
        if self.cast.several or not sentence.roles.isdisjoint(_CLOSE):
            end = sentence.clause_end(token.start)
            clause = [t for t in sentence.tokens if start <= t.start < end]
        if not sentence.roles.isdisjoint(_THINGS) and self._of_a_thing(clause, token):
            return
        if self._of_a_stranger(token):
            return
        if suspect and state is State.UNREAL:
            state = State.AFFIRMED  # 体温386？？
        if state in (State.UNREAL, State.LONG_PAST) or self.cast.others(token):
            return
        before = plain[max(start, token.start - 6) : token.start]
        if not reading.bound and _taken_back(plain, before, token.end, sentence.end):
            return
        past = state is State.PAST or (before != "" and bool(_DATE_BEFORE.search(before)))
        newest = self._is_newest(clause, token)
        together = not self.cast.several or self._side_by_side(token) or _shared(clause, token)
        for sheet in self._apportioned(token, self.cast.sheets(token, together=together)):
            if suspect:
                sheet.suspect = True
            elif reading.bound:
                self._bound(sheet, token, before)
            else:
                sheet.suspect = False  # 体温363，是36.3
                sheet.temperatures.append(Measured(float(token.value), past, newest))

    def _of_a_thing(self, clause: Sequence[Hit], token: Hit) -> bool:
        """大棚38度, 38度的水: what is measured stands next to the number, and no body does."""
        if findings.animals(self._sentence, token):
            return True
        for t in clause:
            if t.role not in ("not_body", "animal") or (t.value == "place" and not self._warms(t, token)):
                continue
            if t.end <= token.start <= t.end + 8:
                between_them = [o for o in clause if t.end <= o.start < token.start]
                body = any(o.role in ("self", "kin", "name") for o in between_them)
                measured = re.search(
                    r"量|测|体温|回来|到家|[上下]班|干活|值班|起来|吃了|睡|完|后", self._plain[t.end : token.start]
                )
                if not body and not measured:
                    return True
            if token.end <= t.start <= token.end + 3:
                return True
            if (
                t.end <= token.start
                and "度" in self._plain[t.end : token.start]
                and _THING_GAP.fullmatch(self._plain, t.end, token.start)
            ):
                return True
        return False

    def _side_by_side(self, token: Hit) -> bool:
        """38.1、38.3 in one clause."""
        start, end = self._sentence.clause_start(token.start), self._sentence.clause_end(token.start)
        temps = [t for t in self._sentence.tokens if t.role == "temp" and start <= t.start < end]
        gaps = [self._plain[a.end : b.start] for a, b in pairwise(temps)]
        return len(temps) > 1 and all(re.fullmatch(r"\s?[、和/]\s?", gap) for gap in gaps)

    def _apportioned(self, token: Hit, sheets: list[Sheet]) -> list[Sheet]:
        """两位分别是36.4、36.6: to each their own, in order."""
        if len(sheets) < 2:
            return sheets
        at = self._plain.rfind("分别", self._sentence.start, token.start)
        at = self._sentence.clause_start(token.start) if at < 0 and self._side_by_side(token) else at
        if at < 0:
            return sheets
        temps = [t for t in self._sentence.tokens if t.role == "temp" and t.start >= at]
        return [sheets[temps.index(token)]] if len(temps) == len(sheets) else sheets

    def _warms(self, place: Hit, token: Hit) -> bool:
        """车间温度38度 and 车里40度, but not 在车间36.8: a place's warmth is told in whole degrees or by name."""
        if token.end <= place.start:
            return False
        gap = self._plain[place.end : token.start]
        named = re.search(r"温", gap) is not None
        inside = self._plain[place.start - 1 : place.start] in ("在", "到", "回") and not named
        whole = self._plain[token.start : token.end].isdecimal() or self._plain[token.end - 1] in "度℃"
        return (
            not inside
            and (named or (whole and "." not in token.value.replace(".0", "")))
            and bool(_WARM_GAP.fullmatch(gap))
        )

    def _of_a_stranger(self, token: Hit) -> bool:
        """卡口查到一个38度的司机."""
        before = self._plain[max(self._sentence.start, token.start - 8) : token.start]
        if before[-1:] in ",:、":  # none of them ends so
            return False
        if _SOME_STRANGER.search(self._plain, max(self._sentence.start, token.start - 16), token.start):
            return True
        if _PASSED_ROUND.search(before):
            return True
        return bool(_ONE_WITH.search(before)) and bool(
            re.match(r"\s?(?:的|让[他她]|叫[他她]|请[他她]|劝返|被劝)", self._plain[token.end : token.end + 3])
        )

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
        if re.match(r"[是为算的]", after):
            return
        if (
            re.search(r"(?:高于|超过|大于|大于等于|[≥≧>])\s?$", before)
            and not re.search(r"[没未不无][^,。]{0,3}超过\s?$", before)
        ) or "以上" in after:
            return
        if float(token.value) <= temperature.FEVER:
            sheet.well = True

    def _finding(self, scene: findings.Scene, token: Hit, state: State) -> None:
        role = token.role
        if state is State.UNREAL and role != "released":
            return
        if role in ("symptom", "open") and (
            findings.somebody_elses(scene, token, state)
            or _SOME_STRANGER.search(self._plain, max(self._sentence.start, token.start - 16), token.start)
        ):
            return
        if self.cast.other and self.cast.ignores(token):
            return
        if role in ("well", "fine"):
            self.cast.all_of_them(token)
        together = role == "isolation" and _ALL_OF_US.search(
            self._plain[self._sentence.clause_start(token.start) : token.start]
        )
        note = findings.NOTES[role]
        for sheet in self.cast.sheets(token):
            note(scene, sheet, token, state)
        for sheet in self.cast.everybody(token) if together else ():
            if sheet.isolation is None:
                note(scene, sheet, token, state)

    # ---- what a whole clause says ----

    def _per_clause(self, sentence: Sentence) -> None:
        exposed = not sentence.roles.isdisjoint(_EXPOSURES)
        placed = bool(_PLACE_AHEAD.search(self._plain, sentence.start, sentence.end))
        if not (exposed or placed or self._document.places):
            return
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
            if self.cast.met_a_case and _MET_THEM.search(self._plain, start, end):
                for sheet in self.cast.sheets_at(start):
                    sheet.exposure = sheet.told_exposure = True
            return
        answer, hits = found
        shared = hits[0].role == "contact" and bool(re.search(r"我家|我们|[和跟与]我", self._plain[start:end]))
        everybody = bool(re.match(r"\s?(?:我们|全家|以上|大家)?(?:均|都|皆|全都)", self._plain[start:end])) or bool(
            _ALL_WENT.search(self._plain, start, hits[0].start)
        )
        sheets = self.cast.sheets_at(hits[0].start, shared=shared, everybody=everybody)
        if answer and hits[0].role == "contact" and len(hits) > 1:  # 儿子从黄石回来跟我们同住
            sheets += [s for s in self.cast.sheets_at(hits[1].start) if s not in sheets]
        for sheet in sheets:
            if not (sheet.exposure and not answer):
                sheet.exposure = answer
            told = any(
                t.role in ("self", "kin", "name", "present") and t.start <= hits[0].start for t in sentence.tokens
            )
            sheet.told_exposure = sheet.told_exposure or not answer or told or self._listed
            sheet.rules.update(dict.fromkeys(hit.group for hit in hits))

    def _location(self, sentence: Sentence, start: int, end: int) -> None:
        found = place.named(self._plain, start, end, self._document.places)
        if found is None and self._names_a_place(start, end) and (self._listed or self.cast.reported):
            found = self._bare_place(start, end)
        if found is None:
            return
        before = self._plain[max(start, found[0] - 4) : found[0]]
        if _in_the_past(sentence, start, end) and not _ARRIVED.search(before):
            return
        if before.endswith(("不在", "没在", "没到", "没去", "没回", "未到")):
            return
        if self.cast.other_at(start) or self.cast.of_other(found[0]):
            return
        if any(t.role == "name" and t.start <= found[0] < t.end for t in sentence.tokens):
            return
        for sheet in self.cast.sheets_at(found[0]):
            if sheet.location is None:
                sheet.location = self._document.visible(*found)

    def _names_a_place(self, start: int, end: int) -> bool:
        if _PLACE_END.search(self._plain, start, end):
            return True
        return any(hit.role == "place" for hit in between(self._document.frame, start, end))

    def _bare_place(self, start: int, end: int) -> tuple[int, int] | None:
        """A clause, or a part between blanks, that is a place and nothing else: 36.4 天水."""
        for part in _PART.finditer(self._plain[start:end]):
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
        sheets = self.cast.finished()
        if any(sheet.untroubled for sheet in sheets):
            self._suspect()
        for sheet in sheets:
            source = self._document.visible(sheet.first, sheet.last) if sheet.first >= 0 else ""
            found.append(sheet.report(self.cast.subject_of(sheet.who), source, chain))
        return found

    def _suspect(self) -> None:
        """Leave open the state of whoever is well by all that was understood, where the rest sounds otherwise."""
        for sentence, trail in self._counted:
            start, end = sentence.start, sentence.end
            if self._plain.startswith("?", end) or not sentence.roles.isdisjoint(_NOT_TOLD):
                continue
            for begin, stop in suspicion.pieces(self._plain, start, end, sentence.tokens):
                if suspicion.suspected(self._document, begin, stop):
                    self.cast.doubt(trail, begin, stop)


def _taken_back(plain: str, before: str, after: int, end: int) -> bool:
    """Whether a number is said to be the wrong one: 不是36.5, 36.5写错了."""
    if before and _CORRECTION.search(before):
        return True
    return after < end and plain[after] not in ",、" and bool(_DROPPED_AFTER.match(plain, after, end))


def _shared(clause: Sequence[Hit], token: Hit) -> bool:
    """Whether a clause says whose its temperature is; one that does not means the writer's alone."""
    return any(t.role == "all" or (t.role in _PERSONS and t.start < token.start) for t in clause)


def _in_the_past(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a clause tells of where somebody was."""
    if sentence.roles.isdisjoint(("past", "long_past")):
        return False
    told = {t.role for t in sentence.tokens if start <= t.start < end}
    return not told.isdisjoint(("past", "long_past")) and told.isdisjoint(("present", "newest"))


def _other_temp_between(tokens: Sequence[Hit], first: Hit, last: Hit) -> bool:
    return any(t.role == "temp" and first.end <= t.start < last.start for t in tokens)
