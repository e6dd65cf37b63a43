"""Who is on duty: the rota as clerks keep it, who is told the evening before, what goes to them, and swaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot import app
from bot.clock import VirtualClock, at
from bot.errors import SettingsError
from bot.messages import Dispatch
from bot.rota import Shift, read
from bot.settings import DutySettings, ScheduleSettings, Settings, load
from storage import Store
from tests.office import GROUP, OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real

DAY, NEXT, THIRD = date(2020, 2, 10), date(2020, 2, 11), date(2020, 2, 12)
SHIFTS = (
    Shift(on=DAY, names=("周敏",)),
    Shift(on=NEXT, names=("谭芳",)),
    Shift(on=THIRD, names=("周敏", "谭芳")),
)
EVENING = (ScheduleSettings(name="明日值班", do="duty", at=time(18)),)


def settings(*shifts: Shift) -> Settings:
    return settings_for(duty=DutySettings(shifts=shifts or SHIFTS))


async def office_of(store: Store, wall: time = time(9), *shifts: Shift) -> Office:
    return await open_office(store, VirtualClock(at(DAY, wall)), settings(*shifts), real())


def told(said: list[Dispatch]) -> set[str]:
    return {d.conversation.external_id.removeprefix("wxid-") for d in said if d.conversation.private}


async def known(office: Office) -> None:
    """Both staff have spoken, so that it is known whose accounts they are."""
    for name in ("周敏", "谭芳"):
        await office.say(name, "早上好", STAFF_ROOM)
    await office.heard()


# --- the table ---------------------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "值班表.csv"
    path.write_text(text, "utf-8-sig")
    return path


def test_a_rota_is_read_as_clerks_write_it(tmp_path: Path) -> None:
    rows = "日期,值班人员\n2020-02-10,周敏\n2020/2/11,谭 芳、周敏\n2020年2月12日至2020年2月13日,谭芳\n2020.2.12,周敏\n"
    assert read(written(tmp_path, rows)) == (
        Shift(on=DAY, names=("周敏",)),
        Shift(on=NEXT, names=("谭芳", "周敏")),
        Shift(on=THIRD, names=("谭芳", "周敏")),
        Shift(on=date(2020, 2, 13), names=("谭芳",)),
    )


def test_a_workbook_with_real_dates_is_read_too(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["值班日期", "值班员", "备注"], [DAY, "周敏", ""], [NEXT, "谭芳", "带班：主任"]):
        book.active.append(row)
    book.save(path := tmp_path / "值班表.xlsx")
    assert read(path) == SHIFTS[:2]


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    rows = "日期,值班人员\n2月10日,周敏\n2020-02-30,周敏\n2020-02-11,\n,谭芳\n2020-02-13至2020-02-10,周敏\n"
    with pytest.raises(SettingsError) as refused:
        read(written(tmp_path, rows))
    assert [(fault.line, fault.what) for fault in refused.value.faults] == [
        (2, "日期写得不对"),
        (3, "日期写得不对"),
        (4, "没有写值班人员"),
        (5, "没有写日期"),
        (6, "日期写得不对"),
    ]


def test_a_rota_in_bot_toml_plans_the_evening_before(tmp_path: Path) -> None:
    written(tmp_path, "日期,值班人员\n2020-02-10,周敏\n")
    (tmp_path / "名单.csv").write_text("姓名,身份\n周敏,工作人员\n", "utf-8")
    config = tmp_path / "bot.toml"
    room = '[[rooms]]\nname = "值班群"\nroster = "名单.csv"\npurpose = "staff"\n'
    config.write_text(f'schedules = []\n[duty]\nrota = "值班表.csv"\ntell_at = "17:30"\n{room}', "utf-8")
    loaded = load(config, {})
    assert [(schedule.do, schedule.at) for schedule in loaded.schedules] == [("duty", time(17, 30))]
    assert loaded.duty.shifts == (Shift(on=DAY, names=("周敏",)),)
    assert loaded.warnings == ()
    written(tmp_path, "日期,值班人员\n2020-02-10,周民\n")
    assert "值班表里有 1 个人不在名单" in load(config, {}).warnings[0].what


# --- what goes to whom -------------------------------------------------------------------------------------------


async def test_who_is_ill_is_told_to_those_on_duty_alone(store: Store) -> None:
    office = await office_of(store)
    await known(office)
    await office.say("张三", "38.5 咳嗽")
    said = await office.heard()
    assert told(said) == {"周敏"}


async def test_the_evening_tally_tells_who_is_ill_to_those_on_duty_alone(store: Store) -> None:
    evening = [ScheduleSettings(name="晚上汇总", do="tally", at=time(20))]
    day = settings_for(evening, duty=DutySettings(shifts=SHIFTS))
    office = await open_office(store, VirtualClock(at(DAY, time(9))), day, real())
    await known(office)
    await office.say("张三", "38.5 咳嗽")
    await office.say("赵六", "发热38.1", OTHER)
    before = len(office.channel.said)
    await office.play(time(20, 30))
    said = [d for d in office.channel.said[before:] if d.conversation.private and "异常、待核实" in d.text]
    assert told(said) == {"周敏"}
    assert "张三" in "".join(d.text for d in said)
    assert "赵六" in "".join(d.text for d in said)


@pytest.mark.parametrize("shifts", [(Shift(on=THIRD, names=("周敏",)),), (Shift(on=DAY, names=("不在的人",)),)])
async def test_without_anybody_on_duty_all_staff_are_told(store: Store, shifts: tuple[Shift, ...]) -> None:
    office = await office_of(store, time(9), *shifts)
    await known(office)
    await office.say("张三", "38.5 咳嗽")
    assert told(await office.heard()) == {"周敏", "谭芳"}


async def test_the_evening_before_those_on_duty_are_told_once(store: Store) -> None:
    evening = replace(settings(), schedules=EVENING)
    office = await open_office(store, VirtualClock(at(DAY, time(9))), evening, real())
    await known(office)
    await office.play(time(18, 30))
    said = office.channel.said
    assert [d.text for d in said if d.conversation.name == STAFF_ROOM] == ["明天（2月11日）值班：谭芳。"]
    assert told(list(said)) == {"谭芳"}
    again = await open_office(store, VirtualClock(at(DAY, time(18, 31))), evening, real())
    await again.play(time(18, 40))
    assert again.channel.said == []


async def test_the_end_of_a_rota_is_said_once_and_then_never(store: Store) -> None:
    evening = replace(settings(SHIFTS[0]), schedules=EVENING)
    office = await open_office(store, VirtualClock(at(DAY, time(9))), evening, real())
    await office.play(time(18, 30))
    assert "值班表到今天为止" in office.channel.said[0].text
    office.clock.advance(86_400)
    await office.play(time(18, 30))
    assert len(office.channel.said) == 1


# --- swaps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "on_first", "on_next"),
    [
        pytest.param("/换班 2月10日 周敏 谭芳", "谭芳", "谭芳", id="one takes a place"),
        pytest.param("/换班 今天 谭芳", "谭芳", "谭芳", id="one's own place"),
        pytest.param("/换班 2月10日 2月11日", "谭芳", "周敏", id="two days change hands"),
        pytest.param("/换班 2月10日 周敏 2月11日 谭芳", "谭芳", "周敏", id="two days with names"),
    ],
)
async def test_a_swap_counts_from_then_on(store: Store, command: str, on_first: str, on_next: str) -> None:
    office = await office_of(store)
    await known(office)
    assert "已换班" in "".join(d.text for d in await office.ask("周敏", command, STAFF_ROOM))
    shown = "".join(d.text for d in await office.ask("周敏", "/值班", STAFF_ROOM))
    assert f"2月10日（周一）{on_first}\n2月11日（周二）{on_next}\n" in shown
    await office.say("张三", "38.5 咳嗽")
    assert told(await office.heard()) == {on_first}


async def test_a_swap_stands_when_the_rota_is_read_anew_and_can_be_swapped_back(store: Store) -> None:
    office = await office_of(store)
    await known(office)
    await office.ask("周敏", "/换班 今天 谭芳", STAFF_ROOM)
    await app.sync_rooms(office.bot, office.bot.settings.rooms, SHIFTS)
    assert "2月10日（周一）谭芳" in (await office.ask("周敏", "/值班 今天", STAFF_ROOM))[-1].text
    await office.ask("周敏", "/换班 今天 谭芳 周敏", STAFF_ROOM)
    assert "2月10日（周一）周敏" in (await office.ask("周敏", "/值班 今天", STAFF_ROOM))[-1].text


async def test_both_learn_of_a_swap_that_a_third_person_made(store: Store) -> None:
    office = await office_of(store)
    await known(office)
    said = await office.ask("周敏", "/换班 2月11日 谭芳 周敏", STAFF_ROOM)
    assert told(said) == {"谭芳"}


@pytest.mark.parametrize(
    ("command", "because"),
    [
        ("/换班", "请写日期和人"),
        ("/换班 周敏 谭芳", "请写日期和人"),
        ("/换班 2月9日 周敏 谭芳", "已经过去"),
        ("/换班 2月10日 谭芳 周敏", "谭芳不值班"),
        ("/换班 2月12日 周敏 谭芳", "本来就是谭芳"),
        ("/换班 2月13日 谭芳", "没有排班"),
        ("/换班 2月10日 张三", "不是工作人员"),
        ("/换班 2月10日 2月12日", "请写明替谁"),
        ("/换班 2月10日 没这人", "没这人"),
    ],
)
async def test_what_is_not_clear_changes_nothing_and_says_why(store: Store, command: str, because: str) -> None:
    office = await office_of(store)
    await known(office)
    before = (await office.ask("周敏", "/值班", STAFF_ROOM))[-1].text
    assert because in (await office.ask("周敏", command, STAFF_ROOM))[-1].text
    assert (await office.ask("周敏", "/值班", STAFF_ROOM))[-1].text == before


async def test_a_deputy_cannot_swap(store: Store) -> None:
    office = await office_of(store)
    await known(office)
    await office.ask("张三", "/换班 今天 谭芳", GROUP)
    assert "2月10日（周一）周敏" in (await office.ask("周敏", "/值班 今天", STAFF_ROOM))[-1].text
