"""Groups whose members are the register's: seated by it, moved by it, and one person is one person in all of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import app, audience, daybook, registering
from bot.app import Reader
from bot.audience import Audience
from bot.cli import main
from bot.clock import VirtualClock
from bot.forms import Field, Form, Kind, Whom
from bot.messages import Dispatch
from bot.register import Entry, Level, Register, Unit
from bot.reports.tally import together
from bot.rosters import Role
from bot.settings import REGISTER, HealthSettings, RoomSettings, ScheduleSettings, Settings
from storage import Store, marks, people, register, rooms
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


# ---- once, whatever groups ----


async def test_a_person_in_three_groups_counts_once_wherever_figures_are_for_all(
    store: Store, clock: VirtualClock, reader: Reader
) -> None:
    settings = of_register()
    await take_over(store, settings)
    office = await open_office(store, clock, settings, reader)
    await office.say("贺立", "我发烧38.2", OTHER)
    await office.heard()
    said = await office.ask("周敏", "/汇总", STAFF_ROOM)
    assert "合计 3 个群：应报 4 人，已报 1 人" in said[0].text
    assert said[1].text.count("贺立") == 1  # who is unwell: once, though in two groups
    said = await office.ask("周敏", "/未报", STAFF_ROOM)
    assert "合计 3 个群：未报 3 人" in said[0].text
    said = await office.ask("周敏", "/提醒", STAFF_ROOM)
    assert "提醒 3 位" in said[0].text
    (handed,) = await office.ask("周敏", "/导出", STAFF_ROOM)
    sheets = read_workbook(handed)
    (whole,) = [row for row in sheets["汇总"] if str(row[1]).startswith("合计")]
    assert whole[2:6] == (4, 1, 3, 1)
    assert [row[3] for row in sheets["健康情况"][1:]].count("贺立") == 1
    assert next(row[1] for row in sheets["健康情况"] if row[3] == "贺立") == f"{OTHER}、{NATION}"


def read_workbook(post: Dispatch) -> dict[str, list[tuple[object, ...]]]:
    assert post.attachment is not None
    book = load_workbook(io.BytesIO(post.attachment.content))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


@settings_of_hypothesis(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_figures_for_all_are_those_of_the_people_not_of_the_seats(store: Store, data: st.DataObject) -> None:
    on = date(2020, 2, 10)
    groups = st.lists(st.sampled_from([GROUP, OTHER, NATION]), unique=True).map(tuple)
    names = data.draw(st.lists(st.sampled_from("甲乙丙丁戊己"), unique=True, min_size=1))
    units = st.sampled_from([unit.code for unit in UNITS])
    found = [deputy(f"陈{name}", data.draw(units), *data.draw(groups)) for name in names]
    reported = {entry.name for entry in data.draw(st.lists(st.sampled_from(found), unique=True))}
    settings = of_register()
    await take_over(store, settings, [*found, clerk("周敏", STAFF_ROOM)])
    seated = [entry for entry in found if entry.rooms]
    async with store.begin() as session:
        office_id = await people.ensure_office(session, settings.office.name)
        for room in settings.rooms:
            made = await rooms.ensure(session, office_id, "group", room.name, room.purpose)
            await people.sync_registered(session, office_id, made.id, room.name, room.purpose)
        everybody = await audience.people_of(session, office_id, Audience(roles=(Role.DEPUTY,)))
        for person in everybody:
            await marks.withdraw(session, office_id, person.person_id, on, datetime(2020, 2, 10, tzinfo=UTC))
            if person.name in reported:
                at = datetime(2020, 2, 10, 1, tzinfo=UTC)
                await marks.add(session, office_id, person.person_id, marks.ZERO, (on, on), None, at)
        days = await daybook.office_day(session, office_id, on)
        whole = together("", days)
        assert whole.should_report == len(seated)
        assert len(whole.reported) == len([entry for entry in seated if entry.name in reported])
        assert sum(day.should_report for day in days) == sum(len(entry.rooms) for entry in seated)
        all_of_them = await daybook.people_day(session, office_id, on, ("deputies",), everybody, "")
        assert (all_of_them.should_report, len(all_of_them.reported)) == (len(found), len(reported))
        tree = await register.units(session, office_id)
        parted = [ids for _, ids in audience.by_unit(everybody, tree, "")]
        assert sorted(person for ids in parted for person in ids) == sorted(person.person_id for person in everybody)


async def test_a_tally_is_rolled_up_by_units(store: Store, clock: VirtualClock, reader: Reader) -> None:
    settings = of_register()
    await take_over(store, settings, [*PEOPLE, deputy("易春", "430600")])
    office = await open_office(store, clock, settings, reader)
    await office.say("张三", "36.5 健康")
    said = await office.ask("周敏", "/汇总 单位", STAFF_ROOM)
    assert said[0].text.splitlines()[:3] == [
        "2月10日健康上报按单位汇总：应报 5 人，已报 1 人，未报 4 人",
        "长沙市 应报 2 已报 1 未报 1",
        "岳阳市 应报 3 已报 0 未报 3",
    ]
    said = await office.ask("周敏", "/汇总 湖南省", STAFF_ROOM)
    assert "长沙市 应报 2 已报 1 未报 1" in said[0].text
    said = await office.ask("周敏", "/汇总 长沙市", STAFF_ROOM)
    assert "芙蓉区 应报 1 已报 1" in said[0].text
    assert "长沙市本级 应报 1 已报 0 未报 1" in said[0].text
    said = await office.ask("周敏", "/未报", STAFF_ROOM)
    assert "不在任何群里的 2月10日未报 1 人：易春" in said[0].text
    said = await office.ask("周敏", "/未报 全国代表", STAFF_ROOM)
    assert "贺立" in said[0].text
    assert "李四" not in said[0].text


# ---- whom a collection reaches ----


def form(**changes: object) -> Form:
    declared = Form(
        name="口罩",
        title="口罩",
        words=("口罩",),
        fields=(Field(name="数量", kind=Kind.NUMBER, words=("口罩",), units=("包",)),),
    )
    return replace(declared, **changes)  # type: ignore[arg-type]  # fields of Form


@pytest.mark.parametrize(
    ("asks", "whom", "due"),
    [
        ((), Whom.DEPUTIES, {"张三", "李四", "赵六", "贺立"}),
        ((), Whom.STAFF, {"周敏", "谭芳", "贺立"}),
        (("全国两会",), Whom.EVERYONE, {"张三"}),
        (("全国代表",), Whom.DEPUTIES, {"张三", "贺立"}),
        (("代表", "长沙市"), Whom.DEPUTIES, {"张三", "李四"}),
        (("岳阳市",), Whom.EVERYONE, {"赵六", "贺立"}),
        (("工作人员", "岳阳市"), Whom.STAFF, {"贺立"}),
    ],
)
async def test_a_form_asks_those_whom_it_is_for_and_nobody_else(
    store: Store, clock: VirtualClock, reader: Reader, asks: tuple[str, ...], whom: Whom, due: set[str]
) -> None:
    settings = replace(of_register(), forms=(form(asks=asks, whom=whom),))
    await take_over(store, settings)
    office = await open_office(store, clock, settings, reader)
    said = (await office.ask("周敏", "/未报 口罩", STAFF_ROOM))[0].text
    everybody = {entry.name for entry in PEOPLE}
    assert {name for name in everybody if name in said} == due
    said = (await office.ask("周敏", "/采集", STAFF_ROOM))[0].text
    assert f"已报 0/{len(due)}" in said or f"{len(due)}" in said
    (handed,) = await office.ask("周敏", "/导出 口罩", STAFF_ROOM)
    rows = read_workbook(handed)["逐人"][1:]
    assert sorted(str(row[2]) for row in rows) == sorted(due)
    said = (await office.ask("周敏", "/汇总 口罩 单位", STAFF_ROOM))[0].text
    assert f"应报 {len(due)} 人" in said


async def played(office: Office, wall: time) -> list[Dispatch]:
    """What the bot says by itself until that time of the day."""
    before = len(office.channel.said)
    await office.play(wall)
    return office.channel.said[before:]


async def test_health_is_asked_of_a_sub_list_alone(store: Store, clock: VirtualClock, reader: Reader) -> None:
    remind = ScheduleSettings(name="催", do="remind_missing", at=time(15))
    settings = replace(of_register(), schedules=(remind,), health=HealthSettings(whom=("全国代表",)))
    await take_over(store, settings)
    office = await open_office(store, clock, settings, reader)
    asked = [mention.name for post in await played(office, time(15, 1)) for mention in post.mentions]
    assert sorted(asked) == ["张三", "贺立"]  # each in one of their groups
    said = (await office.ask("周敏", "/汇总", STAFF_ROOM))[0].text
    assert "合计 3 个群：应报 2 人" in said
    assert "李四" not in said


async def test_staff_report_their_own_and_their_families_health_apart_from_deputies(
    store: Store, clock: VirtualClock, reader: Reader
) -> None:
    schedules = [
        ScheduleSettings(name="早", do="remind", at=time(8, 30), rooms=(STAFF_ROOM,)),
        ScheduleSettings(name="催", do="remind_missing", at=time(15), rooms=(STAFF_ROOM,)),
        ScheduleSettings(name="汇", do="tally", at=time(20), rooms=(STAFF_ROOM,)),
    ]
    settings = replace(of_register(), schedules=tuple(schedules), health=HealthSettings(whom=("deputies", "staff")))
    await take_over(store, settings)
    office = await open_office(store, clock, settings, reader)
    (asked,) = await played(office, time(8, 31))
    assert asked.conversation.name == STAFF_ROOM
    assert "家属" in asked.text
    await office.say("周敏", "36.5 健康", STAFF_ROOM)
    await office.say("谭芳", "我母亲发热38.1，我36.4健康", STAFF_ROOM)
    alerts = await office.heard()
    told = [post for post in alerts if "38.1" in post.text or "母亲" in post.text]
    assert told
    assert all(post.conversation.private for post in told)
    (reminder,) = await played(office, time(15, 1))
    assert [mention.name for mention in reminder.mentions] == ["贺立"]  # staff, who has not reported
    said = await played(office, time(20, 1))
    (group,) = [post for post in said if not post.conversation.private]
    assert "应报 3 人，已报 2 人，未报 1 人" in group.text
    assert "家属情况 1 条" in group.text
    assert "38.1" not in group.text
    assert "母亲" not in group.text
    assert all("谭芳的家属" in post.text and "母亲" in post.text for post in said if post.conversation.private)
    said = await office.ask("周敏", "/汇总", STAFF_ROOM)
    assert "合计 3 个群：应报 4 人，已报 0 人" in said[0].text  # deputies, apart
    said = await office.ask("周敏", "/汇总 工作人员", STAFF_ROOM)
    assert "应报 3 人，已报 2 人" in said[0].text
    (handed,) = await office.ask("周敏", "/导出 工作人员", STAFF_ROOM)
    families = read_workbook(handed)["家属"]
    assert [row[2] for row in families[1:]] == ["谭芳"]


async def test_a_staff_room_is_silent_where_its_health_is_not_asked(
    store: Store, clock: VirtualClock, reader: Reader
) -> None:
    schedule = ScheduleSettings(name="早", do="remind", at=time(8, 30), rooms=(STAFF_ROOM,))
    settings = replace(of_register(), schedules=(schedule,))
    await take_over(store, settings)
    office = await open_office(store, clock, settings, reader)
    assert await played(office, time(23)) == []


async def test_a_deputy_in_none_of_the_groups_is_called_like_the_others(
    store: Store, clock: VirtualClock, reader: Reader
) -> None:
    calls = (ScheduleSettings(name="电话名单", do="phone_list", at=time(19)),)
    again = (ScheduleSettings(name="再打一次", do="phone_list", at=time(20)),)
    settings = replace(of_register(), schedules=(*calls, *again))
    alone = deputy("游外", "430100", phone="13900010099")
    await take_over(store, settings, [*PEOPLE, alone])
    office = await open_office(store, clock, settings, reader)
    await office.say("周敏", "早上好", STAFF_ROOM)
    first = next(post.text for post in await played(office, time(19, 30)) if "电话名单" in post.text)
    assert "游外（长沙市） 13900010099" in first
    await office.say("周敏", "/代报 游外 36.5 健康", STAFF_ROOM)
    second = next(post.text for post in await played(office, time(20, 30)) if "电话名单" in post.text)
    assert "游外" not in second
