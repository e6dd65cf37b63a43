"""Which callbacks are let in: signed by the platform, of now, and not seen before. `callbacks` asks.

Whatever else comes is refused and counted. Nonces are remembered in memory: what is replayed after a restart, within
the window, is a message that is known by its id, and changes nothing.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.channels.wecom import cipher
from bot.clock import Clock
from bot.settings import WecomAppSettings

log = logging.getLogger(__name__)

_SECONDS: Final = re.compile(r"\d{1,11}", re.ASCII)


class TurnedAway(Exception):
    """A callback that is not let in; the text is the reason it is counted under."""


class Gate:
    """Lets callbacks in, or not.

    Attributes:
        refused: reason → how many were refused: `malformed` (no callback, too long, cut off), `forged` (wrong
            signature), `late` (its time is not now), `replayed` (the same nonce again), `foreign` (for another
            corporation or application).
    """

    def __init__(self, settings: WecomAppSettings, clock: Clock) -> None:
        self.refused: Counter[str] = Counter()
        self._settings = settings
        self._clock = clock
        self._window = timedelta(seconds=settings.callback_window_seconds)
        self._seen: dict[tuple[str, str], datetime] = {}

    def open(self, query: Mapping[str, str], sealed: str) -> bytes:
        """What a callback holds; its nonce is used up.

        Args:
            query: of its address.
            sealed: its encrypted part.

        Raises:
            TurnedAway: it is not let in.
        """
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not sealed or not nonce or not _SECONDS.fullmatch(timestamp):
            raise TurnedAway("malformed")
        if not cipher.is_signed(query.get("msg_signature", ""), self._settings.token, timestamp, nonce, sealed):
            raise TurnedAway("forged")
        now = self._clock.now()
        if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > self._window:
            raise TurnedAway("late")
        self._forget_old(now)
        if (timestamp, nonce) in self._seen:
            raise TurnedAway("replayed")
        try:
            plain = cipher.unseal(self._settings.aes_key, self._settings.corp_id, sealed)
        except cipher.Undecipherable:
            raise TurnedAway("foreign") from None
        self._seen[timestamp, nonce] = now
        return plain

    def forget(self, query: Mapping[str, str]) -> None:
        """The callback could not be kept: the platform brings it again, maybe under the same nonce."""
        self._seen.pop((query.get("timestamp", ""), query.get("nonce", "")), None)

    def count(self, reason: str) -> None:
        """Counts a callback that was refused; a flood of them does not flood the log."""
        self.refused[reason] += 1
        so_far = self.refused[reason]
        if so_far in (1, 10, 100) or so_far % 1000 == 0:
            log.warning("%s: a callback was refused (%s), %d so far", self._settings.name, reason, so_far)

    def _forget_old(self, now: datetime) -> None:
        """A nonce is no longer needed when its time is outside the window, whichever side of now it was on."""
        for key, seen_at in list(self._seen.items()):
            if now - seen_at <= 2 * self._window:
                break
            del self._seen[key]
