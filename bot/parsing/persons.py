"""Whom each word of a health report is about (persons).

`bot.parsing.health` asks the `Cast` at every finding. A relative, a named colleague or 他 takes over from the sender
until somebody else is spoken of; what befalls a neighbour, a villager or a sow is nobody's report.

It is longer than most modules because naming, turning to somebody and noting for them share one state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.parsing import names
from bot.parsing.document import Document, Speaker
from bot.parsing.lexicon import Hit
from bot.parsing.polarity import Sentence
from bot.parsing.sheets import Sheet, Who

ROLES = frozenset({"self", "kin", "name", "other", "pronoun", "all"})
_FINDINGS = frozenset(
    {"symptom", "open", "well", "fine", "temp", "diagnosis", "isolation", "generic", "denied_pair", "gone"}
)

_TOGETHER = re.compile(
    r"(?:[\s、,]|和|跟|与|及|还有|以及|连同|同|加上|我家|家里|家的|家|我的|我|本人|的|两个|三个|俩)*"
)
_LEAD_IN = re.compile(
    r"(?:[\s:()、\"'“「>·]|[1-9\d][.、)]|收到|我们|我家的?|我|俺|咱|额|本人|的|家里|家中|家|屋里|屋|这边|那|这|这里|另外|另|还有|同时|只是|就是|就|但是|但|不过|可是|因为|由于|现在|今天|今日|今早|昨晚|昨天|前天|"
    r"刚才|目前|其他|其余|两个|三个|几个|一个|小|大|老|和|跟|与|及|都|其|也|代替|代报|代|帮|替|报告|汇报|报|连|到现在|早上|晚上|上午|下午|以及|包括|最近|这两天|这几天|结果|主要是|主要|幸好|好在|可能是|可能|听说|"
    r"说|倒是|反而|偏偏|除了|由|给|唉|哎|嗯|那个|啊|喂|早|大家好|各位好|主任|您好|你好)*"
)
_AFTER_NAME = re.compile(
    r"(?:人大)?(?:代表|同志|主任|主席|老师|书记|医生|局长|镇长|乡长|县长|支书|村长|先生|女士|委员|律师)?(?:的|家|他|她)*"
)
_BEFORE_NAME = re.compile(
    r"(?:^|[\s,、:;。!?()\"'“”>\n\t|/+*·]|代表|同志|主任|师傅|支书|书记|的|[室科局组村所站班队厂镇乡部处县区团社]|代为|代替|代报|替报|帮报|转报|代|替|帮|报|转告|转达|我是|本人|叫|名叫|我叫|和|与|及|跟|\d[.、)]|今天|今日|今早|昨天|昨晚|前天|我(?:弟弟?|哥哥?|姐姐?|妹妹?|爱人|老婆|老公|儿子|女儿|爸|妈|父亲|母亲|同事|同学|丈夫|妻子|先生|侄[子女]|舅舅?|叔叔?)|同事|老代表|村代表|组长|支书|村长|书记|老师|℃|度|健康|正常|良好)$"
)
_SPEECH = re.compile(
    r"(?:代表|同志)?(?:本人)?(?:口述|原话|说|讲|称|发来|来信|来电|微信|的话|[,]?让我(?:转告|转达|代报))?:"
)
_SURE_NAME = re.compile(
    r"(?:代表|同志|师傅|支书|书记|代|替|代报|替报|帮|帮报|转报|我是|本人|我叫|同事|爱人|我[弟哥姐妹])$"
)


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
        self._trail: list[tuple[int, list[Who], bool]] = []
        self.other = False
        self._sentence: Sentence
        self._last: Who | None = None
        self._last_person_end = -1
        self._last_finding_end = -1
        self._topic: Who | None = None
        self._owner: Who | None = None
        self._speech = 0

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
        self._trail = [(sentence.start, now, False)]

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
                self._trail.append((token.start, [], True))
        elif self._plain[token.start : token.end] in ("他俩", "他们", "她们", "俩", "两人"):
            self._turn([who for who in self._sheets if who != self.main] or self._now, token)

    def _self(self, index: int, token: Hit) -> None:
        """我, unless somebody else's words are passed on (转张三口述：我今天头疼)."""
        if (self._speech and token.start >= self._speech) or self._followed_by_kin(index, token):
            return
        self._turn([self.main], token)
        if self._topic is not None and not self._said_by_proxy(token):
            self._topic = None

    def _relative(self, token: Hit) -> None:
        """我妈, 其爱人: the sender's, or that of the one just spoken of."""
        if self._plain[token.start] == "其":
            self._owner = self._last or self._topic or self.main
        if self._owner is not None:
            self._turn([Who(self._owner.name, kin=self._kin(token), proxy=True)], token, alone=True)
            self._owner = None
        elif not self._leads(self._sentence.clause_start(token.start), token):
            self._last = Who(self._now_name(), kin=self._kin(token))  # 替我爱人请个假，他烧到38.5
        else:
            self._turn([Who(self._now_name(), kin=self._kin(token))], token)

    def _pronoun(self, index: int, token: Hit) -> None:
        """他 is the one last spoken of, or the one whom the quote names."""
        if self._followed_by_kin(index, token):
            self._owner = self._last or self._now[0]
            return
        who = self._last
        if who is None and self._quoted:
            who = Who(self._quoted, proxy=not self._document.is_sender(self._quoted))
        if who is not None:
            self._turn([who], token)

    def _said_by_proxy(self, token: Hit) -> bool:
        return self._plain.startswith(("我是", "我代", "我帮", "我替", "我和", "我们"), token.start)

    def _now_name(self) -> str:
        return self._topic.name if self._topic is not None else self.main.name

    def _kin(self, token: Hit) -> str:
        word = self._plain[token.start : token.end]
        return "*" if word in self._document.rules.households else word

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
        if re.search(
            r"(?:照顾|陪护?|陪同|陪伴|照[看料]|看望|护理|伺候|带着?|给|帮着?|接送?|送|为|替|对|被|让|教|跟着|抱着?|喂|服侍|想念?|惦记|担心|孝敬|问|告诉|哄|辅导|守着)(?:我|我的|着|了|一下)?$",
            before,
        ):
            return bool(re.search(r"(?:代|帮|替)$", before) and "报" in self._plain[token.end : token.end + 3])
        if re.search(r"[和跟与]$", before) and re.match(
            r"接触|见面|吃饭|一起|碰面|来往", self._plain[token.end : token.end + 2]
        ):
            return False
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
        if re.search(
            r"(?:给|为|帮|替|和|跟|与|对|向|陪护?|护理?|照顾|管|救治|治疗|接诊?|不是|送|找|问|请|让|被|把|同|等|看)(?:这些|那些|各|大|几个|位|所有|全体|当地|本地|我们的?)*$",
            before,
        ):
            return False
        if any(t.role == "self" and start <= t.start < token.start for t in self._sentence.tokens) and word not in (
            "有人",
            "邻居",
            "隔壁",
            "亲戚",
            "朋友",
            "同学",
        ):
            return False
        tail = self._plain[token.end : self._sentence.clause_end(token.end)]
        if word in ("医生说", "专家说", "医生", "医生讲", "听说", "护士") and re.match(
            r"(?:说|讲|让|叫|建议)?(?:我|是|要|不)", tail
        ):
            return False
        return len(before) <= 8 or self._before_finding(token)

    def _named(self, token: Hit) -> None:
        name = self._document.visible(token.start, token.end)
        mine = self._document.is_sender(self._plain[token.start : token.end])
        who = Who(name, proxy=not mine)
        if mine and not self.main.proxy:
            who = self.main = Who(name)
            self._own_name = name
        if self._now and self._now[-1].kin and self._last_person_end == token.start:
            self._now = [self.main]
            self._last_person_end = -1
        following = next((t for t in self._sentence.tokens if t.start >= token.end), None)
        if (
            following is not None
            and following.role == "kin"
            and re.fullmatch(r"(?:代表)?的?", self._plain[token.end : following.start])
        ):
            self._turn([Who(name, kin=self._kin(following), proxy=True)], following)
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
        self._trail.append((token.start, self._now, False))

    # ---- names ----

    def names(self, start: int, end: int, covered: list[tuple[int, int]], *, tokens: list[Hit]) -> list[Hit]:
        """The names of people in a sentence."""
        document, plain = self._document, self._plain
        found = [Hit(a, b, "name", plain[a:b], "roster") for a, b in document.known_between(start, end) if b <= end]
        found += [
            h for h in self._titled(start, end, tokens) if not any(h.start < f.end and f.start < h.end for f in found)
        ]
        taken = [(h.start, h.end) for h in found]
        borders = names.Either(document.borders, {a for a, _ in covered}) if covered else document.borders
        free = start
        for surname in document.rules.names.pattern.finditer(plain, start, end):
            position = surname.start()
            if position < free or any(a <= position < b for a, b in taken):
                continue
            if not document.sender_plain.startswith(plain[position]) and (
                familiar := _familiar(plain, position, start, tokens)
            ):
                found.append(familiar)
                free = familiar.end
                continue
            if plain[position] in "和与" and any(t.start == position + 1 and t.role in ("kin", "self") for t in tokens):
                continue
            before = plain[max(start, position - 5) : position]
            if any(h.end <= position <= h.end + 2 and plain[h.end : position] in ("代表", "同志") for h in found):
                continue
            if position == start or _BEFORE_NAME.search(before) or _ended(position, tokens, covered):
                sure = (
                    bool(_SURE_NAME.search(before))
                    or document.is_sender(plain[position : position + 3])
                    or document.is_sender(plain[position : position + 2])
                )
                length = names.length_at(plain, position, end, document.rules.names, borders, sure=sure)
                titled = names.TITLE.match(plain, position + 1, end)
                if titled and _told_of(plain, position, titled.end(), start):
                    length = titled.end() - position  # 王镇长咳嗽: whom staff will know
                    found.append(Hit(position, position + length, "name", plain[position : position + length], "names"))
                    free = position + length
                    continue
                if sure and not length:
                    length = names.by_words(plain, position, end, self._document.segmenter.words)
                if length and self._named_here(
                    position, position + length, end, sure=sure, tokens=tokens, covered=covered
                ):
                    found.append(Hit(position, position + length, "name", plain[position : position + length], "names"))
                    free = position + length
        return [hit for hit in found if not (hit.end - hit.start == 2 and _TO_A_TITLE.match(plain, hit.start))]

    def _titled(self, start: int, end: int, tokens: list[Hit]) -> list[Hit]:
        """Names in front of a title: 旷国平代表."""
        found = []
        plain = self._plain
        for token in tokens:
            if token.role != "title" or plain[token.start : token.end] not in (
                "代表",
                "同志",
                "老师",
                "主任",
                "书记",
                "支书",
            ):
                continue
            begin = names.before_title(
                plain, start, token.start, self._document.rules.names, self._document.segmenter.words
            )
            if begin < token.start:
                found.append(Hit(begin, token.start, "name", plain[begin : token.start], "names"))
        return found

    def _named_here(
        self, start: int, stop: int, end: int, *, sure: bool, tokens: list[Hit], covered: list[tuple[int, int]]
    ) -> bool:
        """Whether what looks like a name is followed by what one says of a person."""
        plain = self._plain
        if any(t.start < stop and t.end > start and t.end - t.start >= 2 and t.role != "proxy" for t in tokens):
            longest = max((t.end - t.start for t in tokens if t.start < stop and t.end > start), default=0)
            if longest >= stop - start or not sure:
                return False
        titled = _AFTER_NAME.match(plain, stop, end)
        after = titled.end() if titled else stop
        if sure or after > stop or self._document.is_sender(plain[start:stop]):
            return True
        if plain[start - 1 : start] == "(" and plain[stop : stop + 1] == ")":
            return True
        if after >= end:
            return False
        rest = plain[after:end].lstrip(" ,:、(\t|")
        at = end - len(rest)
        if any(a == at for a, _ in covered):
            return True
        telling = {
            t.start
            for t in tokens
            if t.role in _FINDINGS or t.role in ("topic", "neg", "thermometer", "present", "affirm", "past", "recent")
        }
        if plain[stop : stop + 1] in "、和及" and names.length_at(
            plain, stop + 1, end, self._document.rules.names, self._document.borders
        ):
            return True
        return at in telling or rest.startswith(
            ("在", "人在", "男", "女", "今", "昨", "已", "体", "自", "两位", "三位", "四位", "几位", "等", "他", "她")
        )

    # ---- sheets ----

    def sheets(self, token: Hit, *, together: bool = True) -> list[Sheet]:
        """The sheets that a finding is noted on.

        Args:
            together: False for what only one of several can have (本人和家属都健康，36.5): the sender's own then.
        """
        self._last_finding_end = token.end
        found = []
        now = self._now
        if (
            len(now) == 1
            and now[0].kin
            and _ANOTHER.search(self._plain, max(self._sentence.start, token.start - 12), token.start)
        ):
            now = self._now = [now[0]._replace(kin=f"{now[0].kin.rstrip('2')}2")]
            self._trail.append((token.start, now, False))
        if not together and len(now) > 1 and self.main in now:
            now = [self.main]
        for who in now:
            sheet = self._sheets.get(who)
            if sheet is None:
                sheet = self._sheets[who] = Sheet(who)
            sheet.rules[token.group] = None
            sheet.first = min(x for x in (sheet.first, self._sentence.start) if x >= 0)
            sheet.last = max(sheet.last, self._sentence.end)
            found.append(sheet)
        return found

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
        begun = max(position for position, _, other in self._trail if other)
        if begun >= start:
            return True
        if token.role in ("symptom", "open", "diagnosis", "denied_pair") and not any(
            t.role in ("self", "present") and start <= t.start for t in self._sentence.tokens
        ):
            return True
        self.other = False
        return False

    def others(self, token: Hit) -> bool:
        """Whether a number is an outsider's: only close behind the word for them (邻居38度)."""
        return any(other and 0 <= token.start - at <= 8 for at, _, other in self._trail) and self.ignores(token)

    def other_at(self, position: int) -> bool:
        """Whether a clause speaks of an outsider."""
        end = self._sentence.clause_end(position)
        return any(other and position <= at < end for at, _, other in self._trail)

    def sheets_at(self, position: int, *, shared: bool = False, everybody: bool = False) -> list[Sheet]:
        """The sheets of those spoken of at a place of the sentence; the sender's too where they share it."""
        whos = self._trail[0][1]
        for at, now, other in self._trail:
            if at > position:
                break
            if not other:
                whos = now
        if everybody:
            whos = list(dict.fromkeys([*self._sheets, *whos]))
        if shared and self.main not in whos:
            whos = [*whos, self.main]
        return [self._sheets.setdefault(who, Sheet(who)) for who in whos]

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
        if any(sheet.who.kin not in ("", "*") for sheet in sheets):
            sheets = [
                s for s in sheets if s.who.kin != "*" or s.symptoms or s.temperatures or s.complaint or s.isolation
            ]
        return sheets


_AFTER_TITLE = re.compile(
    r"\s?(?:\d{2}|[三体咳发烧无没不在正健都也已转头嗓腹拉干胸呕]|(?:今[天早日晨]|昨[晚天夜]|早上)(?!我))"
)
_TO_A_TITLE = re.compile(rf"[向给跟][\u4e00-\u9fff]{names.TITLE.pattern}(?:报告|汇报|反映|请示|说)")
_NEXT_TITLE = re.compile(rf"\d[^\n]{{0,12}}[\u4e00-\u9fff]{names.TITLE.pattern}\s?:?\s?\d{{2}}")
_AFTER_FAMILIAR = re.compile(r"\s?(?:今[天早]|昨晚)?(?:体温|咳|发[烧热]|正常|健康|[:]?\s?3[5-9]|[:]?\s?4[0-2])")
_AFTER_CALL = re.compile(r"\s?[:,]?\s?(?:体温)?\d{2}")
_ANOTHER = re.compile(r"一个[^,。一]{1,8}[,、;\s]?(?:另)?一个[^\d,。]{0,3}$")


def _familiar(plain: str, position: int, start: int, tokens: list[Hit]) -> Hit | None:
    """小王 or 老李 with what one says of a person right behind."""
    begin = position - 1
    if begin < start or plain[begin] not in "小老" or plain[position] in "干时年家字于房便":
        return None
    if begin > start and plain[begin - 1] not in " ,、:;。\n":
        return None
    if not _AFTER_FAMILIAR.match(plain, position + 1) or any(
        t.start <= begin and position < t.end and t.end - t.start >= 2 for t in tokens
    ):
        return None
    return Hit(begin, position + 1, "name", plain[begin : position + 1], "names")


def _told_of(plain: str, position: int, stop: int, start: int) -> bool:
    """Whether a family name with a title is spoken of and not called upon: 王镇长咳嗽, but not 王镇长,咳嗽."""
    if plain[position + 1 : stop] == "总":
        return bool(_AFTER_CALL.match(plain, stop)) and plain[stop : stop + 1] not in ",:"
    inner = position > start or bool(_NEXT_TITLE.search(plain, stop, stop + 30))
    if _AFTER_TITLE.match(plain, stop):
        return inner or plain[stop : stop + 1] != " "
    return inner and bool(_AFTER_CALL.match(plain, stop))


def _ended(position: int, tokens: list[Hit], covered: list[tuple[int, int]]) -> bool:
    return any(b == position for _, b in covered) or any(
        t.end == position and t.role in ("well", "fine", "symptom", "kin", "neg") for t in tokens
    )
