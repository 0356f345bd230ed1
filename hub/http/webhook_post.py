"""The way out to integrators' servers: https, no redirects, never into our own network."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import structlog
from aiohttp import (
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
)
from yarl import URL

from hub.runtime.addresses import origin_of, why_not
from hub.runtime.fetching import NotPublic, Resolve, public_connector, resolve
from hub.services.webhook_delivery import Answered

log = structlog.get_logger(__name__)

WITHIN_S = 10.0


class WebhookPost:
    """Implements `hub.services.webhook_delivery.Post`. `allowed`: origins that need be neither
    https nor public."""

    def __init__(self, allowed: Collection[str], ask: Resolve = resolve) -> None:
        self._allowed = frozenset(origin_of(URL(origin)) for origin in allowed)
        self._ask = ask

    def why_not(self, url: str) -> str:
        """A stable code for what forbids this address, or ""."""
        try:
            address = URL(url)
        except ValueError:
            return "no_host"
        if code := why_not(address, self._allowed):
            return code
        is_open = address.scheme == "http" and origin_of(address) not in self._allowed
        return "https_needed" if is_open else ""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """The answer itself is not read: nothing of it is believed."""
        if code := self.why_not(url):
            log.warning("webhook not called", why=code)
            return Answered(status=0, error=code)
        try:
            async with (
                asyncio.timeout(WITHIN_S),
                ClientSession(
                    connector=public_connector(self._allowed, self._ask),
                    timeout=ClientTimeout(total=None),
                ) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return Answered(status=answer.status)
        except (ClientError, OSError, TimeoutError) as error:
            log.warning("webhook not answered", why=type(error).__name__)
            return Answered(status=0, error=_code_of(error))


def _code_of(error: Exception) -> str:
    cause = getattr(error, "os_error", None) or error.__cause__
    if isinstance(error, NotPublic) or isinstance(cause, NotPublic):
        return "address_not_public"
    return next(code for kind, code in CODES if isinstance(error, kind))


CODES: Sequence[tuple[type[Exception], str]] = (
    (TimeoutError, "timeout"),
    (ClientConnectorDNSError, "name_not_found"),
    (ClientSSLError, "tls_failed"),
    (ClientConnectorError, "not_connected"),
    (Exception, "broken_off"),
)
"""The first that fits, most special first."""
