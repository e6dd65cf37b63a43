"""What is due is said once, in time, at a decent pace; and where nobody can know, each post's policy decides."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.channel import Hears, Starts
from bot.channels.memory import TRAITS, MemoryChannel
from bot.clock import VirtualClock
from bot.errors import ChannelUnavailable, DeliveryRefused, DeliveryUnknown
from bot.messages import Dispatch, Doubt, PersonId, Post, RoomId
from bot.outbox import Outbox
from bot.rosters import RosterEntry
from bot.settings import Pacing, RoomSettings
from storage import Store, identities, people, posts, rooms
from tests.office import GROUP, GROUP_TRAITS, NO_PAUSE, Office, open_office, settings_for
from tests.reading import reads_nothing


class Flaky(MemoryChannel):
    """Fails as it is told before it works; what got out in spite of that is in `said`."""

    def __init__(self, clock: VirtualClock, failures: Sequence[tuple[type[Exception], bool]]) -> None:
        super().__init__("group", clock, GROUP_TRAITS)
        self.failures = list(failures)

    async def send(self, dispatch: Dispatch) -> str | None:
        if self.failures:
            error, got_out = self.failures.pop(0)
            if got_out:
                self.said.append(dispatch)
            raise error("network")
        self.said.append(dispatch)
        return "proof"


async def office_with(store: Store, clock: VirtualClock, channel: MemoryChannel, pacing: Pacing = NO_PAUSE) -> Office:
    return await open_office(store, clock, settings_for(pacing=pacing), reads_nothing(), channel=channel)


async def put(office: Office, key: str, *, doubt: Doubt = Doubt.DROP, minutes: int = 60, room: str = GROUP) -> None:
    async with office.bot.store.begin() as session:
        found = await rooms.by_name(session, office.bot.office_id, None, room)
        assert found is not None
        until = office.clock.now() + timedelta(minutes=minutes)
        post = Post(key=key, why="测试", text=f"话 {key}", room=RoomId(found.id), not_after=until, doubt=doubt)
        await office.bot.outbox.put(session, [post])


async def states(office: Office) -> dict[str, str]:
    every = ("due", "claimed", "sent", "stale", "held", "unknown", "refused")
    async with office.bot.store.read() as session:
        return {post.key: post.state for post in await posts.in_states(session, office.bot.office_id, every)}


async def test_a_post_is_said_once_however_often_it_is_made_due(store: Store, clock: VirtualClock) -> None:
    office = await office_with(store, clock, MemoryChannel("group", clock, GROUP_TRAITS))
    await put(office, "morning")
    await put(office, "morning")
    assert [said.text for said in await office.heard()] == ["话 morning"]
    await put(office, "morning")
    assert await office.heard() == []


async def test_posts_go_out_in_the_order_in_which_they_fell_due(store: Store, clock: VirtualClock) -> None:
    office = await office_with(store, clock, MemoryChannel("group", clock, GROUP_TRAITS))
    for key in "abc":
        await put(office, key)
    assert [said.text for said in await office.heard()] == ["话 a", "话 b", "话 c"]


async def test_a_post_that_came_too_late_is_stale_and_not_sent(store: Store, clock: VirtualClock) -> None:
    office = await office_with(store, clock, MemoryChannel("group", clock, GROUP_TRAITS))
    await put(office, "late", minutes=5)
    clock.advance(301)
    assert await office.heard() == []
    assert await states(office) == {"late": "stale"}


async def test_a_channel_that_is_away_keeps_the_order_and_loses_nothing(store: Store, clock: VirtualClock) -> None:
    channel = Flaky(clock, [(ChannelUnavailable, False), (ChannelUnavailable, False)])
    office = await office_with(store, clock, channel)
    for key in "ab":
        await put(office, key)
    for _ in range(4):
        await office.heard()
        clock.advance(60)
    assert [said.text for said in channel.said] == ["话 a", "话 b"]


async def test_a_post_to_a_group_the_channel_has_not_found_yet_waits_for_it(store: Store, clock: VirtualClock) -> None:
    office = await office_with(store, clock, MemoryChannel("group", clock, GROUP_TRAITS))
    await office.bot.inbox.meet_room("group", "", GROUP)
    await put(office, "a")
    await office.bot.inbox.meet_room("group", "room-of-another-name", "别的群")
    assert await office.heard() == []
    await office.bot.inbox.meet_room("group", "room-1", GROUP)
    clock.advance(6)
    assert [said.conversation.external_id for said in await office.heard()] == ["room-1"]


async def test_a_refused_post_is_not_tried_again_and_is_listed(store: Store, clock: VirtualClock) -> None:
    channel = Flaky(clock, [(DeliveryRefused, False)])
    office = await office_with(store, clock, channel)
    await put(office, "a")
    await office.heard()
    clock.advance(3600)
    await office.heard()
    assert channel.said == []
    assert await states(office) == {"a": "refused"}


@pytest.mark.parametrize("got_out", [True, False])
async def test_a_reminder_in_doubt_is_not_said_again_and_staff_are_told(
    store: Store, clock: VirtualClock, got_out: bool
) -> None:
    channel = Flaky(clock, [(DeliveryUnknown, got_out)])
    office = await office_with(store, clock, channel)
    await put(office, "a")
    await office.heard()
    clock.advance(31)
    told = await office.heard()
    assert (await states(office))["a"] == "unknown"
    assert [said.text for said in channel.said].count("话 a") == got_out
    assert len(told) == 1
    assert "可能没有发到" in told[0].text
    assert "测试" in told[0].text


async def test_a_notice_in_doubt_is_held_until_a_person_decides(store: Store, clock: VirtualClock) -> None:
    office = await office_with(store, clock, Flaky(clock, [(DeliveryUnknown, True)]))
    await put(office, "a", doubt=Doubt.HOLD)
    await office.heard()
    clock.advance(31)
    await office.heard()
    assert (await states(office))["a"] == "held"


async def test_an_echo_proves_that_a_post_went_out(store: Store, clock: VirtualClock) -> None:
    channel = Flaky(clock, [(DeliveryUnknown, True)])
    office = await office_with(store, clock, channel)
    await put(office, "a")
    await office.heard()
    echo = office.message("小联", f"@张三 {channel.said[0].text}")
    await office.bot.inbox.accept(replace(echo, from_self=True))
    clock.advance(31)
    await office.heard()
    assert await states(office) == {"a": "sent"}
    assert len(channel.said) == 1


async def test_a_channel_that_sends_once_is_simply_asked_again(store: Store, clock: VirtualClock) -> None:
    class Once(MemoryChannel):
        lost = True

        async def send(self, dispatch: Dispatch) -> str | None:
            proof = await super().send(dispatch)
            if self.lost:
                self.lost = False
                raise DeliveryUnknown("the answer was lost")
            return proof

    channel = Once("group", clock, TRAITS)
    office = await office_with(store, clock, channel)
    await put(office, "a")
    await office.heard()
    clock.advance(31)
    await office.heard()
    assert await states(office) == {"a": "sent"}
    assert len(channel.said) == 1


async def test_a_sender_that_was_killed_leaves_its_claim_to_the_next_one(store: Store, clock: VirtualClock) -> None:
    office = await office_with(store, clock, MemoryChannel("group", clock, GROUP_TRAITS))
    await put(office, "a", doubt=Doubt.REPEAT)
    async with store.begin() as session:
        due = await posts.due(session, office.bot.office_id, "group", clock.now(), 1)
        assert await posts.claim(session, due[0].id, clock.now(), timedelta(seconds=30))
    assert await office.heard() == []
    clock.advance(31)
    assert [said.text for said in await office.heard()] == ["话 a"]


async def test_two_senders_on_one_store_say_each_post_once(store: Store, clock: VirtualClock) -> None:
    channel = MemoryChannel("group", clock, GROUP_TRAITS)
    office = await office_with(store, clock, channel)
    second = Outbox(store, clock, office.bot.settings, office.bot.office_id, {"group": channel}, random.Random(2))
    for number in range(10):
        await put(office, f"p{number}")
    for _ in range(3):
        await office.bot.outbox.send_due()
        await second.send_due()
    assert sorted(said.text for said in channel.said) == sorted(f"话 p{number}" for number in range(10))


async def test_posts_keep_their_distance(store: Store, clock: VirtualClock) -> None:
    pacing = Pacing(min_gap_seconds=3, jitter_seconds=2, room_per_hour=20, channel_per_minute=20)
    office = await office_with(store, clock, MemoryChannel("group", clock, GROUP_TRAITS), pacing)
    for number in range(4):
        await put(office, f"p{number}")
    moments: list[datetime] = []
    while len(moments) < 4:
        next_at = await office.bot.outbox.send_due()
        moments += [clock.now()] * (len(office.channel.said) - len(moments))
        assert next_at is not None or len(moments) == 4
        if next_at is not None:
            clock.advance_to(next_at)
    gaps = [(later - sooner).total_seconds() for sooner, later in itertools.pairwise(moments)]
    assert all(3 <= gap <= 5 for gap in gaps)


async def test_a_channel_says_no_more_in_a_minute_than_its_platform_allows(store: Store, clock: VirtualClock) -> None:
    office = await office_with(store, clock, MemoryChannel("group", clock, replace(GROUP_TRAITS, per_minute=2)))
    for number in range(5):
        await put(office, f"p{number}")
    said = []
    for _ in range(3):
        said.append(len(await office.heard()))
        clock.advance(61)
    assert said == [2, 2, 1]


async def test_what_is_longer_than_the_channel_takes_goes_out_in_pieces_in_order(
    store: Store, clock: VirtualClock
) -> None:
    office = await office_with(store, clock, MemoryChannel("group", clock, replace(GROUP_TRAITS, max_bytes=100)))
    async with store.begin() as session:
        room = await rooms.by_name(session, office.bot.office_id, None, GROUP)
        assert room is not None
        text = "未报：" + "、".join(f"代表{number:02}" for number in range(60))
        until = clock.now() + timedelta(hours=1)
        await office.bot.outbox.put(
            session, [Post(key="long", why="测试", text=text, room=RoomId(room.id), not_after=until)]
        )
    said = [dispatch.text for dispatch in await office.heard()]
    assert "".join(said) == text
    assert all(len(piece.encode()) <= 100 for piece in said)
    assert not any(piece.startswith("、") or piece.endswith("代表") for piece in said)


async def test_a_room_hears_no_more_in_an_hour_than_its_cap(store: Store, clock: VirtualClock) -> None:
    pacing = Pacing(min_gap_seconds=0, jitter_seconds=0, room_per_hour=3, channel_per_minute=100)
    office = await office_with(store, clock, MemoryChannel("group", clock, GROUP_TRAITS), pacing)
    for number in range(5):
        await put(office, f"p{number}", minutes=180)
    await office.heard()
    assert len(office.channel.said) == 3
    clock.advance(3601)
    await office.heard()
    assert len(office.channel.said) == 5


@pytest.mark.parametrize(
    ("more", "accounts", "phones"),
    [
        pytest.param({}, [None, None], ["", ""], id="no more than names"),
        pytest.param({"mentions_by_phone": True}, [None, None], ["13800000001", ""], id="by telephone number"),
        pytest.param({"accounts_of": "other"}, [None, "li-si"], ["", ""], id="by another channel's accounts"),
    ],
)
async def test_who_is_mentioned_where_nobody_is_heard(
    store: Store, clock: VirtualClock, more: dict[str, Any], accounts: list[str | None], phones: list[str]
) -> None:
    roster = (RosterEntry(name="张三", phone="13800000001"), RosterEntry(name="李四"))
    settings = settings_for(rooms=(RoomSettings(name=GROUP, channel="group", roster=roster),))
    traits = replace(GROUP_TRAITS, hears=Hears.NOTHING, **more)
    office = await open_office(store, clock, settings, reads_nothing(), traits)
    async with store.begin() as session:
        ids = {known.name: known.person_id for known in await people.everybody(session, office.bot.office_id)}
        account = await identities.seen(session, office.bot.office_id, "other", "li-si", "李四", None, clock.now())
        await identities.bind(session, account, ids["李四"], "staff", clock.now())
        room = await rooms.by_name(session, office.bot.office_id, None, GROUP)
        assert room is not None
        mentions = (PersonId(ids["张三"]), PersonId(ids["李四"]))
        until = clock.now() + timedelta(hours=1)
        await office.bot.outbox.put(
            session,
            [Post(key="a", why="测试", text="请上报", room=RoomId(room.id), not_after=until, mentions=mentions)],
        )
    (dispatch,) = await office.heard()
    assert [mention.name for mention in dispatch.mentions] == ["张三", "李四"]
    assert [mention.external_id for mention in dispatch.mentions] == accounts
    assert [mention.phone for mention in dispatch.mentions] == phones
    assert "138" not in repr(dispatch)


@pytest.mark.parametrize(("starts", "said"), [(Starts.ALWAYS, 1), (Starts.WINDOW, 1), (Starts.TEMPLATES, 0)])
async def test_an_account_that_may_be_spoken_to_only_for_a_while_is_better_than_none(
    store: Store, clock: VirtualClock, starts: Starts, said: int
) -> None:
    traits = replace(GROUP_TRAITS, starts=starts)
    office = await open_office(store, clock, settings_for(), reads_nothing(), traits)
    await office.say("张三", "在")
    async with store.begin() as session:
        ids = {known.name: known.person_id for known in await people.everybody(session, office.bot.office_id)}
        until = clock.now() + timedelta(hours=1)
        await office.bot.outbox.put(
            session, [Post(key="a", why="测试", text="您好", person=PersonId(ids["张三"]), not_after=until)]
        )
    assert [dispatch.text for dispatch in await office.heard()].count("您好") == said
