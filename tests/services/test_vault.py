"""Secrets at rest: what opens them, and what does not."""

import base64

import pytest

from hub.errors import SealBroken, StartError
from hub.runtime.clock import SystemClock
from hub.services.vault import Vault, read_keys, remember_keys
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores

OLD, NEW, FOREIGN = b"o" * 32, b"n" * 32, b"f" * 32
SECRET = "the secret of a receiver"


def test_a_sealed_secret_opens_and_does_not_show() -> None:
    vault = Vault([OLD])
    sealed = vault.seal(SECRET, purpose="webhook:1")
    assert SECRET not in sealed
    assert sealed.split(".")[:2] == ["s1", "11d4255f"]
    assert vault.open(sealed, purpose="webhook:1") == SECRET


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    vault = Vault([OLD])
    assert vault.seal(SECRET, purpose="a") != vault.seal(SECRET, purpose="a")


def test_a_secret_moved_to_another_place_does_not_open() -> None:
    vault = Vault([OLD])
    sealed = vault.seal(SECRET, purpose="webhook:1")
    with pytest.raises(SealBroken, match="another place"):
        vault.open(sealed, purpose="webhook:2")


def test_every_changed_character_is_noticed() -> None:
    vault = Vault([OLD])
    sealed = vault.seal("x", purpose="a")
    for i, letter in enumerate(sealed):
        changed = sealed[:i] + ("A" if letter != "A" else "B") + sealed[i + 1 :]
        with pytest.raises(SealBroken):
            vault.open(changed, purpose="a")


@pytest.mark.parametrize(
    "text", ["", "s1", "s1.11d4255f", "s1.11d4255f.", "s1.11d4255f.é", "plain"]
)
def test_what_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(SealBroken):
        Vault([OLD]).open(text, purpose="a")


def test_a_new_key_in_front_seals_and_the_old_one_still_opens() -> None:
    sealed = Vault([OLD]).seal(SECRET, purpose="a")
    turned = Vault([NEW, OLD])
    assert turned.open(sealed, purpose="a") == SECRET
    assert not turned.is_current(sealed)
    again = turned.seal(SECRET, purpose="a")
    assert turned.is_current(again)
    assert Vault([NEW]).open(again, purpose="a") == SECRET
    with pytest.raises(SealBroken, match="a key this hub does not have"):
        Vault([NEW]).open(sealed, purpose="a")


def test_a_mac_holds_for_its_data_purpose_and_keys_only() -> None:
    vault = Vault([OLD])
    mac = vault.mac(b"row 1", purpose="audit")
    assert Vault([NEW, OLD]).proves(mac, b"row 1", purpose="audit")
    assert not vault.proves(mac, b"row 2", purpose="audit")
    assert not vault.proves(mac, b"row 1", purpose="other")
    assert not Vault([FOREIGN]).proves(mac, b"row 1", purpose="audit")


def test_keys_are_read_from_text_and_wrong_ones_do_not_show() -> None:
    text = f"{base64.b64encode(NEW).decode()},\n {base64.b64encode(OLD).decode()}\n"
    assert read_keys(text) == (NEW, OLD)
    for wrong in ("", "not base64!", base64.b64encode(b"short").decode()):
        with pytest.raises(ValueError, match="base64") as caught:
            read_keys(wrong)
        assert not wrong or wrong not in str(caught.value)


async def test_a_hub_with_a_foreign_key_does_not_start_on_sealed_data() -> None:
    documents = MemoryStores(Database(), SystemClock()).documents
    await remember_keys(Vault([OLD]), documents)
    await remember_keys(Vault([OLD]), documents)
    await remember_keys(Vault([NEW, OLD]), documents)
    await remember_keys(Vault([NEW]), documents)
    with pytest.raises(StartError, match=r"security\.seal_key"):
        await remember_keys(Vault([FOREIGN]), documents)
