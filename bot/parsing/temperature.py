"""Body temperatures as people write them: 36.5, 36。5℃, 36度5, 三十六度五, T36.5 (temperature).

Called by `bot.parsing.health` for a stretch of plain text. Tells what is a reading, what is a suspect number (体温368)
and what is none: 365天, 室温, 3月6日, 36.5元.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.parsing import numerals

LOWEST, HIGHEST = 34.0, 43.0
FEVER = 37.3

_CN = f"[{numerals.DIGIT}]"
_UNIT = r"(?:摄氏度|度|℃|°c?|c(?![a-z]))"
_READING = re.compile(
    rf"(?<![\d.第¥/])(?P<whole>3[0-9]|4[0-9]|5[0-9])\s?(?:[.。·',`点]{{1,2}}\s?(?P<part>\d{{1,2}})(?![\d])|{_UNIT}\s?(?P<tail>\d(?!\d)|半|{_CN}(?![十百千万天个点])))\s?{_UNIT}?"
    rf"|(?<![\d.第¥/])3\s(?P<split>[4-9])\s?[.。](?P<split_part>\d)(?!\d)"
    rf"|(?<![十百千万第\d])(?P<tens>[三四叁肆])[十拾](?P<ones>[一二两三四五六七八九壹贰叁肆伍陆柒捌玖])?(?:点|{_UNIT})(?P<cn_part>{_CN}(?![十百千万天个点])|[壹贰叁肆伍陆柒捌玖]|\d(?!\d)|半)?\s?{_UNIT}?"
    rf"|(?<=体温)(?:是|为|有|到|到了)?(?P<plain_tens>三)十(?P<plain_ones>[四五六七八九])(?=[,。;!\s]|$)"
    rf"|(?<![十百千万第\d])(?P<short>[三四][零一二三四五六七八九])(?:点|度)(?P<short_part>{_CN}|\d(?!\d))\s?{_UNIT}?"
    rf"|(?<![\d.第¥/])(?P<bare>3[0-9]|4[0-9]|5[0-9])\s?(?P<degree>{_UNIT})?(?![\d%])(?!\.\d)"
    rf"|(?<![\d.第¥/])(?P<odd>3[4-9]\d|4[0-2]\d|3\.[4-9]\d|\d{{1,3}}\.\d|\d{{2,3}})\s?(?P<odd_unit>{_UNIT})?(?![\d%.])"
)
_MEASURED = re.compile(
    r"\s?(?:一[斤包只箱盒袋桶把支顶件瓶份碗副双]|每[斤包只箱盒个袋]|[万亿]|余?[元块](?!头)|%|[多余]?(?:公斤|千克|斤)|分钟|小时|公里|千米|度?的?[那这][款种瓶坛]|吨|亩|度电|度?的(?:[水酒奶茶汤]|啤酒|白酒)|度的?(?:[水酒奶茶汤]|啤酒|白酒|红酒|黄酒|米酒)|分之|厘米|平方米?|平米|平(?![安常稳静均和顺日])|(?:km|kg|mm|cm|w|k|m|g|x)(?![a-z])|-\d{3}|/\d)"
)
_COUNTED = re.compile(
    r"(?:[千百]|岁|路|号|[多余]?个|[多余]?只(?!有)|[多余]?名|[多余]?人(?!在|没|好|很|舒|精|不|也|感|还|正|有|已|都)|[多余]?位|例|分钟?|小时|[多余]?天(?![水津门河长])|日|"
    r"月|年|米|寸|次|楼|栋|床|箱|件|套|台|辆|条|页|期|班|队|户|平(?![安常稳静均和顺日])|瓦|伏|支|瓶|码|里|票|场|集|届|章|款|把|顶|副|双|桶|瓶|袋|吨|:\d)"
)
_BEFORE = re.compile(
    r"(?:体[温文湿稳]|温度|额温|腋温|耳温|口温|休温|腋下|[量测]得?|[量测]的|[量测]了|一下|t|烧到|烧到了|高烧|低烧|发烧|发热|体温计|到了|到|都是|是|为|有|才|只有|达|最高)"
    r"[:=\s,约是为在有了才都就]{0,3}$"
)
_BODY_BEFORE = re.compile(
    r"(?:体[温文湿稳]|温度|额温|腋温|耳温|口温|休温|腋下|(?<![a-z])t|烧到|烧到了|高烧|低烧|发烧|量得|测得|量出来|显示|读数|枪上|枪打出来|打出来|测出来|体温计)"
    r"[:=\s,约是为在有了才都就量]{0,4}$"
)
_BELOW_BEFORE = re.compile(
    r"(?:不到|低于|[≥≧>]|大于|大于等于|没超过|未超过|没有超过|不超过|不高于|没到|未到|没达到|没有达到|没过|没上|[没未无都][^,。]{0,3}超|有[^,。]{0,2}超过?|不超|不足|小于|未达到|没有到|从没超过|从未超过|都没过|均低于|都低于|高于|超过|满)\s?$"
)

_LAST_OF_BELOW = frozenset("到于过足上满超")
_EXACT = frozenset({"part", "tail", "split_part", "cn_part", "short_part", "degree"})
"""The last part of a number that is written as only temperatures are."""
_BELOW_AFTER = re.compile(
    r"\s?(?:以下|之下|以内|以上|及以上|或以上|才算|为界|封顶|度?(?:这个|这条|那个|那条|的)(?:线|标准|门槛|杠)|(?:是|为|算)(?:上限|标准|红线|分界|界限|警戒|限))"
)
_PLATE = re.compile(r"[\u4e00-\u9fff][a-su-z]·?$")
_VAGUE_AFTER = re.compile(r"\s?(?:几|多)")


class Reading(NamedTuple):
    """A temperature in a text; `value` is None where the number cannot be a body's and somebody must ask (suspect).

    Args:
        bound: no reading but a line it is measured against (37.3以下).
        odd: suspect only if the rest speaks of health (76.5，身体正常).
    """

    start: int
    end: int
    value: float | None
    bound: bool = False
    odd: bool = False


def readings(plain: str, start: int, end: int, *, listed: bool = False) -> list[Reading]:
    """The temperatures between two places of a plain text, in order.

    Args:
        listed: in a list or table, where a bare 36 or 365 behind a name is meant for a temperature.
    """
    read: list[Reading] = []
    digit = _A_DIGIT.search(plain, start, end)
    while digit is not None:
        found = _READING.match(plain, digit.start(), end)
        if found is None:
            digit = _A_DIGIT.search(plain, digit.end(), end)
            continue
        reading = _read(found, plain, start, end, listed)
        if reading is not None:
            read.append(reading)
        digit = _A_DIGIT.search(plain, found.end(), end)
    return read


def _read(found: re.Match[str], plain: str, start: int, end: int, listed: bool) -> Reading | None:
    kind, (begin, stop) = found.lastgroup, found.span()
    before, after = plain[max(start, begin - 8) : begin], plain[stop : min(end, stop + 4)]
    if _PLATE.search(before):
        return None
    bound = before.rstrip()[-1:] in _LAST_OF_BELOW and bool(_BELOW_BEFORE.search(before))
    if after and after[0] not in ",。;!?、)":  # what a number counts stands right behind it
        if _MEASURED.match(plain, stop, end):
            return None
        if kind not in _EXACT and _COUNTED.match(plain, stop, end):
            return None
        bound = bound or bool(_BELOW_AFTER.match(after))
    if kind in ("odd", "odd_unit"):
        return _suspect(found, before, listed) or _odd(found, before, after)
    if kind in ("bare", "degree"):
        return _whole(found, plain, before, after, bound=bound, listed=listed, alone=stop - begin == end - start)
    value = _value(found)
    if LOWEST <= value <= HIGHEST:
        return Reading(begin, stop, value, bound)
    if found["whole"] and not (found["tail"] or _UNIT_END.search(found[0]) or _BODY_BEFORE.search(before)):
        return _odd(found, before, after)
    return Reading(begin, stop, None, bound)


def _odd(found: re.Match[str], before: str, after: str) -> Reading | None:
    alone = (not before.strip(" ,") or _JUST_MEASURED.search(before)) and not after.strip()[:1].isalnum()
    return Reading(found.start(), found.end(), None, odd=True) if alone and "." in found[0] else None


_JUST_MEASURED = re.compile(r"[量测](?:了|的|出来?)?[是为只有才]?\s?$")
_A_DIGIT = re.compile(r"[\d三四叁肆]")
_UNIT_END = re.compile(rf"{_UNIT}$")


def _value(found: re.Match[str]) -> float:
    part: str
    if found["whole"]:
        part = found["part"] or found["tail"] or "0"
        whole = int(found["whole"])
    elif found["split"]:
        whole, part = 30 + int(found["split"]), found["split_part"]
    elif found["plain_ones"]:
        whole, part = 30 + (numerals.digit(found["plain_ones"]) or 0), "0"
    elif found["tens"]:
        whole = 10 * (numerals.digit(found["tens"]) or 0) + (numerals.digit(found["ones"]) or 0 if found["ones"] else 0)
        part = found["cn_part"] or "0"
    else:
        short = found["short"]
        whole = 10 * (numerals.digit(short[0]) or 0) + (numerals.digit(short[1]) or 0)
        part = found["short_part"]
    if part == "半":
        return whole + 0.5
    if part.isdecimal():
        return whole + float(f"0.{part}")
    return whole + (numerals.digit(part) or 0) / 10


_TODAY = re.compile(r"(?:今[天早日晚晨]|现在|早上|晚上|中午|下午|昨晚)\s?$")


def _today(found: re.Match[str], plain: str, after: str) -> bool:
    """烧了三天，今天38: a bare number stands for the fever that is spoken of."""
    if not 37 <= float(found["bare"]) <= 41 or (after.strip() and after.strip()[0] not in ",。;!"):
        return False
    before = plain[max(0, found.start() - 40) : found.start()]
    return bool(_TODAY.search(before)) and re.search(r"烧|体温|发热", before) is not None


_NOT_DOWN = re.compile(r"(?:烧|热)(?:还|仍|一直|又|总|也|没|未|不|有|起|是)*(?:退|降|来|着|了)[^,。!?]{0,4},\s?$")


def _feverish(found: re.Match[str], plain: str, after: str) -> bool:
    """烧还没退，38，…: a bare number behind a fever, alone between commas."""
    if not 37 <= float(found["bare"]) <= 41 or (after.strip() and after.strip()[0] not in ",。;!"):
        return False
    return _NOT_DOWN.search(plain, max(0, found.start() - 14), found.start()) is not None


def _whole(
    found: re.Match[str], plain: str, before: str, after: str, *, bound: bool, listed: bool, alone: bool
) -> Reading | None:
    """36度, 38℃, 烧到39, or a bare 36 that stands for a temperature."""
    value = float(found["bare"])
    told = (
        _today(found, plain, after)
        or _feverish(found, plain, after)
        or bool(re.match(r"整(?![箱套个年天])", after))
        or bool(found["degree"])
        or bool(_BODY_BEFORE.search(before))
        or listed
        or (alone and value < 40)
    )
    if bound and (told or _BEFORE.search(before) or value == 37):
        return Reading(found.start(), found.end(), value, True)
    vague = _VAGUE_AFTER.match(after)
    if vague and (told or after[vague.end() : vague.end() + 1] == "度"):
        if value < 37 and told:
            return Reading(found.start(), found.end(), value, True)
        told = value >= 37
    if not told:
        return None
    if LOWEST <= value <= HIGHEST:
        return Reading(found.start(), found.end(), value, bound)
    if found["degree"] or _BODY_BEFORE.search(before):
        return Reading(found.start(), found.end(), None, bound)
    return None


def _suspect(found: re.Match[str], before: str, listed: bool) -> Reading | None:
    """体温368, 3.65: a number that is meant for a temperature and cannot be one."""
    written = found["odd"]
    body = bool(_BODY_BEFORE.search(before))
    like = (len(written) == 3 and written.isdecimal() and written[0] in "34") or re.fullmatch(r"3\.[4-9]\d", written)
    if body or (like and (listed or found["odd_unit"])):
        return Reading(found.start(), found.end(), None)
    if re.fullmatch(r"3\.[5-9]\d", written) and not before.strip():
        return Reading(found.start(), found.end(), None)
    return None
