"""The bot as a process of its own, as an operator runs it: started, watched by `/healthz`, stopped, killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.gateway.process import Gateway, free_port

ROOT: Final = Path(__file__).parents[2]
_SECONDS: Final = 30.0

TOML = """
[web]
port = {port}

[outbox]
lease_seconds = 2.0
merge_minutes = 0

[channels.wechaty]
endpoint = "127.0.0.1:{gateway}"
member_lookup_seconds = 0
keepalive_seconds = 5.0
keepalive_timeout_seconds = 3.0

[channels.wechaty.pacing]
min_gap_seconds = {gap}
jitter_seconds = 0
room_per_hour = 1000
channel_per_minute = 1000

[[rooms]]
name = "{room}"
channel = "wechaty"
roster = "roster.csv"
"""


class Program:
    """`liaison run` in a folder of its own, where a bot.toml is to be written.

    Args:
        secrets: what the environment holds beside the store's address.
    """

    def __init__(self, folder: Path, store: str, **secrets: str) -> None:
        self.folder, self.store = folder, store
        self.port = free_port()
        self._secrets = secrets
        self._process: asyncio.subprocess.Process | None = None
        self._log = folder / "log.txt"

    @property
    def environ(self) -> dict[str, str]:
        """What it runs with."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LIAISON_")}
        return clean | {
            "LIAISON_STORE": self.store,
            "PYTHONPATH": str(ROOT),
            "TZ": "America/New_York",  # the host's zone must not matter
            **self._secrets,
        }

    async def start(self) -> None:
        """Starts it and returns when its channel is connected."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=self.folder, env=self.environ, stdout=log, stderr=log
            )
        await self.until(lambda health: health["ok"])

    async def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM; returns its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self._process.wait(), _SECONDS)

    def ask_to_reload(self) -> None:
        """SIGHUP."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    async def until(self, condition: Any, within: float = _SECONDS) -> Mapping[str, Any]:
        """Returns what `/healthz` says as soon as that fits the condition."""
        deadline = asyncio.get_running_loop().time() + within
        while True:
            health = await self.health()
            if health is not None and condition(health):
                return health
            if self._process is not None and self._process.returncode is not None:
                raise AssertionError(f"the bot ended: {self.log()}")
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not so within {within} s: {health}; {self.log()}")
            await asyncio.sleep(0.02)

    async def health(self) -> Mapping[str, Any] | None:
        """What `/healthz` says; None while nobody answers."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.port}/healthz") as answer,
            ):
                found: Mapping[str, Any] = await answer.json()
                return found
        except aiohttp.ClientError:
            return None

    def log(self) -> str:
        """The end of what it wrote."""
        return self._log.read_text("utf-8")[-3000:] if self._log.exists() else ""

    async def liaison(self, *words: str) -> str:
        """Runs another command of the same office; returns what it prints."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=self.folder,
            env=self.environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, err.decode()
        return out.decode()


class Running(Program):
    """`liaison run` on one gateway and one room."""

    def __init__(
        self, folder: Path, store: str, gateway: Gateway, room: str, roster: Sequence[Mapping[str, str]]
    ) -> None:
        super().__init__(folder, store, LIAISON_WECHATY_TOKEN=gateway.token)
        self.room = room
        self._gateway, self._roster = gateway, roster
        self.configure()

    def configure(self, schedules: str = "schedules = []", gap: float = 0) -> None:
        """Writes bot.toml and the roster."""
        rows = "".join(f"{person['name']},{person['role']}\n" for person in self._roster)
        (self.folder / "roster.csv").write_text(f"姓名,身份\n{rows}", "utf-8")
        toml = TOML.format(port=self.port, gateway=self._gateway.port, room=self.room, gap=gap)
        (self.folder / "bot.toml").write_text(f"{schedules}\n{toml}", "utf-8")

    async def tally(self, day: str) -> Mapping[str, Any]:
        """The room's day."""
        found: Mapping[str, Any] = json.loads(await self.liaison("tally", "--date", day, "--room", self.room, "--json"))
        return found
