"""Signatures and the sealed envelope of pushes. wechatpy's cipher, our checks around it.

wechatpy itself compares with `!=`, knows one key and takes any padding.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from wechatpy.crypto import PrpCrypto

from hub.errors import InboundRejected

RANDOM = 16
LONGEST_PAD = 32


class Envelope:
    """`tokens` and `aes_keys`: the current one first, then the one before."""

    def __init__(self, *, tokens: Sequence[str], app_id: str, aes_keys: Sequence[str]) -> None:
        self._tokens = tokens
        self._app_id = app_id.encode()
        self._ciphers = [PrpCrypto(base64.b64decode(key + "=")).cipher for key in aes_keys]

    def is_signed(self, signature: str, *words: str) -> bool:
        """Whether `signature` is the SHA-1 of the sorted words and one of our tokens."""
        given = signature.encode("utf-8", "replace")
        return any(hmac.compare_digest(_signature(each, words), given) for each in self._tokens)

    def open(self, sealed: str) -> bytes:
        """The message inside.

        Raises:
            InboundRejected: none of our keys opens it, or it was sealed for another account.
        """
        try:
            data = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError):
            raise InboundRejected("not_decryptable", status=403) from None
        if not data or len(data) % 16:
            raise InboundRejected("not_decryptable", status=403)
        reason = "not_decryptable"
        for cipher in self._ciphers:
            content = _unpadded(cipher.decrypt(data))
            end = RANDOM + 4 + int.from_bytes(content[RANDOM : RANDOM + 4], "big")
            if len(content) < RANDOM + 4 or end > len(content):
                continue
            if hmac.compare_digest(content[end:], self._app_id):
                return content[RANDOM + 4 : end]
            reason = "wrong_app_id"
        raise InboundRejected(reason, status=403)


def _signature(token: str, words: Sequence[str]) -> bytes:
    text = "".join(sorted((token, *words)))
    made = hashlib.sha1(text.encode("utf-8", "replace"), usedforsecurity=False)
    return made.hexdigest().encode()


def _unpadded(plain: bytes) -> bytes:
    """Without its PKCS#7 padding of 1 to 32; empty when there is no such padding."""
    pad = plain[-1]
    if not 1 <= pad <= LONGEST_PAD or plain[-pad:] != bytes([pad]) * pad:
        return b""
    return plain[:-pad]
