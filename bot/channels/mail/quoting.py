"""What somebody wrote in an answer, without what they quoted and what their program signed with. Pure.

`reading` calls it. A quoted report or command is not the sender's: what is in doubt is left out, and the whole mail
can be read in the mailbox, which is never changed.
"""

from __future__ import annotations

import re
from typing import Final

_BEFORE_QUOTE: Final = re.compile(
    r"-{2,}\s*(?:original message|original|forwarded message|begin forwarded message|原始邮件|原邮件|转发邮件|"
    r"转发的邮件|回复的原邮件|转发邮件信息|邮件原件|回复邮件|原始信件)\s*-{2,}.*"
    r"|-{3,}\s*(?:回复|转发).{0,20}-{2,}.*"
    r"|begin forwarded message:?|开始转发邮件[:：]?"
    r"|on\b.{5,200}\bwrote\s*[:：]"
    r"|在\s*.{2,200}(?:写道|写到|编写)\s*[:：]"
    r"|(?:于|从)?\s*\d{4}\s*[年/-].{2,200}(?:写道|写到)\s*[:：]"
    r"|.{0,120}<[^<>\s]+@[^<>\s]+>\s*(?:于|在).{2,120}(?:写道|写到)\s*[:：]"
    r"|_{20,}",
    re.IGNORECASE,
)
_FIELD: Final = re.compile(
    r"(?:\*|>|\s)*(?:发件人|寄件者|寄件人|发送时间|发送日期|收件人|收件者|主题|抄送|日期|from|sent|to|subject|date|cc)\s*\*?\s*[:：]",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(
    r"--\s?"
    r"|(?:发自|来自)\s*(?:我的|网易|qq|foxmail|outlook|iphone|华为|荣耀|小米|oppo|vivo|安卓|android|手机|139|189|移动|wps).{0,30}"
    r"|sent from (?:my|mail for|outlook|yahoo).{0,40}"
    r"|get outlook for .{0,20}"
    r"|获取\s*outlook.{0,20}",
    re.IGNORECASE,
)

_LONGEST_MARK: Final = 400
"""Characters of a line in which a mark is looked for; longer ones are prose."""


def own_words(text: str) -> str:
    """The text up to the quotation or signature, without lines that begin with >."""
    lines = [line.replace("\xa0", " ").rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept: list[str] = []
    for number, line in enumerate(lines):
        bare = line.strip()
        if len(bare) <= _LONGEST_MARK and _ends_own_words(lines, number, bare):
            break
        if not bare.startswith((">", "＞", "|>")):
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _ends_own_words(lines: list[str], number: int, bare: str) -> bool:
    return (
        _SIGNED.fullmatch(bare) is not None
        or _BEFORE_QUOTE.fullmatch(bare) is not None
        or _opens_on_two_lines(lines, number)
        or _is_heading(lines, number)
    )


def _opens_on_two_lines(lines: list[str], number: int) -> bool:
    """“On …, Zhang <…>” whose “wrote:” stands on the next line."""
    if number + 1 >= len(lines) or not re.match(r"on\b|在|于|\d{4}", lines[number].strip(), re.IGNORECASE):
        return False
    joined = f"{lines[number].strip()} {lines[number + 1].strip()}"
    return len(joined) < 300 and "@" in joined and _BEFORE_QUOTE.fullmatch(joined) is not None


def _is_heading(lines: list[str], number: int) -> bool:
    """发件人, 收件人, 主题 below each other: what Outlook puts above a quotation."""
    if not _FIELD.match(lines[number]):
        return False
    following = [line for line in lines[number : number + 8] if line.strip()][:5]
    return sum(_FIELD.match(line) is not None for line in following) >= 3
