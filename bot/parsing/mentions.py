"""Where a sentence names people (mentions): known names, 旷国平代表, 小王, and what looks like a name.

Called by `bot.parsing.persons` for one sentence, with its words of the rules and its temperatures. A name that nobody
knows counts where something that one says of a person stands before it or behind it.
"""

from __future__ import annotations

import re

from bot.parsing import names
from bot.parsing.document import Document, between
from bot.parsing.lexicon import Hit

_AFTER_NAME = re.compile(
    r"(?:人大)?(?:代表|同志|主任|主席|老师|书记|医生|局长|镇长|乡长|县长|支书|村长|先生|女士|委员|律师)?(?:本人|自己)?(?:\((?:代|本人|代报|本人报|自报|已?电话[^)]{0,4})\))?(?:的|家|他|她)*"
)
_BEFORE_NAME = re.compile(
    r"(?:^|除了?|[\s,、:;。!?()\"'“”>\n\t|/+*·]|代表|同志|主任|师傅|支书|书记|的|[室科局组村所站班队厂镇乡部处县区团社]|代为|代替|代报|替报|帮报|转报|代|替|帮|报|转告|转达|我是|分别[是为]|本人|叫|名叫|我叫|和|与|及|跟|\d[.、)]|今天|今日|今早|昨天|昨晚|前天|我(?:弟弟?|哥哥?|姐姐?|妹妹?|爱人|老婆|老公|儿子|女儿|爸|妈|父亲|母亲|同事|同学|丈夫|妻子|先生|侄[子女]|舅舅?|叔叔?)|单位|同事|老代表|村代表|组长|支书|村长|书记|老师|℃|度|健康|正常|良好)$"
)
_LAST_BEFORE_NAME = frozenset(
    ",、:;。!?()\"'“”>|/+*·表志任傅书记的室科局组村所站班队厂镇乡部处县区团社为替报帮代告达是人叫和与及跟."
    "位除了天日早晚弟哥姐妹婆公子儿爸妈亲事学夫生女侄舅叔友长师℃度康常好小老"
)
"""What `_BEFORE_NAME` can end with, and 小 and 老."""
_SURE_NAME = re.compile(
    r"(?:代表|同志|师傅|支书|书记|代|替|代报|替报|帮|帮报|转报|我是|本人|我叫|同事|爱人|我[弟哥姐妹])$"
)
_ROW = re.compile(
    r"(?:^|(?<=[\s:;,。、\n]))(?![\u4e00-\u9fff]{0,3}(?:[体温度早晚午今昨后左右是量测报了我他她你家组团均都]|[每白前当全两几]天))([\u4e00-\u9fff]{2,4})[\s:]{0,2}(?=(?:3[5-9]|4[0-2])[.·]\d(?!\d))"
)
_ODD_NAME = re.compile(
    r"(?:^|[\s,:;、。]|[代替帮])(?![\u4e00-\u9fff]*[的们各每位个届级省市县区镇乡村职国全请是和与等人])([\u4e00-\u9fff]{3})$"
)
"""A name whose family name no list has, in front of its title: 黑有才代表."""
_ASKED_FOR = re.compile(r"[代替帮][^,。:;]{1,7}的$")
_AFTER_TITLE = re.compile(
    r"\s?(?:\d{2}|[三体咳发烧无没不在正健都也已转头嗓腹拉干胸呕]|(?:今[天早日晨]|昨[晚天夜]|早上)(?!我))"
)
_TO_A_TITLE = re.compile(rf"[向给跟][\u4e00-\u9fff]{names.TITLE.pattern}(?:报告|汇报|反映|请示|说)")
_NEXT_TITLE = re.compile(rf"\d[^\n]{{0,12}}[\u4e00-\u9fff]{names.TITLE.pattern}\s?:?\s?\d{{2}}")
_AFTER_FAMILIAR = re.compile(r"\s?(?:今[天早]|昨晚)?(?:体温|咳|发[烧热]|正常|健康|[:]?\s?3[5-9]|[:]?\s?4[0-2])")
_AFTER_CALL = re.compile(r"\s?[:,]?\s?(?:体温)?\d{2}")
_FINDINGS = frozenset(
    {"symptom", "open", "well", "fine", "temp", "diagnosis", "isolation", "generic", "denied_pair", "gone"}
)
_TELLING = _FINDINGS | {"topic", "neg", "thermometer", "present", "affirm", "past", "recent"}
_BEFORE_A_NAME = frozenset({"well", "fine", "symptom", "kin", "neg"})
_GOES_ON = (
    "在",
    "人在",
    "男",
    "女",
    "今",
    "昨",
    "已",
    "体",
    "自",
    "两位",
    "三位",
    "四位",
    "几位",
    "等",
    "他",
    "她",
    "两人",
    "三人",
    "四人",
    "五人",
    "几人",
    "三个人",
    "两个人",
    "四个人",
    "五个人",
    "几个人",
    "俩",
    "均",
)
_TITLES = ("代表", "代表今天", "同志", "老师", "主任", "书记", "支书")


_RESPECT = r"(?:老代表|大爷|大妈|大娘|大叔|大婶|大伯|大哥|大姐|奶奶|爷爷|婆婆|阿姨|叔叔|伯伯|嫂子|婶子|老)"
_RESPECTED = re.compile(rf"(.){_RESPECT}[^。!?\n\d]{{0,10}}?(?<=[爷妈娘叔婶伯哥姐奶婆姨嫂子老表:,( ])\1[\u4e00-\u9fff]")
_IN_FULL = re.compile(rf"([\u4e00-\u9fff]){_RESPECT}(?:[^。!?\n\d]{{0,8}}[:,( ])?$")
"""傅大爷傅炳坤, 汪老代表报个平安:汪维岳: who is meant is named in full behind."""


class Mentions:
    """The names in one sentence.

    Args:
        tokens: its words of the rules.
        covered: where its temperatures stand.
        listed: in a line of a list, whose owner is known.
    """

    __slots__ = ("_covered", "_document", "_end", "_found", "_listed", "_plain", "_start", "_tokens")

    def __init__(
        self,
        document: Document,
        start: int,
        end: int,
        *,
        tokens: list[Hit],
        covered: list[tuple[int, int]],
        listed: bool = False,
    ) -> None:
        self._document, self._plain = document, document.plain
        self._start, self._end = start, end
        self._tokens, self._covered = tokens, covered
        self._found: list[Hit] = []
        self._listed = listed

    def find(self) -> list[Hit]:
        """All names, in no order."""
        document, plain, end = self._document, self._plain, self._end
        if document.known:
            known = document.known_between(self._start, end)
            self._found += [Hit(a, b, "name", plain[a:b], "roster") for a, b in known if b <= end]
        if "title" in document.felt:
            self._titled()
        if self._covered and not self._listed:
            self._in_rows()
        taken = [(h.start, h.end) for h in self._found] if self._found else ()
        free = self._start
        for surname in document.rules.names.pattern.finditer(plain, free, end):
            position = surname.start()
            if position < free or not self._has_room(position):
                continue
            if taken and any(a <= position < b for a, b in taken):
                continue
            begin, stop = self._familiar(position) or (position, self._end_of(position))
            if stop > position:
                self._found.append(Hit(begin, stop, "name", plain[begin:stop], "names"))
                free = stop
        if not self._found:
            return []
        return [hit for hit in self._found if not (hit.end - hit.start == 2 and _TO_A_TITLE.match(plain, hit.start))]

    def _in_rows(self) -> None:
        """龙在天 36.4;寻梦 36.5: names of a row, some of which no list of family names has."""
        document, rules = self._document, self._document.rules.names
        start, end = self._start, self._end
        low, high = max(0, start - 120), min(len(self._plain), end + 120)
        if self._plain.count(".", low, high) + self._plain.count("·", low, high) < 2:
            return
        rows = [found.span(1) for found in _ROW.finditer(self._plain, low, high)]
        if len(rows) < 2:
            return
        hits = [h for h in between(document.health, low, high) if h.end - h.start >= 2]
        rows = [
            (a, b)
            for a, b in rows
            if self._plain[a:b] not in rules.not_names
            and not any(h.start < b and a < h.end for h in hits)
            and not any(at in document.places for at in range(a, b))
        ]
        known = any(names.length_at(self._plain, a, b, rules, ()) == b - a for a, b in rows)
        if not known or len(rows) < 2:
            return
        for a, b in rows:
            if start <= a and b <= end and not any(a < f.end and f.start < b for f in self._found):
                self._found.append(Hit(a, b, "name", self._plain[a:b], "names"))

    def _titled(self) -> None:
        """Names in front of a title: 旷国平代表."""
        document, plain, found = self._document, self._plain, self._found
        known = len(found)
        for token in self._tokens:
            if token.role != "title" or plain[token.start : token.end] not in _TITLES:
                continue
            begin = names.before_title(plain, self._start, token.start, document.rules.names, document.segmenter.words)
            if begin == token.start and (odd := _ODD_NAME.search(plain, max(self._start, begin - 9), begin)):
                inside = any(t.start < begin and t.end > odd.start(1) and t.end - t.start > 1 for t in self._tokens)
                if not inside and _AFTER_TITLE.match(plain, token.end):
                    begin = odd.start(1)
            if begin < token.start and not any(begin < f.end and f.start < token.start for f in found[:known]):
                found.append(Hit(begin, token.start, "name", plain[begin : token.start], "names"))

    def _has_room(self, position: int) -> bool:
        """Whether what stands before a family name lets it be one; rules out most, and cheaply."""
        if position == self._start:
            return True
        last = self._plain[position - 1]
        return last in _LAST_BEFORE_NAME or last.isspace() or self._ended(position) or self._in_full(position)

    def _ended(self, position: int) -> bool:
        """Whether a temperature or a word after which a name may follow ends at a place: 36.5张三, 健康李四."""
        if any(end == position for _, end in self._covered):
            return True
        return any(t.end == position and t.role in _BEFORE_A_NAME for t in self._tokens)

    def _familiar(self, position: int) -> tuple[int, int] | None:
        """小王 or 老李 with what one says of a person right behind."""
        plain, begin = self._plain, position - 1
        if begin < self._start or plain[begin] not in "小老" or plain[position] in "干时年家字于房便":
            return None
        if self._document.sender_plain.startswith(plain[position]):
            return None
        if begin > self._start and plain[begin - 1] not in " ,、:;。\n":
            return None
        if not _AFTER_FAMILIAR.match(plain, position + 1) or any(
            t.start <= begin and position < t.end and t.end - t.start >= 2 for t in self._tokens
        ):
            return None
        return begin, position + 1

    def _end_of(self, position: int) -> int:
        """Where the name ends that begins with the family name at a place; the place itself where none does."""
        document, plain, end = self._document, self._plain, self._end
        if plain[position] in "和与" and any(
            t.start == position + 1 and t.role in ("kin", "self") for t in self._tokens
        ):
            return position
        before = plain[max(self._start, position - 9) : position]
        if any(h.end <= position <= h.end + 2 and plain[h.end : position] in ("代表", "同志") for h in self._found):
            return position
        if self._named_in_full(position):
            return position
        full = self._in_full(position)
        if before and not full and not _BEFORE_NAME.search(before) and not self._ended(position):
            return position
        titled = names.TITLE.match(plain, position + 1, end)
        if titled and _told_of(plain, position, titled.end(), self._start):
            return titled.end()  # 王镇长咳嗽: whom staff will know
        sure = (before != "" and bool(_SURE_NAME.search(before))) or full or self._is_senders(position)
        borders = names.Either(document.borders, {a for a, _ in self._covered}) if self._covered else document.borders
        length = names.length_at(plain, position, end, document.rules.names, borders, sure=sure)
        if sure and not length:
            length = names.by_words(plain, position, end, document.segmenter.words)
        return position + length if length and self._spoken_of(position, position + length, sure=sure) else position

    def _named_in_full(self, position: int) -> bool:
        """Whether 傅炳坤 stands behind the 傅大爷 that begins here."""
        found = _RESPECTED.match(self._plain, position, self._end)
        if found is None:
            return False
        document, begin = self._document, found.end() - 2
        return names.length_at(self._plain, begin, self._end, document.rules.names, document.borders, sure=True) >= 2

    def _in_full(self, position: int) -> bool:
        """Whether 傅大爷 stands before 傅炳坤."""
        before = self._plain[max(self._start, position - 14) : position]
        if self._plain[position] not in before:
            return False
        found = _IN_FULL.search(before)
        return found is not None and found[1] == self._plain[position]

    def _is_senders(self, position: int) -> bool:
        """Whether the sender's own name begins at a place."""
        document, name = self._document, self._plain[position : position + 3]
        return name[:1] in document.sender_plain and (document.is_sender(name) or document.is_sender(name[:2]))

    def _spoken_of(self, start: int, stop: int, *, sure: bool) -> bool:
        """Whether what looks like a name is followed by what one says of a person."""
        document, plain, end, tokens = self._document, self._plain, self._end, self._tokens
        if any(t.start < stop and t.end > start and t.end - t.start >= 2 and t.role != "proxy" for t in tokens):
            longest = max((t.end - t.start for t in tokens if t.start < stop and t.end > start), default=0)
            if stop - start == 3 > longest and re.match(r"[\s:]{0,2}(?:3[5-9]|4[0-2])[.·]\d", plain[stop : stop + 7]):
                return plain[stop - 1] not in "早晚午上下"
            if longest >= stop - start or not sure:
                return False
        titled = _AFTER_NAME.match(plain, stop, end)
        after = titled.end() if titled else stop
        if sure or after > stop or document.is_sender(plain[start:stop]):
            return True
        if stop - start == 3 and any(t.role == "kin" and t.start == stop for t in tokens):
            return True
        if _ASKED_FOR.search(plain, max(0, start - 10), start) and re.match(
            r"代?(?:上?报|填|发)|[说讲]一[声下]", plain[stop : stop + 3]
        ):
            return True
        if plain[start - 1 : start] == "(" and plain[stop : stop + 1] == ")":
            return True
        if plain[start - 1] in "、和及" and self._found and self._found[-1].end == start - 1:
            return True  # the last of a row: 李大力、王小明
        if after >= end:
            return False
        rest = plain[after:end].lstrip(" ,:、(\t|")
        at = end - len(rest)
        if any(a == at for a, _ in self._covered):
            return True
        if plain[stop : stop + 1] in "、和及" and names.length_at(
            plain, stop + 1, end, document.rules.names, document.borders
        ):
            return True
        return any(t.start == at and t.role in _TELLING for t in tokens) or rest.startswith(_GOES_ON)


def _told_of(plain: str, position: int, stop: int, start: int) -> bool:
    """Whether a family name with a title is spoken of and not called upon: 王镇长咳嗽, but not 王镇长,咳嗽."""
    if plain[position + 1 : stop] == "总":
        return bool(_AFTER_CALL.match(plain, stop)) and plain[stop : stop + 1] not in ",:"
    inner = position > start or bool(_NEXT_TITLE.search(plain, stop, stop + 30))
    if _AFTER_TITLE.match(plain, stop):
        return inner or plain[stop : stop + 1] != " "
    return inner and bool(_AFTER_CALL.match(plain, stop))
