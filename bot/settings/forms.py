"""Forms (采集) of the office's own: one TOML file each → frozen `bot.forms.Form`s; all faults told at once.

Called by `bot.settings.loading` with the files that `bot.toml` names. A file is checked as `bot.toml` itself is: by its
tables, with the line of each fault; then what only its fields together, or several forms, can show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import pydantic
from pydantic import BeforeValidator

from bot import audience, rosters
from bot.audience import Names
from bot.errors import Fault, Refusal, SettingsError
from bot.forms import Field, Form, Kind, Per, Reads, Whom
from bot.lines import Place
from bot.rosters import Role
from bot.settings import values
from bot.settings.checks import Finding
from bot.settings.faults import nearest
from bot.settings.tables import Document, is_file
from bot.settings.values import Day, read_time, told

_OF_KIND: Mapping[str, str] = {
    "units": "number",
    "least": "number",
    "most": "number",
    "options": "choice",
    "yes": "yes_no",
    "no": "yes_no",
}
"""Fields of `FieldTable` that belong to one kind only."""
_WRITTEN = {"least": "min", "most": "max"}


def _read_options(written: object) -> object:
    """`["早班", "晚班"]`, or each option with further words that say it."""
    if isinstance(written, list):
        written = {str(option): [] for option in written}
    if not isinstance(written, dict) or not all(_are_words(words) for words in written.values()):
        raise told("options 写得不对", '请列出选项，例如 options = ["早班", "晚班"]')
    return {option: tuple(words) for option, words in written.items()}


def _are_words(words: object) -> bool:
    return isinstance(words, list) and all(isinstance(word, str) and 0 < len(word) <= 30 for word in words)


Word = Annotated[str, pydantic.Field(min_length=1, max_length=30)]
Words = tuple[Word, ...]
OptionalTime = Annotated[time | None, BeforeValidator(read_time)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTable:
    """`[form]`: what is asked, when and of whom."""

    name: Word
    """Short; what commands, schedules and file names call it."""
    words: Annotated[Words, pydantic.Field(min_length=1)]
    """Words that announce an answer to it, beside its name."""
    title: str = ""
    """What it is called in what the bot says; empty: its name."""
    per: Literal["day", "once"] = "day"
    """`day`: an answer a day; `once`: one in the whole time."""
    whom: values.Whom = ("deputies",)
    """Who is asked: deputies, staff, everyone, or units, mandates and sub-lists in the words of `bot.audience`."""
    roster_file: Path | None = field(default=None, metadata={"key": "roster"})
    """A roster (CSV) of those alone who are asked; none: all of `whom`."""
    rooms: tuple[str, ...] = ()
    """Names of the groups that are asked; none: all groups of `whom`."""
    from_on: Day = None
    """First day it is open; None: no first day."""
    to_on: Day = None
    """Last day it is open; None: no last day."""
    from_at: OptionalTime = None
    """Time of day from which answers are taken; None: from the day's begin. What staff enter is always taken."""
    to_at: OptionalTime = None
    """Time of day until which answers are taken."""
    private: bool | None = None
    """Whether values are kept out of groups. None: where fields read health."""
    examples: tuple[str, ...] = ()
    """Answers as people write them; `liaison check` reads them."""
    counter_examples: tuple[str, ...] = ()
    """What people write besides, which is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTable:
    """`[[field]]`: one thing that is asked."""

    name: Word
    """What it is called in lists and exports; announces it, too."""
    kind: Literal["number", "yes_no", "choice", "date", "place", "text"] | None = field(
        default=None, metadata={"key": "type"}
    )
    """What it holds; to be left out where `reads` says it."""
    words: Words = ()
    """Words that announce it in an answer."""
    ask: str = ""
    """How the reminder asks for it; empty: its name, with range or options."""
    required: bool = True
    """Whether an answer without it is incomplete."""
    units: Words = ()
    """Of a number: its units, as people write them."""
    least: float | None = field(default=None, metadata={"key": "min"})
    """Of a number: the smallest that can be."""
    most: float | None = field(default=None, metadata={"key": "max"})
    """Of a number: the largest that can be."""
    options: Annotated[dict[str, Words] | None, BeforeValidator(_read_options)] = None
    """Of a choice: its options, each with the words that say it."""
    yes: Words = ()
    """Of a yes/no: words that say yes by themselves (到岗)."""
    no: Words = ()
    """Of a yes/no: words that say no by themselves (未到岗)."""
    reads: Literal["temperature", "symptoms", "exposure", "isolation", "location", "status"] | None = None
    """What of an ordinary health report answers it."""


HEADINGS: Mapping[str, type] = {"[form]": FormTable, "[[field]]": FieldTable}
"""The tables that a form's file may hold."""


class Files(NamedTuple):
    """The forms that could be read, and the names of all, refused ones too."""

    forms: tuple[Form, ...]
    names: tuple[str, ...]


def load(paths: Sequence[Path], names: Names, faults: list[Fault]) -> Files:
    """Reads the files.

    Args:
        names: what words can mean: the configured groups, the units and sub-lists of rosters and register.
        faults: is told what is wrong.
    """
    drafts: list[_Draft] = []
    for path in paths:
        if not is_file(path):
            continue  # told already
        try:
            drafts.append(_Draft(Document.read(path, HEADINGS), names))
        except SettingsError as exc:
            faults += exc.faults
    forms = [form for draft in drafts if (form := draft.form())]
    _check_together(drafts)
    for draft in drafts:
        faults += draft.document.faults
    return Files(tuple(forms), tuple(draft.name for draft in drafts if draft.name))


class _Draft:
    """One file, on its way to be a form."""

    def __init__(self, document: Document, names: Names) -> None:
        self.document, self._names = document, names
        written = document.written.get("form")
        self.name = str(written.get("name", "")) if isinstance(written, dict) else ""
        self.words: tuple[str, ...] = ()

    def form(self) -> Form | None:
        """The form; None where it is refused."""
        document = self.document
        document.check_headings(["form", "field"])
        if "form" not in document.written:
            document.fault((), "没有 [form] 一段", '请在开头写一行 [form]，下面写 name = "…" 和 words = ["…"]')
            return None
        table = document.table(FormTable, ("form",), document.written["form"])
        fields = document.list_of(FieldTable, "field")
        if not document.written.get("field"):
            document.fault((), "没有要填的项目", "请给每个项目写一段 [[field]]")
        if table is None:
            return None
        self.words = tuple(dict.fromkeys(filter(None, (table.name, table.title, *table.words))))
        for finding in (*_of_form(table, self._names, fields.values()), *_of_fields(fields)):
            document.fault(*finding)
        people = self._people(table.roster_file)
        if document.faults:
            return None
        read = [_field(item) for item in fields.values()]
        return Form(
            name=table.name,
            title=table.title or table.name,
            words=self.words,
            fields=tuple(read),
            per=Per(table.per),
            whom=_groups(table.whom),
            asks=() if audience.only_roles(table.whom) else table.whom,
            from_on=table.from_on,
            to_on=table.to_on,
            from_at=table.from_at,
            to_at=table.to_at,
            rooms=table.rooms,
            people=people,
            private=any(item.reads for item in read) if table.private is None else table.private,
            examples=table.examples,
            counter_examples=table.counter_examples,
            file=str(document.path),
        )

    def _people(self, path: Path | None) -> tuple[tuple[str, str], ...] | None:
        if path is None or not is_file(path):
            return None
        try:
            return tuple((entry.name, entry.unit) for entry in rosters.read(path))
        except SettingsError as exc:
            self.document.faults += exc.faults
            return None


def _groups(words: Sequence[str]) -> Whom:
    """In whose groups is asked."""
    roles = audience.roles_in(words)
    if len(roles) > 1:
        return Whom.EVERYONE
    return Whom.STAFF if roles[0] is Role.STAFF else Whom.DEPUTIES


def _field(table: FieldTable) -> Field:
    return Field(
        name=table.name,
        kind=Kind(table.kind) if table.kind else None,
        words=tuple(dict.fromkeys((table.name, *table.words))),
        ask=table.ask,
        required=table.required,
        units=table.units,
        least=table.least,
        most=table.most,
        options=tuple((name, tuple(dict.fromkeys((name, *words)))) for name, words in (table.options or {}).items()),
        yes=table.yes,
        no=table.no,
        reads=Reads(table.reads) if table.reads else None,
    )


def unknown_words(place: Place, words: Sequence[str], names: Names) -> Iterator[Finding]:
    """Words of `whom` that mean nobody known."""
    try:
        audience.parse(words, names)
    except Refusal as exc:
        what = str(exc).rstrip("。")
        yield Finding(place, what, "名册里的单位和名单，要先在 bot.toml 的 [register] 里写上名册的文件")


def _of_form(table: FormTable, names: Names, fields: Iterable[FieldTable]) -> Iterator[Finding]:
    rooms = names.rooms
    yield from unknown_words(("form", "whom"), table.whom, names)
    if table.from_on and table.to_on and table.to_on < table.from_on:
        yield Finding(("form", "to_on"), "to_on 早于 from_on，这个采集永远不会开放", "请把两个日期对调，或者删去一个")
    if (table.from_at is None) != (table.to_at is None):
        yield Finding(("form", "from_at"), "from_at 和 to_at 只写了一个", "请两个都写，或者都不写")
    elif table.from_at and table.to_at and table.to_at <= table.from_at:
        yield Finding(("form", "to_at"), "to_at 不晚于 from_at，这个采集永远不会开放", "请把两个时间对调")
    for number, name in enumerate(table.rooms):
        if name not in rooms:
            remedy = nearest(name, rooms) or f"已配置的群有：{'、'.join(filter(None, rooms)) or '无'}"
            yield Finding(("form", "rooms", number), f"没有配置群“{name}”", remedy)
    if table.name in rooms:
        yield Finding(("form", "name"), "采集和一个群同名，发命令时分不清", "请改一个名称")
    if table.private is False and any(item.reads for item in fields):
        yield Finding(("form", "private"), "读健康情况的采集不能公开", "请删去 private = false")


def _of_fields(fields: Mapping[int, FieldTable]) -> Iterator[Finding]:
    names: set[str] = set()
    words: dict[str, str] = {}
    for number, item in fields.items():
        place: tuple[str | int, ...] = ("field", number)
        if item.name in names:
            yield Finding((*place, "name"), f"已经有一项叫“{item.name}”", "名称不能重复，请改一个")
        names.add(item.name)
        yield from _of_field(place, item)
        spoken = {*item.words, *item.yes, *item.no}
        spoken |= {word for option, others in (item.options or {}).items() for word in (option, *others)}
        for word in sorted(spoken):
            first = words.setdefault(word, item.name)
            if first != item.name:
                yield Finding(place, f"“{word}”和“{first}”一项的词相同，读的时候分不清", "请只留一处")


def _of_field(place: tuple[str | int, ...], item: FieldTable) -> Iterator[Finding]:
    if item.reads and item.kind:
        yield Finding((*place, "type"), "type 和 reads 只能写一个", "从健康上报里取的写 reads，自己问的写 type")
    elif not item.reads and not item.kind:
        yield Finding(
            place,
            "缺少 type",
            '请加一行，例如 type = "number"（数）、"yes_no"（是否）、"choice"（选择）、"text"（文字）',
        )
    if not item.reads and not item.words:
        yield Finding(place, f"“{item.name}”没有 words，没有词能引出它", f'请加一行，例如 words = ["{item.name}"]')
    for key, kind in _OF_KIND.items():
        if getattr(item, key) not in (None, (), {}) and item.kind != kind:
            yield Finding(
                (*place, _WRITTEN.get(key, key)), f"{_WRITTEN.get(key, key)} 只用于 {kind}", "请删去，或者改 type"
            )
    if item.least is not None and item.most is not None and item.most < item.least:
        yield Finding((*place, "max"), "max 比 min 小，没有数能填", "请把两个数对调")
    if item.kind == "choice":
        yield from _of_options((*place, "options"), item.options or {})
    if twice := set(item.yes) & set(item.no):
        yield Finding((*place, "no"), f"“{min(twice)}”又是 yes 又是 no", "请只留一处")


def _of_options(place: tuple[str | int, ...], options: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    if len(options) < 2:
        yield Finding(place, "选择至少要有两个选项", '例如 options = ["早班", "晚班"]')
    seen: dict[str, str] = {}
    for option, words in options.items():
        for word in dict.fromkeys((option, *words)):
            first = seen.setdefault(word, option)
            if first != option:
                yield Finding(place, f"“{word}”在两个选项里都有，读的时候分不清", "请只留一处")


def _check_together(drafts: Sequence[_Draft]) -> None:
    """Names and announcing words that two forms share."""
    names: dict[str, _Draft] = {}
    words: dict[str, _Draft] = {}
    for draft in drafts:
        if draft.name and names.setdefault(draft.name, draft) is not draft:
            draft.document.fault(("form", "name"), f"已经有一个采集叫“{draft.name}”", "名称不能重复，请改一个")
            continue
        for word in draft.words:
            first = words.setdefault(word, draft)
            if first is not draft:
                what = f"“{word}”也是采集“{first.name}”的词，读的时候分不清"
                draft.document.fault(("form", "words"), what, "请只留一处")
