"""Requests that change something must come from our own pages or from no page at all."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD"})


def origin_of(url: str) -> str:
    """`scheme://host[:port]`, as browsers write it."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


class OriginRule:
    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted = frozenset(origin_of(url) for url in trusted)

    def allows(self, method: str, headers: Mapping[str, str], *, with_cookie: bool) -> bool:
        """A named origin must be ours; a cookie without one needs the browser's own word."""
        if method in SAFE_METHODS:
            return True
        origin = headers.get("Origin")
        if origin is not None:
            return origin in self._trusted
        return not with_cookie or headers.get("Sec-Fetch-Site") == "same-origin"
