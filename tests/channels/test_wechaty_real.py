"""The wechaty channel against the real gateway (the npm server with its mock puppet), killed and frozen too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.wechaty import WechatyChannel
from bot.clock import SystemClock
from bot.errors import ChannelUnavailable, DeliveryRefused, DeliveryUnknown
from bot.messages import Attachment, Conversation, Dispatch, Mention, MessageKind
from tests.eventually import eventually
from tests.fakes.intake import MemoryIntake
from tests.gateway.process import BOT, Gateway

pytestmark = pytest.mark.slow

ROOM = "第一代表小组"
MEMBERS = {"凌波": "长沙-凌波", "倪大宏": "", "许志安": "许志安（岳阳市）"}


@asynccontextmanager
async def receiving(gateway: Gateway, **settings: Any) -> AsyncIterator[tuple[WechatyChannel, MemoryIntake]]:
    """A channel that receives from the gateway, connected or not."""
    channel, intake = WechatyChannel(gateway.settings(**settings), SystemClock()), MemoryIntake()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(channel.receive(intake))
        yield channel, intake
        task.cancel()


@asynccontextmanager
async def connected(gateway: Gateway, **settings: Any) -> AsyncIterator[tuple[WechatyChannel, MemoryIntake]]:
    """A channel that is connected to the gateway."""
    async with receiving(gateway, **settings) as (channel, intake):
        await eventually(lambda: channel.standing.connected)
        yield channel, intake


async def furnished(gateway: Gateway) -> Gateway:
    """The gateway, with one group."""
    await gateway.add_room(ROOM, MEMBERS)
    return gateway


def to_room(gateway: Gateway, text: str, dispatch: int = 1, **more: Any) -> Dispatch:
    conversation = Conversation(external_id=gateway.id_of(ROOM), name=ROOM)
    return Dispatch(id=dispatch, conversation=conversation, text=text, **more)


@pytest.fixture
async def gateway(shared_gateway: Gateway) -> Gateway:
    """The gateway of all tests, with one group and nothing said yet."""
    if not shared_gateway.has_room(ROOM):
        await shared_gateway.add_room(ROOM, MEMBERS)
    shared_gateway.forget()
    return shared_gateway


async def test_what_is_said_is_heard_with_group_nickname_and_group_name(gateway: Gateway) -> None:
    async with connected(gateway) as (_, intake):
        message_id = await gateway.say(ROOM, "凌波", "36.5 健康")
        await gateway.say(ROOM, "倪大宏", "正常")
        await eventually(lambda: len(intake.messages) == 2)
    first, second = intake.messages
    assert (first.external_id, first.text, first.kind) == (message_id, "36.5 健康", MessageKind.TEXT)
    assert (first.sender.external_id, first.sender.name) == (gateway.id_of("凌波"), "长沙-凌波")
    assert (first.conversation.external_id, first.conversation.name) == (gateway.id_of(ROOM), ROOM)
    assert not first.conversation.private
    assert not first.from_self
    assert second.sender.name == "倪大宏"  # who has no nickname in the group goes by the account's name


async def test_a_private_talk_is_told_apart_from_the_group(gateway: Gateway) -> None:
    async with connected(gateway) as (_, intake):
        await gateway.say_privately("凌波", "我有点发烧")
        await eventually(lambda: intake.messages)
    [message] = intake.messages
    assert message.conversation == Conversation(external_id=gateway.id_of("凌波"), private=True)
    assert message.sender.name == "凌波"


async def test_a_burst_of_a_thousand_arrives_whole_and_in_order(gateway: Gateway) -> None:
    members = list(MEMBERS)
    lines = [(members[number % 3], f"第 {number} 条") for number in range(1_000)]
    async with connected(gateway) as (_, intake):
        await gateway.say_all(ROOM, lines)
        await eventually(lambda: len(intake.messages) == 1_000, within=20)
    assert intake.texts() == [text for _, text in lines]
    assert intake.repeats == 0


async def test_hostile_text_arrives_as_it_was_said_and_holds_up_nothing(gateway: Gateway) -> None:
    hostile = [
        "体温\x00三十六度五",
        "\u202e健康\u202c \u2067没事\u2069",
        "'; DROP TABLE rooms; -- <script>alert(1)</script>",
        "健" * 350_000,
        "\n".join(f"{number}. 张三 36.5" for number in range(10_000)),
        "",
        "后面这条也要听到",
    ]
    async with connected(gateway) as (_, intake):
        for text in hostile:
            await gateway.say(ROOM, "凌波", text)
        await eventually(lambda: len(intake.messages) == len(hostile))
    assert intake.texts() == hostile


async def test_half_a_character_does_not_hide_the_rest(gateway: Gateway) -> None:
    async with connected(gateway) as (_, intake):
        await gateway.say(ROOM, "凌波", "体温 \ud800 36.5")
        await eventually(lambda: intake.messages)
    assert intake.texts() == ["体温  36.5"]  # the gateway leaves it out


async def test_what_it_says_arrives_once_and_comes_back_as_an_echo(gateway: Gateway) -> None:
    async with connected(gateway) as (channel, intake):
        message_id = await channel.send(to_room(gateway, "今天的健康情况请上报", dispatch=7))
        await eventually(intake.echoes)
    [said] = await gateway.said()
    assert (said.room, said.text) == (ROOM, "今天的健康情况请上报")
    assert said.message_id == message_id
    [echo] = intake.echoes()
    assert (echo.external_id, echo.dispatch_id, echo.text) == (message_id, 7, "今天的健康情况请上报")


async def test_an_echo_is_known_even_where_the_gateway_tells_no_id(tmp_path: Path) -> None:
    async with Gateway(tmp_path, tells_ids=False) as gateway:
        await gateway.add_room(ROOM, MEMBERS)
        async with connected(gateway) as (channel, intake):
            assert await channel.send(to_room(gateway, "通知", dispatch=8)) is None
            await eventually(intake.echoes)
    assert intake.echoes()[0].dispatch_id == 8


async def test_posts_go_out_one_after_another(gateway: Gateway) -> None:
    async with connected(gateway) as (channel, _), asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(channel.send(to_room(gateway, f"第 {number} 条", dispatch=number)))
    assert [said.text for said in await gateway.said()] == [f"第 {number} 条" for number in range(20)]


async def test_a_mention_is_real_and_written_with_the_name_the_group_sees(gateway: Gateway) -> None:
    mentions = (
        Mention(name="凌波", external_id=gateway.id_of("凌波")),
        Mention(name="郎平川"),
    )
    async with connected(gateway) as (channel, _):
        await channel.send(to_room(gateway, "还没有上报", mentions=mentions))
    [said] = await gateway.said()
    assert said.text == "@长沙-凌波\u2005@郎平川\u2005还没有上报"
    assert said.mentions == ("凌波",)


async def test_a_mention_of_the_bot_is_noticed(gateway: Gateway) -> None:
    async with connected(gateway) as (_, intake):
        await gateway.say(ROOM, "凌波", f"@{BOT}\u2005 今天汇总", mentions=[BOT])
        await gateway.say(ROOM, "凌波", f"@{BOT}\u2005 没有带上编号")
        await gateway.say(ROOM, "凌波", f"@{BOT}工作室 不是它")
        await eventually(lambda: len(intake.messages) == 3)
    assert [message.mentions_bot for message in intake.messages] == [True, True, False]


async def test_groups_are_made_known_before_anybody_speaks_there(own_gateway: Gateway) -> None:
    gateway = await furnished(own_gateway)
    async with connected(gateway) as (_, intake):
        await eventually(lambda: intake.rooms == {gateway.id_of(ROOM): ROOM})
        await gateway.rename_room(ROOM, "第二代表小组")
        await eventually(lambda: intake.rooms == {gateway.id_of("第二代表小组"): "第二代表小组"})


async def test_files_arrive_in_the_group_before_their_text(gateway: Gateway) -> None:
    contents = [b"x", bytes(range(256)) * 1_000, bytes(3_000_000)]
    async with connected(gateway) as (channel, intake):
        for number, content in enumerate(contents):
            attachment = Attachment(name=f"汇总表{number}.txt", media_type="text/plain", content=content)
            await channel.send(to_room(gateway, "汇总见附件", dispatch=number, attachment=attachment))
        await eventually(lambda: len(intake.echoes()) == 6)
    said = await gateway.said()
    assert [(file.file_name, file.file_content) for file in said[::2]] == [
        (f"汇总表{number}.txt", content) for number, content in enumerate(contents)
    ]
    assert [text.text for text in said[1::2]] == ["汇总见附件"] * 3


async def test_files_of_members_are_fetched(gateway: Gateway) -> None:
    sizes = [100, 5_000_000]
    async with connected(gateway) as (_, intake):
        for size in sizes:
            await gateway.send_file(ROOM, "凌波", "名单.xlsx", b"x" * size)
        await eventually(lambda: len(intake.messages) == 2)
    for message, size in zip(intake.messages, sizes, strict=True):
        assert message.kind is MessageKind.FILE
        assert message.attachment is not None
        assert message.attachment.name == "名单.xlsx"
        assert message.attachment.media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert len(message.attachment.content) == size


async def test_a_file_that_is_too_large_is_heard_without_its_bytes(gateway: Gateway) -> None:
    async with connected(gateway, in_file_bytes=1_000) as (_, intake):
        await gateway.send_file(ROOM, "凌波", "录像.mp4", b"x" * 100_000)
        await gateway.say(ROOM, "凌波", "36.5")
        await eventually(lambda: len(intake.messages) == 2)
    file = intake.messages[0]
    assert (file.kind, file.text, file.attachment) == (MessageKind.FILE, "录像.mp4", None)


async def test_a_file_that_the_gateway_lacks_is_not_waited_for_long(gateway: Gateway) -> None:
    async with connected(gateway, call_timeout_seconds=0.5) as (_, intake):
        await gateway.send_file(ROOM, "凌波", "名单.xlsx", None)
        await gateway.say(ROOM, "凌波", "36.5")
        await eventually(lambda: len(intake.messages) == 2)
    assert intake.messages[0].attachment is None


async def test_a_recall_names_the_message_it_takes_back(gateway: Gateway) -> None:
    async with connected(gateway) as (_, intake):
        said = await gateway.say(ROOM, "凌波", "38.5 发烧")
        await gateway.recall(ROOM, "凌波", said)
        await eventually(lambda: len(intake.messages) == 2)
    recall = intake.messages[1]
    assert (recall.kind, recall.recalls, recall.sender.name) == (MessageKind.RECALL, said, "长沙-凌波")


async def test_new_names_are_seen(own_gateway: Gateway) -> None:
    gateway = await furnished(own_gateway)
    async with connected(gateway) as (_, intake):
        await gateway.say(ROOM, "凌波", "一")
        await eventually(lambda: len(intake.messages) == 1)
        await gateway.rename_member(ROOM, "凌波", "凌波（株洲市）")
        await gateway.rename_room(ROOM, "第二代表小组")
        await gateway.say("第二代表小组", "凌波", "二")
        await eventually(lambda: len(intake.messages) == 2)
    assert intake.messages[1].sender.name == "凌波（株洲市）"
    assert intake.messages[1].conversation.name == "第二代表小组"


async def test_members_are_made_known_before_they_speak(own_gateway: Gateway) -> None:
    gateway = await furnished(own_gateway)
    async with connected(gateway) as (_, intake):
        await gateway.say(ROOM, "倪大宏", "大家早")
        await eventually(lambda: len(intake.met) == 2)
        assert intake.met == {
            gateway.id_of("凌波"): "长沙-凌波",
            gateway.id_of("许志安"): "许志安（岳阳市）",
        }
        await gateway.join(ROOM, "景颇", "景颇-永州")
        await eventually(lambda: gateway.id_of("景颇") in intake.met)


async def test_after_a_kill_it_is_connected_within_five_seconds_and_notes_the_gap(own_gateway: Gateway) -> None:
    gateway = await furnished(own_gateway)
    async with connected(gateway) as (channel, intake):
        await gateway.say(ROOM, "凌波", "之前")
        await eventually(lambda: intake.messages)
        await gateway.kill()
        await eventually(lambda: not channel.standing.connected)
        with pytest.raises(ChannelUnavailable):
            await channel.send(to_room(gateway, "发不出去"))
        await gateway.start()
        await eventually(lambda: channel.standing.connected, within=5)
        await gateway.say(ROOM, "凌波", "之后")
        await channel.send(to_room(gateway, "恢复了"))
        await eventually(lambda: len(intake.texts()) == 2)
    assert intake.texts() == ["之前", "之后"]
    assert [said.text for said in await gateway.said()] == ["恢复了"]
    [gap] = intake.gaps
    assert gap.channel == "wechaty"
    assert intake.messages[0].sent_at <= gap.began_at < gap.ended_at <= intake.messages[1].sent_at


async def test_a_frozen_gateway_is_noticed_within_eight_seconds(own_gateway: Gateway) -> None:
    gateway = await furnished(own_gateway)
    async with connected(gateway) as (channel, intake):
        gateway.freeze()
        await eventually(lambda: not channel.standing.connected, within=8.5)
        gateway.thaw()
        await eventually(lambda: channel.standing.connected, within=5)
        await gateway.say(ROOM, "凌波", "醒了")
        await eventually(lambda: intake.texts() == ["醒了"])
    assert len(intake.gaps) == 1


async def test_a_post_into_a_frozen_gateway_may_have_gone_out(own_gateway: Gateway) -> None:
    gateway = await furnished(own_gateway)
    async with connected(gateway, call_timeout_seconds=0.5) as (channel, intake):
        gateway.freeze()
        with pytest.raises(DeliveryUnknown):
            await channel.send(to_room(gateway, "也许发了", dispatch=5))
        gateway.thaw()
        await eventually(intake.echoes)
    assert [echo.dispatch_id for echo in intake.echoes()] == [5]  # and its echo is the proof that it has


async def test_while_the_account_is_logged_out_nothing_is_sent_and_a_gap_is_noted(own_gateway: Gateway) -> None:
    gateway = await furnished(own_gateway)
    async with connected(gateway) as (channel, intake):
        await gateway.log_out()
        await eventually(lambda: not channel.standing.connected)
        assert channel.standing.detail == "网关已连上，微信账号没有登录"
        with pytest.raises(ChannelUnavailable):
            await channel.send(to_room(gateway, "发不出去"))
        await gateway.log_in()
        await eventually(lambda: channel.standing.connected)
        await eventually(lambda: intake.gaps)
        await channel.send(to_room(gateway, "恢复了"))
    assert [said.text for said in await gateway.said()] == ["恢复了"]


async def test_an_account_that_was_logged_in_before_stays_so(gateway: Gateway) -> None:
    for _ in range(2):
        async with connected(gateway) as (_, intake):
            assert intake.gaps == []


async def test_an_error_of_the_puppet_changes_nothing(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(gateway) as (_, intake):
        await gateway.report_error("凌波 watchdog")
        await gateway.say(ROOM, "凌波", "36.5")
        await eventually(lambda: intake.messages)
    assert intake.gaps == []
    assert "error of its puppet" in caplog.text


async def test_what_the_puppet_refuses_is_not_tried_again(own_gateway: Gateway) -> None:
    gateway = await furnished(own_gateway)
    async with connected(gateway) as (channel, _):
        await gateway.refuse("发送消息过于频繁")
        with pytest.raises(DeliveryRefused):
            await channel.send(to_room(gateway, "太频繁"))
        await gateway.refuse(None)
        await channel.send(to_room(gateway, "可以了"))
    assert [said.text for said in await gateway.said()] == ["可以了"]


async def test_tls_with_the_certificate_that_gateways_come_with(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Gateway(tmp_path, tls=True) as gateway:
        await furnished(gateway)
        async with connected(gateway) as (channel, intake):
            await gateway.say(ROOM, "凌波", "36.5")
            await channel.send(to_room(gateway, "收到"))
            await eventually(lambda: len(intake.messages) == 2)
        for wrong in ({"tls_ca_file": None}, {"tls_server_name": "gateway.example"}, {"tls": False}):
            caplog.clear()
            async with receiving(gateway, **wrong) as (channel, _):
                await eventually(lambda: "no connection to the gateway" in caplog.text)
                assert not channel.standing.connected


async def test_a_wrong_token_is_told_without_the_token(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with receiving(gateway, token="wrong-secret") as (channel, _):
        await eventually(lambda: "UNAUTHENTICATED" in caplog.text)
        assert not channel.standing.connected
    assert "wrong-secret" not in caplog.text


async def test_the_log_holds_neither_names_nor_texts(own_gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    gateway = await furnished(own_gateway)
    caplog.set_level(logging.DEBUG)
    async with connected(gateway) as (channel, intake):
        await gateway.say(ROOM, "凌波", "38.5 发烧")
        await channel.send(to_room(gateway, "请注意休息"))
        await eventually(lambda: len(intake.messages) == 2)
        await gateway.kill()
        await eventually(lambda: not channel.standing.connected)
    assert not {word for word in ("凌波", "发烧", "休息", ROOM, gateway.token) if word in caplog.text}
