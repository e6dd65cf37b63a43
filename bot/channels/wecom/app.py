"""The self-built application (自建应用) as a channel: each member alone, in by callbacks, out by messages.

`bot.app` makes it and attaches its address to the program's server. In a room it can only speak, and only in a group
that it made itself (appchat).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from bot.channel import Hears, Starts, Traits
from bot.channels import saying
from bot.channels.called_back import CalledBack
from bot.channels.calls import Answer, CallFailed, Calls, doubtful
from bot.channels.gate import TurnedAway
from bot.channels.tokens import NotGiven, Token, Tokens
from bot.channels.upkeep import Pauses
from bot.channels.wecom import envelopes, texts, verdicts
from bot.channels.wecom.callbacks import Callbacks
from bot.channels.wecom.gate import Gate
from bot.channels.wecom.names import Names
from bot.clock import Clock
from bot.errors import ChannelUnavailable, DeliveryRefused
from bot.messages import Attachment, Conversation, Dispatch
from bot.settings import WecomAppSettings

log = logging.getLogger(__name__)

LONGEST_TEXT: Final = 2048

TRAITS: Final = Traits(
    hears=Hears.PRIVATE,
    starts=Starts.ALWAYS,
    files=True,
    max_bytes=LONGEST_TEXT - saying.RESERVE,
)


class WecomAppChannel(CalledBack):
    """A self-built application of WeCom (企业微信自建应用)."""

    def __init__(self, settings: WecomAppSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._calls = Calls(texts.CALLED, settings)
        tokens = Tokens(
            settings.name,
            self._fetch,
            lambda answer: answer.code in verdicts.STALE_TOKEN,
            Pauses(settings.backoff_first_seconds, settings.backoff_most_seconds),
            clock,
        )
        self._names = Names(settings, self._calls, tokens)
        gate = Gate(settings, clock)
        super().__init__(tokens, gate, Callbacks(settings, gate, self._keep))

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

    @property
    def traits(self) -> Traits:
        """It talks with each member alone, and may begin."""
        return TRAITS

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something to a member, or in a group that the application made; see `Channel.send`."""
        if not dispatch.conversation.external_id:
            raise ChannelUnavailable(f"{self.name}：还没认出这个群")
        steps: list[saying.Step] = []
        if dispatch.attachment is not None:
            saying.check_size(dispatch.attachment, self._settings.max_file_bytes, texts.CALLED, texts.SMALLEST_FILE)
            steps.append(partial(self._hand_over, dispatch.conversation, dispatch.attachment))
        called = [texts.untagged(mention.name) for mention in dispatch.mentions]
        steps += [
            partial(self._say, dispatch.conversation, "text", {"content": text})
            for text in saying.texts(called, texts.untagged(dispatch.text), LONGEST_TEXT)
        ]
        return await saying.say_all(steps)

    # ── in ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _keep(self, fields: Mapping[str, str]) -> bool:
        intake = self._intake
        if intake is None:
            return False
        account = fields.get("FromUserName", "")
        if fields.get("AgentID", str(self._settings.agent_id)) != str(self._settings.agent_id):
            raise TurnedAway("foreign")
        heard_at = self._clock.now()
        called = await self._names.of(account)
        if fields.get("MsgType") == "event":
            if account and account != "sys":  # they have come in: from now on they can be spoken to
                await intake.meet(self.name, account, called)
            return True
        await intake.accept(envelopes.message_of(fields, self.name, called, heard_at))
        return True

    async def _fetch(self) -> Token:
        ours = self._settings
        answer = await self._calls.get("/cgi-bin/gettoken", corpid=ours.corp_id, corpsecret=ours.secret)
        token = answer.text("access_token")
        if answer.code != 0 or not token:
            raise NotGiven(verdicts.meaning(answer.code))
        return Token(token, answer.number("expires_in"))

    # ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _hand_over(self, place: Conversation, file: Attachment) -> str | None:
        try:
            answer = await self._tokens.asked(partial(self._upload, file))
        except CallFailed as exc:
            raise ChannelUnavailable(f"{self.name}：文件没有传上去（{exc}）") from exc
        if answer.code != 0:
            raise verdicts.verdict(self.name, answer.code)
        return await self._say(place, "file", {"media_id": answer.text("media_id")})

    async def _upload(self, file: Attachment, token: str) -> Answer:
        seconds = self._settings.upload_timeout_seconds
        return await self._calls.upload("/cgi-bin/media/upload", file, seconds, access_token=token, type="file")

    async def _say(self, place: Conversation, kind: str, content: Mapping[str, Any]) -> str | None:
        body = {"msgtype": kind, kind: content, "safe": 0}
        if place.private:
            path, body = (
                "/cgi-bin/message/send",
                body | {"touser": place.external_id, "agentid": self._settings.agent_id},
            )
        else:
            path, body = "/cgi-bin/appchat/send", body | {"chatid": place.external_id}
        try:
            answer = await self._tokens.asked(lambda token: self._calls.post(path, body, access_token=token))
        except CallFailed as exc:
            raise doubtful(self.name, exc) from exc
        if answer.code != 0:
            raise verdicts.verdict(self.name, answer.code)
        if place.private and place.external_id in answer.text("invaliduser").split("|"):
            raise DeliveryRefused(f"{self.name}：收信人不在应用的可见范围里，或者已离职")
        return answer.text("msgid") or None
