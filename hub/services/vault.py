"""Small secrets at rest: sealed with AES-256-GCM under keys that never stand beside them.

A key is named by its fingerprint, so that a sealed value tells which one opens it. The first key
seals, all of them open: a new key is put in front, and the old one stays, for the audit rows it
proves and what nobody has sealed anew.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from hashlib import sha256
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.errors import SealBroken, StartError
from hub.ports import Documents

KEY_BYTES = 32
NONCE_BYTES = 12
FORM = "s1"
SETTINGS = "settings"
SEAL = "seal"


class Vault:
    """`keys`: 32 bytes each, the sealing one first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a seal key has {KEY_BYTES} bytes")
        self._keys = {fingerprint(key): key for key in keys}
        self._first = fingerprint(keys[0])

    @property
    def key_ids(self) -> tuple[str, ...]:
        return tuple(self._keys)

    def seal(self, secret: str, *, purpose: str) -> str:
        """`purpose` names the place ("otp:agent1"): sealed for one, it does not open at another."""
        nonce = token_bytes(NONCE_BYTES)
        closed = AESGCM(self._derived(self._first, "seal")).encrypt(
            nonce, secret.encode(), purpose.encode()
        )
        return f"{FORM}.{self._first}.{base64.urlsafe_b64encode(nonce + closed).decode()}"

    def open(self, sealed: str, *, purpose: str) -> str:
        """Raises SealBroken: sealed under a key we do not have, for another place, or changed."""
        form, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        if form != FORM or key_id not in self._keys:
            raise SealBroken(f"sealed under a key this hub does not have ({key_id or 'no key'})")
        try:
            raw = base64.urlsafe_b64decode(body)
            if base64.urlsafe_b64encode(raw).decode() != body:
                raise ValueError("another writing of the same bytes")
            opened = AESGCM(self._derived(key_id, "seal")).decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()
            )
        except (InvalidTag, ValueError) as exc:
            raise SealBroken("a sealed secret was changed or stands at another place") from exc
        return opened.decode()

    def is_current(self, sealed: str) -> bool:
        """False: seal it again when it is at hand."""
        return sealed.startswith(f"{FORM}.{self._first}.")

    def mac(self, data: bytes, *, purpose: str) -> str:
        """`<key id>.<hex>`: proves that somebody with the key wrote `data`."""
        return self._mac(self._first, data, purpose)

    def proves(self, mac: str, data: bytes, *, purpose: str) -> bool:
        key_id = mac.partition(".")[0]
        known = key_id in self._keys
        return known and hmac.compare_digest(mac, self._mac(key_id, data, purpose))

    def _mac(self, key_id: str, data: bytes, purpose: str) -> str:
        key = self._derived(key_id, f"mac {purpose}")
        return f"{key_id}.{hmac.new(key, data, sha256).hexdigest()}"

    def _derived(self, key_id: str, use: str) -> bytes:
        """One key a use, so that no two of them ever meet."""
        spread = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=use.encode())
        return spread.derive(self._keys[key_id])


def fingerprint(key: bytes) -> str:
    return sha256(b"lianluo seal key" + key).hexdigest()[:8]


def read_keys(text: str) -> tuple[bytes, ...]:
    """Base64 of 32 bytes each, the sealing one first, separated by commas or white space.

    Raises:
        ValueError: says what is wrong without naming a key.
    """
    try:
        keys = tuple(
            base64.b64decode(word, validate=True) for word in text.replace(",", " ").split()
        )
    except binascii.Error:
        raise ValueError("a seal key is base64") from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"a seal key is base64 of {KEY_BYTES} random bytes")
    return keys


async def remember_keys(vault: Vault, documents: Documents) -> None:
    """Keep the fingerprints of all keys this database was sealed under.

    Raises:
        StartError: none of our keys has ever sealed here: secrets could not be opened.
    """
    while True:
        doc = await documents.get(SETTINGS, SEAL)
        if doc is None:
            first = {"_id": SEAL, "version": 1, "keys": list(vault.key_ids)}
            if await documents.create(SETTINGS, first):
                return
            continue
        known = set(doc["keys"])
        if known.isdisjoint(vault.key_ids):
            raise StartError(
                "the secrets in this database are sealed under another key "
                f"({', '.join(sorted(known))}); nothing was touched. Give that key as "
                "security.seal_key, after a new one if it is to be replaced."
            )
        if known.issuperset(vault.key_ids):
            return
        keys = [*doc["keys"], *(key for key in vault.key_ids if key not in known)]
        new = {**doc, "keys": keys, "version": doc["version"] + 1}
        if await documents.replace(SETTINGS, new, version=doc["version"]):
            return
