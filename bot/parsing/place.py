"""Where somebody is now, as the words name it (place).

Called by `bot.parsing.health` for one sentence. A place begins behind 在, 住在, 所在地 and the like; it reaches as far
as place names of the rules and endings such as 县, 镇, 路, 医院 go on: 在长沙市岳麓区家中 names 长沙市岳麓区, 在家
none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_LEAD = re.compile(
    r"(?:(?:已经|人)到(?=[\u4e00-\u9fff]{1,8}?(?:医院|卫生院)(?:[,。]|$|留观|住|隔离|看|打|治|急))|住(?=[\u4e00-\u9fff]{1,8}?(?:医院|卫生院))|人在|身在|住在|家住|现住|现居住?地?(?:在|[:是为])?|居住地?(?:在|[:是为])|待在|呆在|滞留于?在?|被?困在|留在|住进了?|住到了?|送到了?|送进了?|(?<![没不未要想备算天能可该先就请应别以得再回来])去了?(?=[\u4e00-\u9fff]{1,8}?(?:医院|卫生院|诊所|疾控中心|妇幼)[^,。过]*(?<!看)(?:了|[,。]|$))|已?送(?=[县市省镇乡中])|送去|送往|转到|转入|回到了?|回了|返回|位于|抵达|到了|刚到|已到|"
    r"(?:目前|现在|今日|当前|现)?(?:所在地?|现在(?=[^在]{2})|地点|位置|地址|住址|定位|常住地)[:=是为在\s]{0,3}|(?<![正存实好内现自])在(?:娘家|老家|家乡|女儿家|儿子家)?|搬到了?|到的|现在在|(?<=现)在|(?<=自)在|正在(?=[^隔居做开]))\s?(?:娘家|老家|家乡)?"
)
_MAY_LEAD = re.compile(r"[在住居送转回返位抵到地址搬去滞困]")
"""A character of each lead."""
_STRONG_LEAD = re.compile(r"人在|身在|住在|家住|现住|居|所在|地点|位置|地址|住址|位于|定位|常住")
_WEAK_LEAD = re.compile(r"现在$|正在|搬|回|到|送|转|返|抵")
_UNIT = re.compile(
    r"[\u4e00-\u9fffa-z0-9]{1,7}?(?:自治州|自治县|自治区|开发区|高新区|经开区|管理区|工业园区?|街道办?事?处?|社区|小区|花园|家园|新村|大道|"
    r"人民医院|中心医院|中医院?|妇幼保健院|妇幼|大院|疾控中心|附[一二三]医院|[一二三四五]医院|卫生院|医院|[市县省区][一二三四五]院|大学|学院|中学|小学|党校|酒店|宾馆|机场|火车站|高铁站|卫生室|公寓|大厦|广场|农场|林场|寨|屯|"
    r"[省市县区州镇乡村盟旗]|路|街|巷|苑|湾)"
)
_NOT_IN_UNIT = re.compile(
    r"哪|已[告经]|告知|准备|打算|送|去|想|赶|联系|报告|上报|通知|告诉|家(?![湾庄村寨坪冲坡沟山河坝塘桥铺营店界口洼岭])|[的里和与跟上下不没有我你他她们了着过是到去从正给把被让做当点]|隔离|值班|观察|工作|出差|值守|小区$|^小区|单位|高速|附近|健康|正常|学校|同一|封控|隔壁|那个|这个|自己|村口|门口|岗|全[县市省村镇乡区]|[本我各该某每]|防控|一线|外[省市地]"
)
_ENDING = re.compile(
    r"(?:自治州|自治县|自治区|地区|新区|开发区|高新区|经开区|管理区|[省市县区州镇乡]|(?:东|西|南|北|中)?(?:路|街|大道))"
)
_NOT_PLACES = frozenset(
    [
        "一起",
        "一块",
        "家里",
        "家中",
        "单位",
        "外地",
        "医院",
        "宾馆",
        "酒店",
        "村里",
        "村上",
        "县里",
        "县城",
        "镇上",
        "镇里",
        "乡下",
        "乡里",
        "老家",
        "学校",
        "厂里",
        "公司",
        "上班",
        "值班",
        "值守",
        "路上",
        "车上",
        "这里",
        "那里",
        "这边",
        "那边",
        "本地",
        "当地",
        "外面",
        "家休息",
        "家办公",
        "家待着",
        "家呆着",
        "工地",
        "卡点",
        "岗位",
        "岗上",
        "一线",
        "社区",
        "小区",
        "村部",
        "村口",
        "农村",
        "城里",
        "市里",
        "市区",
        "省里",
        "外省",
        "外县",
        "外市",
        "乡镇",
        "宿舍",
        "办公室",
        "店里",
        "屋里",
        "网上",
        "线上",
        "群里",
        "观察",
        "隔离",
        "休息",
        "办公",
        "上课",
        "上学",
        "开会",
        "出差",
        "工作",
        "家",
        "床上",
        "国外",
        "境外",
        "发烧",
        "咳嗽",
        "治疗",
        "住院",
        "输液",
        "部队",
        "军营",
        "娘家",
        "婆家",
        "岳母家",
        "同事家",
        "隔离点",
        "集中点",
        "方舱",
        "病房",
        "门诊",
        "武汉",
        "路口",
        "高速",
        "省城",
        "机关",
        "政府",
        "部门",
        "企业",
        "公安",
        "家住",
        "家住院",
        "此",
        "外",
        "哪里",
        "哪",
        "进行",
        "之间",
        "左右",
        "以下",
        "以内",
        "好转",
        "恢复",
        "正常",
        "范围",
        "执勤",
        "巡逻",
        "排查",
        "消毒",
        "防控",
        "抗疫",
        "城区",
        "城关",
        "家中休息",
        "家静养",
        "家观察",
    ]
) - {"武汉"}
_CHUNK = re.compile(r"[\u4e00-\u9fff]{2,4}")


def named(plain: str, start: int, end: int, places: Mapping[int, int]) -> tuple[int, int] | None:
    """The first place in a clause that somebody is said to be at.

    Args:
        places: where place names of the rules begin, and where each ends.
    """
    if not _MAY_LEAD.search(plain, start, end):
        return None
    for lead in _LEAD.finditer(plain, start, end):
        begin = lead.end()
        stop = reach(plain, begin, end, places)
        if stop > begin:
            if plain.startswith("加油", stop):
                continue
            return begin, stop
        if _WEAK_LEAD.search(lead[0]):
            continue
        chunk = _CHUNK.match(plain, begin, end)
        alone = chunk and (chunk.end() == end or not "\u4e00" <= plain[chunk.end()] <= "\u9fff")
        if chunk and alone and _likely(chunk[0], strong=bool(_STRONG_LEAD.search(lead[0]))):
            return begin, chunk.end()
    return None


def reach(plain: str, begin: int, end: int, places: Mapping[int, int]) -> int:
    """How far a place name goes that begins here; `begin` itself where none does."""
    position = begin
    known = False
    while position < end:
        if position in places:
            position = min(places[position], end)
            known = True
            if ending := _ENDING.match(plain, position, end):
                position = ending.end()
            continue
        unit = _UNIT.match(plain, position, end)
        if unit is None or _NOT_IN_UNIT.search(unit[0]) or (len(unit[0]) < 2 and not known):
            break
        if not known and any(at in places for at in range(position + 1, unit.end() - 1)):
            break
        position, known = unit.end(), True
        if ending := _ENDING.match(plain, position, end):
            position = ending.end()
    return position


def _likely(chunk: str, *, strong: bool) -> bool:
    if chunk in _NOT_PLACES or chunk[:2] in _NOT_PLACES or chunk[:1] == "家":
        return False
    if len(chunk) > (4 if strong else 3):
        return False
    return not re.search(
        r"[楼屋房间室]$|[了着过的呢吧啊没不得很都也]|上班|值班|隔离|休息|工作|家$|里$|上$|中$|边$|这|那|养|吃|睡|看|打|开|做|拉|吐|咳|烧|疼|痛|等|忙|量|跟|坐|陪|送|买|搬|跑|守|挂|输",
        chunk,
    )
