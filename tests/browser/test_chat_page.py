"""The chat page in a real browser: two people live, on a phone and at a desk, through restarts and hostile texts."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from playwright.async_api import FilePayload, Page, ViewportSize, expect

from bot.clock import SystemClock
from bot.messages import Mention
from bot.settings import WebchatSettings
from storage import Store
from tests.chatroom import CHANGSHA, YUEYANG, Chatroom, furnish
from tests.devices import BROWSER_TEST, DESK, PHONE, Devices, say

pytestmark = BROWSER_TEST


async def sit(devices: Devices, chat: Chatroom, name: str, size: ViewportSize = DESK) -> Page:
    """Somebody sits down in their first room, on a device of their own."""
    room = YUEYANG if name in ("王五", "赵六") else CHANGSHA
    page = await devices.page(f"{chat.seat(name)}#{chat.room(room)}", size)
    await expect(page.locator("#title")).to_have_text(room)
    return page


async def bubbles(page: Page) -> list[str]:
    return await page.locator("#log .bubble .text").all_inner_texts()


# ── two people, live ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_two_people_talk_live(chat: Chatroom, devices: Devices, size: ViewportSize) -> None:
    async with chat.serving():
        zhang, zhou = await sit(devices, chat, "张三", size), await sit(devices, chat, "周敏")
        await say(zhang, "36.5 健康")
        await expect(zhou.locator(".message.other .bubble")).to_have_text("36.5 健康")
        await zhou.locator("#say").fill("收到，谢谢")
        await zhou.locator("#send").click()
        await expect(zhang.locator(".message.other .bubble")).to_have_text("收到，谢谢")

        await expect(zhang.locator(".message.own .bubble")).to_have_text("36.5 健康")
        await expect(zhang.locator(".message.other .badge")).to_have_text("工作人员")
        await expect(zhang.locator(".message.waiting")).to_have_count(0)
        await expect(zhang.locator("#say")).to_have_value("")


async def test_the_first_page_leads_to_a_seat_and_says_what_to_try(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        page = await devices.page(chat.address, PHONE)
        await page.locator("#find").fill("张")
        await page.get_by_role("link", name="张三").click()
        await expect(page.locator("#title")).to_have_text(CHANGSHA)
        await page.get_by_role("button", name="36.5 健康").click()
        await page.get_by_role("button", name="发送", exact=True).click()
        await expect(page.locator(".message.own .bubble")).to_have_text("36.5 健康")


async def test_two_tabs_of_one_browser_can_be_two_people(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        device = await devices.device()
        zhang, zhou = await device.new_page(), await device.new_page()
        await zhang.goto(chat.seat("张三"))
        await zhou.goto(chat.seat("周敏"))
        await say(zhang, "36.5 健康")
        await expect(zhou.locator(".message.other .bubble")).to_have_text("36.5 健康")
        await say(zhou, "收到")
        await expect(zhang.locator(".message.other .bubble")).to_have_text("收到")


async def test_what_the_bot_says_privately_waits_with_a_badge(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        zhou = await sit(devices, chat, "周敏")
        await chat.channel.send(await chat.post("张三 38.2 ℃，请联系。", person="周敏"))
        private = zhou.get_by_role("link", name="小联（私聊）")
        await expect(private.locator(".unread")).to_contain_text("1")
        await expect(zhou).to_have_title("(1) 联络员")
        await private.click()
        await expect(zhou.locator(".message.from-bot .bubble")).to_have_text("张三 38.2 ℃，请联系。")
        await expect(private.locator(".unread")).to_have_count(0)
        await expect(zhou).to_have_title("联络员")


async def test_who_is_mentioned_sees_it(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        zhang = await sit(devices, chat, "张三")
        await chat.channel.send(await chat.post("请补报。", room=CHANGSHA, mentions=(Mention(name="张三"),)))
        await expect(zhang.locator(".mention.mine")).to_have_text("@张三")
        await zhang.locator("#say").press_sequentially("好的 @周")
        await expect(zhang.locator("#picker li")).to_have_text(["周周敏"])
        await zhang.keyboard.press("Enter")
        await expect(zhang.locator("#say")).to_have_value("好的 @周敏 ")
        await zhang.keyboard.press("Enter")
        await expect(zhang.locator(".own .mention")).to_have_text("@周敏")


async def test_taking_back_shows_on_both_sides(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        zhang, zhou = await sit(devices, chat, "张三", PHONE), await sit(devices, chat, "周敏")
        await say(zhang, "发错了")
        await expect(zhou.locator(".message.other")).to_have_count(1)
        await zhang.get_by_role("button", name="撤回").click()
        await expect(zhou.locator("#log")).to_contain_text("张三 撤回了一条消息")
        await expect(zhang.locator("#log")).to_contain_text("你 撤回了一条消息")
        assert await bubbles(zhou) == []
        await zhang.get_by_role("button", name="重新编辑").click()
        await expect(zhang.locator("#say")).to_have_value("发错了")


async def test_a_file_is_sent_and_fetched(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        zhang, zhou = await sit(devices, chat, "张三"), await sit(devices, chat, "周敏")
        sent = FilePayload(name="复工情况.docx", mimeType="application/octet-stream", buffer=b"PK\x03\x04")
        await zhang.locator("#file").set_input_files(sent)
        bubble = zhou.locator(".bubble.file a")
        await expect(bubble).to_contain_text("复工情况.docx")
        async with zhou.expect_download() as fetching:
            await bubble.click()
        fetched = await fetching.value

        assert fetched.suggested_filename == "复工情况.docx"
        assert (await fetched.path()).read_bytes() == b"PK\x03\x04"


# ── nothing lost, nothing doubled ───────────────────────────────────────────────────────────────────────────────


async def test_through_a_restart_nothing_is_lost_or_doubled(chat: Chatroom, devices: Devices) -> None:
    async with contextlib.AsyncExitStack() as server:
        await server.enter_async_context(chat.serving())
        zhang, zhou = await sit(devices, chat, "张三"), await sit(devices, chat, "周敏")
        await say(zhang, "断线之前")
        await expect(zhou.locator(".message.other")).to_have_count(1)
        await server.aclose()
        await say(zhang, "断线时说的")
        await say(zhou, "我也说一句")
        await expect(zhang.locator(".message.waiting")).to_contain_text("发送中…")
        await expect(zhang.locator("#banner")).to_contain_text("连接断开，正在重新连接…")
        await zhang.locator("#say").fill("还没写完的")

    async with chat.serving():
        for page in (zhang, zhou):
            await expect(page.locator("#log .message")).to_have_count(3, timeout=15_000)
            await expect(page.locator(".message.waiting")).to_have_count(0)
            await expect(page.locator("#banner")).to_be_hidden()
        after = await asyncio.gather(bubbles(zhang), bubbles(zhou))
        await expect(zhang.locator("#say")).to_have_value("还没写完的")

    assert after[0] == after[1]
    assert sorted(after[0]) == sorted(["断线之前", "断线时说的", "我也说一句"])


async def test_what_was_not_sent_survives_a_reload(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        zhang = await sit(devices, chat, "张三")
        await zhang.locator("#say").fill("写到一半")
        await zhang.reload()
        await expect(zhang.locator("#say")).to_have_value("写到一半")
        await zhang.evaluate("WebSocket.prototype.send = () => {}")  # the line is up and nothing gets through
        await say(zhang, "没有送到的")
        await expect(zhang.locator(".message.waiting")).to_have_count(1)
        await zhang.reload()
        await expect(zhang.locator(".message.own .bubble")).to_have_text("没有送到的")
        await expect(zhang.locator(".message.waiting")).to_have_count(0)


async def test_older_messages_come_as_one_scrolls_up(store: Store, devices: Devices) -> None:
    chat = await furnish(store, SystemClock(), WebchatSettings(history_messages=20, messages_per_minute=999))
    async with chat.serving(), chat.sitting("李四") as li:
        for number in range(1, 51):
            await li.say(chat.room(CHANGSHA), f"第 {number} 条")
        zhang = await sit(devices, chat, "张三")
        await expect(zhang.locator("#log .message")).to_have_count(20)
        await expect(zhang.locator("#log .message").last).to_be_in_viewport()
        for shown, was_on_top in ((40, "第 31 条"), (50, "第 11 条")):
            await zhang.locator("#log").evaluate("log => { log.scrollTop = 0; }")
            await expect(zhang.locator("#log .message")).to_have_count(shown)
            await expect(zhang.get_by_text(was_on_top)).to_be_in_viewport()
        await expect(zhang.locator("#log .older")).to_have_count(0)

        assert await bubbles(zhang) == [f"第 {number} 条" for number in range(1, 51)]


# ── personal links ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_personal_link_shows_its_persons_rooms_and_no_others(store: Store, devices: Devices) -> None:
    chat = await furnish(store, SystemClock(), WebchatSettings(open_seats=False))
    async with chat.serving():
        page = await devices.page(f"{chat.address}/m/{chat.links['王五']}", PHONE)
        await expect(page.locator("#title")).to_have_text(YUEYANG)
        await say(page, "36.5 健康")
        await expect(page.locator(".message.own .bubble")).to_have_text("36.5 健康")
        await page.get_by_role("button", name="返回会话列表").click()
        names = page.locator("#talks a .row:first-child bdi")
        await expect(names).to_have_text(["小联（私聊）", YUEYANG])

        assert "link-token" not in page.url
        assert "link-token" not in await page.evaluate("document.cookie")
        await page.get_by_role("button", name="退出").click()
        await expect(page.get_by_role("heading")).to_have_text("请用您的个人链接打开")


# ── whatever people send ────────────────────────────────────────────────────────────────────────────────────────


async def test_hostile_texts_are_shown_and_do_nothing(chat: Chatroom, devices: Devices) -> None:
    texts = [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>点我</a> {{7*7}} ${7*7}",
        "\u202e38.5\u202c 翻过来 \u2066隔离",
        "36.5\0健康",
        "\ud800 半个字符",
        "'); DROP TABLE messages; --",
        "Z̷̧̛͎̗̪̙͍͈͇̣͒̋͊̈́̓͗͋̕͝" * 50,
    ]
    async with chat.serving():
        zhang = await sit(devices, chat, "张三", PHONE)
        async with chat.sitting("李四") as li:
            for text in texts:
                await li.say(chat.room(CHANGSHA), text)
        await expect(zhang.locator("#log .message")).to_have_count(len(texts))
        shown = await zhang.locator("#log .text").evaluate_all("all => all.map(one => one.textContent)")
        made = await zhang.locator("#log .text script, #log .text img, #log .text a").count()
        sideways = await zhang.evaluate("document.documentElement.scrollWidth > innerWidth")

    assert shown == [text.replace("\0", "␀").replace("\ud800", "?") for text in texts]
    assert made == 0
    assert not sideways


async def test_a_text_of_a_megabyte_is_folded_and_the_page_stays_quick(chat: Chatroom, devices: Devices) -> None:
    text = "健康" * (1024 * 1024 // 6)
    async with chat.serving():
        zhang = await sit(devices, chat, "张三", PHONE)
        async with chat.sitting("李四") as li:
            await li.say(chat.room(CHANGSHA), text)
        bubble = zhang.locator(".message.other .bubble")
        await expect(bubble.get_by_role("button", name="展开")).to_be_visible()
        box = await bubble.bounding_box()
        await say(zhang, "还能说话")
        await expect(zhang.locator(".message.own .bubble")).to_have_text("还能说话")
        await bubble.get_by_role("button", name="展开").click()
        await expect(bubble.get_by_role("button", name="收起")).to_be_visible()
        length = await bubble.locator(".text").evaluate("one => one.textContent.length")

    assert box is not None
    assert box["height"] < 300
    assert length == len(text)


async def test_a_text_that_is_too_long_is_refused_and_given_back(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        zhang = await sit(devices, chat, "张三")
        await zhang.locator("#say").evaluate("(box, text) => { box.value = text; }", "长" * 400_000)
        await zhang.locator("#say").press("Enter")
        await expect(zhang.locator("#banner")).to_contain_text("这条消息太长，没有发出")
        length = await zhang.locator("#say").evaluate("box => box.value.length")
        await say(zhang, "36.5 健康")
        await expect(zhang.locator(".message.own .bubble")).to_have_text("36.5 健康")

    assert length == 400_000


# ── at any size, by keyboard ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("width", [320, 360, 719, 720, 1920])
async def test_it_fits_any_width(chat: Chatroom, devices: Devices, width: int) -> None:
    async with chat.serving():
        zhang = await sit(devices, chat, "张三", ViewportSize(width=width, height=640))
        await say(zhang, "很长" * 60 + "x" * 300)
        await expect(zhang.locator(".message.own")).to_have_count(1)
        sideways = await zhang.evaluate("document.documentElement.scrollWidth > innerWidth")
        send = await zhang.locator("#send").bounding_box()

    assert not sideways
    assert send is not None
    assert send["x"] + send["width"] <= width
    assert send["y"] + send["height"] <= 640


async def test_everything_can_be_reached_by_keyboard(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        zhou = await sit(devices, chat, "周敏")
        await zhou.locator("#change-seat").focus()
        reached = []
        for _ in range(13):
            reached.append(await zhou.evaluate("document.activeElement.id || document.activeElement.hash"))
            await zhou.keyboard.press("Tab")

    rooms = ["#bot", f"#{chat.room(CHANGSHA)}", f"#{chat.room(YUEYANG)}"]
    assert reached[:4] == ["change-seat", *rooms]
    assert {"show-members", "log", "attach", "say"} <= set(reached)


async def test_times_are_chinas_wherever_the_device_is(chat: Chatroom, devices: Devices) -> None:
    async with chat.serving():
        zhang = await sit(devices, chat, "张三")
        await say(zhang, "36.5 健康")
        shown = zhang.locator("#log .note.day")
        await expect(shown).to_contain_text("今天")
        local = await zhang.evaluate(
            "new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', hour: '2-digit', hourCycle: 'h23' })"
            ".format(new Date()).replace('时', '')"
        )
        await expect(shown).to_contain_text(f"今天 {local}")
