"""A Wechaty gateway in a hundred lines of Python: for what the real one with its mock puppet cannot be made to do.

It refuses a second event stream, ends streams without a word, answers late, wrongly or never, tells times in seconds
and messages of every type. It speaks the same protocol; `tests/channels/test_wechaty_real.py` holds the channel to
the real one.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Self

from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Server, Stream
from wechaty_grpc.wechaty import puppet

from bot.settings import WechatySettings

SELF: Final = "bot"
ROOM: Final = "room-1@chatroom"
TOKEN: Final = "test-token"
TEXT: Final = 7
LOGIN, LOGOUT, SCAN, MESSAGE, ERROR, DIRTY, ROOM_TOPIC = 25, 26, 22, 2, 16, 27, 21

Call = Stream[Any, Any]


class FakeGateway:
    """A gateway that does what a test says.

    Attributes:
        logged_in: a new event stream is told of the login.
        topics: group id → name.
        names: (group id or "", account id) → name.
        missing: message id → how many more times its payload is not found.
        failures: method → the status with which it fails.
        silent: methods that are carried out and never answered.
        calls: how often each method was called.
        sent: the requests to say something, in order.
        held: another client holds the event stream, until Stop.
    """

    def __init__(self) -> None:
        self.logged_in = True
        self.topics = {ROOM: "代表群"}
        self.names = {(ROOM, "c1"): "长沙-张三", (ROOM, "c2"): "李四", (ROOM, SELF): "小联", ("", "c1"): "张三"}
        self.missing: Counter[str] = Counter()
        self.failures: dict[str, Status] = {}
        self.silent: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.sent: list[Any] = []
        self.held = False
        self.port = 0
        self._messages: dict[str, dict[str, Any]] = {}
        self._files: dict[str, tuple[str, bytes]] = {}
        self._events: asyncio.Queue[Any] | None = None
        self._numbers = itertools.count(1)
        self._server: Server | None = None
        self._transports: set[asyncio.Transport] = set()

    # ── running ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        self._server = Server([self])
        await self._server.start("127.0.0.1", self.port)
        self.port = self._server._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # not told otherwise

    async def stop(self) -> None:
        """Ends it as a crash would: whoever waits for an answer finds the connection gone."""
        if self._server:
            for transport in self._transports:
                transport.abort()
            self._transports.clear()
            self._server.close()
            await self._server.wait_closed()
            self._server = self._events = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    def settings(self, **changes: Any) -> WechatySettings:
        given: dict[str, Any] = {
            "endpoint": f"127.0.0.1:{self.port}",
            "token": TOKEN,
            "backoff_first_seconds": 0.02,
            "backoff_most_seconds": 0.1,
            "member_lookup_seconds": 0.0,
        }
        return WechatySettings(**given | changes)

    # ── what a test makes happen ────────────────────────────────────────────────────────────────────────────────

    @property
    def followed(self) -> bool:
        """Somebody reads the event stream."""
        return self._events is not None

    def emit(self, kind: int, payload: Mapping[str, object] | str) -> None:
        """Sends an event; a string goes out as it is."""
        assert self._events is not None, "nobody reads the event stream"
        text = payload if isinstance(payload, str) else json.dumps(payload)
        self._events.put_nowait(puppet.EventResponse(type=kind, payload=text))

    def say(self, text: str, talker: str = "c1", **fields: Any) -> str:
        """Has somebody say something in the group, or with `room_id=""` privately; returns the message's id."""
        message_id = str(fields.pop("id", f"m{next(self._numbers)}"))
        given = {"type": TEXT, "from_id": talker, "room_id": ROOM, "timestamp": 1_581_292_800_000, "text": text}
        self._messages[message_id] = given | fields
        self.emit(MESSAGE, {"messageId": message_id})
        return message_id

    def offer(self, message_id: str, name: str, content: bytes) -> None:
        """Makes a message's file fetchable."""
        self._files[message_id] = (name, content)

    def end_stream(self) -> None:
        """Ends the event stream without an error, as when another client has taken it."""
        assert self._events is not None
        self._events.put_nowait(None)

    # ── the protocol ────────────────────────────────────────────────────────────────────────────────────────────

    def __mapping__(self) -> dict[str, Handler]:
        unary: dict[str, Callable[[Any], Any]] = {
            "Start": lambda request: puppet.StartResponse(),
            "Stop": self._stop,
            "Version": lambda request: puppet.VersionResponse(version="fake"),
            "MessagePayload": self._message,
            "MessageSendText": self._say,
            "MessageSendFile": self._take_file,
            "RoomList": lambda request: puppet.RoomListResponse(ids=list(self.topics)),
            "RoomPayload": lambda request: puppet.RoomPayloadResponse(topic=self.topics[request.id]),
            "RoomMemberList": lambda request: puppet.RoomMemberListResponse(
                member_ids=[contact for room, contact in self.names if room == request.id]
            ),
            "RoomMemberPayload": lambda request: puppet.RoomMemberPayloadResponse(
                name=self.names.get((request.id, request.member_id), "")
            ),
            "ContactPayload": lambda request: puppet.ContactPayloadResponse(name=self.names.get(("", request.id), "")),
        }
        handlers = {f"/wechaty.Puppet/{method}": self._handler(method, answer) for method, answer in unary.items()}
        for method, serve in {"Event": self._serve_events, "MessageFileStream": self._serve_file}.items():
            handlers[f"/wechaty.Puppet/{method}"] = Handler(
                self._guarded(method, serve),
                Cardinality.UNARY_STREAM,
                getattr(puppet, f"{method}Request"),
                getattr(puppet, f"{method}Response"),
            )
        return handlers

    def _handler(self, method: str, answer: Callable[[Any], Any]) -> Handler:
        async def serve(stream: Call) -> None:
            reply = answer(await stream.recv_message())
            if method in self.silent:
                await asyncio.Event().wait()
            await stream.send_message(reply)

        request, response = getattr(puppet, f"{method}Request"), getattr(puppet, f"{method}Response")
        return Handler(self._guarded(method, serve), Cardinality.UNARY_UNARY, request, response)

    def _guarded(self, method: str, serve: Callable[[Call], Awaitable[None]]) -> Callable[[Call], Awaitable[None]]:
        async def guarded(stream: Call) -> None:
            self.calls[method] += 1
            self._transports.add(stream._stream._transport)  # grpclib has no way to break a connection
            told = stream.metadata["authorization"] if stream.metadata else ""
            if told != f"Wechaty {TOKEN}":
                raise GRPCError(Status.UNAUTHENTICATED, f"Invalid Wechaty TOKEN {told!r}")
            if status := self.failures.get(method):
                raise GRPCError(status, "the puppet threw")
            await serve(stream)

        return guarded

    async def _serve_events(self, stream: Call) -> None:
        await stream.recv_message()
        if self.held or self._events is not None:
            raise GRPCError(Status.ALREADY_EXISTS, "can not call twice")
        events = self._events = asyncio.Queue()
        try:
            await stream.send_message(puppet.EventResponse(type=1, payload='{"data":"connected"}'))
            if self.logged_in:
                await stream.send_message(puppet.EventResponse(type=LOGIN, payload=json.dumps({"contactId": SELF})))
            while (event := await events.get()) is not None:
                await stream.send_message(event)
        finally:
            if self._events is events:
                self._events = None

    async def _serve_file(self, stream: Call) -> None:
        request: Any = await stream.recv_message()
        name, content = self._files[request.id]
        await stream.send_message(puppet.MessageFileStreamResponse(file_box_chunk=puppet.FileBoxChunk(name=name)))
        for start in range(0, len(content), 65_536):
            chunk = puppet.FileBoxChunk(data=content[start : start + 65_536])
            await stream.send_message(puppet.MessageFileStreamResponse(file_box_chunk=chunk))

    def _stop(self, request: Any) -> Any:
        self.held = False
        return puppet.StopResponse()

    def _message(self, request: Any) -> Any:
        if self.missing[request.id] > 0:
            self.missing[request.id] -= 1
            raise GRPCError(Status.UNKNOWN, "no payload found")
        return puppet.MessagePayloadResponse(id=request.id, **self._messages[request.id])

    def _say(self, request: Any) -> Any:
        self.sent.append(request)
        message_id = self.say(request.text, SELF, room_id=request.conversation_id)  # the echo comes before the answer
        return puppet.MessageSendTextResponse(id=message_id)

    def _take_file(self, request: Any) -> Any:
        self.sent.append(request)
        return puppet.MessageSendFileResponse(id=f"f{next(self._numbers)}")
