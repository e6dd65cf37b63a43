"""Words of illness that tell of none: figures of speech, medicines, what is ordered of others (figures).

Called by `bot.parsing.findings` for a symptom or complaint. A thing counts as a figure of speech only where its cause
is work or paper and nothing else in the sentence speaks of illness; else the symptom stands.
"""

from __future__ import annotations

import re

from bot.parsing.lexicon import Hit
from bot.parsing.polarity import Sentence
from bot.parsing.temperature import FEVER

_AFFAIR = (
    r"(?:表|破网|视频会|视频|数据|群里|消息|会议|开会|作业|网课|报告|报表|方案|材料|文件|名单|系统|网速|价格?|这点事|的事|电话|账|手续|合同|资金|贷款|口罩|货款|订单|物流|快递|统计|通知|工作|任务|"
    r"房租|工资|招工|复工|缺口|指标|台账|软件|程序|密码|验证码|官司|纠纷|矛盾|捐款|题|娃的|调皮|吵架)"
)
_WEARY = re.compile(
    r"(?:[卡等拖耗改看听想吵愁催算写填查问数对核报念背抄盯追催逼磨缠闹烦气急讲说谈弄搞整害]|折腾|统计|协调)得(?:我|人|我们|大家|俺|咱|她|他)?(?:们|都|直|真|好|也|就|快|要|实在|脑壳都?)*$"
)
_MADE = re.compile(r"(?:让|叫|使|令|搞得|弄得|整得|害得)(?:我|人|我们|大家|俺|咱)(?:们|都|直|真|好|也|就|很)*$")
_WHENEVER = re.compile(
    r"(?:一(?:听|说|想|看|提|见|碰)[到起见]?|听[到见]|说[起到]|提[起到]|想[起到]|看[到见]|遇到|碰到)[^。!?]{0,14}就[^,]{0,3}$"
)
_FOR_THE_SAKE = re.compile(rf"(?:为了?|因为)[^,]{{0,8}}{_AFFAIR}[^,]{{0,6}}$")
_TO_DEATH = re.compile(r"(?:死了|死我|死人|炸了?|得要死|不已|得紧)")
_TILL = re.compile(r"[填看听写背抄改催吵]到(?:我|人)?(?:都|快|要|真)?$")
_REMEDY = re.compile(
    r"\s?(?:[、和及]?(?:发烧|发热|咳嗽|感冒|头疼|头痛|腹泻|拉肚子))*(?:的?药(?!都?不管|没用)|(?:防护|防控|预防|防治|诊疗)(?:知识|手册|指南|指引|问答|常识|方案|二十问|\d+问)|糖浆|冲剂|颗粒|胶囊|喷雾|贴(?!着)|诊室|通道|筛查|监测|疫苗|咨询|防治|专用|知识|科普)"
)
_CURES = re.compile(r"(?:能|可以?|专|主|用来|怎么|如何|哪里)(?:治|防|退|止)[^,。]{0,8}$")
_TAKEN = re.compile(r"[吃喝服打][了过]?[^,。]{0,6}$")
_ORDERED = re.compile(
    r"的(?:先(?!是)|及时|立即|马上|赶紧|一律|主动|应当|应该?|必须|尽快|不得(?!了)|务必|自觉|须|不要|不能[进参来到]|尽量|最好|别(?!提|说)|莫来|不用来|可以?[向找打]|由|统一|全部|都要|要(?!命|死|紧|不得)|请|,\s?(?:请|马上|立即|及时|赶紧|要(?:马上|及时|立即|主动|第一)|必须|一律|应)|同志|代表|人员?(?!是))"
)


def spoken(plain: str, sentence: Sentence, token: Hit) -> bool:
    """Whether a symptom or complaint is no report: 改得我脑壳疼, 咳嗽药, 发热的先去门诊."""
    before = plain[max(sentence.start, token.start - 16) : token.start]
    if (_REMEDY.match(plain, token.end, sentence.end) or _CURES.search(before)) and not _TAKEN.search(before):
        return True
    if (
        token.value == "发热"
        and _COOKED.match(plain, token.end, sentence.end)
        and plain[token.start : token.end] in _BURNT
    ):
        return True
    if token.value == "发热" and _HEATED.search(before):
        return True
    if _only_clears_throat(plain, sentence, token):
        return True
    if _RULED.match(plain, token.end, sentence.end) and not any(t.role in ("self", "temp") for t in sentence.tokens):
        return True
    if "蔫" in plain[token.start : token.end] and _WILTED.search(before):
        return True
    if _NONE_MET.search(before) or _MAKES_ONE.search(before):
        return True
    if _of_nobody(plain, sentence, token, before):
        return True
    if _ORDERED.match(plain, token.end, sentence.end):
        return True
    return _sighs(plain, sentence, token) or _wearied(plain, sentence, token, before)


def _sighs(plain: str, sentence: Sentence, token: Hit) -> bool:
    """头疼,老师又布置作业了: the whole message is a sigh and what it is about."""
    if token.value != "头痛" or plain[: token.start].strip() or plain[sentence.end :].strip(" 。!~\n"):
        return False
    return (
        _SIGHED_AT.fullmatch(plain, token.end, sentence.end) is not None
        and sum(t.role in ("symptom", "open", "temp", "self") for t in sentence.tokens) == 1
        and not _ill_besides(plain, sentence, token)
    )


_SIGHED_AT = re.compile(
    r"(?:死了|啊|呀|哦|唉)*,(?:这?[老师领导上面级头娃孩子们学校他她它网]{0,4})?"
    r"(?:(?:作业|台账|表格?|材料|系统|网|视频|网课|账)?(?:又|还)(?:在|是)?(?:要|叫|让|布置|发|不写|没写|不做|催|断|卡|崩|掉线|重做|重填|改|填)+(?:我们?|一[个份张]|新的?|交|报|做|填|写)*"
    r"(?:作业|台账|表格?|材料|系统|网|网课|报表|统计)?|(?:这道?)?题(?:都|也)?(?:不会|做不[来出])(?:做|解)?)[了啊呀吗]*[\s!~]*"
)


def _of_nobody(plain: str, sentence: Sentence, token: Hit, before: str) -> bool:
    """Said of all and none: 别咳嗽一声就吓得要死, 为什么发烧会发抖, 看账户 浑身发冷."""
    if (
        _IN_GENERAL.match(plain, token.end, sentence.end)
        or (token.value == "寒战" and _WEATHER.search(before))
        or _LAUGHED.search(before)
    ):
        return True
    if _AS_A_RULE.match(plain, token.end, sentence.end) and "self" not in sentence.roles:
        return True
    if _SHUT_IN.fullmatch(plain[token.start : token.end]) and _AT_HOME.search(before) and token.value != "咳嗽":
        return True
    if _ABOUT_TO.search(before) and plain[token.start : token.end] in ("犯了", "病了", "生病"):
        return True
    if _MOVED_BY.search(plain, sentence.start, token.start) and not _ill_besides(plain, sentence, token):
        return True
    if _LISTED.match(plain, token.end, sentence.end) or _PREVENTS.search(before):
        return True
    if (_GENERALLY.search(before) and _WOULD.match(plain, token.end)) or (
        _NOT_FOR_ONE.search(before) and _BUT_ONCE.match(plain, token.end)
    ):
        return True
    if _MAY_NOT.search(before) and _NOT_DONE.match(plain, token.end, sentence.end):
        return True
    if "self" not in sentence.roles and _OF_ALL_TIMES.search(before) and _NO_JOKE.match(plain, token.end):
        return True
    return bool(
        (token.value in _SHIVERS and _AT_ACCOUNTS.search(before))
        or (not token.value and _HEARING.search(before))
        or (plain.startswith("犯", token.start) and _CRAVING.search(before))
    ) and not _ill_besides(plain, sentence, token)


_IN_GENERAL = re.compile(
    r"\s?(?:一般|通常|往往|大多|多半|不一定|不见得|不等于|不代表|也可能是|有可能是|的话|(?:初期|早期)?的?区别|跟新冠|和新冠|是常事|是常有的|没地方[去看]|没处[去看])"
)
"""感冒一般七天自己会好."""
_WEATHER = re.compile(r"(?:天气|气温|老天爷|鬼天)[^,。人我身]{0,3}$")
_LAUGHED = re.compile(r"笑[得到]?(?:我|人|大家|死|我们)?(?:都|直|要)?$")
_AS_A_RULE = re.compile(
    r"[^,。]{0,3}(?:3[789]|4[0-2])(?:\.\d)?\s?(?:度|℃)?\s?(?:以上|以下|及以上)[^,。]{0,2}(?:才|就[要得]|一律|再|方|者|的(?!样子|样|烧))"
)
"""发烧38度以上才给退烧药."""
_SHUT_IN = re.compile(r"闷得慌|憋得慌|闷得很|憋气|闷坏了?|闷|憋|闷得")
_AT_HOME = re.compile(r"(?:在家|家里|屋里|宅家|宅得?|关得?|待得?|呆得?|憋在|一个人|不能出门|没处去)[^,。胸心气]{0,5}$")
"""在家闷得慌: bored, not short of breath."""
_ABOUT_TO = re.compile(r"(?:都|快|又)(?:要|快要)?$")
_MOVED_BY = re.compile(
    r"(?:看|听|读|念|想|提)[^,。]{0,10}(?:新闻|视频|消息|报道|电影|电视剧?|故事|文章|走了|牺牲|去世|那段|数字|直播)[^。]{0,14}$"
)
"""看武汉的视频看得我直掉眼泪,胸口发堵."""
_HEATED = re.compile(
    r"(?:水|油|锅|炉|炉子|炭|汤|奶)$|(?:概念股?|股票|股市|股价|大盘|行情|楼市|房价|菜价|肉价|市场|电脑|手机|发动机|机器|电机|主板|电池|充电器?|插座|插头|线路|电线|轮胎|音箱|显卡|变压器|配电箱|路由器|电视机?|平板)[^,]{0,6}$"
)
_RULED = re.compile(
    r"(?:了)?(?:也|就|都|的)?(?:要|应|得|需|必须)(?:重视|注意|小心|警惕|及时|上报|报告|隔离|当心|就医|第一时间)|(?:也|就|都|了|的)?不能(?:返校|上学|入校|入园|大意|忽视|拖|硬扛)"
)
_NONE_MET = re.compile(r"(?:没|未)有?(?:查|碰|遇|测|见|接)[到出]?(?:一[个例位名]|有|任何)?$")
_MAKES_ONE = re.compile(r"(?:让|叫|令|使)人(?:直|都|很|真|好)?$|(?:手气|心里|心头|眼眶|情绪|生意|话题)[^,]{0,3}$")
_PREVENTS = re.compile(r"(?:能|可以?|来|用来|怎么|如何)防[^,。]{0,3}$")
_GENERALLY = re.compile(r"(?:问|讲|解释|科普|查|说)[^,。]{0,4}为(?:什么|啥)[^,。]{0,4}$")
_WOULD = re.compile(r"[^,。]{0,2}(?:会|就要)")
_NOT_FOR_ONE = re.compile(r"(?:^|[,\s])(?:都|大家|千万)?(?:别|莫|不要|不能)(?:人家|因为|听到|看见|为了|一)?$")
_BUT_ONCE = re.compile(r"(?:了)?(?:一|两)[声下]就")
_MAY_NOT = re.compile(r"(?:^|[,\s])(?:大家|各位|都|可|千万)*(?:别|莫|不要)(?:又|再|搞|着凉|受凉)?$")
_NOT_DONE = re.compile(r"了?\s?(?:[,。!~啊哦哈呀]|$)")
_OF_ALL_TIMES = re.compile(r"(?:这个?|这种)(?:时候|节骨眼|当口|关头)$")
_NO_JOKE = re.compile(r"(?:了)?(?:可|就|都|最|要|会|是|真)*(?:说不清|讲不清|划不来|不划算|难办)")
_AT_ACCOUNTS = re.compile(r"(?:股市|账户|余额|账单|股票|行情|工资条|油价|肉价|基金)[^,。]{0,10}$")
_SHIVERS = frozenset({"寒战", "头痛", "恶心", ""})
_HEARING = re.compile(r"听[^,。]{1,8}(?:唱歌?|讲话|念经|吼|拉琴|吹牛)[^,。]{0,4}$")
_CRAVING = re.compile(r"瘾又?$")
_LISTED = re.compile(r"(?:[、和及或][\u4e00-\u9fff]{2,4}){0,4}(?:等?症状)?(?:人员|患者|病人|名单|人数)")
_WILTED = re.compile(r"(?:苗|庄稼|麦子?|油菜|白菜|菜|叶子?|花|树|秧)[^。人我娃孩他她妈爸]{0,8}$")
_BURNT = frozenset(["烧", "烧了", "烧着", "烧起"])
_COOKED = re.compile(
    r"(?:了|着)?(?:一|两|几|个|点|些|壶|锅|盆|桶|桌子?|顿|开|好|的|大|热)*(?:菜|饭|水|鱼|肉|汤|炕|火(?!炭)|柴|纸|香|茶|煤|荒|秸秆|砖|锅|房|掉|毁|坏|山|炭)"
)


def _only_clears_throat(plain: str, sentence: Sentence, token: Hit) -> bool:
    """咳，又要填表."""
    alone = plain[token.start : token.end] == "咳" and plain[token.end : token.end + 1] in (",", "!")
    return (
        alone
        and not plain[sentence.start : token.start].strip()
        and all(t is token or t.role in ("self", "all", "other", "title", "present", "affirm") for t in sentence.tokens)
    )


def _wearied(plain: str, sentence: Sentence, token: Hit, before: str) -> bool:
    if token.value == "呼吸困难":
        return (
            plain[token.start : token.end] in _BREATHLESS
            and _PRESSED.search(before) is not None
            and _ill_less(plain, sentence, token)
        )
    if token.value not in ("头痛", "恶心", ""):
        return False
    return _of_affairs(plain, sentence, token, before) and not _ill_besides(plain, sentence, token)


def _of_affairs(plain: str, sentence: Sentence, token: Hit, before: str) -> bool:
    """Whether work or paper is what wearies: 改表改得我头疼."""
    if _WHENEVER.search(before):
        return True
    if token.value == "头痛" and _SENT_BACK.search(before) and _SIGH.match(plain, token.end, sentence.end):
        return re.search(_AFFAIR, plain[sentence.start : token.start]) is not None
    affair = re.search(_AFFAIR, plain[sentence.start : token.start]) is not None
    if token.value == "恶心":
        return affair and _TILL.search(before) is not None
    if _WEARY.search(before) or _FOR_THE_SAKE.search(before):
        return affair
    return affair and (_MADE.search(before) is not None or _TO_DEATH.match(plain, token.end, sentence.end) is not None)


_PRESSED = re.compile(r"[催逼追赶]得(?:我|人|我们|大家|俺|咱)?(?:们|都|直|真|好|快)*$")
_BREATHLESS = frozenset(["喘不过气", "透不过气", "喘不上气"])
_SENT_BACK = re.compile(
    r"(?:没通过|不通过|没批|退回|没过|改了|[几一二两三四五六七八九十]遍|催|打回)[^,。]{0,5}[,\s](?:真|好|真是)?$"
)
_SIGH = re.compile(r"(?:啊|呀|哟|死了?|哦|唉)?\s?(?:[\[!~]|$)")


def _ill_less(plain: str, sentence: Sentence, token: Hit) -> bool:
    """催材料催得我喘不过气: work stands before it, and nothing else tells of illness."""
    return re.search(_AFFAIR, plain[sentence.start : token.start]) is not None and not _ill_besides(
        plain, sentence, token
    )


_OF_ILLNESS = re.compile(r"药|不舒服|难受|医院|卫生院|昨晚|夜里|发[烧热]")


def _ill_besides(plain: str, sentence: Sentence, token: Hit) -> bool:
    if _OF_ILLNESS.search(plain, sentence.start, sentence.end):
        return True
    for other in sentence.tokens:
        if other.role == "temp" and other.value and float(other.value) >= FEVER:
            return True
        if other.role in ("symptom", "open") and other.value != token.value:
            return True
    return False
