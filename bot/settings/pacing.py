"""How fast the bot may speak in a channel, and what each table of a channel is made with.

Below the tables: `bot.settings.shape` and the modules of single channels import it. No I/O here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from pydantic import Field

from bot.settings.values import Count, Pause

DERIVED = {"key": None}
"""Marks a field that no key of the file sets: it comes from the environment, another file or the table's name."""


def keys_of(table: type) -> dict[str, str]:
    """The keys that a table of the file may hold → the fields of its dataclass, in their order."""
    keys = {field.metadata.get("key", field.name): field.name for field in fields(table)}
    return {key: name for key, name in keys.items() if key is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """`[channels.<name>.pacing]`: how fast the bot may speak there.

    The defaults are for a WeChat account, where bursts lose messages and cost the account; other channels have theirs.
    """

    min_gap_seconds: Pause = 3.0
    """Seconds between two posts of the channel. Accounts that sent faster had messages lost or swapped."""
    jitter_seconds: Pause = 2.0
    """Up to that many seconds more, by chance: a strict beat is what machines are known by."""
    room_per_hour: Count = 20
    """Posts an hour into one room; what is over it waits. Stands below all other rules."""
    person_per_hour: Count = 20
    """Posts an hour to one person; what is over it waits. Answers to commands and alerts count, and do not wait."""
    channel_per_minute: Count = 20
    """Posts a minute in the whole channel; half of what is known to be borne by live accounts."""
    spread_minutes: Annotated[int, Field(ge=0, le=120)] = 10
    """Minutes over which reminders to single people are spread, each at a moment of its own that stays the same."""
    avoid_sharp: bool = False
    """Whether reminders keep away from :00 and :30 sharp, when such services have their rush; then a little later."""


WECHAT_PACING = Pacing()
"""A WeChat account's."""
CHAT_PACING = Pacing(
    min_gap_seconds=0,
    jitter_seconds=0,
    room_per_hour=600,
    person_per_hour=600,
    channel_per_minute=6000,
    spread_minutes=0,
)
"""The chat page's: no pause and wide caps, since no platform is watching and people wait for the answer."""
