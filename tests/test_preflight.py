"""Preflight names what would stop the hub, in one sentence each."""

import errno
import os
import socket
from pathlib import Path
from typing import Never

import pytest

from hub.runtime import preflight

CLEAN = {"hub": ["lianluo"], "channels": ["lianluo"], "aiohttp": ["aiohttp"]}


def test_packages_of_our_own_do_not_clash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "packages_distributions", lambda: CLEAN)
    assert preflight.clashing_packages() == []


def test_another_distribution_with_a_package_of_our_name_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = {**CLEAN, "channels": ["lianluo", "channels"]}
    monkeypatch.setattr(preflight, "packages_distributions", lambda: shared)
    assert preflight.clashing_packages() == [
        "the package channels also comes with channels: install Lianluo into an environment of "
        "its own"
    ]


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_supported_python_is_no_problem(version: tuple[int, int]) -> None:
    assert preflight.python_problems(version) == []


@pytest.mark.parametrize(("version", "name"), [((3, 10), "3.10"), ((3, 14), "3.14")])
def test_another_python_is_named(version: tuple[int, int], name: str) -> None:
    assert preflight.python_problems(version) == [
        f"Python {name} does not fit: 3.11, 3.12 or 3.13 is needed"
    ]


def test_a_missing_data_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "deep"
    assert preflight.data_folder_problems(folder) == []
    assert list(folder.iterdir()) == []


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    (problem,) = preflight.data_folder_problems(tmp_path / "data")
    assert problem == f"cannot write to the data folder {tmp_path / 'data'}: File exists"


def test_a_full_disk_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> Never:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    (problem,) = preflight.data_folder_problems(tmp_path)
    assert problem == f"cannot write to the data folder {tmp_path}: the disk is full"


def test_a_taken_port_is_named_and_a_free_one_stays_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert preflight.port_problems("127.0.0.1", port) == [
            f"cannot listen on 127.0.0.1:{port}: another program uses it"
        ]
    assert preflight.port_problems("127.0.0.1", port) == []


def test_a_host_that_is_not_here_is_named() -> None:
    (problem,) = preflight.port_problems("192.0.2.1", 8080)
    assert problem.startswith("cannot listen on 192.0.2.1:8080: ")
