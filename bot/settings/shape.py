"""What can be set: one frozen dataclass per table of `bot.toml`; a field is a key, its default what is shipped.

`bot.settings.loading` fills them from the file; everybody else is given them. Longer than 300 lines because each
key says here what it means, in which unit, and why its default is what it is. No I/O here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.errors import Fault
from bot.forms import Form
from bot.register import Register
from bot.rosters import RosterEntry
from bot.rota import Shift
from bot.series import Series
from bot.settings.dingtalk import DingtalkGovSettings, DingtalkStreamSettings, DingtalkWebhookSettings
from bot.settings.mail import MailSettings, SmsSettings, SmsTemplate
from bot.settings.pacing import CHAT_PACING, DERIVED, WECHAT_PACING, Pacing, keys_of
from bot.settings.values import (
    Count,
    Day,
    Days,
    Endpoint,
    Host,
    Name,
    Pause,
    Port,
    PublicUrl,
    Seconds,
    Template,
    WallTime,
    Whom,
)
from bot.settings.wecom import WecomAibotSettings, WecomAppSettings, WecomWebhookSettings

__all__ = [
    "CHAT_PACING",
    "DEFAULT_SCHEDULES",
    "DERIVED",
    "REGISTER",
    "AlarmSettings",
    "Approval",
    "BridgeSettings",
    "ChannelSettings",
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
    "keys_of",
]

Job = Literal[
    "remind", "remind_missing", "remind_each", "sms", "mail", "phone_list", "tally", "duty", "overdue", "series", "warn"
]
OF_STAFF = ("duty", "overdue")
"""The jobs that speak in the staff's rooms."""
Purpose = Literal["deputies", "staff"]
REGISTER = Path("名册")
"""Stands for a roster's file: who belongs to the room is what the office's register says."""
Approval = Literal["everyone", "always", "never"]
Carry = Literal["notices", "staff", "all"]
Limit = Annotated[float, Field(ge=0, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSettings:
    """`[office]`: the liaison office (联工委)."""

    name: Name = "联工委"
    """What the office is called in what the bot says; one store may hold several offices, told apart by it."""
    bot_name: Name = "小联"
    """What the bot calls itself, and the name people mention it by."""
    day_cutoff_hour: Annotated[int, Field(ge=0, le=11)] = 0
    """Local hour (Asia/Shanghai) at which a new reporting day begins. 0, midnight: the day that everybody means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """`[store]`: where everything is kept."""

    url: str = field(default="sqlite:///data/liaison.db", repr=False)
    """`sqlite:///file` or `postgresql://user@host/name`. A file, since one machine needs no database server.

    `LIAISON_STORE` stands over it. A password comes from there or from `${NAME}`, a variable of the environment.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """`[web]`: the one HTTP server, for the chat page, the console, exported files and `/healthz`."""

    host: Host = "127.0.0.1"
    """Address listened on. This machine only, so that nothing is open to the network until somebody wants it."""
    port: Port = 8420
    """TCP port listened on; one that nothing common uses."""
    public_url: PublicUrl = ""
    """How people reach the server from outside (https://…), for links in posts. Empty: host and port are written."""

    @property
    def base_url(self) -> str:
        """What links to the server begin with."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebchatSettings:
    """`[channels.webchat]`: the built-in chat page, on the server of `[web]`."""

    name: str = field(default="webchat", metadata=DERIVED)
    """The table's name: what rooms call the channel."""
    kind: Literal["webchat"] = "webchat"
    """Which channel it is. May be left out where the table's name says it."""
    open_seats: bool = True
    """Anybody who reaches the page may sit down as any member. For trying out; false hands out personal links only."""
    history_messages: Count = 200
    """Messages shown on opening a room: some two days of a busy group."""
    max_file_bytes: Count = 10 * 1024 * 1024
    """Largest file taken, in bytes: a photograph or a year's export."""
    max_message_bytes: Count = 1024 * 1024
    """Longest message taken, in UTF-8 bytes; the longest 接龙 seen has a hundredth of it."""
    recall_minutes: Annotated[int, Field(ge=0)] = 2
    """Minutes in which one's own message can be recalled (撤回), as in WeChat; 0 for never."""
    messages_per_minute: Count = 60
    """Messages a minute taken from one seat; nobody types faster."""
    pacing: Pacing = CHAT_PACING
    """How fast the bot may speak there. See `CHAT_PACING`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatySettings:
    """`[channels.wechaty]`: WeChat through a Wechaty gateway (puppet service)."""

    endpoint: Endpoint
    """host:port of the gateway."""
    token: str = field(repr=False, metadata=DERIVED)
    """The gateway's password, from `LIAISON_<NAME>_TOKEN` or `token_file`; never in bot.toml, never in a log."""
    token_file: Path | None = field(default=None, repr=False)
    """A file that holds the token, for service managers that hand out secrets as files."""
    name: str = field(default="wechaty", metadata=DERIVED)
    """The table's name: what rooms call the channel."""
    kind: Literal["wechaty"] = "wechaty"
    """Which channel it is. May be left out where the table's name says it."""
    tls: bool = False
    """Whether the gateway speaks TLS. Without it the gateway belongs on this machine or behind a tunnel."""
    tls_ca_file: Path | None = None
    """The certificate (PEM) that the gateway's own is checked against; none: the ones the system trusts."""
    tls_server_name: str = ""
    """Name the gateway's certificate is made out to, where it differs from the endpoint's host."""
    keepalive_seconds: Seconds = 5.0
    """Seconds between two signs of life asked of the gateway: without them a frozen one is never noticed."""
    keepalive_timeout_seconds: Seconds = 3.0
    """Seconds until a gateway that gives no sign of life counts as gone."""
    call_timeout_seconds: Seconds = 10.0
    """Seconds that one call to the gateway may take; a file goes through in one or two."""
    backoff_first_seconds: Seconds = 0.5
    """Seconds until the first attempt to connect again; doubled with each."""
    backoff_most_seconds: Seconds = 30.0
    """Longest pause between two attempts, in seconds: an operator who mends the gateway does not wait longer."""
    member_lookup_seconds: Pause = 2.0
    """Pause between two look-ups of members: five in a second have locked a live account."""
    self_id: str = ""
    """The bot's own contact id, where the gateway does not tell it."""
    max_file_bytes: Annotated[int, Field(ge=1, le=3_000_000)] = 3_000_000
    """Largest file sent, in bytes. Gateways take requests of 4 MiB, and a file grows by a third on its way."""
    in_file_bytes: Count = 20 * 1024 * 1024
    """Largest file fetched, in bytes; of a larger one only the name is kept."""
    pacing: Pacing = WECHAT_PACING
    """How fast the bot may speak there. See `Pacing`."""


ChannelSettings = (
    WebchatSettings
    | WechatySettings
    | WecomWebhookSettings
    | WecomAppSettings
    | WecomAibotSettings
    | DingtalkWebhookSettings
    | DingtalkStreamSettings
    | DingtalkGovSettings
    | MailSettings
    | SmsSettings
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSettings:
    """`[[rooms]]`: a group (群)."""

    name: Name
    """The group's name, as people see it in the channel."""
    channel: str = "webchat"
    """In which channel it is; where only one is configured, that one."""
    roster: tuple[RosterEntry, ...] = field(default=(), metadata=DERIVED)
    """Who belongs to it."""
    roster_file: Path | None = field(default=None, metadata={"key": "roster"})
    """The CSV that says who belongs to it; `"名册"`: those beside whom the register (名册) has the group's name.

    May be left out where `[register]` names the group.
    """
    purpose: Purpose = "deputies"
    """`deputies`: a group of deputies, who report there. `staff`: the office's own, where commands are given."""
    show_missing: bool | None = None
    """Whether names of those who have not reported (未报) are said there; None: `manners` decide."""
    external_id: str = ""
    """The channel's own id of the group. Empty: found by its name, which is right unless two groups share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSettings:
    """`[register]`: the files of the office's people (名册), which `liaison people` takes over."""

    people_file: Path | None = field(default=None, metadata={"key": "people"})
    """Everybody: CSV or workbook."""
    units_file: Path | None = field(default=None, metadata={"key": "units"})
    """The units with their codes (行政区划代码): CSV or workbook."""
    content: Register | None = field(default=None, metadata=DERIVED)
    """What the two files hold; None where none are named. The bot goes by the store, into which they are taken over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """`[[bridges]]`: groups, mostly of different channels, that are joined: what one says appears in the others."""

    rooms: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names of the groups; each may stand in one bridge only."""
    called: tuple[str, ...] = ()
    """What each group is called behind the speaker's name, in the order of `rooms`. Empty: by their names."""
    carry: Carry = "notices"
    """`notices`: what staff say, and questions of anybody; `staff`: only what staff say; `all`: all talk.

    Never a person's health, a report, an answer to a form, a command or a private talk, whatever stands here.
    """
    late_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """Minutes after which something said is no longer carried (the bot or the other channel was away)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """`[[schedules]]`: something the bot says by itself at a time of day."""

    name: Name
    """Its own name; part of the key under which a post is made once, so a new name may post again today."""
    do: Job
    """`remind` all, `remind_missing` those who have not reported, post the `tally` (汇总); for staff who is on `duty`
    tomorrow (值班), and which suggestions are `overdue` (逾期). `series` posts the next text of a series (普法).

    Further up the ladder, each of those missing alone: `remind_each` privately, by `sms`, by `mail`; at last the
    `phone_list` (电话名单) for whoever is on duty. `warn` looks whether somewhere more people are unwell than usual
    (预警), in the whole office, and tells whoever is on duty; see `AlarmSettings`.
    """
    at: WallTime
    """Time of day in China."""
    days: Days = "daily"
    """`daily`, `workdays` (调休 counted), `weekends` (every other day, holidays too), or weekdays, 0 for Monday.

    Daily, since reports are due on holidays too.
    """
    rooms: Annotated[tuple[str, ...], Field(min_length=1)] = ("*",)
    """Names of the rooms it is for; `*` for all rooms of deputies, for `duty` and `overdue` all of staff.

    Else a room of staff is to be named.
    """
    text: Template = ""
    """What is said; `values.PLACEHOLDERS` in braces are filled in. Empty: the shipped wording."""
    late_minutes: Annotated[int, Field(ge=1, le=1440)] = 120
    """Minutes after which it is too late to say it (the bot was down): a morning's reminder is odd at noon."""
    from_on: Day = None
    """First day it is due; None: no first day."""
    to_on: Day = None
    """Last day it is due; None: no last day."""
    form: str = ""
    """Name of the form (采集) it is about, and only while that is open; empty: the daily health reports."""
    most_people: Annotated[int, Field(ge=0)] = 0
    """Most people whom a step towards each alone goes out to; 0 for no limit.

    Where more are missing, nothing goes out, and whoever is on duty decides: that half an office is silent is more
    likely to be our own fault.
    """
    series: str = ""
    """Of `do = "series"`: the folder of its texts (普法), seen from the folder of bot.toml. One text each time."""

    def is_for(self, room: str, purpose: str) -> bool:
        """Whether a series goes to a room: one of deputies, or one that is named."""
        return room in self.rooms or ("*" in self.rooms and purpose == "deputies")


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """`[health]`: the daily health reports (健康上报)."""

    whom: Whom = ("deputies",)
    """Who is due: deputies, staff, everyone, or units, mandates and sub-lists. Deputies in groups of deputies, staff in
    their own rooms, each counted apart; whoever is not meant is neither asked nor missing.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    """`[alarms]`: early warning (预警), when a `warn` schedule looks whether more people are unwell than usual."""

    least_rate: Annotated[float, Field(ge=0, le=1)] = 0.6
    """Share of those expected to report without which a day says nothing (数据不足): it neither alarms nor counts as a
    day to compare with. 0.6: where fewer report, a count says more of who reports than of who is ill.
    """
    look_back_days: Annotated[int, Field(ge=12, le=90)] = 28
    """Days back in which the days to compare with are looked for; C3 needs twelve with enough reports."""
    min_sigma: Annotated[float, Field(ge=0.1, le=10)] = 0.5
    """Least standard deviation that is divided by: in a small unit that of a week may be 0. 0.5 is Burkom's."""
    limits: tuple[Limit, Limit, Limit] = (3.0, 3.0, 2.0)
    """Alarm where C1, C2, C3 are over these, as EARS has them; 0 for not by that one."""
    unit_threshold: Annotated[int, Field(ge=0)] = 3
    """Unwell people in one unit from whom on it alarms whatever is usual; 0 for no such number."""
    office_threshold: Annotated[int, Field(ge=0)] = 10
    """As `unit_threshold`, for the whole office."""
    repeat_minutes: Annotated[int, Field(ge=0, le=1440)] = 120
    """Minutes after which all staff are told what nobody has answered (知悉), once; 0 for never.

    One that falls into the quiet hours waits for their end.
    """


DEFAULT_SCHEDULES = (
    ScheduleSettings(name="早上提醒", do="remind", at=time(8)),
    ScheduleSettings(name="下午催报", do="remind_missing", at=time(15)),
    ScheduleSettings(name="晚上汇总", do="tally", at=time(20)),
    ScheduleSettings(name="逾期提醒", do="overdue", at=time(9), days="workdays"),
    ScheduleSettings(name="早间预警", do="warn", at=time(7, 30)),
    ScheduleSettings(name="晚间预警", do="warn", at=time(20, 30)),
)
"""A day as offices keep it, so that there is something to see before anything is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySettings:
    """`[duty]`: who is on duty (值班), and so gets what somebody has to see to at once."""

    shifts: tuple[Shift, ...] = field(default=(), metadata=DERIVED)
    """The rota as its file has it."""
    rota_file: Path | None = field(default=None, metadata={"key": "rota"})
    """The CSV or workbook that says who is on duty when. None: alerts and questions go to all staff."""
    tell_at: WallTime = time(18)
    """When those on duty tomorrow are told, in the staff's rooms and each alone; needs a rota."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MannersSettings:
    """`[manners]`: how the bot behaves among people."""

    show_missing_names: bool = True
    """Whether groups see the names of those who have not reported, or only how many they are."""
    answer_reports: bool = False
    """Whether each report is answered in the group. Off: thirty answers a morning drown everything else."""
    alert_staff: bool = True
    """Whether staff are told privately, at once, when somebody is or may be unwell."""
    staff_see_names_in_staff_room: bool = False
    """Whether rooms of staff see who is unwell. Off: such a room has more readers than those who need to know."""
    most_mentions: Annotated[int, Field(ge=0, le=100)] = 20
    """Most people mentioned by one message; the others are named. Mentioning whole groups gets accounts noticed."""
    reply_minutes: Count = 10
    """Minutes after which the answer to a command is no longer sent: the question has been forgotten by then."""
    alert_back_days: Annotated[int, Field(ge=0, le=60)] = 7
    """Days back that a report brought in late (pasted after a gap) still alerts staff; older ones are history."""
    alert_hours: Annotated[int, Field(ge=1, le=168)] = 24
    """Hours after which an alert that could not be sent is no longer sent; it stays listed."""
    ask_back: bool = True
    """Whether a sender whose words leave a state of health open (存疑) is asked back, once and privately."""
    ask_wait_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """Minutes for which an answer is waited for; then staff settle it."""
    ask_fresh_hours: Annotated[int, Field(ge=1, le=72)] = 12
    """Hours after which a report is too old to ask about what it said (a pasted day); staff settle it."""
    quiet_from_hour: Annotated[int, Field(ge=0, le=23)] = 22
    """Local hour from which nobody is asked back or reminded; the same as `quiet_to_hour` for no such time."""
    quiet_to_hour: Annotated[int, Field(ge=0, le=23)] = 7
    """Local hour at which what came up at night is asked."""
    sms_quiet_from_hour: Annotated[int, Field(ge=0, le=23)] = 20
    """As `quiet_from_hour`, for short messages: a telephone lies beside the bed and rings."""
    sms_quiet_to_hour: Annotated[int, Field(ge=0, le=23)] = 8
    """As `quiet_to_hour`, for short messages."""
    phone_quiet_from_hour: Annotated[int, Field(ge=0, le=23)] = 21
    """Local hour from which the telephone list asks not to call anybody any more."""
    phone_quiet_to_hour: Annotated[int, Field(ge=0, le=23)] = 8
    """Local hour from which calling is fine again."""
    reminders_per_day: Count = 6
    """Most times a day that somebody is reminded, of whatever and by whatever means; more is nagging."""
    private_per_day: Count = 2
    """Most private reminders to one person a day, of whatever."""
    sms_per_day: Count = 1
    """Most short messages to one person a day, for whatever reason: each costs money, and patience."""
    sms_per_week: Count = 3
    """Most short messages to one person within seven days."""
    mail_per_day: Count = 2
    """Most reminders by mail to one person a day."""

    @property
    def quiet_hours(self) -> tuple[int, int]:
        """From and to."""
        return self.quiet_from_hour, self.quiet_to_hour

    @property
    def sms_quiet_hours(self) -> tuple[int, int]:
        """From and to, for short messages."""
        return self.sms_quiet_from_hour, self.sms_quiet_to_hour

    @property
    def phone_quiet_hours(self) -> tuple[int, int]:
        """From and to, for calls."""
        return self.phone_quiet_from_hour, self.phone_quiet_to_hour


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesSettings:
    """`[notices]`: notices (通知), and how it is followed up who has seen them."""

    approval: Approval = "everyone"
    """Which notices a second member of staff approves: those that go to `everyone`, `always` all of them, `never`."""
    everyone_from: Count = 30
    """People from whom on a notice goes to everyone; one to all deputies always does. 30: more than a county's."""
    deadline_hours: Annotated[int, Field(ge=1, le=720)] = 48
    """Hours that a notice has which names no deadline; what was not sent by then is not sent any more."""
    remind_hours: tuple[Annotated[int, Field(ge=1, le=720)], ...] = (24, 4)
    """Hours before the deadline at which those who have not answered are reminded: first in their group, then alone."""
    late_days: Annotated[int, Field(ge=0, le=60)] = 7
    """Days after the deadline in which an answer still counts: late is better than never."""
    bare_minutes: Annotated[int, Field(ge=0, le=1440)] = 30
    """Minutes after a notice in which 好的, OK or 1 in the group answers it; later it may answer anything."""
    file_hours: Annotated[int, Field(ge=1, le=168)] = 24
    """Hours back in which the files that a notice names must have been handed in there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """`[inbox]`: how what comes in is worked off."""

    max_text_bytes: Count = 1024 * 1024
    """UTF-8 bytes of a message that are read; a longer one is kept whole, and cut for reading."""
    retry_first_seconds: Seconds = 60.0
    """Seconds until a message whose handling failed is tried again; doubled with each attempt."""
    retry_most_seconds: Seconds = 3600.0
    """Longest pause between two attempts, in seconds."""
    most_attempts: Count = 5
    """Attempts after which it is left for a person; it stays listed by `liaison check`."""
    batch: Count = 50
    """Messages taken from the store at a time: enough to keep busy, few enough to stop soon."""
    paste_window_minutes: Annotated[int, Field(ge=0)] = 2
    """Minutes by which a pasted message's time may differ from the live one's and still be the same message."""
    retract_days: Annotated[int, Field(ge=0)] = 3
    """Days back that a word in the group (作废) takes a report back; an older one is corrected by staff."""
    reread_days: Annotated[int, Field(ge=0)] = 30
    """Days back that messages of a person are read again when they are bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSettings:
    """`[outbox]`: how posts get out; how fast is the channel's `Pacing`."""

    lease_seconds: Seconds = 30.0
    """Seconds for which a sender that claimed a post has it alone; longer than any sending takes."""
    retry_first_seconds: Seconds = 5.0
    """Seconds until a post is tried again that the channel could not take; doubled with each attempt."""
    retry_most_seconds: Seconds = 300.0
    """Longest pause between two attempts, in seconds; the post's own end is what stops them."""
    merge_minutes: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 3.0
    """Minutes within which what goes to the same room or person is said in one post; 0 for never.

    Reminders, tallies, texts of a series and bridged words only; answers and alerts neither wait nor are merged.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSettings:
    """`[reading]`: how messages are understood."""

    office_rules: tuple[Path, ...] = ()
    """Rules files (TOML) of the office's own, read after the shipped ones: local words for a symptom, a place."""
    form_files: tuple[Path, ...] = field(default=(), metadata={"key": "forms"})
    """Forms (采集) that the office asks besides health, a TOML file each; see docs/howto-forms.md."""
    reload_seconds: Seconds = 5.0
    """Seconds between two looks at whether rules or rosters have changed: soon for whoever saved one and waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of it; `Settings()` is what is shipped."""

    office: OfficeSettings = OfficeSettings()
    """The office."""
    store: StoreSettings = StoreSettings()
    """The store."""
    web: WebSettings = WebSettings()
    """The HTTP server."""
    channels: tuple[ChannelSettings, ...] = (WebchatSettings(),)
    """The channels; the chat page alone where none is configured."""
    register: RegisterSettings = RegisterSettings()
    """The files of the office's people."""
    rooms: tuple[RoomSettings, ...] = ()
    """The groups."""
    bridges: tuple[BridgeSettings, ...] = ()
    """Which of them are joined."""
    schedules: tuple[ScheduleSettings, ...] = DEFAULT_SCHEDULES
    """What is said by itself; `schedules = []` for nothing."""
    duty: DutySettings = DutySettings()
    """Who is on duty."""
    health: HealthSettings = HealthSettings()
    """Of whom the daily health reports are asked."""
    alarms: AlarmSettings = AlarmSettings()
    """Early warning."""
    manners: MannersSettings = MannersSettings()
    """How the bot behaves."""
    notices: NoticesSettings = NoticesSettings()
    """Notices."""
    inbox: InboxSettings = InboxSettings()
    """What comes in."""
    outbox: OutboxSettings = OutboxSettings()
    """What goes out."""
    reading: ReadingSettings = ReadingSettings()
    """How messages are understood."""
    forms: tuple[Form, ...] = field(default=(), metadata=DERIVED)
    """What the office asks besides health: the files of `[reading]`, read."""
    series: tuple[Series, ...] = field(default=(), metadata=DERIVED)
    """The series of texts that schedules post, as they were read at the start."""
    path: Path | None = field(default=None, metadata=DERIVED)
    """The file it was read from; relative paths in it start from its folder."""
    warnings: tuple[Fault, ...] = field(default=(), metadata=DERIVED)
    """What works and is probably not meant: told by `liaison check`."""
