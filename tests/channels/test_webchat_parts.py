"""The parts of the chat page on their own: frames, the hub's listeners, names of files, colours."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.channels.webchat
from bot.channels.webchat import wire
from bot.channels.webchat.desk import clean_name, size
from bot.channels.webchat.hub import Hub, Listener
from bot.clock import VirtualClock
from bot.messages import Conversation, Message, Sender
from storage import Store, people, seating
from tests.chatroom import CHANGSHA, YUEYANG, furnish

LOOK = Path(bot.channels.webchat.__file__).parent / "static" / "look.css"

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["type", "conversation", "id", "text", "after", "message", "key"]), anything))
def test_reading_a_frame_never_fails(frame: dict[str, object]) -> None:
    assert wire.read(json.dumps(frame)) is None or "type" in frame


@given(st.text())
def test_reading_any_line_never_fails(raw: str) -> None:
    wire.read(raw)


@given(st.text())
def test_whatever_a_text_holds_the_frame_is_plain_ascii(text: str) -> None:
    frame = wire.encode({"text": text})

    assert frame.isascii()
    assert json.loads(frame)["text"] == text


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("汇总.xlsx", "汇总.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\表\\健康.docx", "健康.docx"),
        ("发票\u202excod.exe", "发票xcod.exe"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("\0", "文件"),
        (" .. ", "文件"),
        (".xlsx", "xlsx"),
        ("长" * 500 + ".pdf", "长" * 109 + ".pdf"),
        ("长" * 500, "长" * 120),
        ("\ud800.pdf", "pdf"),
    ],
    ids=lambda name: ascii(name)[:20],
)
def test_a_files_name_is_only_a_name(written: str, clean: str) -> None:
    assert clean_name(written) == clean


def test_sizes_are_said_as_people_read_them() -> None:
    assert [size(1024 * 1024), size(10 * 1024 * 1024), size(200 * 1024)] == ["1 MB", "10 MB", "200 KB"]


def sitter(person_id: int, *room_ids: int) -> seating.Sitter:
    return seating.Sitter(person_id=person_id, name="张三", link=None, rooms=dict.fromkeys(room_ids, "群"))


async def test_a_page_that_takes_nothing_is_let_go_and_the_others_go_on() -> None:
    slow, quick = Listener(sitter(1), backlog=2), Listener(sitter(2), backlog=2)
    for number in range(4):
        slow.offer(f"frame {number}")
        quick.offer(f"frame {number}")
        assert await quick.next_frame() == f"frame {number}"

    assert await slow.next_frame() is None


async def test_what_another_process_kept_is_passed_on_once(store: Store, clock: VirtualClock) -> None:
    chat = await furnish(store, clock)
    hub = Hub(store, chat.office_id, "webchat")
    page = Listener(sitter(chat.people["李四"], chat.rooms[CHANGSHA]))
    message = Message(
        channel="webchat",
        external_id="of-another-process",
        sender=Sender(external_id=f"person:{chat.people['张三']}", name="张三"),
        conversation=Conversation(external_id=str(chat.rooms[CHANGSHA]), name=CHANGSHA),
        text="36.5 健康",
        sent_at=datetime(2020, 2, 10, tzinfo=UTC),
    )
    with hub.listening(page):
        await hub.begin()
        await chat.inbox.accept(message)
        for _ in range(3):
            await hub.sweep()
        page.offer("end")

        assert json.loads(await page.next_frame() or "")["text"] == "36.5 健康"
        assert await page.next_frame() == "end"


async def test_who_left_or_moved_is_let_go_and_who_stayed_is_not(store: Store, clock: VirtualClock) -> None:
    chat = await furnish(store, clock)
    hub = Hub(store, chat.office_id, "webchat")
    async with store.read() as session:
        seated = await seating.sitters(session, chat.office_id, "webchat", chat.people.values())
    struck, stayed = Listener(seated[chat.people["李四"]]), Listener(seated[chat.people["王五"]])
    async with store.begin() as session:
        await people.sync_roster(
            session, chat.office_id, chat.rooms[CHANGSHA], [people.Entry(name="张三", role="deputy")]
        )
    with hub.listening(struck), hub.listening(stayed):
        await hub.review()
        struck.offer("news")
        stayed.offer("news")

    assert await struck.next_frame() is None
    assert await stayed.next_frame() == "news"
    assert list(seated[chat.people["王五"]].rooms.values()) == [YUEYANG]


# ── colours ─────────────────────────────────────────────────────────────────────────────────────────────────────

ON = [
    ("ink", "ground"), ("ink", "pane"), ("ink", "paper"), ("ink", "picked"),
    ("quiet", "ground"), ("quiet", "pane"), ("quiet", "paper"), ("quiet", "picked"),
    ("own-ink", "own"), ("mention-own", "own"), ("mention", "paper"), ("mention", "ground"),
    ("accent-ink", "accent"), ("seal", "seal-soft"), ("notice-ink", "notice"), ("alert", "ground"), ("alert", "pane"),
]  # fmt: skip


def colours(scheme: str) -> dict[str, str]:
    light, dark = LOOK.read_text("utf-8").split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([\w-]+): #([0-9a-f]{6})", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): #([0-9a-f]{6})", dark.split("\n}", 1)[0]))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), ON, ids=lambda name: name)
def test_text_can_be_read_on_its_ground(ink: str, ground: str, scheme: str) -> None:
    found = colours(scheme)
    lighter, darker = sorted((luminance(found[ink]), luminance(found[ground])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 4.5  # WCAG 2.2 AA


@pytest.mark.parametrize("tone", re.findall(r"\.tone-[\w]+ \{ background: #([0-9a-f]{6})", LOOK.read_text("utf-8")))
def test_initials_can_be_read_on_their_colour(tone: str) -> None:
    assert 1.05 / (luminance(tone) + 0.05) >= 4.5
