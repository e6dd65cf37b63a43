"""What only several tables together can show: names that meet twice or point nowhere, schedules that never fire. Pure.

Called by `bot.settings.loading` with what it could read. A table that was refused by itself is known here by its name
only, so that nobody is told of faults that follow from others.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from bot import audience
from bot.forms import Form
from bot.lines import Place
from bot.register import Register
from bot.rosters import Role
from bot.settings import kinds
from bot.settings.faults import nearest
from bot.settings.mail import in_the_clear
from bot.settings.shape import (
    OF_STAFF,
    REGISTER,
    BridgeSettings,
    ChannelSettings,
    DutySettings,
    HealthSettings,
    MailSettings,
    MannersSettings,
    RoomSettings,
    ScheduleSettings,
    SmsSettings,
    WebchatSettings,
    WebSettings,
    WechatySettings,
    WecomAppSettings,
)
from bot.settings.values import is_within

DAILY_HEALTH = HealthSettings()


class Finding(NamedTuple):
    """Something that is wrong, and where it stands."""

    place: Place
    what: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was read, before it is known to fit together.

    Args:
        channel_names: as written, those of refused tables too; so are the other names, by their number in the file.
    """

    web: WebSettings
    channels: Sequence[ChannelSettings]
    channel_names: tuple[str, ...]
    rooms: Mapping[int, RoomSettings]
    room_names: Mapping[int, str]
    bridges: Mapping[int, BridgeSettings]
    schedules: Mapping[int, ScheduleSettings]
    schedule_names: Mapping[int, str]
    manners: MannersSettings
    duty: DutySettings
    forms: Sequence[Form] = ()
    form_names: tuple[str, ...] = ()
    register: Register | None = None
    health: HealthSettings = DAILY_HEALTH


def faults(draft: Draft) -> Iterator[Finding]:
    """What keeps the bot from starting."""
    yield from _channels(draft)
    yield from _twice("rooms", "群", draft.room_names)
    for number, room in draft.rooms.items():
        yield from _room(number, room, draft)
    yield from _external_ids(draft)
    yield from _bridges(draft)
    yield from _twice("schedules", "定时", draft.schedule_names)
    for number, schedule in draft.schedules.items():
        yield from _schedule(number, schedule, draft)
        yield from _ladder(number, schedule, draft)
        if schedule.form:
            yield from _schedule_of_form(("schedules", number), schedule, draft)


def warnings(draft: Draft) -> Iterator[Finding]:
    """What works and is probably not meant."""
    for channel in draft.channels:
        yield from _channel_warnings(channel, draft.web)
    yield from _room_warnings(draft)
    yield from _duty_warnings(draft)
    yield from _form_warnings(draft)
    for number, schedule in draft.schedules.items():
        yield from _ladder_warnings(number, schedule, draft)


def _channel_warnings(channel: ChannelSettings, web: WebSettings) -> Iterator[Finding]:
    if isinstance(channel, WechatySettings):
        yield from _gateway_warnings(channel, web)
    elif isinstance(channel, WecomAppSettings) and not web.public_url:
        remedy = f"请在 [web] 里写 public_url；企业微信后台的回调地址是它后面加上 {channel.callback_path}"
        yield Finding(("channels", channel.name), "没有写 public_url，企业微信的回调进不来", remedy)
    elif isinstance(channel, MailSettings):
        for key, *told in in_the_clear(channel):
            yield Finding(("channels", channel.name, key), *told)
    elif isinstance(channel, WebchatSettings) and channel.open_seats and not _is_this_machine(web.host):
        remedy = f"正式使用前请在 [channels.{channel.name}] 里写 open_seats = false，改发个人链接"
        yield Finding(("web", "host"), "能连上这台机器的人都可以坐到任何一位代表的位置上发言", remedy)


def _gateway_warnings(channel: WechatySettings, web: WebSettings) -> Iterator[Finding]:
    place = ("channels", channel.name)
    if not channel.tls and not _is_this_machine(channel.endpoint.rpartition(":")[0]):
        what = "和网关之间没有加密，令牌和消息会在网络上明文传送"
        yield Finding((*place, "endpoint"), what, "请写 tls = true，或者走加密隧道")
    if not web.public_url:
        yield Finding(place, "没有写 public_url，发到群里的链接别人打不开", "请在 [web] 里写 public_url")


_ALONE = {"remind_each": "私下提醒", "sms": "短信", "mail": "邮件"}
"""Jobs that remind one person at a time, and what people call them."""


def _ladder_warnings(number: int, schedule: ScheduleSettings, draft: Draft) -> Iterator[Finding]:
    wanted = {"sms": SmsSettings, "mail": MailSettings}.get(schedule.do)
    if wanted is not None and not any(isinstance(channel, wanted) for channel in draft.channels):
        remedy = "到时候会把要说的话和名单交给工作人员代办；接上这个渠道就会自己发"
        yield Finding(("schedules", number, "do"), f"没有配置{_ALONE[schedule.do]}的渠道", remedy)
    hours = draft.manners.sms_quiet_hours if schedule.do == "sms" else draft.manners.quiet_hours
    if (schedule.do in _ALONE or schedule.do == "remind_missing") and is_within(schedule.at.hour, hours):
        remedy = f"凌晨的会挪到 {hours[1]} 点，晚上的当天不发；请改 at，或者改 [manners] 里不打扰的时间"
        yield Finding(("schedules", number, "at"), f"“{schedule.name}”定在不打扰的时间里", remedy)


def _ladder(number: int, schedule: ScheduleSettings, draft: Draft) -> Iterator[Finding]:
    """A text that goes to one person at a time: nothing of others stands in it, and by SMS nothing unapproved."""
    if schedule.do not in _ALONE or not schedule.text:
        return
    place = ("schedules", number, "text")
    for name in ("should", "reported", "missing_count"):
        if f"{{{name}}}" in schedule.text:
            remedy = "可以写 {date}、{room}，{missing} 是他自己的姓名"
            yield Finding(place, f"单独发给一个人的话里不能写 {{{name}}}", remedy)
            return
    said = schedule.text.format_map({"date": "12月31日", "room": "某某代表群", "missing": "欧阳某某"})
    if schedule.do == "sms" and any(isinstance(c, SmsSettings) and not c.says(said) for c in draft.channels):
        remedy = "短信只能发审核过的文字；请照一个模板写，或者删去这一行"
        yield Finding(place, "这段话和哪个短信模板都对不上", remedy)


def _room_warnings(draft: Draft) -> Iterator[Finding]:
    rooms = draft.rooms
    for number, room in rooms.items():
        if room.purpose == "staff" and any(entry.role is Role.DEPUTY for entry in room.roster):
            yield Finding(
                ("rooms", number, "roster"), "值班群的名单里有代表", "值班群里会出现催报等内部消息，请核对名单"
            )
    of_register = any(room.roster_file == REGISTER for room in rooms.values())
    if rooms and not of_register and not any(e.role is Role.STAFF for room in rooms.values() for e in room.roster):
        yield Finding(
            ("rooms",), "所有名单里都没有工作人员", "没有人能发命令，也没有人收到异常提醒；请在名单里加上工作人员"
        )


def _duty_warnings(draft: Draft) -> Iterator[Finding]:
    named = dict.fromkeys(name for shift in draft.duty.shifts for name in shift.names)
    staff = [entry for room in draft.rooms.values() for entry in room.roster if entry.role is Role.STAFF]
    known = {name for entry in staff for name in (entry.name, *entry.aliases)}
    if strange := [name for name in named if known and name not in known]:
        what = f"值班表里有 {len(strange)} 个人不在名单的工作人员里"
        yield Finding(("duty", "rota"), what, f"请核对：{'、'.join(strange[:10])}")
    if draft.duty.rota_file is not None and not any(room.purpose == "staff" for room in draft.rooms.values()):
        remedy = '请给工作人员的群写一段 [[rooms]]，加上 purpose = "staff"'
        yield Finding(("duty", "rota"), "没有工作人员的群，前一天晚上没有地方说明天谁值班", remedy)


def _form_warnings(draft: Draft) -> Iterator[Finding]:
    known = {entry.name for room in draft.rooms.values() for entry in room.roster}
    known |= {entry.name for entry in (draft.register.people if draft.register else ())}
    for form in draft.forms:
        strangers = sum(name not in known for name, _ in form.people or ())
        if draft.rooms and strangers:
            what = f"采集“{form.name}”的名单里有 {strangers} 人不在任何一个群的名单里"
            yield Finding(
                ("reading", "forms"), what, "他们收不到提醒，也不会算进应报人数；请核对姓名，或者加进群的名单"
            )


def _channels(draft: Draft) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], str] = {}
    every = dict.fromkeys(draft.channel_names, "") | {channel.name: channel.kind for channel in draft.channels}
    for channel in draft.channels:
        place, account = ("channels", channel.name), kinds.account_of(channel)
        first = seen.setdefault((channel.kind, *account), channel.name)
        if first != channel.name:
            called = kinds.KINDS[channel.kind].account
            remedy = f"请改成另一个{called}，或者删去一段" if account else "请删去一段"
            yield Finding((*place, "endpoint"), f"和 [channels.{first}] 是同一个{called}", remedy)
        rooms = {number: room.external_id for number, room in draft.rooms.items() if room.channel == channel.name}
        for where, *told in kinds.trouble(channel, rooms, every):
            yield Finding(("rooms", where, "channel") if isinstance(where, int) else (*place, where), *told)


def _twice(table: str, called: str, names: Mapping[int, str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, name in names.items():
        if name and name in seen:
            yield Finding((table, number, "name"), f"已经有一个{called}叫“{name}”", "名称不能重复，请改一个")
        seen.add(name)


def _room(number: int, room: RoomSettings, draft: Draft) -> Iterator[Finding]:
    if room.channel not in draft.channel_names:
        remedy = nearest(room.channel, draft.channel_names) or f"已配置的渠道有：{'、'.join(draft.channel_names)}"
        yield Finding(("rooms", number, "channel"), f"没有配置渠道 {room.channel}", remedy)
    if lack := lacking(room):
        yield Finding(("rooms", number, "roster"), *lack)
    elif room.roster_file == REGISTER and draft.register is not None:
        wanted, called = (Role.STAFF, "工作人员") if room.purpose == "staff" else (Role.DEPUTY, "代表")
        if not any(room.name in entry.rooms and wanted in entry.roles for entry in draft.register.people):
            what = f"名册里没有一位{called}写着这个群"
            yield Finding(("rooms", number), what, "请核对群名，或在名册的“群”一列里写上它")


def lacking(room: RoomSettings) -> tuple[str, str] | None:
    """What is wrong, and the remedy, where a room's roster holds nobody of those whom the room is for."""
    wanted, called = (Role.STAFF, "工作人员") if room.purpose == "staff" else (Role.DEPUTY, "代表")
    if not room.roster or any(entry.role is wanted for entry in room.roster):
        return None
    remedy = f"请在名单里写上{called}；若这是{'代表群' if room.purpose == 'staff' else '值班群'}，请改 purpose"
    return f"名单里没有{called}", remedy


def _external_ids(draft: Draft) -> Iterator[Finding]:
    seen: dict[tuple[str, str], RoomSettings] = {}
    for number, room in draft.rooms.items():
        if not room.external_id:
            continue
        first = seen.setdefault((room.channel, room.external_id), room)
        if first is not room:
            yield Finding(
                ("rooms", number, "external_id"), f"和群“{first.name}”的 external_id 相同", "一个群只能配置一次"
            )


def _bridges(draft: Draft) -> Iterator[Finding]:
    purposes = {room.name: room.purpose for room in draft.rooms.values()}
    joined: set[str] = set()
    for number, bridge in draft.bridges.items():
        place = ("bridges", number, "rooms")
        for index, name in enumerate(bridge.rooms):
            if name not in draft.room_names.values():
                known = [room for room in draft.room_names.values() if room]
                remedy = nearest(name, known) or f"已配置的群有：{'、'.join(known) or '无'}"
                yield Finding((*place, index), f"没有配置群“{name}”", remedy)
            elif name in joined:
                yield Finding(
                    (*place, index), f"群“{name}”在互通里写了两次", "一个群只能在一处互通；要连几个群，写在一起"
                )
            joined.add(name)
        if len(bridge.rooms) == 1:
            yield Finding(place, "互通只写了一个群", "请至少写两个群")
        if len({purposes[name] for name in bridge.rooms if name in purposes}) > 1:
            yield Finding(place, "代表群和值班群不能互通", "值班群里有内部消息；请只写代表群，或只写值班群")
        if bridge.called and len(bridge.called) != len(bridge.rooms):
            yield Finding(
                ("bridges", number, "called"), "called 和 rooms 的项数不一样", "请按 rooms 的顺序，一个群一个"
            )


def _schedule(number: int, schedule: ScheduleSettings, draft: Draft) -> Iterator[Finding]:
    place = ("schedules", number)
    if schedule.from_on and schedule.to_on and schedule.to_on < schedule.from_on:
        yield Finding((*place, "to_on"), "to_on 早于 from_on，这个定时永远不会执行", "请把两个日期对调，或者删去一个")
    elif _misses_its_weekdays(schedule):
        yield Finding(
            (*place, "days"), "from_on 到 to_on 之间没有这几个星期，这个定时永远不会执行", "请改 days，或者放宽日期"
        )
    yield from _schedule_of_series(place, schedule)
    if schedule.do == "duty" and draft.duty.rota_file is None:
        yield Finding((*place, "do"), "没有值班表，不知道谁值班", '请在 [duty] 里写 rota = "值班表.csv"')
    if schedule.do == "warn" and (schedule.rooms != ("*",) or schedule.form or schedule.text):
        remedy = "请删去这一段里的 rooms、form、text；要在哪些单位、多少人起预警，写在 [alarms] 里"
        yield Finding((*place, "do"), "预警看的是整个单位的健康上报，不分群，话也不能自己写", remedy)
    all_read = draft.rooms.keys() == draft.room_names.keys()
    purpose, called = ("staff", "工作人员群") if schedule.do in OF_STAFF else ("deputies", "代表群")
    for index, name in enumerate(schedule.rooms):
        where = (*place, "rooms", index)
        if name == "*":
            if all_read and not any(room.purpose == purpose for room in draft.rooms.values()):
                yield Finding(where, f"没有配置任何{called}，这个定时永远不会执行", "请用 [[rooms]] 配置群")
        elif (
            schedule.do not in OF_STAFF
            and not schedule.form
            and _of_staff(name, draft)
            and Role.STAFF not in audience.roles_in(draft.health.whom)
        ):
            remedy = '要收工作人员的健康上报，请写 [health] 和 whom = ["代表", "工作人员"]'
            yield Finding(where, f"“{name}”是工作人员的群，没有问他们健康", remedy)
        elif name not in draft.room_names.values():
            known = [room for room in draft.room_names.values() if room]
            remedy = nearest(name, known) or f'已配置的群有：{"、".join(known) or "无"}；所有代表群写 "*"'
            yield Finding(where, f"没有配置群“{name}”", remedy)


def _of_staff(name: str, draft: Draft) -> bool:
    return any(room.name == name and room.purpose == "staff" for room in draft.rooms.values())


def _schedule_of_series(place: Place, schedule: ScheduleSettings) -> Iterator[Finding]:
    if schedule.do == "series" and not schedule.series:
        yield Finding(place, "缺少 series", '请加一行，写放文件的文件夹，例如 series = "普法/疫情防控"')
    elif schedule.series and schedule.do != "series":
        yield Finding((*place, "series"), 'series 只用于 do = "series"', '请删去这一行，或者改成 do = "series"')
    elif schedule.series and (schedule.form or schedule.text):
        key = "form" if schedule.form else "text"
        yield Finding((*place, key), f"发系列的定时不用写 {key}", "请删去这一行；要说的话在系列的文件里")


def _schedule_of_form(place: Place, schedule: ScheduleSettings, draft: Draft) -> Iterator[Finding]:
    if schedule.form not in draft.form_names:
        known = (
            f"现有的采集：{'、'.join(draft.form_names)}"
            if draft.form_names
            else "请在 [reading] 的 forms 里写上它的文件"
        )
        remedy = nearest(schedule.form, draft.form_names) or known
        yield Finding((*place, "form"), f"没有叫“{schedule.form}”的采集", remedy)
    form = next((form for form in draft.forms if form.name == schedule.form), None)
    if form is None:
        return
    first = max((day for day in (form.from_on, schedule.from_on) if day), default=None)
    last = min((day for day in (form.to_on, schedule.to_on) if day), default=None)
    if first and last and last < first:
        what = f"采集“{form.name}”开放的那些天，这个定时都不执行"
        yield Finding((*place, "form"), what, "请改这里或采集里的 from_on、to_on")
    asked = [r for r in draft.rooms.values() if form.asked_in(r.name, for_staff=r.purpose == "staff")]
    if draft.rooms and "*" not in schedule.rooms and not any(room.name in schedule.rooms for room in asked):
        yield Finding((*place, "rooms"), f"采集“{form.name}”不问这些群", "请改 rooms，或者改采集里的 whom、rooms")


def _misses_its_weekdays(schedule: ScheduleSettings) -> bool:
    """Whether none of its weekdays lies between its first and its last day."""
    if isinstance(schedule.days, str) or not schedule.from_on or not schedule.to_on:
        return False
    length = min((schedule.to_on - schedule.from_on).days, 6)
    return not any((schedule.from_on + timedelta(days=ahead)).weekday() in schedule.days for ahead in range(length + 1))


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
