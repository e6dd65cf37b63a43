"""Takes over changed rules and rosters while the bot runs (reload); a file with a fault leaves the old ones at work.

`bot.app` runs it. It looks at the files now and then, and when it is asked (SIGHUP): time and size of a file say that
something may have changed, its content says whether it has. All is read and checked beside the event loop before
anything is put to use; what reads by the rules and what seats the people of a roster is given by `bot.app`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot import rulebook, staff, wording
from bot.clock import Clock, until_set
from bot.errors import FaultyFile, RuleError, SettingsError
from bot.messages import Post
from bot.parsing.lexicon import Rules
from bot.rota import Shift
from bot.segmenter import JiebaSegmenter
from bot.settings import RoomSettings, Settings, reread_rosters, reread_rota
from storage import Session, Store, StoreUnreachable

log = logging.getLogger(__name__)

Seat = Callable[[Sequence[RoomSettings], Sequence[Shift]], Awaitable[None]]
Put = Callable[[Session, Sequence[Post]], Awaitable[None]]

_SETTLE_SECONDS = 0.5
"""How long files have to stand still: one that is being written would be told of for faults that it does not have."""

_Stamps = Mapping[Path, tuple[int, int] | None]
"""Time and size of each file; None for one that is not there."""


class Reads(Protocol):
    """What reads by the rules."""

    @property
    def version(self) -> str:
        """The version of the rules by which is read now."""
        ...

    @property
    def segmenter(self) -> JiebaSegmenter:
        """What cuts texts into words now."""
        ...

    def use(self, rules: Rules, segmenter: JiebaSegmenter) -> None:
        """Reads by these rules from now on."""
        ...


class Reloading:
    """The rules and rosters at work, and how they stand beside their files."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        office_id: int,
        *,
        reader: Reads,
        seat: Seat,
        put: Put,
        asked: asyncio.Event,
    ) -> None:
        """Args:
        seat: makes the store's members what the rooms' rosters say, and its rota what the shifts say.
        put: where the posts to staff go.
        asked: set by whoever wants all files read now, whatever their time and size.
        """
        self._store, self._clock, self._settings, self._office_id = store, clock, settings, office_id
        self._reader, self._seat, self._put, self._asked = reader, seat, put, asked
        self._rooms, self._shifts = settings.rooms, settings.duty.shifts
        self._seen: _Stamps = {}
        self._rules_at = self._rosters_at = clock.now()
        self._faulty: set[str] = set()

    @property
    def standing(self) -> Mapping[str, Any]:
        """For `/healthz`: which rules are at work, since when, and whether a file that has changed was refused."""

        def told(at: datetime, what: str) -> dict[str, Any]:
            return {"loaded_at": at.isoformat(), "fault": what in self._faulty}

        return {
            "rules": {"version": self._reader.version, **told(self._rules_at, "rules")},
            "rosters": told(self._rosters_at, "rosters"),
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Looks now and then until told to stop; not at once, since all has just been read."""
        await until_set((self._asked, stop), self._settings.reading.reload_seconds)
        while not stop.is_set():
            try:
                await self._settled(stop)
                await self.look()
            except StoreUnreachable:
                log.error("the store does not answer; changed files are taken over when it does")
            await until_set((self._asked, stop), self._settings.reading.reload_seconds)

    async def look(self) -> None:
        """Takes over what has changed since the last look; the first one compares with what the bot was built with."""
        asked = self._asked.is_set()
        self._asked.clear()
        seen = await asyncio.to_thread(self._stamps)
        changed = {path for path in {*seen, *self._seen} if seen.get(path) != self._seen.get(path)}
        if self._seen and self._settings.path in changed:
            log.warning("%s has changed: it is read at the next start", self._settings.path)
        if asked or changed & set(self._rules_files()):
            await self._reload_rules()
        if asked or changed & set(self._roster_files()):
            await self._reload_rosters()
        self._seen = seen  # only now: what could not be finished is tried again

    async def _settled(self, stop: asyncio.Event) -> None:
        """Returns when nobody writes the files any more."""
        seen = await asyncio.to_thread(self._stamps)
        while seen != self._seen and not stop.is_set():
            await until_set((stop,), _SETTLE_SECONDS)
            before, seen = seen, await asyncio.to_thread(self._stamps)
            if seen == before:
                return

    # --- which files ---------------------------------------------------------------------------------------------

    def _rules_files(self) -> list[Path]:
        sources = (rulebook.SHIPPED, *self._settings.reading.office_rules)
        return [path for source in sources for path in rulebook.files_of(source)]

    def _roster_files(self) -> list[Path]:
        files = (*(room.roster_file for room in self._rooms), self._settings.duty.rota_file)
        return [file for file in files if file is not None]

    def _stamps(self) -> _Stamps:
        own = [self._settings.path] if self._settings.path is not None else []
        return {path: _stamp(path) for path in (*self._rules_files(), *self._roster_files(), *own)}

    # --- taking over ---------------------------------------------------------------------------------------------

    async def _reload_rules(self) -> None:
        try:
            book = await asyncio.to_thread(rulebook.read, (rulebook.SHIPPED, *self._settings.reading.office_rules))
        except RuleError as exc:
            await self._refuse("rules", exc, self._rules_files())
            return
        rules = book.rules
        if rules.version != self._reader.version:
            segmenter = self._reader.segmenter
            if not segmenter.serves(rules):
                segmenter = JiebaSegmenter.for_rules(rules)
                await asyncio.to_thread(segmenter.load)  # about a second: not while somebody waits for it
            self._reader.use(rules, segmenter)
            self._rules_at = self._clock.now()
            log.info("rules of version %s are at work", rules.version)
            for warning in book.warnings:
                log.warning("%s", warning)
        self._faulty.discard("rules")

    async def _reload_rosters(self) -> None:
        try:
            rooms = await asyncio.to_thread(reread_rosters, self._rooms)
            shifts = await asyncio.to_thread(reread_rota, self._settings.duty)
        except SettingsError as exc:
            await self._refuse("rosters", exc, self._roster_files())
            return
        if (rooms, shifts) != (self._rooms, self._shifts):
            await self._seat(rooms, shifts)
            self._rooms, self._shifts = rooms, shifts
            self._rosters_at = self._clock.now()
            log.info("rosters taken over: %d people in %d rooms", sum(len(room.roster) for room in rooms), len(rooms))
        self._faulty.discard("rosters")

    async def _refuse(self, what: str, error: FaultyFile, files: Sequence[Path]) -> None:
        """Says once for each version of the files what is wrong with them; the old ones stay at work."""
        self._faulty.add(what)
        for fault in error.faults:
            log.error("the old %s stay at work: %s", what, fault)
        digest = await asyncio.to_thread(_digest, files)
        told = list(map(str, error.faults))
        async with self._store.begin() as session:
            posts = await staff.of_affairs(
                session,
                self._settings,
                self._office_id,
                None,
                key=f"reload/{what}/{digest}",
                why="规则有误" if what == "rules" else "名单有误",
                text=wording.rules_refused(told) if what == "rules" else wording.rosters_refused(told),
                now=self._clock.now(),
            )
            await self._put(session, posts)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _digest(files: Iterable[Path]) -> str:
    """What names this version of the files, whether or not they can be read, and wherever they lie."""
    digest = hashlib.sha256()
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            content = b""
        digest.update(file.name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]
