"""Configuration: `bot.toml` (secrets from environment or file) → frozen `Settings`, all faults told at once.

`shape` is what can be set, with the reason of each default; `loading` reads the file, `lines` finds where in it a key
stands, `values` and `faults` say in Chinese what is wrong with it. Called by `bot.app` and `bot.cli`.
"""

from __future__ import annotations

from bot.settings.loading import load, usual_path
from bot.settings.shape import (
    DEFAULT_SCHEDULES,
    ChannelSettings,
    InboxSettings,
    Job,
    MannersSettings,
    OfficeSettings,
    OutboxSettings,
    Pacing,
    Purpose,
    ReadingSettings,
    RoomSettings,
    ScheduleSettings,
    Settings,
    StoreSettings,
    WebchatSettings,
    WebSettings,
    WechatySettings,
)
from bot.settings.values import PLACEHOLDERS, Days

__all__ = [
    "DEFAULT_SCHEDULES",
    "PLACEHOLDERS",
    "ChannelSettings",
    "Days",
    "InboxSettings",
    "Job",
    "MannersSettings",
    "OfficeSettings",
    "OutboxSettings",
    "Pacing",
    "Purpose",
    "ReadingSettings",
    "RoomSettings",
    "ScheduleSettings",
    "Settings",
    "StoreSettings",
    "WebSettings",
    "WebchatSettings",
    "WechatySettings",
    "load",
    "usual_path",
]
