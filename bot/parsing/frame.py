"""What frames a message: commands, quotes, forwards, receipts and withdrawals (frame).

Called by `bot.parsing.parse` before anything else is read, and by `bot.parsing.prose` for a sentence.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.parsing.document import Document, between
from bot.parsing.names import TITLE
from bot.records import Ack, Command, Retract

_COMMAND = re.compile(r"/(?P<name>[^\s/\\.:,。、?!()\"'<>|]+)(?=\s|$)(?P<rest>.*)", re.DOTALL)
_QUOTE = re.compile(
    r"\s*[「『\"“](?P<speaker>[^:」』\n]{1,30}):(?P<said>[^」』]*)[」』\"”]\s*(?P<dash>\n[ \-_=~]{5,}\s*\n|\n|$)",
    re.DOTALL,
)
_DASHED = re.compile(r"^(?P<speaker>[^:\n]{1,30}):(?P<said>[^\n]*)\n[ \-_=~]{5,}\s*\n")
_ALONE = re.compile(r"\s*(?:扣?1+|\+1|(?:好的?|嗯+|ok|行)[\s,。!~]*(?:好的?|嗯+|ok|行)?)[\s。!~]*")
_ASIDE = re.compile(r"[\s,。.!~;:?、()*+\-\U0001F300-\U0001FAFF\u2600-\u27bf]*")
_ACK_REST = re.compile(
    r"(?:[\s,。.!~;:、()【】\[\]*+\-\U0001F300-\U0001FAFF\u2600-\u27bf]|谢谢|感谢|多谢|辛苦|了|您|你|领导|主任|大家|各位|通知|信息|消息|啦|哈|呢|哦|的|呀|嘞|马上|立即|立刻|按要求|按通知|照办|执行|落实|办理|转达|传达|转发|安排|已|会|我们?|这就|"
    r"好的|好|嗯|ok|遵照|准时|参加|到会|报送|上报|填报|去办|知道|明白|及时|一定|尽快|今天|明天|下午|上午|晚上|之前|前|即|将|请放心|放心|回复|收悉|代表|同志|县|市|区|乡|镇)*"
)
_NOT_ACK_BEFORE = re.compile(
    r"(?:没有?|未|还没有?|尚未|刚|请|有没有|是否|都|如|凡|谁|哪|等|才|怎么|看到|后|若|望|\?)\s?$"
)
_ACK_AFTER_BAD = re.compile(
    r"\s?(?:请|后|货|钱|款|物|口罩|快递|捐|短信|多少|没|吗|吧|么|否|的请|了吗|了吧|了么|了否|了没|不|举报|来自|一|\d|几|很多|的(?!$)|以后|什么|物资|材料|红包|礼|表|邮|答复|回音|锦旗|感谢信|问题|反映|意见|建议)"
)


class Quote(NamedTuple):
    """A quoted message before a reply: who said it, what, where the reply begins, and what was said as written."""

    speaker: str
    said: str
    end: int
    visible: str = ""


def command(document: Document, under: Quote | None = None) -> Command | None:
    """A staff command, where the message is one: any /word that stands first, or first under a quote."""
    plain = document.plain
    if "/" not in plain:
        return None
    start = under.end if under else 0
    start += len(plain) - start - len(plain[start:].lstrip())
    mention = re.match(
        rf"@(?:{'|'.join(map(re.escape, document.context.bot_names))})[\s:,]*", plain[start : start + 40]
    )
    if mention:
        start += mention.end()
    found = _COMMAND.match(plain, start)
    if found is None:
        return None
    visible = document.text.visible
    name = visible[found.start("name") : found.end("name")]
    rest = visible[found.start("rest") : found.end("rest")].strip()
    return Command(
        source=document.visible(0, len(plain)),
        name=name,
        args=tuple(rest.split()),
        rest=rest,
        rules=("command",),
        quoted=(under.speaker, under.visible) if under else None,
    )


def quote(document: Document) -> Quote | None:
    """The quote that a reply stands under."""
    plain = document.plain
    if "\n" not in plain and not plain.lstrip().startswith(("「", "『", '"', "“")):
        return None
    found = _QUOTE.match(plain[:4000]) or _DASHED.match(plain[:4000])
    if found is None:
        return None
    speaker = document.text.visible[found.start("speaker") : found.end("speaker")].strip()
    visible = document.text.visible[found.start("said") : found.end("said")].strip()
    return Quote(speaker, plain[found.start("said") : found.end("said")], found.end(), visible)


_KIN_ASKED = re.compile(
    r"[你您](?:的|家的?)?(爱人|老婆|老公|妻子|丈夫|媳妇|老伴|母亲|妈妈?|父亲|爸爸?|岳父|岳母|公公|婆婆|儿子|女儿|孩子|娃娃?|小孩|孙子|孙女|哥哥?|姐姐?|弟弟?|妹妹?|家人|老人)(?!们?群|家|和|跟|与|都|单位|学校)"
)
_SELF_ASKED = re.compile(r"[你您](?:今天|现在)?(?:自己|本人|体温|身体|呢|好|怎么|和|跟|与|们)")


def asked_kin(quote: Quote) -> str:
    """The relative whom a quote asks about: 你爱人好些了吗."""
    found = _KIN_ASKED.search(quote.said)
    return found[1] if found and not _SELF_ASKED.search(quote.said) else ""


_ASKS = re.compile(r"[?]|吗|呢|没有?\s*$|怎么样|怎样|咋样|如何|几度|多少|好些|情况")


def asks_of_third(quote: Quote, name: str, sender: str) -> bool:
    """Whether a quote asks about somebody who is not spoken to: not 薛代表, of one called 薛."""
    if len(name) > 1 and TITLE.match(name, 1) and sender.startswith(name[0]):
        return False
    return bool(_ASKS.search(quote.said)) and not re.search(r"[你您@]", quote.said)


_PAPER = re.compile(r"\s*【[^】\n]{1,8}(?:日报|晚报|早报|新闻|电视台|融媒体?|在线|发布)】")


def forwarded(document: Document, start: int, end: int) -> bool:
    """Whether a message passes on what others wrote."""
    if _PAPER.match(document.plain, start, min(end, start + 24)):
        return True
    if "forward" not in document.framed:
        return False
    lead = next((i for i in range(start, end) if not document.plain[i].isspace()), end)
    marks = [hit for hit in between(document.frame, start, min(end, lead + 60)) if hit.role == "forward"]
    if not marks:
        return False
    first = marks[0]
    word = document.plain[first.start : first.end]
    if word.startswith(("【", "[", "(", "转", "快讯", "讣告", "最新", "疫情通报", "扩散")):
        return first.start <= lead + 1
    if word == "刚看到" and document.plain[first.end : first.end + 1] in (",", "!", "。", "~", ";"):
        return False  # the reminder was just seen, and here is the answer to it
    own = any(h.role == "self" for h in between(document.health, start, end)) and document.temperatures(start, end)
    if word in ("听说", "据悉", "刷到", "刚看到", "看到一则", "网上看到", "网上说") and own:
        return False
    if word in _SEEN and _OF_MYSELF.search(document.plain, first.end, min(end, first.end + 40)):
        return False  # 刚看到群里有人说我捐了5万,其实是4万5
    if first.start > lead + 3 and {"donate", "suggest"} & {hit.role for hit in between(document.voice, start, end)}:
        return word.startswith(("来源", "据", "新华社", "记者", "网传"))  # 昨天看新闻又追加了五千
    return first.start <= lead + 12 or word.startswith(("来源", "据", "新华社", "记者", "网传"))


_SEEN = frozenset({"听说", "刷到", "刚看到", "看到一则", "网上看到", "网上说"})
_OF_MYSELF = re.compile(r"(?:说|写|登|记|报|传)(?:成|的是?|了)?我(?!们?[省市县区镇乡村国])")


def is_alone(document: Document, start: int, end: int) -> str | None:
    """The group of a receipt that is the whole of a message: 好的, OK, 1."""
    plain = document.plain
    if end - start > 24:
        return None
    for hit in between(document.frame, start, end) if "ack_alone" in document.framed else ():
        alone = hit.role == "ack_alone" and _ASIDE.fullmatch(plain, start, hit.start)
        if alone and _ASIDE.fullmatch(plain, hit.end, end):
            return hit.group
    if _ALONE.fullmatch(plain, start, end):
        return "frame.ack-alone"
    return None


def ack(document: Document, start: int, end: int) -> Ack | None:
    """收到 and its kin in a sentence, as an answer to a notice."""
    plain = document.plain
    if "ack" not in document.framed:
        return None
    end = min(end, start + 200)
    for hit in between(document.frame, start, end):
        if hit.role != "ack":
            continue
        before = plain[start : hit.start]
        clause = max(before.rfind(","), before.rfind(" "), before.rfind("\n")) + 1
        stop = plain.find(",", hit.end, end)
        stop = end if stop < 0 else stop
        lead = _ACK_OPENS.sub("", before[clause:])
        if (
            _NOT_ACK_BEFORE.search(before[-4:])
            or re.search(r"请[^,]{1,8}$", before)
            or (lead and not _ACK_LEAD.fullmatch(lead))
        ):
            continue
        if _ACK_AFTER_BAD.match(plain, hit.end, end) or plain[end : end + 1] == "?":
            continue
        tail = plain[hit.end : stop]
        if before.strip(" \n【[(,") and len(before) > 12:
            continue
        if _ACK_REST.fullmatch(tail) or not re.search(r"[\u4e00-\u9fff]", tail[:1]) or len(tail) <= 6:
            return Ack(source=document.visible(start, stop), rules=(hit.group,))
    return None


_ACK_OPENS = re.compile(
    r"^(?:好的?|嗯+|ok|大家好|您好|主任|领导|@\S+|各位|[\s【\[(\U0001F300-\U0001FAFF\u2600-\u27bf])*"
)
_ACK_LEAD = re.compile(
    r"(?:我|本人|我们|[\u4e00-\u9fff]{2,6}(?:县|市|区|组|团|镇|乡|局|代表|联工委|人大)?|已经?|均|全部|通知|都)[:\s已]*"
)


def retract(document: Document, start: int, end: int) -> Retract | None:
    """A report taken back: 作废, 请忽略, 当没看见."""
    if "retract" not in document.framed:
        return None
    hits = between(document.frame, start, end)
    words = [hit for hit in hits if hit.role == "retract"]
    drafts = any(hit.role == "draft" for hit in between(document.voice, start, end))
    if not words or drafts or document.plain[end : end + 1] == "?":
        return None
    references = [hit for hit in hits if hit.role == "report_ref"]
    plain = document.plain
    for word in words:
        near = [h for h in references if -24 <= h.start - word.end <= 12 or 0 <= word.start - h.end <= 24]
        near = [h for h in near if h.start != word.start]
        alone = word.start - start <= 4 and _NOTHING_AFTER.match(plain, word.end, end)
        if not near and not (plain[word.start : word.end] in _STRONG_RETRACT and alone):
            continue
        if _NOT_A_REPORT.search(plain, start, word.start) and not _MY_REPORT.search(plain, start, word.start):
            continue
        if _HEARSAY.search(plain, start, end) or _is_proposed(plain, start, word.start, word.end, end):
            continue
        return Retract(
            source=document.visible(start, end),
            rules=(word.group, *dict.fromkeys(h.group for h in near)),
            subject=_whose(document, start, end),
            target=_target(plain[start:end]),
        )
    return None


def _is_proposed(plain: str, start: int, at: int, behind: int, end: int) -> bool:
    """建议取消收费: something else is to go; 我的建议取消 and 建议取消吧 take the suggestion back."""
    if _NOTHING_AFTER.match(plain, behind, end):
        return False
    if plain.endswith("建议", start, at):
        return not _MY_REPORT.search(plain, start, at - 2)
    proposed = _PROPOSES.match(plain, start, at)  # 建议交警取消那处抓拍
    return proposed is not None and not _MY_REPORT.search(plain, proposed.end(), at)


_PROPOSES = re.compile(r"(?:[\s,。]|我们?|个人|强烈|再次?|也|还)*(?:建议|提议|呼吁|恳请|请求)(?=[^,。:]{0,10}$)")
_NOT_A_REPORT = re.compile(
    r"转的|网传|官方|谣|光发|只发|仅发|旧|通知|二维码|链接|承诺书|文件|模板|口令|安排|方案|(?:登记|健康|统计|报送|汇总)?表(?:格|单)?(?:已经?|全|都|一律)*$|希望|应该?|要求|能否|规定|政策|条例|会议|公司|车票|合同|订单|表格|版本|附件|名单(?!里我)|千万|大家(?!别|请)|不能|不可|不容|容易"
)
_HEARSAY = re.compile(r"转的那|网传|辟谣|谣言|假消息|光发|只发")
_MY_REPORT = re.compile(r"我.{0,10}(?:那|刚|早上|前面|上|行|条|报|提|发)|那[条行]|上一?条|[前上]面|刚才|刚[发报]")
_NOTHING_AFTER = re.compile(r"[了吧哈啊呀哦掉它]{0,3}(?:一下|即可|就[好行])?(?:[\s,。!~;:]|我|是|因|刚|谢|$)")
_STRONG_RETRACT = frozenset(
    [
        "作废",
        "做废",
        "请勿采用",
        "忽略",
        "请忽略",
        "请大家忽略",
        "撤回",
        "先撤回",
        "当没看见",
        "当没看到",
        "不算数",
        "不作数",
        "当我没报",
        "当我没说",
        "撤销",
        "收回",
        "报错了请忽略",
    ]
)


_REPORTED_FOR = re.compile(
    r"[代替帮给][为忙]?(?:上报|报告|填报|报|填|转)?[了过]?(?!我|大家)"
    r"([\u4e00-\u9fff]{2,4}?)(?:代表|同志)?(?:上?报|填|写|发|的)"
)


def _whose(document: Document, start: int, end: int) -> str | None:
    found = _REPORTED_FOR.search(document.plain[start:end])
    if found:
        return document.visible(start + found.start(1), start + found.end(1))
    known = [(a, b) for a, b in document.known_between(start, end) if b <= end]
    others = [(a, b) for a, b in known if not document.is_sender(document.plain[a:b])]
    return document.visible(*others[0]) if others else None


def _target(sentence: str) -> str | None:
    for kind, pattern in (
        ("suggestion", "建议|意见"),
        ("deed", "捐|事迹"),
        ("health", "体温|健康|异常|发烧|咳|36|37|38"),
        ("problem", "问题"),
    ):
        if re.search(pattern, sentence):
            return kind
    return None
