"""The group robot (自定义机器人) as a channel: it speaks in its one group, and hears nothing there.

`bot.app` makes it. The platform gives no id of what was said and tells nothing back, so a call without an answer
leaves a doubt for good. Where it says that it was too much, it refuses everything for ten minutes, and longer if one
goes on: so nothing is tried in that time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bot.channel import Hears, Intake, Standing, Starts, Traits
from bot.channels import saying
from bot.channels.calls import CallFailed, Calls, doubtful
from bot.channels.dingtalk import signing, verdicts
from bot.clock import Clock
from bot.errors import BotError, ChannelUnavailable, DeliveryRefused
from bot.messages import Dispatch, Mention
from bot.settings import DingtalkWebhookSettings

LONGEST_TEXT: Final = 8000
"""Bytes of a text. The platform takes a body of 20 000, in which a quotation mark or a line's end counts twice, and in
which those who are mentioned stand again."""
PER_MINUTE: Final = 20
GROUP: Final = "group"
"""What the robot's only group goes by: the platform gives it no id that we could see."""

_NOT_STARTED: Final = "群机器人未启动"
_WELL: Final = "只说不听"


class DingtalkWebhookChannel:
    """A group robot of DingTalk (钉钉自定义机器人).

    Args:
        rooms: the rooms that are configured to be in this channel: one.
    """

    def __init__(self, settings: DingtalkWebhookSettings, clock: Clock, rooms: Sequence[str]) -> None:
        self._settings = settings
        self._clock = clock
        self._rooms = rooms
        self._calls = Calls(verdicts.CALLED, settings)
        self._blocked_until: datetime | None = None
        self._standing = Standing(connected=False, since=clock.now(), detail=_NOT_STARTED)
        self._traits = Traits(
            hears=Hears.NOTHING,
            starts=Starts.ALWAYS,
            mentions=settings.mention_phones or bool(settings.accounts_of),
            mentions_by_phone=settings.mention_phones,
            accounts_of=settings.accounts_of or None,
            waits_for_us=True,  # nothing is said to it, so nothing is lost while the bot is away
            max_bytes=LONGEST_TEXT - saying.RESERVE - len(settings.keyword.encode()),
            per_minute=PER_MINUTE,
        )

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

    @property
    def traits(self) -> Traits:
        """It may always speak; whom it can mention depends on the settings. Files go as links."""
        return self._traits

    @property
    def standing(self) -> Standing:
        """How it stands now: it may speak unless it has said too much, and the last trouble is told."""
        if self._blocked:
            since = self._standing.since
            return Standing(connected=False, since=since, detail="发得太快，被钉钉停了十分钟，到时自己接着发")
        return self._standing

    @property
    def _blocked(self) -> bool:
        return self._blocked_until is not None and self._clock.now() < self._blocked_until

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
        if self._blocked:
            raise ChannelUnavailable(f"{self.name}：{self.standing.detail}")
        try:
            proof = await saying.say_all(self._steps(dispatch))
        except BotError as exc:
            self._stand(f"上次没有发成：{exc}")
            raise
        self._stand(_WELL)
        return proof

    def _steps(self, dispatch: Dispatch) -> Sequence[saying.Step]:
        people = dispatch.mentions
        at: dict[str, Any] = {
            "atMobiles": [self._phone(person) for person in people if not person.external_id and self._phone(person)],
            "atUserIds": [person.external_id for person in people if person.external_id],
        }
        called = [saying.plain(person.external_id or self._phone(person) or person.name) for person in people]
        room = LONGEST_TEXT - len(self._settings.keyword.encode()) - 1
        steps: list[saying.Step] = []
        for text in saying.texts(called, saying.plain(dispatch.text), room):
            steps.append(partial(self._say, text, at))
            at = {}  # once: each mention is a notice on somebody's telephone
        return steps

    def _phone(self, mention: Mention) -> str:
        return mention.phone.removeprefix("+86") if self._settings.mention_phones else ""

    async def _say(self, text: str, at: dict[str, Any]) -> None:
        keyword = self._settings.keyword
        if keyword and keyword not in text:
            text = f"{keyword}\n{text}"
        body = {"msgtype": "text", "text": {"content": text}, "at": {**at, "isAtAll": False}}
        try:
            answer = await self._calls.post("/robot/send", body, **self._credentials())
        except CallFailed as exc:
            raise doubtful(self.name, exc) from exc
        if answer.code in verdicts.TOO_MUCH:
            self._blocked_until = self._clock.now() + timedelta(seconds=self._settings.block_seconds)
        if answer.code != 0:
            raise verdicts.verdict(self.name, answer.code)

    def _credentials(self) -> dict[str, str]:
        """What stands in the address; the signature is encoded once, by whoever makes the address."""
        found = {"access_token": self._settings.token}
        if self._settings.signed:
            now = signing.milliseconds(self._clock.now())
            found |= {"timestamp": now, "sign": signing.robot_signature(self._settings.sign_secret, now)}
        return found

    def _stand(self, detail: str) -> None:
        if detail != self._standing.detail or not self._standing.connected:
            self._standing = Standing(connected=True, since=self._clock.now(), detail=detail)
