"""Live: follows what is kept in the store and passes it to the pages that may see it.

`Hub.run` is the channel's one reader of what is new: nudged when this process keeps something, and sweeping every
`SWEEP_SECONDS` for what others kept. A page listens through a bounded queue; one that does not keep up is dropped and
comes back for what it missed, so that it never holds the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterator

import storage
from bot.channels.webchat import seats, wire
from storage import Store, seating, webchat

log = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0
"""How late a page shows what another process kept."""
LOOK_BACK = 5
"""Sweeps that a row may be seen late: two transactions of PostgreSQL can commit in the other order of their ids."""
REVIEW_EVERY = 15
"""Sweeps between two looks at who still belongs where."""
BATCH = 500


class Listener:
    """One open page: whose it is, and the frames on their way to it."""

    def __init__(self, sitter: seating.Sitter, backlog: int = 256) -> None:
        self.sitter = sitter
        self._frames: asyncio.Queue[str | None] = asyncio.Queue(backlog)
        self._dismissed = False

    def offer(self, frame: str) -> None:
        """Puts a frame on its way; a page too slow to take it is dismissed."""
        if self._dismissed:
            return
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.dismiss()

    def dismiss(self) -> None:
        """Ends the listening: what is on its way is let go, the page comes back and asks for it."""
        self._dismissed = True
        while not self._frames.empty():
            self._frames.get_nowait()
        self._frames.put_nowait(None)

    async def next_frame(self) -> str | None:
        """The next frame; None when the listening is over."""
        return await self._frames.get()


class Hub:
    """All open pages of this process."""

    def __init__(self, store: Store, office_id: int, channel: str) -> None:
        self._store, self._office_id, self._channel = store, office_id, channel
        self._listeners: set[Listener] = set()
        self._news = asyncio.Event()
        self._top = 0
        self._sweep_at = 0.0
        self._passed: set[int] = set()
        self._tops: deque[int] = deque(maxlen=LOOK_BACK)
        self.follows = False

    def __len__(self) -> int:
        return len(self._listeners)

    @contextlib.contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """The page hears what is new while this lasts."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    def nudge(self) -> None:
        """Something was kept here: look at once."""
        self._news.set()

    async def run(self) -> None:
        """Follows the store until it is cancelled; then every page is let go."""
        try:
            sweeps = 0
            await self.begin()
            while True:
                await self._until_news_or_sweep()
                try:
                    if self._news.is_set():
                        self._news.clear()
                        await self._pass_on(self._top)
                    if self._sweep_is_due():
                        sweeps += 1
                        await self.sweep()
                        if sweeps % REVIEW_EVERY == 0:
                            await self.review()
                except storage.StorageError as exc:
                    log.warning("webchat: what is new cannot be read now: %s", exc)
                    self._put_off_sweep()
        finally:
            self.follows = False
            for listener in list(self._listeners):
                listener.dismiss()

    async def begin(self) -> None:
        """Starts at what is kept now: pages read the rest as history."""
        while True:
            try:
                async with self._store.read() as session:
                    self._top = await webchat.latest_id(session)
                break
            except storage.StorageError as exc:
                log.warning("webchat: the store cannot be read yet: %s", exc)
                await asyncio.sleep(SWEEP_SECONDS)
        self._tops.append(self._top)
        self._put_off_sweep()
        self.follows = True

    async def _until_news_or_sweep(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._sweep_at):
                await self._news.wait()

    def _sweep_is_due(self) -> bool:
        return asyncio.get_running_loop().time() >= self._sweep_at

    def _put_off_sweep(self) -> None:
        self._sweep_at = asyncio.get_running_loop().time() + SWEEP_SECONDS

    async def sweep(self) -> None:
        """Passes on what others kept, and what was seen late."""
        self._put_off_sweep()
        async with self._store.read() as session:
            latest = await webchat.latest_id(session)
        await self._pass_on(self._tops[0])
        self._top = max(self._top, latest)
        self._tops.append(self._top)
        self._passed = {known for known in self._passed if known > self._tops[0]}

    async def _pass_on(self, after_id: int) -> None:
        while True:
            async with self._store.read() as session:
                found = await webchat.since(session, self._office_id, self._channel, after_id, BATCH)
            for said in found:
                if said.id not in self._passed:
                    self._passed.add(said.id)
                    self._offer(said)
            if found:
                after_id = found[-1].id
                self._top = max(self._top, after_id)
            if len(found) < BATCH:
                return

    def _offer(self, said: webchat.Said) -> None:
        hearing = [listener for listener in self._listeners if seats.may_see(listener.sitter, said)]
        if hearing:
            frame = wire.encode(wire.said(said))
            for listener in hearing:
                listener.offer(frame)

    async def review(self) -> None:
        """Lets go of pages whose person has left, has another link or other rooms; they come back as what they are."""
        people = {listener.sitter.person_id for listener in self._listeners}
        if not people:
            return
        async with self._store.read() as session:
            now = await seating.sitters(session, self._office_id, self._channel, people)
        for listener in list(self._listeners):
            if now.get(listener.sitter.person_id) != listener.sitter:
                listener.dismiss()
