"""Reads and checks the rules files (rulebook); hands typed `Rules` to the core.

`load` takes folders in order: what a later one says of a group is laid over what an earlier one said. All faults of
all files are told at once, each with its file and line, before anything is used.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.errors import Fault, RuleError
from bot.parsing.lexicon import ROLES, Group, NameRules, Pair, Rules

SHIPPED = Path(__file__).parent / "rules"
"""The rules that come with the program."""

_GROUP_KEYS = {"id", "role", "value", "words", "without", "weight", "tag", "examples", "counter_examples"}
_PAIR_KEYS = {"id", "body", "ache", "symptom", "examples", "counter_examples"}
_TABLES = {"group", "pair", "names", "characters"}
_NAME_KEYS = {"surnames", "compound", "never", "not_names"}
_ID = re.compile(r"[^\s\"']{1,80}")


def load(directories: Iterable[Path | str] = (SHIPPED,)) -> Rules:
    """Read all rules files of the folders, in order; a group of the same id in a later folder adds to the earlier.

    Raises:
        RuleError: with every fault found.
    """
    builder = _Builder()
    digest = hashlib.sha256()
    for directory in directories:
        for path in sorted(Path(directory).glob("*.toml")):
            content = _content(path, builder)
            digest.update(path.name.encode() + b"\0" + content.encode() + b"\0")
            builder.add(_Source(str(path), content))
    if not builder.groups and not builder.faults:
        places = "、".join(str(directory) for directory in directories)
        builder.faults.append(Fault(places, 0, "这里没有规则文件", "请检查规则目录是否写对"))
    if builder.faults:
        raise RuleError(builder.faults)
    return builder.rules(digest.hexdigest()[:12])


def _content(path: Path, builder: _Builder) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        builder.faults.append(
            Fault(str(path), 0, f"规则文件读不出来（{type(exc).__name__}）", "请用 UTF-8 编码另存一次")
        )
        return ""


class _Source:
    """One file's text, which knows in what line a key or an id stands."""

    def __init__(self, path: str, content: str) -> None:
        self.path = path
        self.content = content

    def line_of(self, *needles: str) -> int:
        """The line of the last needle that stands behind the ones before it."""
        position = 0
        for needle in needles:
            found = self.content.find(needle, position)
            if found < 0:
                break
            position = found
        return self.content.count("\n", 0, position) + 1


class _Builder:
    """Collects the tables of all files, and the faults."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.pairs: dict[str, Pair] = {}
        self.names: dict[str, str] = dict.fromkeys(_NAME_KEYS, "")
        self.characters: dict[str, str] = {}
        self.faults: list[Fault] = []

    def rules(self, version: str) -> Rules:
        names = NameRules(
            surnames=frozenset("".join(self.names["surnames"].split())),
            compound=tuple(self.names["compound"].split()),
            never=frozenset("".join(self.names["never"].split())),
            not_names=frozenset(self.names["not_names"].split()),
        )
        return Rules(tuple(self.groups.values()), tuple(self.pairs.values()), names, self.characters, version)

    def add(self, source: _Source) -> None:
        """Take in one file, or note what is wrong with it."""
        try:
            tables = tomllib.loads(source.content)
        except tomllib.TOMLDecodeError as exc:
            found = re.search(r"line (\d+)", str(exc))
            self._fault(source, int(found[1]) if found else 0, f"不是合法的 TOML：{exc}", "请检查引号、括号和等号")
            return
        for name in tables.keys() - _TABLES:
            wanted = "、".join(sorted(_TABLES))
            self._fault(source, source.line_of(f"[{name}", name), f"不认识的表 {name}", f"可用的表：{wanted}")
        for table in self._list(source, tables, "group"):
            self._add_group(source, table)
        for table in self._list(source, tables, "pair"):
            self._add_pair(source, table)
        self._add_names(source, tables.get("names", {}))
        self._add_characters(source, tables.get("characters", {}))

    def _fault(self, source: _Source, line: int, what: str, remedy: str) -> None:
        self.faults.append(Fault(source.path, line, what, remedy))

    def _list(self, source: _Source, tables: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
        found = tables.get(name, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            self._fault(source, source.line_of(name), f"{name} 应当写成 [[{name}]]", f"请用两层方括号：[[{name}]]")
            return
        yield from found

    def _identified(self, source: _Source, table: Mapping[str, object], keys: set[str]) -> str | None:
        """The table's id, after its keys have been checked."""
        name = table.get("id")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            line = source.line_of(str(name)) if name else 0
            self._fault(source, line, f"id 应当是不含空格的文字，写的是 {name!r}", "请给这一组起一个唯一的 id")
            return None
        for key in table.keys() - keys:
            wanted = "、".join(sorted(keys))
            self._fault(source, source.line_of(f'"{name}"', key), f"{name} 里有不认识的键 {key}", f"可用的键：{wanted}")
        return name

    def _texts(self, source: _Source, name: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
        """A list of texts, written as a list or as words parted by blanks."""
        found = table.get(key, [])
        if not key.endswith("examples") and isinstance(found, str):
            return tuple(found.split())
        if isinstance(found, list) and all(isinstance(text, str) and text.strip() for text in found):
            return tuple(found)
        line = source.line_of(f'"{name}"', key)
        self._fault(source, line, f"{name} 的 {key} 应当是文字的列表，写的是 {found!r}"[:200], '例如 ["甲", "乙"]')
        return ()

    def _add_group(self, source: _Source, table: Mapping[str, object]) -> None:
        name = self._identified(source, table, _GROUP_KEYS)
        if name is None:
            return
        before = self.groups.get(name)
        role = table.get("role", before.role if before else None)
        if role not in ROLES or not isinstance(role, str):
            line = source.line_of(f'"{name}"', "role")
            wanted = "、".join(sorted(ROLES))
            self._fault(source, line, f"{name} 的 role 写的是 {role!r}", f"应当是其中之一：{wanted}")
            return
        weight = table.get("weight", before.weight if before else 0)
        if not isinstance(weight, int) or weight < 0:
            line = source.line_of(f'"{name}"', "weight")
            self._fault(
                source, line, f"{name} 的 weight 应当是不小于 0 的整数，写的是 {weight!r}", "例如 weight = 20000"
            )
            return
        tag = table.get("tag", before.tag if before else None)
        words = self._words(source, name, table, before)
        self.groups[name] = Group(
            id=name,
            role=role,
            words=words,
            weight=weight,
            tag=tag if isinstance(tag, str) else None,
            examples=(before.examples if before else ()) + self._texts(source, name, table, "examples"),
            counter_examples=(before.counter_examples if before else ())
            + self._texts(source, name, table, "counter_examples"),
        )

    def _words(
        self, source: _Source, name: str, table: Mapping[str, object], before: Group | None
    ) -> dict[str, tuple[str, ...]]:
        """The words by value; those of an earlier file stay, but for the ones named in `without`."""
        value = table.get("value", next(iter(before.words)) if before and before.words else "")
        found = table.get("words", "" if before else None)
        by_value: dict[str, tuple[str, ...]] = dict(before.words) if before else {}
        if isinstance(found, dict):
            new = {str(key): self._texts(source, name, found, key) for key in found}
        elif found is None:
            self._fault(source, source.line_of(f'"{name}"'), f"{name} 没有 words", '请写 words = "词 词 词"')
            new = {}
        else:
            new = {str(value): self._texts(source, name, {"words": found}, "words")}
        for key, words in new.items():
            by_value[key] = tuple(dict.fromkeys((*by_value.get(key, ()), *words)))
        without = set(self._texts(source, name, table, "without"))
        return {key: tuple(word for word in words if word not in without) for key, words in by_value.items()}

    def _add_pair(self, source: _Source, table: Mapping[str, object]) -> None:
        name = self._identified(source, table, _PAIR_KEYS)
        if name is None:
            return
        body, symptom = table.get("body"), table.get("symptom")
        if not isinstance(body, str) or not isinstance(symptom, str):
            line = source.line_of(f'"{name}"')
            self._fault(source, line, f"{name} 要有 body 和 symptom", '例如 body = "头"、symptom = "头痛"')
            return
        self.pairs[name] = Pair(
            id=name,
            body=body,
            ache=frozenset(self._texts(source, name, table, "ache")),
            symptom=symptom,
            examples=self._texts(source, name, table, "examples"),
            counter_examples=self._texts(source, name, table, "counter_examples"),
        )

    def _add_names(self, source: _Source, table: object) -> None:
        if not isinstance(table, dict):
            self._fault(source, source.line_of("names"), "names 应当是一个表", "请写成 [names]")
            return
        for key, text in table.items():
            if key not in _NAME_KEYS or not isinstance(text, str):
                wanted = "、".join(sorted(_NAME_KEYS))
                self._fault(source, source.line_of("[names]", key), f"names 里的 {key} 不能用", f"可用的键：{wanted}")
                continue
            self.names[key] += f" {text}"

    def _add_characters(self, source: _Source, table: object) -> None:
        pairs = table.get("pairs", "") if isinstance(table, dict) else None
        words: Sequence[str] = pairs.split() if isinstance(pairs, str) else ()
        wrong = [word for word in words if len(word) != 2]
        if pairs is None or not isinstance(pairs, str) or wrong:
            what = f"characters.pairs 应当两字一组，写的是 {wrong[0] if wrong else pairs!r}"
            self._fault(source, source.line_of("[characters]", *wrong[:1]), what, '例如 pairs = "體体 溫温"')
            return
        self.characters.update({word[0]: word[1] for word in words if word[0] != word[1]})
