"""Forms (采集): what is refused, with which file, line and words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.forms import Kind, Per, Whom
from tests.settings.files import ROOM, Write, refused

HEAD = '[form]\nname = "口罩"\nwords = ["口罩"]\n'
FIELD = '[[field]]\nname = "数量"\ntype = "number"\nwords = ["几包"]\n'
CHOICE = '[[field]]\nname = "班次"\ntype = "choice"\nwords = ["班"]\n'

BAD = {
    "a mistyped key": (HEAD + "wrods = 1\n" + FIELD, 4, "不认识 wrods", "您是不是想写 words？"),
    "a key of a field": (HEAD + "units = ['包']\n" + FIELD, 4, "不认识 units", "units 要写在 [[field]] 下面"),
    "a mistyped table": (HEAD + FIELD + "[[fields]]\n", 8, "不认识 fields", "您是不是想写 field？"),
    "no form": (FIELD, 0, "没有 [form] 一段", "请在开头写一行 [form]"),
    "no fields": (HEAD, 0, "没有要填的项目", "[[field]]"),
    "no name": ('[form]\nwords = ["口罩"]\n' + FIELD, 1, "缺少 name", "name = "),
    "no words": ('[form]\nname = "口罩"\n' + FIELD, 1, "缺少 words", "words = "),
    "empty words": ('[form]\nname = "口罩"\nwords = []\n' + FIELD, 3, "words 是空的", "至少写 1 项"),
    "no such population": (HEAD + "whom = '代裱'\n" + FIELD, 4, "不知道“代裱”是哪些人", "[register]"),
    "a population of nothing": (HEAD + "whom = []\n" + FIELD, 4, "whom 写得不对", "deputies"),
    "never open by day": (
        HEAD + "from_on = '2020-02-10'\nto_on = 2020-02-01\n" + FIELD, 5, "永远不会开放", "对调"
    ),
    "never open by hour": (HEAD + "from_at = '18:00'\nto_at = '8:00'\n" + FIELD, 5, "永远不会开放", "对调"),
    "half an hour": (HEAD + "from_at = '8:00'\n" + FIELD, 4, "只写了一个", "都写"),
    "no such room": (HEAD + "rooms = ['长杀']\n" + FIELD, 4, "没有配置群“长杀”", "已配置的群有：长沙"),
    "named as a room": (HEAD.replace('name = "口罩"', 'name = "长沙"') + FIELD, 2, "和一个群同名", "改一个名称"),
    "no such roster": (HEAD + "roster = '无.csv'\n" + FIELD, 4, "roster 指的文件找不到", "长沙.csv"),
    "a field without words": (HEAD + FIELD.replace("words", "units"), 4, "“数量”没有 words", "words = ["),
    "a field of no kind": (HEAD + FIELD.replace('type = "number"\n', ""), 4, "缺少 type", "number"),
    "a field of a kind that is none": (HEAD + FIELD.replace("number", "numbr"), 6, "type 不能这样写", "number"),
    "two kinds": (HEAD + FIELD + "reads = 'status'\n", 6, "type 和 reads 只能写一个", "reads"),
    "a range upside down": (HEAD + FIELD + "min = 5\nmax = 1\n", 9, "max 比 min 小", "对调"),
    "a range of words": (HEAD + CHOICE + "options = ['甲', '乙']\nmin = 5\n", 9, "min 只用于 number", "删去"),
    "a choice without options": (HEAD + CHOICE, 4, "至少要有两个选项", "options"),
    "a choice of one": (HEAD + CHOICE + "options = ['甲']\n", 8, "至少要有两个选项", "options"),
    "options that are a word": (HEAD + CHOICE + "options = '甲'\n", 8, "options 写得不对", "options = ["),
    "a word of two options": (
        HEAD + CHOICE + "options = { '早班' = ['白'], '晚班' = ['白'] }\n", 8, "“白”在两个选项里都有", "只留一处"
    ),
    "two fields of a name": (HEAD + FIELD + FIELD, 9, "已经有一项叫“数量”", "不能重复"),
    "two fields of a word": (
        HEAD + FIELD + CHOICE.replace('"班"', '"几包"') + "options = ['甲', '乙']\n", 8, "“几包”和“数量”", "只留一处"
    ),
    "yes and no": (
        HEAD + "[[field]]\nname = '到'\ntype = 'yes_no'\nwords = ['到']\nyes = ['来']\nno = ['来']\n",
        9, "“来”又是 yes 又是 no", "只留一处",
    ),
    "health in public": (
        HEAD + "private = false\n[[field]]\nname = '体温'\nreads = 'temperature'\n", 4, "不能公开", "private"
    ),
    "no TOML": (HEAD + "per = \n", 4, "这一行写法不对", "请写成：名称 = 值"),
}  # fmt: skip


def configured(write: Write, tmp_path: Path, *texts: str, more: str = "") -> Path:
    """A bot.toml with these forms."""
    names = [f"{number}.toml" for number, _ in enumerate(texts, 1)]
    for name, text in zip(names, texts, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return write(f"{ROOM}[reading]\nforms = {names}\n{more}")


@pytest.mark.parametrize(("text", "line", "what", "remedy"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_told_with_its_line(
    text: str, line: int, what: str, remedy: str, write: Write, tmp_path: Path
) -> None:
    found = refused(configured(write, tmp_path, text), {})
    assert [(file, at) for file, at, _, _ in found] == [("1.toml", line)], found
    assert what in found[0][2]
    assert remedy in found[0][3]


def test_all_faults_of_all_files_are_told_together(write: Write, tmp_path: Path) -> None:
    wrong = HEAD + FIELD + "min = 5\nmax = 1\n" + CHOICE
    path = configured(write, tmp_path, wrong, HEAD, more="[manners]\nalert_staf = true\n")
    assert [fault[:2] for fault in refused(path, {})] == [
        ("bot.toml", 8), ("1.toml", 9), ("1.toml", 10), ("2.toml", 0), ("2.toml", 2)
    ]  # fmt: skip


def test_two_forms_may_not_share_a_name_or_an_announcing_word(write: Write, tmp_path: Path) -> None:
    other = HEAD.replace('name = "口罩"', 'name = "防护"')
    assert [fault[:3] for fault in refused(configured(write, tmp_path, HEAD + FIELD, HEAD + FIELD), {})] == [
        ("2.toml", 2, "已经有一个采集叫“口罩”")
    ]
    assert [fault[:3] for fault in refused(configured(write, tmp_path, HEAD + FIELD, other + FIELD), {})] == [
        ("2.toml", 3, "“口罩”也是采集“口罩”的词，读的时候分不清")
    ]


def test_a_file_that_is_not_there_is_told_in_bot_toml(write: Write) -> None:
    found = refused(write(f"{ROOM}[reading]\nforms = ['没有.toml']\n"), {})
    assert [fault[:3] for fault in found] == [("bot.toml", 6, "forms 指的文件找不到")]


SCHEDULE = '[[schedules]]\nname = "问"\ndo = "remind"\nat = "08:00"\n'


@pytest.mark.parametrize(
    ("more", "line", "what"),
    [
        pytest.param('form = "口照"', 11, "没有叫“口照”的采集", id="unknown"),
        pytest.param('form = "口罩"\nfrom_on = "2020-03-01"', 11, "这个定时都不执行", id="never while it is open"),
        pytest.param('form = "口罩"\nrooms = ["长沙"]', 12, "“口罩”不问这些群", id="rooms it does not ask"),
    ],
)
def test_a_schedule_of_a_form_fits_it(more: str, line: int, what: str, write: Write, tmp_path: Path) -> None:
    whom = "whom = 'staff'\n" if "rooms" in more else ""
    text = HEAD + whom + "to_on = '2020-02-20'\n" + FIELD
    found = refused(configured(write, tmp_path, text, more=SCHEDULE + more), {})
    assert [fault[:2] for fault in found] == [("bot.toml", line)]
    assert what in found[0][2]


def test_a_refused_form_is_still_known_by_its_name(write: Write, tmp_path: Path) -> None:
    path = configured(write, tmp_path, HEAD + CHOICE, more=SCHEDULE + 'form = "口罩"')
    assert [fault[0] for fault in refused(path, {})] == ["1.toml"]


def test_what_is_written_is_what_is_meant(write: Write, tmp_path: Path) -> None:
    (tmp_path / "几个人.csv").write_text("姓名,身份,单位\n贺知秋,代表,岳麓区\n", encoding="utf-8")
    text = (
        HEAD
        + "per = 'once'\nwhom = 'everyone'\nroster = '几个人.csv'\n"
        + "from_on = 2020-02-10\nto_at = '20:00'\nfrom_at = 08:00:00\n"
        + FIELD
        + "units = ['包']\nmin = 0\nmax = 5\nrequired = false\n"
        + CHOICE
        + "options = { '早班' = ['白班'], '晚班' = [] }\n"
        + "[[field]]\nname = '体温'\nreads = 'temperature'\n"
    )
    (form,) = settings.load(configured(write, tmp_path, text), {}).forms
    assert (form.name, form.title, form.words, form.per, form.whom) == (
        "口罩",
        "口罩",
        ("口罩",),
        Per.ONCE,
        Whom.EVERYONE,
    )
    assert form.people == (("贺知秋", "岳麓区"),)
    assert form.private  # it reads health
    number, choice, health = form.fields
    assert (number.kind, number.units, number.least, number.most, number.required) == (
        Kind.NUMBER,
        ("包",),
        0,
        5,
        False,
    )
    assert choice.options == (("早班", ("早班", "白班")), ("晚班", ("晚班",)))
    assert (health.kind, health.words) == (None, ("体温",))


def test_a_sub_list_of_people_in_no_group_is_noted(write: Write, tmp_path: Path) -> None:
    (tmp_path / "几个人.csv").write_text("姓名,身份\n贺知秋,代表\n某某,代表\n", encoding="utf-8")
    path = configured(write, tmp_path, HEAD + "roster = '几个人.csv'\n" + FIELD)
    (noted,) = settings.load(path, {}).warnings
    assert (noted.line, noted.what) == (6, "采集“口罩”的名单里有 1 人不在任何一个群的名单里")


def test_without_forms_nothing_changes(write: Write) -> None:
    assert settings.load(write(ROOM), {}).forms == ()
