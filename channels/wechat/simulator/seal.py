"""Signatures and the AES envelope, after the provider's 消息加解密说明. Pure functions."""

import base64
import hashlib
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


def signature(*words: str) -> str:
    """SHA-1 of the sorted words, as the protocol fixes it."""
    return hashlib.sha1("".join(sorted(words)).encode(), usedforsecurity=False).hexdigest()


def key_of(aes_key: str) -> bytes:
    """The 32 bytes behind a 43-character EncodingAESKey."""
    return base64.b64decode(aes_key + "=")


def seal(plain: bytes, aes_key: str, app_id: str) -> str:
    """16 random bytes, length, message, app id; padded to 32, AES-256-CBC, base64."""
    block = secrets.token_bytes(16) + len(plain).to_bytes(4, "big") + plain + app_id.encode()
    pad = BLOCK - len(block) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(block + bytes([pad]) * pad)).decode()


def unseal(sealed: str, aes_key: str) -> tuple[bytes, str]:
    """The message and the app id it was sealed for."""
    decryptor = _cipher(aes_key).decryptor()
    block = decryptor.update(base64.b64decode(sealed))
    block = block[16 : -block[-1]]
    end = 4 + int.from_bytes(block[:4], "big")
    return block[4:end], block[end:].decode()


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = key_of(aes_key)
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
