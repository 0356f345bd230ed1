"""Stored accounts: secrets sealed, each change over the version that was seen."""

from typing import Any

import pytest

from hub.errors import ConfigurationError
from hub.ports import ChannelAdapter, Doc
from hub.services.channel_accounts import Account, ChannelAccounts, Draft
from hub.services.channel_forms import as_tables, as_values
from hub.services.commands import Refusal
from hub.services.vault import Vault
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.channels import FORM, PRETEND, PretendKinds
from tests.fakes.clock import NOON, ManualClock

BY = "agent:admin"


def nothing(document: object) -> ChannelAdapter:
    raise AssertionError("an account is stored without its adapter")


def draft(values: Any = None, **secrets: str | None) -> Draft:
    return Draft(kind=PRETEND, name="主号", values=values or {}, secrets=secrets)


class Place:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.documents = MemoryStores(Database(), self.clock).documents
        self.accounts = self.under(b"v")

    def under(self, key: bytes) -> ChannelAccounts:
        kinds = PretendKinds(nothing)
        return ChannelAccounts(self.documents, self.clock, Vault([key * 32]), kinds)

    async def put(self, given: Draft, version: int = 0) -> Account | Refusal:
        return await self.accounts.put("a", given, version=version, author=BY)

    async def stored(self) -> Doc:
        doc = await self.documents.get("channel_accounts", "a")
        assert doc is not None
        return doc

    async def secret(self) -> Any:
        account = await self.accounts.get("a")
        assert account is not None
        document = await self.accounts.document(account)
        assert document is not None
        return document.get("secret")


async def test_a_secret_is_sealed_and_neither_listed_nor_stored_in_clear() -> None:
    it = Place()
    account = await it.put(draft({"account": "gh"}, secret="hush-hush"))
    assert isinstance(account, Account)
    assert account.secrets == {"secret": NOON}
    assert "hush-hush" not in repr(account) + repr(await it.stored())
    assert await it.secret() == "hush-hush"


async def test_a_sealed_secret_of_one_account_does_not_open_at_another() -> None:
    it = Place()
    await it.put(draft(secret="hush"))
    doc = await it.stored()
    await it.documents.create("channel_accounts", {**doc, "_id": "b"})
    other = await it.accounts.get("b")
    assert other is not None
    with pytest.raises(Exception, match="stands at another place"):
        await it.accounts.document(other)


async def test_an_absent_secret_stays_a_new_one_replaces_it_and_none_takes_it_away() -> None:
    it = Place()
    await it.put(draft(secret="one"))
    it.clock.at = NOON.replace(hour=13)
    kept = await it.put(draft({"account": "x"}), 1)
    assert isinstance(kept, Account)
    assert kept.secrets == {"secret": NOON}
    assert await it.secret() == "one"
    changed = await it.put(draft({"account": "x"}, secret="two"), 2)
    assert isinstance(changed, Account)
    assert changed.secrets == {"secret": NOON.replace(hour=13)}
    assert await it.secret() == "two"
    await it.put(draft({"account": "x"}, secret=None), 3)
    assert await it.secret() is None


async def test_a_stored_secret_goes_to_no_other_address() -> None:
    """Else whoever may change an account could have its secret sent to themselves."""
    it = Place()
    await it.put(draft(secret="one"))
    moved = {"base_url": "https://evil.example"}
    for tried in (it.put(draft(moved), 1), it.accounts.drafted("a", draft(moved), stored=True)):
        with pytest.raises(ConfigurationError) as caught:
            await tried
        assert caught.value.key == "secret"
    same = {"base_url": "https://pretend.example"}
    assert isinstance(await it.put(draft(same), 1), Account)
    assert isinstance(await it.put(draft(moved, secret="new"), 2), Account)
    with pytest.raises(ConfigurationError):
        await it.put(draft(), 3)


async def test_a_change_over_an_outdated_version_is_refused_and_a_repeated_one_is_done_once() -> (
    None
):
    it = Place()
    first = await it.put(draft({"account": "x"}, secret="one"))
    again = await it.put(draft({"account": "x"}, secret="one"))
    assert first == again
    stale = await it.put(draft({"account": "y"}), 0)
    assert isinstance(stale, Refusal)
    assert stale.reason == "stale_version"
    changed = await it.put(draft({"account": "y"}), 1)
    assert isinstance(changed, Account)
    assert [(each.version, each.by) for each in changed.changes] == [(1, BY), (2, BY)]


WRONG: list[tuple[Draft, str]] = [
    (draft({"account": "wrong"}), "account"),
    (draft({"colour": "red"}), "colour"),
    (draft({"secret": "s"}), "secret"),
    (draft({"window": 3}), "window"),
    (draft(account="x"), "account"),
    (Draft(kind="fax", name="", values={}, secrets={}), "kind"),
]


@pytest.mark.parametrize(("given", "field"), WRONG)
async def test_a_wrong_field_is_named_and_nothing_is_stored(given: Draft, field: str) -> None:
    it = Place()
    with pytest.raises(ConfigurationError) as caught:
        await it.put(given)
    assert caught.value.key == field
    assert await it.accounts.all() == []


async def test_the_kind_of_an_account_stays() -> None:
    it = Place()
    await it.put(draft())
    refused = await it.put(Draft(kind="fax", name="", values={}, secrets={}), 1)
    assert isinstance(refused, Refusal)
    assert refused.reason == "kind_fixed"


async def test_under_another_seal_key_a_secret_must_be_given_again() -> None:
    it = Place()
    await it.put(draft(secret="one"))
    it.accounts = it.under(b"w")
    with pytest.raises(ConfigurationError, match="seal key") as caught:
        await it.put(draft({"account": "x"}), 1)
    assert caught.value.key == "secret"
    assert isinstance(await it.put(draft({"account": "x"}, secret="two"), 1), Account)
    assert await it.secret() == "two"


def test_a_table_begun_is_filled_up_with_its_defaults() -> None:
    document = as_tables(FORM, {"account": "x", "window.quota": 9, "base_url": None})
    assert document == {"account": "x", "window": {"quota": 9, "valid_s": 60}}
    assert as_values(FORM, {**document, "secret": "hush"}) == {
        "account": "x",
        "window.quota": 9,
        "window.valid_s": 60,
    }
