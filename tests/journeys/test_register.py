"""Groups whose members are the register's: seated by it, moved by it, and one person is one person in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import app, registering
from bot.app import Reader
from bot.cli import main
from bot.clock import VirtualClock
from bot.register import Entry, Level, Register, Unit
from bot.rosters import Role
from bot.settings import REGISTER, RoomSettings, Settings
from storage import Store, people, rooms
from tests.office import GROUP, OTHER, STAFF_ROOM, Office, open_office, settings_for

UNITS = (
    Unit(code="430000", name="湖南省"),
    Unit(code="430100", name="长沙市", parent="430000"),
    Unit(code="430102", name="芙蓉区", parent="430100"),
    Unit(code="430600", name="岳阳市", parent="430000"),
)
NATION = "在湘全国代表群"


def deputy(name: str, unit: str, *groups: str, **more: object) -> Entry:
    return replace(Entry(name=name, unit=unit, roles=(Role.DEPUTY,), rooms=groups), **more)  # type: ignore[arg-type]  # fields of Entry


def clerk(name: str, *groups: str, unit: str = "430000") -> Entry:
    return Entry(name=name, unit=unit, roles=(Role.STAFF,), rooms=groups)


PEOPLE = (
    deputy("张三", "430102", GROUP, NATION, mandates=(Level.NATION, Level.CITY), lists=("全国两会",)),
    deputy("李四", "430100", GROUP),
    deputy("赵六", "430600", OTHER),
    deputy("贺立", "430600", OTHER, NATION, STAFF_ROOM, mandates=(Level.NATION,), roles=(Role.DEPUTY, Role.STAFF)),
    clerk("周敏", GROUP, STAFF_ROOM),
    clerk("谭芳", STAFF_ROOM),
)


def of_register() -> Settings:
    """Three groups of deputies and a room of staff, all of them the register's."""
    groups = [RoomSettings(name=name, channel="group", roster_file=REGISTER) for name in (GROUP, OTHER, NATION)]
    own = RoomSettings(name=STAFF_ROOM, channel="group", roster_file=REGISTER, purpose="staff")
    return settings_for(rooms=(*groups, own))


async def take_over(store: Store, settings: Settings, found: Sequence[Entry] = PEOPLE) -> None:
    async with store.begin() as session:
        office_id = await people.ensure_office(session, settings.office.name)
        at = datetime(2020, 2, 10, tzinfo=UTC)
        await registering.put(session, office_id, Register(units=UNITS, people=tuple(found)), at)


async def seated(office: Office, name: str) -> list[tuple[str, str]]:
    async with office.bot.store.read() as session:
        room = await rooms.by_name(session, office.bot.office_id, "group", name)
        assert room is not None
        return [(member.name, member.role) for member in await people.members(session, room.id)]


async def test_the_register_says_who_sits_where_and_as_what(store: Store, clock: VirtualClock, reader: Reader) -> None:
    settings = of_register()
    await take_over(store, settings)
    office = await open_office(store, clock, settings, reader)
    assert await seated(office, GROUP) == [("周敏", "staff"), ("李四", "deputy"), ("张三", "deputy")]
    assert await seated(office, OTHER) == [("赵六", "deputy"), ("贺立", "deputy")]
    assert await seated(office, NATION) == [("张三", "deputy"), ("贺立", "deputy")]
    assert sorted(await seated(office, STAFF_ROOM)) == [("周敏", "staff"), ("谭芳", "staff"), ("贺立", "staff")]


async def test_a_new_register_moves_people_while_the_bot_runs(
    store: Store, clock: VirtualClock, reader: Reader
) -> None:
    settings = of_register()
    await take_over(store, settings)
    office = await open_office(store, clock, settings, reader)
    await office.say("李四", "36.5 健康")
    moved = [replace(e, rooms=(OTHER,)) if e.name == "李四" else e for e in PEOPLE if e.name != "赵六"]
    await take_over(store, settings, moved)
    await app.sync_rooms(office.bot, settings.rooms)
    assert [name for name, _ in await seated(office, GROUP)] == ["周敏", "张三"]
    assert [name for name, _ in await seated(office, OTHER)] == ["李四", "贺立"]
    said = await office.ask("周敏", f"/汇总 {OTHER}", STAFF_ROOM)
    assert "应报 2 人，已报 1 人" in said[0].text  # what they reported goes with them


async def test_a_deputy_who_is_staff_too_may_command_and_still_is_to_report(
    store: Store, clock: VirtualClock, reader: Reader
) -> None:
    settings = of_register()
    await take_over(store, settings)
    office = await open_office(store, clock, settings, reader)
    said = await office.ask("贺立", "/汇总", OTHER)
    assert "应报 2 人，已报 0 人" in said[0].text
    assert "贺立" in said[0].text
    await office.say("赵六", "我发烧38.5", OTHER)
    alerts = [post.conversation.external_id for post in await office.heard() if "38.5" in post.text]
    assert alerts == ["wxid-贺立"]


async def test_who_is_staff_by_the_register_is_not_bound_by_a_name_in_private(
    store: Store, clock: VirtualClock, reader: Reader
) -> None:
    settings = of_register()
    await take_over(store, settings)
    office = await open_office(store, clock, settings, reader)
    said = await office.ask("贺立", "/异常", None)
    assert all("仅限" in post.text or "工作人员" in post.text for post in said)


async def _everybody(office: Office) -> list[people.Membership]:
    async with office.bot.store.read() as session:
        return await people.everybody(session, office.bot.office_id)


async def test_a_roster_that_calls_units_otherwise_makes_no_second_person(
    store: Store, clock: VirtualClock, reader: Reader
) -> None:
    """An office that had rosters brings in its register: the roster's 岳麓区 is the register's 长沙市."""
    settings = settings_for()
    office = await open_office(store, clock, settings, reader)
    before = {member.name for member in await _everybody(office)}
    await take_over(store, settings, [deputy("张三", "430100"), deputy("李四", "430100"), clerk("周敏")])
    await app.sync_rooms(office.bot, settings.rooms)
    await app.sync_rooms(office.bot, settings.rooms)
    after = await _everybody(office)
    assert len([member for member in after if member.name in ("张三", "李四", "周敏")]) == 3
    assert {member.name for member in after} == before
    assert next(member.unit for member in after if member.name == "张三") == "长沙市"


CONFIG = """
[store]
url = "sqlite:///liaison.db"
[register]
people = "人员.csv"
units = "单位.csv"
[[rooms]]
name = "长沙代表联络群"
[[rooms]]
name = "联工委值班群"
roster = "名册"
purpose = "staff"
"""
PEOPLE_CSV = (
    "姓名,单位,身份,届别,群\n张三,430100,代表,省,长沙代表联络群\n周敏,430000,工作人员,,长沙代表联络群、联工委值班群\n"
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.for_settings(Settings())


@pytest.fixture
def office_folder(tmp_path: Path) -> Path:
    (tmp_path / "bot.toml").write_text(CONFIG.replace("liaison.db", str(tmp_path / "liaison.db")), "utf-8")
    (tmp_path / "人员.csv").write_text(PEOPLE_CSV, "utf-8")
    (tmp_path / "单位.csv").write_text("代码,名称\n430000,湖南省\n430100,长沙市\n", "utf-8")
    return tmp_path


def liaison(folder: Path, *arguments: str) -> int:
    return main([*arguments, "--config", str(folder / "bot.toml")])


async def test_liaison_people_seats_the_groups_at_once(office_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import asyncio

    assert await asyncio.to_thread(liaison, office_folder, "people") == 0
    assert "只是预览" in capsys.readouterr().out
    assert await asyncio.to_thread(liaison, office_folder, "people", "--yes") == 0
    store = Store.open(f"sqlite:///{office_folder / 'liaison.db'}")
    try:
        async with store.read() as session:
            room = await rooms.by_name(session, 1, "webchat", "长沙代表联络群")
            assert room is not None
            assert [m.name for m in await people.members(session, room.id)] == ["周敏", "张三"]
    finally:
        await store.close()
    await asyncio.to_thread(liaison, office_folder, "check")
    assert "还没有人" not in capsys.readouterr().out
    (office_folder / "人员.csv").write_text(PEOPLE_CSV + "李四,430100,代表,市,长沙代表联络群\n", "utf-8")
    await asyncio.to_thread(liaison, office_folder, "check")
    assert "名册文件和库里的不一样" in capsys.readouterr().out


def test_a_group_that_the_register_does_not_name_is_told(
    office_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (office_folder / "bot.toml").read_text("utf-8")
    (office_folder / "bot.toml").write_text(text.replace("长沙代表联络群", "长沙群"), "utf-8")
    assert liaison(office_folder, "check") == 1
    assert "这个群没有名单" in capsys.readouterr().out
    (office_folder / "bot.toml").write_text(
        text.replace('name = "长沙代表联络群"', 'name = "长沙群"\nroster = "名册"'), "utf-8"
    )
    assert liaison(office_folder, "check") == 1
    assert "名册里没有一位代表写着这个群" in capsys.readouterr().out
