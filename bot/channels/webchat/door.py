"""The page's addresses: where one chooses a seat or comes with a personal link, the page itself, its socket and files.

A seat has one base address, and everything it may do lies below it: `/seat/<person>/` while seats are open to all (for
trying out; two tabs can be two people), `/chat/` for whoever came by a personal link, which a cookie holds from then
on. Whatever changes something asks for the page's own Origin, so that no other site can do it in a member's name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from aiohttp import WSCloseCode, web

from bot.channels.webchat import wire
from bot.channels.webchat.desk import Desk, NotNow, clean_name
from bot.channels.webchat.hub import Hub
from bot.channels.webchat.talk import Talk
from bot.errors import Refusal
from bot.messages import Attachment
from storage import seating

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
COOKIE = "liaison_link"
COOKIE_SECONDS = 180 * 24 * 3600
MOST_UPLOADS = 16
"""Files that come in at once; each is held in memory until it is kept."""
TURNED_AWAY = 4001
"""Close code (of the range for applications) after which the page does not come back by itself."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """The HTTP side of the channel."""

    def __init__(self, desk: Desk, hub: Hub) -> None:
        self._desk, self._hub = desk, hub
        self._open_seats = desk.settings.open_seats
        self._uploading = asyncio.Semaphore(MOST_UPLOADS)

    def attach(self, app: web.Application) -> None:
        """Adds the page's addresses to the program's server."""
        app.router.add_get("/", self._start)
        app.router.add_get(r"/webchat/{name:[a-z]+\.(?:css|js|svg)}", _static)
        app.router.add_get("/m/{token}", self._come_by_link)
        app.router.add_post("/chat/leave", self._leave)
        bases = ["/chat"]
        if self._open_seats:
            app.router.add_get("/seats", self._seats)
            bases.append(r"/seat/{person:\d{1,15}}")
        for base in bases:
            app.router.add_get(base, _with_slash)
            app.router.add_get(f"{base}/", self._page)
            app.router.add_get(f"{base}/socket", self._socket)
            app.router.add_post(f"{base}/files", self._upload)
            app.router.add_get(f"{base}/files/{{message:\\d{{1,15}}}}/{{token}}", self._download)

    async def _start(self, request: web.Request) -> web.StreamResponse:
        if not self._open_seats:
            raise web.HTTPSeeOther("/chat/")
        _refuse_strange_host(request)
        return _html("start.html")

    async def _seats(self, request: web.Request) -> web.StreamResponse:
        _refuse_strange_host(request)
        halls = [wire.hall(hall) for hall in await self._desk.halls()]
        return web.json_response({"bot": self._desk.bot_name, "rooms": halls}, headers=PAGE_HEADERS)

    async def _come_by_link(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        if await self._desk.sitter_by_link(token) is None:
            return _html("away.html", status=404)
        response = web.Response(status=303, headers={**PAGE_HEADERS, "Location": "/chat/"})
        secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
        response.set_cookie(COOKIE, token, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=secure)
        return response

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        _refuse_strange_origin(request)
        response = web.Response(status=303, headers={**PAGE_HEADERS, "Location": "/"})
        response.del_cookie(COOKIE)
        return response

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if await self._sitter(request) is None:
            return _html("away.html", status=403)
        return _html("chat.html")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        _refuse_strange_origin(request)
        sitter = await self._sitter(request)
        longest = 8 * self._desk.settings.max_message_bytes  # a byte can be written as \u0000
        socket = web.WebSocketResponse(heartbeat=25, max_msg_size=longest)
        try:
            await socket.prepare(request)
        except ConnectionError:  # it went before it was let in
            return socket
        if sitter is None:
            await socket.send_str(wire.turned_away("这个位子已经失效。请用工作人员发给您的个人链接重新打开。"))
            await socket.close(code=TURNED_AWAY)
        elif not self._hub.follows:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        else:
            await Talk(socket, sitter, self._desk, self._hub).run()
        return socket

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        _refuse_strange_origin(request)
        sitter = await self._seated(request)
        conversation, client_id = request.query.get("conversation", ""), request.query.get("id", "")
        if not (wire.is_conversation(conversation) and wire.is_client_id(client_id)):
            raise web.HTTPBadRequest
        async with self._uploading:
            content = await _body(request, self._desk.settings.max_file_bytes)
        if content is None:
            return _answer(413, wire.refused(self._desk.too_large(), client_id))
        name = unquote(request.headers.get("X-File-Name", ""))
        file = Attachment(name=name, media_type=request.content_type, content=content)
        try:
            await self._desk.send_file(sitter, conversation, client_id, file)
        except NotNow as exc:
            return _answer(503, wire.refused(str(exc), client_id, exc.seconds))
        except Refusal as exc:
            return _answer(403, wire.refused(str(exc), client_id))
        return _answer(200, wire.kept(client_id))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        sitter = await self._seated(request)
        try:
            file = await self._desk.file(sitter, int(request.match_info["message"]), request.match_info["token"])
        except Refusal as exc:
            return _answer(404, json.dumps({"text": str(exc)}, ensure_ascii=False))
        shown = file.media_type if file.media_type in wire.PICTURES else "application/octet-stream"
        name = quote(clean_name(file.name), safe="")
        return web.Response(
            body=file.content,
            headers={
                **PAGE_HEADERS,
                "Content-Type": shown,
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            },
        )

    async def _seated(self, request: web.Request) -> seating.Sitter:
        sitter = await self._sitter(request)
        if sitter is None:
            raise web.HTTPForbidden(headers=PAGE_HEADERS)
        return sitter

    async def _sitter(self, request: web.Request) -> seating.Sitter | None:
        """Whose seat the address or the cookie names; a seat of the address is believed only while seats are open."""
        if "person" in request.match_info:
            _refuse_strange_host(request)
            return await self._desk.sitter(int(request.match_info["person"]))
        token = request.cookies.get(COOKIE, "")
        return await self._desk.sitter_by_link(token) if token else None


async def _static(request: web.Request) -> web.StreamResponse:
    file = STATIC / request.match_info["name"]
    if not file.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(
        file, headers={**PAGE_HEADERS, "Cache-Control": "no-cache"}
    )  # asked for anew, sent if changed


def _html(name: str, status: int = 200) -> web.Response:
    return web.Response(
        text=(STATIC / name).read_text("utf-8"), status=status, content_type="text/html", headers=PAGE_HEADERS
    )


def _answer(status: int, frame: str) -> web.Response:
    return web.Response(text=frame, status=status, content_type="application/json", headers=PAGE_HEADERS)


async def _with_slash(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(f"{request.path}/")


async def _body(request: web.Request, most: int) -> bytes | None:
    """The body, read as it comes; None as soon as it is longer than `most`."""
    if (request.content_length or 0) > most:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


def _refuse_strange_origin(request: web.Request) -> None:
    """Browsers say which site a request comes from; only the page's own may speak for a member."""
    origin = request.headers.get("Origin", "")
    if not origin or urlsplit(origin).netloc != request.host:
        log.warning("webchat: a request from another site was refused")
        raise web.HTTPForbidden(text="来源不对：请直接打开本页面。", headers=PAGE_HEADERS)


def _refuse_strange_host(request: web.Request) -> None:
    """On loopback, open seats answer to loopback names only: a site whose name was turned to 127.0.0.1 gets nothing."""
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    if sockname and ipaddress.ip_address(sockname[0]).is_loopback and not _is_loopback(request.host):
        raise web.HTTPForbidden(text="这个地址只能在本机用 127.0.0.1 打开。", headers=PAGE_HEADERS)


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
