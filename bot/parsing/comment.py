"""Opinions on a text under consultation (征求意见): one record for each article spoken of.

Called by `bot.parsing.prose` for a stretch of text that comments on a draft.
"""

from __future__ import annotations

import re

from bot.parsing.document import Document
from bot.parsing.numerals import number
from bot.parsing.voice import ARTICLE
from bot.records import Comment

_BARE = re.compile(r"(?:草案|民法典)\s*(?P<n>\d{2,4})(?![\d.年月日号人个部])")
"""草案 1127: its number alone."""

_FEW = 20
"""Up to so many articles are counted; one that is named without 第 has a greater number."""


def read(document: Document, start: int, end: int) -> list[Comment]:
    """The comments between two places."""
    found = list(ARTICLE.finditer(document.plain, start, end))
    if any(match[0].startswith("第") for match in found):  # 第1032条、第1034条两条写得好: how many they are
        found = [m for m in found if m[0].startswith("第") or (number(m["n"]) or 0) > _FEW]
    if not found and (bare := _BARE.search(document.plain, start, end)):
        return [_comment(document, start, end, int(bare["n"]))]
    articles: list[tuple[int, int]] = []
    seen: set[int] = set()
    for match in found:
        value = int(number(match["n"]) or 0)
        if value and value not in seen:
            seen.add(value)
            articles.append((match.start(), value))
    if not articles:
        return [_comment(document, start, end, None)]
    if len(articles) == 1:
        return [_comment(document, start, end, articles[0][1])]
    comments = []
    begin = start
    for index, (_, value) in enumerate(articles):
        stop = end
        if index + 1 < len(articles):
            after = articles[index + 1][0]
            stop = max((m.end() for m in re.finditer(r"[;。!?\n,]", document.plain[begin:after])), default=0) + begin
            if stop <= begin:
                stop = after
        comments.append(_comment(document, begin, stop, value))
        begin = stop
    return comments


def _comment(document: Document, start: int, end: int, article: int | None) -> Comment:
    text = document.visible(start, end).strip(";；。 ")
    return Comment(
        source=document.visible(start, end),
        rules=("comment.text",),
        article=article,
        text=text or document.visible(start, end),
    )
