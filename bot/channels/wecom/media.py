"""Fetches what members send to the 智能机器人: it lies at an address for five minutes, encrypted with a key of its own.

`aibot` asks. A message is never lost for its file's sake: where that cannot be had, the message goes on without it.
"""

from __future__ import annotations

import logging
import mimetypes
import re
from typing import Final

import aiohttp

from bot.channels.wecom import cipher
from bot.channels.wecom.frames import SentFile
from bot.messages import Attachment
from bot.settings import WecomAibotSettings

log = logging.getLogger(__name__)

_ADDRESS: Final = re.compile(r"https://|http://(?:127\.0\.0\.1|localhost|\[::1\])[:/]")
_NAMES: Final = {"image": "图片.jpg", "video": "视频.mp4", "file": "文件"}
"""What a file is called that brings no name."""


class _NotFetched(Exception):
    """It cannot be had; the text is the reason."""


class Media:
    """Fetches files."""

    def __init__(self, settings: WecomAibotSettings) -> None:
        self._settings = settings

    async def fetch(self, sent: SentFile) -> Attachment | None:
        """The file; None where it is too large or cannot be had."""
        try:
            name, content = await self._download(sent)
            plain = cipher.unseal_file(sent.aes_key, content)
        except (_NotFetched, cipher.Undecipherable) as exc:
            log.warning("%s: a file was not fetched (%s)", self._settings.name, exc)
            return None
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            # Its words hold the address, and whoever has that may have the file.
            log.warning("%s: a file was not fetched (%s)", self._settings.name, type(exc).__name__)
            return None
        name = name or _NAMES.get(sent.kind, "文件")
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Attachment(name=name, media_type=media_type, content=plain)

    async def _download(self, sent: SentFile) -> tuple[str, bytes]:
        if not _ADDRESS.match(sent.url):
            raise _NotFetched("a strange address")
        timeout = aiohttp.ClientTimeout(total=self._settings.download_timeout_seconds)
        most = self._settings.in_file_bytes + 32  # the padding
        content = bytearray()
        async with (
            aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(force_close=True)) as session,
            session.get(sent.url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise _NotFetched(f"HTTP {response.status}")
            async for chunk in response.content.iter_chunked(65_536):
                content += chunk
                if len(content) > most:
                    raise _NotFetched("too large")
            told = response.content_disposition
        return (told.filename or "" if told else ""), bytes(content)
