"""专有钉钉 (陇政钉, 浙政钉) as a channel: work notifications to people, messages in groups, callbacks in.

`bot.app` makes it and attaches its address to the program's server. It is a platform of its own: DingTalk's tokens,
robots and addresses do not hold here. Each call is signed; what a group is told needs an access token as well.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from bot.channel import Addresses, Hears, Starts, Traits
from bot.channels import saying
from bot.channels.called_back import CalledBack
from bot.channels.calls import Answer, CallFailed, Calls, doubtful
from bot.channels.dingtalk import answers, signing, talk
from bot.channels.dingtalk.accounts import Accounts
from bot.channels.dingtalk.callbacks import Callbacks
from bot.channels.tokens import NotGiven, Token, Tokens
from bot.channels.upkeep import Pauses
from bot.clock import Clock
from bot.errors import BotError, ChannelUnavailable, DeliveryRefused
from bot.messages import Conversation, Dispatch
from bot.settings import DingtalkGovSettings

CALLED: Final = "专有钉钉"
LONGEST_TEXT: Final = 2000
"""Bytes of a text. What the platform takes is not published; a work notification of DingTalk takes 2048."""

_STALE: Final = re.compile(r"token", re.IGNORECASE)
_FULL: Final = re.compile(r"limit|flow|frequen|throttl", re.IGNORECASE)


class DingtalkGovChannel(CalledBack):
    """An application of 专有钉钉."""

    def __init__(self, settings: DingtalkGovSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._calls = Calls(CALLED, settings)
        pauses = Pauses(settings.backoff_first_seconds, settings.backoff_most_seconds)
        tokens = Tokens(settings.name, self._fetch, _is_stale, pauses, clock)
        self._accounts = Accounts(settings, self._call)
        callbacks = Callbacks(settings, clock, self._keep)
        super().__init__(tokens, callbacks.gate, callbacks)
        self._traits = Traits(
            hears=(Hears.MENTIONS if settings.sender_id else Hears.PRIVATE) if settings.callback else Hears.NOTHING,
            starts=Starts.ALWAYS,
            addresses=None if settings.callback else Addresses.PHONE,  # without callbacks nobody is learnt by hearing
            waits_for_us=not settings.callback,  # nothing is said to it then
            max_bytes=LONGEST_TEXT - saying.RESERVE,
        )

    @property
    def name(self) -> str:
        """Its name in `bot.toml`."""
        return self._settings.name

    @property
    def traits(self) -> Traits:
        """It may always speak; whether it hears anything depends on whether callbacks were agreed on."""
        return self._traits

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says something to a person or in a group; see `Channel.send`."""
        if not dispatch.conversation.external_id:
            raise ChannelUnavailable(f"{self.name}：还没认出这个群")
        if not dispatch.conversation.private and not self._settings.sender_id:
            raise DeliveryRefused(f"{self.name}：没有写 sender_id，在群里说不了话")
        called = [saying.plain(mention.name) for mention in dispatch.mentions]
        pieces = saying.texts(called, saying.plain(dispatch.text), LONGEST_TEXT)
        steps: list[saying.Step] = [
            partial(self._say, dispatch.conversation, text, f"post-{dispatch.id}-{number}")
            for number, text in enumerate(pieces)
        ]
        return await saying.say_all(steps)

    async def _keep(self, said: Mapping[str, Any]) -> bool:
        intake = self._intake
        if intake is None:
            return False
        await intake.accept(talk.message_of(said, self.name, self._clock.now(), ""))
        return True

    async def _say(self, place: Conversation, text: str, message_id: str) -> str | None:
        message = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False)
        try:
            answer = await (self._notify if place.private else self._tell)(place.external_id, message, message_id)
        except CallFailed as exc:
            raise doubtful(self.name, exc) from exc
        content = answers.content_of(answer)
        if not answers.succeeded(answer):
            raise self._verdict(answers.code_of(answer))
        proof = content.get("msgId") or content.get("data")
        return proof if isinstance(proof, str) else None

    async def _notify(self, account: str, message: str, message_id: str) -> Answer:
        """A work notification (工作通知) to one person, who goes by an account or by a mobile number."""
        account = await self._accounts.of(account)
        fields = {"receiverIds": account, "bizMsgId": message_id, "msg": message}
        return await self._call("/message/workNotification", fields | {"tenantId": self._settings.tenant_id})

    async def _tell(self, group: str, message: str, _message_id: str) -> Answer:
        """A message in a group."""
        fields = {"chatType": "2", "chatId": group, "senderId": self._settings.sender_id, "msg": message}
        fields["tenantId"] = self._settings.tenant_id
        return await self._tokens.asked(lambda token: self._call("/chat/sendMsg", fields | {"access_token": token}))

    async def _fetch(self) -> Token:
        ours = self._settings
        answer = await self._call("/gettoken.json", {"appkey": ours.app_key, "appsecret": ours.secret})
        data = answers.content_of(answer).get("data")
        token = data.get("accessToken") if isinstance(data, dict) else None
        if not answers.succeeded(answer) or not isinstance(data, dict) or not isinstance(token, str) or not token:
            raise NotGiven(f"专有钉钉不认 App Key 或 App Secret（{answers.code_of(answer)}）")
        lasts = data.get("expiresIn")
        return Token(token, lasts if isinstance(lasts, int) else 0)

    async def _call(self, path: str, fields: Mapping[str, str]) -> Answer:
        """A signed call, under a nonce of its own."""
        ours, now = self._settings, self._clock.now()
        timestamp = signing.gov_timestamp(now)
        nonce = f"{signing.milliseconds(now)}{secrets.randbelow(10**8):08d}"
        headers = {
            "apiKey": ours.app_key,
            "X-Hmac-Auth-Timestamp": timestamp,
            "X-Hmac-Auth-Version": "1.0",
            "X-Hmac-Auth-Nonce": nonce,
            "X-Hmac-Auth-IP": ours.host_ip,
            "X-Hmac-Auth-MAC": ours.host_mac,
            "X-Hmac-Auth-Signature": signing.gov_signature(ours.secret, "POST", timestamp, nonce, path, fields),
        }
        return await self._calls.post_form(path, fields, headers)

    def _verdict(self, code: str) -> BotError:
        if _FULL.search(code):
            return ChannelUnavailable(f"{self.name}：发得太快，被专有钉钉限流（{code}）")
        if _STALE.search(code):
            return ChannelUnavailable(f"{self.name}：access_token 不被承认（{code}）")
        return DeliveryRefused(f"{self.name}：专有钉钉拒绝发送（{code}）")


def _is_stale(answer: Answer) -> bool:
    return not answers.succeeded(answer) and _STALE.search(answers.code_of(answer)) is not None
