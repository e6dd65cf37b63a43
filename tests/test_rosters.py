"""Rosters as Excel and clerks make them are read; what is wrong is told by line, and names nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot import rosters
from bot.errors import SettingsError
from bot.rosters import Role, RosterEntry

CHINESE = "姓名,身份,单位,电话,别名\n贺知秋,代表,芙蓉代表组,139 0001-0001,老贺；贺总\n周敏,工作人员,联工委,,\n"
READ = (
    RosterEntry(name="贺知秋", unit="芙蓉代表组", phone="13900010001", aliases=("老贺", "贺总")),
    RosterEntry(name="周敏", role=Role.STAFF, unit="联工委"),
)


def refused(text: str) -> list[tuple[int, str, str]]:
    """The faults of a roster that is refused."""
    with pytest.raises(SettingsError) as caught:
        rosters.parse(text, "名单.csv")
    assert {fault.file for fault in caught.value.faults} == {"名单.csv"}
    return [(fault.line, fault.what, fault.remedy) for fault in caught.value.faults]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(CHINESE, id="as in the sample"),
        pytest.param(CHINESE.replace(",", "\t"), id="tabs"),
        pytest.param(CHINESE.replace(",", "，"), id="full-width commas"),
        pytest.param(CHINESE.replace("\n", "\r\n"), id="Windows"),
        pytest.param(CHINESE.replace("\n", "\n\n,,,,\n"), id="blank lines"),
        pytest.param("\n" + CHINESE, id="a blank line first"),
        pytest.param(CHINESE.replace("姓名", "姓　名").replace("贺知秋", " 贺 知　秋 "), id="aligned with blanks"),
        pytest.param(CHINESE.replace("139 0001-0001", "１３９００01 0001"), id="wide digits"),
        pytest.param(CHINESE.replace("老贺；贺总", '"老贺;、老贺|贺总"'), id="separators"),
        pytest.param(
            "role,remarks,Name,aliases,unit,phone\ndeputy,,贺知秋,老贺|贺总,芙蓉代表组,13900010001\nSTAFF,x,周敏,,联工委\n",
            id="English, another order, more columns, short rows",
        ),
    ],
)
def test_rosters_are_read_as_people_write_them(text: str) -> None:
    assert rosters.parse(text, "名单.csv") == READ


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encodings_of_excel_are_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(CHINESE.encode(encoding))
    assert rosters.read(path) == READ


def test_names_that_are_not_chinese_keep_their_blanks() -> None:
    (entry,) = rosters.parse("name,role\n Abdul  Karim ,deputy\n", "x")
    assert entry.name == "Abdul Karim"


def test_two_people_of_one_name_are_told_apart_by_their_units() -> None:
    entries = rosters.parse("姓名,身份,单位\n张伟,代表,芙蓉\n张伟,代表,天心\n", "x")
    assert [entry.unit for entry in entries] == ["芙蓉", "天心"]


BAD = {
    "nothing": ("", 1, "名单是空的", "姓名,身份,单位,电话,邮箱,别名"),
    "only a header": ("姓名,身份\n", 2, "名单里没有人", "每行写一个人"),
    "no header": ("张三,代表\n李四,代表\n", 1, "表头里没有姓名、身份", "姓名和身份必须有"),
    "no role column": ("姓名,单位\n张三,芙蓉\n", 1, "表头里没有身份", "姓名和身份必须有"),
    "a column twice": ("姓名,身份,手机,电话\n张三,代表,,\n", 1, "表头里的“电话”和前面一列重复", "只留一列"),
    "no name": ("姓名,身份\n,代表\n", 2, "没有写姓名", "删去这一行"),
    "no role": ("姓名,身份\n张三,\n", 2, "没有写身份", "“代表”或“工作人员”"),
    "an unknown role": ("姓名,身份\n张三,主任\n", 2, "身份不认识", "“代表”或“工作人员”"),
    "one person twice": ("姓名,身份\n张三,代表\n\n张 三,代表\n", 4, "和第 2 行重名", "写上不同的单位"),
    "a long name": (f"姓名,身份\n{'张' * 51},代表\n", 2, "姓名太长", "至多 50 个字"),
    "a name that cannot be seen": ("姓名,身份\n张\u202e三,代表\n", 2, "看不见的字符", "请重新输入"),
    "a long unit": (f"姓名,身份,单位\n张三,代表,{'长' * 101}\n", 2, "单位太长", "至多 100 个字"),
    "letters for a phone": ("姓名,身份,电话\n张三,代表,见附件\n", 2, "电话写得不对", "只写一个号码"),
    "a phone as Excel spoils it": ("姓名,身份,电话\n张三,代表,1.39E+10\n", 2, "电话写得不对", "设成“文本”"),
    "two phones": ("姓名,身份,电话\n张三,代表,13900010001/13900010002\n", 2, "电话写得不对", "只写一个号码"),
    "a long alias": (f"姓名,身份,别名\n张三,代表,{'老' * 51}\n", 2, "别名太多或太长", "至多 50 个字"),
    "many aliases": (f"姓名,身份,别名\n张三,代表,{';'.join(map(str, range(21)))}\n", 2, "别名太多或太长", "至多 20 个"),
    "more cells than columns": ("姓名,身份,别名\n张三,代表,小张,老张\n", 2, "多出几格", "请用分号隔开"),
    "an open quotation mark": ('姓名,身份\n李四,代表\n"张三,代表\n王五,代表\n', 3, "引号不成对", "请补上或删去引号"),
}


@pytest.mark.parametrize(("text", "line", "what", "remedy"), [pytest.param(*bad, id=name) for name, bad in BAD.items()])
def test_a_bad_roster_is_told_with_line_and_remedy(text: str, line: int, what: str, remedy: str) -> None:
    ((found_line, found_what, found_remedy),) = refused(text)
    assert found_line == line
    assert what in found_what
    assert remedy in found_remedy


def test_all_faults_of_a_roster_are_told_at_once() -> None:
    text = '姓名,身份,电话\n\n,主任,\n张三,代表,一三九\n"李\n四",代表,\n李四,代表,\n王五,代表,,,x\n'
    assert [(line, what) for line, what, _ in refused(text)] == [
        (3, "没有写姓名"),
        (3, "身份不认识"),
        (4, "电话写得不对"),
        (7, "和第 5 行重名"),
        (8, "这一行比表头多出几格"),
    ]


def test_a_workbook_is_read_as_a_csv_is(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "身份", "单位", "电话"])
    sheet.append(["张三", "代表", "芙蓉", 13900010001])  # Excel keeps a telephone number as a number
    sheet.append([None, None, None, None])
    sheet.append(["李四", "工作人员", None, None])
    book.save(tmp_path / "名单.xlsx")
    first, second = rosters.read(tmp_path / "名单.xlsx")
    assert (first.name, first.unit, first.phone) == ("张三", "芙蓉", "13900010001")
    assert (second.name, second.role) == ("李四", rosters.Role.STAFF)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(b"PK\x03\x04 and so on", "名单这个工作簿打不开", id="broken xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1", "名单是旧版 Excel 工作簿", id="xls"),
        pytest.param(b"\xff\xff\xff", "名单的编码不认识", id="bytes"),
        pytest.param(None, "名单读不了", id="missing"),
    ],
)
def test_a_file_that_is_no_roster_is_told(content: bytes | None, what: str, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=what):
        rosters.read(path)


def test_a_fault_repeats_neither_a_name_nor_a_number() -> None:
    with pytest.raises(SettingsError) as caught:
        rosters.parse("姓名,身份,电话\n贺知秋,13900010001,139000100012345678\n贺知秋,贺知秋,\n", "x")
    assert "贺知秋" not in str(caught.value)
    assert "1390001" not in str(caught.value)


def test_a_phone_does_not_show_in_what_an_entry_prints() -> None:
    assert "13900010001" not in repr(READ)


@given(st.text(alphabet=st.characters() | st.sampled_from(list('姓名身份,\t\n"代表；\0'))))
def test_no_text_makes_reading_fail_otherwise(text: str) -> None:
    for start in ("", "姓名,身份,电话,别名\n"):
        try:
            assert rosters.parse(start + text, "x")
        except SettingsError as exc:
            assert exc.faults  # noqa: PT017 - most texts are refused, some are not
