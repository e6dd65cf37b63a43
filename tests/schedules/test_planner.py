"""Each firing happens once: over restarts, with two processes, and not at all when it is too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.channel import Hears
from bot.clock import VirtualClock, at
from bot.settings import ScheduleSettings
from schedules.planner import Planner
from storage import Store, occasions, rooms
from tests.office import GROUP, GROUP_TRAITS, OTHER, Office, open_office, settings_for
from tests.reading import reads_nothing

MORNING = ScheduleSettings(name="早上提醒", do="remind", at=time(8))
EVENING = ScheduleSettings(name="晚上汇总", do="tally", at=time(20), late_minutes=60)
DAY = date(2020, 2, 10)


async def office_at(store: Store, wall: time, *schedules: ScheduleSettings, on: date = DAY) -> Office:
    clock = VirtualClock(at(on, wall))
    return await open_office(store, clock, settings_for(schedules), reads_nothing())


def places(office: Office) -> list[str]:
    return [said.conversation.name for said in office.channel.said]


async def test_a_reminder_goes_to_each_group_of_deputies_at_its_time(store: Store) -> None:
    office = await office_at(store, time(7), MORNING)
    await office.play(time(7, 59))
    assert places(office) == []
    await office.play(time(8, 1))
    assert places(office) == [GROUP, OTHER]
    assert "2月10日" in office.channel.said[0].text


@pytest.mark.parametrize(
    ("hears", "says", "says_not"),
    [
        pytest.param(Hears.ALL, "直接在群里说就行", "听不到", id="all"),
        pytest.param(Hears.MENTIONS, "@小联 36.5 健康", "直接在群里说", id="what mentions it"),
        pytest.param(Hears.PRIVATE, "群里说的小联听不到", "直接在群里说", id="private talk"),
        pytest.param(Hears.NOTHING, "打开您的个人链接", "直接在群里说", id="nothing"),
    ],
)
async def test_a_reminder_asks_in_the_way_in_which_the_bot_can_hear(
    store: Store, hears: Hears, says: str, says_not: str
) -> None:
    clock = VirtualClock(at(DAY, time(7)))
    traits = replace(GROUP_TRAITS, hears=hears)
    office = await open_office(store, clock, settings_for([MORNING]), reads_nothing(), traits)
    await office.play(time(8, 1))
    assert says in office.channel.said[0].text
    assert says_not not in office.channel.said[0].text


async def test_a_schedule_for_one_room_leaves_the_others_alone(store: Store) -> None:
    only = ScheduleSettings(name="只提醒一个群", do="remind", at=time(8), rooms=(OTHER,))
    office = await office_at(store, time(7), only)
    await office.play(time(9))
    assert places(office) == [OTHER]


async def test_a_restart_repeats_nothing(store: Store) -> None:
    first = await office_at(store, time(7), MORNING)
    await first.play(time(8, 1))
    again = await open_office(store, first.clock, settings_for([MORNING]), reads_nothing())
    await again.play(time(23))
    assert places(first) == [GROUP, OTHER]
    assert places(again) == []


async def test_two_processes_on_one_store_fire_once(store: Store) -> None:
    first = await office_at(store, time(7), MORNING)
    await first.bot.planner.run_due()
    second = Planner(store, first.clock, first.bot.settings, first.bot.office_id, first.bot.outbox.put)
    first.clock.advance_to(at(DAY, time(8)))
    await second.run_due()
    await first.bot.planner.run_due()
    await second.run_due()
    await first.heard()
    assert places(first) == [GROUP, OTHER]


async def test_what_was_missed_is_said_late_if_it_is_not_too_late(store: Store) -> None:
    office = await office_at(store, time(7), MORNING, EVENING)
    await office.bot.planner.run_due()
    office.clock.advance_to(at(DAY, time(9, 30)))  # it was down at eight
    await office.bot.planner.run_due()
    await office.heard()
    assert places(office) == [GROUP, OTHER]


async def test_what_was_missed_by_too_much_is_listed_and_not_said(store: Store) -> None:
    office = await office_at(store, time(7), MORNING)
    await office.bot.planner.run_due()
    office.clock.advance_to(at(DAY, time(10, 1)))
    await office.bot.planner.run_due()
    assert await office.heard() == []
    async with store.read() as session:
        missed = await occasions.missed(session, office.bot.office_id, at(DAY, time(0)))
    assert [(occasion.schedule, occasion.due_at) for occasion in missed] == [("早上提醒", at(DAY, time(8)))] * 2


async def test_days_of_silence_are_listed_day_by_day(store: Store) -> None:
    office = await office_at(store, time(7), MORNING)
    await office.play(time(9))
    office.clock.advance_to(at(DAY + timedelta(days=3), time(9)))
    await office.bot.planner.run_due()
    await office.heard()
    async with store.read() as session:
        missed = await occasions.missed(session, office.bot.office_id, at(DAY, time(0)))
    assert [occasion.on_day.day for occasion in missed] == [11, 11, 12, 12]
    assert len(places(office)) == 4  # the tenth's and, late by an hour, the thirteenth's


async def test_the_first_start_says_nothing_about_hours_before_it(store: Store) -> None:
    office = await office_at(store, time(8, 30), MORNING)
    await office.play(time(12))
    assert places(office) == []


@pytest.mark.parametrize(
    ("days", "on", "fires"),
    [
        pytest.param("workdays", date(2020, 2, 1), False, id="the extended spring festival of 2020"),
        pytest.param("workdays", date(2020, 1, 19), True, id="a Sunday worked for a holiday"),
        pytest.param("workdays", date(2020, 2, 10), True, id="a plain Monday"),
        pytest.param("weekends", date(2020, 2, 1), True, id="a holiday for a schedule of holidays"),
        pytest.param((0, 3), date(2020, 2, 11), False, id="not one of the weekdays"),
        pytest.param((0, 3), date(2020, 2, 13), True, id="one of the weekdays"),
        pytest.param("daily", date(2020, 1, 25), True, id="each day means each day"),
    ],
)
async def test_a_schedule_keeps_to_its_days(store: Store, days: object, on: date, fires: bool) -> None:
    schedule = ScheduleSettings(name="提醒", do="remind", at=time(8), days=days)  # type: ignore[arg-type]  # parametrized
    office = await office_at(store, time(7), schedule, on=on)
    await office.play(time(9))
    assert bool(places(office)) is fires


async def test_a_schedule_keeps_to_its_dates(store: Store) -> None:
    schedule = ScheduleSettings(
        name="提醒", do="remind", at=time(8), from_on=date(2020, 2, 11), to_on=date(2020, 2, 12)
    )
    office = await office_at(store, time(7), schedule)
    await office.play_until(at(date(2020, 2, 15), time(0)))
    assert len(places(office)) == 4


async def test_a_paused_room_is_spared_and_the_others_are_not(store: Store) -> None:
    office = await office_at(store, time(7), MORNING)
    async with store.begin() as session:
        room = await rooms.by_name(session, office.bot.office_id, None, GROUP)
        assert room is not None
        await rooms.pause(session, room.id, None, office.clock.now())
    await office.play(time(9))
    assert places(office) == [OTHER]


async def test_the_hosts_time_zone_does_not_matter(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import time as host

    monkeypatch.setenv("TZ", "America/New_York")
    host.tzset()
    try:
        office = await office_at(store, time(7), MORNING)
        await office.play(time(8, 1))
        assert places(office) == [GROUP, OTHER]
    finally:
        monkeypatch.delenv("TZ")
        host.tzset()


async def test_a_schedule_that_was_taken_out_does_not_fire(store: Store) -> None:
    office = await office_at(store, time(7), MORNING)
    await office.bot.planner.run_due()
    again = await open_office(store, office.clock, settings_for([EVENING]), reads_nothing())
    await again.play(time(9))
    assert places(again) == []


async def test_a_killed_process_leaves_no_post_of_a_firing_it_did_not_settle(store: Store) -> None:
    office = await office_at(store, time(7), MORNING)
    await office.bot.planner.run_due()
    office.clock.advance_to(at(DAY, time(8)))

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    broken = Planner(store, office.clock, office.bot.settings, office.bot.office_id, killed)
    with pytest.raises(KeyboardInterrupt):
        await broken.run_due()
    await office.bot.planner.run_due()
    await office.heard()
    assert places(office) == [GROUP, OTHER]


async def test_a_process_whose_clock_is_behind_drops_nothing_of_one_ahead(store: Store) -> None:
    behind = await office_at(store, time(7, 59, 59), MORNING, on=DAY - timedelta(days=1))
    ahead = await office_at(store, time(8), MORNING, on=DAY - timedelta(days=1))
    await ahead.bot.planner.run_due()
    await behind.bot.planner.run_due()
    async with store.read() as session:
        assert await occasions.next_due_at(session, ahead.bot.office_id) == at(DAY, time(8))


@pytest.mark.parametrize(
    ("now", "moved_to"),
    [
        pytest.param(time(7), time(9), id="to later"),
        pytest.param(time(7), time(7, 30), id="to earlier"),
        pytest.param(time(9), time(10), id="after it should have happened"),
    ],
)
async def test_a_schedule_whose_time_was_changed_fires_once_at_the_new_one(
    store: Store, now: time, moved_to: time
) -> None:
    office = await office_at(store, time(6), MORNING)
    await office.bot.planner.run_due()
    office.clock.advance_to(at(DAY, now))
    again = await open_office(store, office.clock, settings_for([replace(MORNING, at=moved_to)]), reads_nothing())
    await again.play_until(at(DAY, moved_to) - timedelta(seconds=1))
    assert places(again) == []
    await again.play(time(23))
    assert places(again) == [GROUP, OTHER]


async def test_a_schedule_moved_after_it_fired_does_not_fire_again_that_day(store: Store) -> None:
    office = await office_at(store, time(7), MORNING)
    await office.play(time(8, 1))
    again = await open_office(store, office.clock, settings_for([replace(MORNING, at=time(9))]), reads_nothing())
    await again.play(time(23))
    assert places(again) == []


async def test_a_schedule_taken_out_and_put_back_fires(store: Store) -> None:
    office = await office_at(store, time(7), MORNING)
    await office.bot.planner.run_due()
    without = await open_office(store, office.clock, settings_for([EVENING]), reads_nothing())
    await without.bot.planner.run_due()
    again = await open_office(store, office.clock, settings_for([MORNING]), reads_nothing())
    await again.play(time(8, 1))
    assert places(again) == [GROUP, OTHER]
