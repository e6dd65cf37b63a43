"""Sums of money in a deed (money): which stand there, and what each is: given, the worth of goods, or neither.

Called by `bot.parsing.gifts`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.parsing import numerals
from bot.parsing.lexicon import Hit

_N = numerals.NUMBER
_YUAN = re.compile(
    rf"(?:人民币|现金|¥|￥)?\s?(?<![\d.])(?P<amount>{_N})\s?(?:多|余|来|几)?\s?(?P<large>[万亿千百]|w(?![a-z])|k(?![a-z]))?(?:多|余)?\s?(?P<unit>元|块(?!儿|[交送捐寄])(?:钱)?|圆|人民币|rmb)"
)
_BARE_SUM = re.compile(
    rf"(?P<verb>价值|总价值|价值约|进价(?:总共)?|进货价要?|账面价|购置费|油墨钱|约?值|算值|值个|市场价|花费约|花了约|自己花|一共|总共|折合|花了|花费|(?<=[\u4e00-\u9fff\d])\((?=[\d.]+[万千]\))|捐|捐款|捐了|捐出|捐助|捐给[^\d,。]{{0,8}}|捐资|捐赠|打款|汇款|党费|善款|款|不多|拿出|次|捐现金|现金|出资|掏出?|共计|合计|凑了|捐上|转了|打了|汇了|拿了|(?:其实|实际上?|确切|准确)(?:说)?(?:应该?)?[是为]|应该?[是为]|自?掏钱|掏腰包)[,:\s了约]{{0,3}}(?P<amount>{_N})(?:多|余)?(?P<large>[万亿千百]|w(?![a-z])|k(?![a-z]))?(?=[,。;!?、\s)(]|$|[吧呢啊呀哈哦]|左右|上下|捐|给|买|从|到|的(?!人|时候)|[\u4e00-\u9fff]*捐)"
)
_SUM_GIVEN = re.compile(
    rf"(?<![\d.])(?P<amount>{_N})(?P<large>[万千]|w(?![a-z]))?(?:多|余)?(?=\s?(?:打给|捐给|全捐|都捐|转给|汇给|打到|捐到|捐了))"
)
_ROUND_SUM = re.compile(
    rf"(?<![\d.第量数有达超零一二两三四五六七八九十百千万几])(?P<amount>{_N})(?:多|余)?(?P<large>[万千]|w(?![a-z]))?"
    rf"(?=[,。;!~、)(]|\s|$|[吧呢啊呀哈哦]|整|左右|上下|(?:都|全部?)?(?:交|存|打|汇)[到进]|我?们?捐|特殊党费|全部?[捐取]|都(?:捐|给|塞|交)|已(?:经)?(?:转|打|汇|交|捐))"
)
"""五千，: a round sum before a stop or a verb of giving; nothing is counted by it."""
THING_BEFORE = re.compile(
    r"(?:捐赠?|送|买|赠)了?(?!给|的|款|出|了|钱|现金|约|共|来|近|去|到|上|往)(?P<item>[\u4e00-\u9fff]{1,4}?)$"
)
NUMERAL = re.compile(rf"[\d{numerals.NUMERALS}]")
_MONEY = re.compile(r"[元块圆民r]")
_GIVING = re.compile(r"[打捐转汇全都][给到了捐]")


OF_WHICH_CASH = re.compile(r"其中(?:现金|捐款)|(?<=,)现金(?=[\d一二两三四五六七八九])")
_WAIVED = re.compile(r"全免|免(?:了|掉|去|收|除)|减免|不要了|免[^,。]{1,8}[租费]")
_OTHERS_GAVE = re.compile(
    r"(?:姐妹|兄弟|工友|同乡|老乡|邻居|战友)们?(?!各|俩|二人|两人|一共)[^,。;]{0,6}$|[他她](?:弟弟|哥哥|妹妹|姐姐|儿子|女儿|父亲|母亲)[^,。]{0,4}$|(?:步数|里程)[^,。]{0,8}$|(?:工人|员工|职工)[^,。;]{0,8},[^,。;]{0,3}凑了$|(?:律师|医生|教师|干部|党员|队员|成员|会员|员工|职工)们?(?:们)?(?:自己)?(?:另|又|也|自愿|还|合)[^,。]{0,6}$"
)
MOVED = re.compile(r"(?:发动|带动|动员|号召|倡议)[^,。;]{0,20}$")
ONCE = re.compile(r"(?:最近|最后)一次[^。;]{0,20}$|头一次[^。;第再又]{0,20}$")
IN_ALL = re.compile(r"(?:前后|一共|总共|共计|合计|加起来|两次|三次)[^,。;]{0,3}$")
TOTALLED = re.compile(r"(?:共计|合计|总计|总共|加起来)\s?$")


class Sum(NamedTuple):
    """A sum that stands in a text."""

    start: int
    end: int
    yuan: float


def sums(plain: str, start: int, end: int, *, listed: bool) -> list[Sum]:
    """The sums between two places.

    Args:
        listed: a line of a list of gifts, where a bare 800 is a sum.
    """
    found: list[Sum] = []
    for match in _YUAN.finditer(plain, start, end) if _MONEY.search(plain, start, end) else ():
        if match["unit"] == "块" and THING_BEFORE.search(plain, max(start, match.start() - 7), match.start()):
            continue
        if amount := amount_of(match):
            found.append(Sum(match.start(), match.end(), amount))
    for match in _SUM_GIVEN.finditer(plain, start, end) if _GIVING.search(plain, start, end) else ():
        amount = amount_of(match)
        dated = plain[max(start, match.start() - 1) : match.start()] in ("月", "号", "日")
        if amount and not dated and not any(s.start <= match.start() < s.end for s in found[-8:]):
            found.append(Sum(match.start(), match.end(), amount))
    taken = {place for s in found for place in range(s.start, s.end)} if found else ()
    for match in _BARE_SUM.finditer(plain, start, end):
        at = match.start("amount")
        if at in taken:
            continue
        amount = amount_of(match)
        if amount and (amount >= 100 or match["verb"] in ("捐", "捐款")):
            found.append(Sum(at, match.end(), amount))
    found += _round_sums(plain, start, end, found)
    if listed and not found:
        for match in re.finditer(rf"(?<=[\s:,])({_N})(?=\s*$)", plain[start:end]):
            amount = numerals.number(match[1]) or 0.0
            if amount >= 10:
                found.append(Sum(start + match.start(), start + match.end(), amount))
    return sorted(found)


def _round_sums(plain: str, start: int, end: int, known: list[Sum]) -> list[Sum]:
    taken = {place for s in known for place in range(s.start, s.end)}
    found = []
    for match in _ROUND_SUM.finditer(plain, start, end):
        amount = amount_of(match)
        if amount and amount >= 100 and match.start() not in taken and re.search(r"[百千万wk]", match[0]):
            found.append(Sum(match.start(), match.end(), amount))
    return found


def amount_of(match: re.Match[str]) -> float | None:
    """The value of a number with its 万 or 千."""
    amount = 0.5 if match["amount"] == "半" else numerals.number(match["amount"])
    large = match["large"]
    if amount is None or not large:
        return amount
    return amount * {"万": 1e4, "亿": 1e8, "千": 1e3, "百": 100, "w": 1e4, "k": 1e3}[large]


_RESTATED = re.compile(
    r"(?:运费|路费|车费|租金|房租|油费|工钱|工资|损失|水电费)[^,。;\d捐]{0,10},\s?(?:一共|总共|共|大概|约|大约|得)?(?:花了?|用了?)?$"
)
"""运费也是我出的,一万八: the sum alone behind what it was for."""
_PUT_RIGHT = re.compile(
    r"[^。;\n]{0,4},?(?:哪有|哪里有|没有?那么多|(?:其实|实际上?|确切|准确|应该?)(?:说)?(?:应该?)?[是为](?=[^,。]{0,3}[\d一二两三四五六七八九十]))|[^。;\n]{0,4}(?:不对|写错|是错的|有误)"
)
"""有人说我捐了5万,其实是4万5: the sum that is put right."""
_GIVEN_ON = re.compile(r"(?:钱)?(?:都|全部?|一次|也|就)?(?:捐|交给|转给|打给|汇给)")
_TO_BUY = re.compile(r"(?:(?:交?给|让)[^,。]{1,10}|(?:专门?)?用[于来][^,。]{0,10})(?:[买购](?!了)|添)")
_EACH_BEFORE = re.compile(r"(?:每|单价|(?:[只箱斤瓶]|(?<!值)个|(?<!腰)包)/?)\s?$")


_EACH_AFTER = re.compile(r"/|一[只个箱斤瓶包]|每")


_COSTS = re.compile(r"(?:多|余)?(?:的)?(?:租金|房租|运费|贷款|损失|工资|补贴)")


_MONEY_GIVEN = re.compile(r"(?:捐款|捐资|善款|捐现金|党费)[^,。]{0,8}$")


_GOODS_WORTH = re.compile(r"(?:的)?(?:口罩|物资|药品|防护|蔬菜|消毒|大米|水果|医疗|设备|器材|食品|生活用品|慰问品)")


def meaning(plain: str, start: int, end: int, found: Sum, hits: list[Hit], *, goods_near: bool) -> str:
    """Whether a sum is money given, the value of goods, or neither."""
    clause = max(plain.rfind(c, start, found.start) for c in ",。;:!?\n(") + 1
    clause = max(clause, start)
    stop = min((p for p in (plain.find(c, found.end, end) for c in ",。;!?\n)") if p >= 0), default=end)
    before = [h for h in hits if clause <= h.start < found.start]
    after = [h for h in hits if found.end <= h.start < stop]
    if _RESTATED.search(plain, start, found.start):
        return "none"
    roles_before, roles_after = {h.role for h in before}, {h.role for h in after}
    if _PUT_RIGHT.match(plain, found.end, end):
        return "none"
    if _not_theirs(plain, start, end, found, clause, before):
        return "none"
    if _GIVEN_ON.match(plain, found.end, end):
        return "cash"
    if _TO_BUY.match(plain, found.end, end):
        return "cash"  # 捐了5000元给村里买口罩
    if "not_cash" in roles_before or ("not_cash" in roles_after and "donate" not in roles_before):
        return "none"
    if _COSTS.match(plain[found.end : end]):
        return "none"
    if _MONEY_GIVEN.search(plain[clause : found.start]):
        return "cash"
    spent = goods_near and _SPENT.fullmatch(plain, clause, found.start) and _BOUGHT.search(plain, start, clause)
    if spent:
        return "value"
    if "value" in roles_before or plain[clause : found.start].endswith("("):
        return "value" if goods_near or "buy" in roles_before | roles_after else "cash"
    if ("buy" in roles_before | roles_after) or (plain[clause - 1 : clause] == "(" and goods_near):
        return "value"
    if _GOODS_WORTH.match(plain[found.end : end]):
        return "value"
    return "cash"


_EARNED = re.compile(
    r"(?:卖了?|挣了?|赚了?|卖[^,。;]{1,8}[挣赚得]了?)[^,。;]{0,10}[,\s]?(?:的|得|挣|赚)?\s?$|(?:剩下?|余下|留[下了]?|分红)的?\s?$"
)
"""卖了两头猪,一万二千块,我拿了六千: what was earned or kept is not what was given."""
_OF_IT = re.compile(r"(?:钱)?里(?:面|头)?|(?:钱)?中|[^,。;]{0,6}[,;\s](?:我|就|从中|其中)?(?:拿|捐|取|分|抽)")


def _kept(plain: str, start: int, end: int, found: Sum) -> bool:
    """Whether a sum was earned or is kept, and another one of it given."""
    earned = _EARNED.search(plain, max(start, found.start - 16), found.start)
    if earned is None:
        return False
    return earned[0].strip()[:1] in "剩余留分" or _OF_IT.match(plain, found.end, end) is not None


def _not_theirs(plain: str, start: int, end: int, found: Sum, clause: int, before: list[Hit]) -> bool:
    """Whether a sum is the price of one piece, given up, or given by others."""
    if _EACH_BEFORE.search(plain[max(start, found.start - 3) : found.start]) or _EACH_AFTER.match(
        plain[found.end : end]
    ):
        return True
    if _kept(plain, start, end, found):
        return True
    nearest = max(
        (h for h in before if h.role in ("gift_others", "gift_own", "self", "deputy")),
        key=lambda h: h.start,
        default=None,
    )
    moved = nearest is not None and nearest.role == "gift_others"
    if nearest is not None and moved and not re.search(r"(?:和|与|跟|同)$", plain[start : nearest.start]):
        own = any(h.role == "self" and h.start > nearest.start for h in before)
        if not own and not _decided_with(plain, clause, found):
            return True
    if _OTHERS_GAVE.search(plain, start, found.start) or MOVED.search(plain, start, found.start):
        return True
    if waived := _WAIVED.search(plain, start, end):
        apart = waived.end() <= found.start and _OWN_MONEY.search(plain, waived.end(), found.start)
        return "捐" not in plain[start:end] and not apart  # 免了两个月租,又自己掏钱1.2w
    return False


_OWN_MONEY = re.compile(r"(?:自己|又|还|另外?|再|自)[^,。;]{0,4}(?:掏|花|拿出|出了|买)")
_SPENT = re.compile(r"\s*(?:一共|总共|共|合计|花了?|花费|总价|价钱|我?花了我?|我?出了?)?\s?")
_BOUGHT = re.compile(r"买|购|订")


def _decided_with(plain: str, clause: int, found: Sum) -> bool:
    """我和老伴商量了,拿出三万五: the couple's own gift."""
    return bool(
        re.search(r"(?:和|与|跟)(?:老伴|爱人|妻子|丈夫|老婆|老公|家人)", plain[max(0, clause - 20) : found.start])
    )
