"""Money and goods in a deed (gifts): 捐款10万元, 口罩2万只, 一批药品, 价值约30万元.

Called by `bot.parsing.deed` for one person's stretch of text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.parsing import numerals
from bot.parsing.document import Document, between
from bot.parsing.lexicon import Hit
from bot.records import Goods

_N = numerals.NUMBER
_YUAN = re.compile(rf"(?:人民币|现金|¥|￥)?\s?(?<![\d.])(?P<amount>{_N})\s?(?:多|余|来|几)?\s?(?P<large>[万亿千百]|w(?![a-z])|k(?![a-z]))?(?:多|余)?\s?(?P<unit>元|块(?:钱)?|圆|人民币|rmb)")
_BARE_SUM = re.compile(rf"(?P<verb>捐|捐款|捐了|捐出|捐助|捐给[^\d,。]{{0,8}}|捐资|捐赠|打款|汇款|党费|善款|款|不多|拿出|次|捐现金|现金|出资|掏出?|共计|合计|凑了|捐上|转了|打了|汇了|拿了)[,:\s了约]{{0,3}}(?P<amount>{_N})(?:多|余)?(?P<large>[万亿千百]|w(?![a-z])|k(?![a-z]))?(?=[,。;!?、\s)(]|$|捐|给|买|[\u4e00-\u9fff]*捐)")
_COUNTED = re.compile(rf"(?<![\d.第])(?P<amount>{_N})\s?(?P<more>多|余|来)?\s?(?P<large>[万亿千百]|w(?![a-z]))?(?:多|余)?\s?")
_ITEM = re.compile(r"[\u4e00-\u9fffa-z0-9%\-+“”\"]{1,14}")
_ITEM_END = re.compile(
    r"捐|送|给|到|支援|用于|运|发往|发放|分|寄|合力|全部|免费|慰问|价值|总|共|约|以及|和|及|与|、|,|的|每|都|已|让|交|无偿|帮|助|在|为|向|按|花|折|供|表|定向|献|驰援|抵|按照|装|拉|一线|过来|下去|去"
)
_ITEM_BEFORE_END = re.compile(r"[的了把将给送捐购买运来及和与、,。:;!?()\s到出去回制产供寄赠各种价值元约共]")
_LIST = re.compile(r"[、和与及,\s]|以及|还有")
_PER = re.compile(r"每[人户天个组家日次]|每$|[一两]天|送?了[\d一两三四五六七八九十几半]+(?:天|次|趟|户|家|年)")
_BATCH_BEFORE = re.compile(r"(?:一批|一些|若干|部分|大批|大量|各类|一大批|几箱|一车|两车|几车|一卡车)(?:的)?$")


class Gift(NamedTuple):
    """What a stretch of text says was given."""

    cash: float | None
    goods: tuple[Goods, ...]
    value: float | None
    rules: tuple[str, ...]


class _Sum(NamedTuple):
    start: int
    end: int
    yuan: float


def read(document: Document, start: int, end: int, *, listed: bool = False) -> Gift:
    """The gift between two places of a message.

    Args:
        listed: a line of a list of gifts, where a bare 800元 is given.
    """
    hits = between(document.voice, start, end)
    cash = value = 0.0
    has_cash = has_value = False
    taken: list[tuple[int, int]] = []
    rules: dict[str, None] = {}
    goods_near = any(h.role == "goods" for h in hits)
    for found in _sums(document.plain, start, end, listed=listed):
        taken.append((found.start, found.end))
        what = _meaning(document.plain, start, end, found, hits, goods_near=goods_near)
        if what == "cash":
            cash, has_cash = cash + found.yuan, True
        elif what == "value":
            value, has_value = (value if value > found.yuan else found.yuan), True
    goods = _goods(document, start, end, hits, taken, rules)
    rules.update(dict.fromkeys(h.group for h in hits if h.role in ("donate", "value", "goods", "not_cash", "gift_others")))
    return Gift(cash if has_cash else None, tuple(goods), value if has_value and goods else None, tuple(rules))


def _sums(plain: str, start: int, end: int, *, listed: bool) -> list[_Sum]:
    found: list[_Sum] = []
    for match in _YUAN.finditer(plain, start, end):
        if amount := _amount(match):
            found.append(_Sum(match.start(), match.end(), amount))
    for match in _BARE_SUM.finditer(plain, start, end):
        at = match.start("amount")
        if any(s.start <= at < s.end for s in found):
            continue
        amount = _amount(match)
        if amount and (amount >= 100 or match["verb"] in ("捐", "捐款")):
            found.append(_Sum(at, match.end(), amount))
    if listed and not found:
        for match in re.finditer(rf"(?<=[\s:,])({_N})(?=\s*$)", plain[start:end]):
            amount = numerals.number(match[1]) or 0.0
            if amount >= 10:
                found.append(_Sum(start + match.start(), start + match.end(), amount))
    return sorted(found)


def _amount(match: re.Match[str]) -> float | None:
    amount = numerals.number(match["amount"])
    large = match["large"]
    if amount is None or not large:
        return amount
    return amount * {"万": 1e4, "亿": 1e8, "千": 1e3, "百": 100, "w": 1e4, "k": 1e3}[large]


def _meaning(plain: str, start: int, end: int, found: _Sum, hits: list[Hit], *, goods_near: bool) -> str:
    """Whether a sum is money given, the value of goods, or neither."""
    clause = max(plain.rfind(c, start, found.start) for c in ",。;:!?\n(") + 1
    clause = max(clause, start)
    stop = min((p for p in (plain.find(c, found.end, end) for c in ",。;!?\n)") if p >= 0), default=end)
    before = [h for h in hits if clause <= h.start < found.start]
    after = [h for h in hits if found.end <= h.start < stop]
    roles_before, roles_after = {h.role for h in before}, {h.role for h in after}
    if re.search(r"(?:每|单价|[只个箱斤瓶包]/?)\s?$", plain[max(start, found.start - 3) : found.start]) or re.match(r"/|一[只个箱斤瓶包]|每", plain[found.end : end]):
        return "none"
    nearest = max((h for h in before if h.role in ("gift_others", "gift_own", "self", "deputy")), key=lambda h: h.start, default=None)
    if nearest is not None and nearest.role == "gift_others" and not re.search(r"(?:和|与|跟|同)$", plain[start : nearest.start]):
        if not any(h.role == "self" and h.start > nearest.start for h in before) and not _decided_with(plain, clause, found):
            return "none"
    if "not_cash" in roles_before or ("not_cash" in roles_after and "donate" not in roles_before):
        return "none"
    if re.match(r"(?:多|余)?(?:的)?(?:租金|房租|运费|贷款|损失|工资|补贴)", plain[found.end : end]):
        return "none"
    if "value" in roles_before or plain[clause:found.start].endswith("("):
        return "value" if goods_near or "buy" in roles_before | roles_after else "cash"
    if ("buy" in roles_before | roles_after) or (plain[clause - 1 : clause] == "(" and goods_near):
        return "value"
    if re.match(r"(?:的)?(?:口罩|物资|药品|防护|蔬菜|消毒|大米|水果|医疗|设备|器材|食品|生活用品|慰问品)", plain[found.end : end]):
        return "value"
    if roles_before & {"donate", "give"} or roles_after & {"donate", "give"}:
        return "cash"
    everywhere = {h.role for h in hits}
    return "cash" if everywhere & {"donate", "give"} or not hits else "cash"


def _decided_with(plain: str, clause: int, found: _Sum) -> bool:
    """我和老伴商量了,拿出三万五: the couple's own gift."""
    return bool(re.search(r"(?:和|与|跟)(?:老伴|爱人|妻子|丈夫|老婆|老公|家人)", plain[max(0, clause - 20) : found.start]))


def _goods(
    document: Document, start: int, end: int, hits: list[Hit], sums: list[tuple[int, int]], rules: dict[str, None]
) -> list[Goods]:
    plain = document.plain
    units = {h.start: h for h in hits if h.role == "unit"}
    items = [h for h in hits if h.role == "goods"]
    donors = [h for h in hits if h.role in ("donate", "give", "buy")]
    found: list[tuple[int, Goods]] = []
    used: list[tuple[int, int]] = []
    for match in _COUNTED.finditer(plain, start, end):
        unit = units.get(match.end()) or units.get(match.end("large") if match["large"] else match.end("amount"))
        if unit is None or any(a <= match.start() < b for a, b in sums):
            continue
        if match["more"] and not unit:
            continue
        word = plain[unit.start : unit.end].lstrip("余多")
        read = _item(document, start, end, match.start(), unit.end, items, used)
        if read is None:
            continue
        amount: float | None = _amount(match)
        if _PER.search(plain[max(start, match.start() - 8) : match.start()]) or re.search(r"每[人户天日]", plain[max(start, match.start() - 10) : match.start()]):
            amount, word = None, ""
        item_start, item_end = read
        used += [(item_start, item_end), (match.start(), unit.end)]
        found.append((item_start, Goods(item=plain_item(document, item_start, item_end), quantity=amount, unit=word or None)))
    for item in items:
        if any(a <= item.start < b or a < item.end <= b for a, b in used) or not donors:
            continue
        if _uncounted(plain, start, item, donors, used):
            found.append((item.start, Goods(item=document.visible(item.start, item.end))))
            used.append((item.start, item.end))
    rules.update(dict.fromkeys(h.group for h in items))
    return [goods for _, goods in sorted(found, key=lambda pair: pair[0])]


def plain_item(document: Document, start: int, end: int) -> str:
    """The name of the thing as written, without signs around it."""
    return document.visible(start, end).strip("“”\"、,的 ")


def _item(
    document: Document, start: int, end: int, number: int, after: int, items: list[Hit], used: list[tuple[int, int]]
) -> tuple[int, int] | None:
    """The thing that a number and unit count: before them (口罩2万只) or behind them (20件牛奶)."""
    plain = document.plain

    def free(hit: Hit) -> bool:
        return not any(a <= hit.start < b for a, b in used)

    for hit in items:
        if hit.end == number and free(hit):
            return _widen(plain, start, hit)
    for hit in items:
        if free(hit) and (hit.start == after or (after < hit.start <= after + 8 and not re.search(r"[,、。;]", plain[after : hit.start]))):
            return (after, hit.end) if hit.start <= after + 6 and not _ITEM_END.search(plain[after : hit.start]) else (hit.start, hit.end)
    gap = plain[max(start, number - 8) : number]
    near = [h for h in items if h.end <= number and number - h.end <= 8 and free(h) and not re.search(r"[、。;]", plain[h.end : number])]
    if near and (re.search(r"[捞了共约,各计:(]", gap) or True):
        return _widen(plain, start, near[-1])
    match = _ITEM.match(plain, after, end)
    if match and re.match(r"[\u4e00-\u9fff]", match[0]):
        cut = _ITEM_END.search(match[0])
        stop = after + (cut.start() if cut else len(match[0]))
        if stop - after >= 1 and not re.match(r"[多余来]?[人户家名位天次]|左右|以上|多$|余$", plain[after:stop]):
            return after, stop
    begin = number
    while begin > start and re.match(r"[\u4e00-\u9fff]", plain[begin - 1]) and not _ITEM_BEFORE_END.match(plain[begin - 1]) and number - begin < 8:
        begin -= 1
    if number - begin >= 2:
        return begin, number
    return None


def _widen(plain: str, start: int, hit: Hit) -> tuple[int, int]:
    """自家种的大蒜: only what names the thing; 医用外科口罩 is one word in the rules already."""
    begin = hit.start
    while begin > start and re.match(r"[布棉一次性医用外科防护草鲜干冰糖土本地]", plain[begin - 1]) and hit.start - begin < 4:
        begin -= 1
    return begin, hit.end


def _uncounted(plain: str, start: int, item: Hit, donors: list[Hit], used: list[tuple[int, int]]) -> bool:
    """A thing given without a number: 一批药品, 送了姜汤."""
    before = plain[max(start, item.start - 6) : item.start]
    if _BATCH_BEFORE.search(before) or before.endswith(("批", "些")):
        return True
    if any(d.end <= item.start <= d.end + 12 and not re.search(r"[,。;!?]", plain[d.end : item.start]) for d in donors):
        return True
    if any(re.fullmatch(r"[、和与及\s]|以及|还有", plain[b : item.start]) for _, b in used if b <= item.start):
        return True
    return bool(re.search(r"把[^,。]{0,10}$", before))
