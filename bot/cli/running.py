"""What the bot that runs with these settings tells of itself, asked at its `/healthz`. For `channels` and `check`."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Mapping
from typing import Any, Final

from bot.settings import Settings

_SECONDS: Final = 2.0
_LONGEST: Final = 1024 * 1024
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not listened on
"""What is listened on everywhere is asked here."""


async def channels(settings: Settings) -> Mapping[str, Mapping[str, Any]] | None:
    """How each channel of the running bot stands; None where none runs, or something else answers."""
    return await asyncio.to_thread(_ask, settings)


def _ask(settings: Settings) -> Mapping[str, Mapping[str, Any]] | None:
    host = _EVERYWHERE.get(settings.web.host, settings.web.host)
    connection = http.client.HTTPConnection(host, settings.web.port, timeout=_SECONDS)
    try:
        connection.request("GET", "/healthz")
        told = json.loads(connection.getresponse().read(_LONGEST))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    found = told.get("channels") if isinstance(told, dict) else None
    if not isinstance(found, dict) or not all(isinstance(standing, dict) for standing in found.values()):
        return None
    return found
