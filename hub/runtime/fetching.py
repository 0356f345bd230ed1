"""Calls to addresses that somebody else named: never into our own network.

A name is resolved here, every answer is checked, and the connection goes to the very addresses
that were checked, so a name that changes its mind between two questions gains nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from hub.errors import PermanentSendError, RetryableSendError, SendError
from hub.runtime.addresses import is_public, origin_of, why_not

REDIRECTS = 3
REDIRECTING = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({401, 403, 404, 410})
CHUNK = 64 * 1024
RESOLVE_S = 5.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to addresses in numbers. Raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`content_type` is what the other side claims."""

    content: bytes
    content_type: str


class NotPublic(OSError):
    """A name that leads into a network of our own."""


async def resolve(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(RESOLVE_S):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class PublicResolver(AbstractResolver):
    """Answers only when all addresses of a name are public, or the origin is allowed."""

    def __init__(self, allowed: Collection[str], ask: Resolve) -> None:
        self._places = {(URL(origin).host, URL(origin).port) for origin in allowed}
        self._ask = ask

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._ask(host, port)
        if not found:
            raise OSError(f"{host} has no address")
        if (host, port) not in self._places and not all(map(is_public, found)):
            raise NotPublic(f"{host} is not public")
        return [_place(host, port, address) for address in found]

    async def close(self) -> None:
        """Nothing is held."""


def public_connector(allowed: Collection[str], ask: Resolve = resolve) -> TCPConnector:
    """For a session whose requests `why_not` has passed; redirects are checked by the caller."""
    return TCPConnector(
        resolver=PublicResolver(allowed, ask), use_dns_cache=False, limit=16, force_close=True
    )


class Fetcher:
    """Reads one address to its end. `allowed`: base addresses that need not be public."""

    def __init__(self, allowed: Collection[str] = (), ask: Resolve = resolve) -> None:
        self._allowed = _origins(allowed)
        self._ask = ask

    async def get(
        self, url: str, *, max_bytes: int, within_s: float, also: Collection[str] = ()
    ) -> Fetched:
        """`also`: further base addresses that need not be public for this call.

        Raises PermanentSendError, RetryableSendError; their codes hold no address.
        """
        allowed = self._allowed | _origins(also)
        try:
            async with asyncio.timeout(within_s), self._session(allowed) as session:
                return await self._follow(session, URL(url), max_bytes, allowed)
        except TimeoutError as error:
            raise RetryableSendError("media_too_slow") from error
        except (ClientError, OSError) as error:
            if isinstance(error, NotPublic) or isinstance(error.__cause__, NotPublic):
                raise PermanentSendError("address_not_public") from error
            raise RetryableSendError("media_unreachable") from error
        except ValueError as error:
            raise PermanentSendError("no_host") from error

    def _session(self, allowed: Collection[str]) -> ClientSession:
        return ClientSession(
            connector=public_connector(allowed, self._ask),
            timeout=ClientTimeout(total=None),
            auto_decompress=False,
            headers={"Accept-Encoding": "identity"},
        )

    async def _follow(
        self, session: ClientSession, url: URL, max_bytes: int, allowed: Collection[str]
    ) -> Fetched:
        for _ in range(REDIRECTS + 1):
            if code := why_not(url, allowed):
                raise PermanentSendError(code)
            async with session.get(url, allow_redirects=False) as answer:
                if answer.status not in REDIRECTING:
                    return await _read(answer, max_bytes)
                url = url.join(URL(answer.headers.get("Location", "")))
        raise PermanentSendError("too_many_redirects")


def _origins(bases: Collection[str]) -> frozenset[str]:
    return frozenset(origin_of(URL(base)) for base in bases)


async def _read(answer: ClientResponse, max_bytes: int) -> Fetched:
    if answer.status != 200:
        raise _refusal(answer.status)
    if (answer.content_length or 0) > max_bytes:
        raise PermanentSendError("media_too_large")
    content = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > max_bytes:
            raise PermanentSendError("media_too_large")
    return Fetched(content=bytes(content), content_type=answer.content_type)


def _refusal(status: int) -> SendError:
    if status in GONE:
        return PermanentSendError("media_gone", provider_code=str(status))
    return RetryableSendError("media_unreachable", provider_code=str(status))


def _place(host: str, port: int, address: str) -> ResolveResult:
    return {
        "hostname": host,
        "host": address,
        "port": port,
        "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
        "proto": socket.IPPROTO_TCP,
        "flags": socket.AI_NUMERICHOST,
    }
