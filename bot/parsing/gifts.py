"""Money and goods in a deed (gifts): 捐款10万元, 口罩2万只, 一批药品, 价值约30万元.

Called by `bot.parsing.deed` for one person's stretch of text.

It is longer than most modules because goods are told by what stands before and behind a number. Sums are read by
`bot.parsing.money`.
"""

from __future__ import annotations

import re

from bot.parsing import money, numerals
from bot.parsing.document import Document, Gift, between
from bot.parsing.lexicon import Hit
from bot.records import Goods

_N = numerals.NUMBER
_COUNTED = re.compile(
    rf"(?<![\d.第])(?P<amount>{_N}|半)\s?(?P<more>多|余|来)?\s?(?P<large>[万亿千百]|w(?![a-z]))?(?:多|余)?\s?"
)
_ITEM = re.compile(r"[\u4e00-\u9fffa-z0-9%\-+“”\"]{1,14}")
_ITEM_END = re.compile(
    r"捐|送|给|到|支援|用于|运|发往|发放|分|寄|合力|全部|免费|慰问|价值|总|共|约|以及|和|及|与|、|,|的|每|都|已|让|交|无偿|帮|助|全|今|昨|早上|上午|下午|刚|出发|抱|在|为|向|按|花|折|供|表|定向|献|驰援|抵|按照|装|拉|一线|过来|下去|去"
)
_ITEM_BEFORE_END = re.compile(
    r"[首批的了把将给送捐购买运来及和与、,。:;!?()\s到出去回制产供寄赠各种价值元约共做熬煮蒸炖缝烤我你他她]"
)
_PER = re.compile(
    r"一人$|一户$|人均|每[人户天个组家日次]|每$|送?了[\d一两三四五六七八九十几半]+(?:天|次|趟|户|家|年)(?!的|,[缝做捐])"
)
_BATCH_BEFORE = re.compile(r"(?:一批|一些|若干|部分|大批|大量|各类|一大批|几箱|一车|两车|几车|一卡车)(?:的)?$")


def read(document: Document, start: int, end: int, *, listed: bool = False, given: str | None = None) -> Gift:
    """The gift between two places of a message.

    Args:
        listed: a line of a list of gifts, where a bare 800元 is given.
        given: what a count without a thing counts there.
    """
    key = (start, end, listed, given)  # what makes a stretch a deed is then read as one
    if key not in document.gifts:
        document.gifts[key] = _read(document, start, end, listed=listed, given=given)
    return document.gifts[key]


def _read(document: Document, start: int, end: int, *, listed: bool, given: str | None) -> Gift:
    plain, hits = document.plain, between(document.voice, start, end)
    cash = value = 0.0
    has_cash = has_value = False
    rules: dict[str, None] = {}
    sums = money.sums(plain, start, end, listed=listed) if money.NUMERAL.search(plain, start, end) else []
    goods_near = any(
        h.role == "goods"
        or (
            h.role == "unit"
            and _counts_something(plain, h.start)
            and not any(found.start < h.start < found.end for found in sums)
        )
        for h in hits
    )
    only_cash = money.OF_WHICH_CASH.search(plain, start, end)
    for found in sums:
        if only_cash and found.start < only_cash.start():
            continue
        if len(sums) > 2 and money.TOTALLED.search(plain, max(start, found.start - 4), found.start):
            continue
        if has_cash and money.ONCE.search(plain, start, found.start):
            continue
        if plain[max(start, found.start - 3) : found.start].strip().endswith(("不是", "而非", "并非")):
            continue
        what = money.meaning(plain, start, end, found, hits, goods_near=goods_near)
        if what == "cash":
            twice = cash == found.yuan and money.IN_ALL.search(plain, start, found.start)
            cash, has_cash = (cash if twice else cash + found.yuan), True
        elif what == "value":
            value, has_value = (max(found.yuan, value)), True
    taken = [(found.start, found.end) for found in sums]
    goods = _goods(document, start, end, hits, taken, listed=listed, given=given)
    rules.update(
        dict.fromkeys(h.group for h in hits if h.role in ("donate", "value", "goods", "not_cash", "gift_others"))
    )
    told = has_value and (goods or _WORTH.search(plain, start, end))
    return Gift(cash if has_cash else None, tuple(goods), value if told else None, tuple(rules))


_WORTH = re.compile(r"(?:物资|物品)[^,。;]{0,6}(?:折合|折价|价值|合计|作价|约)")
"""物资折合人民币486万元: a value although no thing is named."""


def _counts_something(plain: str, at: int) -> bool:
    return at > 0 and numerals.number(plain[at - 1]) is not None


_TO_BE_BOUGHT = re.compile(
    r"捐[^。;]{0,16}[\d百千万]元?(?:钱|人民币)?,?[^,。;]{0,6}(?:用[于来作]|专门?用|作为|指定|要求|给[^,。;]{1,8}[买购])[^,。;]{0,14}$"
)
"""捐5000元,用于采购卡点帐篷: what the money is for."""
_BROUGHT = re.compile(r"[^,。;]{0,10}(?:送|发|捐)[到给往去]")
_PURPOSE = re.compile(r"(?:给|塞给|交给|打给|转给|为|让|供)[^,。的]{1,10}(?:买|购买|采购|添置)[^,。]{0,4}$")
"""给村里买口罩: what the money is for; it was not given as goods."""


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
    if "成本价" in plain[start:end]:
        return []
    units = {h.start: h for h in hits if h.role == "unit"}
    items = [h for h in hits if h.role == "goods"]
    donors = [h for h in hits if h.role in ("donate", "give", "buy")]
    found: list[tuple[int, Goods]] = []
    used: list[tuple[int, int]] = list(sums)
    for match in _COUNTED.finditer(plain, start, end) if units else ():
        unit = next((units[at] for at in (match.end(), match.end("amount")) if at in units), None)
        if unit is None or any(a <= match.start() < b for a, b in sums) or _NOT_A_COUNT.match(plain, unit.end, end):
            continue
        if _no_gift(plain, start, match, unit):
            continue
        if found and _same_again(plain, start, end, match, unit, found[-1][1]):
            at, loaded = found[-1]  # 一车白菜,三千多斤
            found[-1] = (at, Goods(item=loaded.item, quantity=money.amount_of(match), unit=_unit(plain, unit)))
            continue
        place = _item(document, start, end, match.start(), unit, items, used, listed=listed)
        if place is None:
            if given and listed:
                found.append(
                    (match.start(), Goods(item=given, quantity=money.amount_of(match), unit=_unit(plain, unit)))
                )
            continue
        amount = _amount(plain, match, unit, end)
        name: str | None = _unit(plain, unit)
        if _PER.search(plain[max(start, match.start() - 10) : match.start()]):
            times = _times(plain, start, match.start())
            amount, name = (amount * times, name) if amount and times else (None, None)
        used += [place, (match.start(), unit.end)]
        found.append((place[0], Goods(item=_named(document, *place), quantity=amount, unit=name)))
        if plain[match.start() - 1] == "各":  # 黄瓜、辣椒、白菜各两千斤
            for a, b in _in_a_row(plain, place[0], items):
                used.append((a, b))
                found.append((a, Goods(item=_named(document, a, b), quantity=amount, unit=name)))
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
    return _of_which(plain, start, end, [goods for _, goods in sorted(found, key=lambda pair: pair[0])])


_PER_WHOM = re.compile(r"每个?(?P<whom>户|家|人|点|卡点|村|组|班|队)[^,。;\d]{0,12}$")


def _times(plain: str, start: int, number: int) -> float | None:
    """How many got as much each: 给三户送了米,每户一袋."""
    each = _PER_WHOM.search(plain, start, number)
    if each is None:
        return None
    told = re.findall(rf"({_N})[个户名]?[^,。;\d每]{{0,3}}{each['whom']}", plain[start : each.start()])
    return numerals.number(told[0]) if len(told) == 1 else None


_OF_WHICH = re.compile(
    rf"(?:其中[^,。;]{{0,4}}(?:捐|送|赠)[^,。;\d]{{0,8}}?|分了?一半)(?P<amount>{_N})(?P<large>[万千百])?(?P<unit>[\u4e00-\u9fff])"
)


def _of_which(plain: str, start: int, end: int, goods: list[Goods]) -> list[Goods]:
    """赶制隔离服2.3万件,其中捐给县医院1500件: only the part was given."""
    part = _OF_WHICH.search(plain, start, end)
    if part is None or not goods or goods[0].unit != part["unit"]:
        return goods
    return [Goods(item=goods[0].item, quantity=money.amount_of(part), unit=goods[0].unit)]


def _in_a_row(plain: str, start: int, items: list[Hit]) -> list[tuple[int, int]]:
    """The things named one after another before one that is counted for each."""
    row: list[tuple[int, int]] = []
    for hit in reversed(items):
        if hit.end < start and plain[hit.end : start] in ("、", ",", "和"):
            row.append((hit.start, hit.end))
            start = hit.start
    return row


def _no_gift(plain: str, start: int, match: re.Match[str], unit: Hit) -> bool:
    """Whether what is counted was not given: 不是…, 一只没多赚, 派两台洒水车, 发动村民捐…"""
    at = match.start()
    if plain[max(start, at - 2) : at] == "不是" or plain.startswith("零", unit.end):
        return True  # 多打了一个零
    if _BY_OTHERS.search(plain, start, at) or _SOLD.search(plain, max(start, at - 12), min(unit.end + 8, len(plain))):
        return True
    if _BEFORE_IT.search(plain, max(start, at - 4), at):
        return True  # 卖了两车柑子的钱; 20袋,一袋50斤
    if match["amount"] in ("一", "1") and plain[unit.end : unit.end + 1] in tuple("没不未也都"):
        return True
    return bool(_IN_USE.search(plain, max(start, at - 5), at) or money.MOVED.search(plain, start, at))


def _same_again(plain: str, start: int, end: int, match: re.Match[str], unit: Hit, last: Goods) -> bool:
    """Whether a load is told once more by its weight."""
    same = plain[unit.start : unit.end] == last.unit and last.quantity == 1
    if not (same or last.unit in _LOADS) or not _SAME_AGAIN.search(plain, start, match.start()):
        return False
    return unit.end >= end or plain[unit.end] in ",。;!、) "


_SOLD = re.compile(r"(?:原价|平价|进价|成本价)(?:卖|出售|供应)|一[只个瓶斤盒]亏|卖出")
_BEFORE_IT = re.compile(r"卖[了掉出]?$|[,(](?:每|一)[袋箱件桶包盒筐瓶捆]$")
_BY_OTHERS = re.compile(r"(?:乡亲|村民|群众|大家|老乡)们?捐的(?:[\d.万千]+[\u4e00-\u9fff])?$")
_IN_USE = re.compile(r"(?:派|派了|派出|出动|出动了|调来|调用|开着|驾驶|骑着|组织|租|租了|腾出|动用)$")
"""派两台洒水车: used for others, and taken home again."""
_LOADS = frozenset({"车", "卡车", "大车", "小车", "货车", "批"})
_SAME_AGAIN = re.compile(
    r"[,。;\s](?:大概|前后送?了?|一共送?了?|总共|足足|大约|约|有|我家出了?|我出了?|我捐的[^,。]{0,4}|整整)?$"
)
_NOT_A_COUNT = re.compile(
    r"(?:开|骑|儿|肩|手(?!套|机|电|推|工)|脚|腿|眼|膀|膝|胳膊|耳朵|嗓|通宵|昼夜|钟头|来回|班|志愿者|护士|医生|老人|党员|民兵|队员|员工|工人|学员|岗|网格|车间|车次|人次|点位|房|宿舍|客房|群|基点|月|小时|钟|组|人|家|户|头(?!猪|牛|羊)|房间|徒弟|孩子|学生|代表|部门|街道|村|乡镇|镇|县|社区|卡点|地方|环节|娃|群|站点|单位|路口|口子|条子|证明)"
)
_ONE_BEFORE = re.compile(r"(?:送|捐|买|带|给)了([床台辆壶桶锅箱袋车套把副瓶])$")


def _amount(plain: str, match: re.Match[str], unit: Hit, end: int) -> float | None:
    """How many: 两吨半 is 2.5."""
    amount = money.amount_of(match)
    return amount + 0.5 if amount is not None and _AND_A_HALF.match(plain, unit.end, end) else amount


def _unit(plain: str, unit: Hit) -> str:
    return plain[unit.start : unit.end].lstrip("余多")


def _named(document: Document, start: int, end: int) -> str:
    """The name of the thing as written, without signs around it."""
    return document.visible(start, end).strip('“”"、,的 ')


_PAUSE = re.compile(r"[,、。;①-⑳]")


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
        if hit.end <= number and free(hit) and not plain[hit.end : number].strip():
            return _widen(plain, start, hit)
    if behind := _named_behind(plain, after, [hit for hit in items if free(hit)]):
        return behind
    for hit in reversed(items):
        gap = plain[hit.end : number]
        gap = re.sub(r",(?=首批|第一批|共|约|计)", "", gap)
        if hit.end <= number and len(gap) <= 8 and free(hit) and not re.search(r"[、。;,]", gap.rstrip(",:")):
            begin, stop = _widen(plain, start, hit)
            return begin, number if _KIND.fullmatch(plain, stop, number) else stop
    moved = _WORKED.search(plain, max(start, number - 14), number)
    if moved:
        return moved.start("item"), moved.end("item")
    earlier = [hit for hit in items if hit.end <= number and free(hit)]
    if len(earlier) == 1 and re.search(
        r"(?:一共|总共|前后|共|供应|送了?去?了?|发了|首批|第一批)$", plain[max(start, number - 6) : number]
    ):
        return _widen(plain, start, earlier[0])
    half = _AND_A_HALF.match(plain, after, end)
    whole = half is not None or after >= end or plain[after] in ",。;!、) "
    if len(earlier) == 1 and whole and _GIVEN_TO.search(plain, max(start, number - 16), number):
        return _widen(plain, start, earlier[0])  # 家里的橙子,捐给怀化一医院两吨半
    after = half.end() if half else after
    clause = max(plain.rfind(c, start, number) for c in "。;!?\n") + 1
    donated = any(
        clause <= h.start for h in between(document.voice, max(start, clause), end) if h.role in ("donate", "give")
    )
    in_a_row = plain[number - 1 : number] == "、" and bool(used)  # 棉被100床、60个电热水壶
    if not donated and not listed and not in_a_row and not _HANDED.search(plain, start, end):
        return None
    told = money.THING_BEFORE.search(plain, max(start, number - 7), number)
    if told:
        return told.start("item"), told.end("item")
    return _behind(plain, after, end) or _in_front(plain, start, number)


def _named_behind(plain: str, after: int, items: list[Hit]) -> tuple[int, int] | None:
    """A thing of the rules close behind a number: 20件牛奶."""
    run = {hit.start: hit.end for hit in items}
    for hit in items:
        if after <= hit.start <= after + 9 and not _PAUSE.search(plain[after : hit.start]):
            between_words, stop = plain[after : hit.start], hit.end
            if re.search(r"捐|赠|送", between_words):  # 向三个社区捐赠消毒液
                break
            while stop in run:  # 萝卜白菜
                stop = run[stop]
            return (
                (after, stop)
                if re.fullmatch(r"[\u4e00-\u9fffa-z0-9]{0,3}", between_words)
                and "的" not in between_words
                and not _ITEM_END.search(between_words)
                else (hit.start, stop)
            )
    return None


_AND_A_HALF = re.compile(r"半(?=[,。;!?、)\s]|$)")
_GIVEN_TO = re.compile(r",[^,。;]{0,6}(?:捐|送|拉|运|寄)(?:给|到|往|去)?了?[^,。;、\d]{0,10}$")
_HANDED = re.compile(
    r"(?:自己|自家|我|我们)(?:掏钱)?出的|交给|送给|捐给|不要钱|不用给钱|没收[^,。]{0,3}钱|白送|分文|免费印"
)
"""What is counted in such a message is given, whichever verb stands beside it."""
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
    """布口罩, 速冻水饺: a short word of kind in front belongs to the thing."""
    begin = hit.start
    if begin > start and re.match(r"[布棉草鲜干冰]", plain[begin - 1]):
        begin -= 1
    if kind := _PREPARED.search(plain, max(start, begin - 4), begin):
        begin = kind.start()
    return begin, hit.end


_KIND = re.compile(
    r"胶囊|颗粒|口服液|冲剂|饮片|注射液|喷剂|湿巾|泡腾片|片|酱|粉|汤|干|丝|卷|鞋|衣|服|机|器|车|套装|礼盒"
)
"""What a name goes on with behind a word that by itself names another thing: 连花清瘟胶囊."""
_PREPARED = re.compile(
    r"(?:电动|速冻|冷冻|新鲜|手工|自制|自产|医用|一次性|儿童|红外|电子|移动|便携式?|次氯酸|苦荞|五香|小型|大型|烘干|加厚|羊绒|纯|土|黑|白|红|紫|糯|电热|烤)$"
)


def _uncounted(plain: str, start: int, item: Hit, donors: list[Hit], used: list[tuple[int, int]]) -> bool:
    """A thing given without a number: 一批药品, 送了姜汤."""
    before = plain[max(start, item.start - 6) : item.start]
    if item.end - item.start == 1 and before[-1:] in ("里", "外", "上", "下", "方"):  # 不算在里面
        return False
    if _BY_OTHERS.search(plain, start, item.start):
        return False
    if plain.startswith("物资", item.end - 2) and re.match(r"[^,。;]{0,6}:", plain[item.end : item.end + 7]):
        return False  # 第二批物资刚装车:酒精120桶
    if _TO_BE_BOUGHT.search(plain, start, item.start) and not _BROUGHT.match(plain, item.end):
        return False
    if _PURPOSE.search(plain, start, item.start) and re.search(r"\d|[百千万]", plain[start : item.start]):
        return False
    if money.MOVED.search(plain, start, item.start) or plain[item.end : item.end + 1] == "(":
        return False
    if before.endswith(("元的", "块钱的", "万的")):
        return True
    if _CARRIED.search(plain, start, item.start) and "捐" not in plain[start : item.end]:
        return False
    if re.match(
        r"[\u4e00-\u9fff]*?(?:门市|厂|店|公司|合作社|钱款?|款|费|点单|架|站|生产线)", plain[item.end : item.end + 5]
    ) or re.search(r"(?:卖|缺|没有?|用于|指明|用来|指定|定向用于|专款|运|收|领)(?:了|的|购?买)*$", before):
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
