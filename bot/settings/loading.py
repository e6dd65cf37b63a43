"""Reads `bot.toml` and what it names, and tells every fault of them at once.

Called by `bot.cli`. `bot.settings.tables` checks each table by itself; what only several tables together can show is
looked at by `bot.settings.checks`; this is the order in which they are asked, and where secrets and rosters come in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from bot import register, rosters, rota
from bot.audience import Names
from bot.errors import Fault, SettingsError
from bot.lines import Lines
from bot.register import Register
from bot.rosters import RosterEntry
from bot.rota import Shift
from bot.series import Series
from bot.settings import checks, credentials, faults, forms, kinds, series
from bot.settings.checks import Draft
from bot.settings.kinds import KINDS
from bot.settings.shape import (
    DEFAULT_SCHEDULES,
    REGISTER,
    AlarmSettings,
    BridgeSettings,
    ChannelSettings,
    DutySettings,
    HealthSettings,
    InboxSettings,
    MannersSettings,
    NoticesSettings,
    OfficeSettings,
    OutboxSettings,
    Pacing,
    ReadingSettings,
    RegisterSettings,
    RoomSettings,
    ScheduleSettings,
    Settings,
    SmsSettings,
    SmsTemplate,
    StoreSettings,
    WebSettings,
    keys_of,
)
from bot.settings.tables import Document, is_file

CONFIG_VARIABLE = "LIAISON_CONFIG"
USUAL_FILE = Path("bot.toml")

_CHANNEL_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def usual_path(environ: Mapping[str, str]) -> Path | None:
    """The file to read where the command line names none: `$LIAISON_CONFIG`, or `bot.toml` if there is one."""
    if named := environ.get(CONFIG_VARIABLE):
        return Path(named)
    return USUAL_FILE if USUAL_FILE.exists() else None


def load(path: Path | None, environ: Mapping[str, str], *, secrets: bool = True) -> Settings:
    """Reads the configuration.

    Args:
        path: the file; None for what is shipped.
        environ: holds the secrets, and `LIAISON_STORE`, which stands over the file's store.
        secrets: whether channels need theirs; a rehearsal speaks to nobody, and every one is made up for it.

    Raises:
        SettingsError: with every fault of the file and of the rosters it names, by file and line.
    """
    document = Document.read(path) if path else Document(None, {}, Lines({}))
    reader = _Reader(document, environ, secrets=secrets)
    settings = reader.settings()
    if document.faults:
        raise SettingsError(_in_order(document.faults, path))
    return replace(settings, warnings=_in_order(reader.warnings, path))


def reread_rosters(rooms: Sequence[RoomSettings]) -> tuple[RoomSettings, ...]:
    """The same rooms with the rosters that their files hold now.

    Raises:
        SettingsError: with every fault of all rosters, by file and line; a room keeps none of them then.
    """
    found: list[Fault] = []
    read: list[RoomSettings] = []
    for room in rooms:
        try:
            own = room.roster_file if room.roster_file != REGISTER else None
            read.append(replace(room, roster=rosters.read(own)) if own else room)
        except SettingsError as exc:
            found += exc.faults
            continue
        if room.roster_file and (lack := checks.lacking(read[-1])):
            found.append(Fault(str(room.roster_file), 0, *lack))
    if found:
        raise SettingsError(_in_order(found, None))
    return tuple(read)


def reread_series(settings: Settings) -> tuple[Series, ...]:
    """The series that schedules post, as their files are now.

    Raises:
        SettingsError: with every fault of all files.
    """
    return series.read(settings.path.parent if settings.path else Path(), series.folders(settings.schedules))


def series_files(settings: Settings) -> list[Path]:
    """The files of all series that schedules post."""
    base = settings.path.parent if settings.path else Path()
    return [path for name in series.folders(settings.schedules) for path in series.files_of(base / name)]


def reread_rota(duty: DutySettings) -> tuple[Shift, ...]:
    """The rota that its file holds now.

    Raises:
        SettingsError: with every fault of the file.
    """
    return rota.read(duty.rota_file) if duty.rota_file is not None else ()


def _with_duty(schedules: tuple[ScheduleSettings, ...], duty: DutySettings) -> tuple[ScheduleSettings, ...]:
    """The schedules, and the one that tells who is on duty tomorrow where there is a rota and none of them does."""
    if duty.rota_file is None or any(schedule.do == "duty" for schedule in schedules):
        return schedules
    return (*schedules, ScheduleSettings(name="明日值班", do="duty", at=duty.tell_at))


def _in_order(found: Sequence[Fault], path: Path | None) -> tuple[Fault, ...]:
    """Each once, those of `bot.toml` first, by line."""
    return tuple(sorted(dict.fromkeys(found), key=lambda fault: (fault.file != str(path), fault.file, fault.line)))


class _Reader:
    """Puts the settings together from one document and the environment."""

    def __init__(self, document: Document, environ: Mapping[str, str], *, secrets: bool) -> None:
        self.warnings: list[Fault] = []
        self._needs_secrets = secrets
        self._document = document
        self._environ = environ

    def settings(self) -> Settings:
        document = self._document
        document.check_headings(list(keys_of(Settings)))
        channels = self._channels()
        register_settings = self._register()
        rooms = self._rooms(list(channels), register_settings)
        bridges = document.list_of(BridgeSettings, "bridges")
        schedules = document.list_of(ScheduleSettings, "schedules")
        reading = document.section(ReadingSettings, "reading")
        texts = self._series(schedules)
        duty = self._duty()
        names = self._meanings(rooms, register_settings.content)
        files = forms.load(reading.form_files, names, document.faults)
        health = document.section(HealthSettings, "health")
        for finding in forms.unknown_words(("health", "whom"), health.whom, names):
            document.fault(*finding)
        settings = Settings(
            office=document.section(OfficeSettings, "office"),
            store=self._store(),
            web=document.section(WebSettings, "web"),
            channels=tuple(channel for channel in channels.values() if channel),
            register=register_settings,
            rooms=tuple(rooms.values()),
            bridges=tuple(bridges.values()),
            schedules=_with_duty(
                tuple(schedules.values()) if "schedules" in document.written else DEFAULT_SCHEDULES, duty
            ),
            duty=duty,
            health=health,
            alarms=document.section(AlarmSettings, "alarms"),
            manners=document.section(MannersSettings, "manners"),
            notices=document.section(NoticesSettings, "notices"),
            inbox=document.section(InboxSettings, "inbox"),
            outbox=document.section(OutboxSettings, "outbox"),
            reading=reading,
            forms=files.forms,
            series=texts,
            path=document.path,
        )
        draft = Draft(
            web=settings.web,
            channels=settings.channels,
            channel_names=tuple(channels),
            register=settings.register.content,
            health=health,
            rooms=rooms,
            room_names=self._names("rooms"),
            bridges=bridges,
            schedules=schedules,
            schedule_names=self._names("schedules"),
            manners=settings.manners,
            duty=duty,
            forms=files.forms,
            form_names=files.names,
        )
        for finding in checks.faults(draft):
            document.fault(*finding)
        self.warnings = [document.told(*finding) for finding in checks.warnings(draft)]
        return settings

    def _store(self) -> StoreSettings:
        store = self._document.section(StoreSettings, "store")
        complain = partial(self._document.fault, ("store", "url"))
        credentials.check_no_password(store.url, complain)
        if over := self._environ.get(credentials.STORE_VARIABLE, "").strip():
            credentials.check_store(over, self._complain_of_environment)
            return replace(store, url=over)
        return replace(store, url=credentials.store_url(store.url, self._document.folder, self._environ, complain))

    def _complain_of_environment(self, what: str, remedy: str) -> None:
        self._document.faults.append(Fault(f"环境变量 {credentials.STORE_VARIABLE}", 0, what, remedy))

    def _channels(self) -> dict[str, ChannelSettings | None]:
        """The channels by name; None for one that was refused."""
        written = self._document.written.get("channels") or {"webchat": {}}
        if not isinstance(written, dict):
            self._document.fault(("channels",), "channels 写法不对", "请给每个渠道写一段，例如 [channels.webchat]")
            return {"webchat": None}
        return {name: self._channel(name, table) for name, table in written.items()}

    def _channel(self, name: str, written: object) -> ChannelSettings | None:
        document, place = self._document, ("channels", name)
        if not isinstance(written, dict):
            document.fault(place, f"channels 里的 {name} 不是一段", "请给每个渠道写一段，例如 [channels.webchat]")
            return None
        if not _CHANNEL_NAME.fullmatch(name):
            remedy = "请用小写英文字母开头，后面可以有数字，例如 [channels.wechaty]"
            document.fault(place, "渠道的名称写得不对", remedy)
            return None
        chosen = written.get("kind", name)
        kind = KINDS.get(chosen) if isinstance(chosen, str) else None
        if kind is None:
            every = "、".join(f'"{name}"（{kind.called}）' for name, kind in KINDS.items())
            remedy = faults.nearest(chosen, KINDS) or f"请写 kind = {every} 之一"
            document.fault((*place, "kind"), "不认识这种渠道", remedy)
            return None
        pacing = document.table(Pacing, (*place, "pacing"), written.get("pacing", {}), asdict(kind.pacing))
        given: dict[str, object] = dict.fromkeys(kind.secrets, "")
        given |= {"name": name, "kind": chosen, "pacing": asdict(pacing or kind.pacing)}
        others = {key: value for key, value in written.items() if key != "pacing"}
        if kind.table is SmsSettings:
            given["templates"] = self._templates(place, others.pop("templates", []))
        channel = document.table(kind.table, place, others, given)
        return replace(channel, **self._secrets(channel)) if channel else None

    def _templates(self, place: tuple[str, ...], written: object) -> list[dict[str, object]]:
        """The templates of short messages that are right, each a table of its own."""
        if not isinstance(written, list):
            self._document.fault((*place, "templates"), "templates 写法不对", "请写两层方括号，每个模板一段")
            return []
        read = (self._document.table(SmsTemplate, (*place, "templates", n), item) for n, item in enumerate(written))
        return [asdict(template) for template in read if template]

    def _secrets(self, channel: ChannelSettings) -> dict[str, Any]:
        """The secrets of its kind, each from the environment or a file of its own."""
        if not self._needs_secrets:
            return dict.fromkeys(kinds.secrets_of(channel), credentials.MADE_UP)
        complain = partial(self._document.fault, ("channels", channel.name))
        spare = {secret: credentials.variable_of(channel.name, secret) for secret in KINDS[channel.kind].spare}
        found: dict[str, Any] = {secret: self._environ.get(name, "").strip() for secret, name in spare.items()}
        for secret, called in kinds.secrets_of(channel).items():
            file = getattr(channel, f"{secret}_file")
            if file is None or is_file(file):  # a file that is not there was told already
                found[secret] = credentials.secret_of(secret, called, channel.name, file, self._environ, complain)
        return found

    def _meanings(self, rooms: Mapping[int, RoomSettings], content: Register | None) -> Names:
        """What words for people can mean, by the rosters and by the register's files."""
        people = content.people if content else ()
        return Names(
            units=[(unit.code, unit.name) for unit in (content.units if content else ())],
            written_units=sorted({entry.unit for room in rooms.values() for entry in room.roster if entry.unit}),
            lists=sorted({name for entry in people for name in entry.lists}),
            rooms=[*self._names("rooms").values()],
        )

    def _register(self) -> RegisterSettings:
        """The register's files, read."""
        found = self._document.section(RegisterSettings, "register")
        people, units = found.people_file, found.units_file
        if (people is None) != (units is None):
            self._document.fault(("register",), "[register] 里 people 和 units 只写了一个", "请两个都写，或者都不写")
        if people is None or units is None or not (is_file(people) and is_file(units)):
            return found
        try:
            return replace(found, content=register.read(people, units))
        except SettingsError as exc:
            self._document.faults += exc.faults
            return found

    def _rooms(self, channels: Sequence[str], office: RegisterSettings) -> dict[int, RoomSettings]:
        """The rooms; one without a roster is the register's, where that names it."""
        document = self._document
        given = {"channel": channels[0]} if len(channels) == 1 else {}
        seated = {name for entry in (office.content.people if office.content else ()) for name in entry.rooms}
        for number, table in document.items("rooms").items():
            if "roster" not in table and table.get("name") not in seated and not (office.people_file and not seated):
                remedy = '请在这一段里加一行，例如 roster = "rosters/长沙.csv"；从名册里来的写 roster = "名册"'
                document.fault(("rooms", number), "这个群没有名单", remedy)
        given["roster_file"] = str(REGISTER)
        rooms = document.list_of(RoomSettings, "rooms", given)
        return {number: replace(room, roster=self._roster(room.roster_file)) for number, room in rooms.items()}

    def _roster(self, path: Path | None) -> tuple[RosterEntry, ...]:
        if path is None or path == REGISTER or not is_file(path):
            return ()  # the register's, or told already
        try:
            return rosters.read(path)
        except SettingsError as exc:
            self._document.faults += exc.faults
            return ()

    def _series(self, schedules: Mapping[int, ScheduleSettings]) -> tuple[Series, ...]:
        """The series of texts that schedules post."""
        for number, schedule in schedules.items():
            place = ("schedules", number, "series")
            if (
                schedule.series
                and schedule.do == "series"
                and not series.files_of(self._document.folder / schedule.series)
            ):
                remedy = f"请在文件夹 {(self._document.folder / schedule.series).absolute()} 里放 .md 文件，一条一个"
                self._document.fault(place, f"系列“{schedule.series}”里没有文件", remedy)
        try:
            return series.read(self._document.folder, series.folders(schedules.values()))
        except SettingsError as exc:
            self._document.faults += exc.faults
            return ()

    def _duty(self) -> DutySettings:
        duty = self._document.section(DutySettings, "duty")
        if duty.rota_file is None or not is_file(duty.rota_file):
            return duty
        try:
            return replace(duty, shifts=rota.read(duty.rota_file))
        except SettingsError as exc:
            self._document.faults += exc.faults
            return duty

    def _names(self, table: str) -> dict[int, str]:
        """The names of rooms or schedules as written; empty where there is none."""
        return {number: str(item.get("name", "")) for number, item in self._document.items(table).items()}
