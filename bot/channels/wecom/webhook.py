"""The group robot (群机器人) as a channel: it speaks in its one group, and hears nothing there.

`bot.app` makes it. The platform gives no id of what was said and tells nothing back, so a call without an answer
leaves a doubt for good.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from bot.channel import Hears, Intake, Standing, Starts, Traits
from bot.channels import saying
from bot.channels.calls import CallFailed, Calls, doubtful
from bot.channels.wecom import texts, verdicts
from bot.clock import Clock
from bot.errors import BotError, ChannelUnavailable, DeliveryRefused
from bot.messages import Attachment, Dispatch, Mention
from bot.settings import WecomWebhookSettings

LONGEST_TEXT: Final = 2048
PER_MINUTE: Final = 20
GROUP: Final = "group"
"""What the robot's only group goes by: the platform gives it no id that we could see."""


class WecomWebhookChannel:
    """A group robot of WeCom (企业微信群机器人).

    Args:
        rooms: the rooms that are configured to be in this channel: one.
    """

    def __init__(self, settings: WecomWebhookSettings, clock: Clock, rooms: Sequence[str]) -> None:
        self._settings = settings
        self._rooms = rooms
        self._calls = Calls(texts.CALLED, settings)
        self._traits = Traits(
            hears=Hears.NOTHING,
            starts=Starts.ALWAYS,
            mentions=settings.mention_phones or bool(settings.accounts_of),
            mentions_by_phone=settings.mention_phones,
            accounts_of=settings.accounts_of or None,
            files=True,
            waits_for_us=True,  # nothing is said to it, so nothing is lost while the bot is away
            max_bytes=LONGEST_TEXT - saying.RESERVE,
            per_minute=PER_MINUTE,
        )
        self._clock = clock
        self._standing = Standing(connected=False, since=clock.now(), detail="群机器人未启动")

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

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
        self._stand("只说不听")
        try:
            await asyncio.Event().wait()
        finally:
            self._standing = Standing(connected=False, since=self._clock.now(), detail="群机器人未启动")

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something in the group; see `Channel.send`."""
        if dispatch.conversation.private:
            raise DeliveryRefused(f"{self.name}：群机器人不能单独找人说话")
        try:
            proof = await saying.say_all(self._steps(dispatch))
        except BotError as exc:
            self._stand(f"上次没有发成：{exc}")
            raise
        self._stand("只说不听")
        return proof

    def _steps(self, dispatch: Dispatch) -> Sequence[saying.Step]:
        steps: list[saying.Step] = []
        if dispatch.attachment is not None:
            saying.check_size(dispatch.attachment, self._settings.max_file_bytes, texts.CALLED, texts.SMALLEST_FILE)
            steps.append(partial(self._hand_over, dispatch.attachment))
        mentioned = self._mentioned(dispatch.mentions)
        unknown = [mention.name for mention in dispatch.mentions if not (mention.external_id or self._phone(mention))]
        for text in saying.texts(unknown, dispatch.text, LONGEST_TEXT):
            steps.append(partial(self._say, "text", {"content": text} | mentioned))
            mentioned = {}  # once: each mention is a notice on somebody's telephone
        return steps

    def _phone(self, mention: Mention) -> str:
        return mention.phone.removeprefix("+86") if self._settings.mention_phones else ""

    def _mentioned(self, mentions: Sequence[Mention]) -> dict[str, Any]:
        accounts = [mention.external_id for mention in mentions if mention.external_id]
        phones = [phone for mention in mentions if not mention.external_id and (phone := self._phone(mention))]
        lists = {"mentioned_list": accounts, "mentioned_mobile_list": phones}
        return {key: value for key, value in lists.items() if value}

    async def _hand_over(self, file: Attachment) -> None:
        try:
            path = "/cgi-bin/webhook/upload_media"
            answer = await self._calls.upload(
                path, file, self._settings.upload_timeout_seconds, key=self._settings.key, type="file"
            )
        except CallFailed as exc:
            raise ChannelUnavailable(f"{self.name}：文件没有传上去（{exc}）") from exc
        if answer.code != 0:
            raise verdicts.verdict(self.name, answer.code)
        await self._say("file", {"media_id": answer.text("media_id")})

    async def _say(self, kind: str, content: Mapping[str, Any]) -> None:
        try:
            body = {"msgtype": kind, kind: content}
            answer = await self._calls.post("/cgi-bin/webhook/send", body, key=self._settings.key)
        except CallFailed as exc:
            raise doubtful(self.name, exc) from exc
        if answer.code != 0:
            raise verdicts.verdict(self.name, answer.code)

    def _stand(self, detail: str) -> None:
        if detail != self._standing.detail or not self._standing.connected:
            self._standing = Standing(connected=True, since=self._clock.now(), detail=detail)
