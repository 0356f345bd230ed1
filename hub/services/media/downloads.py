"""What the channel log keeps of a file that was fetched from an address a provider named."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

from hub.errors import PermanentSendError, SendError
from hub.ports import Clock, Direction, Exchange, ExchangeLog, Outcome
from hub.services.media.worker import Download

OPERATION = "download"
FETCHED = 200


class Record:
    """Of the address only the host: what comes after it may be a key to the file."""

    def __init__(self, log: ExchangeLog, clock: Clock, url: str, asked: Download) -> None:
        self._log = log
        self._clock = clock
        self._asked = asked
        self._sent = _place(url)
        self._at: datetime = clock.now()
        self._began = clock.monotonic()

    def came(self, content_type: str, size: int) -> None:
        """The whole file."""
        received = {"content_type": content_type[:80], "bytes": str(size)}
        self._write(Outcome.OK, FETCHED, "", received)

    def broke(self, code: str, status: str, outcome: Outcome) -> None:
        self._write(outcome, int(status) if status.isdigit() else 0, code, {})

    def _write(self, outcome: Outcome, status: int, code: str, received: dict[str, str]) -> None:
        taken = max(0.0, self._clock.monotonic() - self._began)
        self._log.record(
            Exchange(
                channel_id=self._asked.channel_id,
                at=self._at,
                direction=Direction.TO_PROVIDER,
                operation=OPERATION,
                outcome=outcome,
                status=status,
                code=code,
                milliseconds=round(taken * 1000),
                sent=self._sent,
                received=received,
                ref=self._asked.media_id,
            )
        )


@contextmanager
def recorded(log: ExchangeLog, clock: Clock, url: str, asked: Download) -> Iterator[Record]:
    """Every download leaves a row, also one that fails or is given up."""
    record = Record(log, clock, url, asked)
    try:
        yield record
    except SendError as error:
        refused = isinstance(error, PermanentSendError)
        outcome = Outcome.REFUSED if refused else Outcome.FAILED
        record.broke(error.code, error.provider_code, outcome)
        raise
    except BaseException:
        record.broke("given_up", "", Outcome.FAILED)
        raise


def _place(url: str) -> dict[str, str]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return {"address": f"‹{len(url)} characters›"}
    rest = len(url) - len(parts.scheme) - len(host) - len("://")
    return {"host": host, "rest": f"‹{max(0, rest)} characters›"}
