"""What is shipped, what is read from a file, and what is warned of."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from bot import settings
from tests.settings.files import GATEWAY, ROOM, ROSTER, WECHATY, Write, refused


def test_without_a_file_the_shipped_defaults_work() -> None:
    assert settings.load(None, {}) == settings.Settings()


def test_the_shipped_day_reminds_asks_the_missing_tallies_and_looks_for_what_is_late_or_unusual() -> None:
    assert [(item.do, item.at, item.days, item.rooms) for item in settings.Settings().schedules] == [
        ("remind", time(8), "daily", ("*",)),
        ("remind_missing", time(15), "daily", ("*",)),
        ("tally", time(20), "daily", ("*",)),
        ("overdue", time(9), "workdays", ("*",)),
        ("warn", time(7, 30), "daily", ("*",)),
        ("warn", time(20, 30), "daily", ("*",)),
    ]


def test_an_empty_file_is_the_shipped_defaults(write: Write) -> None:
    path = write("")
    loaded = settings.load(path, {})
    assert loaded.path == path
    assert (loaded.channels, loaded.schedules, loaded.rooms) == (
        settings.Settings().channels,
        settings.DEFAULT_SCHEDULES,
        (),
    )


def test_a_named_file_that_is_missing_is_a_fault(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.toml", {}) == [
        ("gone.toml", 0, "配置文件读不了", "请检查文件名、文件是不是在那里、本程序有没有读它的权限")
    ]


@pytest.mark.parametrize(
    ("environ", "there", "found"),
    [
        pytest.param({}, False, None, id="nothing"),
        pytest.param({}, True, Path("bot.toml"), id="the usual file"),
        pytest.param({"LIAISON_CONFIG": "other.toml"}, True, Path("other.toml"), id="the environment's"),
    ],
)
def test_the_usual_file_is_read_only_where_there_is_one(
    environ: dict[str, str], there: bool, found: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if there:
        Path("bot.toml").touch()
    assert settings.usual_path(environ) == found


def test_a_room_has_the_people_of_its_roster(write: Write, tmp_path: Path) -> None:
    (room,) = settings.load(write(ROOM), {}).rooms
    assert (room.name, room.roster_file) == ("长沙", tmp_path / "长沙.csv")
    assert [(entry.name, str(entry.role)) for entry in room.roster] == [("贺知秋", "deputy"), ("周敏", "staff")]


def test_a_schedule_is_read_as_people_write_it(write: Write) -> None:
    text = ROOM + (
        '[[schedules]]\nname = "周报"\ndo = "tally"\nat = "9：05"\ndays = ["周四", "Mon", "星期一"]\nrooms = ["长沙"]\n'
        'text = "{room}{date}：{reported}/{should}"\nfrom_on = 2020-02-01\nto_on = "2020年3月1日"\n'
    )
    (schedule,) = settings.load(write(text), {}).schedules
    assert schedule == settings.ScheduleSettings(
        name="周报",
        do="tally",
        at=time(9, 5),
        days=(0, 3),
        rooms=("长沙",),
        text="{room}{date}：{reported}/{should}",
        from_on=date(2020, 2, 1),
        to_on=date(2020, 3, 1),
    )


def test_an_empty_list_of_schedules_keeps_the_bot_silent(write: Write) -> None:
    assert settings.load(write("schedules = []\n" + ROOM), {}).schedules == ()


def test_a_room_is_in_the_only_channel_without_saying_so(write: Write) -> None:
    loaded = settings.load(write('[channels.wechaty]\nendpoint = "127.0.0.1:8788"\n' + ROOM), GATEWAY)
    assert [room.channel for room in loaded.rooms] == ["wechaty"]


def test_a_channel_may_have_a_name_of_its_own(write: Write) -> None:
    text = '[channels.second]\nkind = "wechaty"\nendpoint = "gw.example:443"\ntls = true\n[web]\npublic_url = "https://a.cn/"\n'
    loaded = settings.load(write(text), {"LIAISON_SECOND_TOKEN": "x"})
    (channel,) = loaded.channels
    assert isinstance(channel, settings.WechatySettings)
    assert (channel.name, channel.token, channel.tls) == ("second", "x", True)
    assert loaded.web.public_url == "https://a.cn"


def test_one_key_of_a_channels_pacing_leaves_the_others_as_they_are_there(write: Write) -> None:
    (channel,) = settings.load(write("[channels.webchat.pacing]\nroom_per_hour = 5\n"), {}).channels
    assert (channel.pacing.room_per_hour, channel.pacing.min_gap_seconds) == (5, 0)


def test_relative_paths_start_from_the_folder_of_the_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "own.toml").touch()
    loaded = settings.load(write('[store]\nurl = "sqlite:///data/x.db"\n[reading]\noffice_rules = ["own.toml"]\n'), {})
    assert loaded.store.url == f"sqlite:///{tmp_path.as_posix()}/data/x.db"
    assert loaded.reading.office_rules == (tmp_path / "own.toml",)


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite:////srv/x.db", "postgresql://bot@db/liaison"])
def test_other_stores_are_left_as_written(url: str, write: Write) -> None:
    assert settings.load(write(f'[store]\nurl = "{url}"\n'), {}).store.url == url


def test_the_environments_store_stands_over_the_files(write: Write) -> None:
    loaded = settings.load(write('[store]\nurl = "sqlite:///a.db"\n'), {"LIAISON_STORE": "postgresql://db/x"})
    assert loaded.store.url == "postgresql://db/x"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(write: Write) -> None:
    path = write("")
    path.write_bytes(b"\xef\xbb\xbf[web]\r\nport = 9000\r\n")
    assert settings.load(path, {}).web.port == 9000


WARNED = {
    "a page open to the network": ('[web]\nhost = "0.0.0.0"', 2, "open_seats = false"),
    "a gateway in the clear": (
        '[channels.wechaty]\nendpoint = "10.0.0.9:1"\n[web]\npublic_url = "https://a.cn"', 2, "请写 tls = true"
    ),
    "links that lead nowhere": (WECHATY, 1, "请在 [web] 里写 public_url"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "remedy"), [pytest.param(*case, id=name) for name, case in WARNED.items()])
def test_what_is_probably_not_meant_is_warned_of(text: str, line: int, remedy: str, write: Write) -> None:
    (warning,) = settings.load(write(text), GATEWAY).warnings
    assert warning.line == line
    assert remedy in warning.remedy


def test_a_deputy_in_a_staff_room_and_rooms_without_staff_are_warned_of(write: Write, tmp_path: Path) -> None:
    path = write(ROOM)
    (tmp_path / "长沙.csv").write_text("姓名,身份\n甲,代表\n", encoding="utf-8")
    assert ["没有工作人员" in warning.what for warning in settings.load(path, {}).warnings] == [True]
    path = write(ROOM + 'purpose = "staff"\n')
    (tmp_path / "长沙.csv").write_text(ROSTER, encoding="utf-8")
    assert [(warning.line, warning.what) for warning in settings.load(path, {}).warnings] == [
        (4, "值班群的名单里有代表")
    ]
