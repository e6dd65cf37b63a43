"""What is refused, with which line and which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.settings import tables
from tests.settings.files import GATEWAY, ROOM, WECHATY, Write, refused, schedule

JOINED = ROOM + ROOM.replace('name = "长沙"', 'name = "岳阳"') + "[[bridges]]\nrooms = ['长沙', '岳阳']\n"

BAD = {
    # keys and tables
    "a mistyped key": (ROOM + "rostr = 1", 5, "不认识 rostr", "您是不是想写 roster？"),
    "a key of another table": ("[office]\nport = 1", 2, "不认识 port", "port 要写在 [web] 下面"),
    "a key of no table": ("[web]\nzzz = 1", 2, "不认识 zzz", "这里可以写：host、port、public_url；不用的请删去"),
    "a mistyped table": ("[manner]\n", 1, "不认识 manner", "您是不是想写 manners？"),
    "a key before all tables": ("port = 1", 1, "不认识 port", "port 要写在 [web] 下面"),
    "a field that is no key": (ROOM + "roster_file = 'x'", 5, "不认识 roster_file", "您是不是想写 roster？"),
    "one bracket for rooms": ("[rooms]\nname = 'x'", 1, "rooms 可以有好几段，这里只写成了一段", "两层方括号 [[rooms]]"),
    "two brackets for the office": ("[[office]]", 1, "office 写法不对", "请用一行 [office] 作标题"),
    "a room that is a word": ("rooms = ['长沙']", 1, "rooms 写法不对", "请用一行 [[rooms]] 作标题"),
    "channels that are a word": ("channels = 'webchat'", 1, "channels 写法不对", "例如 [channels.webchat]"),
    "a channel that is a word": ("[channels]\nwebchat = true", 2, "channels 里的 webchat 不是一段", "例如 ["),
    # kinds of value
    "text for a number": ("[web]\nport = '80'", 2, "port 应当是整数", "请只写数字，不加引号"),
    "a fraction for a number": ("[inbox]\nbatch = 1.5", 2, "batch 应当是整数", "也不带小数"),
    "true for a number": ("[inbox]\n\nbatch = true", 3, "batch 应当是整数", "请只写数字"),
    "a number for text": ("[office]\nname = 5", 2, "name 应当是文字", "请在两边加上英文引号"),
    "a word for true": ("[manners]\nalert_staff = '是'", 2, "alert_staff 应当是 true 或 false", "true（是）"),
    "text for seconds": ("[outbox]\nlease_seconds = '30'", 2, "lease_seconds 应当是数", "不加引号"),
    "endless seconds": ("[outbox]\nlease_seconds = inf", 2, "lease_seconds 应当是有限的数", "普通的数"),
    "a number for a file": (ROOM.replace('"长沙.csv"', "7"), 4, "roster 应当是文字", "英文引号"),
    "a list with too few in it": ("[alarms]\nlimits = [3, 3]", 2, "limits 少写了几项", "照 bot.toml 里的样子"),
    "early warning of a room": (schedule("text = '小心'").replace("tally", "warn"), 8, "预警看的是整个单位", "删"),
    "text for a list": (schedule("rooms = '长沙'"), 10, "rooms 应当是列表", "方括号"),
    "a number in a list": (schedule("rooms = ['长沙',\n 7]"), 11, "rooms 应当是文字", "英文引号"),
    # bounds
    "no such port": ("[web]\nport = 65536", 2, "port 太大了", "至多是 65535"),
    "port nought": ("[web]\nport = 0", 2, "port 太小了", "至少是 1"),
    "a cut-off after noon": ("[office]\nday_cutoff_hour = 12", 2, "day_cutoff_hour 太大了", "至多是 11"),
    "no seconds at all": ("[outbox]\nlease_seconds = 0", 2, "lease_seconds 太小了", "要大于 0"),
    "an empty name": ("[office]\nname = ''", 2, "name 是空的", "至少写 1 个字"),
    "a long name": (f"[office]\nname = '{'长' * 201}'", 2, "name 太长了", "至多 200 个字"),
    "a large file": (WECHATY + "max_file_bytes = 5000000", 3, "max_file_bytes 太大了", "至多是 3000000"),
    "a nested bound": (WECHATY + "[channels.wechaty.pacing]\nroom_per_hour = 0", 4, "room_per_hour 太小了", "至少是 1"),
    "a nested key": ("[channels.webchat.pacing]\nper_hour = 1", 2, "不认识 per_hour", "您是不是想写 room_per_hour？"),
    # addresses
    "a host with a port": ("[web]\nhost = '127.0.0.1:80'", 2, "host 写得不对", "端口写在 port"),
    "a public address without https": ("[web]\npublic_url = 'a.cn'", 2, "public_url 写得不对", "浏览器里输入的地址"),
    "a gateway with http": (
        "[channels.wechaty]\nendpoint = 'http://x:1'", 2, "网关地址写得不对", "前面不加 http://"
    ),
    "a gateway without a port": ("[channels.wechaty]\nendpoint = 'x'", 2, "网关地址写得不对", "主机:端口"),
    "a gateway's port": ("[channels.wechaty]\nendpoint = 'x:70000'", 2, "网关地址写得不对", "主机:端口"),
    "a gateway without an address": ("[channels.wechaty]", 1, "缺少 endpoint", 'endpoint = "127.0.0.1:8788"'),
    "an unknown store": ("[store]\nurl = 'mysql://x'", 2, "存储地址不认识", "sqlite:///data/liaison.db"),
    # channels
    "an unknown channel": ("[channels.wecaht]", 1, "不认识这种渠道", "您是不是想写 wechaty？"),
    "an unknown kind": ("[channels.x]\nkind = 'qq'", 2, "不认识这种渠道", 'kind = "webchat"（网页聊天）'),
    "a kind that is a list": ("[channels.x]\nkind = []", 2, "不认识这种渠道", 'kind = "webchat"'),
    "a channel in Chinese": ("[channels.微信]".replace("微信", '"微信"'), 1, "渠道的名称写得不对", "小写英文字母"),
    "one gateway twice": (
        WECHATY + "[channels.b]\nkind = 'wechaty'\nendpoint = '127.0.0.1:8788'",
        5, "和 [channels.wechaty] 是同一个网关", "请改成另一个网关，或者删去一段",
    ),
    "two chat pages": (
        "[channels.a]\nkind = 'webchat'\n[channels.webchat]", 3, "和 [channels.a] 是同一个网页聊天", "请删去一段"
    ),
    "no certificate": (WECHATY + "tls_ca_file = 'ca.pem'", 3, "tls_ca_file 指的文件找不到", "请检查文件名，它从"),
    # rooms
    "a room without a roster": ("[[rooms]]\nname = '甲'", 1, "这个群没有名单", 'roster = "rosters/长沙.csv"'),
    "a room without a name": ("\n[[rooms]]\nroster = '长沙.csv'", 2, "缺少 name", "请在这一段里加一行：name ="),
    "a roster that is missing": (
        ROOM.replace("长沙.csv", "长沙名.csv"), 4, "roster 指的文件找不到", "您是不是想写 长沙.csv？"
    ),
    "two rooms of one name": (ROOM + ROOM, 7, "已经有一个群叫“长沙”", "名称不能重复，请改一个"),
    "a room in no channel": (ROOM + "channel = 'webchat2'", 5, "没有配置渠道 webchat2", "您是不是想写 webchat？"),
    "one group twice": (
        ROOM + "external_id = '7'\n" + ROOM.replace('"长沙"', '"二"') + "external_id = '7'",
        10, "和群“长沙”的 external_id 相同", "一个群只能配置一次",
    ),
    "a purpose": (ROOM + "purpose = 'staf'", 5, "purpose 不能这样写", "您是不是想写 staff？"),
    # bridges
    "a bridge to itself": (ROOM + "[[bridges]]\nrooms = ['长沙']", 6, "互通只写了一个群", "至少写两个群"),
    "a bridge to nowhere": (
        ROOM + "[[bridges]]\nrooms = ['长沙', '长沙市']", 6, "没有配置群“长沙市”", "您是不是想写 长沙？"
    ),
    "a room joined twice": (
        JOINED.replace("'岳阳'", "'岳阳', '长沙'"), 10, "群“长沙”在互通里写了两次", "写在一起"
    ),
    "deputies joined with staff": (
        JOINED.replace("[[bridges]]", 'purpose = "staff"\n[[bridges]]'), 11, "代表群和值班群不能互通", "内部消息"
    ),
    "a name too few": (JOINED + "called = ['微信群']", 11, "called 和 rooms 的项数不一样", "一个群一个"),
    "an unknown load": (JOINED + "carry = 'notice'", 11, "carry 不能这样写", "您是不是想写 notices？"),
    # schedules
    "a schedule without a job": (
        ROOM + "[[schedules]]\nname = 'x'\nat = '08:00'", 5, "缺少 do", 'do = "remind"'
    ),
    "an unknown job": (
        schedule("").replace('"tally"', '"remind_mising"'), 8, "do 不能这样写", "您是不是想写 remind_missing？"
    ),
    "a job in other words": (
        schedule("").replace('"tally"', '"汇总"'), 8, "do 不能这样写", '可以写 "remind"、"remind_missing"'
    ),
    "twenty-five o'clock": (schedule("").replace("08:00", "25:00"), 9, "时间写得不对", 'at = "08:00"'),
    "an hour without minutes": (schedule("").replace('"08:00"', "8"), 9, "时间写得不对", "24 小时制"),
    "no days": (schedule("days = []"), 10, "days 是空的，这个定时永远不会执行", '"daily"（每天）'),
    "an unknown weekday": (schedule('days = ["周一", "周八"]'), 10, "不认识的星期“周八”", '["周一", "周四"]'),
    "unknown days": (schedule('days = "everyday"'), 10, "不认识的日子“everyday”", '"daily"（每天）'),
    "days that are a number": (schedule("days = 1"), 10, "日子写得不对", '"daily"（每天）'),
    "no rooms": (schedule("rooms = []"), 10, "rooms 是空的", "至少写 1 项"),
    "an unknown room": (schedule('rooms = ["长沙",\n"长沙市"]'), 11, "没有配置群“长沙市”", "您是不是想写 长沙？"),
    "a room like none": (schedule('rooms = ["x"]'), 10, "没有配置群“x”", '已配置的群有：长沙；所有代表群写 "*"'),
    "no room of deputies": (
        schedule('rooms = ["*"]').replace('csv"', 'csv"\npurpose = "staff"'),
        11, "没有配置任何代表群，这个定时永远不会执行", "请用 [[rooms]] 配置群",
    ),
    "an end before the beginning": (
        schedule("from_on = 2020-03-01\nto_on = 2020-02-01"), 11, "to_on 早于 from_on，这个定时永远不会执行", "对调"
    ),
    "weekdays that never come": (
        schedule("from_on = 2020-02-10\nto_on = 2020-02-12\ndays = ['周五']"),
        12, "from_on 到 to_on 之间没有这几个星期，这个定时永远不会执行", "放宽日期",
    ),
    "a day that is none": (schedule('from_on = "2020-02-30"'), 10, "日期写得不对", 'from_on = "2020-02-10"'),
    "two schedules of one name": (
        schedule("") + '[[schedules]]\nname = "一"\ndo = "remind"\nat = "9:00"',
        12, "已经有一个定时叫“一”", "名称不能重复",
    ),
    "an unknown placeholder": (schedule('text = "{names}"'), 10, "text 里有不认识的占位词 {names}", "可以用的有 {"),
    "a placeholder that looks inside": (schedule('text = "{room.x}"'), 10, "不认识的占位词 {room.x}", "可以用的有"),
    "an open brace": (schedule('text = "{room"'), 10, "text 里的花括号不成对", "花括号本身请写成 {{ 和 }}"),
    # TOML
    "a quotation mark in Chinese": ("[office]\nname = “x”", 2, "这一行里有全角的 “", "请用英文（半角）的"),
    "a time without quotes": ("[[schedules]]\nat = 08:00", 2, "时间没有加引号", 'at = "08:00"'),
    "an open quotation mark": ('[office]\nname = "x\n', 2, "引号没有成对", "一前一后"),
    "a word without quotes": ("[office]\nname = 小联", 2, "这一行写法不对", "文字要加英文引号"),
    "a backslash": ('[store]\nurl = "sqlite:///C:\\data"', 2, "引号里的反斜杠 \\ 用得不对", "请用 /"),
    "a key twice": ("[web]\nport = 1\nport = 2", 3, "同一项写了两次", "请删去其中一处"),
    "a table twice": ("[web]\n[office]\n[web]", 3, "同一段写了两次", "请合成一段"),
    "an open bracket": ("[reading]\noffice_rules = [\n", 3, "文件到这里还没有写完", "引号和括号是不是都成对"),
}  # fmt: skip
"""What is wrong → the file, the line of the fault, what is said, and words of the remedy."""


@pytest.mark.parametrize(("text", "line", "what", "remedy"), [pytest.param(*bad, id=name) for name, bad in BAD.items()])
def test_a_bad_file_is_told_with_line_and_remedy(text: str, line: int, what: str, remedy: str, write: Write) -> None:
    (fault,) = refused(write(text), GATEWAY | {"LIAISON_B_TOKEN": "b"})
    assert fault[:2] == ("bot.toml", line)
    assert what in fault[2]
    assert remedy in fault[3]


def test_all_faults_are_told_at_once_in_the_order_of_their_lines(write: Write, tmp_path: Path) -> None:
    (tmp_path / "坏.csv").write_text("姓名,身份\n,代表\n甲,主任\n", encoding="utf-8")
    text = """[offic]
[web]
port = "8420"
[channels.wechaty]
endpoint = "127.0.0.1:8788"
token = "puppet_secret"
[[rooms]]
name = "甲"
roster = "坏.csv"
channel = "wechaty"
[[rooms]]
name = "乙"
[[schedules]]
name = "一"
do = "remind"
at = "8点"
rooms = ["丙"]
[[schedules]]
name = "二"
do = "tally"
at = "20:00"
rooms = ["丁"]
"""
    assert [(file, line, what) for file, line, what, _ in refused(write(text), {})] == [
        ("bot.toml", 1, "不认识 offic"),
        ("bot.toml", 3, "port 应当是整数"),
        ("bot.toml", 4, "没有网关的令牌"),
        ("bot.toml", 6, "token 是密钥，密钥不能写在 bot.toml 里"),
        ("bot.toml", 11, "这个群没有名单"),
        ("bot.toml", 16, "时间写得不对"),
        ("bot.toml", 22, "没有配置群“丁”"),
        ("坏.csv", 2, "没有写姓名"),
        ("坏.csv", 3, "身份不认识"),
    ]


def test_a_refused_room_or_channel_is_still_known_by_its_name(write: Write) -> None:
    text = schedule('rooms = ["长沙"]').replace('csv"', 'csv"\nshow_missing = 3\nchannel = "wechaty"')
    found = refused(write(text + '[channels.wechaty]\nendpoint = "x"\n'), GATEWAY)
    assert [what for _, _, what, _ in found] == ["show_missing 应当是 true 或 false", "网关地址写得不对"]


@pytest.mark.parametrize(
    ("roster", "purpose", "what"),
    [
        pytest.param("姓名,身份\n甲,工作人员\n", "deputies", "名单里没有代表", id="no deputy"),
        pytest.param("姓名,身份\n甲,代表\n", "staff", "名单里没有工作人员", id="no staff"),
    ],
)
def test_a_roster_has_those_whom_its_room_is_for(
    roster: str, purpose: str, what: str, write: Write, tmp_path: Path
) -> None:
    path = write(f"{ROOM}purpose = '{purpose}'")
    (tmp_path / "长沙.csv").write_text(roster, encoding="utf-8")
    assert [fault[1:3] for fault in refused(path, {})] == [(4, what)]


def test_a_roster_that_two_rooms_share_is_told_once(write: Write, tmp_path: Path) -> None:
    path = write(ROOM + ROOM.replace('"长沙"', '"二"'))
    (tmp_path / "长沙.csv").write_text("姓名,身份\n", encoding="utf-8")
    assert [fault[:3] for fault in refused(path, {})] == [("长沙.csv", 2, "名单里没有人")]


def test_a_file_in_another_encoding_is_told(write: Write) -> None:
    path = write("")
    path.write_bytes('[office]\nname = "联工委"'.encode("gb18030"))
    assert refused(path, {}) == [("bot.toml", 0, "文件不是 UTF-8 编码", "请在记事本里“另存为”，编码选 UTF-8")]


@given(st.text())
def test_no_text_makes_loading_fail_otherwise(text: str) -> None:
    try:
        tables.parse(text, "bot.toml")
    except SettingsError as exc:
        assert exc.faults  # noqa: PT017 - most texts are refused, some are not
