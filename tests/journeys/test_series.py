"""Law publicity (普法): one text at a time, each once in a room, in order, while it is valid; edited while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot import app, settings
from bot.app import sync_rooms
from bot.channels.memory import MemoryChannel
from bot.clock import VirtualClock, at
from bot.errors import ChannelUnavailable, SettingsError
from bot.messages import Dispatch
from bot.series import Series
from bot.settings import ScheduleSettings, Settings
from bot.settings import series as reading
from storage import Store
from tests.office import GROUP, GROUP_TRAITS, OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real

FOLDER = "普法/防疫"
WEEKLY = ScheduleSettings(name="普法", do="series", series=FOLDER, at=time(10), rooms=(GROUP, OTHER))
TEXT = "---\ntitle: {title}\nsource: 某法\n{more}---\n\n{title}的**正文**。\n"


def write(base: Path, *names: str, more: str = "") -> None:
    folder = base / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.md").write_text(TEXT.format(title=f"第{name}", more=more), "utf-8")


def office_settings(base: Path, *schedules: ScheduleSettings) -> Settings:
    made = settings_for(schedules or (WEEKLY,))
    return replace(made, path=base / "bot.toml", series=reading.read(base, reading.folders(made.schedules)))


async def opened(store: Store, clock: VirtualClock, base: Path, *schedules: ScheduleSettings) -> Office:
    return await open_office(store, clock, office_settings(base, *schedules), real())


async def said(office: Office, until: date, room: str = GROUP) -> list[str]:
    """The titles of what was posted in the room by the end of that day."""
    before = len(office.channel.said)
    await office.play_until(at(until, time(23)))
    here = [said.text for said in office.channel.said[before:] if said.conversation.name == room]
    return [text.partition("】")[0].removeprefix("【第") for text in here]


async def test_each_text_is_posted_once_in_a_room_one_a_time_in_order(
    store: Store, clock: VirtualClock, tmp_path: Path
) -> None:
    write(tmp_path, "2-乙", "10-丁", "1-甲")
    office = await opened(store, clock, tmp_path)
    assert await said(office, date(2020, 2, 11)) == ["1-甲", "2-乙"]
    text = office.channel.said[0].text
    assert text == "【第1-甲】\n第1-甲的正文。\n（来源：某法）"
    office = await opened(store, clock, tmp_path)  # as after a restart
    assert await said(office, date(2020, 2, 14)) == ["10-丁"]
    assert [d.conversation.name for d in office.channel.said] == [GROUP, OTHER]


async def test_two_schedules_of_one_series_go_on_where_the_other_was(
    store: Store, clock: VirtualClock, tmp_path: Path
) -> None:
    write(tmp_path, "1", "2", "3")
    evening = replace(WEEKLY, name="晚上普法", at=time(18), rooms=(GROUP,))
    office = await opened(store, clock, tmp_path, WEEKLY, evening)
    assert await said(office, date(2020, 2, 11)) == ["1", "2", "3"]


async def test_a_text_is_never_posted_outside_its_days(store: Store, clock: VirtualClock, tmp_path: Path) -> None:
    write(tmp_path, "1", more="to: 2020-02-09\n")
    write(tmp_path, "2", more="起：2020年2月12日\n止：2020-02-12\n")
    write(tmp_path, "3")
    office = await opened(store, clock, tmp_path)
    assert await said(office, date(2020, 2, 11)) == ["3"]
    assert await said(office, date(2020, 2, 20)) == ["2"]


class Away(MemoryChannel):
    """A channel that comes back at an instant."""

    back_at = at(date(2020, 2, 11), time(8))

    def __init__(self, name: str, clock: VirtualClock) -> None:
        super().__init__(name, clock, GROUP_TRAITS)
        self._clock = clock

    async def send(self, dispatch: Dispatch) -> str | None:
        if self._clock.now() < self.back_at:
            raise ChannelUnavailable("away")
        return await super().send(dispatch)


async def test_what_came_too_late_is_posted_the_next_time_unless_its_days_are_over(
    store: Store, clock: VirtualClock, tmp_path: Path
) -> None:
    write(tmp_path, "1", "2")
    office = await open_office(store, clock, office_settings(tmp_path), real(), channel=Away("group", clock))
    assert await said(office, date(2020, 2, 12)) == ["1", "2"]
    assert await said(office, date(2020, 2, 20)) == []


async def test_a_text_whose_days_end_tonight_is_not_posted_tomorrow(
    store: Store, clock: VirtualClock, tmp_path: Path
) -> None:
    write(tmp_path, "1", more="to: 2020-02-10\n")
    late = replace(WEEKLY, at=time(23, 30), late_minutes=600)
    channel = Away("group", clock)
    channel.back_at = at(date(2020, 2, 11), time(0, 10))
    office = await open_office(store, clock, office_settings(tmp_path, late), real(), channel=channel)
    assert await said(office, date(2020, 2, 12)) == []


async def test_a_staff_room_gets_it_only_by_its_name(store: Store, clock: VirtualClock, tmp_path: Path) -> None:
    write(tmp_path, "1")
    office = await opened(store, clock, tmp_path, replace(WEEKLY, rooms=("*",)))
    assert await said(office, date(2020, 2, 10), STAFF_ROOM) == []
    office = await opened(store, clock, tmp_path, replace(WEEKLY, name="值班普法", rooms=(STAFF_ROOM,)))
    assert await said(office, date(2020, 2, 11), STAFF_ROOM) == ["1"]


async def test_staff_see_what_was_posted_when_and_what_is_next(
    store: Store, clock: VirtualClock, tmp_path: Path
) -> None:
    write(tmp_path, "1", "2")
    office = await opened(store, clock, tmp_path)
    await office.play(time(10, 30))
    (answer,) = await office.ask("周敏", "/普法", STAFF_ROOM)
    assert answer.text.split("\n\n")[0].splitlines() == [
        f"普法/防疫，{GROUP}：发了 1 条，共 2 条",
        "· 2月10日 10:00 第1",
        "下一条（2月11日 10:00）：第2",
    ]
    (answer,) = await office.ask("周敏", "/普法 两会", STAFF_ROOM)
    assert answer.text == "没有叫“两会”的系列。现有的：普法/防疫"


async def test_files_that_are_added_are_posted_and_faulty_ones_change_nothing(
    store: Store, clock: VirtualClock, tmp_path: Path
) -> None:
    write(tmp_path, "1")
    office = await opened(store, clock, tmp_path)
    asked = asyncio.Event()
    reloading = app.reloading_of(office.bot, real(), asked)
    await reloading.look()
    assert await said(office, date(2020, 2, 11)) == ["1"]
    write(tmp_path, "2")
    await reloading.look()
    assert await said(office, date(2020, 2, 12)) == ["2"]
    (tmp_path / FOLDER / "3.md").write_text("没有开头\n", "utf-8")
    write(tmp_path, "4")
    await reloading.look()
    told = [d.text for d in await office.heard() if d.conversation.name == STAFF_ROOM]
    assert len(told) == 1
    assert "【普法有误】" in told[0]
    assert "3.md:1" in told[0]
    assert reloading.standing["series"]["fault"] is True
    assert await said(office, date(2020, 2, 13)) == []
    (tmp_path / FOLDER / "3.md").unlink()
    await reloading.look()
    assert await said(office, date(2020, 2, 14)) == ["4"]
    assert reloading.standing["series"]["fault"] is False


async def test_two_processes_post_a_text_once(store: Store, clock: VirtualClock, tmp_path: Path) -> None:
    write(tmp_path, "1", "2")
    one = await opened(store, clock, tmp_path)
    other = await opened(store, clock, tmp_path)
    await sync_rooms(other.bot, other.bot.settings.rooms)
    clock.advance_to(at(date(2020, 2, 10), time(9, 59)))
    await one.bot.planner.run_due()
    clock.advance(120)
    await asyncio.gather(one.bot.planner.run_due(), other.bot.planner.run_due())
    await one.bot.outbox.send_due()
    await other.bot.outbox.send_due()
    texts = [d.text for d in (*one.channel.said, *other.channel.said) if d.conversation.name == GROUP]
    assert len(texts) == 1


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────

BAD = {
    "no head": ("只有正文\n", 1, "没有开头的说明"),
    "an open head": ("---\ntitle: x\n正文\n", 1, "没有开头的说明"),
    "no title": ("---\nsource: x\n---\n正文\n", 1, "没有写标题"),
    "an empty source": ("---\ntitle: x\nsource:\n---\n正文\n", 3, "没有写来源"),
    "an unknown key": ("---\ntitle: x\nsource: y\ntile: z\n---\n正文\n", 4, "开头里不认识“tile”"),
    "a key twice": ("---\ntitle: x\n标题：z\nsource: y\n---\n正文\n", 3, "标题 写了两次"),
    "no day": ("---\ntitle: x\nsource: y\nfrom: 下周\n---\n正文\n", 4, "日期写得不对"),
    "days the wrong way round": (
        "---\ntitle: x\nsource: y\nfrom: 2020-02-02\nto: 2020-02-01\n---\n正文\n",
        5,
        "to 早于",
    ),
    "no text": ("---\ntitle: x\nsource: y\n---\n\n", 4, "没有正文"),
}


@pytest.mark.parametrize(("text", "line", "what"), [pytest.param(*bad, id=name) for name, bad in BAD.items()])
def test_a_bad_file_is_told_with_file_and_line(text: str, line: int, what: str, tmp_path: Path) -> None:
    write(tmp_path, "1")
    (tmp_path / FOLDER / "2.md").write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        reading.read(tmp_path, [FOLDER])
    (fault,) = caught.value.faults
    assert (Path(fault.file).name, fault.line) == ("2.md", line)
    assert what in fault.what
    assert fault.remedy


TOML = """
[[rooms]]
name = "长沙"
roster = "长沙.csv"
[[schedules]]
name = "普法"
at = "10:00"
{}
"""


@pytest.mark.parametrize(
    ("keys", "line", "what"),
    [
        ('do = "series"', 5, "缺少 series"),
        ('do = "tally"\nseries = "普法/防疫"', 9, "series 只用于"),
        ('do = "series"\nseries = "普法/没有"', 9, "系列“普法/没有”里没有文件"),
        ('do = "series"\nseries = "普法/防疫"\ntext = "x"', 10, "发系列的定时不用写 text"),
    ],
)
def test_a_bad_schedule_is_told(keys: str, line: int, what: str, tmp_path: Path) -> None:
    write(tmp_path, "1")
    (tmp_path / "长沙.csv").write_text("姓名,身份\n张三,代表\n", "utf-8")
    (tmp_path / "bot.toml").write_text(TOML.format(keys), "utf-8")
    with pytest.raises(SettingsError) as caught:
        settings.load(tmp_path / "bot.toml", {})
    assert [fault.line for fault in caught.value.faults] == [line]
    assert what in caught.value.faults[0].what


def test_a_configured_series_is_loaded_with_the_settings(tmp_path: Path) -> None:
    write(tmp_path, "1", "2")
    (tmp_path / "长沙.csv").write_text("姓名,身份\n张三,代表\n", "utf-8")
    (tmp_path / "bot.toml").write_text(TOML.format(f'do = "series"\nseries = "{FOLDER}"'), "utf-8")
    (found,) = settings.load(tmp_path / "bot.toml", {}).series
    assert [item.name for item in found.items] == ["1", "2"]


def shipped() -> Sequence[Series]:
    return reading.read(Path(__file__).parents[2], ["普法/疫情防控"])


def test_the_shipped_series_is_right_and_short() -> None:
    (series,) = shipped()
    assert len(series.items) == 7
    for item in series.items:
        assert len(item.text) < 300
        assert item.from_on is not None


def test_no_shipped_law_is_posted_before_it_was_in_force() -> None:
    (series,) = shipped()
    assert [item for item in series.items if item.valid_on(date(2020, 2, 10))] == []
    week = next(item for item in series.items if item.to_on)
    assert not week.valid_on(week.to_on + timedelta(days=1) if week.to_on else date.max)
