"""What a stretch of a message is for: suggestion, problem, practice, comment, deed or chat (voice).

Called by `bot.parsing.prose`. The words of the rules speak for and against each kind; the reasons stand in one place,
in order. Hands back the kind, and for a suggestion its category.

It is longer than most modules because its reasons stand in order, and the order decides.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from bot.parsing import giving
from bot.parsing.document import Document, Voice, between
from bot.parsing.lexicon import Hit
from bot.parsing.numerals import number

ARTICLE = re.compile(
    r"(?<![这那哪几后前])第?\s?(?P<n>\d{1,4}|[一二三四五六七八九十百千零两]{1,9})\s?条(?!例|件|对|街|路|生产|线|短信|消息|鱼|烟|龙|毛|裤|河)"
)
_CHATTY = re.compile(r"^(?:请问|问一下|想问|谁|哪位|有没有人|大家|各位|你们|@\S+)|[吗呢吧啊]\s*[?~]|哈哈|\[")
_ASK_ALL = re.compile(r"(?:各位|大家|代表们|请各|@所有人|各县|各组|各联络)")
_ASKING_TAIL = re.compile(
    r"(?:能不能|能否|可否|可不可以|是不是可以|是不是要|是否可以|是否能|行不行|好不好|可以吗|可行)"
)
_INFO = re.compile(
    r"什么时候|哪里|在哪|几点|多少钱|怎么报|怎么填|怎么弄|怎么用|谁知道|谁有|是不是真|真的吗|有消息|有没有消息|电话多少|是多少|算不算|什么意思|还有吗|到了吗|吗$|了没$|没有$"
)
_TELLS_OTHERS = re.compile(
    r"^(?:你|您|老\S|赶紧去|快去|别硬扛|多喝|注意|保重|@(?!联工委|主任|领导|政府|指挥部|人大|所有人))"
)
_FUTURE_WISH = re.compile(
    r"(?:希望|盼|盼望|愿|但愿|期待|祝)[^,。]{0,14}(?:疫情[^,。]{0,4}(?:过去|结束|退散)|早日|平安|顺利|春暖花开|战胜|好起来|一切都?好|健康(?!码|证|管|监|教|状)|快乐|胜利)"
    r"|(?:到时候?|到那时|那时候?|总有一天|等[^,。]{0,10}开了?)[^。]{0,14}(?:摘|团聚|相聚|聚聚|喝[一两]杯|好起来)"
)


def tell(document: Document, start: int, end: int, *, staff_words: bool = True) -> Voice:
    """What the text between two places is for; asked again, it is remembered."""
    key = (start, end, staff_words)
    if key not in document.voices:
        document.voices[key] = _tell(document, start, end, staff_words=staff_words)
    return document.voices[key]


def _tell(document: Document, start: int, end: int, *, staff_words: bool) -> Voice:
    hits = between(document.voice, start, end)
    if not hits:
        return Voice.NONE
    roles = Counter(hit.role for hit in hits)
    text = document.plain[start:end]
    asked = document.plain[end : end + 1] == "?" or bool(re.search(r"(?:\?|吗|了没有?)\s*$", text))
    if _is_comment(text, roles, hits):
        return Voice.COMMENT
    if staff_words and _is_notice(text, roles):
        return Voice.NONE
    if _FUTURE_WISH.search(text) and roles["modal"] + roles["category"] <= 3 and not roles["body_politic"]:
        return Voice.NONE
    if (
        asked
        and _INFO.search(text)
        and not _ASKING_TAIL.search(text)
        and not roles["suggest"]
        and not roles["problem_announce"]
    ):
        return Voice.PROBLEM if roles["trouble"] >= 2 and roles["category"] >= 1 and len(text) > 18 else Voice.NONE
    if (
        roles["practice"]
        and not roles["donate"]
        and not re.search(r"代表[^,。、]{0,2}[\u4e00-\u9fff]{2,3}[,、]", text)
        and (roles["we"] or roles["result"])
    ):
        return _weigh(text, roles, hits, asked=asked)
    if giving.is_deed(document, start, end, text, roles):
        return Voice.DEED
    return _weigh(text, roles, hits, asked=asked)


def _is_comment(text: str, roles: Counter[str], hits: list[Hit]) -> bool:
    """An article by its number, or a text under consultation with an opinion on it."""
    article = ARTICLE.search(text)
    if article is not None and (
        roles["draft"] or roles["view"] or roles["suggest"] or roles["modal"] or roles["weak_modal"]
    ):
        value = number(article["n"]) or 0
        if (
            roles["draft"]
            or (article[0].startswith("第") and value >= 1 and (value > 20 or "款" in text))
            or value >= 100
        ):
            return True
    if not roles["draft"]:
        return False
    draft = next(h for h in hits if h.role == "draft")
    if (
        re.search(
            r"(?:发|寄|看到|收到|下载|学习|宣传|研讨会|座谈会|会议|报送|收集)[^,。]{0,12}$|请各|截止",
            text[: max(0, draft.start)],
        )
        and not roles["view"]
    ):
        return False
    return bool(roles["view"] or roles["suggest"] or roles["modal"])


def _is_notice(text: str, roles: Counter[str]) -> bool:
    """A staff member's reminder is no suggestion."""
    if not roles["staff_notice"]:
        return False
    if re.search(r"(?:建议|请|希望)(?:各位|大家|各县|各组|各联络|代表们|没报)", text) and not roles["body_politic"]:
        return True
    if re.search(
        r"请各|请大家|请各位|大家记得|记得报|没报的|未报的|尽快报|报上来|请于|发给我|发我|收到请回复|严禁在群里|请代表",
        text,
    ):
        return not re.search(r"建议[^各大]", text)
    return roles["staff_notice"] >= 2 and not roles["suggest"] and not roles["trouble"]


class _Marks(NamedTuple):
    """What speaks for each reading of a stretch, added up."""

    asked_for: float
    wrong: float
    method: float
    topics: int


def _weigh(text: str, roles: Counter[str], hits: list[Hit], *, asked: bool) -> Voice:
    """Suggestion, problem, practice or nothing: what is asked for, what is wrong, what is done well."""
    marks = _marks(text, roles, hits)
    length = len(text)
    announced = roles["suggest"] > 0 or bool(_ASKING_TAIL.search(text))
    if announced and _about_suggestions(text):
        return Voice.NONE
    told_problem = (
        not _SETTLED.search(text)
        and not (roles["suggest"] and marks.topics)
        and any(
            h.role == "problem_announce" and (h.start - hits[0].start <= 14 or text.endswith(("反映一下", "反映下")))
            for h in hits
        )
    )
    if (
        roles["practice"]
        and marks.method >= 3
        and not roles["suggest"]
        and not (told_problem and not roles["result"])
        and not _TOLD_TO.search(text)
        and not asked
    ):
        return Voice.PRACTICE if length >= 10 else Voice.NONE
    if told_problem:
        return Voice.PROBLEM if length >= 9 and (marks.topics or marks.wrong or length >= 16) else Voice.NONE
    if announced and (marks.topics or marks.asked_for >= 4 or length >= 14):
        return Voice.NONE if _TELLS_OTHERS.match(text) and not marks.topics else Voice.SUGGESTION
    shown = marks.method >= 4.5 and roles["we"] and not asked
    if length < 10 or (not shown and (_CHATTY.search(text) or _PERSONAL.search(text))):
        return (
            Voice.SUGGESTION
            if marks.asked_for >= 2 and marks.topics and length >= 8 and not _PERSONAL.search(text) and not asked
            else Voice.NONE
        )
    if marks.method >= 3.5 and marks.method > marks.wrong and marks.asked_for < 2.5 and not asked:
        return Voice.PRACTICE
    return _by_weight(text, roles, marks, asked=asked)


_SETTLED = re.compile(r"反映(?:问题)?的(?:电话|人)|已经?(?:当场)?(?:解释|解决|处理好|答复|整改)")


def _by_weight(text: str, roles: Counter[str], marks: _Marks, *, asked: bool) -> Voice:
    length = len(text)
    personal = roles["chat"] + (2 if _MINE.match(text) else 0)
    if (
        marks.asked_for >= 2
        and marks.topics
        and marks.asked_for >= marks.wrong - 1.5
        and not _only_chat(text, roles, marks)
    ):
        return Voice.SUGGESTION
    amiss = marks.wrong >= 2 and marks.wrong > marks.asked_for and (marks.topics or marks.wrong >= 3)
    if amiss and length >= 12 and personal < 3:
        return Voice.PROBLEM if marks.wrong + marks.topics >= 4 or length >= 18 else Voice.NONE
    if marks.method >= 2.5 and marks.method > marks.wrong and marks.asked_for < 2 and length >= 24 and not asked:
        return Voice.PRACTICE
    if marks.asked_for >= 1 and marks.topics >= 2 and length >= 16 and not asked and personal < 2:
        return Voice.SUGGESTION
    if asked or personal >= 2 or length < 14:
        return Voice.NONE
    if marks.topics >= 2 and _IMPERATIVE.match(text):
        return Voice.SUGGESTION
    return _by_default(marks, length)


def _by_default(marks: _Marks, length: int) -> Voice:
    """A long statement about a field of policy that nothing else explains: its strongest side decides."""
    if not marks.topics or length < 18:
        return Voice.NONE
    strongest = max(marks.asked_for, marks.wrong, marks.method)
    if strongest < 1.5:
        return Voice.NONE
    if strongest == marks.asked_for:
        return Voice.SUGGESTION
    if strongest == marks.wrong:
        return Voice.PROBLEM
    return Voice.PRACTICE if marks.method >= 3 else Voice.NONE


def _marks(text: str, roles: Counter[str], hits: list[Hit]) -> _Marks:
    places: dict[str, set[int]] = {}
    for hit in hits:
        places.setdefault(hit.role, set()).add(hit.start)
    count = {role: len(found) for role, found in places.items()}
    told = 3.0 * count.get("suggest", 0) + 2.0 * count.get("modal", 0) + 2.5 * bool(_TOLD_TO.search(text))
    asked_for = told + 0.75 * count.get("weak_modal", 0)
    asked_for += 1.0 * bool(_ASKING_END.search(text)) + 1.5 * bool(_ASKED_OF.search(text))
    wrong = 1.5 * count.get("trouble", 0) + 3.0 * count.get("problem_announce", 0)
    wrong += 1.0 * min(3, len(_AMISS.findall(text)))
    method = 2.0 * (count.get("practice", 0) + count.get("result", 0))
    method += 1.5 * bool(roles["we"] or _BODY_FIRST.match(text)) + 0.75 * min(4, len(_PROCESS.findall(text)))
    if method >= 3 and not _WISHED.search(text):
        asked_for = told  # told as it is done: 统一采购统一分，缺的先垫
    topics = places.get("category", set()) | places.get("body_politic", set())
    return _Marks(asked_for, wrong, method, len(topics))


_ASKING_END = re.compile(
    r"吧(?:$|[,，。!])|最好(?:$|[,。])|就行|就够|才行|才好|为好|不然|免得|省得|莫让|该[^,。]{1,3}就"
)
_ASKED_OF = re.compile(
    r"请[^,。]{0,8}(?:局|委|厅|府|部门|媒体|银行|医院|学校|社区|街道|村|公司|律协|法院|领导|上级|人社|财政|民政)"
)
_TOLD_TO = re.compile(
    r"(?:政府|部门|局|厅|街道|物业|工商|银行|指挥部|[乡镇县市省区村州][上里])(?:出手|牵头|出面|应|别(?:光|再|只|老|总|乱|把|让|搞)"
    r"|[要该得](?:第一时间|管|有人|盯|加强|严|出手|出面|采[取购]|派|给|把|让|及时|尽快|带头|负责|牵头|主动|拿出|想|多|赶紧|统一|建|设|补|帮|减|放开|担|抓|查)"
    r"|先(?:垫|拿|给|把|派))"
    r"|请(?!假|问|客|教|大家|各位|放心|注意|回复|您|你|示|战|愿|购|各)[^,。]{0,8}?(?:安排|组织|按|派|尽快|统一|协调|配送|多[派发给设开])"
    r"|(?:^|[,。;\n]\s*|[、.)]\s*)要(?:严格|对|加大|把|加强|落实|抓|严)"
)
_WISHED = re.compile(r"应该?|建议|希望|请|吧$|能不能|最好|不要|别")
_AMISS = re.compile(
    r"[上下出进过回来去到着得买卖送走运修看用吃活住找领办批贷装开赶顶撑]不[了到出进来去上下着动起完成掉脱]|没人|没有人|没地|没处|没法|没到|没开|没来|没有一[个支辆张家]|坏了|断了|停了|毁了|偷偷|乱[倒扔收]|臭|堆|扣了|骗|堵|死了?机|差点|不方便|不管用|顶着|用完|跑完|绕了?|半[个]?[月年]|太(?:死|慢|贵|多|少|难|累|高|乱)|"
    r"才[一两三]|黑的|没救|管不了|说不清|没消毒|老起雾|不还价|找上门|哭|催了|拖了|等了|愁"
    r"|抢光|没吃到|没喝上|再不[^,。]{1,8}就|断[水电网]|漏水|晚到|只剩|看不清|挤[着成在]|人挤人|做个?样子|登不进|卡得|只开成|没管到|受不了|一巴掌|骂人|硬闯|重复用|没有单独|就不认|欠着|没有?订单|没有流水|神药|想不开|被拦|不着[家边]|撑着|占一半|不达标|不敢[进来去]|缺米|缺药"
)
_PROCESS = re.compile(
    r"把[^,。]{1,18}(?:编|分|做|贴|录|装|改|排|变|搬|划|写|拆|转|放)(?:成|到|在|上|进|入|下)|每[天日晚早户组栋家人周个村][^,。]{0,10}|一[个户栋周天人对组车][^,。]{0,8}[一二三四五六七八九十百\d]+[个户人次]|谁[^,]{1,8}谁|实行|推行|轮流|轮换|分批|分片|包片|一对一|专人|搞了|拼单|截单|"
    r"[早晚][^,。]{0,4}[点各]|按[^,]{1,6}(?:轮|排|分|取)|咋弄的|怎么弄的|评价很高|开工率|没一个投诉|没有一个投诉|没落下|平平安安|顺当|少了一半|不到十秒|发文推广|一看就|就散了|翻一番"
    r"|搞了?个|成立了|编成|[一两三][个人小时]{1,2}一[组换班岗]|台账|管住|销号|上墙|直接对接|统一[^,。]{0,4}[买配分采去]|群里[喊报说]|不用出门|免配送费|排班|没出过|有急事|到楼下|便宜[一两三]|分钟[到上]|请回来|下村|三人一组|足得很|干部包|党员包|封路不封心|积分榜|敲锣"
)
_BODY_FIRST = re.compile(
    r"(?:[^,。:]{0,10}[:—-]+)?(?:我们|咱们|俺们|我|本)?[\u4e00-\u9fff]{0,4}(?:[村镇乡县区市所局院校厂站]|社区|街道|园区|学校|派出所|供电所|合作社|公司)(?!的?[路人长干部])"
)
_MINE = re.compile(r"(?:我|本人|俺|咱)(?!们?[\u4e00-\u9fff]{0,3}[村镇乡县区市厂校所]|想|觉得|认为|建议|看应|提)")
_IMPERATIVE = re.compile(r"(?:把|用|对|给|由|让|多|少|先|再|请|拜托)")


def _about_suggestions(text: str) -> bool:
    """Talk about suggestions: 我的建议昨天已经发您邮箱了, 建议类信息请注明电话."""
    return bool(
        re.search(
            r"谁提的|网友建议|发到哪|发群里还是|的建议我[^,。]{0,6}支持|(?:反馈|提交|上报|报送|征集|收集|汇总|整理)[^,。]{0,4}(?:意见)?建议|建议(?:征集|类|案|已|昨天|都|被|采纳|很好|不错|写|的时候|答复|收到|交|汇总|请(?:写|注明|各|大家))|(?:提过|提了|写了?|交了?|报了?|办|采纳|提|的)(?:的|那个|那条)?建议(?:[。已都被]|$|的时候|请)|没写过|咱们群|本群|这个群|云干杯|"
            r"(?:建议|希望)(?:大家|各位)(?:晚上|今晚|一起|多|别|都|来)|已经?答复|已办|很满意",
            text,
        )
    )


_PERSONAL = re.compile(
    r"急寻|急求|谁有|谁家有|愿意|接一下|谁帮|帮我?查|物流|快递单|我家的?猫|群里|还没收到|让不让人活|这个数字|他俩|手冻|我代收"
)


def _only_chat(text: str, roles: Counter[str], marks: _Marks) -> bool:
    """One topic and one "can" do not make a suggestion: 我明天要去学校."""
    if _TELLS_OTHERS.match(text) or (roles["chat"] and marks.topics <= 1 and marks.asked_for < 4):
        return True
    if (
        marks.asked_for < 3
        and marks.topics == 1
        and len(text) < 16
        and not roles["trouble"]
        and not roles["body_politic"]
    ):
        return not re.search(r"应|必须|统一|一律|尽快|别让|不要再|要错峰|严[打查禁]", text)
    return bool(_MINE.match(text)) and not re.search(r"应|建议|希望|能不能|最好|请|该|觉得|认为|可以让|可以把", text)


def category(document: Document, start: int, end: int) -> tuple[str, tuple[str, ...]]:
    """What field a suggestion belongs to, by what it asks for; and the rules behind that."""
    hits = [h for h in between(document.voice, start, end) if h.role == "category"]
    if not hits:
        return "其他", ()
    plain = document.plain
    asks = [h.start for h in between(document.voice, start, end) if h.role == "suggest"]
    begin = asks[0] if asks else start
    score: Counter[str] = Counter()
    for hit in hits:
        weight = 1.0 + 0.35 * min(hit.end - hit.start, 6)
        if hit.start >= begin:
            weight *= 1.6
        score[hit.value] += weight  # type: ignore[assignment]  # Counter also counts in halves
    text = plain[start:end]
    if re.search(r"复工|复产|开工|企业|工厂|厂里|(?<!环卫)工人", text) and score["复工复产"]:
        score["物资保障"] *= 0.4  # type: ignore[assignment]  # halves again
        score["社区防控"] *= 0.6  # type: ignore[assignment]  # halves again
    if re.search(r"学校|学生|开学|返校|班|网课|孩子|娃", text) and score["复学"]:
        for other in ("物资保障", "社区防控", "民生保障", "宣传引导"):
            score[other] *= 0.6  # type: ignore[assignment]  # halves again
    best = max(score, key=lambda value: score[value])
    return best, tuple(dict.fromkeys(h.group for h in hits if h.value == best))
