"""A served chat page over a real store: an office with two groups and its staff, and people who sit in them.

Used by the tests of the page's server and by those in a browser. The inbox is the real one, with nobody to read what
is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.channels.webchat import WebchatChannel
from bot.clock import Clock
from bot.heard import Heard
from bot.inbox import Inbox
from bot.messages import Conversation, Dispatch, OfficeId, Post
from bot.records import Record
from bot.settings import Settings, WebchatSettings
from storage import Session, Store, people, posts, rooms
from tests.eventually import eventually

CHANGSHA, YUEYANG = "长沙市人大代表工作群", "岳阳市人大代表工作群"
ROSTERS = {
    CHANGSHA: [("张三", "deputy"), ("李四", "deputy"), ("欧阳静", "deputy"), ("周敏", "staff")],
    YUEYANG: [("王五", "deputy"), ("赵六", "deputy"), ("周敏", "staff")],
}


_numbers = itertools.count(1)


async def _reads_nothing(_text: str, _heard: Heard) -> Sequence[Record]:
    return ()


async def _puts_nothing(_session: Session, _posts: Sequence[Post]) -> None:
    return None


@dataclass
class Chatroom:
    """The office, the channel and, while `serving`, its server.

    Args:
        people: ids by name.
        rooms: ids by name.
        links: tokens of personal links by name.
    """

    store: Store
    clock: Clock
    settings: WebchatSettings
    office_id: OfficeId
    people: dict[str, int]
    rooms: dict[str, int]
    links: dict[str, str]
    port: int = 0
    inbox: Inbox = field(init=False)
    channel: WebchatChannel = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox(
            self.store,
            self.clock,
            Settings(),
            self.office_id,
            read=_reads_nothing,
            handlers={},
            put=_puts_nothing,
            people_channels=frozenset({"webchat"}),
        )
        self.channel = WebchatChannel(self.settings, self.store, self.office_id, self.clock)

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The page is served on loopback; a second time on the same port, as after a restart."""
        app = web.Application()
        self.channel = WebchatChannel(self.settings, self.store, self.office_id, self.clock)
        self.channel.attach(app)
        runner = web.AppRunner(app, shutdown_timeout=2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = int(runner.addresses[0][1])
        async with asyncio.TaskGroup() as tasks:
            receiving = tasks.create_task(self.channel.receive(self.inbox))
            await eventually(lambda: self.channel.standing.connected)
            try:
                yield
            finally:
                receiving.cancel()
                await asyncio.wait([receiving])
                await runner.cleanup()

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    def seat(self, name: str) -> str:
        """The address of somebody's open seat."""
        return f"{self.address}/seat/{self.people[name]}/"

    def room(self, name: str) -> str:
        """What the page calls a room."""
        return f"room:{self.rooms[name]}"

    async def post(self, text: str, *, room: str = "", person: str = "", **more: Any) -> Dispatch:
        """A post of the bot on its way to a room or a person."""
        if person:
            where = Conversation(external_id=f"person:{self.people[person]}", private=True)
        else:
            where = Conversation(external_id=str(self.rooms[room]), name=room)
        now = self.clock.now()
        async with self.store.begin() as session:
            number = await posts.add(
                session,
                office_id=self.office_id,
                key=f"test/{next(_numbers)}",
                why="测试",
                channel="webchat",
                text=text,
                mentions=[],
                doubt="drop",
                made_at=now,
                not_before=now,
                not_after=now,
                attempts=0,
                proof="",
                note="",
            )
        assert number is not None
        return Dispatch(id=number, conversation=where, text=text, **more)

    @contextlib.asynccontextmanager
    async def sitting(self, name: str, *, enter: bool = True) -> AsyncIterator[Page]:
        """Somebody sits down at the page."""
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{self.seat(name)}socket", origin=self.address, max_msg_size=0) as socket,
        ):
            page = Page(socket)
            if enter:
                await page.send(type="enter", seen={})
                await page.next("welcome")
            yield page


class Page:
    """What the page does, without a browser: frames out, frames in."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.passed: list[dict[str, Any]] = []

    async def send(self, **frame: Any) -> None:
        """Sends a frame."""
        await self.socket.send_str(json.dumps(frame))

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame of that type; others are put by in `passed`."""
        async with asyncio.timeout(5):
            while True:
                received = await self.socket.receive()
                assert received.type is aiohttp.WSMsgType.TEXT, f"waiting for {kind}: {received}"
                frame: dict[str, Any] = json.loads(received.data)
                if frame["type"] == kind:
                    return frame
                self.passed.append(frame)

    async def say(self, conversation: str, text: str, client_id: str = "") -> dict[str, Any]:
        """Says something; returns the answer, kept or refused."""
        own_id = client_id or f"client-{next(_numbers):08}"
        await self.send(type="say", conversation=conversation, id=own_id, text=text)
        return await self.answer(own_id)

    async def recall(self, conversation: str, key: str) -> dict[str, Any]:
        """Takes a message back; returns the answer."""
        own_id = f"client-{next(_numbers):08}"
        await self.send(type="recall", conversation=conversation, id=own_id, key=key)
        return await self.answer(own_id)

    async def answer(self, own_id: str | None) -> dict[str, Any]:
        """What is answered to what was sent under that id."""
        async with asyncio.timeout(5):
            while True:
                received = await self.socket.receive()
                assert received.type is aiohttp.WSMsgType.TEXT, f"waiting for an answer: {received}"
                frame: dict[str, Any] = json.loads(received.data)
                if frame["type"] in ("kept", "refused") and frame["id"] == own_id:
                    return frame
                self.passed.append(frame)

    async def open(self, conversation: str, after: int | None = None) -> dict[str, Any]:
        """Looks into a conversation."""
        await self.send(type="open", conversation=conversation, after=after)
        return await self.next("opened" if after is None else "missed")


async def furnish(store: Store, clock: Clock, settings: WebchatSettings | None = None) -> Chatroom:
    """An office with its groups, people and personal links."""
    room_ids: dict[str, int] = {}
    async with store.begin() as session:
        office_id = await people.ensure_office(session, "联工委")
        for name, roster in ROSTERS.items():
            room = await rooms.ensure(session, office_id, "webchat", name, "deputies")
            room_ids[name] = room.id
            entries = [people.Entry(name=person, role=role) for person, role in roster]
            await people.sync_roster(session, office_id, room.id, entries)
        await people.give_links(session, office_id, (f"link-token-{n:032}" for n in itertools.count(1)))
        links = {name: token for name, _unit, token in await people.links(session, office_id)}
        known = {member.name: member.person_id for member in await people.everybody(session, office_id)}
    return Chatroom(store, clock, settings or WebchatSettings(), OfficeId(office_id), known, room_ids, links)
