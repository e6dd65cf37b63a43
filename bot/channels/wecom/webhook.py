"""The group robot (群机器人) as a channel: it speaks in its one group, and hears nothing there.

`bot.app` makes it; see `bot.channels.group_robot`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from bot.channel import Hears, Starts, Traits
from bot.channels import saying
from bot.channels.calls import CallFailed, Calls, doubtful
from bot.channels.group_robot import PER_MINUTE, GroupRobot
from bot.channels.wecom import texts, verdicts
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.messages import Attachment, Dispatch, Mention
from bot.settings import WecomWebhookSettings

LONGEST_TEXT: Final = 2048


class WecomWebhookChannel(GroupRobot):
    """A group robot of WeCom (企业微信群机器人).

    Args:
        rooms: the rooms that are configured to be in this channel: one.
    """

    def __init__(self, settings: WecomWebhookSettings, clock: Clock, rooms: Sequence[str]) -> None:
        self._settings = settings
        self._calls = Calls(texts.CALLED, settings)
        traits = Traits(
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
        super().__init__(settings.name, traits, clock, rooms)

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
