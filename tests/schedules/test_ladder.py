"""The ladder of reminders: each step asks whom it has to, once, and nobody any more who has reported."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import app
from bot.channel import Addresses, Channel, Hears, Means, Starts, Traits
from bot.channels.memory import TRAITS, MemoryChannel
from bot.chasing import Chase, Gate, Ladder, Step, settled
from bot.clock import VirtualClock, at, local
from bot.heard import known_of
from bot.messages import Dispatch, OfficeId
from bot.outbox import Outbox
from bot.rosters import Role, RosterEntry
from bot.rota import Shift
from bot.settings import (
    ChannelSettings,
    DutySettings,
    MailSettings,
    MannersSettings,
    RoomSettings,
    ScheduleSettings,
    Settings,
    SmsSettings,
    WebchatSettings,
)
from schedules.planner import Planner
from storage import Store, people, posts, reminders, rooms
from tests.fakes.sms_vendors import NUDGE
from tests.forms import MASKS, open_now
from tests.office import GROUP, GROUP_TRAITS, NO_PAUSE, OTHER, STAFF_ROOM, Office
from tests.reading import real

DAY = date(2020, 2, 10)
SPREAD = replace(NO_PAUSE, spread_minutes=5)
SHARP = replace(SPREAD, avoid_sharp=True)

ROSTER = (
    RosterEntry(name="张三", unit="岳麓区", phone="13900000001", email="zhang@x.test"),
    RosterEntry(name="李四", unit="岳麓区", phone="13900000002", email="li@x.test"),
    RosterEntry(name="王五", unit="开福区"),
    RosterEntry(name="周敏", unit="联工委", role=Role.STAFF),
)
OTHER_ROSTER = (
    RosterEntry(name="张三", unit="岳麓区", phone="13900000001"),
    RosterEntry(name="赵六", unit="华容县", phone="13900000006", email="zhao@x.test"),
    RosterEntry(name="周敏", unit="联工委", role=Role.STAFF),
)
SMS = SmsSettings(vendor="aliyun", key_id="k", sign_name="某市人大", nudge=NUDGE, pacing=SHARP)
MAIL = MailSettings(address="llz@office.test", smtp="127.0.0.1:1", pacing=SHARP)
PAGE = WebchatSettings(name="page", pacing=SPREAD)
KINDS: Mapping[str, Traits] = {
    "group": GROUP_TRAITS,
    "page": TRAITS,
    "sms": Traits(hears=Hears.PRIVATE, starts=Starts.TEMPLATES, addresses=Addresses.PHONE, nudge=NUDGE),
    "mail": Traits(hears=Hears.PRIVATE, starts=Starts.ALWAYS, addresses=Addresses.EMAIL, files=True),
}

REMIND = ScheduleSettings(name="早上提醒", do="remind", at=time(8))
MENTION = ScheduleSettings(name="下午催报", do="remind_missing", at=time(15))
PRIVATE = ScheduleSettings(name="私信催报", do="remind_each", at=time(16, 10))
SHORT = ScheduleSettings(name="短信催报", do="sms", at=time(17))
LETTER = ScheduleSettings(name="邮件催报", do="mail", at=time(18, 30))
CALLS = ScheduleSettings(name="电话名单", do="phone_list", at=time(19))
LADDER = (REMIND, MENTION, PRIVATE, SHORT, LETTER, CALLS)


def settings_of(
    schedules: Sequence[ScheduleSettings] = LADDER,
    channels: Sequence[ChannelSettings] = (PAGE, SMS, MAIL),
    **changes: object,
) -> Settings:
    staff = tuple(entry for entry in ROSTER if entry.role is Role.STAFF)
    settings = Settings(
        channels=(WebchatSettings(name="group", pacing=NO_PAUSE), *channels),
        rooms=(
            RoomSettings(name=GROUP, channel="group", roster=ROSTER),
            RoomSettings(name=OTHER, channel="group", roster=OTHER_ROSTER),
            RoomSettings(name=STAFF_ROOM, channel="group", purpose="staff", roster=staff),
        ),
        schedules=tuple(schedules),
    )
    return replace(settings, **changes)  # type: ignore[arg-type]  # the names are those of Settings' fields


class Town(Office):
    """The office with all its channels; what each of them said is in `channels`."""

    channels: dict[str, MemoryChannel]

    def said(self, channel: str) -> list[Dispatch]:
        """What went out by a channel."""
        return self.channels[channel].said

    def texts(self, channel: str) -> list[str]:
        """The words of it."""
        return [dispatch.text for dispatch in self.said(channel)]

    def told(self, words: str) -> Dispatch:
        """The one thing with these words in it, by whatever channel."""
        (said,) = [said for channel in self.channels.values() for said in channel.said if words in said.text]
        return said

    def reached(self, channel: str) -> list[str]:
        """The accounts that it went out to."""
        return [dispatch.conversation.external_id for dispatch in self.said(channel)]


async def town(store: Store, settings: Settings | None = None, wall: time = time(7), on: date = DAY) -> Town:
    settings, clock = settings or settings_of(), VirtualClock(at(on, wall))
    held: dict[str, MemoryChannel] = {}

    def make(_office: OfficeId) -> Mapping[str, Channel]:
        held.update({c.name: MemoryChannel(c.name, clock, KINDS[c.name]) for c in settings.channels})
        return held

    bot = await app.build(settings, store, clock, make, real().heard, random.Random(1))
    for room in settings.rooms:
        await bot.inbox.meet_room("group", f"room-{room.name}", room.name)
    built = Town(bot, clock, held["group"])
    built.channels = held
    return built


async def seat(office: Town, name: str) -> str:
    async with office.bot.store.read() as session:
        known = {m.name: m.person_id for m in await people.everybody(session, office.bot.office_id)}
    return f"person:{known[name]}"


async def sent_at(office: Town, name: str) -> list[tuple[str, time]]:
    """What was said to somebody alone, and when."""
    person = int((await seat(office, name)).partition(":")[2])
    async with office.bot.store.read() as session:
        found = await posts.in_states(session, office.bot.office_id, ("sent", "delivered"), most=1000)
    mine = sorted((post.sent_at or post.made_at, post.why) for post in found if post.person_id == person)
    return [(why, local(moment).time()) for moment, why in mine]


# ── the day ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_day_on_which_nobody_answers_climbs_every_step(store: Store) -> None:
    office = await town(store)
    await office.play(time(16))
    mentioned = [name.name for said in office.said("group") for name in said.mentions]
    assert sorted(mentioned) == sorted(["张三", "李四", "王五", "赵六"])  # 张三 is in both groups, and called in one
    await office.play(time(19, 30))
    deputies = [await seat(office, name) for name in ("张三", "李四", "王五", "赵六")]
    reminded = [said for said in office.said("page") if said.conversation.external_id in deputies]
    assert sorted(said.conversation.external_id for said in reminded) == sorted(deputies)
    assert not any("健康" in text.replace("36.5 健康", "") for text in (said.text for said in reminded))
    assert set(office.texts("sms")) == {NUDGE}
    assert sorted(office.reached("sms")) == ["13900000001", "13900000002", "13900000006"]
    assert sorted(office.reached("mail")) == ["li@x.test", "zhang@x.test", "zhao@x.test"]
    assert all("直接回复这封邮件" in text for text in office.texts("mail"))
    listed = office.told("【电话名单】")
    assert listed.conversation.external_id == await seat(office, "周敏")
    assert "还有 4 人没报" in listed.text
    line = next(line for line in listed.text.splitlines() if "张三" in line)
    assert "（岳麓区） 13900000001：群里提醒 8:00、" in line
    assert all(what in line for what in ("群里点名 15:00", "私信 16:1", "短信 17:0", "邮件 18:3"))
    assert "短信（没有手机号）" in next(line for line in listed.text.splitlines() if "王五" in line)
    assert listed.attachment is not None
    page = load_workbook(BytesIO(listed.attachment.content))["电话名单"]
    assert next((row[1].value, row[3].value) for row in page.iter_rows(min_row=2)) == ("张三", "13900000001")


@pytest.mark.parametrize(
    ("who", "text", "room"),
    [
        pytest.param("张三", "36.5 健康 在长沙", GROUP, id="in the group"),
        pytest.param("张三", "36.5 健康 在长沙", OTHER, id="in the other group"),
        pytest.param("李四", "代张三报：36.5 健康", GROUP, id="by somebody else"),
        pytest.param("周敏", "/代报 张三 36.5 健康", STAFF_ROOM, id="by staff"),
        pytest.param("周敏", f"/录入 {GROUP}\n张三 2020-02-10 09:05\n36.5 健康", STAFF_ROOM, id="pasted"),
        pytest.param("张三", "38.5 发热", GROUP, id="unwell"),
        pytest.param("周敏", "/标记 张三 零报告", STAFF_ROOM, id="zero report"),
        pytest.param("周敏", "/请假 张三", STAFF_ROOM, id="leave"),
    ],
)
async def test_the_ladder_stops_for_whoever_has_reported_by_whatever_way(
    store: Store, who: str, text: str, room: str
) -> None:
    office = await town(store)
    await office.play(time(16, 30))
    assert (await sent_at(office, "张三"))[-1][0] == "私信催报"
    await office.say(who, text, room)
    await office.play(time(19, 30))
    assert [why for why, _ in await sent_at(office, "张三")] == ["私信催报"]
    assert [why for why, _ in await sent_at(office, "李四")] == ["私信催报", "短信催报", "邮件催报"]
    listed = office.told("【电话名单】").text
    assert "张三" not in listed


async def test_whoever_takes_a_report_back_is_reminded_again(store: Store) -> None:
    office = await town(store)
    await office.say("张三", "36.5 健康", GROUP)
    await office.play(time(16, 30))
    assert await sent_at(office, "张三") == []
    await office.say("张三", "作废", GROUP)
    await office.play(time(17, 30))
    assert [why for why, _ in await sent_at(office, "张三")] == ["短信催报"]


async def test_who_cannot_be_reached_stays_on_the_telephone_list_with_a_note(store: Store) -> None:
    office = await town(store)
    await office.play(time(18))
    await office.say("周敏", "/标记 王五 联系不上", STAFF_ROOM)
    await office.play(time(19, 30))
    listed = office.told("【电话名单】").text
    assert "今天已标联系不上" in next(line for line in listed.splitlines() if "王五" in line)


# ── what was made due already ───────────────────────────────────────────────────────────────────────────────────


async def test_a_reminder_that_waits_is_called_off_by_the_report(store: Store) -> None:
    office = await town(store)
    for channel in office.channels.values():
        channel.connected = False
    await office.play(time(17, 30))
    await office.say("张三", "36.5 健康", GROUP)
    for channel in office.channels.values():
        channel.connected = True
    await office.play(time(17, 35))  # not at half past sharp
    assert await seat(office, "张三") not in office.reached("page")
    assert "13900000001" not in office.reached("sms")
    assert "13900000002" in office.reached("sms")


async def test_a_report_kept_before_the_claim_is_seen_behind_it(store: Store) -> None:
    """The report is committed after the sender has looked for work, and before it claims the post."""
    office = await town(store, settings_of([PRIVATE]))
    office.clock.advance_to(at(DAY, time(16)))
    await office.bot.planner.run_due()
    office.clock.advance_to(at(DAY, time(16, 20)))
    await office.bot.planner.run_due()
    mine = await seat(office, "张三")
    began = asyncio.Event()

    class Slow(Outbox):
        async def _when_free(self, name: str, pacing: object, now: object) -> object:  # type: ignore[override]  # waits
            if not began.is_set():
                began.set()
                await office.say("张三", "36.5 健康", GROUP)
            return await super()._when_free(name, pacing, now)  # type: ignore[arg-type]  # handed on as they came

    outbox = Slow(
        store, office.clock, office.bot.settings, office.bot.office_id, office.channels, random.Random(1),
        office.bot.outbox._gate,
    )  # fmt: skip
    await outbox.send_due()
    assert began.is_set()
    assert mine not in office.reached("page")
    assert len(office.reached("page")) == 3


async def test_a_mention_that_waits_leaves_out_who_has_reported_meanwhile(store: Store) -> None:
    manners = MannersSettings(most_mentions=1)
    office = await town(store, settings_of([MENTION], manners=manners))
    office.channels["group"].connected = False
    await office.play(time(15, 1))
    await office.say("张三", "36.5 健康", GROUP)
    await office.say("赵六", "36.5 健康", OTHER)
    office.channels["group"].connected = True
    await office.play(time(15, 2))
    (said,) = office.said("group")  # the other group has nobody left
    assert [mention.name for mention in said.mentions] == ["李四"]
    assert "张三" not in said.text
    assert "王五" in said.text


# ── caps ────────────────────────────────────────────────────────────────────────────────────────────────────────


def two_collections(manners: MannersSettings) -> Settings:
    form = open_now(MASKS)
    asked = [replace(PRIVATE, name="口罩私信", at=time(16, 40), form=form.name)]
    asked += [replace(SHORT, name="口罩短信", at=time(17, 40), form=form.name)]
    return settings_of([*LADDER, *asked], forms=(form,), manners=manners)


async def test_a_cap_counts_over_collections(store: Store) -> None:
    office = await town(store, two_collections(MannersSettings(private_per_day=1)))
    await office.play(time(19, 30))
    assert [why for why, _ in await sent_at(office, "张三")] == ["私信催报", "短信催报", "邮件催报"]
    async with store.read() as session:
        kept_back = await reminders.withheld(session, office.bot.office_id)
    bitten = {(row.step, row.withheld, row.number) for row in kept_back if row.withheld == "cap"}
    assert bitten == {("口罩私信", "cap", 1), ("口罩短信", "cap", 1)}


async def test_the_cap_of_the_day_counts_all_means(store: Store) -> None:
    office = await town(store, two_collections(MannersSettings(reminders_per_day=3)))
    await office.play(time(19, 30))
    assert [why for why, _ in await sent_at(office, "张三")] == ["私信催报", "口罩私信"]  # and mentioned once
    assert [why for why, _ in await sent_at(office, "李四")] == ["私信催报", "口罩私信"]


async def test_a_mention_said_within_another_post_is_counted_and_told_like_any_other(store: Store) -> None:
    other = replace(REMIND, name="下午好", at=MENTION.at, text="各位下午好")
    day = settings_of([other, MENTION, PRIVATE, CALLS], manners=MannersSettings(reminders_per_day=1))
    office = await town(store, day)
    await office.play(time(19, 30))
    spoken = [said for said in office.said("group") if said.conversation.name == GROUP]
    assert len(spoken) == 1  # both within one post
    assert [mention.name for mention in spoken[0].mentions] == ["张三", "李四", "王五"]
    assert await sent_at(office, "张三") == []  # once a day is enough
    assert "张三（岳麓区） 13900000001：群里提醒 15:00、群里点名 15:00、私信（今天" in office.told("电话名单").text


async def test_a_week_of_short_messages_is_enough(store: Store) -> None:
    office = await town(store, settings_of([SHORT], manners=MannersSettings(sms_per_week=2)))
    await office.play_until(at(DAY + timedelta(days=3), time(19)))
    assert office.reached("sms").count("13900000001") == 2


async def test_two_collections_at_once_in_two_processes_keep_the_cap(store: Store) -> None:
    form = open_now(MASKS)
    both = [SHORT, replace(SHORT, name="口罩短信", form=form.name)]
    office = await town(store, settings_of(both, forms=(form,)))
    await office.bot.planner.run_due()
    office.clock.advance_to(at(DAY, time(17)))
    second = Planner(
        store, office.clock, office.bot.settings, office.bot.office_id, office.bot.outbox.put, ways=office.bot.outbox
    )
    await asyncio.gather(office.bot.planner.run_due(), second.run_due())
    await office.play(time(18))
    assert office.reached("sms").count("13900000001") == 1


# ── quiet hours, and moments ────────────────────────────────────────────────────────────────────────────────────


async def test_a_step_before_dawn_waits_for_the_morning_and_one_at_night_is_left_out(store: Store) -> None:
    early, late = replace(SHORT, name="太早", at=time(7, 5)), replace(PRIVATE, name="太晚", at=time(22, 30))
    office = await town(store, settings_of([early, late], manners=MannersSettings(sms_per_day=5)))
    await office.play_until(at(DAY, time(23, 59)))
    told = await sent_at(office, "张三")
    assert [why for why, _ in told] == ["太早"]
    assert time(8, 1) <= told[0][1] < time(8, 10)
    await office.play_until(at(DAY + timedelta(days=1), time(7, 0)))
    assert await sent_at(office, "张三") == told
    async with store.read() as session:
        kept_back = await reminders.withheld(session, office.bot.office_id)
    assert {row.withheld for row in kept_back if row.step == "太晚"} == {"quiet"}


async def test_a_reminder_held_up_until_the_quiet_hours_is_not_sent_in_them(store: Store) -> None:
    office = await town(store, settings_of([replace(SHORT, at=time(19, 50))]))
    office.channels["sms"].connected = False
    await office.play(time(20, 30))
    office.channels["sms"].connected = True
    await office.play_until(at(DAY + timedelta(days=1), time(12)))
    assert office.said("sms") == []


async def test_services_that_ask_for_it_hear_nothing_on_the_hour(store: Store) -> None:
    office = await town(store, settings_of([SHORT, LETTER]))
    await office.play(time(19))
    moments = [moment for _, moment in await sent_at(office, "张三")]
    assert len(moments) == 2
    assert all(moment.minute not in (0, 30) for moment in moments)


@given(minute=st.integers(0, 1439), seed=st.text(max_size=8), spread=st.integers(0, 3600), avoid_sharp=st.booleans())
def test_a_moment_is_its_own_the_same_and_never_sharp(minute: int, seed: str, spread: int, avoid_sharp: bool) -> None:
    due_at = at(DAY, time()) + timedelta(minutes=minute)
    moment = settled(due_at, seed, spread, avoid_sharp=avoid_sharp)
    assert moment == settled(due_at, seed, spread, avoid_sharp=avoid_sharp)
    assert due_at <= moment <= due_at + timedelta(seconds=spread + 181)
    assert not avoid_sharp or local(moment).minute not in (0, 30)


# ── killed, and twice ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", [MENTION, PRIVATE, SHORT, LETTER, CALLS], ids=lambda step: step.do)
async def test_a_step_is_done_once_by_two_processes_and_over_a_kill(store: Store, step: ScheduleSettings) -> None:
    office = await town(store, settings_of([step]))
    await office.bot.planner.run_due()
    office.clock.advance_to(at(DAY, step.at))
    ways = office.bot.outbox

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    broken = Planner(store, office.clock, office.bot.settings, office.bot.office_id, killed, ways=ways)
    with pytest.raises(KeyboardInterrupt):
        await broken.run_due()
    second = Planner(store, office.clock, office.bot.settings, office.bot.office_id, ways.put, ways=ways)
    await asyncio.gather(office.bot.planner.run_due(), second.run_due())
    again = await town(store, settings_of([step]), step.at)
    await again.play(time(20))
    expected = {"remind_missing": 2, "remind_each": 4, "sms": 3, "mail": 3, "phone_list": 1}[step.do]
    assert sum(len(channel.said) for channel in again.channels.values()) == expected


async def test_the_telephone_list_and_errands_go_to_whoever_is_on_duty(store: Store) -> None:
    settings = settings_of([SHORT, CALLS], channels=(PAGE,))
    staff = RosterEntry(name="谭芳", unit="联工委", role=Role.STAFF)
    group = replace(settings.rooms[0], roster=(*ROSTER, staff))
    duty = DutySettings(shifts=(Shift(on=DAY, names=("谭芳",)),))
    office = await town(store, replace(settings, rooms=(group, *settings.rooms[1:]), duty=duty))
    await office.play(time(19, 30))
    assert office.told("没有配置短信的渠道").conversation.external_id == await seat(office, "谭芳")
    listed = office.told("【电话名单】")
    assert listed.conversation.external_id == await seat(office, "谭芳")
    assert listed.attachment is not None


# ── what the program cannot do ──────────────────────────────────────────────────────────────────────────────────


async def test_a_step_without_its_channel_is_left_to_staff_and_ticked_off(store: Store) -> None:
    office = await town(store, settings_of(channels=(PAGE,)))
    await office.play(time(17, 30))
    errand = office.told("没有配置短信的渠道")
    assert errand.conversation.external_id == await seat(office, "周敏")
    assert "张三（岳麓区） 13900000001" in errand.text
    number = errand.text.split("/已办 ")[1].rstrip("。")
    assert "短信催报" in (await office.ask("周敏", "/已办", STAFF_ROOM))[0].text
    assert "已办" in (await office.ask("周敏", f"/已办 {number}", STAFF_ROOM))[0].text
    assert "没有等着代办的" in (await office.ask("周敏", "/已办", STAFF_ROOM))[0].text
    await office.play(time(19, 30))
    listed = office.told("【电话名单】").text
    assert "短信（请人代发，已办）" in listed
    assert "邮件（请人代发，还没办）" in listed


@pytest.mark.parametrize(
    ("traits", "means"),
    [
        pytest.param(KINDS["group"], Means.PRIVATE, id="a messenger"),
        pytest.param(KINDS["sms"], Means.SMS, id="short messages"),
        pytest.param(KINDS["mail"], Means.MAIL, id="mail"),
        pytest.param(replace(GROUP_TRAITS, starts=Starts.NEVER), None, id="one that may not begin"),
        pytest.param(replace(GROUP_TRAITS, hears=Hears.NOTHING), None, id="a robot in one group"),
    ],
)
def test_by_which_means_a_channel_reaches_somebody(traits: Traits, means: Means | None) -> None:
    assert traits.means is means


async def test_others_are_chased_by_the_same_steps_until_their_own_thing_is_so(store: Store) -> None:
    office = await town(store, settings_of([]))
    read: set[int] = set()

    async def unread(_session: object, _settings: object, _office: int, _what: str, _on: date, ids: object) -> set[int]:
        return {*ids} - read  # type: ignore[misc]  # ids are a collection of ints

    async def nothing(*_: object) -> None:
        return None

    settings, office_id = office.bot.settings, office.bot.office_id
    gate = Gate(settings, office_id, owing={"notice": unread}, compose=nothing)
    chance = random.Random(1)
    outbox = Outbox(store, office.clock, settings, office_id, office.channels, chance, gate)
    office.clock.advance_to(at(DAY, time(10)))
    now = office.clock.now()
    step = Step(
        name="通知3短信", key="notice/3/sms", about="notice/3", means=Means.SMS, on=DAY, due_at=now,
        not_after=now + timedelta(hours=2),
    )  # fmt: skip
    async with store.begin() as session:
        everybody = [m for m in await people.everybody(session, office_id) if m.role == "deputy"]
        chase = Chase(people=[known_of(m) for m in everybody], words=lambda _known: "", paste="请看通知")
        made = await Ladder(session, settings, office_id, now, outbox).climb(step, chase)
        assert len(made) == 3  # 王五 has no number
        await outbox.put(session, made)
        assert await Ladder(session, settings, office_id, now, outbox).climb(step, chase) == []
    read.add(next(m.person_id for m in everybody if m.name == "张三"))
    office.clock.advance_to(at(DAY, time(10, 20)))
    await outbox.send_due()
    assert sorted(office.reached("sms")) == ["13900000002", "13900000006"]


async def test_where_half_the_office_is_missing_staff_decide(store: Store) -> None:
    office = await town(store, settings_of([replace(SHORT, most_people=2)]))
    await office.play(time(18))
    assert office.said("sms") == []
    assert any("超过了这一步的上限 2 人" in text for text in office.texts("page"))


async def test_an_errand_of_nobody_is_told_kindly(store: Store) -> None:
    office = await town(store)
    assert "没有这个编号" in (await office.ask("周敏", "/已办 99", STAFF_ROOM))[0].text


async def test_a_paused_group_does_not_keep_private_reminders_back(store: Store) -> None:
    office = await town(store)
    async with store.begin() as session:
        for name in (GROUP, OTHER):
            room = await rooms.by_name(session, office.bot.office_id, None, name)
            assert room is not None
            await rooms.pause(session, room.id, None, office.clock.now())
    await office.play(time(16, 30))
    assert office.said("group") == []
    assert await seat(office, "张三") in office.reached("page")
