"""One-time passwords (RFC 6238) beside the password, and recovery codes for a lost telephone."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import choice

import pyotp

from hub.ports import Clock, Doc, Documents
from hub.services.access import USERS
from hub.services.vault import Vault

STEP_S = 30
TOLERATED = 1
"""Steps a telephone's clock may be off, either way."""

RECOVERY_CODES = 10
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP = 4, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """`uri` is what the picture holds; `secret` is for typing. Both are shown once."""

    uri: str
    secret: str


class SecondFactor:
    def __init__(self, documents: Documents, clock: Clock, vault: Vault, issuer: str) -> None:
        self._documents = documents
        self._clock = clock
        self._vault = vault
        self._issuer = issuer

    async def begin(self, username: str) -> Enrolment | None:
        """A new secret that counts when it is confirmed. None: one stands already."""
        secret = pyotp.random_base32()

        def change(doc: Doc) -> Doc | None:
            if doc.get("otp"):
                return None
            return {"otp_offered": self._vault.seal(secret, purpose=_purpose(username))}

        if not await self._changed(username, change):
            return None
        uri = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=self._issuer)
        return Enrolment(uri=uri, secret=secret)

    async def confirm(self, username: str, code: str) -> tuple[str, ...]:
        """Recovery codes, shown once; empty when the code is wrong or nothing was begun."""
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))

        def change(doc: Doc) -> Doc | None:
            offered = doc.get("otp_offered")
            if doc.get("otp") or not offered:
                return None
            step = self._step_of(self._vault.open(offered, purpose=_purpose(username)), code, 0)
            if not step:
                return None
            otp = {"sealed": offered, "step": step, "recovery": [_hash(one) for one in codes]}
            return {"otp": otp, "otp_offered": ""}

        return codes if await self._changed(username, change) else ()

    async def accepts(self, username: str, code: str) -> bool:
        """Whether this code is good now. Each code, of either kind, is good once."""

        def change(doc: Doc) -> Doc | None:
            otp = doc.get("otp")
            if not otp:
                return None
            secret = self._vault.open(otp["sealed"], purpose=_purpose(username))
            if step := self._step_of(secret, code, otp["step"]):
                sealed = otp["sealed"]
                if not self._vault.is_current(sealed):
                    sealed = self._vault.seal(secret, purpose=_purpose(username))
                return {"otp": {**otp, "step": step, "sealed": sealed}}
            left = _without(otp["recovery"], code)
            return None if left is None else {"otp": {**otp, "recovery": left}}

        return await self._changed(username, change)

    async def left(self, username: str) -> int | None:
        """How many recovery codes; None: there is no second factor."""
        doc = await self._documents.get(USERS, username)
        return recovery_codes_left(doc) if doc is not None and doc.get("otp") else None

    async def remove(self, username: str) -> bool:
        """False: there is none."""

        def change(doc: Doc) -> Doc | None:
            return {"otp": None, "otp_offered": ""} if doc.get("otp") else None

        return await self._changed(username, change)

    def _step_of(self, secret: str, code: str, used: int) -> int:
        """The time step this code belongs to, 0 when it is wrong or not newer than `used`."""
        now = int(self._clock.now().timestamp()) // STEP_S
        totp = pyotp.TOTP(secret)
        given = code.replace(" ", "").encode()
        found = 0
        for step in range(now - TOLERATED, now + TOLERATED + 1):
            if hmac.compare_digest(totp.generate_otp(step).encode(), given) and step > used:
                found = step
        return found

    async def _changed(self, username: str, change: Callable[[Doc], Doc | None]) -> bool:
        """Compare-and-set, so that a code used twice at once is good once."""
        while (doc := await self._documents.get(USERS, username)) is not None:
            new = change(doc)
            if new is None:
                return False
            version = doc["version"]
            whole = {**doc, **new, "version": version + 1}
            if await self._documents.replace(USERS, whole, version=version):
                return True
        return False


def recovery_codes_left(doc: Doc) -> int:
    otp = doc.get("otp")
    return len(otp["recovery"]) if otp else 0


def _purpose(username: str) -> str:
    return f"otp:{username}"


def _recovery_code() -> str:
    groups = ("".join(choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def _without(hashes: Sequence[str], code: str) -> list[str] | None:
    """The others; None when the code is none of them."""
    given = _hash(code)
    left = [one for one in hashes if not hmac.compare_digest(one, given)]
    return left if len(left) < len(hashes) else None


def _hash(code: str) -> str:
    """Fast on purpose: a code has 78 bits of chance."""
    plain = code.upper().replace("-", "").replace(" ", "")
    return sha256(plain.encode()).hexdigest()
