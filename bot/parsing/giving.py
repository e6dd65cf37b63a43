"""Whether a stretch tells of a deed (先进事迹): a gift, or service by a deputy or by the one who writes (giving).

Called by `bot.parsing.voice`; `bot.parsing.deed` then reads who did it and what was given.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.parsing import deed, gifts
from bot.parsing.document import Document, between

_TALK = re.compile(
    r"捐了多少|^(?:隔壁|楼下|邻居|我们邻居|人家|听说|感谢|谢谢)|佩服|真了不起|真厉害|真不容易|笑死|暖心|不是(?:什么)?代表|(?<!没)多少|怎么捐|在哪捐|哪里捐|谁想|想捐|要捐|打算|准备捐|发起捐款|捐不捐|号召大家|一起捐|倡议大家|才算|"
    r"有心的|愿意的?|接一下|接个?龙|我来统一|给我[们]?(?:送|捐)|向[^,]{2,10}学习|去捐一?百个亿"
)
_TOLD_TO = re.compile(r"(?:请|让|叫|希望|建议|发动|要)[^,。]{0,10}(?:送|买|采购|发放|捐)")
_MADE = re.compile(
    r"买了|购买了?|采购了?|购置了?|买回|背回|做了|熬了|缝了|缝制|赶制|赶做|蒸|拉了|运了|发了|寄回|打给|出了|交给了?|拉到|交特殊党费|党费|垫着|送来|自费|自购|收了|塞给|洗了|写了|拿出|拖了|匀出|全免|退掉了"
)
_GIVEN_AWAY = re.compile(
    r"为[^,。]{1,14}(?:购置|购买|采购|添置|买)|送|发给|交给|交到|捐|赠|免费|不收钱|没收过?钱|一斤不卖|一个没留|无偿|不要钱|不要了|塞给|给了|轮休用|给[^,。]{0,12}(?:医院|卡点|社区|学校|卫生院|村|疾控|战士|同志|街坊|乡亲|县里|镇里|干警|点)|慈善|红会|红十字|卡点|社区|村"
)
_OTHERS_GAVE = re.compile(
    r"(?:^|[,。!;])(?:今天|昨天|这次)?(?:红十字会?|县里|市里|省里|镇里|政府|单位|药店|超市|物业|社区|学校|上级|指挥部|邻居|人家|快递)[^,。]{0,6}(?:发了|买了|送来|送了|采购|运)|要[^,。]{0,4}买|买不到|没买|想买|哪里买|准备买|团购|代买"
)
_UNPAID = re.compile(
    r"义务|免费|无偿|志愿者|不收钱|一分(?:钱)?(?:没|不)收|没收过?(?:一分|钱)|分文|献血|自己掏|请战|请缨|捐|费全免|全免|不要钱|我包|当了[^,。]{0,6}志愿者|就这点力气|风雨无阻|一天一首"
)
_MINE = re.compile(
    r"(?:主动|报名)|(?:[^,。]{0,10}[,:])?\s*(?:今天|昨天|今早|昨晚|刚才?|这[几两]天|从.{1,6}起|\d+月\d+日起?)?[,]?(?:我|本人|俺|咱)(?!们?[\u4e00-\u9fff]{0,4}(?:[县市镇乡区村]|派出所|社区|街道))|"
    r"[^,。]{0,10}?[,]?(?:今天|昨天|这几天|今早|刚才?|昨晚|从.{1,6}起)[^,。]{0,3}(?:帮|给|为|替|到)|(?:为|给|帮|替)[^,。]{2,16}(?:免费|义务|无偿)|"
    r"(?:.{0,30}[,。])(?:我|本人)(?:家|们?(?:公司|厂|律所|店|酒店|饭店|企业|单位|合作社|药店|诊所)|的)?"
)


_OWN_STATE = frozenset({"symptom", "open", "well", "fine", "topic", "thermometer", "isolation"})


def is_deed(document: Document, start: int, end: int, text: str, roles: Counter[str]) -> bool:
    """Whether the text between two places tells of a deed."""
    if _TALK.search(text) or roles["suggest"]:
        return False
    if (roles["modal"] or _TOLD_TO.search(text)) and not roles["donate"]:
        return False
    if _TOLD_TO.search(text) and not roles["deputy"] and not roles["self"] and not roles["gift_own"]:
        return False
    if _gives(text, roles):
        found = gifts.read(document, start, end)
        if found.cash is not None or found.goods:
            return not _received(text) and not (roles["gift_others"] and re.search(r"隔壁|邻居|人家|老王", text))
    return _serves(document, start, end, text, roles)


def _gives(text: str, roles: Counter[str]) -> bool:
    if roles["donate"] or (roles["give"] and (roles["self"] or roles["deputy"] or roles["gift_own"])):
        return True
    return bool(_MADE.search(text) and not _OTHERS_GAVE.search(text) and _GIVEN_AWAY.search(text))


def _serves(document: Document, start: int, end: int, text: str, roles: Counter[str]) -> bool:
    """Service without a gift: by a deputy who is named, or by the one who writes."""
    if re.search(r"反映|请代表|各位代表|人大代表编|代表联系", text):
        return False
    if roles["deputy"] and deed.names_somebody(document, start, end):
        ill = any(h.role in _OWN_STATE for h in between(document.health, start, end))
        if (
            roles["service"]
            or roles["not_cash"]
            or (
                not ill
                and len(text) >= 16
                and not document.temperatures(0, len(document.plain))
                and not roles["problem_announce"]
            )
        ):
            return True
    if not _MINE.match(text) or roles["trouble"] >= 2:
        return False
    return (roles["service"] >= 2 and roles["modal"] < 3) or bool(_UNPAID.search(text))


def _received(text: str) -> bool:
    """Thanks for a gift, or talk about one: not the writer's deed."""
    return bool(re.search(r"收到[^,。]{0,10}(?:捐|赠)|捐(?:来|给我们)的", text)) and "代表" not in text
