"""Bytes and headers of a mail → text, whatever encoding they claim or forget to claim. Pure.

`reading`, `tidings` and `hypertext` call it. Mails that call themselves gb2312 are mostly gbk, and Python's own
decoding loses what gb2312 lacks (朱镕 → 朱�F): all of that family is read as gb18030, which has it.
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message as MimePart
from email.utils import getaddresses
from typing import Final

_CHINESE: Final = re.compile(r"gb[-_]?2312|gbk|gb[-_]?18030|cp936|x-gbk|euc[-_]?cn|chinese|gb_2312-80", re.IGNORECASE)
_UNSAID: Final = ("", "us-ascii", "ascii", "unknown-8bit", "unknown", "8bit", "default", "x-unknown")
_LONGEST_HEADER: Final = 4_000
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def text_of(content: bytes, charset: str | None) -> str:
    """The text of bytes that claim that charset; none is too broken to be read as far as it goes."""
    name = (charset or "").strip().strip("\"'").lower()
    if name in {"hz", "hz-gb-2312"}:
        return content.decode("hz", "replace")
    if _CHINESE.fullmatch(name):
        return _first(content, "gb18030", "utf-8")
    if name in _UNSAID:
        return _first(content, "utf-8", "gb18030")
    try:
        return content.decode(name)
    except (LookupError, UnicodeError, ValueError):
        return _first(content, "utf-8", "gb18030")


def _first(content: bytes, *charsets: str) -> str:
    """By the first of the charsets that fits wholly, else by the first with what does not fit replaced."""
    for charset in charsets:
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    return content.decode(charsets[0], "replace")


def header_of(written: object) -> str:
    """A header as people see it; one line, without control characters."""
    pieces: list[tuple[bytes, str | None]] = []
    try:
        found = decode_header(written if isinstance(written, Header) else str(written or "")[:_LONGEST_HEADER])
    except (HeaderParseError, ValueError, LookupError, AssertionError):  # broken base64 in an encoded word
        found = [(str(written), None)]
    for content, charset in found:
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
        if pieces and pieces[-1][1] == charset:  # a character may be torn over two encoded words
            pieces[-1] = (pieces[-1][0] + raw, charset)
        else:
            pieces.append((raw, charset))
    text = "".join(text_of(*piece) for piece in pieces)[:_LONGEST_HEADER]
    return _CONTROLS.sub(" ", text).replace("\n", " ").strip()


def filename_of(part: MimePart) -> str:
    """The name of an attached file, in whichever of the three ways it is written; empty where there is none."""
    for parameter, header in (("filename", "content-disposition"), ("name", "content-type")):
        written = part.get_param(parameter, header=header)
        if isinstance(written, tuple):
            charset, _, value = written
            return _CONTROLS.sub(" ", text_of(value.encode("raw-unicode-escape"), charset)).strip()
        if written:
            return header_of(written)
    return ""


def address_of(value: object) -> str:
    """The first e-mail address that a header's value names, in small letters; empty where none can be read.

    `email.utils.parseaddr` gives nothing from Python 3.13 on where more than one is named, which the standard allows
    (RFC 5322 section 3.6.2).
    """
    try:
        named = getaddresses([header_of(value)])
    except RecursionError:  # comments inside comments without end
        return ""
    return named[0][1].strip().lower() if named else ""
