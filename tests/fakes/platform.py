"""What the platforms on loopback share: paths that answer as a test says, or fail as a test says."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from aiohttp import web

Reply = dict[str, Any]
Take = Callable[[web.Request], Awaitable[Reply | tuple[int, Reply]]]


class Platform:
    """A server on loopback that does what a test says.

    Attributes:
        calls: how often each path was called, by its last part.
        codes: last part of a path → the error code that it answers, for ever.
        moods: last part of a path → what goes wrong: `silent` (taken, never answered), `slow` (a byte at a time,
            for ever), `drop` (taken, then cut off), `deaf` (cut off unread), `nonsense` (no
            JSON), or a number for that HTTP status.
    """

    usual: Mapping[str, Any] = {"errcode": 0, "errmsg": "ok"}
    """What a success holds besides its own."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.codes: dict[str, int] = {}
        self.moods: dict[str, str | int] = {}
        self.port = 0
        self.over = asyncio.Event()
        self._runner: web.AppRunner | None = None

    def routes(self) -> Mapping[str, Take]:
        """The paths, and what takes their calls."""
        raise NotImplementedError

    def attach(self, app: web.Application) -> None:
        """Adds what is no plain path."""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        for path, take in self.routes().items():
            app.router.add_route("*", path, self._moody(take))
        self.attach(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._runner
        self.over.set()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def _moody(self, take: Take) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def moody(request: web.Request) -> web.StreamResponse:
            called = request.path.rpartition("/")[2]
            self.calls[called] += 1
            mood = self.moods.get(called)
            if isinstance(mood, int):
                return web.Response(status=mood)
            if mood == "deaf":
                request.transport.abort()  # type: ignore[union-attr]  # it is connected
            if called in self.codes:
                return web.json_response({"errcode": self.codes[called], "errmsg": f"{request.query_string} refused"})
            taken = await take(request)
            status, values = taken if isinstance(taken, tuple) else (200, {**self.usual, **taken})
            if mood == "silent":
                await self.over.wait()
            if mood == "slow":
                return await self._trickle(request)
            if mood == "drop":
                request.transport.abort()  # type: ignore[union-attr]  # it is connected
            if mood == "nonsense":
                return web.Response(text="<html>ok</html>")
            return web.json_response(values, status=status)

        return moody

    async def _trickle(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while not self.over.is_set() and request.transport:
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response
