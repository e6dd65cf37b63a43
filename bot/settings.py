"""`bot.toml` → frozen `Settings`, one dataclass per table. (being written)"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class WebchatSettings:
    """The built-in chat page."""

    name: str = "webchat"
    host: str = "127.0.0.1"
    port: int = 8420
    open_seats: bool = True
    """Anybody who reaches the page may sit down as any member. For trying out; false hands out personal links only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatySettings:
    """A Wechaty gateway (puppet service)."""

    endpoint: str
    """host:port of the gateway."""
    token: str
    """From the environment or a file; never in bot.toml, never in a log."""
    name: str = "wechaty"
    tls: bool = False
    tls_ca_file: Path | None = None
    tls_server_name: str = ""
    """Name the gateway's certificate is made out to, where it differs from the endpoint's host."""
    keepalive_seconds: float = 10.0
    keepalive_timeout_seconds: float = 5.0
    call_timeout_seconds: float = 10.0
    backoff_first_seconds: float = 0.5
    backoff_most_seconds: float = 30.0
    member_lookup_seconds: float = 2.0
    """Pause between two look-ups of members: five in a second have locked a live account."""
    self_id: str = ""
    """The bot's own contact id, where the gateway does not tell it."""
