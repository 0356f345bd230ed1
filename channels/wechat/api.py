"""Calls to WeChat: one POST, its answer read whole, every failure classified.

Whether a message may have been taken depends on whether the request left us: a failed connection
certainly not, everything after it perhaps.
"""

import asyncio
from typing import Any

import aiohttp
import orjson

from hub.errors import PermanentSendError, RetryableSendError, UncertainSendError

LARGEST_ANSWER = 64 * 1024
# shorter than the provider's own: a connection it has just closed would make a send uncertain
KEEP_ALIVE_S = 10.0
HEADERS = {"Content-Type": "application/json; charset=utf-8"}

Answer = dict[str, Any]


class Api:
    """Connects at the first call; after `close` every call is refused until `reopen`."""

    def __init__(self, base_url: str, *, timeout_s: float) -> None:
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def post(
        self, path: str, body: bytes, *, token: str = "", deadline: float | None = None
    ) -> Answer:
        """The JSON object of the answer, whatever its errcode; `deadline` in the loop's time.

        Raises:
            RetryableSendError: no connection, or the provider asked to slow down.
            PermanentSendError: the address answers as if it were not WeChat (4xx, redirect).
            UncertainSendError: the request left us and no readable answer came.
        """
        session = self._open()
        if deadline is None:
            deadline = asyncio.get_running_loop().time() + self._timeout_s
        params = {"access_token": token} if token else None
        try:
            async with (
                asyncio.timeout_at(deadline),
                session.post(
                    self._base_url + path,
                    data=body,
                    params=params,
                    headers=HEADERS,
                    allow_redirects=False,
                ) as response,
            ):
                raw = await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as exc:
            raise RetryableSendError("connection_failed", detail=type(exc).__name__) from exc
        except TimeoutError as exc:
            raise UncertainSendError("no_answer_in_time") from exc
        except aiohttp.InvalidURL as exc:
            raise PermanentSendError("wrong_address") from exc
        except aiohttp.ClientError as exc:
            raise UncertainSendError("answer_cut", detail=type(exc).__name__) from exc
        return _read_answer(response.status, raw)

    def reopen(self) -> None:
        self._closed = False

    async def close(self) -> None:
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            raise RetryableSendError("channel_stopped")
        if self._session is None:
            # the whole call has its own bound; this one tells "not connected" from "no answer"
            timeout = aiohttp.ClientTimeout(total=None, connect=self._timeout_s / 2)
            connector = aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_S)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        return self._session


async def _read(response: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    async for chunk in response.content.iter_any():
        found += chunk
        if len(found) > LARGEST_ANSWER:
            raise UncertainSendError("answer_too_large")
    return bytes(found)


def _read_answer(status: int, raw: bytes) -> Answer:
    """The content type is not looked at: WeChat sends JSON under several names."""
    if status == 429:
        raise RetryableSendError("rate_limited", provider_code=str(status))
    if status >= 500:
        raise UncertainSendError("provider_failed", provider_code=str(status))
    if status != 200:
        raise PermanentSendError("unexpected_status", provider_code=str(status))
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise UncertainSendError("answer_not_readable") from exc
    if not isinstance(answer, dict):
        raise UncertainSendError("answer_not_readable")
    return answer
