"""What `lianluo verify` says of the audit log."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from hub import maintenance
from hub.config.seal import vault_of
from hub.config.settings import Security, Settings
from hub.runtime.clock import SystemClock
from hub.services.audit import AUDIT, BEGUN, Audit, Happening
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.clock import NOON, ManualClock

SETTINGS = Settings(security=Security(seal_key=SecretStr(b64encode(b"k" * 32).decode())))


async def test_acts_without_an_outcome_are_named_and_are_no_flaw(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stores: Any = MemoryStores(Database(), SystemClock())
    audit = Audit(stores.documents, ManualClock(), vault_of(SETTINGS))
    for n in range(52):
        await audit.record(Happening(actor="agent:wang", act=f"act.{n}", outcome=BEGUN))
    await audit.record(Happening(actor="agent:wang", act="act.51", begun=52))
    assert await maintenance.verify_all(stores, SETTINGS) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1:3] == [
        "audit log: 51 acts began and have no outcome; look whether they were done:",
        f"  row 51: act.50 by agent:wang, {NOON:%Y-%m-%d %H:%M:%S} UTC",
    ]
    assert said[51:] == [
        f"  row 2: act.1 by agent:wang, {NOON:%Y-%m-%d %H:%M:%S} UTC",
        "  and 1 before these",
        "nothing wrong",
    ]


async def test_acts_that_go_on_are_not_named_and_a_flaw_is_a_problem(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stores: Any = MemoryStores(Database(), SystemClock())
    clock = ManualClock(SystemClock().now() - timedelta(minutes=9))
    audit = Audit(stores.documents, clock, vault_of(SETTINGS))
    await audit.record(Happening(actor="agent:wang", act="user.changed", outcome=BEGUN))
    assert await maintenance.verify_all(stores, SETTINGS) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["nothing wrong"]
    row = await stores.documents.get(AUDIT, "000000000001")
    changed = {**row, "version": 2, "actor": "agent:li"}
    assert await stores.documents.replace(AUDIT, changed, version=1)
    assert await maintenance.verify_all(stores, SETTINGS) == 1
    assert "audit log: row 1 was changed or not written by us" in capsys.readouterr().err


async def test_an_empty_database_is_no_proof_of_anything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stores: Any = MemoryStores(Database(), SystemClock())
    assert await maintenance.verify_all(stores, SETTINGS) == 1
    assert "name the right one with --config" in capsys.readouterr().err
