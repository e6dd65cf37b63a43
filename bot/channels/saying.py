"""A dispatch in as many pieces as a platform takes, said one after another. The same for WeCom and DingTalk."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from bot import wording
from bot.errors import ChannelUnavailable, DeliveryDelayed, DeliveryRefused, DeliveryUnknown
from bot.messages import Attachment

RESERVE: Final = 248
"""Bytes of the platform's limit that a channel keeps for the names that stand before the text: some seventeen."""

Step = Callable[[], Awaitable[str | None]]

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def plain(text: str) -> str:
    """The text without control characters, each of which takes six bytes in a body of JSON."""
    return _CONTROL.sub("", text)


def texts(called: Iterable[str], text: str, most_bytes: int) -> tuple[str, ...]:
    """What is said: the names before the text, or, where both together are too long, one after the other."""
    head = " ".join(f"@{name}" for name in called)
    whole = f"{head}\n{text}" if head and text else head or text
    if len(whole.encode()) <= most_bytes:
        return (whole,) if whole else ()
    return tuple(piece for part in (head, text) if part for piece in wording.pieces(part, most_bytes))


def check_size(file: Attachment, most_bytes: int, called: str, least_bytes: int = 1) -> None:
    """Refuses a file that the platform would not take.

    Args:
        called: what people call the platform.
    """
    size = len(file.content)
    if size > most_bytes:
        most = f"{most_bytes / 1_048_576:.1f} MB"
        raise DeliveryRefused(f"文件有 {size / 1_048_576:.1f} MB，{called}最多能发 {most}")
    if size < least_bytes:
        raise DeliveryRefused(f"文件太小，{called}不收")


async def say_all(steps: Sequence[Step]) -> str | None:
    """Says one piece after another; returns the platform's id of the last that has one.

    Once one has gone out, saying it all again would say that one twice: a later failure leaves a doubt.
    """
    proof = None
    for number, step in enumerate(steps):
        try:
            proof = await step() or proof
        except (ChannelUnavailable, DeliveryDelayed, DeliveryRefused) as exc:
            if number:
                raise DeliveryUnknown(f"前 {number} 段已经发出，下一段没有发成：{exc}") from exc
            raise
    return proof
