"""An HTML mail → its text, without what it quotes. Pure; `reading` calls it where a mail has no plain text.

The standard library's parser takes time that grows with the square of what is sent to it; this one looks at each
character a few times at most.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

_BREAKS: Final = frozenset(
    ("br", "p", "div", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section", "pre")
)
_RAW: Final = ("style", "script", "title")
_HIDES: Final = frozenset(("head", "template", "noscript", "blockquote", "includetail"))
_LONE: Final = frozenset(("br", "hr", "img", "meta", "link", "input", "col", "base", "area", "wbr", "source"))
_QUOTES: Final = re.compile(
    r"gmail_quote|gmail_attr|moz-cite-prefix|yahoo_quoted|isReplyContent|isForwardContent|divRplyFwdMsg|qmquote|"
    r"ntes-mailmaster-quote|foxmail_quote",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,30})((?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)>")
_DECLARATION: Final = re.compile(r"<[!?][^<>]*+>")
_NAMED: Final = re.compile(r"\b(?:class|id|name)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_DEEPEST: Final = 200
"""Elements inside each other; with more it is no letter."""


def text_of(markup: str) -> str:
    """What the page shows, line by line."""
    page = _Page()
    for kind, content, attributes in _tokens(markup):
        if kind == "text":
            page.say(content)
        elif kind == "open":
            page.open(content, attributes)
        else:
            page.shut(content)
    lines = (line.replace("\xa0", " ").strip() for line in "".join(page.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _tokens(markup: str) -> Iterator[tuple[str, str, str]]:
    """The markup as texts, opening and closing tags; what stands between raw tags and in comments is left out."""
    at, low, comments_end = 0, markup.lower(), True
    while at < len(markup):
        start = markup.find("<", at)
        if start < 0:
            yield "text", markup[at:], ""
            return
        if start > at:
            yield "text", markup[at:start], ""
        at = start + 1
        if comments_end and markup.startswith("<!--", start):
            end = markup.find("-->", start)
            if end >= 0:
                at = end + 3
                continue
            comments_end = False  # nor does any after it: looked for once
        if tag := _TAG.match(markup, start):
            at, name = tag.end(), tag[2].lower()
            if name in _RAW and not tag[1]:
                end = low.find(f"</{name}", at)
                at = end if end >= 0 else len(markup)
            else:
                yield ("shut" if tag[1] else "open"), name, tag[3]
        elif declaration := _DECLARATION.match(markup, start):
            at = declaration.end()
        else:
            yield "text", "<", ""


class _Page:
    """Collects the text; `_hidden` is how deep inside something that is not shown, or quoted, it is."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._hidden = 0

    def open(self, tag: str, attributes: str) -> None:
        if tag in _BREAKS:
            self._break(always=tag == "br")
        if tag in _LONE or attributes.endswith("/") or len(self._open) >= _DEEPEST:
            return
        named = " ".join(_NAMED.findall(attributes[:2_000]))
        hides = tag in _HIDES or _QUOTES.search(named) is not None
        self._open.append((tag, hides))
        self._hidden += hides

    def shut(self, tag: str) -> None:
        if any(name == tag for name, _ in self._open):
            while self._open:
                name, hid = self._open.pop()
                self._hidden -= hid
                if name == tag:
                    break
        if tag in _BREAKS:
            self._break(always=False)
        elif tag == "td":
            self.say(" ")

    def say(self, text: str) -> None:
        if not self._hidden:
            self.pieces.append(_BLANKS.sub(" ", html.unescape(text)))

    def _break(self, *, always: bool) -> None:
        if not self._hidden and (always or not (self.pieces and self.pieces[-1].endswith("\n"))):
            self.pieces.append("\n")
