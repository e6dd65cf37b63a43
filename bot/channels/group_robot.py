"""A robot that speaks in its one group and hears nothing there: what those of WeCom and DingTalk have in common.

The platforms give no id of what was said and tell nothing back, so a call without an answer leaves a doubt for good.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from bot.channel import Intake, Standing, Traits
from bot.channels import saying
from bot.clock import Clock
from bot.errors import BotError, DeliveryRefused
from bot.messages import Dispatch

PER_MINUTE: Final = 20
GROUP: Final = "group"
"""What the robot's only group goes by: the platform gives it no id that we could see."""

_NOT_STARTED: Final = "群机器人未启动"
_WELL: Final = "只说不听"


class GroupRobot(ABC):
    """A channel that only speaks, in one group.

    Args:
        name: its name in `bot.toml`.
        rooms: the rooms that are configured to be in this channel: one.
    """

    def __init__(self, name: str, traits: Traits, clock: Clock, rooms: Sequence[str]) -> None:
        self._name, self._traits, self._clock, self._rooms = name, traits, clock, rooms
        self._standing = Standing(connected=False, since=clock.now(), detail=_NOT_STARTED)

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._name

    @property
    def traits(self) -> Traits:
        """It may always speak; whom it can mention depends on the settings."""
        return self._traits

    @property
    def standing(self) -> Standing:
        """How it stands now: as long as it may speak it is connected, and the last trouble is told."""
        return self._standing

    async def receive(self, intake: Intake) -> None:
        """Tells which group it is in, and then hears nothing, until it is cancelled."""
        for room in self._rooms[:1]:
            await intake.meet_room(self.name, GROUP, room)
        self._stand(_WELL)
        try:
            await asyncio.Event().wait()
        finally:
            self._standing = Standing(connected=False, since=self._clock.now(), detail=_NOT_STARTED)

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something in the group; see `Channel.send`."""
        if dispatch.conversation.private:
            raise DeliveryRefused(f"{self.name}：群机器人不能单独找人说话")
        try:
            proof = await saying.say_all(self._steps(dispatch))
        except BotError as exc:
            self._stand(f"上次没有发成：{exc}")
            raise
        self._stand(_WELL)
        return proof

    @abstractmethod
    def _steps(self, dispatch: Dispatch) -> Sequence[saying.Step]:
        """What is said, piece by piece."""

    def _stand(self, detail: str) -> None:
        if detail != self._standing.detail or not self._standing.connected:
            self._standing = Standing(connected=True, since=self._clock.now(), detail=detail)
