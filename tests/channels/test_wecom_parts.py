"""The pure parts of WeCom: whatever comes in, they answer with a value or with their own error."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import saying
from bot.channels.wecom import cipher, envelopes, frames, verdicts
from bot.errors import ChannelUnavailable, DeliveryRefused, DeliveryUnknown
from bot.messages import MessageKind
from tests.fakes import wecom

NOW: Final = datetime(2020, 2, 10, tzinfo=UTC)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS: Final = ("msgid", "chatid", "chattype", "from", "create_time", "msgtype", "text", "mixed", "voice", "quote")


# ── cipher ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.binary(max_size=300))
def test_what_the_platform_seals_is_unsealed_whole(plain: bytes) -> None:
    assert cipher.unseal(wecom.AES_KEY, wecom.CORP, wecom.seal(plain)) == plain


@given(st.binary(max_size=200))
def test_bytes_that_nobody_sealed_are_undecipherable(noise: bytes) -> None:
    with pytest.raises(cipher.Undecipherable):
        cipher.unseal(wecom.AES_KEY, wecom.CORP, base64.b64encode(noise).decode())


@given(st.text(max_size=60))
def test_text_that_is_no_ciphertext_is_undecipherable(noise: str) -> None:
    with pytest.raises(cipher.Undecipherable):
        cipher.unseal(wecom.AES_KEY, wecom.CORP, noise)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_ciphertext_with_a_byte_changed_is_not_the_same_message(place: int, change: int) -> None:
    sealed = bytearray(base64.b64decode(wecom.seal("36.5 健康".encode())))
    sealed[place % len(sealed)] ^= change
    try:
        plain = cipher.unseal(wecom.AES_KEY, wecom.CORP, base64.b64encode(sealed).decode())
    except cipher.Undecipherable:
        return
    # The encryption alone protects no message: a change in the random part or the text itself may go through it. That
    # is what the signature is for.
    claimed = cipher.signature(wecom.TOKEN, "1", "2", wecom.seal("36.5 健康".encode()))
    assert isinstance(plain, bytes)
    assert not cipher.is_signed(claimed, wecom.TOKEN, "1", "2", base64.b64encode(sealed).decode())


@given(st.text(), st.text(), st.text(), st.text())
def test_signing_and_checking_never_fail(claimed: str, timestamp: str, nonce: str, sealed: str) -> None:
    signed = cipher.signature(wecom.TOKEN, timestamp, nonce, sealed)
    assert cipher.is_signed(signed, wecom.TOKEN, timestamp, nonce, sealed)
    assert cipher.is_signed(claimed, wecom.TOKEN, timestamp, nonce, sealed) == (claimed == signed)


# ── envelopes and frames ────────────────────────────────────────────────────────────────────────────────────────────


@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: f"<xml><a>{text}</a></xml>".encode("utf-8", "replace"))
)
def test_no_bytes_are_more_than_unreadable(noise: bytes) -> None:
    assert isinstance(envelopes.sealed_in(noise), str)
    try:
        fields = envelopes.fields_of(noise)
    except envelopes.Unreadable:
        return
    assert envelopes.message_of(fields, "wecom_app", "张三", NOW).channel == "wecom_app"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=100))
def test_a_text_comes_out_as_it_was_sent(text: str) -> None:
    fields = envelopes.fields_of(wecom.said(text))
    assert fields["Content"] == text.replace("\ufffe", "").replace("\uffff", "")


def test_an_inner_element_does_not_pass_for_a_field() -> None:
    fields = envelopes.fields_of(b"<xml><Card><FromUserName>boss</FromUserName>x</Card><A>1</A></xml>")
    assert fields == {"Card": "x", "A": "1"}


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_frame_makes_a_message_impossible(body: dict[str, Any]) -> None:
    message = frames.message_of(frames.Frame("aibot_msg_callback", "r", body), "wecom_aibot", NOW)
    assert isinstance(message.kind, MessageKind)
    assert isinstance(message.text, str)
    assert message.external_id


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_frames(raw: str) -> None:
    assert frames.read(raw) is None or isinstance(frames.read(raw), frames.Frame)


# ── saying and verdicts ─────────────────────────────────────────────────────────────────────────────────────────────


@given(
    st.lists(st.text(alphabet="张三李四", min_size=1, max_size=8), max_size=150),
    st.text(alphabet="体温。\n，", max_size=2000),
)
def test_every_piece_fits_and_nothing_is_left_out(called: list[str], text: str) -> None:
    said = saying.texts(called, text, 2048)
    assert all(0 < len(piece.encode()) <= 2048 for piece in said)
    kept = "".join("".join(said).split())
    assert kept == "".join((" ".join(f"@{name}" for name in called) + text).split())


async def test_a_failure_after_something_went_out_is_a_doubt() -> None:
    async def goes_out() -> str:
        return "proof"

    async def is_refused() -> None:
        raise DeliveryRefused("no")

    assert await saying.say_all([goes_out]) == "proof"
    with pytest.raises(DeliveryRefused):
        await saying.say_all([is_refused, goes_out])
    with pytest.raises(DeliveryUnknown):
        await saying.say_all([goes_out, is_refused])


def test_a_code_that_nobody_knows_is_never_tried_again() -> None:
    assert isinstance(verdicts.verdict("w", 31337), DeliveryRefused)
    assert isinstance(verdicts.verdict("w", 45009), ChannelUnavailable)
