"""One connection to a Wechaty gateway and its calls: gRPC's and the protocol package's only door.

`line` opens and closes connections; `names`, `hearing` and `speaking` call. Plain values go in and come out, and the
only error is `WireError`. It never holds what the gateway wrote about a failure: a gateway quotes a wrong token.

Calls are made on the channel itself and not through the package's stub, because a post may be tried again only if it
is known not to have left (`WireError.left`), and the stub does not tell.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Final, Never, TypeVar

import betterproto
from grpclib.client import Channel, Stream
from grpclib.config import Configuration
from grpclib.const import Cardinality, Status
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError
from h2.exceptions import H2Error
from wechaty_grpc.wechaty import puppet

from bot.channels.wechaty.failures import Answer, FileTooLarge, WireError
from bot.channels.wechaty.payloads import Event, Payload
from bot.messages import Attachment
from bot.settings import WechatySettings

Reply = TypeVar("Reply")
Result = TypeVar("Result")

# At DEBUG it logs each header of each call, and with them the token.
logging.getLogger("hpack").setLevel(logging.INFO)

_FILE_SECONDS: Final = 60.0
"""A file of the largest size on a slow line; the time of an ordinary call would cut it off."""
_BOX_BASE64: Final = 1

# Events that wait to be read must not use up the window through which the answers to calls come.
_STREAM_WINDOW: Final = 4 * 2**20
_CONNECTION_WINDOW: Final = 4 * _STREAM_WINDOW

_ANSWERS: Final = {
    Status.UNAVAILABLE: Answer.NONE,
    Status.DEADLINE_EXCEEDED: Answer.NONE,
    Status.CANCELLED: Answer.NONE,
    Status.DATA_LOSS: Answer.NONE,
    Status.UNAUTHENTICATED: Answer.NOT_LET_IN,
    Status.PERMISSION_DENIED: Answer.NOT_LET_IN,
    Status.ALREADY_EXISTS: Answer.HELD,
}
"""Any other status is a refusal: a puppet that throws becomes UNKNOWN in the Node gateway, INTERNAL in others."""


class Connection:
    """One connection, made by its first call; a closed one is not used again."""

    def __init__(self, settings: WechatySettings, tls: ssl.SSLContext | None) -> None:
        host, _, port = settings.endpoint.rpartition(":")
        self._channel = Channel(
            host.strip("[]"),
            int(port),
            ssl=tls,
            config=Configuration(
                http2_connection_window_size=_CONNECTION_WINDOW,
                http2_stream_window_size=_STREAM_WINDOW,
                ssl_target_name_override=settings.tls_server_name or None,
            ),
        )
        self._metadata = {"authorization": f"Wechaty {settings.token}"}
        self._seconds = settings.call_timeout_seconds
        self._closed = ""

    def close(self, reason: str = "closed") -> None:
        """Ends every call that is under way, the event stream included, with that reason."""
        self._closed = self._closed or reason
        self._channel.close()

    # ── the account ─────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Has the gateway start its puppet; one that runs already keeps its login."""
        await self._call("Start", puppet.StartRequest(), puppet.StartResponse)

    async def stop(self) -> None:
        """Has the gateway stop its puppet: it drops whoever holds the event stream, and logs the account out."""
        await self._call("Stop", puppet.StopRequest(), puppet.StopResponse)

    async def probe(self, seconds: float) -> None:
        """Asks for a sign of life; a refusal is one, too."""
        try:
            await self._call("Version", puppet.VersionRequest(), puppet.VersionResponse, seconds=seconds)
        except WireError as exc:
            if exc.answer is Answer.NONE:
                raise

    async def follow(self, hear: Callable[[Event], Awaitable[None]]) -> Never:
        """Hands on one event of the stream after another, until that ends with a `WireError`."""
        events: asyncio.Queue[Event | WireError] = asyncio.Queue(1)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read_events(events))
            while isinstance(event := await events.get(), Event):
                await hear(event)
        raise event

    async def _read_events(self, events: asyncio.Queue[Event | WireError]) -> None:
        end = WireError("Event: ended by the gateway", left=True, answer=Answer.ENDED)
        try:
            async with self._open("Event", puppet.EventRequest(), puppet.EventResponse, stream=True) as stream:
                while (event := await stream.recv_message()) is not None:
                    await events.put(Event.read(int(event.type), event.payload))
        except WireError as exc:
            end = exc
        await events.put(end)

    # ── what was said ───────────────────────────────────────────────────────────────────────────────────────────

    async def message(self, message_id: str) -> Payload:
        """A message that an event told of."""
        found = await self._call(
            "MessagePayload", puppet.MessagePayloadRequest(id=message_id), puppet.MessagePayloadResponse
        )
        return Payload(
            id=message_id,
            type=int(found.type),
            talker=found.from_id,
            room=found.room_id,
            listener=found.to_id,
            timestamp=found.timestamp,
            text=found.text,
            filename=found.filename,
            mentions=tuple(found.mention_ids),
        )

    async def file(self, message_id: str, most: int) -> tuple[str, bytes]:
        """Name and bytes of the file of a message.

        Raises:
            FileTooLarge: it has more than `most` bytes.
        """
        return await _apart(self._read_file(message_id, most))

    async def _read_file(self, message_id: str, most: int) -> tuple[str, bytes]:
        name, content = "", bytearray()
        request = puppet.MessageFileStreamRequest(id=message_id)
        async with self._open(
            "MessageFileStream", request, puppet.MessageFileStreamResponse, stream=True, seconds=_FILE_SECONDS
        ) as parts:
            while True:
                async with asyncio.timeout(self._seconds):  # for a file it lacks the Node gateway never answers
                    part = await parts.recv_message()
                if part is None:
                    break
                name = part.file_box_chunk.name or name
                content += part.file_box_chunk.data
                if len(content) > most:
                    raise FileTooLarge("MessageFileStream: too large", left=True)
        return name, bytes(content)

    # ── who and where ───────────────────────────────────────────────────────────────────────────────────────────

    async def rooms(self) -> list[str]:
        """The ids of the account's groups."""
        found = await self._call("RoomList", puppet.RoomListRequest(), puppet.RoomListResponse)
        return list(found.ids)

    async def topic(self, room: str) -> str:
        """A group's name."""
        found = await self._call("RoomPayload", puppet.RoomPayloadRequest(id=room), puppet.RoomPayloadResponse)
        return str(found.topic)

    async def members(self, room: str) -> list[str]:
        """The ids of a group's members."""
        request = puppet.RoomMemberListRequest(id=room)
        found = await self._call("RoomMemberList", request, puppet.RoomMemberListResponse)
        return list(found.member_ids)

    async def member_name(self, room: str, contact: str) -> str:
        """A member's nickname in the group (群昵称); without one, the account's name."""
        request = puppet.RoomMemberPayloadRequest(id=room, member_id=contact)
        found = await self._call("RoomMemberPayload", request, puppet.RoomMemberPayloadResponse)
        return str(found.room_alias or found.name)

    async def contact_name(self, contact: str) -> str:
        """An account's name."""
        request = puppet.ContactPayloadRequest(id=contact)
        found = await self._call("ContactPayload", request, puppet.ContactPayloadResponse)
        return str(found.name)

    # ── what is said ────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, conversation: str, text: str, mentions: list[str]) -> str | None:
        """Says a text in a group or to an account; the id of the message, where the gateway gives one."""
        request = puppet.MessageSendTextRequest(
            conversation_id=conversation, text=_encodable(text), mentonal_ids=mentions
        )
        sent = await self._call("MessageSendText", request, puppet.MessageSendTextResponse)
        return sent.id or None

    async def hand_over(self, conversation: str, attachment: Attachment) -> str | None:
        """Sends a file; the id of the message, where the gateway gives one."""
        content = base64.b64encode(attachment.content).decode("ascii")
        box = json.dumps({"boxType": _BOX_BASE64, "name": attachment.name, "base64": content})
        request = puppet.MessageSendFileRequest(conversation_id=conversation, filebox=box)
        sent = await self._call("MessageSendFile", request, puppet.MessageSendFileResponse, seconds=_FILE_SECONDS)
        return sent.id or None

    # ── gRPC ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _call(
        self, method: str, request: betterproto.Message, reply: type[Reply], *, seconds: float | None = None
    ) -> Reply:
        return await _apart(self._ask(method, request, reply, seconds or self._seconds))

    async def _ask(self, method: str, request: betterproto.Message, reply: type[Reply], seconds: float) -> Reply:
        async with self._open(method, request, reply, seconds=seconds) as stream:
            answer = await stream.recv_message()
        if answer is None:
            raise WireError(f"{method}: no answer", left=True)
        return answer

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        request: betterproto.Message,
        reply: type[Reply],
        *,
        stream: bool = False,
        seconds: float | None = None,
    ) -> AsyncIterator[Stream[betterproto.Message, Reply]]:
        """A call whose request is sent; what goes wrong in it becomes a `WireError`. For a task of its own only."""
        self._ensure_open(method)
        left = False
        try:
            async with self._channel.request(
                f"/wechaty.Puppet/{method}",
                Cardinality.UNARY_STREAM if stream else Cardinality.UNARY_UNARY,
                type(request),
                reply,
                timeout=seconds,
                metadata=self._metadata,
            ) as call:
                await call.send_request()  # connects, and sends no more than the call's name
                self._ensure_open(method)  # closed meanwhile, the channel has connected again all the same
                left = True
                await call.send_message(request, end=True)
                yield call
        except GRPCError as exc:
            # Without the cause: its message may quote the token.
            answer = _ANSWERS.get(exc.status, Answer.REFUSED)
            raise WireError(f"{method}: {exc.status.name}", left=left, answer=answer) from None
        except (StreamTerminatedError, ProtocolError, H2Error) as exc:
            raise WireError(f"{method}: {self._ending()}", left=left) from exc
        except TimeoutError as exc:  # an OSError, but it can come after the request has left
            raise WireError(f"{method}: no answer in time", left=left) from exc
        except OSError as exc:
            raise WireError(f"{method}: {_named(exc)}", left=left) from exc
        except UnicodeDecodeError as exc:
            raise WireError(f"{method}: unreadable answer", left=left) from exc

    def _ensure_open(self, method: str) -> None:
        if self._closed:
            self._channel.close()
            raise WireError(f"{method}: {self._closed}", left=False)

    def _ending(self) -> str:
        return self._closed or "connection lost"


async def _apart(call: Coroutine[None, None, Result]) -> Result:
    """Runs a call in a task of its own, so that a cancellation of its caller is never lost.

    grpclib wakes a call whose connection ends by cancelling its task, and raises its own error instead; another
    cancellation that comes at that moment, as it does when the program stops, vanishes with it. It also leaves the
    task counted as cancelled, which confuses any TaskGroup the task opens later.
    """

    async def outcome() -> Result | WireError:
        try:
            return await call
        except WireError as exc:
            return exc

    async with asyncio.TaskGroup() as group:
        task = group.create_task(outcome())
    result = task.result()
    if isinstance(result, WireError):
        raise result
    return result


def _encodable(text: str) -> str:
    """The text with `?` for what UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _named(exc: OSError) -> str:
    return str(exc.strerror) if exc.strerror is not None else type(exc).__name__
