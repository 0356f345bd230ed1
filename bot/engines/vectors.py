"""Ask the encoder without blocking the loop: two threads, a bounded crowd, a bounded memory."""

import asyncio
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore

import structlog

from bot.engines.encoder import Encoder, Vectors

log = structlog.get_logger(__name__)

THREADS = 2
MOST_WAITING = 64
MOST_KEPT = 4096  # vectors of 1.5 KB
WITHIN_S = 1.0


class VectorDesk:
    """One encoder for all conversations.

    When too many wait or the encoder is slow the answer is None, and the question is ranked by its
    words. A thread that hangs keeps its place, so a dead encoder costs a second 64 times at most.
    """

    def __init__(self, encoder: Encoder, *, within_s: float = WITHIN_S) -> None:
        self._encoder = encoder
        self._within_s = within_s
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="encoder")
        self._places = BoundedSemaphore(MOST_WAITING)
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._closed = False

    @property
    def encoder(self) -> str:
        return self._encoder.name

    async def vector(self, text: str) -> Vectors | None:
        """`text` is tidy (`bot.language.tidy`): the same words are encoded once."""
        if (kept := self._kept.get(text)) is not None:
            self._kept.move_to_end(text)
            return kept
        if self._closed:
            return None
        if not self._places.acquire(blocking=False):
            log.warning("encoder crowded", waiting=MOST_WAITING)
            return None
        work = self._pool.submit(self._encoder.encode, [text])
        work.add_done_callback(self._leave)
        try:
            async with asyncio.timeout(self._within_s):
                vectors = await asyncio.shield(asyncio.wrap_future(work))
        except TimeoutError:
            log.warning("encoder slow", within_s=self._within_s)
            return None
        vector: Vectors = vectors[0]
        self._keep(text, vector)
        return vector

    def close(self) -> None:
        """Nothing more is encoded; who waits still gets a vector, then the threads end."""
        self._closed = True
        self._pool.shutdown(wait=False)

    def _leave(self, _: Future[Vectors]) -> None:
        self._places.release()

    def _keep(self, text: str, vector: Vectors) -> None:
        self._kept[text] = vector
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
