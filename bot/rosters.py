"""A roster (名单): the CSV that says who belongs to a room → frozen entries. (the reader is being written)"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Role(enum.StrEnum):
    """What somebody is in a room."""

    DEPUTY = "deputy"
    """A deputy (代表): is to report."""
    STAFF = "staff"
    """Staff (工作人员): may give commands, is told who is unwell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One person of a roster.

    Args:
        unit: where they belong (单位): a delegation, a district, an office; empty where the roster does not say.
        phone: digits, perhaps behind a +; empty where the roster does not say. Never shown.
        aliases: other names (别名) they go by in groups.
    """

    name: str
    role: Role = Role.DEPUTY
    unit: str = ""
    phone: str = field(default="", repr=False)
    aliases: tuple[str, ...] = ()
