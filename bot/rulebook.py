"""Reads and checks the rules files (rulebook); hands typed `Rules` to the core, and their examples as cases.

`read` takes folders or files in order: what a later one says of a group is laid over what an earlier one said. All
faults of all files are told at once, each with its file and line, before anything is used. Longer than 300 lines
because every way in which a file can be wrong has its sentence here.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot import overlay
from bot.cases import Case
from bot.errors import Fault, RuleError
from bot.lines import Lines, Place, locate
from bot.parsing import weights
from bot.parsing.lexicon import ROLES, Group, NameRules, Pair, Rules

SHIPPED = Path(__file__).parent / "rules"
"""The rules that come with the program."""

_GROUP_KEYS = {"id", "role", "value", "words", "without", "weight", "tag", "examples", "counter_examples"}
_PAIR_KEYS = {"id", "body", "ache", "symptom", "examples", "counter_examples"}
_TABLES = {"group", "pair", "names", "characters", "voice", "fields", "suspicion"}
_NAME_KEYS = {"surnames", "compound", "never", "not_names"}
_ID = re.compile(r"[^\s\"']{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All that the rules files say.

    Args:
        cases: the examples and counter-examples; what a later file says of the same words stands.
        warnings: what works and is probably not meant.
        places: in which file and line each group and pair begins; of one that an office adds to, the shipped place.
    """

    rules: Rules
    cases: tuple[Case, ...]
    warnings: tuple[Fault, ...] = ()
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)


def load(sources: Iterable[Path | str] = (SHIPPED,)) -> Rules:
    """The rules alone; see `read`."""
    return read(sources).rules


def read(sources: Iterable[Path | str] = (SHIPPED,)) -> Rulebook:
    """Read all rules files, in order: of a folder each `*.toml`. A group of the same id in a later source adds to it.

    Raises:
        RuleError: with every fault found.
    """
    builder = _Builder()
    digest = hashlib.sha256()
    named = [Path(source) for source in sources]
    for number, source in enumerate(named):
        builder.of_office = number > 0
        for path in files_of(source):
            content = _content(path, builder)
            digest.update(path.name.encode() + b"\0" + content.encode() + b"\0")
            builder.add(_Source(str(path), content))
        if number == 0:
            builder.shipped = tuple(builder.groups.values())
    if not builder.groups and not builder.faults:
        places = "、".join(map(str, named))
        builder.faults.append(Fault(places, 0, "这里没有规则文件", "请检查规则目录是否写对"))
    if builder.faults:
        raise RuleError(builder.faults)
    return builder.rulebook(digest.hexdigest()[:12])


def files_of(source: Path) -> Sequence[Path]:
    """The rules files that a source names: a folder's in order, or the file itself."""
    return sorted(source.glob("*.toml")) if source.is_dir() else (source,)


def _content(path: Path, builder: _Builder) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        builder.faults.append(Fault(str(path), 0, "规则文件找不到", "请检查文件名，或者从 office_rules 里删去它"))
        return ""
    except (OSError, UnicodeDecodeError) as exc:
        builder.faults.append(
            Fault(str(path), 0, f"规则文件读不出来（{type(exc).__name__}）", "请用 UTF-8 编码另存一次")
        )
        return ""


class _Source:
    """One file's text, which knows in what line a key or a word stands."""

    def __init__(self, path: str, content: str) -> None:
        self.path = path
        self.content = content
        self.lines = Lines({})

    def line_of(self, place: Place, word: str = "") -> int:
        """The line of a table's key; with `word` that of the word in its text."""
        line = self.lines.of(place)
        if word and line:
            for number, text in enumerate(self.content.splitlines()[line - 1 :], line):
                if word in _APART.split(text):
                    return number
        return line


_APART = re.compile(r"[\s\"'\[\],=#]+")


class _Builder:
    """Collects the tables of all files, and the faults."""

    def __init__(self) -> None:
        self.of_office = False
        self.shipped: tuple[Group, ...] = ()
        self.groups: dict[str, Group] = {}
        self.pairs: dict[str, Pair] = {}
        self.names: dict[str, str] = dict.fromkeys(_NAME_KEYS, "")
        self.characters: dict[str, str] = {}
        self.weights = weights.Weights()
        self.fields = weights.Weights()
        self.suspicion = weights.Weights()
        self.cases: dict[tuple[str, str], Case] = {}
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.places: dict[str, tuple[str, int]] = {}
        self._words: list[overlay.Word] = []
        self._pairs: list[overlay.PairPlace] = []

    def rulebook(self, version: str) -> Rulebook:
        """What was read, once it is known to fit together.

        Raises:
            RuleError: it does not.
        """
        rules = self._rules(version)
        found = tuple(overlay.faults(self._words, self._pairs, self.shipped, rules))
        if found:
            raise RuleError(found)
        return Rulebook(
            rules=rules, cases=tuple(self.cases.values()), warnings=tuple(self.warnings), places=self.places
        )

    def _rules(self, version: str) -> Rules:
        names = NameRules(
            surnames=frozenset("".join(self.names["surnames"].split())),
            compound=tuple(self.names["compound"].split()),
            never=frozenset("".join(self.names["never"].split())),
            not_names=frozenset(self.names["not_names"].split()),
        )
        groups, pairs = tuple(self.groups.values()), tuple(self.pairs.values())
        learned = (self.weights, self.fields, self.suspicion)
        return Rules(groups, pairs, names, self.characters, version, *learned)

    def add(self, source: _Source) -> None:
        """Take in one file, or note what is wrong with it."""
        try:
            tables = tomllib.loads(source.content)
            source.lines = locate(source.content)
        except tomllib.TOMLDecodeError as exc:
            found = re.search(r"line (\d+)", str(exc))
            self._fault(source, int(found[1]) if found else 0, f"不是合法的 TOML：{exc}", "请检查引号、括号和等号")
            return
        for name in tables.keys() - _TABLES:
            wanted = "、".join(sorted(_TABLES))
            self._fault(source, source.line_of((name,)), f"不认识的表 {name}", f"可用的表：{wanted}")
        for place, table in self._list(source, tables, "group"):
            self._add_group(source, place, table)
        for place, table in self._list(source, tables, "pair"):
            self._add_pair(source, place, table)
        self._add_names(source, tables.get("names", {}))
        self._add_characters(source, tables.get("characters", {}))
        self.weights = self._learned(source, tables, "voice") or self.weights
        self.fields = self._learned(source, tables, "fields") or self.fields
        self.suspicion = self._learned(source, tables, "suspicion") or self.suspicion

    def _fault(self, source: _Source, line: int, what: str, remedy: str) -> None:
        self.faults.append(Fault(source.path, line, what, remedy))

    def _list(
        self, source: _Source, tables: Mapping[str, object], name: str
    ) -> Iterator[tuple[Place, Mapping[str, object]]]:
        found = tables.get(name, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            self._fault(source, source.line_of((name,)), f"{name} 应当写成 [[{name}]]", f"请用两层方括号：[[{name}]]")
            return
        for number, table in enumerate(found):
            yield (name, number), table

    def _identified(self, source: _Source, place: Place, table: Mapping[str, object], keys: set[str]) -> str | None:
        """The table's id, after its keys have been checked."""
        name = table.get("id")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            line = source.line_of((*place, "id"))
            self._fault(source, line, f"id 应当是不含空格的文字，写的是 {name!r}", "请给这一组起一个唯一的 id")
            return None
        for key in table.keys() - keys:
            wanted = "、".join(sorted(keys))
            self._fault(source, source.line_of((*place, key)), f"{name} 里有不认识的键 {key}", f"可用的键：{wanted}")
        self.places.setdefault(name, (source.path, source.line_of(place)))
        return name

    def _texts(
        self, source: _Source, place: Place, name: str, table: Mapping[str, object], key: str
    ) -> tuple[str, ...]:
        """A list of texts, written as a list or as words parted by blanks."""
        found = table.get(key, [])
        if not key.endswith("examples") and isinstance(found, str):
            return tuple(found.split())
        if isinstance(found, list) and all(isinstance(text, str) and text.strip() for text in found):
            return tuple(found)
        line = source.line_of((*place, key))
        self._fault(source, line, f"{name} 的 {key} 应当是文字的列表，写的是 {found!r}"[:200], '例如 ["甲", "乙"]')
        return ()

    def _add_group(self, source: _Source, place: Place, table: Mapping[str, object]) -> None:
        name = self._identified(source, place, table, _GROUP_KEYS)
        if name is None:
            return
        before = self.groups.get(name)
        role = self._role(source, place, name, table, before)
        if role is None:
            return
        weight = table.get("weight", before.weight if before else 0)
        if not isinstance(weight, int) or weight < 0:
            what = f"{name} 的 weight 应当是不小于 0 的整数，写的是 {weight!r}"
            self._fault(source, source.line_of((*place, "weight")), what, "例如 weight = 20000")
            return
        tag = table.get("tag", before.tag if before else None)
        words = self._words_of(source, place, table, before)
        for value, texts in words.items():
            self._note_words(source, place, name, role, value, texts)
        examples, counter_examples = self._examples(source, place, name, table)
        self.groups[name] = Group(
            id=name,
            role=role,
            words=self._laid_over(source, place, table, before, words),
            weight=weight,
            tag=tag if isinstance(tag, str) else None,
            examples=(before.examples if before else ()) + examples,
            counter_examples=(before.counter_examples if before else ()) + counter_examples,
        )

    def _role(
        self, source: _Source, place: Place, name: str, table: Mapping[str, object], before: Group | None
    ) -> str | None:
        role = table.get("role", before.role if before else None)
        line = source.line_of((*place, "role"))
        if before is not None and role != before.role:
            self._fault(source, line, f"{name} 的 role 是 {before.role}，不能改成 {role!r}", "请删去 role，或另起一组")
            return None
        if role is None:
            near = overlay.remedy(name, tuple(self.groups)) if self.groups else ""
            what = f"没有 {name} 这一组可以添词"
            self._fault(source, line, what, near if "是不是" in near else "另起一组的话，请写 role")
            return None
        if not isinstance(role, str) or role not in ROLES:
            wanted = "、".join(sorted(ROLES))
            self._fault(source, line, f"{name} 的 role 写的是 {role!r}", f"应当是其中之一：{wanted}")
            return None
        return role

    def _examples(
        self, source: _Source, place: Place, name: str, table: Mapping[str, object]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The examples and counter-examples of a group or pair; each is a case."""
        both: list[tuple[str, ...]] = []
        for key, helps in (("examples", True), ("counter_examples", False)):
            texts = self._texts(source, place, name, table, key)
            both.append(texts)
            for number, text in enumerate(texts):
                line = source.line_of((*place, key, number))
                case = Case(text=text, origin=source.path, line=line, group=name, helps=helps)
                self.cases[name, text] = case
        return both[0], both[1]

    def _words_of(
        self, source: _Source, place: Place, table: Mapping[str, object], before: Group | None
    ) -> dict[str, tuple[str, ...]]:
        """The words that this table gives, by value."""
        name = str(table["id"])
        found = table.get("words", "" if before else None)
        if isinstance(found, dict):
            return {str(key): self._texts(source, (*place, "words"), name, found, key) for key in found}
        if found is None:
            self._fault(source, source.line_of(place), f"{name} 没有 words", '请写 words = "词 词 词"')
            return {}
        several = before is not None and len(before.words) > 1
        if found and several and "value" not in table:
            line = source.line_of((*place, "words"))
            wanted = "、".join(before.words) if before else ""
            self._fault(source, line, f"{name} 里有几种词，没有写这些词算哪一种", f"请加一行 value，可写：{wanted}")
            return {}
        value = table.get("value", next(iter(before.words)) if before and before.words else "")
        return {str(value): self._texts(source, place, name, {"words": found}, "words")}

    def _note_words(
        self, source: _Source, place: Place, name: str, role: str, value: str, texts: Sequence[str]
    ) -> None:
        """Keeps in mind where an office's words stand, for when all files have been read."""
        if self.of_office:
            for text in texts:
                line = source.line_of((*place, "words", value), text)
                self._words.append(overlay.Word(source.path, line, name, role, value, text))

    def _laid_over(
        self,
        source: _Source,
        place: Place,
        table: Mapping[str, object],
        before: Group | None,
        new: Mapping[str, tuple[str, ...]],
    ) -> dict[str, tuple[str, ...]]:
        """The words by value; those of an earlier file stay, but for the ones named in `without`."""
        by_value: dict[str, tuple[str, ...]] = dict(before.words) if before else {}
        for key, words in new.items():
            by_value[key] = tuple(dict.fromkeys((*by_value.get(key, ()), *words)))
        without = set(self._texts(source, place, str(table["id"]), table, "without"))
        for word in sorted(without - {word for words in by_value.values() for word in words}):
            line = source.line_of((*place, "without"), word)
            what = f"{table['id']} 里本来就没有“{word}”，without 不起作用"
            self.warnings.append(Fault(source.path, line, what, "运行 liaison rules list 加这个词，看它在哪一组"))
        return {key: tuple(word for word in words if word not in without) for key, words in by_value.items()}

    def _add_pair(self, source: _Source, place: Place, table: Mapping[str, object]) -> None:
        name = self._identified(source, place, table, _PAIR_KEYS)
        if name is None:
            return
        body, symptom = table.get("body"), table.get("symptom")
        if not isinstance(body, str) or not isinstance(symptom, str):
            line = source.line_of(place)
            self._fault(source, line, f"{name} 要有 body 和 symptom", '例如 body = "头"、symptom = "头痛"')
            return
        examples, counter_examples = self._examples(source, place, name, table)
        pair = Pair(
            id=name,
            body=body,
            ache=frozenset(self._texts(source, place, name, table, "ache")),
            symptom=symptom,
            examples=examples,
            counter_examples=counter_examples,
        )
        self.pairs[name] = pair
        if self.of_office:
            self._pairs.append(overlay.PairPlace(source.path, source.line_of(place), pair))

    def _add_names(self, source: _Source, table: object) -> None:
        if not isinstance(table, dict):
            self._fault(source, source.line_of(("names",)), "names 应当是一个表", "请写成 [names]")
            return
        for key, text in table.items():
            if key not in _NAME_KEYS or not isinstance(text, str):
                wanted = "、".join(sorted(_NAME_KEYS))
                line = source.line_of(("names", key))
                self._fault(source, line, f"names 里的 {key} 不能用", f"可用的键：{wanted}")
                continue
            self.names[key] += f" {text}"

    def _add_characters(self, source: _Source, table: object) -> None:
        pairs = table.get("pairs", "") if isinstance(table, dict) else None
        words: Sequence[str] = pairs.split() if isinstance(pairs, str) else ()
        wrong = [word for word in words if len(word) != 2]
        if pairs is None or not isinstance(pairs, str) or wrong:
            what = f"characters.pairs 应当两字一组，写的是 {wrong[0] if wrong else pairs!r}"
            line = source.line_of(("characters", "pairs"), *wrong[:1])
            self._fault(source, line, what, '例如 pairs = "體体 溫温"')
            return
        self.characters.update({word[0]: word[1] for word in words if word[0] != word[1]})

    def _learned(self, source: _Source, tables: Mapping[str, object], name: str) -> weights.Weights | None:
        """The learned weights of a table; a later file's take the place of an earlier's."""
        if name not in tables:
            return None
        try:
            return weights.of_table(tables[name])
        except ValueError as exc:
            self._fault(
                source, source.line_of((name,)), f"权重读不出来：{exc}", "这个文件由 make learn 生成，请重新生成"
            )
            return None
