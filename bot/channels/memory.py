"""A channel without anybody behind it: keeps what it was given to say. For rehearsals and tests."""

from __future__ import annotations

import asyncio

from bot.channel import Hears, Intake, Standing, Starts, Traits
from bot.clock import Clock
from bot.messages import Dispatch

TRAITS = Traits(
    hears=Hears.ALL,
    starts=Starts.ALWAYS,
    mentions=True,
    files=True,
    recalls=True,
    sends_once=True,
    reaches_people=True,
    waits_for_us=True,
)


class MemoryChannel:
    """Says nothing to anybody and remembers it."""

    def __init__(self, name: str, clock: Clock, traits: Traits = TRAITS) -> None:
        self._name, self._traits, self._since = name, traits, clock.now()
        self.connected = True
        self.said: list[Dispatch] = []

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._name

    @property
    def traits(self) -> Traits:
        """What it is to be taken for."""
        return self._traits

    @property
    def standing(self) -> Standing:
        """Always as it was made, unless it was cut off."""
        return Standing(connected=self.connected, since=self._since, detail="演练")

    async def receive(self, intake: Intake) -> None:
        """Hears nothing."""
        await asyncio.Event().wait()

    async def send(self, dispatch: Dispatch) -> str | None:
        """Remembers it, once by its id."""
        if dispatch.id not in {said.id for said in self.said}:
            self.said.append(dispatch)
        return f"memory-{dispatch.id}"
