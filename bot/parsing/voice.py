"""What a stretch of a message is for: suggestion, problem, practice, comment, deed or chat (voice).

Called by `bot.parsing.prose`. The words of the rules speak for and against each kind; the reasons stand in one place,
in order. Hands back the kind, and for a suggestion its category.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.parsing import gifts
from bot.parsing.document import Document, Voice, between
from bot.parsing.lexicon import Hit
from bot.parsing.numerals import number

ARTICLE = re.compile(
    r"第?\s?(?P<n>\d{1,4}|[一二三四五六七八九十百千零两]{1,9})\s?条(?!例|件|街|路|生产|线|短信|消息|鱼|烟|龙|毛|裤|河)"
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
    r"(?:希望|盼|盼望|愿|但愿|期待|祝)[^,。]{0,14}(?:疫情[^,。]{0,4}(?:过去|结束|退散)|早日|平安|顺利|春暖花开|战胜|好起来|一切都?好|健康|快乐|胜利)"
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
    if roles["practice"] and not roles["donate"] and not roles["deputy"] and (roles["we"] or roles["result"]):
        return _weigh(text, roles, hits, asked=asked)
    if _is_deed(document, start, end, text, roles, hits):
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


def _is_deed(document: Document, start: int, end: int, text: str, roles: Counter[str], hits: list[Hit]) -> bool:
    """A gift, or service by a deputy or by the one who writes."""
    if re.search(r"捐了多少|^(?:隔壁|邻居|人家|听说|感谢|谢谢)|佩服|真了不起|真厉害", text):
        return False
    if roles["suggest"] or re.search(
        r"(?<!没)多少|怎么捐|在哪捐|哪里捐|谁想|愿意[^,]{0,6}的|想捐|要捐|打算|准备捐|发起捐款|捐不捐|号召大家|一起捐|倡议大家|才算",
        text,
    ):
        return bool(roles["deputy"] and roles["donate"] and not roles["suggest"])
    if re.search(r"不是代表|有心的|愿意的?|接一下|接个?龙|我来统一|(?:怎么|如何)[^,。]{0,6}的[:,]", text):
        return False
    if (roles["modal"] or _ASKING_TAIL.search(text)) and not roles["donate"]:
        return False
    if (
        re.search(
            r"(?:请|望|让|叫|希望|建议|发动)[^,。]{0,10}(?:送|买|采购|发放|捐)|真了不起|了不起|向[^,]{2,10}学习", text
        )
        and not roles["deputy"]
    ):
        return False
    gift = roles["donate"] or (roles["give"] and (roles["self"] or roles["deputy"] or roles["gift_own"]))
    if (
        not gift
        and _MADE.search(text)
        and not _OTHERS_GAVE.search(text)
        and re.search(
            r"送|发给|交给|捐|赠|免费|不收钱|无偿|给[^,。]{0,12}(?:医院|卡点|社区|学校|卫生院|村|疾控|战士|同志|街坊|乡亲)|慈善|红会|红十字|卡点|社区|村",
            text,
        )
    ):
        gift = True
    if gift:
        found = gifts.read(document, start, end)
        if found.cash is not None or found.goods:
            outsider = roles["gift_others"] and not (roles["self"] or roles["deputy"] or roles["gift_own"])
            return not _received(text) and not (outsider and re.search(r"隔壁|邻居|人家|老王", text))
    deputy = bool(roles["deputy"]) and bool(re.search(r"代表(?!们|团|联|性|家|本|作)", text))
    services = len({h.start for h in hits if h.role == "service"})
    if deputy and services >= 1 and not re.search(r"反映|请代表|各位代表|代表反映", text):
        return True
    mine = (
        bool(
            re.match(
                r"[^,。]{0,10}?[,]?(?:今天|昨天|这几天|今早|刚才?|昨晚|从.{1,6}起)[^,。]{0,3}(?:帮|给|为|替|到)|^(?:为|给|帮|替)[^,。]{2,16}(?:免费|义务|无偿)",
                text,
            )
        )
        or bool(
            re.match(
                r"(?:[^,。]{0,8}[,:])?\s*(?:今天|昨天|这几天|从.{1,6}起|\d+月\d+日起?)?[,]?(?:我|本人|俺|咱)(?!们?[县市镇乡区村])",
                text,
            )
        )
        or bool(
            re.search(
                r"(?:^|[,。])(?:我|本人)(?:家|们?(?:公司|厂|律所|店|酒店|饭店|企业|单位|合作社|药店|诊所))?", text
            )
        )
    )
    if mine and services >= 2 and not roles["trouble"] >= 2 and not roles["modal"] >= 4:
        return True
    return (
        mine
        and bool(
            re.search(
                r"义务|免费|无偿|志愿者|不收钱|一分(?:钱)?(?:没|不)收|没收过?一分|分文|献血|自己掏|请战|请缨|捐|费全免",
                text,
            )
        )
        and not roles["trouble"] >= 2
    )


_MADE = re.compile(
    r"买了|购买了?|采购了?|买回|做了|熬了|缝了|缝制|赶制|赶做|蒸|拉了|运了|发了|寄回|打给|出了|交给了?|拉到|交特殊党费|党费|垫着|送来|自费|自购"
)


_OTHERS_GAVE = re.compile(
    r"(?:^|[,。!;])(?:今天|昨天|这次)?(?:红十字会?|县里|市里|省里|镇里|政府|单位|药店|超市|物业|社区|学校|上级|指挥部|邻居|人家|快递)[^,。]{0,6}(?:发了|买了|送来|送了|采购|运)|要[^,。]{0,4}买|买不到|没买|想买|哪里买|准备买|团购|代买"
)


def _received(text: str) -> bool:
    """Thanks for a gift, or talk about one: not the writer's deed."""
    return (
        bool(
            re.search(
                r"收到[^,。]{0,10}(?:捐|赠)|感谢[^,。]{0,20}(?:捐|送|赠)|谢谢[^,。]{0,12}(?:捐|送)|捐(?:来|给我们)的",
                text,
            )
        )
        and "代表" not in text
    )


def _weigh(text: str, roles: Counter[str], hits: list[Hit], *, asked: bool) -> Voice:
    length = len(text)
    modal = len({h.start for h in hits if h.role == "modal"})
    weak = len({h.start for h in hits if h.role == "weak_modal"})
    topics = len({h.start for h in hits if h.role in ("category", "body_politic")})
    trouble = len({h.start for h in hits if h.role == "trouble"})
    announced = roles["suggest"] > 0 or bool(_ASKING_TAIL.search(text))
    if roles["practice"] and (
        roles["we"]
        or roles["result"]
        or re.search(r"(?:经验|做法|办法|法子|土法|招)[^,。]{0,8}[:是—-]|分享|介绍|推行|实行|依托", text)
    ):
        if (
            not roles["suggest"]
            and not (roles["problem_announce"] and not roles["result"])
            and length >= 10
            and not asked
        ):
            return Voice.PRACTICE
    if (
        roles["result"]
        and (roles["we"] or length > 24)
        and not roles["suggest"]
        and trouble <= 2
        and not asked
        and not roles["problem_announce"]
        and modal <= 5
    ):
        return Voice.PRACTICE
    if roles["problem_announce"] and not (announced and topics and _asks_something(text)):
        return Voice.PROBLEM if length >= 9 and (topics or trouble or length >= 16) else Voice.NONE
    if announced and _about_suggestions(text):
        return Voice.NONE
    if announced and (topics or modal >= 2 or length >= 14):
        return Voice.NONE if _TELLS_OTHERS.match(text) and not topics else Voice.SUGGESTION
    asks = (
        modal
        or (weak >= 2 and topics >= 2)
        or (weak >= 1 and topics >= 4)
        or (weak and topics >= 2 and length >= 18 and not roles["chat"] and not asked)
    )
    if modal and topics and not _only_chat(text, roles, topics, modal):
        return Voice.SUGGESTION
    if (
        trouble
        and trouble >= weak
        and topics
        and length >= 12
        and not _CHATTY.search(text)
        and not _PERSONAL.search(text)
    ):
        return Voice.PROBLEM if trouble + topics >= 3 or length >= 22 else Voice.NONE
    if asks and topics and not _only_chat(text, roles, topics, modal + weak):
        return Voice.SUGGESTION
    if trouble >= 2 and length >= 12 and not _CHATTY.search(text) and not _PERSONAL.search(text):
        return Voice.PROBLEM
    if (
        topics >= 2
        and length >= 14
        and not _CHATTY.search(text)
        and not asked
        and re.search(r"^(?:把|用|对|给|由|让|多|少|先|再)", text)
    ):
        return Voice.SUGGESTION
    return Voice.NONE


def _about_suggestions(text: str) -> bool:
    """Talk about suggestions: 我的建议昨天已经发您邮箱了, 建议类信息请注明电话."""
    return bool(
        re.search(
            r"建议(?:征集|类|案|已|昨天|都|被|采纳|很好|不错|写|的时候|答复|收到|交|汇总|请(?:写|注明|各|大家))|(?:提过|提了|写了?|交了?|报了?|办|采纳|提|的)(?:的|那个|那条)?建议(?:[。已都被]|$|的时候|请)|没写过|咱们群|本群|这个群|云干杯|"
            r"(?:建议|希望)(?:大家|各位)(?:晚上|今晚|一起|多|别|都|来)|已经?答复|已办|很满意",
            text,
        )
    )


_PERSONAL = re.compile(
    r"愿意|接一下|谁帮|帮我?查|物流|快递单|我家的?猫|群里|还没收到|让不让人活|这个数字|他俩|手冻|我代收"
)


def _asks_something(text: str) -> bool:
    return bool(re.search(r"建议|希望|恳请|呼吁|请求|能不能|能否", text))


def _only_chat(text: str, roles: Counter[str], topics: int, modal: int) -> bool:
    """One topic and one "can" do not make a suggestion: 我明天要去学校."""
    if _TELLS_OTHERS.match(text) or (roles["chat"] and topics <= 1):
        return True
    if modal == 1 and topics == 1 and len(text) < 16 and not roles["trouble"] and not roles["body_politic"]:
        return not re.search(r"应|必须|统一|一律|尽快|别让|不要再|要错峰|严[打查禁]", text)
    if re.match(r"(?:我|我们|今天|明天|昨天|下午|上午|晚上)", text) and not re.search(
        r"应|建议|希望|能不能|最好|请|该|觉得|认为|可以让|可以把", text
    ):
        return True
    return False


def category(document: Document, start: int, end: int) -> tuple[str, tuple[str, ...]]:
    """What field a suggestion belongs to, by what it asks for; and the rules behind that."""
    hits = [h for h in between(document.voice, start, end) if h.role == "category"]
    if not hits:
        return "其他", ()
    plain = document.plain
    asks = [h.start for h in between(document.voice, start, end) if h.role in ("suggest",)]
    begin = asks[0] if asks else start
    score: Counter[str] = Counter()
    for hit in hits:
        weight = 1.0 + 0.35 * min(hit.end - hit.start, 6)
        if hit.start >= begin:
            weight *= 1.6
        score[hit.value] += weight  # type: ignore[assignment]  # Counter also counts in halves
    text = plain[start:end]
    if re.search(r"复工|复产|开工|企业|工厂|厂里|(?<!环卫)工人", text) and score["复工复产"]:
        score["物资保障"] *= 0.4  # type: ignore[assignment]
        score["社区防控"] *= 0.6  # type: ignore[assignment]
    if re.search(r"学校|学生|开学|返校|班|网课|孩子|娃", text) and score["复学"]:
        for other in ("物资保障", "社区防控", "民生保障", "宣传引导"):
            score[other] *= 0.6  # type: ignore[assignment]
    best = max(score, key=lambda value: score[value])
    return best, tuple(dict.fromkeys(h.group for h in hits if h.value == best))
