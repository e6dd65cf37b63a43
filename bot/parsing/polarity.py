"""Whether a thing is said to be there: denied, possible, past, asked, conditional (polarity).

After NegEx and ConText: a cue opens a scope, the scope runs to an end, and what stands in it is judged. Chinese needs
two rules more: a denial must stand next to what it denies, with only light words between (没睡好头疼 denies no
headache), and it may stand behind (咳嗽没有). Called by `bot.parsing.health` for one sentence at a time; shared by all
that it reads.

It is longer than most modules because the scopes share one pass over a sentence and are not to be read apart.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from bot.parsing import boxes
from bot.parsing.lexicon import Hit
from bot.parsing.temperature import FEVER


class State(enum.IntEnum):
    """How a finding is meant."""

    AFFIRMED = 0
    DENIED = 1
    POSSIBLE = 2
    CARRIED = 3  # behind the comma of a denial: 无发热，咳嗽
    PAST = 4
    LONG_PAST = 5
    UNREAL = 6  # asked, wished, feared, or only if


DENIABLE = frozenset({"symptom", "open", "generic", "chronic", "diagnosis", "isolation", "fine", "well"})
JUDGED = DENIABLE | {"temp", "contact", "area", "gone", "case"}

_LIGHT = (
    r"(?:[ :]|有|出现|发现|发生|感到|感觉|觉得|任何|什么|啥子|啥|么子|再|明显|过|一点点|一点|一丝|"
    r"半点|丝毫|怎么|存在|见|得|被|"
    r"其他|别的|身体|新冠|肺炎|相关|可疑|上述|以上|这些|特别的|特别|"
    r"特殊的|特殊|的|发|人|需要|"
    r"在|进行|居家|集中|哪里|哪儿|消化道|"
    r"一次|一声|几声|一个|哪个|说|都|是|起|着|了|及|能|够|列为|定为|完全|就|大|太)*"
)
_FORWARD_GAP = re.compile(_LIGHT)
_LINK = re.compile(
    r"[啊呀啦嘛呐哪吧 、/\\|+&]*(?:和|及|与|或者|或|以及|还有|并且|并|且|跟|同|加)?[ 、/]*(?:其他|其它|任何|过)?"
)
_COMMA_LINK = re.compile(r"[啊呀啦嘛呐哪吧]?\s?,\s?(?:和|及|与|或者|或|以及)?")
_BACK_GAP = re.compile(
    r"(?:[ :=,(啊呀啦哪呐]|都|也|均|我|一样|一个|这些个|症状|我是|样样|统统|通通|从来|压根|倒|是|的"
    r"|现象|症状|情况|史|等|啥的|什么的|之类"
    r"|这些|这|两样|几样|全|一概|一样|基本上|基本|完全|根本|皆|一律|现在|目前|今天|呢|吗|嘛|反正|反而|还|\?)*"
)
_LIST_END = re.compile(r"\s?(?:等|之类|啥的|什么的|的?症状|的?情况|的?现象|均|都|全)")
_BACK_CUES = frozenset(
    [
        "无",
        "没",
        "没有",
        "没得",
        "否",
        "冇",
        "冇得",
        "莫得",
        "未见",
        "未出现",
        "均无",
        "都无",
        "均未",
        "全无",
        "皆无",
        "也没",
        "也没有",
        "都没",
        "都没有",
        "也无",
        "并无",
        "暂无",
        "未有",
        "尚无",
        "从没",
        "从没有",
        "没有过",
        "未发现",
        "没发现",
        "从未",
        "一概没有",
    ]
)
_DURATION = re.compile(
    r"(?:得|的|了|过|还|也|很|有|已经|已|快|都|又|差不多|大概|约|整整|整)*\s?(?:\d+|[一二两三四五六七八九十几好半]+)(?:多)?(?:天|晚|夜|宿|日|周|个?星期|个?礼拜|小时|个钟头|个?月|次|趟|回|上午|下午|早上|整夜|声|阵)"
)
_INTENSE_GAP = re.compile(r"(?:得|的|了|也|都|很|还|有点|更|太|非常|比较|越来越|蛮|好|真|实在|那叫一个)*")
_AFFIRM_GAP = re.compile(r"(?:的|在|是|得|地|了|有|点|会|人|感|觉|着|些|开始|儿)*")
_ASKS = re.compile(
    r"吗|么\s*$|没有?\s*$|没得\s*$|不\s*$|是不是|有没有|有无|谁|哪位|哪个|大家|你|您|几度|多少|啥标准|算|咋|怎么[样区分预判读看]|区别|区分|还能不能"
)
_HELP = re.compile(
    r"怎么办|咋办|咋整|咋搞|怎么搞|怎么弄|怎么得了|要不要|用不用|去哪|哪里看|挂[什啥哪]|要紧|如何是好|该不该|还能|能不能|可以[^,]*吗|需要[^,]*吗|要[^,]*吗|能[^,]*吗|行不行|怎么回事|咋回事|为什么|为啥|咋处理|怎么处理"
)


@dataclass(slots=True)
class _Scope:
    """Which scopes are open at a word, and in what clause the lasting ones began."""

    clause: int
    unreal: bool = False
    doubt: bool = False
    asked: bool = False
    time: State | None = None
    supposed: int = -1
    wished: bool = False
    past_clause: int = -1


class Sentence:
    """One sentence: its words of the rules in order, and what each finding in it is worth.

    Args:
        roles: what words it holds at all; most sentences hold none that takes anything back.
    """

    __slots__ = ("_findings", "_settled", "cues", "end", "plain", "roles", "start", "states", "tokens")

    def __init__(self, plain: str, start: int, end: int, tokens: Sequence[Hit], roles: Set[str]) -> None:
        self.plain, self.start, self.end = plain, start, end
        self.tokens, self.roles = tokens, roles
        self.states: dict[int, State] = {}
        self.cues: list[Hit] = []
        self._settled: set[int] = set()
        self._findings = [i for i, token in enumerate(tokens) if token.role in DENIABLE]
        if boxes.any_in(plain, start, end):
            self._ticked()
        if not roles.isdisjoint(_DENIALS):
            self._deny()
        if not roles.isdisjoint(_SCOPES) or _TOLD_OTHERS.search(plain, start, end):
            self._scope()
        last = max(start, end - 3)
        if plain[end : end + 1] == "?" or _ENDS_ASKING.search(plain, last, end):
            self._ask()

    def state(self, index: int) -> State:
        """How a finding is meant; affirmed where no word takes it back."""
        return self.states.get(index, State.AFFIRMED)

    def _ask_of_number(self, start: int) -> None:
        """37.2要不要复测? asks about a number and is nobody's, unless it would be a fever."""
        said = [
            (i, t)
            for i, t in enumerate(self.tokens)
            if t.start >= self.start and t.role in JUDGED | {"self", "kin", "name"}
        ]
        if len(said) == 1 and said[0][1].role == "temp":
            index, token = said[0]
            if (
                token.start >= start
                and token.value
                and float(token.value) < FEVER
                and _NUMBER_ASKED.fullmatch(self.plain, self.start, token.start)
            ):
                self.states[index] = State.UNREAL

    def _ticked(self) -> None:
        """☑无 □发热: what a form's boxes say."""
        for index, so in boxes.read(self.plain, self.start, self.end, self.tokens):
            good = self.tokens[index].role in ("fine", "well", "generic")
            self.states[index] = State.AFFIRMED if so else State.UNREAL if so is None or good else State.DENIED
            self._settled.add(index)

    def clause_start(self, position: int) -> int:
        """Where the clause (between commas) that holds a place begins."""
        found = self.plain.rfind(",", self.start, position)
        return self.start if found < 0 else found + 1

    def said_of_somebody(self, token: Hit) -> bool:
        """Whether a person stands right before a word."""
        return any(t.role in ("self", "kin", "name", "pronoun") and 0 <= token.start - t.end <= 2 for t in self.tokens)

    def clause_end(self, position: int) -> int:
        """Where the clause that holds a place ends."""
        found = self.plain.find(",", position, self.end)
        return self.end if found < 0 else found

    # ---- denial ----

    def _deny(self) -> None:
        """Give each denial its findings, from the last one back: 发热没有咳嗽没有 denies both, from behind."""
        tokens = self.tokens
        for index in range(len(tokens) - 1, -1, -1):
            cue = tokens[index]
            if cue.role == "double":
                self._affirm_next(index)
            if cue.role != "neg" or not (
                (self._answers_behind(cue) and self._deny_backward(index))
                or self._deny_forward(index)
                or self._deny_backward(index)
            ):
                continue
            self.cues.append(cue)

    def _answers_behind(self, cue: Hit) -> bool:
        """发热:无 咳嗽:有 - the 无 answers what stands before its colon; 咳嗽啊发烧啊这些都没有 sums up."""
        if _SUMMED_UP.search(self.plain, max(self.start, cue.start - 4), cue.start):
            return True
        return bool(_COLON.search(self.plain, max(self.start, cue.start - 2), cue.start)) and bool(
            _ANSWERED.match(self.plain, cue.end, self.end)
        )

    def _next_finding(self, index: int) -> int | None:
        end = self.tokens[index].end
        for i in self._findings:
            if i > index and self.tokens[i].start >= end:
                return i
        return None

    def _affirm_next(self, index: int) -> None:
        target = self._next_finding(index)
        if target is None:
            return
        gap = self.plain[self.tokens[index].end : self.tokens[target].start]
        if len(gap) <= 6 and "," not in gap:
            self.states[target] = State.AFFIRMED
            self.cues.append(self.tokens[index])

    def _deny_forward(self, index: int) -> bool:
        target = self._next_finding(index)
        if target is None or target in self.states:
            return False
        cue, first = self.tokens[index], self.tokens[target]
        gap = self.plain[cue.end : first.start]
        if self._doubled(cue):
            self.states[target] = State.AFFIRMED
            return True
        if len(gap) > 14 or not _FORWARD_GAP.fullmatch(gap):
            return False
        word = self.plain[cue.start : cue.end]
        if word in ("没", "不") and _INTENSE_GAP.fullmatch(gap) and self._intense(first) and first.role == "symptom":
            self.states[target] = State.POSSIBLE
            return True
        self.states[target] = State.DENIED
        self._deny_topic(target, cue)
        if first.role not in ("fine", "well"):
            self._carry(target, State.DENIED)
        return True

    def _deny_topic(self, target: int, cue: Hit) -> None:
        """烧倒没烧: the symptom is named first, then denied."""
        value = self.tokens[target].value
        same = [i for i in self._findings if value and i < target and self.tokens[i].value == value]
        if same and _TOPIC_GAP.fullmatch(self.plain[self.tokens[same[-1]].end : cue.start]):
            self.states[same[-1]] = State.DENIED

    def _doubled(self, cue: Hit) -> bool:
        """没有哪天不头疼: a denial of a denial."""
        if self.plain[cue.start : cue.end] not in ("不", "没"):
            return False
        return bool(_NO_TIME.search(self.plain, max(self.start, cue.start - 8), cue.start))

    def _carry(self, target: int, state: State) -> None:
        """A denial runs on through 、和 and words that stand side by side; behind a comma it is in doubt."""
        carried: list[int] = []
        last = self.tokens[target]
        for index in self._findings:
            here = self.tokens[index]
            if index <= target or here.start < last.end:
                continue
            if index in self.states or here.role in ("fine", "well"):
                break
            gap = self.plain[last.end : here.start]
            comma = bool(_COMMA_LINK.fullmatch(gap))
            if not comma and not _LINK.fullmatch(gap):
                break
            if self._stressed(here):
                break
            if comma:
                state = State.CARRIED
            self.states[index] = state
            if state is State.CARRIED:
                carried.append(index)
            last = here
        if carried and _LIST_END.match(self.plain, last.end, self.end):
            for index in carried:
                self.states[index] = State.DENIED

    def _stressed(self, finding: Hit) -> bool:
        """咳嗽得厉害, 咳嗽两天: said of something that is there."""
        return self._intense(finding) or bool(_DURATION.match(self.plain, finding.end, self.end))

    def _intense(self, finding: Hit) -> bool:
        for token in self.tokens:
            if token.role == "intense" and token.start >= finding.end:
                return bool(_INTENSE_GAP.fullmatch(self.plain[finding.end : token.start]))
        return False

    def _deny_backward(self, index: int) -> bool:
        cue = self.tokens[index]
        if self.plain[cue.start : cue.end] not in _BACK_CUES or (
            self.plain[cue.start : cue.end] in ("没", "未") and _DONE_NOT.match(self.plain, cue.end, self.end)
        ):
            return False
        target = None
        for i in self._findings:
            if self.tokens[i].end > cue.start:
                break
            target = i
        if target is None or self.tokens[target].role in ("fine", "well"):
            return False
        if re.match(r"别的|其他|其它|另外|其余", self.plain[cue.end : cue.end + 2]) or _EXCEPT.search(
            self.plain, self.clause_start(cue.start), self.tokens[target].start
        ):  # 除了咳嗽没有别的
            return False
        gap = self.plain[self.tokens[target].end : cue.start]
        word = self.plain[cue.start : cue.end]
        whole = word[0] in "均都全皆" or any(c in gap for c in "都均全皆") or "一样" in gap
        if not _BACK_GAP.fullmatch(gap) or ("," in gap and not whole):
            return False
        if target in self.states and self.states[target] is not State.CARRIED:
            return True
        self.states[target] = State.DENIED
        last = self.tokens[target]
        for i in reversed(self._findings):
            here = self.tokens[i]
            if here.end > last.start or i in self.states:
                continue
            gap = self.plain[here.end : last.start]
            linked = _LINK.fullmatch(gap) or _THESE.fullmatch(gap) or (whole and _COMMA_LINK.fullmatch(gap))
            if not linked or self._stressed(here):
                break
            self.states[i] = State.DENIED
            last = here
        return True

    # ---- time, doubt, condition, question ----

    def _scope(self) -> None:
        scope = _Scope(self.start)
        for index, token in enumerate(self.tokens):
            start = self.clause_start(token.start)
            if start != scope.clause:
                self._next_clause(scope, start, token)
            if (
                scope.unreal
                and start != scope.supposed
                and token.role in (_AFTER_WISH if scope.wished else _RESTART)
                and not self._still_conditional(token)
            ):
                scope.unreal = False
            if (
                scope.time is State.LONG_PAST
                and start != scope.past_clause
                and token.role in _SINCE_THEN
                and not (token.role == "temp" and _BURNED.search(self.plain, start, token.start))
            ):
                scope.time = None
            if token.role in JUDGED:
                self._judge(index, token, scope)
            elif token.role in _TIMES:
                scope.time, scope.past_clause = _TIMES[token.role], start
            else:
                self._open_scope(scope, start, token)

    def _next_clause(self, scope: _Scope, start: int, token: Hit) -> None:
        """Doubt and a question end at a comma; what was stays past where the present is set against it."""
        scope.clause, scope.doubt = start, False
        scope.asked = scope.asked and self._question_runs_on()
        if scope.time is State.PAST and not self._contrasted(token.start):
            scope.time = None

    def _open_scope(self, scope: _Scope, start: int, token: Hit) -> None:
        if token.role == "possible":
            scope.doubt = True
            self.cues.append(token)
        elif token.role == "asked":
            scope.asked = True
            self._answered(start, token)
        elif token.role in ("condition", "wish"):
            self.cues.append(token)
            if self.plain.startswith("的话", token.start):
                self._unsay(start, token.start)
            else:
                scope.unreal, scope.supposed, scope.wished = True, start, token.role == "wish"

    def _contrasted(self, position: int) -> bool:
        """前两天拉肚子，人没劲，现在好了: what was stays past over a comma where the present is set against it."""
        return any(
            t.start >= position
            and (t.role in ("present", "newest", "gone", "better") and not self.plain.startswith("已", t.start))
            for t in self.tokens
        )

    def _answered(self, start: int, cue: Hit) -> None:
        """有无发热:无 and 是否咳嗽:是 answer their own question; without an answer nothing is said."""
        end = self.clause_end(cue.end)
        answer = _ANSWER.search(self.plain, cue.end, end) or _ANSWER_BEHIND.match(self.plain, end)
        state = State.UNREAL
        if answer is not None:
            state = State.AFFIRMED if answer[1] in ("有", "是") else State.DENIED
        for index, token in enumerate(self.tokens):
            if (
                start <= token.start < end
                and token.role in JUDGED
                and (token.start < cue.start or answer is None or token.start < answer.start())
            ):
                self.states[index] = state if token.role != "temp" or answer is None else State.AFFIRMED
        self._settled |= {
            i for i, t in enumerate(self.tokens) if start <= t.start < end and t.role in JUDGED and answer is not None
        }

    def _question_runs_on(self) -> bool:
        return self.plain[self.end : self.end + 1] == "?"

    def _still_conditional(self, token: Hit) -> bool:
        """如果我发烧, 我会报告: a clause that only promises keeps the condition."""
        return token.role == "self" and not any(
            other.role in ("temp", "well", "fine", "neg") and other.start > token.start for other in self.tokens
        )

    def _unsay(self, start: int, end: int) -> None:
        for index, token in enumerate(self.tokens):
            if start <= token.start < end and token.role in JUDGED:
                self.states[index] = State.UNREAL

    def _judge(self, index: int, token: Hit, scope: _Scope) -> None:
        state, time = self.states.get(index), scope.time
        if index in self._settled:
            return
        if scope.unreal or scope.asked or self._supposed(token) or (token.role != "temp" and self._ordered(token)):
            still = token.role in ("symptom", "open") and _STILL_BEFORE.search(
                self.plain[max(self.start, token.start - 3) : token.start]
            )
            self.states[index] = State.POSSIBLE if still and state is None else State.UNREAL
        elif (
            scope.doubt
            and state in (None, State.DENIED, State.CARRIED)
            and token.role in ("symptom", "open", "diagnosis")
        ):
            self.states[index] = State.POSSIBLE
        elif state is None:
            if (time is State.PAST and token.role == "symptom" and self._runs_on(token)) or (
                time is not None and token.role in ("symptom", "open") and self._till_now(token)
            ):
                time = None
            self.states[index] = time or State.AFFIRMED

    def _supposed(self, token: Hit) -> bool:
        """以为自己发烧了."""
        before = self.plain[self.clause_start(token.start) : token.start]
        return (
            token.role in ("symptom", "open", "diagnosis")
            and re.search(r"(?:以为(?:自己|我|是|又|要|会|也)*|什么叫|啥叫|什么是|啥是|何[为谓]|什么算)$", before)
            is not None
        )

    def _ordered(self, token: Hit) -> bool:
        """请及时就医: told to others."""
        if token.role not in ("symptom", "open", "generic", "well", "fine"):
            return False
        if self.plain.startswith("去", token.start) and _HURRY.search(self.plain, self.start, token.start):
            return "self" not in self.roles
        if token.role in ("symptom", "open") and _WARNED.search(
            self.plain, self.clause_start(token.start), token.start
        ):
            return True
        return _ORDER.match(self.plain, self.clause_start(token.start), token.start) is not None

    def _runs_on(self, token: Hit) -> bool:
        """昨天开始咳嗽 is not past."""
        return "开始" in self.plain[self.clause_start(token.start) : token.start]

    def _till_now(self, token: Hit) -> bool:
        """去年发烧后一直咳嗽,到现在: there still."""
        before = self.plain[max(self.start, token.start - 4) : token.start]
        return "一直" in before and _TO_THIS_DAY.search(self.plain, token.end, self.end) is not None

    def _ask(self) -> None:
        """The last clause before a question mark states nothing, unless it asks what to do about what it states."""
        if _ANSWER_BEHIND.match(self.plain, self.end) and "asked" in self.roles:
            return
        start = self.clause_start(self.end)
        clause = self.plain[start : self.end]
        if _HELP.search(clause):
            self._ask_of_number(start)
            own = any(t.role in ("self", "kin", "name") for t in self.tokens)
            if re.search(r"请问|咨询|想问|问一下", self.plain[self.start : self.end]) and not own:
                self.states.update({i: State.UNREAL for i, t in enumerate(self.tokens) if t.role in JUDGED})
            if re.match(r"[?]\s*(?:[一1①](?:[、.:])?|看|答|首先)", self.plain[self.end : self.end + 6]):
                self.states.update(
                    {i: State.UNREAL for i, t in enumerate(self.tokens) if t.start >= start and t.role in JUDGED}
                )
            return
        mine = "self" in self.roles and any(t.role == "self" and start <= t.start for t in self.tokens)
        for index, token in enumerate(self.tokens):
            if token.start < start or token.role not in JUDGED:
                continue
            if token.role == "temp":
                if not mine or self.states.get(index) is State.UNREAL:
                    self.states[index] = State.UNREAL
            elif mine and token.role in ("symptom", "open") and self.state(index) is State.AFFIRMED:
                self.states[index] = State.POSSIBLE
            else:
                self.states[index] = State.UNREAL


_DENIALS = frozenset({"neg", "double"})
_SCOPES = frozenset({"possible", "asked", "condition", "wish", "past", "long_past"})
_TOLD_OTHERS = re.compile(r"[请务切严必叫莫别当小留免省千]|不要|什么是|啥是|何[为谓]|不得|一律|以为")
_HURRY = re.compile(r"(?:快点?|你还是|建议你?|你(?:赶紧|赶快|快点?|早点)?)$")
"""快去医院看看: said to another."""
_ORDER = re.compile(
    r"\s?(?:请(?!假|了|过|医|人|记|登|帮|教|问|勿念|看|[^,]{0,6}放心|[^,]{0,4}知悉|领导|组织|联工委|主任)|务必|切勿|切忌|严禁|不得(?!已|不|了)|一律|必须)"
)
_WARNED = re.compile(
    r"(?:(?<!什)(?<!莫)莫(?!得|名|非|不是|有)|(?<![特分个区类级离告送])别(?![的人处个家地墅管称看说])|千万|当心|小心|留心|免得|省得|可不能?|不要)(?:再|又|都|把|让|给|自己|身体|人|大家|还)*"
    r"(?:[^,没有不]{0,2})$"
)
"""莫冻感冒了, 别着凉: a warning tells of nobody."""
_EXCEPT = re.compile(r"除了?|除开|除去")
_BURNED = re.compile(r"烧(?:到|过|成)(?:了|过)?\s?$")
_THESE = re.compile(r"[啊呀]?(?:这些个?|这类|这样的|这几样|那些个?)的?")
_SUMMED_UP = re.compile(r"(?:这些|那些|这些个|一个|一样|样样|统统|通通|啥的|什么的|之类)(?:的|我)?[都也全]?$|[啊呀]都$")
_DONE_NOT = re.compile(r"(?!打[过了]|犯|沾|得过|碰|发作|出现|发生|复发)(?![了得的啊呀呢哦过有哈嘛吧都])[\u4e00-\u9fff]")
"""头晕没去上班: denies what is done, not what stands before it."""
_TOPIC_GAP = re.compile(r"(?:倒是|倒|是|嘛|呢|也|都|反正|[\s,])*")
_NO_TIME = re.compile(r"(?:没有|没|无|冇得?)(?:哪|一|什么)?(?:天|日|晚|刻|时|个?时候|次|回)(?:是|能)?$")
_COLON = re.compile(r"[:=(]\s*$")
_ANSWERED = re.compile(r"[\s,、)]|$")
_ANSWER_BEHIND = re.compile(
    r"\?\s*(有|是|没有|没|无|否|冇得?)(?:一?点|一?些|的)?(?=[,。;!\s]|$)(?!,\s*(?:就|请|要|及时|马上|立即|立刻))"
)
"""有没有咳嗽?有一点。: asked and answered by the same writer."""
_ANSWER = re.compile(r"[:()【☑✓✔√✅■]\s*(没有?|无|否|未|不是|不|有|是)")
_TO_THIS_DAY = re.compile(r"到现在|至今|到今天|还没好|没断")
_STILL_BEFORE = re.compile(r"(?:还|还是|还在|仍|仍然|继续|再这么|再这样|这么|这样|老这么)\s?$")
_NUMBER_ASKED = re.compile(r"(?:体温|温度|额温)?\s?(?:到了?|是|有|为)?\s?$")
_AFTER_WISH = frozenset({"self", "present", "newest", "temp", "name"})
_RESTART = frozenset({"self", "present", "newest", "temp", "kin", "name", "well"})
_SINCE_THEN = frozenset({"temp", "well", "fine", "newest"})
_TIMES: dict[str, State | None] = {
    "present": None,
    "newest": None,
    "recent": None,
    "past": State.PAST,
    "long_past": State.LONG_PAST,
}
_ENDS_ASKING = re.compile(r"(?:吗|么子不|没有啊|怎么办啊?)\s?$")
