"""Where in a TOML text each key stands, since `tomllib` does not say. Pure.

`bot.settings` and `bot.rulebook` ask it for the line of a fault. It reads only texts that `tomllib` has already
accepted, so it need not tell good TOML from bad.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from collections.abc import Mapping

Place = tuple[str | int, ...]
"""A way from the top of the document to a value: ("rooms", 1, "roster") is the second room's roster."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*\'''',
    re.DOTALL,
)
_BARE = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^,\]}\s#]*|[^,\]}\s#]+")


class Lines:
    """The lines of a document's tables, keys and list items."""

    def __init__(self, lines: Mapping[Place, int]) -> None:
        self._lines = lines

    def of(self, place: Place) -> int:
        """The 1-based line of that place, or of the nearest thing around it that was written; 0 for the whole file."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 0)

    def places(self) -> frozenset[Place]:
        """All that was written."""
        return frozenset(self._lines)


def locate(text: str) -> Lines:
    """The lines of a text that `tomllib` accepts."""
    scanner = _Scanner(text)
    scanner.document()
    return Lines(scanner.lines)


class _Scanner:
    """Walks over a TOML text once and notes where keys stand; values are only stepped over."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._text = text
        self._at = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._items: dict[Place, int] = {}

    def document(self) -> None:
        table: Place = ()
        while self._skip() < len(self._text):
            if self._next("["):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Place:
        """`[table]` or `[[list of tables]]`; returns the place that the keys below it belong to."""
        line = self._line()
        brackets = 2 if self._next("[[") else 1
        self._at += brackets
        *around, last = self._key()
        self._skip()
        self._at += brackets
        place: Place = ()
        for part in around:
            place = self._newest((*place, part))
            self.lines.setdefault(place, line)
        place = (*place, last)
        if brackets == 1:
            place = self._newest(place)
        else:
            self.lines.setdefault(place, line)
            self._items[place] = self._items.get(place, -1) + 1
            place = self._newest(place)
        self.lines[place] = line
        return place

    def _newest(self, place: Place) -> Place:
        """In a list of tables, what follows belongs to its last item."""
        return (*place, self._items[place]) if place in self._items else place

    def _pair(self, table: Place) -> None:
        """`key = value`, the key perhaps dotted."""
        line = self._line()
        place = table
        for part in self._key():
            place = (*place, part)
            self.lines.setdefault(place, line)
        self._skip()
        self._at += 1  # =
        self._skip()
        self._value(place)

    def _value(self, place: Place) -> None:
        if self._next("["):
            self._at += 1
            self._list(place)
        elif self._next("{"):
            self._at += 1
            while self._more("}"):
                self._pair(place)
        else:
            self._take(_STRING if self._text[self._at] in "\"'" else _BARE)

    def _list(self, place: Place) -> None:
        number = 0
        while self._more("]"):
            self.lines[(*place, number)] = self._line()
            self._value((*place, number))
            number += 1

    def _more(self, end: str) -> bool:
        """Whether another item follows before the closing bracket, which is stepped over, as the comma is."""
        self._skip()
        if self._next(","):
            self._at += 1
            self._skip()
        if self._next(end):
            self._at += 1
            return False
        return True

    def _key(self) -> list[str]:
        self._skip()
        parts = [self._take(_KEY)]
        while _DOT.match(self._text, self._at):
            self._take(_DOT)
            parts.append(self._take(_KEY))
        return [part if part[0] not in "\"'" else next(iter(tomllib.loads(f"{part} = 0"))) for part in parts]

    def _skip(self) -> int:
        self._take(_BLANK)
        return self._at

    def _next(self, expected: str) -> bool:
        return self._text.startswith(expected, self._at)

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"not TOML at offset {self._at}")
        self._at = found.end()
        return found[0]

    def _line(self) -> int:
        return bisect.bisect_left(self._breaks, self._at) + 1
