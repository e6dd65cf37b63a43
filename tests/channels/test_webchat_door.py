"""The chat page's addresses: who is let in, as whom, and what no other site can make a browser do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import hdrs

from bot.channels import webchat
from bot.clock import VirtualClock
from bot.messages import Attachment
from bot.settings import WebchatSettings
from storage import Store
from tests.chatroom import CHANGSHA, Chatroom, Page, furnish

STATIC = Path(webchat.__file__).parent / "static"


@pytest.fixture
async def chat(store: Store, clock: VirtualClock) -> Chatroom:
    return await furnish(store, clock)


@pytest.fixture
async def closed(store: Store, clock: VirtualClock) -> Chatroom:
    """The page without open seats: personal links only."""
    return await furnish(store, clock, WebchatSettings(open_seats=False))


def browser() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))  # cookies for an address, not a name


async def get(session: aiohttp.ClientSession, url: str, **more: Any) -> tuple[int, str]:
    async with session.get(url, **more) as response:
        return response.status, await response.text()


async def upload(
    session: aiohttp.ClientSession, chat: Chatroom, name: str, content: bytes, media_type: str, *, origin: str = ""
) -> int:
    url = f"{chat.seat('张三')}files?conversation={chat.room(CHANGSHA)}&id=client-upload"
    headers = {"Origin": origin or chat.address, "X-File-Name": name, "Content-Type": media_type}
    async with session.post(url, data=content, headers=headers) as response:
        return response.status


# ── seats ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_with_open_seats_one_chooses_among_all_members(chat: Chatroom) -> None:
    async with chat.serving(), browser() as session:
        status, page = await get(session, f"{chat.address}/")
        async with session.get(f"{chat.address}/seats") as response:
            rooms = (await response.json())["rooms"]

    assert status == 200
    assert "坐到谁的位子上" in page
    assert [(m["name"], m["staff"]) for m in rooms[0]["members"]] == [
        ("张三", False),
        ("李四", False),
        ("欧阳静", False),
        ("周敏", True),
    ]


@pytest.mark.parametrize("path", ["/seats", "/seat/1/", "/seat/1/socket", "/seat/1/files/1/x"])
async def test_without_open_seats_there_are_none(closed: Chatroom, path: str) -> None:
    async with closed.serving(), browser() as session:
        status, _ = await get(session, closed.address + path)

    assert status == 404


async def test_on_loopback_open_seats_answer_to_loopback_names_only(chat: Chatroom) -> None:
    async with chat.serving(), browser() as session:
        answers = [
            await get(session, f"{chat.address}{path}", headers={"Host": f"evil.example:{chat.port}"})
            for path in ("/", "/seats", "/seat/1/")
        ]

    assert [status for status, _ in answers] == [403, 403, 403]


async def test_nobodys_seat_is_nobodys(chat: Chatroom) -> None:
    async with chat.serving(), browser() as session:
        status, page = await get(session, f"{chat.address}/seat/999999/")

    assert status == 403
    assert "请用您的个人链接打开" in page


# ── personal links ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_personal_link_lets_its_person_in_and_stays_in_a_cookie(closed: Chatroom) -> None:
    async with closed.serving(), browser() as session:
        link = f"{closed.address}/m/{closed.links['王五']}"
        async with session.get(link, allow_redirects=False) as response:
            cookie = response.headers[hdrs.SET_COOKIE]
            where = response.headers[hdrs.LOCATION]
        async with session.ws_connect(f"{closed.address}/chat/socket", origin=closed.address) as socket:
            page = Page(socket)
            await page.send(type="enter", seen={})
            welcome = await page.next("welcome")

    assert where == "/chat/"
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert welcome["me"]["name"] == "王五"


async def test_a_link_opened_over_tls_keeps_its_cookie_to_tls(closed: Chatroom) -> None:
    async with closed.serving(), browser() as session:
        link = f"{closed.address}/m/{closed.links['王五']}"
        async with session.get(link, allow_redirects=False, headers={"X-Forwarded-Proto": "https"}) as response:
            cookie = response.headers[hdrs.SET_COOKIE]

    assert "Secure" in cookie


async def test_a_wrong_link_lets_nobody_in(closed: Chatroom) -> None:
    async with closed.serving(), browser() as session:
        status, page = await get(session, f"{closed.address}/m/wrong")
        start, _ = await get(session, f"{closed.address}/")

    assert status == 404
    assert "请用您的个人链接打开" in page
    assert start == 403


async def test_a_seat_that_is_no_longer_valid_is_told_and_not_held(closed: Chatroom) -> None:
    async with (
        closed.serving(),
        browser() as session,
        session.ws_connect(f"{closed.address}/chat/socket", origin=closed.address) as socket,
    ):
        told = await socket.receive_json()
        end = await socket.receive()

    assert told["type"] == "turned_away"
    assert end.data == 4001


async def test_who_leaves_is_out(closed: Chatroom) -> None:
    async with closed.serving(), browser() as session:
        await get(session, f"{closed.address}/m/{closed.links['王五']}")
        before, _ = await get(session, f"{closed.address}/chat/")
        async with session.post(f"{closed.address}/chat/leave", headers={"Origin": closed.address}):
            pass
        after, _ = await get(session, f"{closed.address}/chat/")

    assert (before, after) == (200, 403)


# ── other sites ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
async def test_another_site_can_neither_listen_nor_speak(chat: Chatroom, origin: str) -> None:
    headers = {"Origin": origin} if origin else {}
    async with chat.serving(), browser() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{chat.seat('张三')}socket", headers=headers)
        url = f"{chat.seat('张三')}files?conversation={chat.room(CHANGSHA)}&id=client-upload"
        async with session.post(url, data=b"x", headers=headers) as response:
            posted = response.status
        async with session.post(f"{chat.address}/chat/leave", headers=headers) as response:
            left = response.status

    assert (posted, left) == (403, 403)


async def test_the_page_may_load_nothing_from_elsewhere_and_run_nothing_inline(chat: Chatroom) -> None:
    async with chat.serving(), browser() as session, session.get(chat.seat("张三")) as response:
        policy = response.headers["Content-Security-Policy"]
        caching = response.headers["Cache-Control"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert caching == "no-store"


@pytest.mark.parametrize("file", sorted(STATIC.iterdir()), ids=lambda file: file.name)
def test_what_is_served_names_no_other_host_and_holds_nothing_inline(file: Path) -> None:
    text = file.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")

    assert not re.search(r"https?://|//[\w-]+\.\w", text)
    assert "innerHTML" not in text
    if file.suffix == ".html":
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_file_is_handed_to_members_and_to_nobody_else(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("李四") as li, browser() as session:
        status = await upload(session, chat, "%E5%81%A5%E5%BA%B7%E8%A1%A8.xlsx", b"PK\x03\x04", "application/zip")
        seen = await li.next("message")
        async with session.get(chat.seat("李四") + seen["file"]["url"]) as response:
            content, headers = await response.read(), response.headers
        strangers = [
            (await get(session, chat.seat("王五") + seen["file"]["url"]))[0],
            (await get(session, f"{chat.address}/chat/{seen['file']['url']}"))[0],
            (await get(session, chat.seat("李四") + seen["file"]["url"] + "x"))[0],
        ]

    assert status == 200
    assert (seen["kind"], seen["file"]["name"], seen["file"]["size"]) == ("file", "健康表.xlsx", 4)
    assert content == b"PK\x03\x04"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%81%A5%E5%BA%B7%E8%A1%A8.xlsx"
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert strangers == [404, 403, 404]


async def test_a_file_of_the_bot_is_shown_as_its_own(chat: Chatroom) -> None:
    attachment = Attachment(name="汇总.xlsx", media_type="application/zip", content=b"PK")
    async with chat.serving(), chat.sitting("周敏") as zhou:
        await chat.channel.send(await chat.post("", person="周敏", attachment=attachment))
        seen = await zhou.next("message")

    assert (seen["conversation"], seen["bot"], seen["file"]["name"]) == ("bot", True, "汇总.xlsx")


async def test_a_picture_is_shown_and_a_page_is_only_handed_over(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("李四") as li, browser() as session:
        await upload(session, chat, "a.png", b"\x89PNG", "image/png")
        picture = await li.next("message")
        async with session.get(chat.seat("李四") + picture["file"]["url"]) as response:
            shown_as = response.headers["Content-Type"]

    assert picture["file"]["picture"]
    assert shown_as == "image/png"


async def test_a_web_page_sent_as_a_file_is_not_run(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("李四") as li, browser() as session:
        await upload(session, chat, "a.html", b"<script>alert(1)</script>", "text/html")
        page = await li.next("message")
        async with session.get(chat.seat("李四") + page["file"]["url"]) as response:
            headers = response.headers

    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


async def test_a_file_over_the_limit_is_refused(store: Store, clock: VirtualClock) -> None:
    chat = await furnish(store, clock, WebchatSettings(max_file_bytes=1000))
    async with chat.serving(), chat.sitting("张三") as zhang, browser() as session:
        fits = await upload(session, chat, "a.bin", b"x" * 1000, "application/octet-stream")
        over = await upload(session, chat, "b.bin", b"x" * 1001, "application/octet-stream")
        after = await zhang.say(chat.room(CHANGSHA), "36.5 健康")

    assert (fits, over) == (200, 413)
    assert after["type"] == "kept"


async def test_a_file_sent_again_under_the_same_id_is_there_once(chat: Chatroom) -> None:
    async with chat.serving(), chat.sitting("李四") as li, browser() as session:
        statuses = [await upload(session, chat, "a.bin", b"x", "application/octet-stream") for _ in range(2)]
        history = await li.open(chat.room(CHANGSHA))

    assert statuses == [200, 200]
    assert len(history["messages"]) == 1
