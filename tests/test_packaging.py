"""What is shipped: one wheel with the screens inside, locks without addresses, licences named."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "agent_web" / "static"
PACKAGES = {"hub", "channels", "bot", "agent_web", "voice_bridge"}
LOCKS = ["lock.txt", "dev.txt", "uv.txt", "node.txt"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Name and content of every file in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        env={**os.environ, "LIANLUO_SKIP_WEB": "1"},
        capture_output=True,
        check=True,
    )
    (built,) = folder.glob("*.whl")
    assert built.name == "lianluo-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(built) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_the_five_packages_and_nothing_else(wheel: dict[str, bytes]) -> None:
    tops = {name.partition("/")[0] for name in wheel}
    assert tops == PACKAGES | {"lianluo-0.1.0.dist-info"}


def test_the_wheel_carries_the_built_screens(wheel: dict[str, bytes]) -> None:
    if not (STATIC / "sandbox.html").is_file():
        pytest.skip("the screens are not built: ./lianluo setup builds them")
    built = {
        str(path.relative_to(ROOT))
        for path in STATIC.rglob("*")
        if path.is_file() and path.name != ".stamp"
    }
    assert "agent_web/static/sandbox.html" in built
    assert {name for name in wheel if name.startswith("agent_web/static/")} == built


def test_the_wheel_has_no_sources_of_the_screens_and_no_tests(wheel: dict[str, bytes]) -> None:
    assert [name for name in wheel if name.endswith((".vue", ".ts", "package-lock.json"))] == []
    assert [name for name in wheel if name.startswith(("tests/", "agent_web/ui/"))] == []


def test_the_wheel_carries_every_data_file_of_its_packages(wheel: dict[str, bytes]) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", *sorted(PACKAGES)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    wanted = {name for name in tracked if not name.startswith("agent_web/ui/")}
    assert wanted - set(wheel) == set()


def test_the_wheel_installs_the_command_and_names_its_licences(wheel: dict[str, bytes]) -> None:
    info = "lianluo-0.1.0.dist-info"
    assert b"lianluo = hub.__main__:main" in wheel[f"{info}/entry_points.txt"]
    assert b"License-Expression: Apache-2.0" in wheel[f"{info}/METADATA"]
    assert f"{info}/licenses/LICENSE" in wheel
    assert f"{info}/licenses/NOTICE" in wheel


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_hashed_and_names_no_address_and_no_local_file(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    pinned = re.findall(r"^[a-z0-9][^ ]*==", text, re.MULTILINE)
    unhashed = re.findall(r"^[a-z0-9].*(?<!\\)$", text, re.MULTILINE)
    assert len(pinned) > 0
    assert unhashed == []
    for forbidden in ("://", "--find-links", "--index", "file:"):
        assert forbidden not in text


def test_the_lock_holds_what_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["embedded"]]
    lock = (ROOT / "requirements" / "lock.txt").read_text()
    exact = [line.partition(";")[0].strip() for line in named if "==" in line]
    assert [
        line for line in exact if not re.search(rf"^{re.escape(line)}\b", lock, re.MULTILINE)
    ] == []


def test_the_npm_lock_names_no_address_and_runs_no_install_script() -> None:
    packages = json.loads((ROOT / "agent_web/ui/package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if entry.get("hasInstallScript")] == []
    for folder in (ROOT, ROOT / "agent_web" / "ui"):
        assert "omit-lockfile-registry-resolved=true" in (folder / ".npmrc").read_text().split()


def test_notice_names_the_parts_under_the_gpl() -> None:
    notice = (ROOT / "NOTICE").read_text()
    assert re.search(r"aioimaplib.*GPL-3\.0", notice)
    assert re.search(r"SecantusDB.*GPL-2\.0-only", notice)
    assert "separate program" in notice


def test_the_database_program_is_never_imported() -> None:
    importing = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in Path(ROOT, package).rglob("*.py")
        if re.search(r"^\s*(import|from) secantus\b", path.read_text(), re.MULTILINE)
    ]
    assert importing == []
