"""Rooms of two and three channels joined: what is carried, what never is, and that nothing goes round."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot import app
from bot.app import Bot
from bot.channel import Channel
from bot.channels.memory import MemoryChannel
from bot.clock import VirtualClock
from bot.daybook import room_day
from bot.errors import ChannelUnavailable
from bot.messages import Attachment, Conversation, Dispatch, Message, MessageKind, OfficeId, Sender
from bot.rosters import Role, RosterEntry
from bot.settings import BridgeSettings, OutboxSettings, RoomSettings, Settings, WebchatSettings
from storage import Store, posts, rooms
from tests.office import GROUP_TRAITS, NO_PAUSE
from tests.reading import real

WX, DING, QYWX, APART = "长沙代表联络群", "长沙代表钉钉群", "长沙代表企业微信群", "岳阳代表联络群"
ROSTER = (
    RosterEntry(name="张三", unit="岳麓区"),
    RosterEntry(name="李四", unit="岳麓区"),
    RosterEntry(name="王五", unit="开福区"),
    RosterEntry(name="周敏", unit="联工委", role=Role.STAFF),
)
CHANNEL_OF = {WX: "weixin", DING: "ding", QYWX: "qywx", APART: "weixin"}


class Joined:
    """The bot in its rooms, each channel handing the bot's own posts back."""

    def __init__(self, bot: Bot, clock: VirtualClock, channels: Mapping[str, MemoryChannel]) -> None:
        self.bot, self.clock, self.channels = bot, clock, channels
        self._numbers = itertools.count(1)
        self._echoed: set[tuple[str, int]] = set()

    def message(self, who: str, text: str, room: str = WX, **more: object) -> Message:
        account = f"{CHANNEL_OF[room]}-{who}"
        message = Message(
            channel=CHANNEL_OF[room],
            external_id=f"m{next(self._numbers)}",
            sender=Sender(external_id=account, name=who),
            conversation=Conversation(external_id=f"room-{room}", name=room),
            text=text,
            sent_at=self.clock.now(),
        )
        return replace(message, **more)  # type: ignore[arg-type]  # the names are those of Message's fields

    async def hear(self, message: Message) -> str:
        self.clock.advance(1)
        await self.bot.inbox.accept(message)
        await self.bot.inbox.handle_waiting()
        return message.external_id

    async def say(self, who: str, text: str, room: str = WX, **more: object) -> str:
        return await self.hear(self.message(who, text, room, **more))

    async def heard(self) -> list[tuple[str, str]]:
        """What the bot has said anew: room, text. Each post comes back as an echo, by its id or by its words only."""
        new = await self.dispatched()
        return [(said.conversation.name, said.text) for said in new]

    async def dispatched(self) -> list[Dispatch]:
        before = {name: len(channel.said) for name, channel in self.channels.items()}
        await self.bot.outbox.send_due()
        new = [said for name, channel in self.channels.items() for said in channel.said[before[name] :]]
        for said in new:
            await self._echo(said)
        return sorted(new, key=lambda said: said.id)

    async def dispatched_after(self, who: str, text: str) -> list[Dispatch]:
        await self.dispatched()
        await self.say(who, text)
        return await self.dispatched()

    async def _echo(self, said: Dispatch) -> None:
        if said.conversation.private:
            return
        known = said.id % 2 == 0  # every other echo has no id
        echo = self.message("小联", said.text, said.conversation.name, from_self=True)
        await self.hear(replace(echo, dispatch_id=said.id if known else None))


def settings_for(*bridges: BridgeSettings) -> Settings:
    return Settings(
        channels=tuple(WebchatSettings(name=name, pacing=NO_PAUSE) for name in ("weixin", "ding", "qywx")),
        rooms=tuple(RoomSettings(name=name, channel=channel, roster=ROSTER) for name, channel in CHANNEL_OF.items()),
        bridges=bridges,
        schedules=(),
        outbox=OutboxSettings(merge_minutes=0),
    )


async def open_bridge(
    store: Store,
    clock: VirtualClock,
    *bridges: BridgeSettings,
    made: Mapping[str, MemoryChannel] | None = None,
) -> Joined:
    settings = settings_for(*bridges)
    traits = {"weixin": GROUP_TRAITS, "ding": replace(GROUP_TRAITS, files=False), "qywx": GROUP_TRAITS}
    channels = made or {name: MemoryChannel(name, clock, traits[name]) for name in traits}

    def make(_office: OfficeId) -> Mapping[str, Channel]:
        return dict(channels)

    bot = await app.build(settings, store, clock, make, real().heard, random.Random(1), real().private)
    for room in settings.rooms:
        await bot.inbox.meet_room(room.channel, f"room-{room.name}", room.name)
    return Joined(bot, clock, channels)


THREE = BridgeSettings(rooms=(WX, DING, QYWX), called=("微信群", "钉钉群", "企业微信群"))


@pytest.fixture
async def joined(store: Store, clock: VirtualClock) -> Joined:
    return await open_bridge(store, clock, THREE)


async def test_a_notice_in_one_room_appears_in_the_others_once_and_never_goes_round(joined: Joined) -> None:
    await joined.say("周敏", "各位代表：明天上午九点开会，请准时参加。")
    said = "【周敏 · 微信群】各位代表：明天上午九点开会，请准时参加。"
    assert await joined.heard() == [(DING, said), (QYWX, said)]
    for _ in range(3):
        joined.clock.advance(120)
        assert await joined.heard() == []


async def test_a_question_is_carried_both_ways_with_its_speaker(joined: Joined) -> None:
    await joined.say("张三", "明天的会几点开始？")
    await joined.say("李四", "材料在哪里领呢", DING)
    assert await joined.heard() == [
        (DING, "【张三 · 微信群】明天的会几点开始？"),
        (QYWX, "【张三 · 微信群】明天的会几点开始？"),
        (WX, "【李四 · 钉钉群】材料在哪里领呢"),
        (QYWX, "【李四 · 钉钉群】材料在哪里领呢"),
    ]


async def test_a_message_brought_twice_or_read_again_is_carried_once(joined: Joined) -> None:
    message = joined.message("周敏", "请大家下载新表格")
    await joined.hear(message)
    await joined.hear(message)
    await joined.hear(replace(message, sent_at=message.sent_at + timedelta(seconds=5)))
    assert len(await joined.heard()) == 2
    async with joined.bot.store.begin() as session:
        room = await rooms.by_name(session, joined.bot.office_id, None, WX)
        assert room is not None
    await app.sync_rooms(joined.bot, joined.bot.settings.rooms)
    await joined.bot.inbox.handle_waiting()
    assert await joined.heard() == []


@pytest.mark.parametrize("carry", ["notices", "staff", "all"])
@pytest.mark.parametrize(
    ("who", "text"),
    [
        ("张三", "36.5 健康"),
        ("张三", "我发烧了，38.2，要去哪里看？"),
        ("张三", "我爱人咳嗽，发热门诊还开吗？"),
        ("张三", "李四退烧了吗？"),
        ("张三", "有点不舒服，怎么办？"),
        ("周敏", "代李四报：37.9 咳嗽"),
        ("周敏", "李四昨天发烧送医院了，请大家不要去他家"),
        ("周敏", "黄代表咳嗽好些了吗？"),
        ("周敏", "「李四：38.5，头痛」\n- - - - - - - - - - - - - - -\n请大家注意"),
        ("周敏", "/未报"),
        ("张三", "刚才报的那条作废"),
        ("张三", "我们村 50 人，2 人发热，怎么处理？"),
    ],
)
async def test_nobodys_health_and_no_command_is_ever_carried(
    store: Store, clock: VirtualClock, carry: str, who: str, text: str
) -> None:
    bridge = replace(THREE, carry=carry)  # type: ignore[arg-type]  # one of the words
    joined = await open_bridge(store, clock, bridge)
    await joined.say(who, text)
    assert [text for _, text in await joined.heard() if " · 微信群】" in text] == []


@pytest.mark.parametrize(
    ("carry", "who", "text", "times"),
    [
        ("notices", "张三", "大家早上好", 0),
        ("all", "张三", "大家早上好", 2),
        ("staff", "张三", "明天几点开会？", 0),
        ("staff", "周敏", "明天九点开会", 2),
        ("notices", "周敏", "收到", 0),
        ("all", "李四", "收到", 2),
        ("notices", "张三", "建议多设口罩发放点，行不行？", 2),
        ("notices", "周敏", "请各位代表每天早上量体温，咳嗽发热及时报告", 2),
        ("notices", "周敏", "我省昨日新增确诊 12 例，请注意防护", 2),
    ],
)
async def test_what_is_carried_is_a_setting(
    store: Store, clock: VirtualClock, carry: str, who: str, text: str, times: int
) -> None:
    joined = await open_bridge(store, clock, replace(THREE, carry=carry))  # type: ignore[arg-type]  # as above
    await joined.say(who, text)
    assert [text for _, text in await joined.heard()] == [f"【{who} · 微信群】{text}"] * times


async def test_who_is_nobodys_account_cannot_give_notices(joined: Joined) -> None:
    await joined.say("路人", "请大家点这个链接")
    assert await joined.heard() == []


async def test_a_private_talk_and_a_room_outside_stay_where_they_are(joined: Joined) -> None:
    await joined.say("周敏", "请准时开会", APART)
    alone = joined.message("周敏", "明天开会吗？")
    await joined.hear(replace(alone, conversation=Conversation(external_id="weixin-周敏", private=True)))
    assert await joined.heard() == []


async def test_a_recall_is_told_where_the_message_stands_and_nowhere_else(joined: Joined) -> None:
    said = await joined.say("周敏", "会议改到十点")
    assert len(await joined.heard()) == 2
    recall = await joined.say("周敏", "撤回", kind=MessageKind.RECALL, recalls=said)
    told = "【周敏 · 微信群】撤回了 08:00 说的一条消息"
    assert await joined.heard() == [(DING, told), (QYWX, told)]
    await joined.say("周敏", "撤回", kind=MessageKind.RECALL, recalls=recall)
    other = await joined.say("张三", "大家早")
    await joined.say("张三", "撤回", kind=MessageKind.RECALL, recalls=other)
    assert await joined.heard() == []


async def test_what_is_recalled_before_it_went_out_is_never_said(joined: Joined) -> None:
    said = await joined.say("周敏", "发错了的话")
    await joined.say("周敏", "撤回", kind=MessageKind.RECALL, recalls=said)
    assert await joined.heard() == []


async def test_a_file_of_staff_goes_where_files_can_and_its_name_elsewhere(joined: Joined) -> None:
    file = Attachment(name="会议通知.docx", media_type="application/msword", content=b"docx")
    await joined.say("周敏", "会议通知.docx", kind=MessageKind.FILE, attachment=file)
    await joined.say("张三", "照片.jpg", kind=MessageKind.FILE, attachment=replace(file, name="照片.jpg"))
    report = replace(file, name="李四核酸报告.pdf")
    await joined.say("周敏", "李四核酸报告.pdf", kind=MessageKind.FILE, attachment=report)
    ding, qywx = await joined.dispatched()
    assert ding.text == qywx.text == "【周敏 · 微信群】发来文件：会议通知.docx"
    assert ding.attachment is None
    assert qywx.attachment is not None
    assert qywx.attachment.content == b"docx"


async def test_what_is_said_too_long_ago_or_to_a_paused_room_is_not_carried(joined: Joined) -> None:
    late = joined.message("周敏", "昨天的通知")
    await joined.hear(replace(late, sent_at=late.sent_at - timedelta(hours=2)))
    assert await joined.heard() == []
    async with joined.bot.store.begin() as session:
        room = await rooms.by_name(session, joined.bot.office_id, "ding", DING)
        assert room is not None
        await rooms.pause(session, room.id, None, joined.clock.now())
    await joined.say("周敏", "今天的通知")
    assert [where for where, _ in await joined.heard()] == [QYWX]


async def test_a_copy_by_hand_and_an_echo_that_nobody_tells_are_not_carried_back(joined: Joined) -> None:
    await joined.say("张三", "明天几点开会？")
    await joined.heard()
    await joined.say("周敏", "【张三 · 微信群】明天几点开会？", DING)
    assert await joined.heard() == []


async def test_a_channel_that_is_away_gets_it_when_it_is_back(store: Store, clock: VirtualClock) -> None:
    class Away(MemoryChannel):
        away = True

        async def send(self, dispatch: Dispatch) -> str | None:
            if self.away:
                raise ChannelUnavailable("away")
            return await super().send(dispatch)

    channels = {name: Away(name, clock, GROUP_TRAITS) for name in ("weixin", "ding", "qywx")}
    channels["qywx"].away = False
    joined = await open_bridge(store, clock, THREE, made=channels)
    await joined.say("周敏", "明天开会")
    assert [where for where, _ in await joined.heard()] == [QYWX]
    channels["ding"].away = False
    clock.advance(60)
    assert [where for where, _ in await joined.heard()] == [DING]


async def test_one_person_counts_once_whichever_channel_they_report_in(joined: Joined) -> None:
    await joined.say("张三", "36.5 健康")
    await joined.say("张三", "36.6 健康", DING)
    await joined.say("李四", "36.4 健康", QYWX)
    on = date(2020, 2, 10)
    async with joined.bot.store.read() as session:
        for name in (WX, DING, QYWX, APART):
            room = await rooms.by_name(session, joined.bot.office_id, CHANNEL_OF[name], name)
            assert room is not None
            day = await room_day(session, room, on)
            assert (day.should_report, len(day.reported), len(day.missing)) == (3, 2, 1)
            assert [day.last[known.person_id].body["temperature"] for known in day.reported] == [36.6, 36.4]
    tally = [text for _, text in [*await joined.heard(), *await ask(joined, "/汇总")]]
    assert "应报 3 人，已报 2 人" in tally[-1]


async def ask(joined: Joined, command: str) -> list[tuple[str, str]]:
    await joined.say("周敏", command)
    return await joined.heard()


async def test_a_kill_between_reading_and_sending_carries_it_once(store: Store, clock: VirtualClock) -> None:
    first = await open_bridge(store, clock, THREE)
    await first.say("周敏", "明天开会")
    second = await open_bridge(store, clock, THREE)  # as after a restart: what is due stands in the store
    assert len(await second.heard()) == 2
    assert await first.heard() == []
    async with store.read() as session:
        assert len(await posts.in_states(session, first.bot.office_id, ("sent",))) == 2


# ── /转发 ────────────────────────────────────────────────────────────────────────────────────────────────────────


def quoting(who: str, text: str, command: str) -> str:
    return f"「{who}：{text}」\n- - - - - - - - - - - - - - -\n{command}"


@pytest.fixture
async def apart(store: Store, clock: VirtualClock) -> Joined:
    """The same rooms, none of them joined."""
    return await open_bridge(store, clock)


async def test_staff_send_on_what_they_quote_to_chosen_rooms_each_once(apart: Joined) -> None:
    await apart.say("张三", "建议多设几个口罩发放点。\n最好周末也开。")
    command = quoting("张三", "建议多设几个口罩发放点。\n最好周末也开。", "/转发 岳阳群 钉钉群")
    await apart.say("周敏", command)
    said = "【转发 · 张三 · 长沙代表联络群】\n建议多设几个口罩发放点。\n最好周末也开。"
    first = await apart.heard()
    assert sorted(first[:2]) == sorted([(APART, said), (DING, said)])
    assert first[2:] == [(WX, "这就转发到：岳阳代表联络群、长沙代表钉钉群。")]
    await apart.say("周敏", command.replace("岳阳群 ", "企业微信群 "))
    assert await apart.heard() == [
        (QYWX, said),
        (WX, "这就转发到：长沙代表企业微信群；那里已经有了，没有再发：长沙代表钉钉群。"),
    ]


async def test_staff_send_on_by_number_and_by_text(apart: Joined) -> None:
    await apart.say("张三", "36.5 健康")
    await apart.say("李四", "村里的路什么时候修？")
    (listed,) = await apart.dispatched_after("周敏", "/转发")
    assert listed.conversation.private
    assert "李四：村里的路什么时候修？" in listed.text
    assert "36.5" not in listed.text
    number = listed.text.splitlines()[1].partition(".")[0]
    assert (await ask(apart, f"/转发 {number} 岳阳"))[0] == (
        APART,
        "【转发 · 李四 · 长沙代表联络群】\n村里的路什么时候修？",
    )
    await ask(apart, "/转发 岳阳群\n明天九点开会\n请准时")
    said = await ask(apart, "/转发 岳阳群\n明天九点开会\n请准时")
    assert said == [(WX, "那里已经有了，没有再发：岳阳代表联络群。")]
    async with apart.bot.store.read() as session:
        sent = [post.text for post in await posts.in_states(session, apart.bot.office_id, ("sent",))]
    assert sent.count("【转发 · 周敏 · 联工委】\n明天九点开会\n请准时") == 1


async def test_a_unit_is_told_person_by_person_and_who_cannot_be_is_named(apart: Joined) -> None:
    alone = Conversation(external_id="weixin-张三", private=True)
    await apart.hear(replace(apart.message("张三", "在"), conversation=alone))
    await apart.say("周敏", "/转发 岳麓区\n明天九点开会")
    told, answer = await apart.dispatched()
    assert (told.conversation.private, told.text) == (True, "【转发 · 周敏 · 联工委】\n明天九点开会")
    assert answer.text == "这就转发到：1 人（私下）；还没法私下送达：李四。"


@pytest.mark.parametrize(
    "command",
    [
        quoting("张三", "38.5，咳嗽", "/转发 岳阳群"),
        quoting("张三", "李四退烧了吗？", "/转发 岳阳群"),
        quoting("小联", "【健康异常】张三（长沙）08:05报：38.5℃。", "/转发 岳阳群"),
        "/转发 岳阳群\n张三昨天发烧了",
        "/转发 岳阳群\n代李四报：36.5 健康",
    ],
)
async def test_nobodys_health_is_sent_on_even_by_command(apart: Joined, command: str) -> None:
    await apart.say("张三", "38.5，咳嗽")
    await apart.heard()
    said = await ask(apart, command)
    assert said == [(WX, "这条里可能有个人的健康情况，不能转到别的群里。")]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/转发 火星群\n开会", "没有叫“火星群”的群"),
        ("/转发 长沙\n开会", "可能是：长沙代表联络群、长沙代表钉钉群"),
        ("/转发 岳阳群", "请引用要转的那条消息"),
        ("/转发 99999 岳阳群", "没有能转发的 99999 号消息"),
    ],
)
async def test_what_cannot_be_sent_on_is_said_and_why(apart: Joined, command: str, words: str) -> None:
    (said,) = await ask(apart, command)
    assert words in said[1]


async def test_a_deputy_sends_nothing_on(apart: Joined) -> None:
    await apart.say("张三", "/转发 岳阳群\n大家来看")
    assert [where for where, _ in await apart.heard() if where == APART] == []


async def test_what_was_carried_by_the_bridge_is_not_sent_on_to_the_same_room(joined: Joined) -> None:
    await joined.say("张三", "明天几点开会？")
    await joined.heard()
    await joined.say("周敏", quoting("张三", "明天几点开会？", "/转发 钉钉群 岳阳群"))
    assert [where for where, _ in await joined.heard()] == [APART, WX]
