"""One open page: reads what it asks over its WebSocket, answers, and passes on what is new.

Made by `door` for each WebSocket; `desk` does the errands, `hub` brings the news. A frame that cannot be read gets a
polite line and the connection stays.
"""

from __future__ import annotations

import asyncio

from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.webchat import wire
from bot.channels.webchat.desk import Desk, NotNow
from bot.channels.webchat.hub import Hub, Listener
from bot.errors import Refusal
from storage import StorageError, seating


class Talk:
    """The talk between the server and one page, from its coming to its going."""

    def __init__(self, socket: web.WebSocketResponse, sitter: seating.Sitter, desk: Desk, hub: Hub) -> None:
        self._socket, self._desk, self._hub = socket, desk, hub
        self._sitter = sitter
        self._listener = Listener(sitter)

    async def run(self) -> None:
        """Lasts until the page goes, or is let go because it is too slow or the program ends."""
        with self._hub.listening(self._listener):
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(self._write())
                try:
                    await self._read()
                finally:
                    writer.cancel()

    async def _write(self) -> None:
        while (frame := await self._listener.next_frame()) is not None:
            try:
                await self._socket.send_str(frame)
            except ConnectionError:
                return
        await self._socket.close(code=WSCloseCode.SERVICE_RESTART, message=b"come back")

    async def _read(self) -> None:
        async for received in self._socket:
            if received.type is not WSMsgType.TEXT:
                continue
            asked = wire.read(received.data)
            try:
                answer = await self._answer(asked)
            except NotNow as exc:
                answer = wire.refused(str(exc), _client_id(asked), exc.seconds)
            except Refusal as exc:
                answer = wire.refused(str(exc), _client_id(asked))
            except StorageError:
                answer = wire.refused("暂时读不到数据，请稍候。", _client_id(asked), 2)
            try:
                await self._socket.send_str(answer)  # not through the queue: a page that does not read is not read
            except ConnectionError:
                return

    async def _answer(self, asked: wire.Asked | None) -> str:
        desk, sitter = self._desk, self._sitter
        match asked:
            case wire.Enter(seen=seen):
                return wire.encode(await desk.welcome(sitter, seen))
            case wire.Open():
                return await desk.show(sitter, asked)
            case wire.Older():
                return await desk.show_older(sitter, asked)
            case wire.Unfold(message=message):
                return await desk.unfold(sitter, message)
            case wire.Say():
                await desk.say(sitter, asked)
                return wire.kept(asked.id)
            case wire.Recall():
                await desk.recall(sitter, asked)
                return wire.kept(asked.id)
        raise Refusal("没有看懂这个页面发来的内容，请刷新页面。")


def _client_id(asked: wire.Asked | None) -> str | None:
    return asked.id if isinstance(asked, wire.Say | wire.Recall) else None
