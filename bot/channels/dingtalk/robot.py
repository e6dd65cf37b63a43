"""Says posts of the Stream robot: as an answer where somebody has just spoken, by the robot's own API otherwise.

`stream` calls `send`. An answer goes to the address that came with what was said (sessionWebhook), open for some ninety
minutes; whatever the platform answers there but success, the message did not go out, and goes by the API.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import PurePath
from typing import Any, Final

from bot.channels import saying
from bot.channels.calls import Answer, CallFailed, Calls, doubtful
from bot.channels.dingtalk import talk, verdicts
from bot.channels.dingtalk.talk import Opening
from bot.channels.tokens import NotGiven, Token, Tokens
from bot.channels.upkeep import Pauses
from bot.clock import Clock
from bot.errors import ChannelUnavailable, DeliveryRefused
from bot.messages import Attachment, Conversation, Dispatch
from bot.settings import DingtalkStreamSettings

LONGEST_TEXT: Final = 6000
"""Bytes of a text. The platform takes parameters of 15 000, in which a quotation mark or a line's end counts twice."""
FILES: Final = frozenset({"xlsx", "pdf", "zip", "rar", "doc", "docx"})
"""What the robot may send; other files are put into a zip."""

_MOST_REMEMBERED: Final = 10_000
_MARGIN: Final = timedelta(minutes=1)
"""How long before its end an opening is no longer used, so that none ends on its way."""


class Openings:
    """Where conversations may be answered."""

    def __init__(self, settings: DingtalkStreamSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._open: dict[str, Opening] = {}

    def note(self, opening: Opening) -> None:
        """Something was said there. An address elsewhere than the platform's own is not believed."""
        if not opening.url.startswith(self._settings.base_url + "/"):
            return
        if len(self._open) >= _MOST_REMEMBERED:
            self._open.clear()
        self._open[opening.conversation] = opening

    def of(self, conversation: str) -> str:
        """The path to answer at; empty where there is none any more."""
        opening = self._open.get(conversation)
        if opening is None or self._clock.now() >= opening.ends_at - _MARGIN:
            self.close(conversation)
            return ""
        return opening.url.removeprefix(self._settings.base_url)

    def close(self, conversation: str) -> None:
        """The platform takes no more answers there."""
        self._open.pop(conversation, None)


class Robot:
    """Says posts.

    Attributes:
        tokens: its access token.
        openings: where it may answer.
    """

    def __init__(self, settings: DingtalkStreamSettings, clock: Clock) -> None:
        self._settings = settings
        self._old = Calls(verdicts.CALLED, settings)
        self._new = Calls(verdicts.CALLED, settings, settings.api_url)
        pauses = Pauses(settings.backoff_first_seconds, settings.backoff_most_seconds)
        self.tokens = Tokens(settings.name, self._fetch, verdicts.is_stale, pauses, clock)
        self.openings = Openings(settings, clock)

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says a post, its file first; returns the platform's key of it, or None for an answer."""
        place, file = dispatch.conversation, dispatch.attachment
        if not place.external_id:
            raise ChannelUnavailable(f"{self._settings.name}：还没认出这个群")
        steps: list[saying.Step] = []
        if file is not None:
            packed = sendable(file)
            saying.check_size(packed, self._settings.max_file_bytes, verdicts.CALLED)
            steps.append(partial(self._hand_over, place, packed))
        called = [saying.plain(mention.name) for mention in dispatch.mentions]
        pieces = saying.texts(called, saying.plain(dispatch.text), LONGEST_TEXT)
        steps += [partial(self._say, place, text) for text in pieces]
        return await saying.say_all(steps)

    async def _say(self, place: Conversation, text: str) -> str | None:
        if await self._answer(place.external_id, {"msgtype": "text", "text": {"content": text}}):
            return None
        return await self._push(place, "sampleText", {"content": text})

    async def _answer(self, conversation: str, body: Mapping[str, Any]) -> bool:
        """Whether it went out as an answer."""
        path = self.openings.of(conversation)
        if not path:
            return False
        try:
            answer = await self._old.post(path, body)
        except CallFailed as exc:
            raise doubtful(self._settings.name, exc) from exc
        if answer.code in verdicts.TOO_MUCH:
            raise verdicts.verdict_there(self._settings.name, answer.code)
        if answer.code != 0:
            self.openings.close(conversation)
        return answer.code == 0

    async def _push(self, place: Conversation, key: str, parameters: Mapping[str, str]) -> str | None:
        if place.private and place.external_id.startswith(talk.OUTSIDER):
            raise DeliveryRefused(f"{self._settings.name}：对方不是本企业的人，只能在他说话之后答复")
        param = json.dumps(parameters, ensure_ascii=False)
        body: dict[str, Any] = {"robotCode": self._settings.robot, "msgKey": key, "msgParam": param}
        if place.private:
            path, body["userIds"] = "/v1.0/robot/oToMessages/batchSend", [place.external_id]
        else:
            path, body["openConversationId"] = "/v1.0/robot/groupMessages/send", place.external_id
        try:
            answer = await self.tokens.asked(lambda token: self._new.post_with(_bearing(token), path, body))
        except CallFailed as exc:
            raise doubtful(self._settings.name, exc) from exc
        if answer.status != 200:
            raise verdicts.verdict_of_api(self._settings.name, answer)
        if (wrong := verdicts.verdict_on(self._settings.name, place.external_id, answer.values)) is not None:
            raise wrong
        return answer.text("processQueryKey") or None

    async def _hand_over(self, place: Conversation, file: Attachment) -> str | None:
        try:
            answer = await self.tokens.asked(partial(self._upload, file))
        except CallFailed as exc:
            raise ChannelUnavailable(f"{self._settings.name}：文件没有传上去（{exc}）") from exc
        if answer.code != 0:
            raise verdicts.verdict(self._settings.name, answer.code)
        what = {"mediaId": answer.text("media_id"), "fileName": file.name, "fileType": ending_of(file)}
        return await self._push(place, "sampleFile", what)

    async def _upload(self, file: Attachment, token: str) -> Answer:
        seconds = self._settings.upload_timeout_seconds
        return await self._old.upload("/media/upload", file, seconds, access_token=token, type="file")

    async def _fetch(self) -> Token:
        body = {"appKey": self._settings.client_id, "appSecret": self._settings.secret}
        answer = await self._new.post("/v1.0/oauth2/accessToken", body)
        token = answer.text("accessToken")
        if answer.status != 200 or not token:
            raise NotGiven(f"钉钉不认 Client ID 或 Client Secret（{verdicts.shown(answer.text('code'))}）")
        return Token(token, answer.number("expireIn"))


def _bearing(token: str) -> dict[str, str]:
    return {"x-acs-dingtalk-access-token": token}


def ending_of(file: Attachment) -> str:
    """What a file's name ends with, in small letters."""
    return PurePath(file.name).suffix.removeprefix(".").lower()


def sendable(file: Attachment) -> Attachment:
    """The file, within a zip where the robot may not send its like."""
    if ending_of(file) in FILES:
        return file
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(PurePath(file.name).name or "file"), file.content)
    return Attachment(name=f"{file.name}.zip", media_type="application/zip", content=packed.getvalue())
