"""One clamd for all tests that only ask it."""

from collections.abc import Iterator

import pytest

from tests.services.media.clamd import ClamdProcess, running


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClamdProcess]:
    with running(tmp_path_factory.mktemp("clamd") / "c") as started:
        yield started
