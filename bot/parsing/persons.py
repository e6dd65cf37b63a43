"""Whom each word of a health report is about (persons).

`bot.parsing.health` asks the `Cast` at every finding. A relative, a named colleague or 他 takes over from the sender
until somebody else is spoken of; what befalls a neighbour, a villager or a sow is nobody's report.

Who is named in a sentence `mentions` has found. It is longer than most modules because turning to somebody and noting
for them share one state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.parsing.document import Document, Speaker
from bot.parsing.lexicon import Hit
from bot.parsing.polarity import Sentence
from bot.parsing.sheets import Sheet, Who
from bot.records import Diagnosis

ROLES = frozenset({"self", "kin", "name", "other", "pronoun", "all"})
_FINDINGS = frozenset(
    {"symptom", "open", "well", "fine", "temp", "diagnosis", "isolation", "generic", "denied_pair", "gone"}
)

_OF_THE_ILL = frozenset({"symptom", "open", "diagnosis", "denied_pair", "gone", "better", "still", "released"})
_TOGETHER = re.compile(
    r"(?:[\s、,]|代表|同志|和|跟|与|及|还有|以及|连同|同|加上|我家|家里|家的|家|我的|我|本人|的|两个|三个|俩)*"
)
_LEAD_IN = re.compile(
    r"(?:[\s:()、\"'“「>·]|[1-9\d][.、)]|收到|我们|我家的?|我|俺|咱|额|本人|的|家里|家中|家|屋里|屋|这边|那|这|这里|另外|另|还有|同时|只是|就是|就|但是|但|不过|可是|因为|由于|现在|今天|今日|今早|昨晚|昨天|前天|"
    r"刚才|目前|其他|其余|两个|三个|几个|一个|小|大|老|和|跟|与|及|都|其|也|代替|代报|代|帮|替|报告|汇报|报|连|到现在|早上|晚上|上午|下午|以及|包括|最近|这两天|这几天|结果|主要是|主要|幸好|好在|可能是|可能|听说|"
    r"说|倒是|反而|偏偏|除了|由|给|唉|哎|嗯|那个|啊|喂|早|大家好|各位好|主任|您好|你好)*"
)
_SPEECH = re.compile(
    r"(?:代表|同志)?(?:本人)?(?:口述|原话|说|讲|称|发来|来信|来电|微信|的话|[,]?让我(?:转告|转达|代报))?:"
)


_DONE_TO = re.compile(
    r"(?:照顾|陪护?|陪同|陪伴|照[看料]|看望|护理|伺候|带着?|给|帮着?|接送?|送|为|替|对|被|让|教|跟着|抱着?|喂|服侍|想念?|惦记|担心|孝敬|问|告诉|哄|辅导|守着)(?:我|我的|着|了|一下)?$"
)


_WENT_TO_SEE = re.compile(r"[去回来][^,]{0,6}看$")
_WITH_ME = re.compile(r"[和跟与](?:我们?)?$")
_WITH = re.compile(r"[和跟与]$")


_DONE_FOR = re.compile(
    r"(?:接触过?[^,]{0,4}|见过|[喂养杀卖遛放抓买赶打](?:完|了|过|着)?|给|为|帮|替|和|跟|与|对|向|在|(?<![接遇碰])到|住|陪护?|护理?|照顾|管|救治|治疗|接诊?|不是|送|找|问|请|让|被|把|同|等|看)(?:这些|那些|各|大|几个|位|所有|全体|当地|本地|我们的?)*$"
)


Trail = list[tuple[int, list[Who], bool]]
"""From where in a sentence whom it is about; True for an outsider."""


class Cast:
    """The persons of a message, the ones spoken of now, and their sheets."""

    def __init__(self, document: Document, speaker: Speaker) -> None:
        self._document = document
        self._plain = document.plain
        self.main = Who(speaker.subject, proxy=speaker.proxy)
        self._own_name = speaker.subject
        self._quoted = speaker.quoted
        self._sheets: dict[Who, Sheet] = {}
        self._now: list[Who] = [self.main]
        self.trail: Trail = []
        self.other = False
        self._sentence: Sentence
        self._last: Who | None = None
        self._last_person_end = -1
        self._last_finding_end = -1
        self._topic: Who | None = Who(speaker.subject, kin=speaker.kin) if speaker.kin else None
        if speaker.kin:
            self._last = self._topic  # 苍代表，你爱人好点没 — 她…
        if speaker.about:
            self._topic = Who(speaker.about, proxy=True)
        self._owner: Who | None = None
        self._owner_last: Who | None = None
        self._speech = 0
        self._settled_at = -1

    # ---- sentences ----

    def begin(self, sentence: Sentence) -> None:
        """A new sentence: who is it about until it says so?"""
        self._sentence = sentence
        self.other = False
        self._last_person_end = -1
        self._last_finding_end = sentence.start
        now = self._now
        if self._topic is not None:
            now = [self._topic]
        elif not (len(now) == 1 and now[0].kin and self._keeps(now[0])):
            now = [self.main]
        self._now = now
        self.trail = [(sentence.start, now, False)]

    def _keeps(self, who: Who) -> bool:
        """老婆发烧了。38.5度: still the wife, unless nothing was said of the sender and of her only a journey."""
        sheet = self._sheets.get(who)
        if sheet is None:
            return False
        said = bool(sheet.symptoms or sheet.temperatures or sheet.complaint or sheet.past)
        starts_with_number = any(t.role == "temp" and t.start - self._sentence.start < 6 for t in self._sentence.tokens)
        return said and (self.main in self._sheets or (starts_with_number and not sheet.temperatures))

    # ---- who is spoken of ----

    def meet(self, index: int, token: Hit) -> None:
        """A word that names somebody."""
        if token.role == "self":
            self._self(index, token)
        elif token.role == "name":
            self._named(token)
        elif token.role == "kin":
            self._relative(token)
        elif token.role == "pronoun":
            self._pronoun(index, token)
        elif token.role == "other":
            if self._is_subject(self._sentence.clause_start(token.start), token):
                self.other = True
                self.trail.append((token.start, [], True))
        elif self._plain[token.start : token.end] in ("都", "均", "全都") and self._of_all(token):
            self._turn(self._mentioned(), token)
        elif self._topic is not None and self._plain[token.start : token.end] in ("其余", "其他人", "其余人"):
            self.other = True
            self.trail.append((token.start, [], True))
        elif self._plain[token.start : token.end] in ("他俩", "他们", "她们", "俩", "两人"):
            self._turn([who for who in self._sheets if who != self.main] or self._now, token)

    def _self(self, index: int, token: Hit) -> None:
        """我, unless somebody else's words are passed on (转张三口述：我今天头疼)."""
        if self._plain.startswith("个人", token.start) and self._plain[token.start - 1] in "两三四五六七八九十几这那":
            return  # 三个人都健康
        if (self._speech and token.start >= self._speech) or self._followed_by_kin(index, token):
            return
        if (
            token.start == self._last_person_end
            or self._bracketed(token)
            or self._reflexive(index, token)
            or self._at_ours(token)
        ):
            return
        topic = self._topic
        if (
            topic is not None
            and not topic.kin
            and topic not in self._sheets
            and self._plain.startswith("本人", token.start)
        ):
            self._turn([topic], token)  # 代谷丰收报:本人36.5
            return
        if _WHOSE.match(self._plain, token.end) or _REPORTS_FOR.match(self._plain, token.end):
            return
        self._turn([self.main], token)
        if self._topic is not None and not self._said_by_proxy(token):
            self._topic = None

    def _bracketed(self, token: Hit) -> bool:
        """陈年(本人报): says who reports, not of whom."""
        plain = self._plain
        return (
            plain[token.start - 1 : token.start] == "("
            and plain[token.start : token.end] in ("本人", "自己")
            and plain.startswith((")", "报)"), token.end)
        )

    def _at_ours(self, token: Hit) -> bool:
        """来我家住: a place, and nobody spoken of."""
        return self._plain.startswith("家", token.end) and self._plain[token.start - 1 : token.start] in tuple(
            "来到在住"
        )

    def _reflexive(self, index: int, token: Hit) -> bool:
        """我和他都自己关在屋里: 自己 turns to nobody behind those it speaks of."""
        if self._plain[token.start : token.end] != "自己":
            return False
        start = self._sentence.clause_start(token.start)
        for before in reversed(self._sentence.tokens[:index]):
            if before.start < start or before.role in _FINDINGS:
                return False
            if before.role in ("kin", "name", "pronoun", "self"):
                return True
        return False

    def _relative(self, token: Hit) -> None:
        """我妈, 其爱人: the sender's, or that of the one just spoken of."""
        if self._plain[token.start] in "她他" and _MADE_TO.search(self._plain, self._sentence.start, token.start):
            return  # 要她爸带去看医生
        if token.start == self._settled_at or self._is_strangers(token) or self._speaks_for(token):
            return
        if _COUPLE.search(self._plain, token.start, token.end) and self._couple(token):
            return
        if self._is_stranger(token) or _THEIR_PEOPLE.match(self._plain, token.end):
            self.other = True
            self.trail.append((token.start, [], True))
            return
        if self._plain[token.start] == "其":
            self._owner = self._last or self._topic or self.main
        if self._owner is not None:
            self._turn([Who(self._owner.name, kin=self._kin(token), proxy=True)], token, alone=True)
            self._owner, self._owner_last = None, self._owner
        elif not self._leads(self._sentence.clause_start(token.start), token):
            if self._plain[token.start] in "她他" and self._last is not None:
                return  # 媳妇去武汉看她妈
            self._last = Who(self._now_name(), kin=self._kin(token))  # 替我爱人请个假，他烧到38.5
        else:
            self._turn([Who(self._now_name(), kin=self._kin(token))], token)

    def _couple(self, token: Hit) -> bool:
        """我们两口子 are the sender and one more; 他们两口子 neither."""
        if _OURS.search(self._plain, self._sentence.start, token.start + 2):
            self._turn([self.main, Who(self.main.name, kin=self._kin(token))], token)
            return True
        if _THEIRS.search(self._plain, self._sentence.start, token.start):
            self.other = True
            self.trail.append((token.start, [], True))
            return True
        return False

    def _speaks_for(self, token: Hit) -> bool:
        """邱处机代表未接电话，家属说他没事: the family only says how the deputy is."""
        named = self._topic is not None and not self._topic.kin
        return named and _SAYS_OF.match(self._plain, token.end) is not None

    def _is_strangers(self, token: Hit) -> bool:
        """邻居家的娃: stays the outsider's."""
        at, _, other = self.trail[-1]
        gap = self._plain[at : token.start]
        return (
            self.other
            and other
            and bool(re.fullmatch(r"(?!.*[我、和])[^,]{2,5}?(?:家里?的?|的)?(?:[小大]|那个|一个)?", gap))
        )

    def _is_stranger(self, token: Hit) -> bool:
        """隔壁组有个老人: somebody's, not the sender's."""
        before = self._plain[max(self._sentence.start, token.start - 12) : token.start]
        if any(t.role == "animal" and 0 <= token.start - t.end <= 3 for t in self._sentence.tokens):
            return True  # 老母猪下崽
        return bool(_SOME.search(before)) and not _AT_HOME.search(before)

    def _pronoun(self, index: int, token: Hit) -> None:
        """他 is the one last spoken of, or the one whom the quote names."""
        quoted = Who(self._quoted, proxy=not self._document.is_sender(self._quoted)) if self._quoted else None
        who = self._last or quoted
        if _I_WITH.search(self._plain, self._sentence.start, token.start) and _MET.match(self._plain, token.end):
            return  # 我跟他一起吃过饭
        if self._followed_by_kin(index, token):
            self._owner = (self._owner_last if who is not None and who.kin else who) or self._now[0]
        elif who is not None and self._owner_last is not None and self._means_owner(who, token):
            self._turn([self._owner_last], token)
        elif who is not None:
            self._turn([who], token)
        elif _TOLD_ME.search(self._plain, self._sentence.start, token.start) and _LONG_AGO.match(
            self._plain, token.end
        ):
            self.other = True  # 老李说他以前发过烧
            self.trail.append((token.start, [], True))

    def _means_owner(self, who: Who, token: Hit) -> bool:
        """他爱人37.9，他本人36.4: him whose wife it is, and so where she has been measured already."""
        if self._plain[token.start : token.end].endswith(("本人", "自己")):
            return True
        sheet = self._sheets.get(who)
        end = self._sentence.clause_end(token.end)
        measured = any(t.role == "temp" and token.end <= t.start < end for t in self._sentence.tokens)
        return bool(who.kin) and measured and sheet is not None and bool(sheet.temperatures)

    def _said_by_proxy(self, token: Hit) -> bool:
        return self._plain.startswith(("我是", "我代", "我帮", "我替", "我和", "我们"), token.start)

    def _now_name(self) -> str:
        return self._topic.name if self._topic is not None else self.main.name

    def _kin(self, token: Hit) -> str:
        word = self._plain[token.start : token.end]
        return "*" if word in self._document.rules.households else _MINE.sub("", word)

    def _followed_by_kin(self, index: int, token: Hit) -> bool:
        if self._plain[token.start : token.end] == "我们":
            return False
        for following in self._sentence.tokens[index + 1 :]:
            if following.start > token.end + 3:
                return False
            if following.role in ("kin", "name") and re.fullmatch(
                r"(?:的|家|们|们家|们的|屋里)*", self._plain[token.end : following.start]
            ):
                return True
        return False

    def _leads(self, start: int, token: Hit) -> bool:
        """Whether a relative is spoken of, and not only the object of what somebody does."""
        before = self._plain[max(start, self._last_finding_end, self._last_person_end) : token.start]
        if _DONE_TO.search(before) or (before.endswith("看") and _WENT_TO_SEE.search(before)):
            return bool(re.search(r"(?:代|帮|替)$", before) and "报" in self._plain[token.end : token.end + 3])
        if _WITH.search(before) and re.match(r"接触|见面|吃饭|一起|碰面|来往", self._plain[token.end : token.end + 2]):
            return False
        if _WITH_ME.search(before) and re.match(r"(?:一起|一块)?(?:住|生活)", self._plain[token.end : token.end + 4]):
            return False  # 我妈在浏阳市跟我弟住
        if _LEAD_IN.fullmatch(before):
            return True
        if before.endswith("的") and self._last_finding_end == token.start - 1:
            return True
        if self._plain[token.end : token.end + 1] in "在的家" and len(before) > 4:
            return False
        return bool(re.search(r"(?:我|我家|我们家|俺|家里|和|跟|与|、)$", before)) or self._before_finding(token)

    def _before_finding(self, token: Hit) -> bool:
        for following in self._sentence.tokens:
            if following.start >= token.end and following.role in ("symptom", "temp", "open"):
                gap = self._plain[token.end : following.start]
                return len(gap) <= 4 and "," not in gap
        return False

    def _is_subject(self, start: int, token: Hit) -> bool:
        before = self._plain[max(start, self._last_finding_end) : token.start]
        word = self._plain[token.start : token.end]
        if _DONE_FOR.search(
            before,
        ):
            return False
        if any(
            t.role == "self" and start <= t.start < token.start and not _WHOSE.match(self._plain, t.end)
            for t in self._sentence.tokens
        ) and word not in (
            "有人",
            "支书",
            "村支书",
            "领导",
            "邻居",
            "隔壁",
            "亲戚",
            "朋友",
            "同学",
            word if "有" in word else "",
        ):
            return False
        tail = self._plain[token.end : self._sentence.clause_end(token.end)]
        if word in ("医生说", "专家说", "医生", "医生讲", "听说", "护士") and re.match(
            r"(?:说|讲|让|叫|建议)?(?:我|是|要|不)", tail
        ):
            return False
        return len(before) <= 8 or before.endswith("的") or self._before_finding(token)

    def _named(self, token: Hit) -> None:
        begin = token.start if token.value else self._plain.rfind("(", token.start, token.end) + 1
        name = self._document.visible(begin, token.end)
        mine = self._document.is_sender(self._plain[begin : token.end])
        who = Who(name, proxy=not mine)
        if mine and not self.main.proxy:
            who = self.main = Who(name)
            self._own_name = name
        if self._now and self._now[-1].kin and self._last_person_end == token.start:
            self._now = [self.main]
            self._last_person_end = -1
        following = next((t for t in self._sentence.tokens if t.start >= token.end and t.role != "title"), None)
        if (
            following is not None
            and following.role == "kin"
            and not self._plain.endswith("我是", 0, token.start)
            and re.fullmatch(r"(?:代表)?的?", self._plain[token.end : following.start])
        ):
            self._turn([Who(name, kin=self._kin(following), proxy=True)], following)
            self._settled_at = following.start
            return
        aside = self._plain[token.start - 1 : token.start] == "(" and self._plain[token.end : token.end + 1] in ")("
        if aside and len(self._now) > 1:
            self._now = self._now[:-1]
        self._turn([who], token, alone=aside and len(self._now) == 1 and self._now[0] != self.main, joined=aside)
        if who != self.main:
            self._topic = who
            if _SPEECH.match(self._plain, token.end, self._sentence.end):
                self._speech = token.end

    def _turn(self, whos: list[Who], token: Hit, *, alone: bool = False, joined: bool = False) -> None:
        """Somebody else is spoken of from here, or somebody besides."""
        gap_start = self._last_person_end
        together = (
            gap_start >= 0
            and self._last_finding_end <= gap_start
            and gap_start <= token.start
            and (joined or bool(_TOGETHER.fullmatch(self._plain[gap_start : token.start])))
            and not self.other
            and not alone
        )
        if together:
            self._now = [*self._now, *(who for who in whos if who not in self._now)]
        else:
            self._now = whos
        self.other = False
        for who in whos:
            if who.kin or who != self.main:
                self._last = who
        self._last_person_end = token.end
        self.trail.append((token.start, self._now, False))

    # ---- sheets ----

    @property
    def several(self) -> bool:
        """Whether more than one are spoken of now."""
        return len(self._now) > 1

    def sheets(self, token: Hit, *, together: bool = True) -> list[Sheet]:
        """The sheets that a finding is noted on.

        Args:
            together: False for what only one of several can have (本人和家属都健康，36.5): the sender's own then.
        """
        self._last_finding_end = token.end
        now = self._now
        if (
            len(now) == 1
            and now[0].kin
            and _ANOTHER.search(self._plain, max(self._sentence.start, token.start - 12), token.start)
        ):
            now = self._now = [now[0]._replace(kin=f"{now[0].kin.rstrip('2')}2")]
            self.trail.append((token.start, now, False))
        if not together and len(now) > 1 and self.main in now:
            now = [self.main]
        found = []
        begin, end = self._sentence.start, self._sentence.end
        for who in now:
            sheet = self._sheets.get(who)
            if sheet is None:
                sheet = self._sheets[who] = Sheet(who)
            sheet.rules[token.group] = None
            if not 0 <= sheet.first <= begin:
                sheet.first = begin
            sheet.last = max(sheet.last, end)
            found.append(sheet)
        return found

    def doubt(self, trail: Trail, begin: int, end: int) -> None:
        """Something that sounds like being ill stands at a place: leave the state of whom it is about open."""
        whos: list[Who] = []
        for at, now, other in trail:
            if at < end:
                whos = [] if other else now
        for who in whos:
            sheet = self._sheets.get(who)
            if sheet is not None and sheet.untroubled:
                sheet.complaint = True
                sheet.rules["suspicion"] = None

    def explain(self, groups: Iterable[str]) -> None:
        """Note which cues decided, on the sheets of those whom the sentence was about."""
        cues = dict.fromkeys(groups)
        if cues:
            for sheet in self._sheets.values():
                if sheet.last == self._sentence.end:
                    sheet.rules.update(cues)

    def ignores(self, token: Hit) -> bool:
        """Whether a finding is somebody's whose health is not collected."""
        if not self.other:
            return False
        start = self._sentence.clause_start(token.start)
        begun = max(position for position, _, other in self.trail if other)
        if begun >= start:
            return True
        end = self._sentence.clause_end(token.start)
        if token.role in _OF_THE_ILL and not any(
            t.role in ("self", "present") and start <= t.start < end for t in self._sentence.tokens
        ):
            return True
        self.other = False
        return False

    def others(self, token: Hit) -> bool:
        """Whether a number is an outsider's: only close behind the word for them (邻居38度)."""
        if not self.other:
            return False
        return any(other and 0 <= token.start - at <= 8 for at, _, other in self.trail) and self.ignores(token)

    def other_at(self, position: int) -> bool:
        """Whether a clause speaks of an outsider."""
        end = self._sentence.clause_end(position)
        return any(other and position <= at < end for at, _, other in self.trail)

    def of_other(self, position: int) -> bool:
        """Whether the one last spoken of before a place is an outsider."""
        before = [other for at, _, other in self.trail if at <= position]
        return bool(before) and before[-1]

    def sheets_at(self, position: int, *, shared: bool = False, everybody: bool = False) -> list[Sheet]:
        """The sheets of those spoken of at a place of the sentence; the sender's too where they share it."""
        whos = self.trail[0][1]
        for at, now, other in self.trail:
            if at > position:
                break
            if not other:
                whos = now
        if everybody:
            whos = list(dict.fromkeys([*self._sheets, *whos]))
        if shared and self.main not in whos:
            whos = [*whos, self.main]
        for who in whos:
            if who not in self._sheets:
                self._sheets[who] = Sheet(who)
        return [self._sheets[who] for who in whos]

    def spoken_of(self, position: int) -> tuple[tuple[str, str], ...]:
        """(name, relative) of those whom a word there is about; none where it is an outsider."""
        spoken = [(now, other) for at, now, other in self.trail if at <= position]
        now, other = spoken[-1] if spoken else ([self.main], False)
        return () if other else tuple((self.subject_of(who), who.kin) for who in now)

    def _mentioned(self) -> list[Who]:
        whos = [who for _, now, other in self.trail[1:] if not other for who in now]
        return list(dict.fromkeys(whos))

    def all_of_them(self, token: Hit) -> None:
        """都正常 at the head of a clause: all who were spoken of."""
        if self._plain[token.start] in "都均全" and self._of_all(token):
            self._turn(self._mentioned(), token)

    def _of_all(self, token: Hit) -> bool:
        """老公在卡点，我在家，都正常: all who were spoken of in the sentence."""
        start = self._sentence.clause_start(token.start)
        first = not self._plain[start : token.start].strip()
        return first and start > self._sentence.start and len(self._mentioned()) > 1 and len(self._now) == 1

    def everybody(self, token: Hit) -> list[Sheet]:
        """The sheets of all who have been spoken of, the sender's too (一家人都在家隔离)."""
        whos = [*self._sheets, *self._mentioned()]
        if self._topic is None:
            whos.append(self.main)
        self._last_finding_end = token.end
        return [self._sheets.setdefault(who, Sheet(who)) for who in dict.fromkeys(whos)]

    def go_on(self, symptoms: Iterable[str]) -> None:
        """Still there: what the quote asked about, of the one it asked about."""
        who = next((w for w in self._sheets if w == self._topic), None) or next(iter(self._sheets), self.main)
        sheet = self._sheets.setdefault(who, Sheet(who))
        sheet.symptoms.update(dict.fromkeys(s for s in symptoms if s and s not in sheet.denied))
        sheet.complaint = sheet.complaint or not sheet.symptoms
        sheet.first, sheet.last = max(sheet.first, 0), max(sheet.last, 0)

    @property
    def met_a_case(self) -> bool:
        """Whether the one last spoken of is confirmed or suspected to be infected."""
        sheet = self._sheets.get(self._last) if self._last is not None else None
        return sheet is not None and sheet.diagnosis in (Diagnosis.CONFIRMED, Diagnosis.SUSPECTED)

    @property
    def reported(self) -> bool:
        """Whether something has been reported by now."""
        return any(not sheet.empty for sheet in self._sheets.values())

    def subject_of(self, who: Who) -> str:
        """The name that a report stands under."""
        return self._own_name if who.kin and who.name == self.main.name else who.name

    def finished(self) -> list[Sheet]:
        """The sheets on which something stands, one for each person."""
        sheets = [sheet for sheet in self._sheets.values() if not sheet.empty]
        if len(sheets) < 2:
            return sheets
        told = [sheet for sheet in sheets if sheet.who.kin not in ("", "*")]
        owners = {sheet.who.name for sheet in told}
        shared = {(sheet.who.name, sheet.isolation) for sheet in told}
        if told:
            sheets = [
                s
                for s in sheets
                if s.who.kin != "*"
                or s.who.name not in owners
                or s.symptoms
                or s.temperatures
                or s.complaint
                or (s.isolation and (s.who.name, s.isolation) not in shared)
            ]
        return sheets


_COUPLE = re.compile(r"口子|两口|老俩|公婆俩|夫妻俩")
_OURS = re.compile(r"(?:我们|咱们?|俺们?|我和?老[婆公伴])$")
_THEIRS = re.compile(r"(?:他们|她们|你们|人家|那|[老小][\u4e00-\u9fff])$")
_TOLD_ME = re.compile(r"(?:说|讲|提到|告诉我|跟我说)[,:]?$")
_LONG_AGO = re.compile(r"(?:自己)?(?:以前|从前|早年|当年|过去|小时候|年轻时?|去年|前年|曾经?)")
_MINE = re.compile(r"^(?:我们|我|俺|咱|额)(?:家)?的?(?=[\u4e00-\u9fff])")
_REPORTS_FOR = re.compile(r"(?:来|先)?(?:代|替|帮)(?:报|为上报|为报告)\s?:")
_WHOSE = re.compile(
    r"们?的?(?:办公室|单位|公司|科室|车间|厂里?|班组|部门|学校|局里?|店里?)?里?的?(?:有?一?[个位])?(?:同事|同学|朋友|邻居|工友|员工)(?=[^,。]{0,3}(?:确诊|疑似|发烧|发热|阳性|感染))"
)
_I_WITH = re.compile(r"我[和跟与同]$")
_MET = re.compile(r"(?:一起|一块|同桌)?(?:吃|喝|坐|打过?牌|开会|聊|见|接触|碰)")
_MADE_TO = re.compile(r"(?:要|让|叫|由|请|喊|托)$")
_SOME = re.compile(
    r"(?:有|出|来|碰到|遇到|接到|发现|查到|听说)(?:了|着|一|几|两|三|好几)*[个位名户](?:\d+多?岁的?|[\u4e00-\u9fff]{1,3}的)?$"
)
_THEIR_PEOPLE = re.compile(
    r"(?:的|他们|她们)(?:一[个名位])?(?:老师|同事|同学|朋友|老板|领导|邻居|室友|舍友|司机|客户|病人|学生|工友|战友|师傅|闺蜜|医生)"
)
_SAYS_OF = re.compile(r"(?:说|讲|称|告知|反馈|回复|代答|转告|答复)[,:]?(?:他|她|其|本人)")
_AT_HOME = re.compile(r"(?:家里?|屋里|家中|我|咱|俺)(?:也|还|就|只)?有")
_ANOTHER = re.compile(r"一个[^,。一]{1,8}[,、;\s]?(?:另)?一个[^\d,。]{0,3}$")
