"""The program's own errors; each text says what, where and what to do.

    BotError
    ├── SettingsError         bot.toml or a roster is wrong: faults with file, line, remedy
    ├── RuleError             a rules file is wrong: file, key, found, wanted
    ├── ChannelUnavailable    try again later: the gateway is down
    ├── DeliveryDelayed       this post later, others now: a mailbox is full, a number has had enough
    ├── DeliveryRefused       never again: the platform refused this post; staff see it
    ├── DeliveryUnknown       it may have gone out: the post's own policy decides
    └── Refusal               a command that cannot be done; its text is the answer

`storage.StorageError` is storage's own root. Foreign errors are translated where they come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class BotError(Exception):
    """Root of all errors that this program raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file, said so that a clerk can mend it.

    Args:
        file: path as the user gave it.
        line: 1-based; 0 where the file as a whole is meant.
        what: what is wrong, in Chinese.
        remedy: what to do about it, in Chinese.
    """

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}：{self.what}。{self.remedy}"


class FaultyFile(BotError):
    """A file that was refused, with every fault found in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class SettingsError(FaultyFile):
    """`bot.toml` or a roster cannot be used."""


class RuleError(FaultyFile):
    """A rules file cannot be used."""


class ChannelUnavailable(BotError):
    """The channel cannot be reached now; the post stays due and is tried again."""


class DeliveryDelayed(BotError):
    """This post did not go out now, others may: it is tried again after a pause of its own.

    Args:
        seconds: the pause.
    """

    def __init__(self, told: str, seconds: float) -> None:
        super().__init__(told)
        self.seconds = seconds


class DeliveryRefused(BotError):
    """The platform refused the post for good; it is not tried again and staff see it."""


class DeliveryUnknown(BotError):
    """Nobody can know whether the post went out; its own policy decides."""


class Refusal(BotError):
    """A command that cannot be done; the text is the answer the person sees."""
