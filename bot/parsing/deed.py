"""Deeds (先进事迹): who did something good, and what they gave.

Called by `bot.parsing.prose` for a stretch of text that tells of a deed, and by `bot.parsing.chains` for a line of a
list of gifts.
"""

from __future__ import annotations

import re
from collections.abc import Container

from bot.parsing import gifts, names
from bot.parsing.document import Document, between
from bot.records import Deed

_DEPUTY = re.compile(
    r"代表(?!们|团|联|性|家(?![的种里养产地做酿腌])|本人所|证|票|建议|作|委员会|大会|大家|工作|群|积极|累计|捐款?共|共)"
)
_ROLE = re.compile(
    r"(?:董事长|总经理|经理|理事长|所长|处长|主任|院长|校长|书记|支书|行长|负责人|老板|企业家|大户|教师|医生|护士长?|村医|个体户|党员|掌柜|队长|站长|会长|厂长|律师|农民|教授|老总|社长|场长|店主|业主|司机|师傅|摊主|村长|镇长|乡长|局长|校医|军人|战士|民警|团长|船长)"
)
_TOTAL = re.compile(
    r"(?:全[市县省区州国镇乡]|各级|[五四三两]级|我[市县省区州镇乡]|截[至止])[^,。]{0,14}(?:人大)?代表[^,。]{0,6}(?:们|累计|共|已|捐|合计|积极|踊跃)|[\d一二两三四五六七八九十百千]{1,4}[名位多个余]{1,2}(?:[省市县乡镇]+[两三四五]级)?(?:人大)?代表|代表(?:累计|共捐|共计|捐款共计|们)"
)
_MINE = re.compile(r"我|本人|俺|咱|小店|企业虽小|自家")
_EACH = re.compile(
    r"[^,。;]{0,8}?(?:一人(?:捐|出|拿|掏)|各自?(?:捐|出|交|拿|送|为|向|给|认|个人)|都捐|分别捐|每人捐|均捐)"
)
_MORE_NAMES = re.compile(r"[、,和与及]\s?")
_PARTICLE = re.compile(r"[为向给把将送捐赠从在以带自购买又先再已花出拿主带]$")


def read(document: Document, start: int, end: int) -> list[Deed]:
    """The deeds between two places, one per deputy."""
    if _NO_DEPUTY.search(document.plain, start, end) and not _people_known(document, start, end):
        return []
    people = _people(document, start, end)
    total = _TOTAL.search(document.plain, start, end)
    if people and total and total.start() < people[0][0]:
        stop = max(document.plain.rfind(c, start, people[0][0]) for c in "。;\n")
        if stop > start:  # 全县代表累计捐款…。其中谷雨捐款…
            whole = _deed(document, start, stop, None, source=(start, stop))
            return [whole, *read(document, stop + 1, end)]
    if len(people) > 1 and _EACH.search(document.plain, people[-1][1], min(end, people[-1][1] + 12)):
        return [_deed(document, people[-1][1], end, document.visible(*p), source=(start, end)) for p in people]
    if len(people) > 1:
        found = []
        for index, (at, stop) in enumerate(people):
            limit = people[index + 1][0] if index + 1 < len(people) else end
            found.append(_deed(document, stop, limit, document.visible(at, stop), source=(at, limit)))
        return found
    subject: str | None = document.own_name
    if people:
        subject = document.visible(*people[0])
    elif start and (told := _introduced(document, 0, start)) and not document.office_speaks:
        subject = document.visible(*told[0])
    elif _TOTAL.search(document.plain[start:end]) or _UNNAMED.search(document.plain, start, end):
        subject = None
    return [_deed(document, start, end, subject, source=(start, end))]


_NO_DEPUTY = re.compile(
    r"(?:不|并不|还不|也不|又不)是(?:什么|我们|[省市县区镇乡州]|人大)*代表(?![团性们我])|\(非(?:人大)?代表\)"
)
"""村里老支书(不是代表)捐了养老钱: nothing that a deputy did."""


def _people_known(document: Document, start: int, end: int) -> bool:
    """Whether somebody of the roster stands there."""
    return bool(document.known_between(start, end))


def line(
    document: Document, start: int, end: int, subject: str, chain: str | None, *, given: str | None = None
) -> Deed | None:
    """The deed in a line of a list of gifts; None where nothing was given.

    Args:
        given: what the list's heading says is given, for a line that only counts (捐书: 30本).
    """
    gift = gifts.read(document, start, end, listed=True, given=given)
    if gift.cash is None and not gift.goods:
        return None
    return Deed(
        source=document.visible(start, end),
        chain=chain,
        rules=gift.rules,
        subject=subject,
        text=document.visible(start, end),
        cash_yuan=gift.cash,
        goods=gift.goods,
        goods_value_yuan=gift.value,
    )


_UNNAMED = re.compile(
    r"(?:不(?:愿|肯|想|便)[^,。]{0,3}(?:姓名|名)|不留名|匿名)[^,。]{0,8}代表|[一有]位[^,。]{0,10}代表|代表[^,。]{0,3}不(?:愿|肯|想)[^,。]{0,4}名"
)


def _deed(document: Document, start: int, end: int, subject: str | None, *, source: tuple[int, int]) -> Deed:
    gift = gifts.read(document, start, end)
    service = tuple(dict.fromkeys(h.group for h in between(document.voice, start, end) if h.role == "service"))
    text = document.visible(*source)
    return Deed(
        source=text,
        rules=gift.rules + service,
        subject=subject,
        text=text,
        cash_yuan=gift.cash,
        goods=gift.goods,
        goods_value_yuan=gift.value,
    )


_NOBODY = frozenset({"匿名", "无名", "无名氏", "佚名"})
_LINE_HEAD = re.compile(r"(?:^|[;。\n:])\s*(?:\d+[.、)])?\s*")


_GIVES = re.compile(r"\s*[,:;、]?\s*(?:个人|本人|捐|向|送|为|把|在|带|无偿|义务|主动|缝|自费|购|出|拿)")


def _people(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """The deputies that a stretch names; asked again, they are remembered."""
    if (start, end) not in document.people:
        document.people[start, end] = _find_people(document, start, end)
    return document.people[start, end]


def _find_people(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    plain, rules = document.plain, document.rules.names
    for at, stop in document.known_between(start, end):
        if stop <= end:
            found.append((at, stop))
    borders = document.borders
    for match in _DEPUTY.finditer(plain, start, end):
        begin = match.end()
        while begin < end and plain[begin] in ' :、,"“”':
            begin += 1
        named = _before(document, start, match.start(), borders) or _bracketed(document, start, match, end)
        if named is None and plain[match.end() : match.end() + 1] in "、,":
            named = _after_role(document, match.end(), end, borders) or _after_calling(document, match.end() + 1, end)
        if named is not None:
            found.append(named)
            continue
        named = _name_at(document, begin, end, borders)
        if named is None:
            named = _after_role(document, match.end(), end, borders)
        if named is not None:
            found.append(named)
    found += _in_rows(document, start, end)
    found += _introduced(document, start, end)
    for match in _LINE_HEAD.finditer(plain[start:end]):
        begin = start + match.end()
        length = names.length_at(plain, begin, end, rules, borders, sure=True)
        if (
            length
            and plain[begin] != "从"
            and _GIVES.match(
                plain[begin + length : begin + length + 6],
            )
        ):
            found.append((begin, begin + length))
    found += [more for _, stop in list(found) for more in _after_name(document, stop, end, borders)]
    found = [pair for pair in found if plain[pair[0] : pair[1]] not in _NOBODY]
    found = [_trimmed(plain, *pair, end, rules.compound) for pair in found]
    unique = {document.plain[a:b]: (a, b) for a, b in sorted(set(found), reverse=True)}
    clean = sorted(unique.values())
    return [pair for i, pair in enumerate(clean) if not any(a <= pair[0] < b for a, b in clean[:i])]


def _after_name(document: Document, stop: int, end: int, borders: Container[int]) -> list[tuple[int, int]]:
    """Those named in a row behind a deputy who gave as much each: 朱永红、司马俊各捐款2000元."""
    row: list[tuple[int, int]] = []
    plain = document.plain
    while mark := _MORE_NAMES.match(plain, stop, end):
        named = _name_at(document, mark.end(), end, borders)
        if named is None:
            return []
        row.append(named)
        stop = _trimmed(plain, *named, end)[1]
    return row if row and _EACH.match(plain, stop, min(end, stop + 12)) else []


def _trimmed(plain: str, start: int, stop: int, end: int, compound: Container[str] = ()) -> tuple[int, int]:
    """钟庆为困难户送去: what follows the name is none of it."""
    if plain[stop - 1] == "各":
        return start, stop - 1
    long = stop - start == 4 and plain[start : start + 2] in compound
    if (stop - start != 3 and not long) or not _PARTICLE.search(plain[start:stop]):
        return start, stop
    if plain[stop - 1] == "花" and not re.match(r"[\d一二两三四五六七八九十几数了]", plain[stop:end]):
        return start, stop
    if plain[stop - 1] in "为向给把将从在以" and not re.match(r"[^,。;]{1,16}?[送捐赠买购发熬做运拉]", plain[stop:end]):
        return start, stop
    if re.match(r"(?:代表|同志)?\s*(?:捐|[,:、。]|$)", plain[stop:end]):
        return start, stop
    return start, stop - 1


def _name_at(document: Document, begin: int, end: int, borders: Container[int]) -> tuple[int, int] | None:
    plain = document.plain
    if bracketed := _NICKNAME.match(plain, begin, end):  # 代表老周(周炳生)
        return bracketed.start("name"), bracketed.end("name")
    for compound in ("努尔", "马哈"):
        if plain.startswith(compound, begin):
            found = re.match(r"[\u4e00-\u9fff]{3,5}?(?=[,、。组]|$)", plain[begin:end])
            if found:
                return begin, begin + found.end()
    length = names.length_at(plain, begin, end, document.rules.names, borders, sure=True)
    if length:
        if length == 2 and (
            plain[begin + 3 : begin + 4] in ("各", ":")  # 石生才各捐
            or _is_longer(document, begin, end)
        ):
            length = 3
        return begin, begin + length
    if rare := _RARE_NAME.match(plain, begin, end):
        return begin, rare.end()
    if plain[begin : begin + 1] in document.rules.names.surnames:
        length = names.by_words(plain, begin, end, document.segmenter.words)
        if length == 2 and plain[begin : begin + 2] in document.rules.names.compound:  # 欧阳建平驾车
            given = document.rules.names.given.match(plain, begin + 2, min(end, begin + 4))
            return begin, given.end() if given else begin + length
        if length == 2 and _is_longer(document, begin, end):
            length = 3
        if length:
            return begin, begin + length
    return None


_NICKNAME = re.compile(r"[老小阿][\u4e00-\u9fff]\((?P<name>[\u4e00-\u9fff]{2,3})\)")
_ACTS = (
    r"(?:夫妇|夫妻|把|向|捐|给|为|送|寄|从|自|报名|一夜|连[夜续]|带|主动|得知|无偿|义务|免费|组织|拍卖|当|坚持|"
    r"出|拿|购|买)"
)
_ACTING = re.compile(rf"[\u4e00-\u9fff]{{3}}(?={_ACTS}|[一二三四五六七八九]?十[\u4e00-\u9fff]{{0,2}}岁)")


_CALLING = re.compile(r"老总|老板|师傅|[户长员师]$|^司机")


def _is_longer(document: Document, begin: int, end: int) -> bool:
    """唐九斤向…, 田金花拍卖…: a third character that else begins a word, before what the person did."""
    plain = document.plain
    if not _ACTING.match(plain, begin, end) or re.match(_ACTS, plain[begin + 2 : begin + 5]):
        return bool(re.match(r"花拍|花捐|花把|花给|花向", plain[begin + 2 : begin + 4]))
    return plain[begin + 2] not in "代同等的了我他她说提也都又还已共先再"


def _after_calling(document: Document, begin: int, end: int) -> tuple[int, int] | None:
    """代表、黄桃种植户张冬生把…: a name behind a calling that no list holds, before what the person did."""
    plain, rules = document.plain, document.rules.names
    for at in range(begin + 2, min(end, begin + 14)):
        if not re.match(r"[\u4e00-\u9fff]", plain[at - 1]):
            return None
        named = re.match(rf"[\u4e00-\u9fff]{{3}}(?={_ACTS})", plain[at : at + 6])
        if not named or plain[at] not in rules.surnames or _CALLING.search(named[0]):
            continue
        if rules.given.fullmatch(plain, at + 1, at + 3):
            return at, at + 3
    return None


def _bracketed(document: Document, start: int, match: re.Match[str], end: int) -> tuple[int, int] | None:
    """吴金凤(州人大代表)."""
    plain = document.plain
    bracket = plain.rfind("(", max(start, match.start() - 10), match.start())
    if bracket < 0 or not plain.startswith(")", match.end(), end):
        return None
    return _before(document, start, bracket, document.borders)


_ROW = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<row>(?:[\u4e00-\u9fff]{2,3}、)+[\u4e00-\u9fff]{2,3}?)[两二三四五六七八九十\d]+[位名](?:人大)?代表"
)
_SEVERAL = re.compile(r"[两二三四五六七八九十\d][位名](?:[省市县乡镇州区]{1,2})?(?:人大)?代表[^,。]{0,10}:")
_GIVER = re.compile(r"[,;:、](?P<name>[\u4e00-\u9fff]{2,3}?)(?=捐|\d[\d.]*万?元)")


def _in_rows(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """Those named in a row before 三位代表, and those told of one by one behind 两位代表…:."""
    plain, rules = document.plain, document.rules.names
    found = [(at, at + len(name)) for match in _ROW.finditer(plain, start, end) for at, name in _row(match)]
    if several := _SEVERAL.search(plain, start, end):  # 两位代表…:莫立强捐…,熊玉娥捐…
        found += [match.span("name") for match in _GIVER.finditer(plain, several.end() - 1, end)]
    return [(a, b) for a, b in found if plain[a] in rules.surnames and plain[a:b] not in rules.not_names]


_INTRODUCED = re.compile(
    r"(?:^|(?<=[,。:;!\n\s])|(?<=我是)|(?<=我叫))(?P<name>[\u4e00-\u9fff]{2,4}),(?:我是|是)?[\u4e00-\u9fff]{0,6}代表(?=[,。;!\s]|$)"
)
"""石万山,泾川县代表。"""


def _introduced(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    plain, rules = document.plain, document.rules.names
    found = [match.span("name") for match in _INTRODUCED.finditer(plain, start, end)]
    return [(a, b) for a, b in found if names.length_at(plain, a, end, rules, (), sure=True) == b - a]


def _row(match: re.Match[str]) -> list[tuple[int, str]]:
    """杨玉梅、刘国平、李志三位代表: each name and where it stands."""
    at, row = match.start("row"), []
    for name in match["row"].split("、"):
        row.append((at, name))
        at += len(name) + 1
    return row


_RARE_NAME = re.compile(
    r"(?!每人|积极|踊跃|主动|累计|捐款|先后|纷纷|共同|带头|自愿|联名|一起|本人|个人|所在|大家|全体|们|等|也|都|又|再|还|已|共|说|反映|建议|提)"
    r"[\u4e00-\u9fff]{2,3}(?=:\s?(?:公司|个人|本人|企业|捐)|个人捐|各捐|组织了|带领|带着|自[费掏购]|主动|连夜|无偿|义务|坚持|捐(?:款|资|赠|出|了|现|\d))"
)
"""A name whose first character is no common surname, where a gift follows at once: 代表巨有才：公司捐款."""


def _after_role(document: Document, begin: int, end: int, borders: Container[int]) -> tuple[int, int] | None:
    """代表、退休教师雷明德; 代表、果业合作社理事长李世荣."""
    plain = document.plain
    stop = min(end, begin + 26)
    for match in reversed(list(_ROLE.finditer(plain, begin, stop))):
        if ill := _NAMED_ILL.match(plain, match.end(), end):
            return match.end(), ill.end()
        named = _name_at(document, match.end(), end, borders)
        if named is not None:
            return named
        if rare := _RARE_BEHIND_ROLE.match(plain, match.end(), end):
            return match.end(), rare.end()
    return None


_NAMED_ILL = re.compile(r"[\u4e00-\u9fff]{2,3}?(?=患[^,。者难]|身患|拖着|忍着|年[近过逾满]|今年)")
"""书记向秋菊患腰椎间盘突出."""
_RARE_BEHIND_ROLE = re.compile(
    rf"(?![\u4e00-\u9fff]{{0,2}}(?:们|等|和|都|也|还|又|说|一起|每|各|本人))[\u4e00-\u9fff]{{3}}(?={_ACTS}|免[去了除收]|减免)"
)
"""老总资道平免去…: three characters between a calling and what the person did, the first no common surname."""


_NO_NAME = re.compile(r"人大|全国|[省市县区州镇乡村级位名任届籍的]")


def _before(document: Document, start: int, end: int, borders: Container[int]) -> tuple[int, int] | None:
    """卢志明代表."""
    plain = document.plain
    known = next(((a, b) for a, b in document.known_between(start, end) if b == end), None)
    if known:
        return known
    for length in (3, 2, 4):
        begin = end - length
        if begin < start or _NO_NAME.search(plain[begin:end]):
            continue
        if (
            begin > start
            and re.match(r"[\u4e00-\u9fff]", plain[begin - 1])
            and plain[begin - 1] not in "县市区镇乡村州省团"
        ):
            continue
        if names.length_at(plain, begin, end, document.rules.names, borders, sure=True) == length:
            return begin, end
    return None
