"""A file that staff hand in, in their room or alone: a text with the head of a notice (通知) is drafted as one.

Other files are kept by the inbox, and wait there for a notice that names them.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.heard import Heard
from bot.messages import Post
from bot.records import Attached, Command
from handlers import commands, drafts
from storage import Session, files

_LARGEST = 200_000
_TEXTS = (".md", ".txt")
_ENCODINGS = ("utf-8-sig", "gb18030")


async def attached(record: Attached, heard: Heard, session: Session) -> Sequence[Post]:
    """Drafts the notice that a file holds, as if it stood behind `/通知`."""
    if heard.again or not heard.speaker.staff or (heard.room is not None and not heard.room.for_staff):
        return ()
    file = await files.get(session, record.file_id)
    if not file.name.casefold().endswith(_TEXTS) or len(file.content) > _LARGEST:
        return ()
    text = decoded(file.content)
    if text is None or not drafts.is_file(text):
        return ()
    return await commands.command(Command(name="通知", args=tuple(text.split()), rest=text), heard, session)


def decoded(content: bytes) -> str | None:
    """A text as Windows or anything else saves it; None for what is none."""
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
