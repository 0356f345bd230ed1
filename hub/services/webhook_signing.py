"""Signatures of notices, as Standard Webhooks describes them. Pure functions."""

import base64
import hmac
from hashlib import sha256

SECRET_BYTES = 32
MARK = "whsec_"


def secret_text(key: bytes) -> str:
    return MARK + base64.b64encode(key).decode()


def signed_headers(secret: str, notice_id: str, at: int, body: bytes) -> dict[str, str]:
    """`at`: seconds since 1970 of this try, so that a receiver can refuse what is old."""
    key = base64.b64decode(secret.removeprefix(MARK))
    content = b".".join((notice_id.encode(), str(at).encode(), body))
    signature = base64.b64encode(hmac.new(key, content, sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": notice_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }
