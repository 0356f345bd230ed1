"""Where the seal key comes from."""

import stat
from base64 import b64encode
from pathlib import Path

import pytest
from pydantic import SecretStr

from hub.config.loading import load
from hub.config.seal import vault_of
from hub.config.settings import Security, Settings, Store
from hub.errors import ConfigurationError, StartError


def in_folder(folder: Path) -> Settings:
    return Settings(store=Store(data=folder))


def test_a_first_start_makes_a_key_for_its_owner_only_and_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = vault_of(in_folder(folder))
    sealed = first.seal("word", purpose="a")
    assert stat.S_IMODE((folder / "seal.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["seal.key"]
    assert vault_of(in_folder(folder)).open(sealed, purpose="a") == "word"


def test_a_given_key_is_used_and_no_file_made(tmp_path: Path) -> None:
    key = SecretStr(b64encode(b"k" * 32).decode())
    settings = Settings(store=Store(data=tmp_path), security=Security(seal_key=key))
    assert vault_of(settings).key_ids == vault_of(settings).key_ids
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_stops_the_start_and_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "seal.key").write_text("half a key")
    with pytest.raises(StartError, match="is not a seal key"):
        vault_of(in_folder(tmp_path))
    assert (tmp_path / "seal.key").read_text() == "half a key"


def test_a_wrong_key_in_the_settings_names_itself_and_not_its_value() -> None:
    with pytest.raises(ConfigurationError, match=r"security\.seal_key: .*base64") as caught:
        load(None, {"LIANLUO_SECURITY__SEAL_KEY": "my-secret-word"})
    assert "my-secret-word" not in str(caught.value)


def test_a_key_written_into_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lianluo.toml"
    path.write_text('[security]\nseal_key = "AAAA"\n')
    with pytest.raises(ConfigurationError, match=r"security\.seal_key"):
        load(path, {})
