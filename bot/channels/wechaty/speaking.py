"""From a `Dispatch` to the gateway's calls, one post at a time; `account` calls `send`.

What matters is whether a post can be tried again: each failure becomes the error of `bot.errors` that tells.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from bot.channels.wechaty.failures import Answer, WireError
from bot.channels.wechaty.line import Line
from bot.channels.wechaty.names import Names
from bot.channels.wechaty.wire import Connection
from bot.errors import BotError, ChannelUnavailable, DeliveryRefused, DeliveryUnknown
from bot.messages import Dispatch, Mention
from bot.settings import WechatySettings

MENTION_END: Final = "\u2005"
"""What WeChat writes after the name of somebody mentioned."""
_REMEMBERED: Final = 256


class Spoken:
    """What was said lately, so that an echo (回显) is known as that of a post.

    Gateways hand the account's own messages back, some before the call returns and some without ever telling an id;
    so they are known by place and wording.
    """

    def __init__(self) -> None:
        self._said: deque[tuple[str, str, int]] = deque(maxlen=_REMEMBERED)

    def note(self, conversation: str, wording: str, dispatch: int) -> None:
        """Remembers what is about to be said; for a file, its name is the wording."""
        self._said.append((conversation, wording.strip(), dispatch))

    def forget(self, dispatch: int) -> None:
        """It was not said after all."""
        for entry in [entry for entry in self._said if entry[2] == dispatch]:
            self._said.remove(entry)

    def claim(self, conversation: str, *wordings: str) -> int | None:
        """The id of the earliest post so worded there that has had no echo yet."""
        echoes = {wording.strip() for wording in wordings if wording.strip()}
        for entry in self._said:
            if entry[0] == conversation and entry[1] in echoes:
                self._said.remove(entry)
                return entry[2]
        return None


class Speaking:
    """Says posts, one after another."""

    def __init__(self, settings: WechatySettings, line: Line, names: Names, spoken: Spoken) -> None:
        self._settings = settings
        self._line = line
        self._names = names
        self._spoken = spoken
        self._turn = asyncio.Lock()

    async def send(self, dispatch: Dispatch) -> str | None:
        """Says a post: its file first, since that is what may be refused; see `bot.channel.Channel`."""
        attachment = dispatch.attachment
        most = self._settings.max_file_bytes
        if attachment and len(attachment.content) > most:
            raise DeliveryRefused(f"文件有 {_megabytes(len(attachment.content))}，微信网关最多能发 {_megabytes(most)}")
        async with self._turn:
            connection = self._line.connection
            if not (place := dispatch.conversation.external_id):
                raise ChannelUnavailable(f"{self._settings.name}：还没认出这个群")
            message_id = None
            begun = False
            try:
                if attachment:
                    self._spoken.note(place, attachment.name, dispatch.id)
                    message_id = await connection.hand_over(place, attachment)
                    begun = True
                if dispatch.text or not attachment:
                    message_id = await self._say(connection, place, dispatch)
            except WireError as exc:
                error = DeliveryUnknown("文件已经发出，文字没有发成") if begun else self._verdict(exc)
                if not isinstance(error, DeliveryUnknown):
                    self._spoken.forget(dispatch.id)
                raise error from exc
            return message_id

    async def _say(self, connection: Connection, place: str, dispatch: Dispatch) -> str | None:
        private = dispatch.conversation.private
        called = [await self._called(mention, "" if private else place) for mention in dispatch.mentions]
        text = "".join(f"@{name}{MENTION_END}" for name in called) + dispatch.text
        self._spoken.note(place, text, dispatch.id)
        known = [mention.external_id for mention in dispatch.mentions if mention.external_id]
        return await connection.say(place, text, [] if private else known)

    async def _called(self, mention: Mention, room: str) -> str:
        """The name to write: WeChat notifies by the one that the group sees."""
        seen = await self._names.of(mention.external_id, room) if mention.external_id and room else ""
        return seen or mention.name

    def _verdict(self, exc: WireError) -> BotError:
        name = self._settings.name
        if not exc.left or exc.answer is Answer.NOT_LET_IN:
            return ChannelUnavailable(f"{name}：没有发出（{exc}）")
        if exc.answer is Answer.NONE:
            return DeliveryUnknown(f"{name}：不知道是否已经发出（{exc}）")
        if not self._line.standing.connected:  # it refused because the account had just been logged out
            return ChannelUnavailable(f"{name}：{self._line.standing.detail}")
        return DeliveryRefused(f"{name}：网关拒绝发送（{exc}）")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
