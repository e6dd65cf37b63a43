"""The office's register: read from what clerks keep, previewed, taken over; one wrong line refuses it whole."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook
from rich.cells import cell_len

from bot import register
from bot.cli import main
from bot.errors import SettingsError
from bot.register import Entry, Level, Register, Unit
from bot.rosters import Role
from storage import Session, Store, people
from storage import register as stored
from storage import rooms as stored_rooms

SAMPLES = Path(__file__).parents[1] / "rosters"
UNITS = "代码,名称\n430000,湖南省\n430100,长沙市\n430102,芙蓉区\n430600,岳阳市\n"
TWO_TOWNS = UNITS + "430102001,城关镇\n430600001,城关镇\n"
HEAD = "姓名,单位,身份,届别,手机,邮箱,别名,群,名单\n"


def read(tmp_path: Path, people_csv: str, units_csv: str = UNITS) -> Register:
    (tmp_path / "人员.csv").write_text(people_csv, "utf-8")
    (tmp_path / "单位.csv").write_text(units_csv, "utf-8")
    return register.read(tmp_path / "人员.csv", tmp_path / "单位.csv")


def faults(tmp_path: Path, people_csv: str, units_csv: str = UNITS) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, people_csv, units_csv)
    return [f"{Path(fault.file).stem}:{fault.line} {fault.what}" for fault in caught.value.faults]


@pytest.mark.parametrize(("office", "units", "deputies"), [("湖南", 15, 120), ("平凉", 8, 42)])
def test_the_sample_offices_are_without_fault(office: str, units: int, deputies: int) -> None:
    found = register.read(SAMPLES / office / "人员.csv", SAMPLES / office / "单位.csv")
    assert len(found.units) == units
    assert sum(Role.DEPUTY in entry.roles for entry in found.people) == deputies


def test_a_unit_hangs_under_the_nearest_one_above_that_the_table_has(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "张三,430102,代表,县,,,,,\n")
    assert [(unit.code, unit.parent) for unit in found.units] == [
        ("430000", ""),
        ("430100", "430000"),
        ("430102", "430100"),
        ("430600", "430000"),
    ]
    without_city = UNITS.replace("430100,长沙市\n", "")
    parents = {
        unit.code: unit.parent for unit in read(tmp_path, HEAD + "张三,430102,代表,县,,,,,\n", without_city).units
    }
    assert parents["430102"] == "430000"


def test_one_person_is_a_deputy_of_two_congresses_and_staff_in_three_groups(tmp_path: Path) -> None:
    (entry,) = read(
        tmp_path, HEAD + "张三,长沙市,代表、工作人员,省、全国,139 0001-0001,,老张；张主任,甲群、乙群、丙群,两会\n"
    ).people
    assert entry.unit == "430100"
    assert entry.roles == (Role.DEPUTY, Role.STAFF)
    assert entry.mandates == (Level.NATION, Level.PROVINCE)
    assert entry.phone == "13900010001"
    assert len(entry.rooms) == 3


def test_a_workbook_is_read_as_the_csv_is(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["代码", "名称"], [430000, "湖南省"], [430100, "长沙市"]):
        sheet.append(row)
    book.save(tmp_path / "单位.xlsx")
    (tmp_path / "人员.csv").write_text(HEAD + "张三,430100,代表,省,,,,,\n", "utf-8")
    found = register.read(tmp_path / "人员.csv", tmp_path / "单位.xlsx")
    assert [unit.name for unit in found.units] == ["湖南省", "长沙市"]


def test_twenty_kinds_of_error_are_told_in_one_go(tmp_path: Path) -> None:
    units = "代码,名称\n430000,湖南省\n43010,长沙市\n,株洲市\n430000,湖南\n430600,\n620800,平凉市\n"
    rows = [
        ",430000,代表,省,,,,,",  # 2 no name
        f"{'长' * 60},430000,代表,省,,,,,",  # 3 name too long
        "王一,,代表,省,,,,,",  # 4 no unit
        "王二,430999,代表,省,,,,,",  # 5 unknown unit
        "王三,430000,,,,,,,",  # 6 no role
        "王四,430000,领导,,,,,,",  # 7 unknown role
        "王五,430000,代表,国际,,,,,",  # 8 unknown mandate
        "王六,430000,工作人员,省,,,,,",  # 9 mandate without being a deputy
        "王七,430000,代表,省、省,,,,,",  # 10 mandate twice
        "王八,430000,代表,省,1.39E+10,,,,",  # 11 no telephone number
        "王九,430000,代表,省,13900010001,,,,",
        "王十,430000,代表,省,139-0001-0001,,,,",  # 13 telephone of another
        "李一,430000,代表,省,,不是邮箱,,,",  # 14 no address
        "李二,430000,代表,省,,a@example.cn,,,",
        "李三,430000,代表,省,,A@example.cn,,,",  # 16 address of another
        "李四,430000,代表,省,,,,,",
        "李四,430000,代表,市,,,,,",  # 18 one person twice
        f"李五,430000,代表,省,,,,{'、'.join(f'群{n}' for n in range(60))},",  # 19 too many groups
        "李六,430000,代表,省,,,,,,多出来",  # 20 more cells than the heading
    ]
    found = faults(tmp_path, HEAD + "\n".join(rows) + "\n", units)
    assert [told.split(" ", 1)[0] for told in found if told.startswith("人员")] == [
        f"人员:{line}" for line in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 19, 20)
    ]
    assert [told.split(" ", 1)[0] for told in found if told.startswith("单位")] == [
        f"单位:{line}" for line in (3, 4, 5, 6, 7)
    ]
    assert len(found) == 21


def test_no_fault_repeats_a_name_a_number_or_an_address(tmp_path: Path) -> None:
    rows = "张小三,430000,代表,省,139000100019999999,zhang@@example,,,\n"
    assert not any(word in told for told in faults(tmp_path, HEAD + rows) for word in ("张小三", "1390", "zhang"))


@pytest.mark.parametrize(
    ("people_csv", "units_csv", "what"),
    [
        pytest.param("姓名,单位\n张三,430000\n", UNITS, "表头里没有身份", id="no column of roles"),
        pytest.param("姓名,姓名,单位,身份\n", UNITS, "和前面一列重复", id="a column twice"),
        pytest.param("", UNITS, "名单是空的", id="nothing"),
        pytest.param(HEAD, UNITS, "什么也没有", id="only a heading"),
        pytest.param(HEAD + '张三,430000,代表,省,,"没关上,,,\n', UNITS, "引号不成对", id="a quote"),
        pytest.param(
            HEAD + "张三,城关镇,代表,乡,,,,,\n", UNITS + "430102001,城关镇\n430600001,城关镇\n", "有 2 个", id="two"
        ),
    ],
)
def test_what_cannot_be_read_is_told(people_csv: str, units_csv: str, what: str, tmp_path: Path) -> None:
    assert any(what in told for told in faults(tmp_path, people_csv, units_csv))


# ---- what would change ----

BEFORE = Register(
    units=(Unit(code="430000", name="湖南省"), Unit(code="430100", name="长沙市", parent="430000")),
    people=(
        Entry(name="张三", unit="430100", roles=(Role.DEPUTY,), mandates=(Level.PROVINCE,), phone="13900010001"),
        Entry(name="李四", unit="430100", roles=(Role.STAFF,)),
    ),
)


def test_the_same_register_changes_nothing() -> None:
    assert register.changes(BEFORE, BEFORE).none


def test_added_changed_and_gone_are_told_apart() -> None:
    moved = replace(BEFORE.people[0], name="张叁", unit="430000")  # the telephone says who it is
    new = Entry(name="王五", unit="430100", roles=(Role.DEPUTY,))
    found = register.changes(BEFORE, Register(units=BEFORE.units, people=(moved, new)))
    assert found.added == (("王五", "长沙市"),)
    assert found.gone == (("李四", "长沙市"),)
    (change,) = found.changed
    assert change.fields == {"name": ("张三", "张叁"), "unit": ("长沙市", "湖南省")}


# ---- taken over ----


def liaison(*arguments: str) -> int:
    return main(["people", *arguments])


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIAISON_STORE", f"sqlite:///{tmp_path / 'office.db'}")
    read(tmp_path, HEAD + "张三,长沙市,代表,省,13900010001,,,,\n李四,湖南省,工作人员,,,,,,\n")
    return tmp_path


def test_a_preview_changes_nothing_and_a_second_run_has_nothing_to_do(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert liaison("人员.csv", "--units", "单位.csv") == 0
        assert "新增 2" in capsys.readouterr().out
    assert liaison("人员.csv", "--units", "单位.csv", "--yes") == 0
    assert "已照此更新" in capsys.readouterr().out
    assert liaison("人员.csv", "--units", "单位.csv", "--yes") == 0
    assert "什么也不用改" in capsys.readouterr().out


def test_a_register_with_one_wrong_line_changes_nothing(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert liaison("人员.csv", "--units", "单位.csv", "--yes") == 0
    (office / "人员.csv").write_text(HEAD + "王五,长沙市,代表,省,,,,,\n赵六,天上,代表,省,,,,,\n", "utf-8")
    capsys.readouterr()
    assert liaison("人员.csv", "--units", "单位.csv", "--yes") == 1
    assert "人员.csv:3：单位不在单位表里" in capsys.readouterr().err
    read(office, HEAD + "张三,长沙市,代表,省,13900010001,,,,\n李四,湖南省,工作人员,,,,,,\n")
    assert liaison("人员.csv", "--units", "单位.csv") == 0
    assert "什么也不用改" in capsys.readouterr().out


WRONG_UNITS = (
    "430000,湖南省",
    "430100,长沙市",
    "430102001,城关镇",
    "430600001,城关镇",
    "43 01,某区",
    ",某县",
    "430100,长沙市",
    "430200,",
    "110000,北京市",
)
WRONG_PEOPLE = (
    ",430100,代表,,,,,,",
    f"{'长' * 60},430100,代表,,,,,,",
    "张一,,代表,,,,,,",
    "张二,天上,代表,,,,,,",
    "张三,城关镇,代表,,,,,,",
    "张四,430100,,,,,,,",
    "张五,430100,委员,,,,,,",
    "张六,430100,代表,村,,,,,",
    "张七,430100,工作人员,省,,,,,",
    "张八,430100,代表,省、省,,,,,",
    "张九,430100,代表,,1.38E+10,,,,",
    "李一,430100,代表,,13800000001,,,,",
    "李二,430100,代表,,13800000001,,,,",
    "李三,430100,代表,,,不是邮箱,,,",
    "李四,430100,代表,,,a@example.cn,,,",
    "李五,430100,代表,,,a@example.cn,,,",
    "李六,430100,代表,,,,,,",
    "李六,430100,代表,,,,,,",
    f"李七,430100,代表,,,,,{'、'.join(f'群{n}' for n in range(60))},",
    f"李八,430100,代表,,,,{'名' * 150},,",
    "李九,430100,代表,,,,,,,多,一格",
)


def test_twenty_kinds_of_error_are_twenty_clear_lines_and_change_nothing(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert liaison("人员.csv", "--units", "单位.csv", "--yes") == 0
    good = (office / "人员.csv").read_text("utf-8"), (office / "单位.csv").read_text("utf-8")
    (office / "人员.csv").write_text(HEAD + "\n".join(WRONG_PEOPLE) + "\n", "utf-8")
    (office / "单位.csv").write_text("代码,名称\n" + "\n".join(WRONG_UNITS) + "\n", "utf-8")
    capsys.readouterr()
    assert liaison("人员.csv", "--units", "单位.csv", "--yes") == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if ".csv:" in line]
    kinds = {re.sub(r"\d+", "", line.split("：", 1)[1]) for line in lines}
    assert len(kinds) >= 20, sorted(kinds)
    assert all(re.match(r".*(人员|单位)\.csv:\d+：.+。.+", line) for line in lines)  # file, line, what, remedy
    wrong = {int(re.findall(r"人员\.csv:(\d+)", line)[0]) for line in lines if "人员.csv" in line}
    assert wrong == set(range(2, len(WRONG_PEOPLE) + 2)) - FIRST_OF_TWO
    (office / "人员.csv").write_text(good[0], "utf-8")
    (office / "单位.csv").write_text(good[1], "utf-8")
    assert liaison("人员.csv", "--units", "单位.csv") == 0
    assert "什么也不用改" in capsys.readouterr().out


FIRST_OF_TWO = {13, 16, 18}
"""Lines that are right by themselves: the one that repeats them is told."""


def test_a_preview_is_readable_at_eighty_columns(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    liaison("人员.csv", "--units", "单位.csv", "--yes")
    rooms = "、".join(f"长沙市代表联络第{n}群" for n in range(12))
    (office / "人员.csv").write_text(HEAD + f"张三,长沙市,代表,省、全国,,,,{rooms},全国两会\n", "utf-8")
    capsys.readouterr()
    assert liaison("人员.csv", "--units", "单位.csv") == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert any("变更 1" in line for line in lines)
    assert any("不在名册上了 1" in line for line in lines)


def test_a_telephone_number_is_not_printed(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    liaison("人员.csv", "--units", "单位.csv", "--yes")
    (office / "人员.csv").write_text(
        HEAD + "张三,长沙市,代表,省,13900019999,,,,\n李四,湖南省,工作人员,,,,,,\n", "utf-8"
    )
    capsys.readouterr()
    assert liaison("人员.csv", "--units", "单位.csv") == 0
    told = capsys.readouterr().out
    assert "手机改了" in told
    assert "1390001" not in told


def row(name: str, phone: str = "") -> stored.Row:
    return stored.Row(name=name, unit_code="430100", unit="长沙市", phone=phone, standings={"role": ("deputy",)})


async def test_who_is_known_by_a_roster_is_the_same_person(store: Store) -> None:
    async with store.begin() as session:
        office_id = await people.ensure_office(session, "联工委")
        room = await rooms_of(session, office_id)
        before = {m.name: m.person_id for m in await people.members(session, room)}
        await stored.take_over(session, office_id, [("430100", "长沙市", "")], [row("张三"), row("钱七")])
        assert {m.name: m.person_id for m in await people.members(session, room)} == before
        assert [found.name for found in await stored.people(session, office_id)] == ["张三", "钱七"]


async def test_taking_over_any_order_twice_keeps_everybody_once(store: Store) -> None:
    chance = random.Random(7)
    rows = [row(f"人{n}", phone=f"139000{n:05d}") for n in range(40)]
    async with store.begin() as session:
        office_id = await people.ensure_office(session, "联工委")
        for _ in range(3):
            chance.shuffle(rows)
            await stored.take_over(session, office_id, [("430100", "长沙市", "")], rows)
        found = await stored.people(session, office_id)
    assert sorted(person.name for person in found) == sorted(person.name for person in rows)


async def rooms_of(session: Session, office_id: int) -> int:
    room = await stored_rooms.ensure(session, office_id, "group", "长沙群", "deputies")
    await people.sync_roster(session, office_id, room.id, [people.Entry(name="张三", role="deputy", unit="长沙市")])
    return room.id
