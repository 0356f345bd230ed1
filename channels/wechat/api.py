"""Calls to WeChat: one request, its answer read whole, every failure classified and recorded.

Whether a message may have been taken depends on whether the request left us: a failed connection
certainly not, everything after it perhaps.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from io import BytesIO
from typing import Any

import aiohttp
import orjson

from channels.wechat.recorder import Recorder
from channels.wechat.redaction import redacted, redacted_json
from hub.errors import PermanentSendError, RetryableSendError, SendError, UncertainSendError
from hub.ports import FetchedMedia

LARGEST_ANSWER = 64 * 1024
# shorter than the provider's own: a connection it has just closed would make a send uncertain
KEEP_ALIVE_S = 10.0
JSON = {"Content-Type": "application/json; charset=utf-8"}

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a form; `name` in ASCII letters, WeChat reads no others there."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """POST with a JSON `body` or an `upload`, GET without; `ref` is the outbox row it is for."""

    path: str
    body: bytes | None = None
    upload: Upload | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    limit: int = LARGEST_ANSWER
    ref: str = ""

    @property
    def operation(self) -> str:
        return self.path.removeprefix("/cgi-bin/")

    def sent(self) -> dict[str, str]:
        found = redacted(self.params)
        if self.body is not None:
            found |= redacted_json(self.body)
        if self.upload is not None:
            found |= {
                "content_type": self.upload.content_type,
                "bytes": str(len(self.upload.content)),
            }
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The JSON object of the answer, whatever its errcode, or the file it was. `date` is the
    provider's clock as its header says it."""

    answer: Answer = field(default_factory=dict)
    file: FetchedMedia | None = None
    date: str = ""


class Api:
    """Connects at the first call; after `close` every call is refused until `reopen`."""

    def __init__(self, base_url: str, *, timeout_s: float, recorder: Recorder) -> None:
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._recorder = recorder
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def call(self, call: Call, *, token: str = "", deadline: float | None = None) -> Reply:
        """`deadline` in the loop's time.

        Raises:
            RetryableSendError: no connection, or the provider asked to slow down.
            PermanentSendError: the address answers as if it were not WeChat (4xx, redirect), or
                the file is larger than `call.limit`.
            UncertainSendError: the request left us and no readable answer came.
        """
        session = self._open()
        if deadline is None:
            deadline = asyncio.get_running_loop().time() + self._timeout_s
        began, sent, error = self._recorder.begin(), call.sent(), None
        reply: Reply | None = None
        try:
            reply = await self._exchange(session, call, token, deadline)
        except SendError as exc:
            error = exc
            raise
        finally:
            if reply is None:
                self._recorder.broke(began, call.operation, sent, error, ref=call.ref)
            else:
                received = reply.answer if reply.file is None else _facts(reply.file)
                self._recorder.answered(began, call.operation, sent, received, ref=call.ref)
        return reply

    async def _exchange(
        self, session: aiohttp.ClientSession, call: Call, token: str, deadline: float
    ) -> Reply:
        params = {**call.params, **({"access_token": token} if token else {})}
        try:
            async with (
                asyncio.timeout_at(deadline),
                session.request(
                    "GET" if call.body is None and call.upload is None else "POST",
                    self._base_url + call.path,
                    data=call.body if call.upload is None else _form(call.upload),
                    params=params or None,
                    headers=JSON if call.body is not None else None,
                    allow_redirects=False,
                ) as response,
            ):
                return _read_reply(response, await _read(response, call.limit))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as exc:
            raise RetryableSendError("connection_failed", detail=type(exc).__name__) from exc
        except TimeoutError as exc:
            raise UncertainSendError("no_answer_in_time") from exc
        except aiohttp.InvalidURL as exc:
            raise PermanentSendError("wrong_address") from exc
        except aiohttp.ClientError as exc:
            raise UncertainSendError("answer_cut", detail=type(exc).__name__) from exc

    def reopen(self) -> None:
        self._closed = False

    async def close(self) -> None:
        self._closed = True
        await self.release()

    @property
    def connected(self) -> bool:
        return self._session is not None

    async def release(self) -> None:
        """Drop the connections; the next call connects anew."""
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


def _form(upload: Upload) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field(
        "media",
        BytesIO(upload.content),
        filename=upload.name,
        content_type=upload.content_type,
    )
    return form


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    found = bytearray()
    async for chunk in response.content.iter_any():
        found += chunk
        if len(found) > limit:
            if _is_file(response):
                raise PermanentSendError("media_too_large", detail=f"over {limit} bytes")
            raise UncertainSendError("answer_too_large")
    return bytes(found)


def _is_file(response: aiohttp.ClientResponse) -> bool:
    """Errors come as JSON with 200 and without a file's header."""
    return response.status == 200 and "Content-Disposition" in response.headers


def _read_reply(response: aiohttp.ClientResponse, raw: bytes) -> Reply:
    """The content type is not looked at: WeChat sends JSON under several names."""
    status = response.status
    if status == 429:
        raise RetryableSendError("rate_limited", provider_code=str(status))
    if status >= 500:
        raise UncertainSendError("provider_failed", provider_code=str(status))
    if status != 200:
        raise PermanentSendError("unexpected_status", provider_code=str(status))
    if _is_file(response):
        name = _file_name(response.headers["Content-Disposition"])
        return Reply(file=FetchedMedia(content=raw, content_type=response.content_type, name=name))
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise UncertainSendError("answer_not_readable") from exc
    if not isinstance(answer, dict):
        raise UncertainSendError("answer_not_readable")
    return Reply(answer=answer, date=response.headers.get("Date", ""))


def _file_name(disposition: str) -> str:
    header = Message()
    header["Content-Disposition"] = disposition
    return (header.get_filename() or "")[:200]


def _facts(file: FetchedMedia) -> Answer:
    return {"content_type": file.content_type, "bytes": len(file.content)}
