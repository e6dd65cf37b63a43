"""What goes to the same place within minutes is said in one post; and nobody is written to all the time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.channels.memory import MemoryChannel
from bot.clock import VirtualClock, local
from bot.errors import ChannelUnavailable, DeliveryRefused, DeliveryUnknown
from bot.messages import Dispatch, Doubt, Manner, PersonId, Post, RoomId
from bot.outbox import Outbox
from bot.settings import OutboxSettings, Pacing, ScheduleSettings
from storage import Store, people, posts, rooms
from storage.tables import Post as PostRow
from tests.office import GROUP, GROUP_TRAITS, OTHER, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import reads_nothing, real

MERGING = OutboxSettings(lease_seconds=30, merge_minutes=3)


class Failing(MemoryChannel):
    """Fails as told before it works; what got out in spite of that is in `said`."""

    failures: Sequence[tuple[type[Exception], bool]] = ()

    async def send(self, dispatch: Dispatch) -> str | None:
        if self.failures:
            (error, got_out), *self.failures = self.failures
            if got_out:
                self.said.append(dispatch)
            raise error("network")
        self.said.append(dispatch)
        return f"proof-{dispatch.id}"


@pytest.fixture
def channel(clock: VirtualClock) -> Failing:
    return Failing("group", clock, GROUP_TRAITS)


@pytest.fixture
async def office(store: Store, clock: VirtualClock, channel: Failing) -> Office:
    return await open_office(store, clock, settings_for(outbox=MERGING), reads_nothing(), channel=channel)


async def put(
    office: Office,
    *keys: str,
    room: str | None = GROUP,
    to: str = "",
    manner: Manner = Manner.TOGETHER,
    after: float = 0,
    mentions: Sequence[str] = (),
    doubt: Doubt = Doubt.DROP,
    hours: float = 4,
) -> None:
    async with office.bot.store.begin() as session:
        ids = {known.name: known.person_id for known in await people.everybody(session, office.bot.office_id)}
        found = await rooms.by_name(session, office.bot.office_id, None, room) if room else None
        now = office.clock.now()
        for key in keys:
            post = Post(
                key=key,
                why=f"因为{key}",
                text=f"话 {key}",
                room=RoomId(found.id) if found and not to else None,
                person=PersonId(ids[to]) if to else None,
                mentions=tuple(PersonId(ids[name]) for name in mentions),
                manner=manner,
                doubt=doubt,
                not_before=now + timedelta(minutes=after),
                not_after=now + timedelta(hours=hours),
            )
            await office.bot.outbox.put(session, [post])


async def row(office: Office, key: str) -> PostRow:
    async with office.bot.store.read() as session:
        found = await posts.by_key(session, office.bot.office_id, key)
    assert found is not None
    return found


async def until_quiet(office: Office, minutes: int = 30) -> list[str]:
    """All that is said within that time, each post as one text."""
    before, end = len(office.channel.said), office.clock.now() + timedelta(minutes=minutes)
    while True:
        next_at = await office.bot.outbox.send_due()
        if next_at is None or next_at > end:
            return [said.text for said in office.channel.said[before:]]
        if next_at > office.clock.now():
            office.clock.advance_to(next_at)


async def test_what_is_due_in_the_same_room_is_one_post_and_each_reason_stays(office: Office) -> None:
    await put(office, "a", "b")
    await put(office, "c", room=OTHER)
    assert await until_quiet(office) == ["话 a\n\n话 b", "话 c"]
    first, second = await row(office, "a"), await row(office, "b")
    assert (first.state, second.state, second.merged_into) == ("sent", "merged", first.id)
    assert (second.why, second.sent_at) == ("因为b", first.sent_at)
    await put(office, "a", "b", "c")
    assert await until_quiet(office) == []


async def test_what_falls_due_a_little_later_is_waited_for_and_no_longer(office: Office) -> None:
    began = office.clock.now()
    await put(office, "a")
    await put(office, "b", after=2)
    await put(office, "c", after=4)
    assert await until_quiet(office) == ["话 a\n\n话 b", "话 c"]
    said = [(await row(office, key)).sent_at for key in "ac"]
    assert [at and (at - began).total_seconds() / 60 for at in said] == [2, 5]  # c: minutes after what was just said


async def test_a_schedule_that_speaks_there_in_a_minute_is_waited_for(store: Store, clock: VirtualClock) -> None:
    day = (
        ScheduleSettings(name="早上提醒", do="remind", at=time(8, 30), text="请报平安"),
        ScheduleSettings(name="通知", do="remind", at=time(8, 32), text="明天开会"),
        ScheduleSettings(name="下午", do="remind", at=time(15), text="再报一次"),
    )
    office = await open_office(store, clock, settings_for(day, outbox=MERGING), reads_nothing())
    await office.play(time(16))
    here = [said for said in office.channel.said if said.conversation.name == GROUP]
    assert [said.text for said in here] == ["请报平安\n\n明天开会", "再报一次"]
    async with store.read() as session:
        sent = await posts.in_states(session, office.bot.office_id, ("sent",))
    moments = sorted({f"{local(post.sent_at):%H:%M}" for post in sent if post.sent_at})
    assert moments == ["08:32", "15:00"]


@pytest.mark.parametrize("manner", [Manner.ALONE, Manner.AT_ONCE])
async def test_answers_alerts_and_what_stands_alone_neither_wait_nor_are_merged(office: Office, manner: Manner) -> None:
    await put(office, "a", "b", manner=manner)
    await put(office, "c", after=1, manner=manner)
    await put(office, "d")
    assert [said.text for said in await office.heard()] == ["话 a", "话 b", "话 d"]


async def test_two_numbered_questions_are_two_posts(store: Store, clock: VirtualClock) -> None:
    asks = "请填：\n1. 体温多少？\n2. 有没有不舒服？"
    day = tuple(ScheduleSettings(name=name, do="remind", at=time(8, 30), text=asks) for name in ("甲", "乙"))
    office = await open_office(store, clock, settings_for(day, outbox=MERGING), reads_nothing())
    await office.play(time(9))
    assert [said.text for said in office.channel.said if said.conversation.name == GROUP] == [asks, asks]


async def test_those_mentioned_by_one_are_mentioned_by_the_whole_once_each(office: Office) -> None:
    await put(office, "a")
    await put(office, "b", mentions=["张三", "李四"])
    await put(office, "c", mentions=["张三"])
    await until_quiet(office)
    (said,) = office.channel.said
    assert [mention.name for mention in said.mentions] == ["张三", "李四"]
    assert said.text == "话 b\n\n话 c\n\n话 a"


async def test_a_whole_is_no_longer_than_the_channel_takes(store: Store, clock: VirtualClock) -> None:
    channel = MemoryChannel("group", clock, replace(GROUP_TRAITS, max_bytes=15))
    office = await open_office(store, clock, settings_for(outbox=MERGING), reads_nothing(), channel=channel)
    await put(office, "a", "b", "c")
    assert await until_quiet(office) == ["话 a\n\n话 b", "话 c"]


async def test_what_surely_did_not_go_out_is_due_again_each_by_itself(office: Office, channel: Failing) -> None:
    channel.failures = [(ChannelUnavailable, False)]
    await put(office, "a", hours=4)
    await put(office, "b", hours=0.05)
    await office.bot.outbox.send_due()
    assert [(await row(office, key)).state for key in "ab"] == ["due", "due"]
    office.clock.advance(600)
    assert [said.text for said in await office.heard()] == ["话 a"]
    assert (await row(office, "b")).state == "stale"


async def test_a_whole_in_doubt_is_not_said_again_and_all_its_reasons_are_told(
    store: Store, clock: VirtualClock, channel: Failing
) -> None:
    office = await open_office(store, clock, settings_for(outbox=MERGING), real(), channel=channel)
    channel.failures = [(DeliveryUnknown, False)]
    await put(office, "a", "b")
    await office.bot.outbox.send_due()
    office.clock.advance(31)
    told = [said.text for said in await office.heard()]
    assert (await row(office, "a")).state == "unknown"
    assert "因为a、因为b" in told[-1]
    (pending,) = await office.ask("周敏", "/待发", STAFF_ROOM)
    assert "“因为a、因为b”" in pending.text
    assert (await row(office, "b")).state == "merged"


async def test_an_echo_of_the_whole_proves_all_of_it(office: Office, channel: Failing) -> None:
    channel.failures = [(DeliveryUnknown, True)]
    await put(office, "a", "b")
    await office.bot.outbox.send_due()
    await office.bot.inbox.accept(replace(office.message("小联", channel.said[0].text), from_self=True))
    office.clock.advance(31)
    await office.heard()
    assert (await row(office, "a")).state == "sent"
    assert (await row(office, "b")).sent_at is not None
    assert len(channel.said) == 1


async def test_a_refused_whole_goes_out_whole_when_a_person_says_so(office: Office, channel: Failing) -> None:
    channel.failures = [(DeliveryRefused, False)]
    await put(office, "a", "b")
    await office.bot.outbox.send_due()
    async with office.bot.store.begin() as session:
        post = await posts.by_key(session, office.bot.office_id, "a")
        assert post is not None
        assert post.state == "refused"
        await posts.revive(session, post.id, office.clock.now(), office.clock.now() + timedelta(hours=1))
    assert [said.text for said in await office.heard()] == ["话 a\n\n话 b"]


async def test_a_sender_killed_with_a_whole_in_hand_loses_and_doubles_nothing(office: Office) -> None:
    """It was killed after its commit and before sending: the claim and what it took in stand in the store."""
    await put(office, "a", "b", doubt=Doubt.REPEAT)

    class Killed(BaseException):
        pass

    class Dies(MemoryChannel):
        async def send(self, dispatch: Dispatch) -> str | None:
            raise Killed

    dying = Dies("group", office.clock, GROUP_TRAITS)
    killed = Outbox(
        office.bot.store, office.clock, office.bot.settings, office.bot.office_id, {"group": dying}, random.Random(3)
    )
    with pytest.raises(Killed):
        await killed.send_due()
    assert [(await row(office, key)).state for key in "ab"] == ["claimed", "merged"]
    office.clock.advance(31)
    assert await until_quiet(office) == ["话 a\n\n话 b"]


async def test_two_senders_say_all_of_it_once(office: Office, channel: Failing) -> None:
    settings, store = office.bot.settings, office.bot.store
    second = Outbox(store, office.clock, settings, office.bot.office_id, {"group": channel}, random.Random(2))
    await put(office, *"abcdef")
    for _ in range(3):
        await office.bot.outbox.send_due()
        await second.send_due()
    assert sorted("\n\n".join(said.text for said in channel.said).split("\n\n")) == [f"话 {key}" for key in "abcdef"]


async def test_two_senders_at_the_same_moment_say_all_of_it_once(office: Office, channel: Failing) -> None:
    settings, store = office.bot.settings, office.bot.store
    others = [
        Outbox(store, office.clock, settings, office.bot.office_id, {"group": channel}, random.Random(n))
        for n in (2, 3)
    ]
    for number in range(4):
        await put(office, *(f"{number}-{key}" for key in "abc"), room=OTHER if number % 2 else GROUP)
        await asyncio.gather(*(outbox.send_due() for outbox in (office.bot.outbox, *others)))
        office.clock.advance(200)
    await asyncio.gather(*(outbox.send_due() for outbox in (office.bot.outbox, *others)))
    said = "\n\n".join(dispatch.text for dispatch in channel.said).split("\n\n")
    assert sorted(said) == sorted(f"话 {number}-{key}" for number in range(4) for key in "abc")


async def test_nobody_is_written_to_more_often_than_the_cap_but_is_answered_and_warned(
    store: Store, clock: VirtualClock, channel: Failing
) -> None:
    pacing = Pacing(min_gap_seconds=0, jitter_seconds=0, room_per_hour=600, person_per_hour=2, channel_per_minute=600)
    office = await open_office(store, clock, settings_for(pacing=pacing), reads_nothing(), channel=channel)
    await office.say("张三", "在", None)
    await office.say("李四", "在", None)
    await put(office, "a", "b", "c", to="张三", manner=Manner.ALONE)
    await put(office, "d", to="李四", manner=Manner.ALONE)
    await put(office, "now", to="张三", manner=Manner.AT_ONCE)
    assert [said.text for said in await office.heard()] == ["话 a", "话 b", "话 d", "话 now"]
    assert "收得够多" in (await row(office, "c")).note
    clock.advance(3601)
    assert [said.text for said in await office.heard()] == ["话 c"]


async def test_what_goes_to_one_person_is_one_message(office: Office) -> None:
    await office.say("张三", "在", None)
    await put(office, "a", "b", to="张三")
    assert await until_quiet(office) == ["话 a\n\n话 b"]
