"""What each word of a health report puts on a person's sheet (findings).

`bot.parsing.health` knows whom a word is about and how it is meant; here stands what follows from that. One function
for each role a word can have, gathered in `NOTES`.

It is longer than most modules because there are that many roles; each function stands by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from bot.parsing import figures
from bot.parsing.lexicon import Hit
from bot.parsing.polarity import Sentence, State
from bot.parsing.sheets import FEVER_WORD, Sheet
from bot.records import Diagnosis, Isolation


class Reported(Protocol):
    """Knows what has been reported."""

    @property
    def reported(self) -> bool:
        """Whether something has been by now."""
        ...


class Scene(NamedTuple):
    """Where a word stands.

    Args:
        listed: in a line of a list.
        cast: knows what has been reported by now.
    """

    plain: str
    sentence: Sentence
    listed: bool
    cast: Reported


_BARE = re.compile(
    r"(?:[\s,、:+*~()\"'“”·.✅☑✔👌🆗👍💪😊😄🙏😷🌡🤒🤧\U0001F300-\U0001FAFF]|我们|我|本人|俺|额|咱|自己|人|今天|今日|今早|今晚|今晨|早上|晚上|上午|下午|中午|现在|目前|早|晚|昨天到今天|"
    r"都|均|全|很|蛮|挺|还|非常|也|亦|屋里|这边|这里|一直|一切|[娃崽伢他她爸妈爷奶哥弟姐妹儿女孙媳婆公岳父母口个子两三四]|视频里|电话里|看着?|各方面|方面|身体|体温|健康|状况|状态|情况|精神|是|的|呢|哈|啊|呀|了|哦|咧|哩|嘞|着|得|报告|汇报|报|组织|请放心|放心|勿念|谢谢关心|感谢关心|"
    r"大家好|大家早上好|各位|领导|好|全家|家人|家里|家中|家里人|爱人|老婆|孩子|和|跟|与|及|老人|父母|其他|其它|别的|其余|另外|代表|同志|第[\d一二三四五六七八九十]+天|在家|没出门|未出门|未外出|没有外出|没外出|不外出)*"
)
_SUBJECTS = frozenset({"self", "kin", "name", "animal", "pronoun"})
_AT_WORK = re.compile(
    r"做后勤|后勤|保障|值班|连?上[^,]{0,3}班|轮班|当班|支援|护理|上班|工作|执勤|值守|帮忙|服务|负责|送[饭餐菜物]|志愿|驻点|巡查|人员|的人|户|家庭|群众|对象"
)


_NO_ANIMAL = re.compile(
    r"(?:被|遛|喂|养|杀|卖|放|抓|买|赶|看|宰|捉)[了完着好过]?(?:猪|牛|羊|鸡|狗|猫|鸭|鹅|鱼)|(?:猪|牛|羊|鸡|鸭|鱼)[场厂肉蛋毛汤价年粮]$"
)
_FIGURE = re.compile(r"(?:心里|听了|看得人?|看了|看着|想想|笑得|气得|急得|吓得|愁得|忙得|压得)[^,。]{0,4}$")


def somebody_elses(scene: Scene, token: Hit, state: State) -> bool:
    """腹泻的病人补液要及时; 电脑又发烫."""
    plain, sentence = scene.plain, scene.sentence
    if (
        state is not State.DENIED
        and plain.startswith("的", token.end)
        and _SOMEBODY.match(plain[token.end : token.end + 5])
    ):
        return True
    if _WARNED_OF.search(plain, token.end, sentence.clause_end(token.end)):
        return True
    before = plain[max(sentence.start, token.start - 7) : token.start]
    if figures.spoken(plain, sentence, token):
        return True
    if _FIGURE.search(before) or _in_title(plain, sentence, token):
        return True
    if animals(sentence, token):
        return True
    word = plain[token.start : token.end]
    if ("冷得" in word or _FROZEN.search(before)) and _WEATHER.search(plain, sentence.start, sentence.end):
        return True
    return of_a_thing(plain, sentence, token)


_FROZEN = re.compile(r"[冷冻]得[人我]?直?$")
_WEATHER = re.compile(r"太阳|天气|降温|下雪|风大|零下|今天冷|雪")
_SOMEBODY = re.compile(
    r"的(?:病人|患者|人(?!是)|同志|人员|老人|大爷|大妈|大娘|邻居|老乡|老师|孩子要|村民|群众|居民|代表|段子|文章|视频|新闻|故事|消息)"
)
_WARNED_OF = re.compile(r"可能是新冠|早期信号|是新冠|典型症状|要警惕|要当心|等信号|这些症状的")


def _in_title(plain: str, sentence: Sentence, token: Hit) -> bool:
    """《发烧了到底该不该去医院》."""
    return plain.rfind("《", sentence.start, token.start) > plain.rfind("》", sentence.start, token.start)


def of_a_thing(plain: str, sentence: Sentence, token: Hit) -> bool:
    """电脑又发烫, 炉子烧到38度."""
    if "not_body" not in sentence.roles:
        return False
    word = plain[token.start : token.end]
    if "烫" not in word and word not in ("烧到", "发热", "高烧"):
        return False
    start = sentence.clause_start(token.start)
    return any(t.role == "not_body" and start <= t.start < token.start for t in sentence.tokens)


def animals(sentence: Sentence, token: Hit) -> bool:
    """我家那几头猪今天不吃食，还咳嗽."""
    if "animal" not in sentence.roles:
        return False
    nearest = next(
        (
            t
            for t in reversed(sentence.tokens)
            if t.start < token.start
            and t.role in _SUBJECTS
            and not (t.role == "animal" and _NO_ANIMAL.search(sentence.plain[max(0, t.start - 3) : t.end + 1]))
        ),
        None,
    )
    return nearest is not None and nearest.role == "animal"


def _symptom(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if token.group == "health.pair.肌肉酸痛" and "chronic" in scene.sentence.roles:  # 摔了一跤腿疼
        return
    sheet.note(state, token.value)


def _denied_pair(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    sheet.denied.add(token.value)
    sheet.well = True


def _chronic(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    """血压高, 腰伤: as ever, and so nothing to note but the rule."""


def _unclear(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    sheet.possible = True


def _open(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if token.group.startswith("health.pair") and "chronic" in scene.sentence.roles:
        return
    if state is State.DENIED:
        sheet.well = True
    elif state is State.POSSIBLE:
        sheet.possible = True
    elif state is State.PAST:
        sheet.past_complaint = True
    elif state is not State.LONG_PAST:
        sheet.complaint = True


_OF_BODY = re.compile(r"不良|疫苗|身体|过敏|体温|\d{2}|针|药|我[也都]?没")


def _generic(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if state is State.DENIED:
        if scene.plain[token.start : token.end] == "反应" and not _OF_BODY.search(
            scene.plain, scene.sentence.start, scene.sentence.end
        ):
            return
        sheet.well = sheet.said_well = True
        return
    before = scene.plain[max(scene.sentence.start, token.start - 4) : token.start]
    if re.search(r"(?:有|出现|有点|有些|有轻微|轻微)\s?$", before) and scene.plain[token.start : token.end] not in (
        "情况",
        "反应",
        "问题",
        "毛病",
    ):
        sheet.complaint = True


_AIMED_AT = re.compile(
    r"(?:保持|只要|要是|为了|确保|注意|保障|关心|关注|关爱|关乎|守护|维护|追求|增进|有益于?|影响|危害|损害|有害|祈求|愿|祝|盼|图个?|求个?|但求|换来)(?:大家|人民|群众|人人|各位|你们|一家|全家|我们|咱们?|自己|的|人|一个|一切)*$"
)
_PRAISED = re.compile(
    r"\s?(?:就好|才好|最好|就放心|才放心|最重要|最要紧|第一|要紧|比(?!昨|前|较)|就是(?:福|最|好)|才是|是福|是最|是第一|是革命|是1|就行|就够|为主|至上|无价|为先|难买|最大|大如天|的重要|知识|常识|习惯|生活|饮食|教育|营业|运行|运转|供应|通行|通车|开放|发货|开业|秩序|[码证表卡档])|时(?![候间常今])|(?:没事|[,\s])*我?(?:就是|只是|随便)(?:问|提醒|试)"
)


def _wished_for(scene: Scene, token: Hit) -> bool:
    """身体健康最重要, 人没事就好: health as such, not anybody's."""
    before = scene.plain[max(scene.sentence.start, token.start - 12) : token.start]
    return bool(_PRAISED.match(scene.plain, token.end)) or bool(_AIMED_AT.search(before))


def _well(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if _wished_for(scene, token):
        return
    if state is State.DENIED:
        sheet.complaint = True
    elif state is State.AFFIRMED:
        sheet.well = sheet.said_well = True


def _fine(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    """正常, 健康, 好: only where the clause is about health or says nothing else."""
    if state not in (State.DENIED, State.AFFIRMED):
        return
    plain, sentence = scene.plain, scene.sentence
    start, end = sentence.clause_start(token.start), sentence.clause_end(token.start)
    start = max(start, plain.rfind(":", start, token.start) + 1)
    word = plain[token.start : token.end]
    about = not sentence.roles.isdisjoint(_MEASURED) and any(
        t.role in _MEASURED and start <= t.start and t.end <= token.start for t in sentence.tokens
    )
    if about and _warmth(sentence, start, token):
        about = False
    start = max(
        [start, *(t.end for t in sentence.tokens if t.role == "name" and start <= t.start and t.end <= token.start)]
    )
    if plain[start : token.start].endswith(("就", "才")) or _wished_for(scene, token):
        return
    if state is State.DENIED:
        if about or word in ("健康", "舒服"):
            sheet.complaint = True
        return
    told = about and (word not in ("可以", "好") or token.end == end or plain[token.end : token.end + 1] in ",。 ")
    if told or (scene.listed and word != "好") or _alone(scene, token, start, end):
        sheet.well = sheet.said_well = True


def _warmth(sentence: Sentence, start: int, token: Hit) -> bool:
    """泡脚水42度刚刚好: of the thing, where nothing but its warmth stands before the word."""
    before = [t for t in sentence.tokens if start <= t.start < token.start]
    things = any(t.role == "not_body" and t.value != "place" for t in before)
    return things and not any(t.role in ("topic", "self", "kin", "name", "pronoun") for t in before)


_MEASURED = frozenset({"topic", "temp"})


def _alone(scene: Scene, token: Hit, start: int, end: int) -> bool:
    """Whether a clause says nothing but that somebody is well; 还好 needs somebody whose health it can be."""
    plain = scene.plain
    tokens = [t for t in scene.sentence.tokens if start <= t.start < end]
    if not _BARE.fullmatch(plain, start, token.start) and not _BARE.fullmatch(_but_kin(plain, start, token, tokens)):
        return False
    if not _BARE.fullmatch(plain, token.end, end) and not any(
        t.role in ("temp", "fine", "well", "symptom", "neg") and t.start >= token.end for t in tokens
    ):
        return False
    if token.value != "weak" or scene.listed:
        return True
    if _TRIED.search(plain, scene.sentence.start, start):
        return False
    things = any(t.role == "not_body" for t in tokens)
    persons_near = (not things and any(t.role in _MEASURED for t in tokens)) or any(
        t.role in ("self", "kin", "pronoun") and t.start < token.start for t in scene.sentence.tokens
    )
    return persons_near or scene.cast.reported


def _but_kin(plain: str, start: int, token: Hit, tokens: Sequence[Hit]) -> str:
    """What stands before a word beside relatives: 都 of 大人小孩都."""
    said = []
    for kin in (t for t in tokens if t.role == "kin" and t.end <= token.start):
        if kin.start >= start:
            said.append(plain[start : kin.start])
            start = kin.end
    return "".join([*said, plain[start : token.start]])


_TRIED = re.compile(r"(?:试|尝|买|用)[了过],$")
"""我刚试了，还不错."""
_OF_OTHERS = re.compile(
    r"(?:跟|和|与|同)我们?[^,]{0,10}的[^,]{1,8}$|(?:(?<!没)有|出了|出现了?|新增|又有)\s?$|[一两三几]个$"
)
_NOUN_AFTER = re.compile(r"的(?![第\d时当那日消结通,\s、]|我)[\u4e00-\u9fff]")


def _diagnosis(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    found = Diagnosis(token.value)
    after = scene.plain[token.end : token.end + 6]
    if (
        re.search(r"[例名位]\s?$", scene.plain[max(scene.sentence.start, token.start - 3) : token.start])
        and not scene.listed
    ):
        return
    if re.match(
        r"病例|病人|患者|者|的人|人员|出院患者|出院的|的患者|的病|的[\u4e00-\u9fff]某|\s?\d+\s?例|/|栏|人数|率|数|谣|诈|骗|假|违|非法|传销|走失|系|通道",
        after,
    ):
        return
    clause = scene.plain[scene.sentence.clause_start(token.start) : token.start]
    if re.search(r"[例名位](?:疑似|确诊)", clause) and not scene.listed:
        return
    if not scene.listed and (
        _OF_OTHERS.search(clause) or _NOUN_AFTER.match(scene.plain, token.end, scene.sentence.end)
    ):
        return
    if state is State.DENIED:
        if found is Diagnosis.EXCLUDED:
            sheet.possible = True
        return
    if state is State.POSSIBLE:
        sheet.possible = True
        return
    order = [Diagnosis.SUSPECTED, Diagnosis.CONFIRMED, Diagnosis.ASYMPTOMATIC, Diagnosis.EXCLUDED, Diagnosis.CURED]
    if sheet.diagnosis is None or order.index(found) >= order.index(sheet.diagnosis):
        sheet.diagnosis = found
    if found in (Diagnosis.EXCLUDED, Diagnosis.CURED):
        sheet.well = True


_KEPT_AT = re.compile(r"(?:^|,|人)\s?(?:都|目前|现在|一直)?(?:在家|在屋里|居家|在老家|在酒店|在宾馆)(?=,|\s|$|里|中)")


def _isolation(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if state in (State.DENIED, State.LONG_PAST):
        sheet.well = sheet.well or state is State.DENIED
        return
    value = token.value
    if re.match(r"户|人员|对象|家庭|群众|的人|的户", scene.plain[token.end : token.end + 2]):
        return
    if value in ("集中", "?", "医院") and _AT_WORK.search(
        scene.plain, token.end, min(token.end + 10, scene.sentence.end)
    ):
        return
    if value in ("?", "居家"):
        start, end = scene.sentence.clause_start(token.start), scene.sentence.clause_end(token.start)
        places = [t.value for t in scene.sentence.tokens if t.role == "isolation_place" and start <= t.start < end]
        if not places and (elsewhere := _KEPT_AT.search(scene.plain, scene.sentence.start, scene.sentence.end)):
            places = ["居家" if "家" in elsewhere[0] or "屋" in elsewhere[0] else "集中"]
        value = value if value == "居家" else next((p for p in ("医院", "集中", "居家") if p in places), "")
        if value != "居家" and ("医院" in scene.plain[start:end] or "病房" in scene.plain[start:end]):
            value = "医院"
    before = scene.plain[max(scene.sentence.start, token.start - 8) : token.start]
    word = scene.plain[token.start : token.end]
    if word.endswith(("点", "酒店", "宾馆", "方舱", "病房", "病区")) and not (
        re.search(r"[在住进到于去送]|转", before)
        or re.match(r"\s?(?:第|隔离|观察|住|里)", scene.plain[token.end : token.end + 3])
    ):
        return
    if scene.plain.startswith("的", token.end) and not re.match(r"的?第", scene.plain[token.end : token.end + 2]):
        return
    if value:
        sheet.isolation = Isolation(value)
        mine = any(
            t.role in ("self", "kin", "name", "present") and t.start < token.start for t in scene.sentence.tokens
        )
        sheet.told_isolation = (
            sheet.told_isolation
            or mine
            or scene.listed
            or bool(re.search(r"在|已|正|被|按", before))
            or bool(re.match(r"\s?(?:第|期|中|观察)", scene.plain[token.end : token.end + 2]))
        )


def _released(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    clause = scene.plain[scene.sentence.clause_start(token.start) : token.start]
    if re.search(
        r"[未没]有?$|还差|还有|还要|还剩|等|才$|再过|尚未|待$|后天|明天|准备|快要?$|将|即将|申请|何时|什么时候",
        clause,
    ):
        return
    if re.match(r"的(?!第|[,。\s])[\u4e00-\u9fff]", scene.plain[token.end :][:2]):
        return  # 已解除隔离的同志
    sheet.isolation = None
    sheet.well = True


def _gone(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if state is State.PAST and not any(t.role == "temp" for t in scene.sentence.tokens):
        state = State.AFFIRMED
    before = scene.plain[max(scene.sentence.start, token.start - 2) : token.start]
    if re.search(r"[没未不]有?$", before) or re.match(
        r"的(?!差不多|第|[,。\s])[\u4e00-\u9fff]", scene.plain[token.end :][:3]
    ):
        return
    known = (
        sheet.symptoms
        or sheet.past
        or sheet.complaint
        or sheet.past_complaint
        or sheet.doubted
        or sheet.temperatures
        or sheet.denied
    )
    named = re.search(r"[烧热温]", scene.plain[token.start : token.end])
    if not known and not (token.value == FEVER_WORD and named):
        clause = scene.plain[scene.sentence.clause_start(token.start) : token.start]
        if not re.fullmatch(r"(?:[\s我早已经都全今天现在人身体基本完全感冒病就也了]|咳嗽|发烧)*", clause):
            return
    if token.value == FEVER_WORD:
        if re.search(r"[降落]|退到", scene.plain[token.start : token.end]) and not re.search(
            r"[烧热]", scene.plain[token.start : token.end]
        ):
            sheet.fallen = True  # 降到36.8 says that it is lower, not that it is over
            return
        sheet.over([FEVER_WORD], whole=False)
        return
    start = scene.sentence.clause_start(token.start)
    near = _ended(scene, [t for t in scene.sentence.tokens if t.role == "symptom" and start <= t.start < token.start])
    everything = {*sheet.symptoms, *sheet.past, *sheet.doubted}
    sheet.over(near or everything, whole=not near)
    if near:
        sheet.recovered = True


_ON = re.compile(r"还(?:是|有|在)?|仍|依旧|依然")


def _ended(scene: Scene, near: Sequence[Hit]) -> list[str]:
    """What is over: 喉咙还是有点痛咳嗽倒是没有了 leaves the throat as it is."""
    lasting = [
        n for n, t in enumerate(near[:-1]) if _ON.search(scene.plain, max(scene.sentence.start, t.start - 4), t.end)
    ]
    return [t.value for t in near[lasting[-1] + 1 :]] if lasting else [t.value for t in near]


def _still(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if sheet.past:
        sheet.symptoms.update(sheet.past)
        sheet.past.clear()
    if "烧" in scene.plain[token.start : token.end] or "退" in scene.plain[token.start : token.end]:
        sheet.symptoms[FEVER_WORD] = None
    elif not sheet.symptoms and re.search(r"[好愈复缓轻消]", scene.plain[token.start : token.end]):
        sheet.complaint = True


def _better(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    word = scene.plain[token.start : token.end]
    if word in ("不太", "不大", "不怎么", "不那么", "没那么", "不是很", "稳定", "不错"):
        after = scene.plain[token.end : scene.sentence.clause_end(token.end)]
        if not re.match(
            r"(?:咳|烧|疼|痛|难受|舒服|流|拉|吐|喘|晕|闷|堵|塞|好|明显|严重|厉害|发烧|发热|恶心|酸|正常|精神)",
            after,
        ):
            return
    if sheet.symptoms or sheet.past or sheet.complaint or sheet.past_complaint:
        rest = scene.plain[token.end : scene.sentence.end]
        if not re.search(r"但?还(?:在|是|有)|仍", rest) or not sheet.symptoms:
            sheet.better = True
        sheet.symptoms.update(sheet.past)
        sheet.past.clear()
    elif word not in ("稳定", "改善", "控制住", "少了", "缓和"):
        sheet.better = True


NOTES: dict[str, Callable[[Scene, Sheet, Hit, State], None]] = {
    "symptom": _symptom,
    "denied_pair": _denied_pair,
    "open": _open,
    "unclear": _unclear,
    "generic": _generic,
    "well": _well,
    "fine": _fine,
    "chronic": _chronic,
    "diagnosis": _diagnosis,
    "isolation": _isolation,
    "released": _released,
    "gone": _gone,
    "still": _still,
    "better": _better,
}
"""What to note for a word, by its role."""
