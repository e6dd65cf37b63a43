"""Signature and encryption of the platform's callbacks: the only module that knows the cipher library.

AES-256-CBC with the first half of the key as its IV, padded to 32 bytes; inside are 16 random bytes, a length, the
message and whom it is for. No I/O, no clock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK: Final = 32
_RANDOM: Final = 16
_LENGTH: Final = 4


class Undecipherable(Exception):
    """It was not encrypted with our key, or for somebody else."""


def signature(token: str, timestamp: str, nonce: str, sealed: str) -> str:
    """What the platform signs a callback with."""
    words = "".join(sorted((token, timestamp, nonce, sealed)))
    return hashlib.sha1(words.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def is_signed(claimed: str, token: str, timestamp: str, nonce: str, sealed: str) -> bool:
    """Whether the signature is the right one; takes as long for a wrong one."""
    expected = signature(token, timestamp, nonce, sealed)
    return hmac.compare_digest(expected.encode(), claimed.encode("utf-8", "replace"))


def unseal(aes_key: str, receiver: str, sealed: str) -> bytes:
    """The message within.

    Args:
        aes_key: the EncodingAESKey, 43 characters.
        receiver: whom it has to be for: the corporation's id.

    Raises:
        Undecipherable: it cannot be read, or is for somebody else.
    """
    try:
        content = base64.b64decode(sealed, validate=True)
    except ValueError:
        raise Undecipherable("no base64") from None
    body = unseal_file(aes_key, content)[_RANDOM:]
    length = int.from_bytes(body[:_LENGTH], "big")
    message, whose = body[_LENGTH : _LENGTH + length], body[_LENGTH + length :]
    if len(body) < _LENGTH or len(message) != length or not hmac.compare_digest(whose, receiver.encode()):
        raise Undecipherable("it is for somebody else")
    return message


def unseal_file(aes_key: str, content: bytes) -> bytes:
    """A file within: the same cipher, with a key of its own, and nothing around it.

    Raises:
        Undecipherable: it cannot be read.
    """
    try:
        key = base64.b64decode(aes_key.rstrip("=") + "=", validate=True)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = decryptor.update(content) + decryptor.finalize()
    except ValueError:  # not base64, no whole block
        raise Undecipherable("no ciphertext of this key") from None
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise Undecipherable("the padding is wrong")
    return plain[:-padding]
