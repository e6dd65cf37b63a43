"""Says posts over the long connection: `aibot` calls `send`, `line` is asked.

What was said to the robot a moment ago is answered as such, once; everything else is a push, which the platform takes
for conversations that have spoken to the robot before. Both are markdown, so whatever would be more than text in it is
made harmless.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bot.channels import saying
from bot.channels.calls import CallFailed, doubtful
from bot.channels.wecom import frames, texts, verdicts
from bot.channels.wecom.frames import Frame
from bot.channels.wecom.line import Line
from bot.clock import Clock
from bot.errors import ChannelUnavailable
from bot.messages import Attachment, Conversation, Dispatch
from bot.settings import WecomAibotSettings

LONGEST_TEXT: Final = 4096
"""Bytes of a push; a stream may be longer, but which of the two a post becomes is only known when it goes out."""
CHUNK: Final = 512 * 1024
_MOST_REMEMBERED: Final = 10_000
_SINGLE, _GROUP = 1, 2


class Questions:
    """The last callback of each conversation, while it may be answered."""

    def __init__(self, settings: WecomAibotSettings, clock: Clock) -> None:
        self._clock = clock
        self._open_for = timedelta(seconds=settings.answer_seconds)
        self._asked: dict[str, tuple[str, datetime]] = {}

    def note(self, conversation: str, req_id: str) -> None:
        """Something was said there."""
        if len(self._asked) >= _MOST_REMEMBERED:
            self._asked.clear()
        self._asked[conversation] = (req_id, self._clock.now())

    def take(self, conversation: str) -> str:
        """The callback to answer, once; empty where there is none any more."""
        req_id, asked_at = self._asked.pop(conversation, ("", self._clock.now()))
        return req_id if self._clock.now() - asked_at < self._open_for else ""

    def forget(self) -> None:
        """A new connection knows nothing of what the last one heard."""
        self._asked.clear()


class Answering:
    """Says posts, one after another."""

    def __init__(self, settings: WecomAibotSettings, line: Line, questions: Questions) -> None:
        self._settings = settings
        self._line = line
        self._questions = questions
        self._turn = asyncio.Lock()

    async def send(self, dispatch: Dispatch) -> None:
        """Says a post: its file first; see `bot.channel.Channel`."""
        place, file = dispatch.conversation, dispatch.attachment
        if not place.external_id:
            raise ChannelUnavailable(f"{self._settings.name}：还没认出这个群")
        steps: list[saying.Step] = []
        if file is not None:
            saying.check_size(file, self._settings.max_file_bytes, texts.CALLED, texts.SMALLEST_FILE)
            steps.append(partial(self._hand_over, place, file))
        called = [harmless(mention.name) for mention in dispatch.mentions]
        for number, text in enumerate(saying.texts(called, harmless(dispatch.text), LONGEST_TEXT)):
            steps.append(partial(self._say, place, text, f"post-{dispatch.id}-{number}"))
        async with self._turn:
            await saying.say_all(steps)

    async def _say(self, place: Conversation, text: str, stream: str) -> None:
        if question := self._questions.take(place.external_id):
            body = {"msgtype": "stream", "stream": {"id": stream, "finish": True, "content": text}}
            reply = await self._ask(frames.RESPOND, body, question)
            if reply.code == verdicts.NO_STREAM:
                reply = await self._ask(frames.RESPOND, _markdown(text), question)
            if reply.code not in verdicts.STALE_QUESTION:
                return self._settle_there(reply)
        return self._settle_there(await self._ask(frames.PUSH, _to(place) | _markdown(text)))

    async def _hand_over(self, place: Conversation, file: Attachment) -> None:
        try:
            async with asyncio.timeout(self._settings.upload_timeout_seconds):
                media_id = await self._upload(file)
        except (CallFailed, TimeoutError):
            raise ChannelUnavailable(f"{self._settings.name}：文件没有传上去") from None
        body = _to(place) | {"msgtype": "file", "file": {"media_id": media_id}}
        self._settle_there(await self._ask(frames.PUSH, body))

    async def _upload(self, file: Attachment) -> str:
        content = file.content
        chunks = [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)]
        begun = await self._line.ask(
            frames.UPLOAD,
            {
                "type": "file",
                "filename": file.name,
                "total_size": len(content),
                "total_chunks": len(chunks),
                "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
            },
        )
        self._settle(begun)
        upload_id = begun.body.get("upload_id")
        for index, chunk in enumerate(chunks):
            data = base64.b64encode(chunk).decode()
            body = {"upload_id": upload_id, "chunk_index": index, "base64_data": data}
            self._settle(await self._line.ask(frames.UPLOAD_CHUNK, body))
        ended = await self._line.ask(frames.UPLOAD_END, {"upload_id": upload_id})
        self._settle(ended)
        return str(ended.body.get("media_id", ""))

    async def _ask(self, cmd: str, body: Mapping[str, Any], req_id: str = "") -> Frame:
        try:
            return await self._line.ask(cmd, body, req_id)
        except CallFailed as exc:
            raise doubtful(self._settings.name, exc) from exc

    def _settle_there(self, reply: Frame) -> None:
        """Of what was said in a conversation: one that has had too much holds up no other."""
        if reply.code != 0:
            raise verdicts.verdict_there(self._settings.name, reply.code)

    def _settle(self, reply: Frame) -> None:
        if reply.code != 0:
            raise verdicts.verdict(self._settings.name, reply.code)


def harmless(text: str) -> str:
    """The text with no link, mention or colour in it that somebody else may have written into what is repeated."""
    return texts.untagged(text).replace("](", "]（")


def _markdown(text: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": text}}


def _to(place: Conversation) -> dict[str, Any]:
    return {"chatid": place.external_id, "chat_type": _SINGLE if place.private else _GROUP}
