"""How a call to the gateway fails: what `wire` raises, and all that the other modules know of it."""

from __future__ import annotations

import enum


class Answer(enum.Enum):
    """What the gateway itself said to a call that failed."""

    NONE = enum.auto()
    """Nothing, or what a proxy says when there is nobody behind it."""
    NOT_LET_IN = enum.auto()
    """The token is wrong."""
    HELD = enum.auto()
    """Another client holds the event stream."""
    ENDED = enum.auto()
    """It ended the event stream, and gave no reason."""
    REFUSED = enum.auto()
    """No, or not so."""


class WireError(Exception):
    """A call that failed.

    Args:
        reason: what happened, for the log.
        left: the request may have reached the gateway.
        answer: what the gateway said.
    """

    def __init__(self, reason: str, *, left: bool, answer: Answer = Answer.NONE) -> None:
        super().__init__(reason)
        self.left = left
        self.answer = answer


class FileTooLarge(WireError):
    """A file was not fetched to its end, because it is larger than allowed."""
