"""PURE: a notice (通知) as staff write it, in a command or a file → its parts; all that is wrong told at once.

`handlers.commands.notices` and `liaison notice` hand in the text. A head of lines like 标题：…, then the words
themselves; in a file the head stands between two lines of `---`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import wording
from bot.clock import ZONE
from bot.errors import Refusal
from handlers.commands.arguments import read_day

_KEYS: Mapping[str, str] = {
    "对象": "audience",
    "发给": "audience",
    "主送": "audience",
    "audience": "audience",
    "标题": "title",
    "题目": "title",
    "title": "title",
    "截止": "deadline",
    "截止时间": "deadline",
    "deadline": "deadline",
    "回执": "receipt",
    "receipt": "receipt",
    "附件": "files",
    "files": "files",
    "紧急": "urgent",
    "urgent": "urgent",
}
_LINE = re.compile(r"\s*([\w\u4e00-\u9fff]{2,10})\s*[:：]\s*(.*?)\s*")
_FENCE = re.compile(r"\s*-{3,}\s*")
_YES = frozenset({"要", "是", "需要", "有", "yes", "true", "1"})
_NO = frozenset({"不要", "不", "否", "不用", "不需要", "无", "no", "false", "0"})
_TIME = re.compile(
    r"(?P<part>凌晨|早上|上午|中午|下午|晚上|晚)?\s*(?P<hour>\d{1,2})\s*(?:[:：]\s*(?P<minute>\d{2})|[点时](?:(?P<half>半)|(?P<past>\d{1,2})分?)?)?\s*"
)
_EVENING = 18
_LONGEST_TITLE = 60
_LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A notice as it was written; `deadline` is local, None where none is named."""

    audience: str
    title: str
    text: str
    deadline: datetime | None = None
    wants_ack: bool = True
    urgent: bool = False
    files: tuple[str, ...] = ()


@dataclass(slots=True)
class _Head:
    written: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def yes(self, key: str, *, otherwise: bool) -> bool:
        """Whether a line says yes."""
        number, said = self.written.get(key, (0, ""))
        if not said:
            return otherwise
        if said.casefold() not in _YES | _NO:
            self.faults.append(wording.notice_fault(number, wording.notice_yes_or_no(said)))
        return said.casefold() in _YES


def is_file(text: str) -> bool:
    """Whether a text is a notice with its head, as it stands in a file."""
    lines = text.lstrip("\ufeff \r\n").splitlines()
    if not lines or not _FENCE.fullmatch(lines[0]):
        return False
    for line in lines[1:20]:
        if _FENCE.fullmatch(line):
            return False
        if (found := _LINE.fullmatch(line)) and _KEYS.get(found[1].casefold()) == "audience":
            return True
    return False


def begins_with_head(text: str) -> bool:
    """Whether a text begins with a line of a head: 标题：…, or the line of `---` above one."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    found = _LINE.fullmatch(first)
    return _FENCE.fullmatch(first) is not None or (found is not None and found[1].casefold() in _KEYS)


def read(text: str, here: datetime, *, audience: str = "") -> Draft:
    """Reads a notice.

    Args:
        here: now, on a wall in China: what 明天 means, and what is over.
        audience: whom it is for where the text does not say.

    Raises:
        Refusal: it cannot be sent so; the text lists every fault, with its line.
    """
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    head = _Head()
    begin = _head(lines, head)
    title, body = _title_and_text(head, "\n".join(lines[begin:]).strip())
    audience = head.written.get("audience", (0, audience))[1]
    if not audience:
        head.faults.append(wording.notice_without_audience())
    if not body:
        head.faults.append(wording.notice_without_text())
    if len(body) > _LONGEST_TEXT:
        head.faults.append(wording.notice_too_long(len(body), _LONGEST_TEXT))
    deadline = _deadline(head, here)
    draft = Draft(
        audience=audience,
        title=title,
        text=body,
        deadline=deadline,
        wants_ack=head.yes("receipt", otherwise=True),
        urgent=head.yes("urgent", otherwise=False),
        files=tuple(name for name in re.split(r"[;；|]\s*|[,，、]\s*", head.written.get("files", (0, ""))[1]) if name),
    )
    if head.faults:
        raise Refusal(wording.notice_faults(head.faults))
    return draft


def _key_of(line: str) -> str | None:
    found = _LINE.fullmatch(line)
    return _KEYS.get(found[1].casefold()) if found else None


def _head(lines: list[str], head: _Head) -> int:
    """Reads the head; returns the number of the line where the words begin."""
    at = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    fenced = at < len(lines) and _FENCE.fullmatch(lines[at]) is not None
    if fenced:
        at += 1
    elif at + 1 < len(lines) and _key_of(lines[at]) is None and _key_of(lines[at + 1]) is not None:
        head.written["title"] = (at + 1, lines[at].strip())  # 关于…的通知, and 截止：… below it
        at += 1
    while at < len(lines):
        line = lines[at]
        if fenced and _FENCE.fullmatch(line):
            return at + 1
        found = _LINE.fullmatch(line)
        key = _KEYS.get(found[1].casefold()) if found else None
        if found is not None and key is not None:
            if key in head.written:
                head.faults.append(wording.notice_fault(at + 1, wording.notice_twice(found[1])))
            head.written[key] = (at + 1, found[2])
        elif not fenced:
            return at
        elif line.strip() and not line.lstrip().startswith("#"):
            head.faults.append(wording.notice_fault(at + 1, wording.notice_unknown_line(line.strip()[:20])))
        at += 1
    if fenced:
        head.faults.append(wording.notice_unfenced())
    return at


def _title_and_text(head: _Head, body: str) -> tuple[str, str]:
    """The title, else the first line where it can be one; a text of one line is its own title."""
    if "title" in head.written and head.written["title"][1]:
        number, title = head.written["title"]
        if len(title) > _LONGEST_TITLE:
            head.faults.append(wording.notice_fault(number, wording.notice_long_title(_LONGEST_TITLE)))
        return title, body
    first, _, rest = body.partition("\n")
    if rest.strip() and len(first) <= _LONGEST_TITLE and first.strip()[-1:] not in "：:，,。；;":
        return first.strip().lstrip("# "), rest.strip()
    return wording.excerpt(first, 20), body


def _deadline(head: _Head, here: datetime) -> datetime | None:
    number, said = head.written.get("deadline", (0, ""))
    if not said:
        return None
    moment = read_moment(said, here)
    if moment is None:
        head.faults.append(wording.notice_fault(number, wording.notice_which_deadline(said[:30])))
    elif moment <= here:
        head.faults.append(wording.notice_fault(number, wording.notice_deadline_over(moment)))
    return moment


def read_moment(said: str, here: datetime) -> datetime | None:
    """The local moment that somebody means: 明天18:00, 2月12日下午5点半, 2020-02-12 (its evening), 20:00 (today)."""
    said = re.sub(r"(?:之?前|以前|截止)$", "", said.strip())
    for at in range(len(said) + 1):
        day, wall = said[:at].strip(" ，,"), said[at:].strip()
        on = read_day(day, here.date()) if day else here.date()
        found = _TIME.fullmatch(wall) if wall else None
        if on is None or (wall and found is None) or not (day or wall):
            continue
        if found is None:
            return datetime(on.year, on.month, on.day, _EVENING, tzinfo=ZONE)
        if not re.search(r"[:：点时]", wall):
            continue  # a bare figure is no time: 2月12 is a day
        hour, minute = int(found["hour"]), 30 if found["half"] else int(found["minute"] or found["past"] or 0)
        if found["part"] in ("下午", "晚上", "晚") and hour < 12:
            hour += 12
        if hour == 24 and minute == 0:
            return datetime(on.year, on.month, on.day, tzinfo=ZONE) + timedelta(days=1)
        if hour > 23 or minute > 59:
            return None
        return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZONE)
    return None
