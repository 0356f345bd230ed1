"""`lianluo preflight` and `lianluo serve` name what stops a start, before a database is touched."""

import socket
from pathlib import Path
from typing import Never

import pytest
from typer.testing import CliRunner

from hub import app as composition
from hub.__main__ import app
from hub.runtime import logs
from hub.store.embedded_process import pick_port

WECHAT = """
[[channels]]
kind = "wechat"
id = "wechat-main"
account = "gh_0123456789ab"
app_id = "wx0123456789abcdef"
"""


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object) -> Never:
        raise AssertionError("a database was opened")

    monkeypatch.setattr(composition, "open_database", opened)
    monkeypatch.setattr(logs, "set_up", lambda **_: None)
    for name in ("MONGODB_URI", "LIANLUO_HTTP__PORT", "LIANLUO_STORE__DATA"):
        monkeypatch.delenv(name, raising=False)


def refused(command: str, folder: Path, text: str) -> str:
    """What the command says when it ends with code 2."""
    config = folder / "lianluo.toml"
    config.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, [command, "--config", str(config)])
    assert result.exit_code == 2, result.output
    return result.stderr


@pytest.mark.parametrize("command", ["preflight", "serve"])
def test_a_wrong_channel_is_named_by_its_key(command: str, tmp_path: Path) -> None:
    said = refused(command, tmp_path, WECHAT)
    assert said == "lianluo: channels.wechat-main.app_secret: Field required\n"


@pytest.mark.parametrize("command", ["preflight", "serve"])
def test_port_and_folder_are_named_together(command: str, tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.write_text("")
    with socket.create_server(("127.0.0.1", pick_port())) as server:
        port = server.getsockname()[1]
        said = refused(
            command,
            tmp_path,
            f'[http]\nhost = "127.0.0.1"\nport = {port}\n[store]\ndata = "{file}"\n',
        )
    assert said.splitlines() == [
        f"lianluo: cannot listen on 127.0.0.1:{port}: another program uses it",
        f"lianluo: cannot write to the data folder {file}: File exists",
    ]


def test_the_data_folder_does_not_matter_to_a_mongodb_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://127.0.0.1:1")
    file = tmp_path / "taken"
    file.write_text("")
    config = tmp_path / "lianluo.toml"
    config.write_text(f'[http]\nport = {pick_port()}\n[store]\ndata = "{file}"\n')
    result = CliRunner().invoke(app, ["preflight", "--config", str(config)])
    assert (result.exit_code, result.stdout) == (0, "nothing stops a start\n")
