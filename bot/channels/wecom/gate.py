"""Which callbacks of WeCom are let in: signed by the platform, of now, and not seen before. `callbacks` asks.

Whatever else comes is refused and counted; see `bot.channels.gate`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from bot.channels.gate import TurnedAway, Turnstile
from bot.channels.wecom import cipher
from bot.clock import Clock
from bot.settings import WecomAppSettings

_SECONDS: Final = re.compile(r"\d{1,11}", re.ASCII)


class Gate(Turnstile):
    """Lets callbacks in, or not."""

    def __init__(self, settings: WecomAppSettings, clock: Clock) -> None:
        super().__init__(settings.name, settings.callback_window_seconds, clock)
        self._settings = settings

    def open(self, query: Mapping[str, str], sealed: str) -> bytes:
        """What a callback holds; its nonce is used up.

        Args:
            query: of its address.
            sealed: its encrypted part.

        Raises:
            TurnedAway: it is not let in.
        """
        timestamp, nonce = nonce_of(query)
        if not sealed or not nonce or not _SECONDS.fullmatch(timestamp):
            raise TurnedAway("malformed")
        if not cipher.is_signed(query.get("msg_signature", ""), self._settings.token, timestamp, nonce, sealed):
            raise TurnedAway("forged")
        self.check((timestamp, nonce), datetime.fromtimestamp(int(timestamp), UTC))
        try:
            plain = cipher.unseal(self._settings.aes_key, self._settings.corp_id, sealed)
        except cipher.Undecipherable:
            raise TurnedAway("foreign") from None
        self.use_up((timestamp, nonce))
        return plain


def nonce_of(query: Mapping[str, str]) -> tuple[str, str]:
    """What stands in a callback's address and is used once."""
    return query.get("timestamp", ""), query.get("nonce", "")
