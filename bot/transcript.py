"""PURE: what a group wrote, as people copy it out of WeChat, and as group-day files hold it → utterances in order.

`handlers.commands.binding` (`/录入`) and `bot.replay` use it. It finds who said what and when, and reads no meaning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from bot.errors import BotError

_CHINA = timezone(timedelta(hours=8))
_DAY = r"(?P<year>\d{4})[-/年.](?P<month>\d{1,2})[-/月.](?P<day>\d{1,2})日?"
_TIME = r"(?P<half>凌晨|早上|上午|中午|下午|晚上)?\s?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
_RULER = re.compile(rf"^[—\-=\s]*{_DAY}(?:\s*星期.)?[—\-=\s]*$")
_NAME_DAY_TIME = re.compile(rf"^(?P<name>\S(?:.{{0,38}}\S)?)[:：]?\s+{_DAY}\s+{_TIME}$")
_NAME_TIME = re.compile(rf"^(?P<name>\S(?:.{{0,38}}\S)?)[:：]?\s+{_TIME}$")
_NAME_ALONE = re.compile(r"^(?P<name>[^:：\s][^:：]{0,38})[:：]\s*$")
_NAME_AND_WORDS = re.compile(r"^(?P<name>[^:：\s][^:：]{0,28})[:：]\s*(?P<words>\S.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Somebody's words.

    Args:
        sent_at: aware, or None where the copy gives no time.
        id: where the file gives one.
        by: the channel in which it was said to the bot alone; empty for what was said in the group.
    """

    sender: str
    text: str
    sent_at: datetime | None = None
    id: str | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was found in a pasted text; `unread` counts lines that belong to nobody."""

    said: Sequence[Utterance]
    unread: int = 0


_AHEAD = timedelta(minutes=5)
"""How far the clock of a phone may be ahead of ours."""


def read_copied(text: str, pasted_at: datetime, names: Collection[str]) -> Transcript:
    """Reads chat text as WeChat copies it.

    Args:
        pasted_at: when it was pasted. A time without a date is of that day, or of the day before if it was yet to come.
        names: names that may stand before a colon and the words on one line (张三：36.5); other such lines are words.
    """
    reader = _Reader(pasted_at, frozenset(names))
    for line in text.splitlines():
        reader.take(line)
    return reader.done()


class _Reader:
    def __init__(self, pasted_at: datetime, names: frozenset[str]) -> None:
        self._pasted_at, self._names = pasted_at, names
        self._on: date | None = None
        self._said: list[Utterance] = []
        self._speaker: tuple[str, datetime | None] | None = None
        self._lines: list[str] = []
        self._unread = 0

    def take(self, line: str) -> None:
        bare = line.strip()
        if found := _RULER.match(bare):
            self._close()
            self._on = _day_in(found) or self._on
        elif found := _NAME_DAY_TIME.match(bare) or _NAME_TIME.match(bare):
            self._open(found["name"], self._moment(found))
        elif (found := _NAME_ALONE.match(bare)) and (not self._lines or found["name"] in self._names):
            self._open(found["name"], None)
        elif (found := _NAME_AND_WORDS.match(bare)) and found["name"].strip() in self._names:
            self._open(found["name"], None)
            self._lines.append(found["words"])
        elif self._speaker is not None:
            self._lines.append(line.rstrip())
        elif bare:
            self._unread += 1

    def _moment(self, found: re.Match[str]) -> datetime | None:
        written = (_day_in(found) if "year" in found.groupdict() else None) or self._on
        moment = _at(found, written or self._pasted_at.astimezone(_CHINA).date())
        if moment is not None and written is None and moment > self._pasted_at + _AHEAD:
            return moment - timedelta(days=1)
        return moment

    def _open(self, name: str, sent_at: datetime | None) -> None:
        self._close()
        self._speaker = (name.strip(), sent_at)

    def _close(self) -> None:
        words = "\n".join(self._lines).strip()
        if self._speaker is not None and words:
            name, sent_at = self._speaker
            self._said.append(Utterance(sender=name, text=words, sent_at=sent_at))
        self._speaker, self._lines = None, []

    def done(self) -> Transcript:
        self._close()
        return Transcript(said=tuple(self._said), unread=self._unread)


def _day_in(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _at(found: re.Match[str], on: date) -> datetime | None:
    hour = int(found["hour"])
    if found["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    try:
        return datetime.combine(on, time(hour, int(found["minute"]), int(found["second"] or 0)), tzinfo=_CHINA)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMember:
    """One entry of a group-day's roster."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDay:
    """A group-day file: a room, its roster, and a day's messages in order."""

    room: str
    date: date
    roster: Sequence[DayMember]
    said: Sequence[Utterance]


class GroupDayError(BotError):
    """A group-day file that cannot be read; the text says in which line, and why."""


def read_group_day(name: str, lines: Iterable[str]) -> GroupDay:
    """Reads a group-day file (JSON Lines).

    Raises:
        GroupDayError: with the file's name and line.
    """
    head: GroupDay | None = None
    said: list[Utterance] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise GroupDayError(f"{name}:{number}：不是一行完整的 JSON。请检查文件是否被截断") from None
        if not isinstance(row, dict):
            raise GroupDayError(f"{name}:{number}：应为 {{…}} 形式的一行。请检查文件")
        if head is None:
            head = _head(name, number, row)
        elif "text" in row or "sender" in row:
            said.append(_utterance(name, number, row))
    if head is None:
        raise GroupDayError(f"{name}：文件是空的。第一行应写明群名、日期和名单")
    return GroupDay(room=head.room, date=head.date, roster=head.roster, said=tuple(said))


def _head(name: str, number: int, row: dict[str, Any]) -> GroupDay:
    try:
        roster = tuple(DayMember(name=str(p["name"]), role=str(p.get("role", "deputy"))) for p in row["roster"])
        found = GroupDay(room=str(row["room"]), date=date.fromisoformat(row["date"]), roster=roster, said=())
    except (KeyError, TypeError, ValueError, AttributeError):
        raise GroupDayError(
            f'{name}:{number}：第一行应为 {{"room": 群名, "date": "2020-02-10", "roster": [{{"name": …, "role": …}}]}}'
        ) from None
    if any(person.role not in ("deputy", "staff") for person in roster):
        raise GroupDayError(f"{name}:{number}：名单里的 role 只能是 deputy 或 staff")
    return found


def _utterance(name: str, number: int, row: dict[str, Any]) -> Utterance:
    text, sender = row.get("text"), row.get("sender")
    if not isinstance(text, str) or not isinstance(sender, str):
        raise GroupDayError(f"{name}:{number}：每条消息要有 sender 和 text 两项文字")
    try:
        sent_at = datetime.fromisoformat(row["sent_at"])
    except (KeyError, TypeError, ValueError):
        raise GroupDayError(f"{name}:{number}：sent_at 要写成 2020-02-10T08:12:00+08:00") from None
    if sent_at.tzinfo is None:
        sent_at = sent_at.replace(tzinfo=_CHINA)
    return Utterance(
        sender=sender,
        text=text,
        sent_at=sent_at,
        id=str(row["id"]) if row.get("id") is not None else None,
        by=str(row.get("by", "")),
    )
