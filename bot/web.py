"""The process's one HTTP server: channels attach their addresses, `/healthz` says how the bot stands.

`bot.app` makes it. Every answer carries the security headers; an error of a page is logged once, without its words,
and shown as one Chinese line.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.messages import Attachment
from bot.settings import WebSettings

log = logging.getLogger(__name__)

Health = Callable[[], Awaitable[tuple[bool, Mapping[str, Any]]]]
FindFile = Callable[[str], Awaitable[Attachment | None]]
Attach = Callable[[web.Application], None]

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LARGEST_REQUEST = 16 * 1024 * 1024


def application(attach: Iterable[Attach], health: Health, find_file: FindFile) -> web.Application:
    """The server's application.

    Args:
        attach: what adds addresses of its own.
        find_file: the file at a token, unless its time is over.
        health: whether all is well, and the particulars, without names or texts.
    """
    app = web.Application(middlewares=[_guarded], client_max_size=_LARGEST_REQUEST)

    async def healthz(_request: web.Request) -> web.Response:
        well, particulars = await health()
        return web.json_response(dict(particulars), status=200 if well else 503)

    app.router.add_get("/healthz", healthz)

    async def download(request: web.Request) -> web.Response:
        file = await find_file(request.match_info["token"])
        if file is None:
            raise web.HTTPNotFound(text="这个链接已失效。请重新导出。")
        name = quote(file.name, safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
        return web.Response(body=file.content, content_type=file.media_type, headers=headers)

    app.router.add_get("/files/{token}", download)
    for add in attach:
        add(app)
    app.on_response_prepare.append(_secured)
    return app


async def _secured(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


@web.middleware
async def _guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as exc:  # noqa: BLE001 - one bad page never stops the rest
        log.error("%s on %s %s", type(exc).__name__, request.method, request.match_info.route.resource)
        return web.Response(status=500, text="出了点问题，已经记下。请刷新再试；还不行请联系管理员。")


@contextlib.asynccontextmanager
async def serving(app: web.Application, settings: WebSettings) -> AsyncIterator[str]:
    """Serves until the block is left; gives the address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        yield settings.base_url
    finally:
        await runner.cleanup()
