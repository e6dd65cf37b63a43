"""The real Wechaty gateway as a process of its own: `gateway.mjs` on Node, with rooms and members made up by tests.

Used by `tests/channels/test_wechaty_real.py` and by whoever wants a whole day said through a gateway. Rooms and
members are known by their names here; their ids stay the same when the process is killed and started again, and so
does the record of what the bot has said.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from bot.settings import WechatySettings

HERE: Final = Path(__file__).parent
BOT: Final = "小联"
_SECONDS: Final = 20.0


def why_not() -> str | None:
    """Why the gateway cannot run on this machine; None where it can."""
    if shutil.which("node") is None:
        return "没有装 Node.js，真实的 Wechaty 网关没有测"
    if not (HERE / "node_modules" / "wechaty-puppet-service").is_dir():
        return "没有装网关的 npm 包（cd tests/gateway && npm ci），真实的 Wechaty 网关没有测"
    return None


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class GatewayError(Exception):
    """The gateway could not do what a test asked for, or is not running."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something the bot has said.

    Args:
        room: the group's name, or for a private talk the member's.
        mentions: the names of those really mentioned.
        message_id: the gateway's id of the message.
    """

    room: str
    text: str
    mentions: tuple[str, ...]
    at: datetime
    message_id: str
    file_name: str | None = None
    file_content: bytes | None = field(default=None, repr=False)


class Gateway:
    """A gateway on a port of its own.

    Args:
        directory: where it may write; a test's `tmp_path`.
        port: where it listens; the same over restarts.
        tls: with the certificate that gateways come with.
        tells_ids: a post's id is told to whoever sent it; the plain mock tells none.
    """

    def __init__(self, directory: Path, *, port: int | None = None, tls: bool = False, tells_ids: bool = True) -> None:
        self.port = port or free_port()
        self.token = "test-token"
        self.tls = tls
        self._directory = directory
        self._tells_ids = tells_ids
        self._contacts: dict[str, str] = {BOT: "bot"}
        self._rooms: dict[str, dict[str, Any]] = {}
        self._said: list[Said] = []
        self._process: _Process | None = None

    # ── the process ─────────────────────────────────────────────────────────────────────────────────────────────

    def launch(self) -> None:
        """Starts it and returns when it listens, with the account logged in."""
        office = self._directory / f"office-{self.port}.json"
        office.write_text(json.dumps(self._office()), encoding="utf-8")
        self._process = _Process(office, self._note)

    def halt(self) -> None:
        """Ends it by SIGKILL, as a crash would."""
        if self._process:
            process, self._process = self._process, None
            process.kill()

    async def start(self) -> None:
        """`launch`, for those who run a loop."""
        await asyncio.to_thread(self.launch)

    async def kill(self) -> None:
        """`halt`, for those who run a loop."""
        await asyncio.to_thread(self.halt)

    def freeze(self) -> None:
        """Stops it by SIGSTOP: its connections stay open, and nothing comes any more."""
        self._running.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        self._running.signal(signal.SIGCONT)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.kill()

    def settings(self, **changes: Any) -> WechatySettings:
        """What `bot.toml` would say about it, with pauses fit for tests."""
        given: dict[str, Any] = {
            "endpoint": f"127.0.0.1:{self.port}",
            "token": self.token,
            "keepalive_seconds": 5.0,
            "keepalive_timeout_seconds": 3.0,
            "member_lookup_seconds": 0.0,
        }
        if self.tls:
            given |= {"tls": True, "tls_ca_file": self._authority(), "tls_server_name": "insecure"}
        return WechatySettings(**given | changes)

    # ── who there is ────────────────────────────────────────────────────────────────────────────────────────────

    async def add_room(self, topic: str, members: Iterable[str] | Mapping[str, str]) -> str:
        """Makes a group; returns its id.

        Args:
            topic: the group's name; each has its own.
            members: account names, or account name → nickname in the group (群昵称).
        """
        for name in members:
            await self._add_contact(name)
        aliases = members if isinstance(members, Mapping) else {}
        room = {
            "id": f"room-{len(self._rooms) + 1}@chatroom",
            "topic": topic,
            "members": ["bot", *map(self.id_of, members)],
            "aliases": {self.id_of(name): alias for name, alias in aliases.items()},
        }
        self._rooms[topic] = room
        if self._process:
            await self._do("add_room", room=room)
        return str(room["id"])

    def has_room(self, topic: str) -> bool:
        """There is a group of that name."""
        return topic in self._rooms

    def id_of(self, name: str) -> str:
        """The id of the account, or of the group, of that name."""
        if name in self._rooms:
            return str(self._rooms[name]["id"])
        return self._contacts[name]

    async def join(self, room: str, member: str, alias: str = "") -> None:
        """Adds a member to a group."""
        await self._add_contact(member)
        self._rooms[room]["members"].append(self.id_of(member))
        if alias:
            self._rooms[room]["aliases"][self.id_of(member)] = alias
        await self._do("join", room=self.id_of(room), member=self.id_of(member), alias=alias)

    async def rename_member(self, room: str, member: str, alias: str) -> None:
        """Changes a member's nickname in a group."""
        self._rooms[room]["aliases"][self.id_of(member)] = alias
        await self._do("rename_member", room=self.id_of(room), member=self.id_of(member), alias=alias)

    async def rename_room(self, room: str, topic: str) -> None:
        """Changes a group's name."""
        self._rooms[topic] = self._rooms.pop(room) | {"topic": topic}
        await self._do("rename_room", room=self.id_of(topic), topic=topic)

    # ── what is said to the bot ─────────────────────────────────────────────────────────────────────────────────

    async def say(
        self, room: str, member: str, text: str, mentions: Iterable[str] = (), at: datetime | None = None
    ) -> str:
        """Has a member say something in a group; returns the message's id.

        Args:
            at: when it counts as sent; now, where that is not given. Mentions go with now only.
        """
        called = [self.id_of(name) for name in mentions]
        timestamp = int(at.timestamp() * 1000) if at else None
        return await self._said_by(room, member, text=text, mentions=called, timestamp=timestamp)

    async def say_privately(self, member: str, text: str, at: datetime | None = None) -> str:
        """Has somebody say something to the bot alone; returns the message's id. `at` as in `say`."""
        await self._add_contact(member)
        timestamp = int(at.timestamp() * 1000) if at else None
        return await self._said_by(BOT, member, text=text, timestamp=timestamp)

    async def say_all(self, room: str, lines: Iterable[tuple[str, str]]) -> list[str]:
        """Has members say things, (member, text) each, as fast as the gateway can; returns the messages' ids."""
        messages = [{"room": self.id_of(room), "member": self.id_of(member), "text": text} for member, text in lines]
        return [str(message_id) for message_id in await self._do("say_all", messages=messages)]

    async def send_file(self, room: str, member: str, name: str, content: bytes | None) -> str:
        """Has a member send a file to a group, without content one that cannot be had; returns the message's id."""
        encoded = None if content is None else base64.b64encode(content).decode("ascii")
        return str(
            await self._do("send_file", room=self.id_of(room), member=self.id_of(member), name=name, base64=encoded)
        )

    async def recall(self, room: str, member: str, message_id: str) -> str:
        """Has a member take a message back; returns the id of the message that says so."""
        return str(await self._do("recall", room=self.id_of(room), member=self.id_of(member), message=message_id))

    # ── what happens to the account ─────────────────────────────────────────────────────────────────────────────

    async def log_out(self) -> None:
        """Logs the account out, as WeChat does now and then."""
        await self._do("logout")

    async def log_in(self) -> None:
        """Logs it in again, as a scan would."""
        await self._do("login")

    async def report_error(self, text: str) -> None:
        """Has the puppet emit an error event."""
        await self._do("error", text=text)

    async def refuse(self, reason: str | None) -> None:
        """Has the puppet refuse whatever the bot says; None ends that."""
        await self._do("refuse", text=reason)

    # ── what the bot has said ───────────────────────────────────────────────────────────────────────────────────

    async def said(self, room: str | None = None) -> list[Said]:
        """What the bot has said since the beginning, restarts included, in order."""
        if self._process:
            await self._do("nothing")  # whatever was said before is noted before the answer
        return [said for said in self._said if room in (None, said.room)]

    def forget(self) -> None:
        """Begins a new record of what the bot says."""
        self._said.clear()

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _running(self) -> _Process:
        if self._process is None:
            raise GatewayError("the gateway is not running")
        return self._process

    def _authority(self) -> Path:
        """The certificate of the authority behind the certificate that gateways come with."""
        source = HERE / "node_modules/wechaty-puppet-service/dist/esm/src/auth/ca.js"
        found = re.search(r"TLS_CA_CERT = `(.+?)`", source.read_text(encoding="utf-8"), re.DOTALL)
        assert found
        file = self._directory / "authority.pem"
        file.write_text(found[1], encoding="ascii")
        return file

    def _office(self) -> dict[str, Any]:
        return {
            "endpoint": f"127.0.0.1:{self.port}",
            "token": self.token,
            "tls": self.tls,
            "tells_ids": self._tells_ids,
            "self": "bot",
            "contacts": [{"id": id_, "name": name} for name, id_ in self._contacts.items()],
            "rooms": list(self._rooms.values()),
        }

    async def _do(self, command: str, **arguments: Any) -> Any:
        return await self._running.do(command, arguments)

    async def _said_by(self, room: str, member: str, **arguments: Any) -> str:
        return str(await self._do("say", room=self.id_of(room), member=self.id_of(member), **arguments))

    async def _add_contact(self, name: str) -> None:
        if name not in self._contacts:
            self._contacts[name] = f"contact-{len(self._contacts)}"
            if self._process:
                await self._do("add_contact", contact={"id": self._contacts[name], "name": name})

    def _name_of(self, id_: str) -> str:
        names = {room["id"]: topic for topic, room in self._rooms.items()}
        return names.get(id_) or next((name for name, contact in self._contacts.items() if contact == id_), id_)

    def _note(self, said: dict[str, Any]) -> None:
        file = said.get("file")
        self._said.append(
            Said(
                room=self._name_of(said["conversation"]),
                text=said["text"],
                mentions=tuple(map(self._name_of, said["mentions"])),
                at=datetime.fromtimestamp(said["at"] / 1000, UTC),
                message_id=said["id"],
                file_name=file["name"] if file else None,
                file_content=Path(file["path"]).read_bytes() if file else None,
            )
        )


class _Process:
    """Node, and the lines to and from it, read by a thread: so it can be shared by tests that each have a loop."""

    def __init__(self, office: Path, note: Callable[[dict[str, Any]], None]) -> None:
        node = shutil.which("node")
        if node is None:
            raise GatewayError("Node.js is not installed")
        self._note = note
        self._ready: Future[None] = Future()
        self._answers: dict[int, Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._errors = office.with_suffix(".log")
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [node, "--no-deprecation", str(HERE / "gateway.mjs"), str(office)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=office.parent,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._ready.result(_SECONDS)
        except BaseException:
            self.kill()
            raise

    async def do(self, command: str, arguments: Mapping[str, Any]) -> Any:
        """Has a command of `gateway.mjs` carried out; returns its result."""
        number = next(self._numbers)
        answer = self._answers[number] = Future()
        line = json.dumps({"id": number, "do": command, **arguments}) + "\n"
        assert self._process.stdin
        self._process.stdin.write(line.encode("ascii"))
        self._process.stdin.flush()
        async with asyncio.timeout(_SECONDS):
            return await asyncio.wrap_future(answer)

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Ends it, and returns when everything it had told is noted."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # a command that it no longer read
            self._process.stdin.close()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                if line.endswith(b"\n"):  # the last one may be half a line
                    self._take(json.loads(line))
        told = self._errors.read_text(encoding="utf-8", errors="replace").strip()
        for waiting in [self._ready, *self._answers.values()]:
            if not waiting.done():
                waiting.set_exception(GatewayError(f"the gateway has ended: {told}"))

    def _take(self, line: dict[str, Any]) -> None:
        if said := line.get("said"):
            self._note(said)
        elif line.get("ready"):
            self._ready.set_result(None)
        elif error := line.get("error"):
            self._answers.pop(line["id"]).set_exception(GatewayError(error))
        else:
            self._answers.pop(line["id"]).set_result(line["result"])
