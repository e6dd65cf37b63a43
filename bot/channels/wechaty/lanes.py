"""One queue per conversation: in order within one, side by side otherwise. Used by `hearing`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Job = Callable[[], Awaitable[None]]


class Lanes:
    """Runs the jobs of one key one after another, and those of different keys at the same time.

    A lane lasts as long as it has work, so that thousands of quiet groups cost nothing.

    Args:
        group: runs the lanes; a job that raises ends it.
        most: jobs that may be waiting or running in all lanes together; `put` waits for a place.
    """

    def __init__(self, group: asyncio.TaskGroup, most: int) -> None:
        self._group = group
        self._places = asyncio.Semaphore(most)
        self._lanes: dict[str, deque[Job]] = {}

    async def put(self, key: str, job: Job) -> None:
        """Adds a job to the end of a lane."""
        await self._places.acquire()
        if lane := self._lanes.get(key):
            lane.append(job)
            return
        self._lanes[key] = lane = deque([job])
        self._group.create_task(self._work(key, lane))

    async def _work(self, key: str, lane: deque[Job]) -> None:
        while lane:
            await lane[0]()
            lane.popleft()  # only now: while the lane holds its running job, `put` adds to it
            self._places.release()
        del self._lanes[key]
