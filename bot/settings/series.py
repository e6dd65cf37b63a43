"""Series of short texts (普法): a folder of Markdown files, each with a head → frozen `bot.series.Series`.

Called by `bot.settings.loading` for the folders that schedules name, and by `bot.reloading` when a file has changed.
All faults are told at once, by file and line. A head stands between two lines of `---`, a key and its value a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from pydantic_core import PydanticCustomError

from bot.errors import Fault, SettingsError
from bot.series import Item, Series
from bot.settings.faults import nearest
from bot.settings.shape import ScheduleSettings
from bot.settings.values import read_date

KEYS = {
    "title": "title",
    "标题": "title",
    "from": "from",
    "起": "from",
    "to": "to",
    "止": "to",
    "source": "source",
    "来源": "source",
}
"""What may stand in a head."""

_FENCE = "---"
_LINE = re.compile(r"([^:：]+)[:：](.*)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_LONGEST_TITLE = 100


def folders(schedules: Iterable[ScheduleSettings]) -> list[str]:
    """The folders that schedules post from, each once."""
    return list(dict.fromkeys(schedule.series for schedule in schedules if schedule.series))


def files_of(folder: Path) -> list[Path]:
    """The files of a series, in the order in which they are posted: by their names, 2 before 10."""
    try:
        found = [path for path in folder.iterdir() if path.suffix == ".md" and not path.name.startswith(".")]
    except OSError:
        return []
    return sorted(found, key=lambda path: [int(p) if p.isdecimal() else p for p in re.split(r"(\d+)", path.stem)])


def read(base: Path, names: Sequence[str]) -> tuple[Series, ...]:
    """Reads the series of those names, which are folders seen from `base`.

    Raises:
        SettingsError: with every fault of all files; a folder that is not there is none (`bot.settings.loading` tells).
    """
    found: list[Fault] = []
    series = [
        Series(name=name, items=tuple(item for path in files_of(base / name) if (item := _item(path, found))))
        for name in names
    ]
    if found:
        raise SettingsError(tuple(found))
    return tuple(series)


def _item(path: Path, faults: list[Fault]) -> Item | None:
    before = len(faults)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        faults.append(Fault(str(path), 0, "文件不是 UTF-8 编码", "请在记事本里“另存为”，编码选 UTF-8"))
        return None
    except OSError:
        faults.append(Fault(str(path), 0, "文件读不了", "请检查本程序有没有读它的权限"))
        return None
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), 0)
    if not lines or lines[0].strip() != _FENCE or not end:
        remedy = "请在最前面写一行 ---，下面写 title、from、to、source 各一行，再写一行 ---，然后写正文"
        faults.append(Fault(str(path), 1, "没有开头的说明", remedy))
        return None
    head = _head(path, lines[1:end], faults)
    for key, what in (("title", "标题"), ("source", "来源")):
        if not head.get(key, ("", 0))[0]:
            faults.append(Fault(str(path), head.get(key, ("", 1))[1], f"没有写{what}", f"请在开头加一行，{key}: …"))
    title, line = head.get("title", ("", 1))
    if len(title) > _LONGEST_TITLE:
        faults.append(Fault(str(path), line, "title 太长了", f"至多 {_LONGEST_TITLE} 个字"))
    first, last = _day(path, head.get("from"), faults), _day(path, head.get("to"), faults)
    if first and last and last < first:
        faults.append(Fault(str(path), head["to"][1], "to 早于 from，这一条永远不会发", "请把两个日期对调"))
    text = _plain(lines[end + 1 :])
    if not text:
        faults.append(Fault(str(path), end + 1, "没有正文", "请在第二个 --- 下面写要发的话"))
    if len(faults) > before:
        return None
    return Item(name=path.stem, title=head["title"][0], text=text, source=head["source"][0], from_on=first, to_on=last)


def _head(path: Path, lines: Sequence[str], faults: list[Fault]) -> dict[str, tuple[str, int]]:
    """The head's values, and the line of each."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines, 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = _LINE.fullmatch(line.strip())
        written = parts[1].strip() if parts else line.strip()
        key = KEYS.get(written.casefold())
        if parts is None or key is None:
            remedy = nearest(written, KEYS) or "这里可以写：title（标题）、from（起）、to（止）、source（来源）"
            faults.append(Fault(str(path), number, f"开头里不认识“{written[:20]}”", remedy))
        elif key in found:
            faults.append(Fault(str(path), number, f"{written} 写了两次", "请删去其中一处"))
        else:
            found[key] = parts[2].strip().strip("\"'“”"), number
    return found


def _day(path: Path, written: tuple[str, int] | None, faults: list[Fault]) -> date | None:
    if written is None or not written[0]:
        return None
    try:
        found = read_date(written[0])
    except PydanticCustomError:
        faults.append(Fault(str(path), written[1], "日期写得不对", "请写成年-月-日，例如 2026-12-04"))
        return None
    return found if isinstance(found, date) else None


def _plain(lines: Sequence[str]) -> str:
    """The text as chats show it: they know no Markdown."""
    shown = (re.sub(r"^#+\s*", "", line).replace("**", "").replace("`", "").rstrip() for line in lines)
    text = _LINK.sub(r"\1（\2）", "\n".join(shown))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
