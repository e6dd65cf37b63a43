"""An intake that keeps what it is handed in memory, once each, as `bot.inbox` does in the store."""

from __future__ import annotations

import asyncio

from bot.channel import Gap
from bot.messages import Message, Receipt


class MemoryIntake:
    """Keeps messages, gaps and acquaintances, in the order in which they came.

    Attributes:
        met: account id → the name it was met by.
        rooms: group id → the name it was met by.
        receipts: what was told of posts.
        knows_posts: whether the posts of receipts are known.
        repeats: how many messages were handed in again.
    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.gaps: list[Gap] = []
        self.met: dict[str, str] = {}
        self.rooms: dict[str, str] = {}
        self.repeats = 0
        self.receipts: list[Receipt] = []
        self.knows_posts = True
        self._known: set[tuple[str, str]] = set()
        self._held: dict[str, asyncio.Event] = {}

    async def accept(self, message: Message) -> bool:
        if gate := self._held.get(message.conversation.external_id):
            await gate.wait()
        key = (message.channel, message.external_id)
        if key in self._known:
            self.repeats += 1
            return False
        self._known.add(key)
        self.messages.append(message)
        return True

    async def note_gap(self, gap: Gap) -> None:
        self.gaps.append(gap)

    async def note_receipt(self, receipt: Receipt) -> bool:
        if self.knows_posts:
            self.receipts.append(receipt)
        return self.knows_posts

    async def meet_room(self, channel: str, external_id: str, name: str) -> None:
        self.rooms[external_id] = name

    async def meet(self, channel: str, external_id: str, name: str) -> None:
        self.met[external_id] = name

    def hold(self, conversation: str) -> None:
        """Makes whoever hands in a message of that conversation wait."""
        self._held[conversation] = asyncio.Event()

    def release(self, conversation: str) -> None:
        """Ends the wait."""
        self._held.pop(conversation).set()

    def texts(self, conversation: str | None = None) -> list[str]:
        """What was said by others, in order."""
        return [
            message.text
            for message in self.messages
            if not message.from_self and conversation in (None, message.conversation.external_id)
        ]

    def echoes(self) -> list[Message]:
        """The bot's own posts, as they came back."""
        return [message for message in self.messages if message.from_self]


class BrokenIntake(MemoryIntake):
    """Cannot keep anything, until it is mended."""

    broken = True

    async def accept(self, message: Message) -> bool:
        if self.broken:
            raise ConnectionError
        return await super().accept(message)
