"""What WeCom takes for more than text, and what it makes of files. Pure."""

from __future__ import annotations

import re
from typing import Final

CALLED: Final = "企业微信"
SMALLEST_FILE: Final = 6
"""A file of fewer bytes is refused by the platform."""

_TAG: Final = re.compile(r"<(?=[A-Za-z/!@])")


def untagged(text: str) -> str:
    """The text with nothing that the platform takes for a link, a mention or colour: it is shown as it was written."""
    return _TAG.sub("＜", text)
