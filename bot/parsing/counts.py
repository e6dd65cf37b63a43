"""Numbers of people, unnamed (人数上报): 应报31人,正常30人,异常1人.

Called by `bot.parsing.prose` for a stretch of text that holds numbers of people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.parsing.document import Document
from bot.parsing.numerals import number
from bot.records import HealthCount

_N = r"(?P<n>\d{1,7}|[一二两三四五六七八九十百千]{1,6})"
_PEOPLE = re.compile(
    rf"{_N}\s?(?:(?:个|余)?(?:人|名|位)|(?<!没有一)(?<!没一)(?<!无一)(?<!冇一)个(?=[工员职村居师队组代党老同学]|(?:都|全|均)?(?:正常|健康|好好|没事|平安|良好)|有点|发烧|发热|咳|不舒服|体温|3\d\.\d))(?:省|市|县|区|全国|各级)?(?:人大)?(?:代表|同志|员工|工人|职工|村民|居民|师生|队员|组员)?"
    r"|(?:(?<=应到|应报|实到|实报|已报|正常|异常|健康|发热)|(?<=未报|缺报))\s?:?\s?(?P<m>\d{1,5})(?![\d.度℃人名位个])"
)
_WELL = re.compile(r"(?:正常|健康|良好|好好|无异常|无恙|平安|无症状|没有?症状|无不适|没问题|没事|安好)")
_ILL = re.compile(
    r"(?:异常|发烧|发热|低烧|咳嗽|不适|感冒|不舒服|不正常|腹泻|有症状|症状|不健康|生病|带病|头[痛疼]|偏高|低热|高烧|疑似|确诊|37\.[3-9]|38|拉肚子|咽痛|乏力)"
)
_DUE = re.compile(
    r"(?:应报告?|应到|应上报|应填报?|共有?|总共|一共|合计|总人数|全体|全[组团村厂县市镇]|现有|在岗|到岗|全员|计|返乡|应|代表|登记)[^\d一二两三四五六七八九十百,]{0,6}$"
)
_DONE = re.compile(r"(?:实报告?|已报告?|实到|已到|实际|已上报|实|报齐|报了|上报|报送)[^\d,]{0,3}$")
_ALL_WELL = re.compile(
    r"(?:全部|全都|全体|全员|所有人?|都|均|皆|无一例外|大家都?|人人|一律|个个)[^,。;!?\d]{0,12}(?:正常|健康|良好|无异常|没有?异常|无恙|平安|没有?发烧|没有?症状|无症状|没问题|没事|不发烧|安好|无发热|好(?!转)|不超过37|低于37|37(?:\.[0-3])?度?以下)|"
    r"(?:没有?|无)(?:一个?|一人|1人|人|一例)[^,。;!?]{0,4}(?:发烧|发热|咳|不适|异常|有症状|不舒服|感冒|病)|无(?:发热|发烧|咳嗽|异常|不适)[^,。;!?]{0,10}(?:人员|情况|症状|现象)|零异常|无(?:发热|发烧)(?=$|[,。;无、和及])|无人(?:发热|发烧|异常|不适|咳嗽)|无异常(?:情况|人员)?$|"
    r"没有(?:发热|发烧|咳嗽|异常)[^,。;]{0,8}(?:的|病人|人员)"
)
_BUT = re.compile(
    rf"除(?:了|去)?{_N.replace('?P<n>', '?P<but>')}\s?(?:个|名|位)?(?:人|名|位|代表)?[^。;!?]{{0,24}}?"
    r"(?:外|以外|之外|,)?[^。;!?]{0,14}?(?:正常|健康|良好|无异常|无恙|没事|平安)"
)
_BUT_NAMED = re.compile(
    r"除(?:了|去)?([\u4e00-\u9fff]{2,4}(?:[、和][\u4e00-\u9fff]{2,4}){0,3})(?:代表|同志|[两三]人)?[^。;!?\d]{0,8}?(?:3[4-9]\.\d\s?(?:度|℃)?)?[^。;!?\d]{0,6}?(?:外|以外|之外),?[^。;!?]{0,14}?(?:正常|健康|良好|无异常|没事)"
)
_REST_WELL = re.compile(
    r"(?:其余|其他|其它|剩下|余下|另外)(?P<rest>\d+)?[^,。;!?]{0,10}(?:正常|健康|良好|无异常|没事|无恙|平安)"
)
_OTHERS_WELL = re.compile(
    r"(?:其余|其他|其它|剩下的?|余下的?|另外)(?P<rest>\d+)\s?[人名位个]?(?:人|名|位|代表|同志)*[^,。;!?]{0,6}(?:正常|健康|良好|无异常|没事|无恙|平安)"
)
_BODY = re.compile(
    r"代表|[组团村厂县市镇乡区队班局站院校]|公司|企业|单位|合作社|工地|车间|我们|联工委|零报告|员工|工人|职工|人员|社区|街道|学校|人大"
)
_HINT = re.compile(
    r"[人名位零全应](?:(?<=[\d一二三四五六七八九十百两][人名位])|(?<=[\d一二三四五六七八九十百两][个余][人名位])|(?<=零)报告|(?<=全)体|(?<=应)[到报]\s?:?\s?\d)"
)
_AFTER_NAMES = re.compile(r"[\u4e00-\u9fff]{2,3}[、和][\u4e00-\u9fff]{2,3},?$")
_ASKED = re.compile(
    r"[?]|补报\s?\d|请|多少|几人|几个人没|还有\d+[人位名]没|没报|未报|补贴|发放|捐|招|确诊|例|疑似病例|治愈|隔离\d|摸排|排查|慰问|建议|希望"
)


def read(document: Document, start: int, end: int) -> HealthCount | None:
    """The count between two places of a message; None where none is reported."""
    plain = document.plain
    text = plain[start:end]
    if not _HINT.search(text):
        return None
    people = list(_PEOPLE.finditer(text))
    everyone = _ALL_WELL.search(text)
    if everyone and re.search(r"其余|其他|剩下|除", text[max(0, everyone.start() - 6) : everyone.end()]):
        everyone = None
    people = [p for p in people if not _AFTER_NAMES.search(text, max(0, p.start() - 12), p.start())]
    if not people and not (everyone and re.search(r"零报告|全体代表|全体", text)):
        return None
    if (
        not _BODY.search(text)
        and not re.search(r"应报|实报|应到|实到", text)
        and not re.search(r"联工委|人大", document.sender_plain)
    ):
        return None
    if _ASKED.search(text) and not re.search(r"应报|实报|正常\d|异常\d", text):
        return None
    return _weigh(document, start, end, text, people, everyone)


@dataclass(slots=True)
class _Tally:
    """The numbers as they come: due, reported, well, ill."""

    total: int | None = None
    done: int | None = None
    well: int | None = None
    ill: int | None = None

    def take(self, value: int, before: str, after: str, *, early: bool) -> None:
        """Put a number of people where the words around it say."""
        if _DONE.search(before):
            self.done = value
        elif _is_ill(before, after):
            self.ill = (self.ill or 0) + value
        elif _is_well(before, after):
            self.well = value
        elif self.total is None and (_DUE.search(before) or early or not before):
            self.total = value


def _is_ill(before: str, after: str) -> bool:
    if (_ILL.search(before) and not _WELL.search(before)) or _ILL.match(after):
        return True
    near = re.match(r"[^,]{0,6}(?:异常|发烧|发热|不适|咳|感冒|偏高)", after)
    return bool(near) and not re.match(r"[^,]{0,3}(?:无|没|不(?!适)|未)", after)


def _is_well(before: str, after: str) -> bool:
    if _WELL.search(before):
        return True
    near = re.match(r"[^,]{0,6}(?:正常|健康|良好|好好的|无异常|平安|身体好)", after)
    return bool(near) and not re.match(r"[^,]{0,4}[都均全]", after)


def _weigh(
    document: Document, start: int, end: int, text: str, people: list[re.Match[str]], everyone: re.Match[str] | None
) -> HealthCount | None:
    tally = _Tally()
    but = _BUT.search(text)
    for found in people:
        if but and but.start() <= found.start() < but.end():
            continue
        before = re.split(r"[,。;!?、]", text[max(0, found.start() - 14) : found.start()])[-1]
        after = _ASIDE.sub("", text[found.end() : found.end() + 18])[:10]
        after = "发热" if _FEVERISH.match(after) else re.split(r"[,。;!?、]|\d", after)[0]
        tally.take(int(number(found["n"] or found["m"]) or 0), before, after, early=found.start() <= 24)
    named = _BUT_NAMED.search(text)
    one = 1 + len(re.findall("[、和]", named[1])) if named else None
    rest = _OTHERS_WELL.search(text)
    if named and rest and rest["rest"] and not but:  # 除刘三元发热外，其余25人均正常
        tally = _Tally(total=int(rest["rest"]) + (one or 0))
    _complete(
        tally, text, excepted=int(number(but["but"]) or 0) if but else one, all_well=bool(everyone), named=bool(people)
    )
    if tally.well is None and tally.ill is None:
        return None
    if tally.total is None and not re.search(r"零报告|全体|正常\d|异常\d|\d+[人名位].{0,6}(?:正常|健康|异常)", text):
        return None
    return HealthCount(
        source=document.visible(start, end),
        rules=("health_count",),
        total=tally.total,
        well=tally.well,
        unwell=tally.ill,
    )


_FEVERISH = re.compile(r"(?:体温|烧到|高达|是|有)?(?:37\.[3-9]|3[89](?!\d)|4[0-2](?!\d))")
_ASIDE = re.compile(r"\([^)]{0,12}\)")


def _complete(tally: _Tally, text: str, *, excepted: int | None, all_well: bool, named: bool) -> None:
    """What the words leave to be reckoned: 全部健康, 除1人外均正常, 其余正常."""
    if tally.total is None:
        tally.total = tally.done
    if (
        tally.total is None
        and tally.well is not None
        and tally.ill is None
        and re.match(r"[^,。]{0,12}全[组团村厂县市镇体]", text)
    ):
        tally.total = tally.well
    elif tally.done is not None and tally.well is None and tally.ill is None and all_well:
        tally.well = tally.done
    total, rest = tally.total, bool(_REST_WELL.search(text))
    if excepted is not None and total is not None:
        tally.ill, tally.well = excepted, total - excepted
    elif all_well and tally.ill is None and (total is not None or not named):
        tally.ill = 0
        tally.well = tally.well if tally.well is not None else total
    elif total is not None and tally.well is None and tally.ill is not None and (rest or tally.ill == 0):
        tally.well = total - tally.ill
    elif total is not None and tally.well is not None and tally.ill is None and tally.well <= total:
        told = rest or "其中" in text or tally.well == total
        tally.ill = total - tally.well if told else None
