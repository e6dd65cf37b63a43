"""Configuration: `bot.toml` (secrets from environment or file) → frozen `Settings`, all faults told at once.

`shape` is what can be set, with the reason of each default; `loading` reads the file, `bot.lines` finds where in it a
key stands, `values` and `faults` say in Chinese what is wrong with it. Called by `bot.app` and `bot.cli`.
"""

from __future__ import annotations

from bot.settings.loading import load, reread_rosters, reread_rota, usual_path
from bot.settings.shape import (
    DEFAULT_SCHEDULES,
    OF_STAFF,
    ChannelSettings,
    DutySettings,
    InboxSettings,
    Job,
    MailSettings,
    MannersSettings,
    OfficeSettings,
    OutboxSettings,
    Pacing,
    Purpose,
    ReadingSettings,
    RoomSettings,
    ScheduleSettings,
    Settings,
    SmsSettings,
    SmsTemplate,
    StoreSettings,
    WebchatSettings,
    WebSettings,
    WechatySettings,
)
from bot.settings.values import PLACEHOLDERS, Days
from bot.settings.wecom import WecomAibotSettings, WecomAppSettings, WecomWebhookSettings

__all__ = [
    "DEFAULT_SCHEDULES",
    "OF_STAFF",
    "PLACEHOLDERS",
    "ChannelSettings",
    "Days",
    "DutySettings",
    "InboxSettings",
    "Job",
    "MailSettings",
    "MannersSettings",
    "OfficeSettings",
    "OutboxSettings",
    "Pacing",
    "Purpose",
    "ReadingSettings",
    "RoomSettings",
    "ScheduleSettings",
    "Settings",
    "SmsSettings",
    "SmsTemplate",
    "StoreSettings",
    "WebSettings",
    "WebchatSettings",
    "WechatySettings",
    "WecomAibotSettings",
    "WecomAppSettings",
    "WecomWebhookSettings",
    "load",
    "reread_rosters",
    "reread_rota",
    "usual_path",
]
