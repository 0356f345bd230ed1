"""What `lianluo user …` does to people and their sessions."""

import pytest

from hub.config.settings import Settings
from hub.http.passwords import ArgonPasswords
from hub.maintenance import add_user, set_disabled, set_password
from hub.ports import Documents
from hub.runtime.clock import SystemClock
from hub.services.access import Access
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores

FIRST, SECOND = "correct horse battery", "another good password"


@pytest.fixture
def documents() -> Documents:
    return MemoryStores(Database(), SystemClock()).documents


@pytest.fixture
async def access(documents: Documents) -> Access:
    assert await add_user(documents, Settings(), "wang", "王晓", "agent", FIRST) == 0
    return Access(documents, SystemClock(), ArgonPasswords())


async def test_a_disabled_users_sessions_end_and_enabling_revives_none(
    documents: Documents, access: Access
) -> None:
    entered = await access.sign_in("wang", FIRST)
    assert entered is not None
    assert await set_disabled(documents, Settings(), "wang", disabled=True) == 0
    assert await access.session_of(entered[0]) is None
    assert await access.sign_in("wang", FIRST) is None
    assert await set_disabled(documents, Settings(), "wang", disabled=False) == 0
    assert await access.session_of(entered[0]) is None
    assert await access.sign_in("wang", FIRST) is not None


async def test_a_new_password_ends_sessions_and_replaces_the_old_one(
    documents: Documents, access: Access
) -> None:
    entered = await access.sign_in("wang", FIRST)
    assert entered is not None
    assert await set_password(documents, Settings(), "wang", SECOND) == 0
    assert await access.session_of(entered[0]) is None
    assert await access.sign_in("wang", FIRST) is None
    assert await access.sign_in("wang", SECOND) is not None


async def test_what_cannot_be_done_to_a_user_is_said(
    documents: Documents, access: Access, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings()
    assert await set_password(documents, settings, "wang", "short") == 2
    assert await set_password(documents, settings, "nobody", SECOND) == 1
    assert await set_disabled(documents, settings, "nobody", disabled=True) == 1
    assert capsys.readouterr().err.splitlines() == [
        "wang: a password has 10 to 256 characters",
        "there is no user nobody",
        "there is no user nobody",
    ]
