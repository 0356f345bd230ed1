"""Uploads that nobody sent go after their time."""

from datetime import datetime, timedelta

import pytest

from hub.services.access import Role, User
from hub.services.media.examining import Claim
from hub.services.media.files import UNSAID
from hub.services.media.spool import whole
from hub.services.media.sweep import EVERY_S, sweep
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import ManualClock
from tests.fakes.media import files_of
from tests.services.media import samples

ANN = User(username="ann", display_name="Ann", role=Role.AGENT)


class OverError(Exception):
    pass


class EndingClock(ManualClock):
    """Sleeping beyond `end` ends the run."""

    end: datetime

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))
        if self.at > self.end:
            raise OverError


async def test_an_upload_goes_when_its_day_is_over_unless_it_was_sent() -> None:
    clock = EndingClock()
    stores = MemoryStores(Database(), clock)
    files = files_of(stores.media, stores.reading, clock)
    sent, unsent = [
        (await files.upload(ANN, Claim(), whole(samples.image("PNG")))).meta.media_id
        for _ in range(2)
    ]
    assert await stores.media.keep(sent, "c.1")

    clock.end = clock.at + UNSAID - timedelta(seconds=2 * EVERY_S)
    await _swept(stores, clock)
    assert await stores.media.get(unsent) is not None

    clock.end = clock.at + timedelta(seconds=4 * EVERY_S)
    await _swept(stores, clock)
    assert await stores.media.get(unsent) is None
    assert await stores.media.get(sent) is not None


async def _swept(stores: MemoryStores, clock: EndingClock) -> None:
    with pytest.raises(OverError):
        await sweep(stores.media, clock)
