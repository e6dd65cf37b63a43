"""The reading core: a message's text in, what it says out (parsing).

Pure: no I/O, no clock, no task. `parse` is the one entry; `bot.inbox` and `bot.cli` call it. The stages, in order:
`document` (normalize, scan), `frame` (commands, quotes, forwards), `chains` (接龙, batches, tables), `numbered`
(numbered parts), `prose` (all else, cut into stretches); one reader per kind: `health`, `counts`, `deed`, `comment`, …
"""

from __future__ import annotations

import re

from bot.parsing import chains, frame, health, names, numbered, prose
from bot.parsing.document import Context, Document, Segmenter, Speaker
from bot.parsing.lexicon import Rules
from bot.parsing.names import Roster
from bot.records import Ack, Record

__all__ = ["Context", "Roster", "Rules", "Segmenter", "parse"]


def parse(text: str, context: Context, rulebook: Rules, segmenter: Segmenter) -> tuple[Record, ...]:
    """Read a message: what it reports, in the order in which it does; nothing where it reports nothing.

    Never raises on any text. Time grows with the length of the text and not faster.
    """
    document = Document(text, context, rulebook, segmenter)
    plain = document.plain
    start, end = len(plain) - len(plain.lstrip()), len(plain.rstrip())
    if start >= end:
        return ()
    if command := frame.command(document):
        return (command,)
    speaker = Speaker(document.own_name)
    if quote := frame.quote(document):
        if command := frame.command(document, quote):
            return (command,)
        start = quote.end
        asked = frame.asked_kin(quote)
        meant, named = _meant(document, quote)
        about = named and meant is not None and not document.is_sender(meant)
        about = about and frame.asks_of_third(quote, meant or "", document.own_name)
        speaker = Speaker(
            document.own_name,
            quoted=meant,
            kin=asked,
            question=quote.said,
            about=meant if about else None,
            complaints=health.complaints(document, 0, quote.end),
        )
        if start >= end:
            return ()
    if alone := frame.is_alone(document, start, end):
        return (Ack(source=document.visible(start, end), rules=(alone,)),)
    return tuple(_read(document, start, end, speaker))


def _read(document: Document, start: int, end: int, speaker: Speaker) -> list[Record]:
    forwarded = frame.forwarded(document, start, end)
    if not forwarded:
        listed = chains.read(document, start, end, speaker)
        if listed is not None:
            return listed
        parts = numbered.read(document, start, end, speaker)
        if parts is not None:
            return parts
    return prose.read(document, start, end, speaker, forwarded=forwarded)


def _meant(document: Document, quote: frame.Quote) -> tuple[str | None, bool]:
    """Whom 他 means under a quote: the one whom the quote names, else who said it; and whether it names them."""
    for start, end in document.known_between(0, quote.end):
        if document.plain[start:end] in quote.said:
            return document.visible(start, end), True
    rules, said = document.rules.names, quote.said
    for begin in range(min(len(said), 40)):
        if said[max(0, begin - 1) : begin] == "@" or document.sender_plain.startswith(said[begin : begin + 2]):
            continue
        length = names.length_at(said, begin, len(said), rules, ())
        if not length and begin + 2 <= len(said):
            for width in (3, 2):
                if names.TITLE.match(said, begin + width) and said[begin : begin + 1] in rules.surnames:
                    length = width
                    break
        if length and (begin == 0 or said[begin - 1] in " ,:?。说" or names.TITLE.match(said, begin + length)):
            return said[begin : begin + length], True
    if asked := _asked_about(document, said):
        return asked, True
    name = quote.speaker.split("-")[-1].split(" ")[-1].lstrip("@")
    return name or None, False


_ASKED_BEFORE = re.compile(r"(?:^|[\s,:?。、@]|说|问|知道|晓得|联系|那|和|还有|是|给|帮|看下?|问问|问下)$")
_ASKED_AFTER = re.compile(r"[\s,?。、今昨现怎咋的在有好还报没体身情联了是人吗呢量咳发烧退病回接电]|$")


def _asked_about(document: Document, said: str) -> str | None:
    """The name of three characters that a quote asks about, by the segmenter's borders: 王海涛联系上了吗."""
    if document.sender_plain and document.sender_plain in said:
        return None
    may_begin = [begin for begin in range(min(len(said), 60) - 2) if _may_be_asked(document, said, begin)]
    if not may_begin:
        return None
    begin = 0
    words = list(document.segmenter.words(said[:60]))
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name = word + following if len(word) == 1 and len(following) == 2 else word
        if len(name) == 3 and begin in may_begin:
            return name
        begin += len(word)
    return None


def _may_be_asked(document: Document, said: str, begin: int) -> bool:
    """Whether three characters look like a name that is asked about, if only they are words."""
    return (
        names.length_at(said, begin, begin + 3, document.rules.names, (), sure=True) == 3
        and _ASKED_BEFORE.search(said[:begin]) is not None
        and _ASKED_AFTER.match(said, begin + 3) is not None
    )
