"""Uploads that nobody sent go after their time."""

import structlog

from hub.errors import StoreUncertain
from hub.ports import Clock, MediaStore

log = structlog.get_logger(__name__)

EVERY_S = 600.0
AT_ONCE = 100


async def sweep(store: MediaStore, clock: Clock) -> None:
    """Runs until cancelled."""
    while True:
        try:
            while found := await store.drop_expired(clock.now(), AT_ONCE):
                log.info("files expired", files=found)
                if found < AT_ONCE:
                    break
        except StoreUncertain as error:
            log.warning("files not swept", error=str(error))
        await clock.sleep(EVERY_S)
