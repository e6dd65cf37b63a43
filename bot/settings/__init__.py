"""Configuration: `bot.toml` (secrets from environment or file) → frozen `Settings`, all faults told at once.

`shape` is what can be set, with the reason of each default; `loading` reads the file, `bot.lines` finds where in it a
key stands, `values` and `faults` say in Chinese what is wrong with it. Called by `bot.app` and `bot.cli`.
"""

from __future__ import annotations

from bot.settings.dingtalk import DingtalkGovSettings, DingtalkStreamSettings, DingtalkWebhookSettings
from bot.settings.loading import load, reread_rosters, reread_rota, reread_series, series_files, usual_path
from bot.settings.shape import (
    DEFAULT_SCHEDULES,
    OF_STAFF,
    REGISTER,
    AlarmSettings,
    BridgeSettings,
    ChannelSettings,
    DutySettings,
    HealthSettings,
    InboxSettings,
    Job,
    MailSettings,
    MannersSettings,
    NoticesSettings,
    OfficeSettings,
    OutboxSettings,
    Pacing,
    Purpose,
    ReadingSettings,
    RegisterSettings,
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
    "REGISTER",
    "AlarmSettings",
    "BridgeSettings",
    "ChannelSettings",
    "Days",
    "DingtalkGovSettings",
    "DingtalkStreamSettings",
    "DingtalkWebhookSettings",
    "DutySettings",
    "HealthSettings",
    "InboxSettings",
    "Job",
    "MailSettings",
    "MannersSettings",
    "NoticesSettings",
    "OfficeSettings",
    "OutboxSettings",
    "Pacing",
    "Purpose",
    "ReadingSettings",
    "RegisterSettings",
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
    "reread_series",
    "series_files",
    "usual_path",
]
