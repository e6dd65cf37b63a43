"""What an answer of 专有钉钉 holds, wherever the gateway of a province puts it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.channels.calls import Answer
from bot.channels.dingtalk import verdicts


def content_of(answer: Answer) -> Mapping[str, Any]:
    """What an answer holds: an object, which some gateways write as a text within the text."""
    content = answer.values.get("content")
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            content = None
    return content if isinstance(content, dict) else {}


def succeeded(answer: Answer) -> bool:
    """Whether the platform did what it was asked: it says so twice, and both have to be so."""
    return answer.values.get("success") is True and content_of(answer).get("success") is not False


def code_of(answer: Answer) -> str:
    """The error's code, wherever this gateway puts it; never its words."""
    for values in (content_of(answer), answer.values):
        for key in ("bizErrorCode", "errorCode", "Code", "code", "responseCode", "errcode"):
            if (code := values.get(key)) not in (None, "", "0", 0):
                return verdicts.shown(str(code))
    return "?"
