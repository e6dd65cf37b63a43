"""The chat page's server over a real store: what is said, who sees it, what survives."""

from __future__ import annotations

import contextlib

import pytest
from aiohttp import WSCloseCode

from bot.channel import Hears, Starts
from bot.clock import VirtualClock
from bot.errors import ChannelUnavailable, DeliveryRefused
from bot.messages import Conversation, Dispatch, Mention
from bot.settings import WebchatSettings
from storage import Store, messages, people
from tests.chatroom import CHANGSHA, YUEYANG, Chatroom, furnish


@pytest.fixture
async def chat(store: Store, clock: VirtualClock) -> Chatroom:
    return await furnish(store, clock)


async def test_what_one_says_the_others_see_at_once(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang, chat.sitting("周敏") as zhou:
        answer = await zhang.say(chat.room(CHANGSHA), "36.5 健康")
        seen = await zhou.next("message")

    assert answer["type"] == "kept"
    assert (seen["text"], seen["name"], seen["person"]) == ("36.5 健康", "张三", chat.people["张三"])
    assert seen["conversation"] == chat.room(CHANGSHA)


async def test_said_again_under_the_same_id_it_is_there_once(chat: Chatroom) -> None:
    async with chat.serving():
        async with chat.sitting("张三") as zhang:
            first = await zhang.say(chat.room(CHANGSHA), "36.5 健康", "the-same-id")
        async with chat.sitting("张三") as zhang:  # the answer was lost with the line
            second = await zhang.say(chat.room(CHANGSHA), "36.5 健康", "the-same-id")
            history = await zhang.open(chat.room(CHANGSHA))

    assert (first["type"], second["type"]) == ("kept", "kept")
    assert [message["text"] for message in history["messages"]] == ["36.5 健康"]


async def test_nobody_can_use_up_anothers_id(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang, chat.sitting("李四") as li:
        await zhang.say(chat.room(CHANGSHA), "我是张三", "the-same-id")
        await li.say(chat.room(CHANGSHA), "我是李四", "the-same-id")
        history = await li.open(chat.room(CHANGSHA))

    assert [message["text"] for message in history["messages"]] == ["我是张三", "我是李四"]


async def test_who_comes_sees_their_own_rooms_only(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("王五", enter=False) as wang:
        await wang.send(type="enter", seen={})
        welcome = await wang.next("welcome")

    assert welcome["me"] == {"id": chat.people["王五"], "name": "王五", "staff": False}
    assert [shown["name"] for shown in welcome["conversations"]] == [YUEYANG, "小联"]
    assert [member["name"] for member in welcome["conversations"][0]["members"]] == ["王五", "赵六", "周敏"]


async def test_another_groups_talk_is_neither_passed_on_nor_shown_nor_spoken_into(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang, chat.sitting("王五") as wang:
        await zhang.say(chat.room(CHANGSHA), "长沙的事")
        said = await wang.say(chat.room(CHANGSHA), "我插一句")
        await wang.send(type="open", conversation=chat.room(CHANGSHA), after=None)
        looked = await wang.answer(None)
        await wang.send(type="unfold", message=1)
        unfolded = await wang.answer(None)

    assert said["text"] == "您不在这个群里。"
    assert looked["text"] == "您不在这个群里。"
    assert unfolded["text"] == "没有这条消息。"
    assert wang.passed == []


async def test_a_private_talk_is_between_one_person_and_the_bot(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang, chat.sitting("周敏") as zhou:
        await zhang.say("bot", "我 38.2 度")
        await chat.channel.send(await chat.post("张三：38.2 ℃", person="周敏"))
        alert = await zhou.next("message")
        mine = await zhang.open("bot")

    assert (alert["conversation"], alert["text"], alert["bot"]) == ("bot", "张三：38.2 ℃", True)
    assert [message["text"] for message in mine["messages"]] == ["我 38.2 度"]
    assert [frame["text"] for frame in zhou.passed] == []


async def test_a_post_is_shown_once_however_often_it_is_sent(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("李四") as li:
        mention = Mention(name="李四")
        post = await chat.post("请报今天的健康情况。", room=CHANGSHA, mentions=(mention,))
        proofs = {await chat.channel.send(post), await chat.channel.send(post)}
        seen = await li.next("message")
        history = await li.open(chat.room(CHANGSHA))

    assert proofs == {f"post-{post.id}"}
    assert (seen["name"], seen["bot"], seen["text"]) == ("小联", True, "@李四\n请报今天的健康情况。")
    assert len(history["messages"]) == 1


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(Conversation(external_id="999", name="没有的群"), id="no such room"),
        pytest.param(Conversation(external_id="999@chatroom", name="微信群"), id="another channel's room"),
        pytest.param(Conversation(external_id="person:999", private=True), id="no such person"),
        pytest.param(Conversation(external_id="1", private=True), id="a room as a person"),
    ],
)
async def test_a_post_to_nowhere_is_refused(chat: Chatroom, where: Conversation) -> None:
    async with chat.serving():
        with pytest.raises(DeliveryRefused):
            await chat.channel.send(Dispatch(id=1, conversation=where, text="有人吗"))


async def test_before_it_receives_nothing_goes_out(chat: Chatroom) -> None:
    with pytest.raises(ChannelUnavailable):
        await chat.channel.send(await chat.post("早上好", room=CHANGSHA))
    assert not chat.channel.standing.connected


async def test_it_tells_what_it_can_and_how_it_stands(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("张三"):
        traits, standing = chat.channel.traits, chat.channel.standing

    assert (chat.channel.name, traits.hears, traits.starts) == ("webchat", Hears.ALL, Starts.ALWAYS)
    assert traits.mentions
    assert traits.files
    assert traits.recalls
    assert traits.echoes
    assert traits.sends_once
    assert traits.reaches_people
    assert standing.connected
    assert standing.detail == "网页聊天已启动，1 个页面在线"


async def test_what_was_missed_is_read_from_the_last_message_seen(chat: Chatroom, clock: VirtualClock) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang, chat.sitting("李四") as li:
        await zhang.say(chat.room(CHANGSHA), "很早以前")
        seen = await li.next("message")
        clock.advance(3600)
        await zhang.say(chat.room(CHANGSHA), "看到的")
        seen = await li.next("message")
        clock.advance(3600)
        await zhang.say(chat.room(CHANGSHA), "错过的")
        missed = await li.open(chat.room(CHANGSHA), after=seen["id"])

    assert [message["text"] for message in missed["messages"]] == ["看到的", "错过的"]


async def test_who_missed_too_much_gets_the_last_page_and_the_rest_on_asking(store: Store, clock: VirtualClock) -> None:
    chat = await furnish(store, clock, WebchatSettings(history_messages=3))
    async with chat.serving(), chat.sitting("张三") as zhang:
        for number in range(1, 8):
            await zhang.say(chat.room(CHANGSHA), f"第 {number} 条")
        await zhang.send(type="open", conversation=chat.room(CHANGSHA), after=1)
        last = await zhang.next("opened")
        pages = [last]
        while pages[-1]["older"]:
            first = pages[-1]["messages"][0]["id"]
            await zhang.send(type="older", conversation=chat.room(CHANGSHA), before=first)
            pages.append(await zhang.next("older"))

    assert [[message["text"][2] for message in page["messages"]] for page in pages] == [
        ["5", "6", "7"],
        ["2", "3", "4"],
        ["1"],
    ]


async def test_unread_is_what_others_said_since(chat: Chatroom) -> None:
    async with chat.serving():
        async with chat.sitting("张三") as zhang:
            await zhang.say(chat.room(CHANGSHA), "看过的")
            await chat.channel.send(await chat.post("没看过的", room=CHANGSHA))
            await zhang.say(chat.room(CHANGSHA), "自己说的")
            await chat.channel.send(await chat.post("私下的", person="张三"))
        async with chat.sitting("张三", enter=False) as zhang:
            await zhang.send(type="enter", seen={chat.room(CHANGSHA): 1, "bot": 0})
            welcome = await zhang.next("welcome")

    assert {shown["id"]: shown["unread"] for shown in welcome["conversations"]} == {
        chat.room(CHANGSHA): 1,
        "bot": 1,
    }


async def test_a_long_text_comes_cut_and_whole_on_asking(chat: Chatroom) -> None:
    text = "接龙\n" + "".join(f"{n}. 张三 36.5 健康\n" for n in range(1000))
    async with chat.serving(), chat.sitting("李四") as li, chat.sitting("张三") as zhang:
        await zhang.say(chat.room(CHANGSHA), text)
        seen = await li.next("message")
        await li.send(type="unfold", message=seen["id"])
        whole = await li.next("text")

    assert seen["cut"]
    assert text.startswith(seen["text"])
    assert whole["text"] == text


async def test_one_takes_back_what_one_said(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("李四") as li, chat.sitting("张三") as zhang:
        await zhang.say(chat.room(CHANGSHA), "发错了")
        said = await li.next("message")
        answer = await zhang.recall(chat.room(CHANGSHA), said["key"])
        recall = await li.next("message")
        await chat.inbox.handle_waiting()
        history = await li.open(chat.room(CHANGSHA))

    assert answer["type"] == "kept"
    assert (recall["kind"], recall["recalls"], recall["person"]) == ("recall", said["key"], chat.people["张三"])
    assert [(m["recalled"], m["text"]) for m in history["messages"] if m["kind"] == "text"] == [(True, "")]


async def test_nobody_takes_back_what_another_said(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("李四") as li, chat.sitting("张三") as zhang:
        await zhang.say(chat.room(CHANGSHA), "我说的")
        said = await li.next("message")
        answer = await li.recall(chat.room(CHANGSHA), said["key"])

    assert (answer["type"], answer["text"]) == ("refused", "只能撤回自己发的消息。")


async def test_what_was_said_long_ago_stands(chat: Chatroom, clock: VirtualClock) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang:
        await zhang.say(chat.room(CHANGSHA), "早说的", "said-early")
        clock.advance(121)
        answer = await zhang.recall(chat.room(CHANGSHA), f"{chat.people['张三']}-said-early")

    assert answer["text"].startswith("发出超过 2 分钟，不能撤回了。")


async def test_a_text_over_the_limit_is_refused_and_the_talk_goes_on(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang:
        most = await zhang.say(chat.room(CHANGSHA), "a" * 1024 * 1024)
        over = await zhang.say(chat.room(CHANGSHA), "a" * (1024 * 1024 + 1))
        after = await zhang.say(chat.room(CHANGSHA), "36.5 健康")

    assert (most["type"], after["type"]) == ("kept", "kept")
    assert over["type"] == "refused"
    assert over["text"].startswith("这条消息太长，没有发出（最多 1 MB）。")
    assert over["retry_seconds"] is None


async def test_who_sends_too_fast_is_told_when_to_go_on(store: Store, clock: VirtualClock) -> None:
    chat = await furnish(store, clock, WebchatSettings(messages_per_minute=3))
    async with chat.serving(), chat.sitting("张三") as zhang, chat.sitting("李四") as li:
        answers = [await zhang.say(chat.room(CHANGSHA), f"第 {n} 条") for n in range(4)]
        other = await li.say(chat.room(CHANGSHA), "别人照常说话")
        clock.advance(answers[3]["retry_seconds"])
        again = await zhang.say(chat.room(CHANGSHA), "第 4 条")

    assert [answer["type"] for answer in answers] == ["kept", "kept", "kept", "refused"]
    assert answers[3]["retry_seconds"] == pytest.approx(20, abs=1)
    assert (other["type"], again["type"]) == ("kept", "kept")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<script>alert(1)</script>", id="script"),
        pytest.param("\u202e翻过来\u2066", id="right to left"),
        pytest.param("36.5\0健康", id="NUL"),
        pytest.param("\ud800健康", id="lone surrogate"),
        pytest.param("'); DROP TABLE messages; --", id="SQL"),
        pytest.param("\x1b[31m\r\n%s%n{{7*7}}", id="escapes"),
        pytest.param("接龙\n" + "1. 张三 36.5\n" * 10_000, id="10,000 lines"),
        pytest.param("😀" * 200_000, id="many wide characters"),
    ],
)
async def test_whatever_a_text_holds_it_is_kept_and_passed_on(chat: Chatroom, text: str) -> None:
    async with chat.serving(), chat.sitting("李四") as li, chat.sitting("张三") as zhang:
        answer = await zhang.say(chat.room(CHANGSHA), text)
        seen = await li.next("message")
        await zhang.say(chat.room(CHANGSHA), "之后")

    assert answer["type"] == "kept"
    assert seen["text"] == text.replace("\0", "␀").replace("\ud800", "?")[:2000]


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"type":"say"}',
        '{"type":"open","conversation":"room:1","after":-1}',
        "[" * 100_000,
    ],
    ids=lambda raw: raw[:24] or "empty",
)
async def test_a_frame_that_makes_no_sense_gets_a_line_and_the_talk_goes_on(chat: Chatroom, raw: str) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang:
        await zhang.socket.send_str(raw)
        answer = await zhang.answer(None)
        after = await zhang.say(chat.room(CHANGSHA), "36.5 健康")

    assert answer["text"] == "没有看懂这个页面发来的内容，请刷新页面。"
    assert after["type"] == "kept"


async def test_an_empty_message_is_refused(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang:
        answer = await zhang.say(chat.room(CHANGSHA), " \n ")

    assert answer["type"] == "refused"


async def test_who_is_struck_from_the_roster_hears_and_says_nothing_more(chat: Chatroom, store: Store) -> None:
    async with chat.serving(), chat.sitting("李四") as li:
        async with store.begin() as session:
            entries = [people.Entry(name="张三", role="deputy")]
            await people.sync_roster(session, chat.office_id, chat.rooms[CHANGSHA], entries)
        answer = await li.say(chat.room(CHANGSHA), "我还在吗")

    assert answer["text"] == "您不在这个群里。"


async def test_what_was_said_survives_a_restart(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang:
        await zhang.say(chat.room(CHANGSHA), "36.5 健康")
    async with chat.serving(), chat.sitting("周敏") as zhou:
        history = await zhou.open(chat.room(CHANGSHA))

    assert [message["text"] for message in history["messages"]] == ["36.5 健康"]


async def test_when_the_program_ends_pages_are_let_go_to_come_back(chat: Chatroom) -> None:
    async with contextlib.AsyncExitStack() as server:
        await server.enter_async_context(chat.serving())
        async with chat.sitting("张三") as zhang:
            await server.aclose()
            received = await zhang.socket.receive()

    assert received.data == WSCloseCode.SERVICE_RESTART


async def test_mentioning_the_bot_is_told(chat: Chatroom, store: Store) -> None:
    async with chat.serving(), chat.sitting("张三") as zhang:
        await zhang.say(chat.room(CHANGSHA), "@小联 在吗")
        await zhang.say(chat.room(CHANGSHA), "小联在吗")
    async with store.read() as session:
        told = [(await messages.get(session, number)).mentions_bot for number in (1, 2)]

    assert told == [True, False]
