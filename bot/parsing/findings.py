"""What each word of a health report puts on a person's sheet (findings).

`bot.parsing.health` knows whom a word is about and how it is meant; here stands what follows from that. One function
for each role a word can have, gathered in `NOTES`.

It is longer than most modules because there are that many roles; each function stands by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from bot.parsing.lexicon import Hit
from bot.parsing.polarity import Sentence, State
from bot.parsing.sheets import FEVER_WORD, Sheet
from bot.records import Diagnosis, Isolation


class Scene(NamedTuple):
    """Where a word stands.

    Args:
        listed: in a line of a list.
        reported: something has been reported by now.
    """

    plain: str
    sentence: Sentence
    listed: bool
    reported: bool


_BARE = re.compile(
    r"(?:[\s,、:+*~()\"'“”·.✅☑✔👌🆗👍💪😊😄🙏😷🌡🤒🤧\U0001F300-\U0001FAFF]|我们|我|本人|俺|额|咱|自己|人|今天|今日|今早|今晚|今晨|早上|晚上|上午|下午|中午|现在|目前|早|晚|昨天到今天|"
    r"都|均|全|很|蛮|挺|还|非常|也|亦|屋里|这边|这里|一直|一切|[娃崽伢他她爸妈爷奶哥弟姐妹儿女孙媳婆公岳父母口个子两三四]|视频里|电话里|看着?|各方面|方面|身体|体温|健康|状况|状态|情况|精神|是|的|呢|哈|啊|呀|了|哦|咧|哩|嘞|着|得|报告|汇报|报|组织|请放心|放心|勿念|谢谢关心|感谢关心|"
    r"大家好|大家早上好|各位|领导|好|全家|家人|家里|家里人|爱人|老婆|孩子|和|跟|与|及|老人|父母|其他|其它|别的|其余|另外|代表|同志|第[\d一二三四五六七八九十]+天|在家|没出门|未出门|未外出|没有外出|没外出|不外出)*"
)
_SUBJECTS = frozenset({"self", "kin", "name", "animal", "pronoun"})
_AT_WORK = re.compile(
    r"做后勤|后勤|保障|值班|上班|工作|执勤|值守|帮忙|服务|负责|送[饭餐菜物]|志愿|驻点|巡查|人员|的人|户|家庭|群众|对象"
)


_FIGURE = re.compile(r"(?:心里|听了|看得人?|看了|看着|想想|笑得|气得|急得|吓得|愁得|忙得|压得)[^,。]{0,4}$")


def somebody_elses(scene: Scene, token: Hit, state: State) -> bool:
    """腹泻的病人补液要及时; 电脑又发烫."""
    if (
        re.match(
            r"的(?:病人|患者|人(?!是)|同志|人员|老人|孩子要|村民|群众|居民|要|请|代表|段子|文章|视频|新闻|故事|消息)",
            scene.plain[token.end : token.end + 5],
        )
        and state is not State.DENIED
    ):
        return True
    if re.search(
        r"可能是新冠|早期信号|是新冠|典型症状|要警惕|要当心|等信号|这些症状的",
        scene.plain[token.end : scene.sentence.clause_end(token.end)],
    ):
        return True
    before = scene.plain[max(scene.sentence.start, token.start - 7) : token.start]
    if _FIGURE.search(before) or _in_title(scene.plain, scene.sentence, token):
        return True
    if animals(scene.sentence, token):
        return True
    word = scene.plain[token.start : token.end]
    if "冷得" in word and re.search(r"太阳|天气|降温|下雪|风大", scene.plain[scene.sentence.start : token.start]):
        return True
    return of_a_thing(scene.plain, scene.sentence, token)


def _in_title(plain: str, sentence: Sentence, token: Hit) -> bool:
    """《发烧了到底该不该去医院》."""
    return plain.rfind("《", sentence.start, token.start) > plain.rfind("》", sentence.start, token.start)


def of_a_thing(plain: str, sentence: Sentence, token: Hit) -> bool:
    """电脑又发烫, 炉子烧到38度."""
    word = plain[token.start : token.end]
    if "烫" not in word and "烧到" not in word:
        return False
    start = sentence.clause_start(token.start)
    return any(t.role == "not_body" and start <= t.start < token.start for t in sentence.tokens)


def animals(sentence: Sentence, token: Hit) -> bool:
    """我家那几头猪今天不吃食，还咳嗽."""
    nearest = next((t for t in reversed(sentence.tokens) if t.start < token.start and t.role in _SUBJECTS), None)
    return nearest is not None and nearest.role == "animal"


def _symptom(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    hurt = any(t.role == "chronic" for t in scene.sentence.tokens)
    if token.group == "health.pair.肌肉酸痛" and hurt:  # 摔了一跤腿疼
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
    if token.group.startswith("health.pair") and any(t.role == "chronic" for t in scene.sentence.tokens):
        return
    if state is State.DENIED:
        sheet.well = True
    elif state is State.POSSIBLE:
        sheet.possible = True
    elif state is State.PAST:
        sheet.past_complaint = True
    elif state is not State.LONG_PAST:
        sheet.complaint = True


def _generic(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if state is State.DENIED:
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


def _well(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if re.match(r"就好|才好|最好|就放心", scene.plain[token.end : token.end + 3]):
        return
    if state is State.DENIED:
        sheet.complaint = True
    elif state is State.AFFIRMED:
        sheet.well = sheet.said_well = True


def _fine(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    """正常, 健康, 好: only where the clause is about health or says nothing else."""
    start, end = scene.sentence.clause_start(token.start), scene.sentence.clause_end(token.start)
    start = max(start, scene.plain.rfind(":", start, token.start) + 1)
    tokens = [t for t in scene.sentence.tokens if start <= t.start < end]
    about = any(t.role in ("topic", "temp") and t.end <= token.start for t in tokens)
    bare = bool(_BARE.fullmatch(scene.plain[start : token.start])) and bool(
        _BARE.fullmatch(scene.plain[token.end : end])
        or any(t.role in ("temp", "fine", "well", "symptom", "neg") and t.start >= token.end for t in tokens)
    )
    word = scene.plain[token.start : token.end]
    if token.value == "weak" and not scene.listed:
        things = any(t.role == "not_body" for t in tokens)
        persons_near = (not things and any(t.role in ("temp", "topic") for t in tokens)) or any(
            t.role in ("self", "kin", "pronoun") and t.start < token.start for t in scene.sentence.tokens
        )
        bare = bare and (persons_near or scene.reported)
    if state is State.DENIED:
        if about or word in ("健康", "舒服"):
            sheet.complaint = True
    elif state is State.AFFIRMED and (
        bare
        or (
            (about and word not in ("可以", "好"))
            or (about and scene.plain[token.end : token.end + 1] in ",。 ")
            or (about and token.end == end)
        )
        or (scene.listed and word != "好")
    ):
        sheet.well = sheet.said_well = True


def _diagnosis(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    found = Diagnosis(token.value)
    after = scene.plain[token.end : token.end + 6]
    if (
        re.search(r"[例名位]\s?$", scene.plain[max(scene.sentence.start, token.start - 3) : token.start])
        and not scene.listed
    ):
        return
    if re.match(
        r"病例|病人|患者|者|的人|人员|出院患者|出院的|的患者|的病|的[\u4e00-\u9fff]某|\s?\d+\s?例|/|栏|人数", after
    ):
        return
    clause = scene.plain[scene.sentence.clause_start(token.start) : token.start]
    if re.search(r"[例名位](?:疑似|确诊)", clause) and not scene.listed:
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


def _isolation(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if state in (State.DENIED, State.LONG_PAST):
        sheet.well = sheet.well or state is State.DENIED
        return
    value = token.value
    if re.match(r"户|人员|对象|家庭|群众|的人|的户", scene.plain[token.end : token.end + 2]):
        return
    if value in ("集中", "?") and _AT_WORK.search(scene.plain, token.end, min(token.end + 10, scene.sentence.end)):
        return
    if value in ("?", "居家"):
        start, end = scene.sentence.clause_start(token.start), scene.sentence.clause_end(token.start)
        places = [t.value for t in scene.sentence.tokens if t.role == "isolation_place" and start <= t.start < end]
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
    sheet.isolation = None
    sheet.well = True


def _gone(scene: Scene, sheet: Sheet, token: Hit, state: State) -> None:
    if state is State.PAST and not any(t.role == "temp" for t in scene.sentence.tokens):
        state = State.AFFIRMED
    before = scene.plain[max(scene.sentence.start, token.start - 2) : token.start]
    if re.search(r"[没未不]有?$", before):
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
    near = [t.value for t in scene.sentence.tokens if t.role == "symptom" and start <= t.start < token.start]
    everything = {*sheet.symptoms, *sheet.past, *sheet.doubted}
    sheet.over(near or everything, whole=not near)
    if near:
        sheet.recovered = True


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
