"""Money and goods in a deed (gifts): 捐款10万元, 口罩2万只, 一批药品, 价值约30万元.

Called by `bot.parsing.deed` for one person's stretch of text.

It is longer than most modules because money and goods are told apart by what stands between them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.parsing import numerals
from bot.parsing.document import Document, between
from bot.parsing.lexicon import Hit
from bot.records import Goods

_N = numerals.NUMBER
_YUAN = re.compile(
    rf"(?:人民币|现金|¥|￥)?\s?(?<![\d.])(?P<amount>{_N})\s?(?:多|余|来|几)?\s?(?P<large>[万亿千百]|w(?![a-z])|k(?![a-z]))?(?:多|余)?\s?(?P<unit>元|块(?!儿)(?:钱)?|圆|人民币|rmb)"
)
_BARE_SUM = re.compile(
    rf"(?P<verb>价值|总价值|价值约|约?值|算值|值个|市场价|花费约|花了约|一共|总共|折合|花了|花费|(?<=[\u4e00-\u9fff\d])\((?=[\d.]+[万千]\))|捐|捐款|捐了|捐出|捐助|捐给[^\d,。]{{0,8}}|捐资|捐赠|打款|汇款|党费|善款|款|不多|拿出|次|捐现金|现金|出资|掏出?|共计|合计|凑了|捐上|转了|打了|汇了|拿了)[,:\s了约]{{0,3}}(?P<amount>{_N})(?:多|余)?(?P<large>[万亿千百]|w(?![a-z])|k(?![a-z]))?(?=[,。;!?、\s)(]|$|捐|给|买|[\u4e00-\u9fff]*捐)"
)
_SUM_GIVEN = re.compile(
    rf"(?<![\d.])(?P<amount>{_N})(?P<large>[万千]|w(?![a-z]))?(?:多|余)?(?=\s?(?:打给|捐给|全捐|都捐|转给|汇给|打到|捐到|捐了))"
)
_THING_BEFORE = re.compile(
    r"(?:捐赠?|送|买|赠)了?(?!给|的|款|出|了|钱|现金|约|共|来|近)(?P<item>[\u4e00-\u9fff]{1,4}?)$"
)
_COUNTED = re.compile(
    rf"(?<![\d.第])(?P<amount>{_N})\s?(?P<more>多|余|来)?\s?(?P<large>[万亿千百]|w(?![a-z]))?(?:多|余)?\s?"
)
_ITEM = re.compile(r"[\u4e00-\u9fffa-z0-9%\-+“”\"]{1,14}")
_ITEM_END = re.compile(
    r"捐|送|给|到|支援|用于|运|发往|发放|分|寄|合力|全部|免费|慰问|价值|总|共|约|以及|和|及|与|、|,|的|每|都|已|让|交|无偿|帮|助|在|为|向|按|花|折|供|表|定向|献|驰援|抵|按照|装|拉|一线|过来|下去|去"
)
_ITEM_BEFORE_END = re.compile(r"[首批的了把将给送捐购买运来及和与、,。:;!?()\s到出去回制产供寄赠各种价值元约共]")
_PER = re.compile(r"一人$|一户$|人均|每[人户天个组家日次]|每$|送?了[\d一两三四五六七八九十几半]+(?:天|次|趟|户|家|年)")
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


def read(document: Document, start: int, end: int, *, listed: bool = False, given: str | None = None) -> Gift:
    """The gift between two places of a message.

    Args:
        listed: a line of a list of gifts, where a bare 800元 is given.
        given: what a count without a thing counts there.
    """
    hits = between(document.voice, start, end)
    cash = value = 0.0
    has_cash = has_value = False
    taken: list[tuple[int, int]] = []
    rules: dict[str, None] = {}
    goods_near = any(h.role == "goods" for h in hits)
    sums = _sums(document.plain, start, end, listed=listed)
    for found in sums:
        if len(sums) > 2 and _TOTALLED.search(document.plain, max(start, found.start - 4), found.start):
            taken.append((found.start, found.end))
            continue
        if document.plain[max(start, found.start - 3) : found.start].strip().endswith(("不是", "而非", "并非")):
            taken.append((found.start, found.end))
            continue
        taken.append((found.start, found.end))
        what = _meaning(document.plain, start, end, found, hits, goods_near=goods_near)
        if what == "cash":
            cash, has_cash = cash + found.yuan, True
        elif what == "value":
            value, has_value = (max(found.yuan, value)), True
    goods = _goods(document, start, end, hits, taken, listed=listed, given=given)
    rules.update(
        dict.fromkeys(h.group for h in hits if h.role in ("donate", "value", "goods", "not_cash", "gift_others"))
    )
    return Gift(cash if has_cash else None, tuple(goods), value if has_value and goods else None, tuple(rules))


_TOTALLED = re.compile(r"(?:共计|合计|总计|总共|加起来)\s?$")


def _sums(plain: str, start: int, end: int, *, listed: bool) -> list[_Sum]:
    found: list[_Sum] = []
    for match in _YUAN.finditer(plain, start, end):
        if match["unit"] == "块" and _THING_BEFORE.search(plain, max(start, match.start() - 7), match.start()):
            continue
        if amount := _amount(match):
            found.append(_Sum(match.start(), match.end(), amount))
    for match in _SUM_GIVEN.finditer(plain, start, end):
        amount = _amount(match)
        if amount and not any(s.start <= match.start() < s.end for s in found[-8:]):
            found.append(_Sum(match.start(), match.end(), amount))
    taken = {place for s in found for place in range(s.start, s.end)}
    for match in _BARE_SUM.finditer(plain, start, end):
        at = match.start("amount")
        if at in taken:
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
    if re.search(r"(?:每|单价|[只个箱斤瓶包]/?)\s?$", plain[max(start, found.start - 3) : found.start]) or re.match(
        r"/|一[只个箱斤瓶包]|每", plain[found.end : end]
    ):
        return "none"
    nearest = max(
        (h for h in before if h.role in ("gift_others", "gift_own", "self", "deputy")),
        key=lambda h: h.start,
        default=None,
    )
    moved = nearest is not None and nearest.role == "gift_others"
    if nearest is not None and moved and not re.search(r"(?:和|与|跟|同)$", plain[start : nearest.start]):
        own = any(h.role == "self" and h.start > nearest.start for h in before)
        if not own and not _decided_with(plain, clause, found):
            return "none"
    if "not_cash" in roles_before or ("not_cash" in roles_after and "donate" not in roles_before):
        return "none"
    if re.match(r"(?:多|余)?(?:的)?(?:租金|房租|运费|贷款|损失|工资|补贴)", plain[found.end : end]):
        return "none"
    if re.search(r"(?:捐款|捐资|善款|捐现金|党费)[^,。]{0,8}$", plain[clause : found.start]):
        return "cash"
    if "value" in roles_before or plain[clause : found.start].endswith("("):
        return "value" if goods_near or "buy" in roles_before | roles_after else "cash"
    if ("buy" in roles_before | roles_after) or (plain[clause - 1 : clause] == "(" and goods_near):
        return "value"
    if re.match(
        r"(?:的)?(?:口罩|物资|药品|防护|蔬菜|消毒|大米|水果|医疗|设备|器材|食品|生活用品|慰问品)",
        plain[found.end : end],
    ):
        return "value"
    if roles_before & {"donate", "give"} or roles_after & {"donate", "give"}:
        return "cash"
    return "cash"


def _decided_with(plain: str, clause: int, found: _Sum) -> bool:
    """我和老伴商量了,拿出三万五: the couple's own gift."""
    return bool(
        re.search(r"(?:和|与|跟)(?:老伴|爱人|妻子|丈夫|老婆|老公|家人)", plain[max(0, clause - 20) : found.start])
    )


def _goods(
    document: Document,
    start: int,
    end: int,
    hits: list[Hit],
    sums: list[tuple[int, int]],
    *,
    listed: bool,
    given: str | None,
) -> list[Goods]:
    """The things given: counted ones first, then what is named without a number beside a verb that gives."""
    plain = document.plain
    units = {h.start: h for h in hits if h.role == "unit"}
    items = [h for h in hits if h.role == "goods"]
    donors = [h for h in hits if h.role in ("donate", "give", "buy")]
    found: list[tuple[int, Goods]] = []
    used: list[tuple[int, int]] = list(sums)
    for match in _COUNTED.finditer(plain, start, end):
        unit = next((units[at] for at in (match.end(), match.end("amount")) if at in units), None)
        if unit is None or any(a <= match.start() < b for a, b in sums) or _NOT_A_COUNT.match(plain, unit.end, end):
            continue
        if plain[max(start, match.start() - 2) : match.start()] == "不是":
            continue
        place = _item(document, start, end, match.start(), unit, items, used, listed=listed)
        if place is None:
            if given and listed:
                found.append((match.start(), Goods(item=given, quantity=_amount(match), unit=_unit(plain, unit))))
            continue
        amount: float | None = _amount(match)
        name: str | None = _unit(plain, unit)
        if _PER.search(plain[max(start, match.start() - 10) : match.start()]):
            amount = name = None
        used += [place, (match.start(), unit.end)]
        found.append((place[0], Goods(item=_named(document, *place), quantity=amount, unit=name)))
    for item in items:
        if (
            donors
            and not any(a < item.end and item.start < b for a, b in used)
            and _uncounted(plain, start, item, donors, used)
        ):
            counted = _ONE_BEFORE.search(plain, max(start, item.start - 3), item.start)
            unit_name = counted[1] if counted else None
            found.append(
                (
                    item.start,
                    Goods(
                        item=document.visible(item.start, item.end), quantity=1.0 if counted else None, unit=unit_name
                    ),
                )
            )
            used.append((item.start, item.end))
    return [goods for _, goods in sorted(found, key=lambda pair: pair[0])]


_NOT_A_COUNT = re.compile(
    r"(?:基点|月|小时|钟|组|人|家|户|头(?!猪|牛|羊)|房间|徒弟|孩子|学生|代表|部门|街道|村|镇|县|卡点|地方|环节|娃|群|站点|单位|路口|口子|条子|证明)"
)
_ONE_BEFORE = re.compile(r"(?:送|捐|买|带|给)了([床台辆壶桶锅箱袋车套把副瓶])$")


def _unit(plain: str, unit: Hit) -> str:
    return plain[unit.start : unit.end].lstrip("余多")


def _named(document: Document, start: int, end: int) -> str:
    """The name of the thing as written, without signs around it."""
    return document.visible(start, end).strip('“”"、,的 ')


def _item(
    document: Document,
    start: int,
    end: int,
    number: int,
    unit: Hit,
    items: list[Hit],
    used: list[tuple[int, int]],
    *,
    listed: bool,
) -> tuple[int, int] | None:
    """The thing that a number and unit count: before them (口罩2万只) or behind them (20件牛奶)."""
    plain, after = document.plain, unit.end

    def free(hit: Hit) -> bool:
        return not any(a < hit.end and hit.start < b for a, b in used)

    if _CARRIED.search(plain, max(start, number - 16), number) and "捐" not in plain[start:end]:
        return None
    for hit in items:
        if hit.end == number and free(hit):
            return _widen(plain, start, hit)
    for hit in items:
        if free(hit) and after <= hit.start <= after + 9 and not re.search(r"[,、。;]", plain[after : hit.start]):
            between_words = plain[after : hit.start]
            return (
                (after, hit.end)
                if re.fullmatch(r"[\u4e00-\u9fffa-z0-9]{0,3}", between_words)
                and "的" not in between_words
                and not _ITEM_END.search(between_words)
                else (hit.start, hit.end)
            )
    for hit in reversed(items):
        gap = plain[hit.end : number]
        gap = re.sub(r",(?=首批|第一批|共|约|计)", "", gap)
        if hit.end <= number and len(gap) <= 8 and free(hit) and not re.search(r"[、。;,]", gap.rstrip(",:")):
            return _widen(plain, start, hit)
    moved = _WORKED.search(plain, max(start, number - 14), number)
    if moved:
        return moved.start("item"), moved.end("item")
    earlier = [hit for hit in items if hit.end <= number and free(hit)]
    if len(earlier) == 1 and re.search(
        r"(?:一共|总共|前后|共|供应|送了?去?了?|发了)$", plain[max(start, number - 6) : number]
    ):
        return _widen(plain, start, earlier[0])
    clause = max(plain.rfind(c, start, number) for c in "。;!?\n") + 1
    donated = any(
        clause <= h.start for h in between(document.voice, max(start, clause), end) if h.role in ("donate", "give")
    )
    if not donated and not listed:
        return None
    told = _THING_BEFORE.search(plain, max(start, number - 7), number)
    if told:
        return told.start("item"), told.end("item")
    return _behind(plain, after, end) or _in_front(plain, start, number)


_CARRIED = re.compile(r"运送|转运|运输|派出(?!所)|出动|搬运|装卸|分拣|清点|跑了|洗了|修了|剪了|信用贷款|贷款")
_WORKED = re.compile(r"(?:的|把)?(?P<item>[\u4e00-\u9fff]{1,4})[割捞摘采收杀宰挖砍装拉拿运][了出来去下]{0,2}$")


def _behind(plain: str, after: int, end: int) -> tuple[int, int] | None:
    """20件牛奶, 300斤自家大棚的韭菜: what follows the unit, up to a word that goes on."""
    match = _ITEM.match(plain, after, end)
    if match is None or not re.match(r"[\u4e00-\u9fff]", match[0]):
        return None
    text = match[0]
    owned = re.match(r"[^,]{0,8}?(?:自家|自种|自产|大棚|本地|家里|地里)[^,]{0,6}?的(?=[\u4e00-\u9fff]{1,4}$)", text)
    begin = after + (owned.end() if owned else 0)
    cut = _ITEM_END.search(plain, begin, match.end())
    stop = cut.start() if cut else match.end()
    if stop <= begin or re.match(r"[多余来]?[人户家名位天次]|左右|以上|多$|余$", plain[begin:stop]):
        return None
    return begin, stop


def _in_front(plain: str, start: int, number: int) -> tuple[int, int] | None:
    begin = number
    while (
        begin > start
        and re.match(r"[\u4e00-\u9fff]", plain[begin - 1])
        and not _ITEM_BEFORE_END.match(plain[begin - 1])
        and number - begin < 8
    ):
        begin -= 1
    return (begin, number) if number - begin >= 2 else None


def _widen(plain: str, start: int, hit: Hit) -> tuple[int, int]:
    """布口罩, 草鱼: a short word of kind in front belongs to the thing."""
    begin = hit.start
    if begin > start and re.match(r"[布棉草鲜干冰]", plain[begin - 1]):
        begin -= 1
    return begin, hit.end


def _uncounted(plain: str, start: int, item: Hit, donors: list[Hit], used: list[tuple[int, int]]) -> bool:
    """A thing given without a number: 一批药品, 送了姜汤."""
    before = plain[max(start, item.start - 6) : item.start]
    if _CARRIED.search(plain, start, item.start) and "捐" not in plain[start : item.end]:
        return False
    if re.match(
        r"[\u4e00-\u9fff]*?(?:门市|厂|店|公司|合作社|钱款?|款|费|点单|架|站|生产线)", plain[item.end : item.end + 5]
    ) or re.search(r"(?:卖|缺|没有?|用于|指明|用来|指定|定向用于|运|收|领)(?:了|的|购?买)*$", before):
        return False
    if _BATCH_BEFORE.search(before) or before.endswith(("批", "些")):
        return True
    nearest = max((d for d in donors if d.end <= item.start), key=lambda d: d.end, default=None)
    if (
        nearest is not None
        and item.start - nearest.end <= 12
        and not re.search(r"[,。;!?]|用于|运送|物资$", plain[nearest.start : item.start])
    ):
        return (item.value == "" and not plain.startswith(("物资",), item.start)) or "捐" in plain[
            nearest.start : nearest.end
        ]
    if any(
        re.fullmatch(r"[、和与及\s]|以及|还有", plain[b : item.start])
        for a, b in used
        if b <= item.start and b - a < 20
    ):
        return True
    return bool(re.search(r"[蒸做煮包]$", before))
