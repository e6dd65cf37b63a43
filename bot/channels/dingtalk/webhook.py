"""The group robot (自定义机器人) as a channel: it speaks in its one group, and hears nothing there.

`bot.app` makes it. Where the platform says that it was too much, it refuses everything for ten minutes, and longer if
one goes on: so nothing is tried in that time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bot.channel import Hears, Standing, Starts, Traits
from bot.channels import saying
from bot.channels.calls import CallFailed, Calls, doubtful
from bot.channels.dingtalk import signing, verdicts
from bot.channels.group_robot import PER_MINUTE, GroupRobot
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.messages import Dispatch, Mention
from bot.settings import DingtalkWebhookSettings

LONGEST_TEXT: Final = 8000
"""Bytes of a text. The platform takes a body of 20 000, in which a quotation mark or a line's end counts twice, and in
which those who are mentioned stand again."""


class DingtalkWebhookChannel(GroupRobot):
    """A group robot of DingTalk (钉钉自定义机器人).

    Args:
        rooms: the rooms that are configured to be in this channel: one.
    """

    def __init__(self, settings: DingtalkWebhookSettings, clock: Clock, rooms: Sequence[str]) -> None:
        self._settings = settings
        self._calls = Calls(verdicts.CALLED, settings)
        self._blocked_until: datetime | None = None
        traits = Traits(
            hears=Hears.NOTHING,
            starts=Starts.ALWAYS,
            mentions=settings.mention_phones or bool(settings.accounts_of),
            mentions_by_phone=settings.mention_phones,
            accounts_of=settings.accounts_of or None,
            waits_for_us=True,  # nothing is said to it, so nothing is lost while the bot is away
            max_bytes=LONGEST_TEXT - saying.RESERVE - len(settings.keyword.encode()),
            per_minute=PER_MINUTE,
        )
        super().__init__(settings.name, traits, clock, rooms)

    @property
    def standing(self) -> Standing:
        """How it stands now: it may speak unless it has said too much, and the last trouble is told."""
        if self._blocked:
            detail = "发得太快，被钉钉停了十分钟，到时自己接着发"
            return Standing(connected=False, since=self._standing.since, detail=detail)
        return super().standing

    @property
    def _blocked(self) -> bool:
        return self._blocked_until is not None and self._clock.now() < self._blocked_until

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something in the group; see `Channel.send`."""
        if self._blocked:
            raise ChannelUnavailable(f"{self.name}：{self.standing.detail}")
        return await super().send(dispatch)

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
