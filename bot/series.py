"""PURE: series of short texts (普法) that go to rooms one after another: what a text is, and which is the next.

`bot.settings.series` reads them from files; `schedules.series` posts them, `/普法` shows how far each room is. What was
posted where stands in the posts themselves, under each text's key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One text of a series.

    Args:
        name: the file's name without its end; part of the key under which the text is posted once in a room.
        source: where it comes from: the law, when it was passed.
        from_on: first day it is valid; None: no first day.
        to_on: last day it is valid; None: no last day.
    """

    name: str
    title: str
    text: str
    source: str
    from_on: date | None = None
    to_on: date | None = None

    def valid_on(self, day: date) -> bool:
        """Whether it may be posted on that day."""
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The texts of one folder, in the order in which they are posted."""

    name: str
    items: tuple[Item, ...]

    def key(self, item: Item, room_id: int) -> str:
        """The key under which a text is posted in a room."""
        return f"series/{self.name}/{item.name}/{room_id}"[:300]

    def keys(self, room_id: int) -> dict[str, Item]:
        """The keys of all of its texts in a room, in order."""
        return {self.key(item, room_id): item for item in self.items}


class Shelf:
    """The series at work; others take their place when the files have changed (reload)."""

    def __init__(self, series: Sequence[Series] = ()) -> None:
        self.series = tuple(series)

    def use(self, series: Sequence[Series]) -> None:
        """Posts from these from now on."""
        self.series = tuple(series)

    def named(self, name: str) -> Series | None:
        """The series of that name."""
        return next((series for series in self.series if series.name == name), None)
