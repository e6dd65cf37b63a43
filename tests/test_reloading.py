"""Changed rules and rosters are taken over while the bot runs; a file with a fault leaves the old ones at work."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot import app, duty, rosters, rulebook
from bot.app import Reader
from bot.clock import VirtualClock, day_of, local
from bot.daybook import room_day
from bot.heard import Heard
from bot.messages import Dispatch
from bot.reloading import Reloading
from bot.reports.tally import RoomDay
from bot.rota import read as read_rota
from bot.settings import DutySettings, ReadingSettings, RoomSettings, Settings
from storage import Store, rooms
from tests.office import GROUP, ROSTER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real

PEOPLE = "姓名,身份,单位\n张三,代表,岳麓区\n李四,代表,岳麓区\n周敏,工作人员,联工委\n"
SHIFT = "日期,值班人员\n2020-02-10,{}\n"
COUGH = '[[group]]\nid = "health.symptom.咳嗽"\nwords = "{}"\n'
COLLIDING = '[[group]]\nid = "category.复学"\nwords = "养老金"\n'


@dataclass
class Changing:
    """An office whose files change, and what takes them over."""

    office: Office
    reader: Reader
    reloading: Reloading
    asked: asyncio.Event
    rules: Path
    roster: Path
    config: Path
    rota: Path

    async def look(self) -> list[Dispatch]:
        """One look at the files; returns what the bot says of it."""
        self.office.clock.advance(5)
        await self.reloading.look()
        await self.office.bot.inbox.handle_waiting()
        return await self.office.heard()

    def refused(self, what: str) -> bool:
        """Whether the files as they are now cannot be used."""
        return bool(self.reloading.standing[what]["fault"])

    async def unwell(self, text: str) -> list[str]:
        """Who is unwell after 张三 has said something."""
        await self.office.say("张三", text)
        return [known.name for known in (await self.day()).unwell]

    async def day(self) -> RoomDay:
        """The group's day."""
        async with self.office.bot.store.read() as session:
            room = await rooms.by_name(session, self.office.bot.office_id, None, GROUP)
            assert room is not None
            return await room_day(session, room, day_of(self.office.clock.now()))


@pytest.fixture
async def changing(store: Store, clock: VirtualClock, tmp_path: Path) -> Changing:
    rules, roster, config = tmp_path / "ours.toml", tmp_path / "长沙.csv", tmp_path / "bot.toml"
    rota = tmp_path / "值班表.csv"
    rota.write_text(SHIFT.format("周敏"), "utf-8")
    rules.write_text(COUGH.format("吭吭"), "utf-8")
    roster.write_text(PEOPLE, "utf-8")
    config.write_text("", "utf-8")
    staff = tuple(entry for entry in ROSTER if entry.role is rosters.Role.STAFF)
    settings = settings_for(
        rooms=(
            RoomSettings(name=GROUP, channel="group", roster=rosters.read(roster), roster_file=roster),
            RoomSettings(name=STAFF_ROOM, channel="group", purpose="staff", roster=staff),
        ),
        reading=ReadingSettings(office_rules=(rules,)),
        duty=DutySettings(rota_file=rota, shifts=read_rota(rota)),
        path=config,
    )
    reader, asked = Reader.for_settings(settings), asyncio.Event()
    office = await open_office(store, clock, settings, reader)
    reloading = app.reloading_of(office.bot, reader, asked)
    found = Changing(office, reader, reloading, asked, rules, roster, config, rota)
    assert await found.look() == []
    return found


async def test_new_words_are_read_without_a_restart(changing: Changing) -> None:
    before = changing.reader.version
    assert await changing.unwell("嗬嗬两天了，36.5") == []
    changing.rules.write_text(COUGH.format("吭吭 嗬嗬"), "utf-8")
    assert await changing.look() == []
    assert await changing.unwell("嗬嗬三天了，36.5") == ["张三"]
    standing = changing.reloading.standing["rules"]
    assert standing["version"] == changing.reader.version != before
    assert standing["fault"] is False


async def test_the_time_of_the_last_change_is_told_and_not_that_of_the_last_look(changing: Changing) -> None:
    at_first = changing.reloading.standing
    await changing.look()
    os.utime(changing.rules)
    os.utime(changing.roster)
    await changing.look()
    assert changing.reloading.standing == at_first
    changing.rules.write_text(COUGH.format("嗬嗬"), "utf-8")
    await changing.look()
    assert changing.reloading.standing["rules"]["loaded_at"] == changing.office.clock.now().isoformat()
    assert changing.reloading.standing["rosters"] == at_first["rosters"]


async def test_rules_with_a_fault_leave_the_old_ones_at_work_and_staff_are_told_once(changing: Changing) -> None:
    before = changing.reader.version
    changing.rules.write_text(COLLIDING, "utf-8")
    (told,) = await changing.look()
    assert told.conversation.name == STAFF_ROOM
    assert "ours.toml:3：“养老金”" in told.text
    assert 'without = "养老金"' in told.text
    assert changing.reader.version == before
    assert changing.refused("rules")
    assert await changing.unwell("吭吭两天了，36.5") == ["张三"]
    await changing.office.heard()
    changing.asked.set()
    assert await changing.look() == []
    changing.rules.write_text(COLLIDING + "[[group]\n", "utf-8")
    (told,) = await changing.look()
    assert "ours.toml:4：不是合法的 TOML" in told.text
    changing.rules.write_text(COUGH.format("吭吭"), "utf-8")
    assert await changing.look() == []
    assert not changing.refused("rules")
    assert changing.reader.version == before


async def test_a_rules_file_that_is_gone_is_a_fault(changing: Changing) -> None:
    changing.rules.unlink()
    (told,) = await changing.look()
    assert "规则文件找不到" in told.text


async def test_a_new_deputy_is_due_and_what_they_said_before_counts(changing: Changing) -> None:
    await changing.office.say("王五", "36.5 健康")
    assert [known.name for known in (await changing.day()).reported] == []
    changing.roster.write_text(PEOPLE + "王五,代表,开福区\n赵六,代表,开福区\n", "utf-8")
    await changing.look()
    day = await changing.day()
    assert [known.name for known in day.deputies] == ["张三", "李四", "王五", "赵六"]
    assert [known.name for known in day.reported] == ["王五"]
    assert changing.reloading.standing["rosters"]["loaded_at"] == changing.office.clock.now().isoformat()


async def test_who_has_left_the_roster_is_no_longer_due(changing: Changing) -> None:
    changing.roster.write_text(PEOPLE.replace("李四,代表,岳麓区\n", ""), "utf-8")
    await changing.look()
    assert [known.name for known in (await changing.day()).deputies] == ["张三"]


async def test_a_changed_rota_counts_at_once_and_one_with_a_fault_changes_nothing(changing: Changing) -> None:
    async def on_duty() -> list[str]:
        async with changing.office.bot.store.read() as session:
            day = await duty.on_duty(session, changing.office.bot.office_id, local(changing.office.clock.now()).date())
            return [known.name for known in day.people]

    assert await on_duty() == ["周敏"]
    changing.rota.write_text(SHIFT.format("谭芳"), "utf-8")
    await changing.look()
    assert await on_duty() == ["谭芳"]
    changing.rota.write_text(SHIFT.format(""), "utf-8")
    (told,) = await changing.look()
    assert "没有写值班人员" in told.text
    assert changing.refused("rosters")
    assert await on_duty() == ["谭芳"]


async def test_a_name_of_staff_is_not_bound_by_a_roster_alone(changing: Changing) -> None:
    await changing.office.say("谭芳", "在吗", None)
    changing.roster.write_text(PEOPLE + "谭芳,工作人员,联工委\n", "utf-8")
    await changing.look()
    assert [d for d in await changing.office.ask("谭芳", "/异常", None) if "异常" in d.text] == []


@pytest.mark.parametrize(
    ("roster", "said"),
    [
        pytest.param(PEOPLE + "钱七,代表,天心区,多,余\n", "长沙.csv:5：这一行比表头多出几格", id="a wrong line"),
        pytest.param("姓名,身份\n周敏,工作人员\n", "长沙.csv：名单里没有代表", id="nobody to report"),
        pytest.param("", "长沙.csv:1：名单是空的", id="empty"),
        pytest.param(None, "长沙.csv：名单读不了", id="gone"),
    ],
)
async def test_a_roster_with_a_fault_leaves_the_old_one_at_work(
    roster: str | None, said: str, changing: Changing
) -> None:
    if roster is None:
        changing.roster.unlink()
    else:
        changing.roster.write_text(roster, "utf-8")
    (told,) = await changing.look()
    assert told.conversation.name == STAFF_ROOM
    assert said in told.text
    assert "钱七" not in told.text
    assert [known.name for known in (await changing.day()).deputies] == ["张三", "李四"]
    assert changing.refused("rosters")
    assert not changing.refused("rules")
    changing.roster.write_text(PEOPLE, "utf-8")
    assert await changing.look() == []
    assert not changing.refused("rosters")


async def test_a_fault_of_one_does_not_keep_the_other_back(changing: Changing) -> None:
    changing.rules.write_text(COLLIDING, "utf-8")
    changing.roster.write_text(PEOPLE + "王五,代表,开福区\n", "utf-8")
    await changing.look()
    assert [known.name for known in (await changing.day()).deputies] == ["张三", "李四", "王五"]


async def test_what_neither_time_nor_size_shows_is_read_when_it_is_asked_for(changing: Changing) -> None:
    stamp = changing.rules.stat()
    changing.rules.write_text(COUGH.format("嗬嗬"), "utf-8")
    os.utime(changing.rules, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    before = changing.reader.version
    await changing.look()
    assert changing.reader.version == before
    changing.asked.set()
    await changing.look()
    assert changing.reader.version != before


async def test_a_changed_configuration_waits_for_a_restart_and_the_log_says_so(
    changing: Changing, caplog: pytest.LogCaptureFixture
) -> None:
    changing.config.write_text("[office]\nname = '别处'\n", "utf-8")
    await changing.look()
    assert [record.getMessage() for record in caplog.records if "next start" in record.getMessage()] == [
        f"{changing.config} has changed: it is read at the next start"
    ]
    caplog.clear()
    await changing.look()
    assert caplog.records == []


async def test_no_name_of_a_roster_reaches_the_log(changing: Changing, caplog: pytest.LogCaptureFixture) -> None:
    changing.roster.write_text(PEOPLE + "钱七,代表,天心区,多,余\n", "utf-8")
    await changing.look()
    assert "长沙.csv:5" in caplog.text
    assert "钱七" not in caplog.text
    changing.roster.write_text(PEOPLE + "钱七,代表,天心区\n", "utf-8")
    with caplog.at_level("INFO"):
        await changing.look()
    assert "rosters taken over" in caplog.text
    assert "钱七" not in caplog.text


async def test_a_reading_in_hand_ends_by_the_rules_with_which_it_began(changing: Changing) -> None:
    long = "今天天气好。" * 1000 + "吭吭两天了"  # so long that it is read beside the event loop
    heard = SimpleNamespace(
        speaker=SimpleNamespace(name="张三"),
        people=(),
        sent_at=changing.office.clock.now(),
        question=None,
        answering=None,
        notice=None,
        open_forms=tuple,
        settings=Settings(),
    )
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(changing.reader.heard(long, cast("Heard", heard)))
        await asyncio.sleep(0)
        changing.reader.use(rulebook.load(), real().segmenter)
    assert [record.as_contract()["symptoms"] for record in reading.result()] == [["咳嗽"]]
    assert not await changing.reader.heard(long, cast("Heard", heard))


async def test_new_words_for_the_segmenter_come_with_a_segmenter_of_their_own(changing: Changing) -> None:
    before = changing.reader.segmenter
    changing.rules.write_text('[[group]]\nid = "cue.wish"\nwords = "盼您安康"\n', "utf-8")
    await changing.look()
    without_cough = changing.reader.segmenter
    assert without_cough is not before
    changing.rules.write_text('[[group]]\nid = "cue.wish"\nwords = "盼您平平安安"\n', "utf-8")
    await changing.look()
    assert changing.reader.segmenter is without_cough  # those words are none of its business
