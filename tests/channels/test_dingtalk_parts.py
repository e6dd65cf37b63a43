"""The pure parts of DingTalk: whatever comes in, they answer with a value or with their own error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.calls import Answer
from bot.channels.dingtalk import frames, signing, talk, verdicts
from bot.channels.upkeep import Pauses
from bot.errors import BotError, DeliveryRefused
from bot.messages import MessageKind
from tests.fakes import dingtalk

NOW: Final = datetime(2020, 2, 10, tzinfo=UTC)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS: Final = (
    "msgId", "conversationId", "conversationType", "senderId", "senderStaffId", "senderNick", "createAt", "msgtype",
    "text", "content", "sessionWebhook", "sessionWebhookExpiredTime", "conversationTitle",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_body_makes_a_message_impossible(body: dict[str, Any]) -> None:
    message = talk.message_of(body, "dingtalk_stream", NOW, "frame-1")
    assert isinstance(message.kind, MessageKind)
    assert isinstance(message.text, str)
    assert message.external_id
    opening = talk.opening_of(body)
    assert opening is None or (opening.url and opening.ends_at.tzinfo is UTC)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_frames(raw: str) -> None:
    frame = frames.read(raw)
    assert frame is None or isinstance(frame.body(), dict | None)


@given(st.text(), st.text(), st.text(alphabet="0123456789", max_size=13))
def test_signing_and_checking_never_fail(claimed: str, secret: str, at: str) -> None:
    secret = secret.encode("utf-8", "replace").decode()
    signed = signing.robot_signature(secret, at)
    assert signed == dingtalk.signed(secret, f"{at}\n{secret}")
    assert signing.is_signed(signed, secret, at)
    assert signing.is_signed(claimed, secret, at) == (claimed == signed)


@given(st.integers(), st.text(max_size=100), st.integers(min_value=400, max_value=499))
def test_every_code_has_a_verdict_that_repeats_no_words(code: int, words: str, status: int) -> None:
    assert isinstance(verdicts.verdict("d", code), BotError)
    told = verdicts.verdict_of_api("d", Answer({"code": f"张三 {words}"}, status))
    assert isinstance(told, BotError)
    assert "张三" not in str(told)


def test_a_code_that_nobody_knows_is_never_tried_again() -> None:
    assert isinstance(verdicts.verdict("d", 31337), DeliveryRefused)
    assert isinstance(verdicts.verdict_of_api("d", Answer({"code": "never.heard.of"}, 400)), DeliveryRefused)


def test_pauses_grow_to_the_longest_and_begin_anew() -> None:
    pauses = Pauses(1, 5)
    assert [pauses.next() for _ in range(5)] == [1, 2, 4, 5, 5]
    pauses.reset()
    assert pauses.next() == 1
