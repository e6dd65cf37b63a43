"""Waiting for what comes about by itself: until a condition holds, never for a fixed time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

_LOOK_SECONDS: Final = 0.005

T = TypeVar("T")


async def eventually(condition: Callable[[], T], within: float = 5.0) -> T:
    """Returns what the condition gives as soon as that is true; fails when it is still false at the deadline."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not (result := condition()):
        assert loop.time() < deadline, f"not so within {within} s: {condition}"
        await asyncio.sleep(_LOOK_SECONDS)
    return result
