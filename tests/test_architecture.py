"""The layer rule holds, and each of its contracts catches what it forbids.

Every plant writes one forbidden import into a copy of the tree; `lint-imports` must name it.
"""

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("hub", "channels", "bot", "agent_web", "voice_bridge")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60

LAYERS = "Layers"
ADAPTERS = "Adapters and stores see ports, model, errors and runtime only"
DRIVERS = "The core knows no driver and no framework"
ALONE = "Model and decisions stand on nothing else of ours"
PURE = "Model and decisions do no I/O, read no clock, draw no random number"
CHANNELS = "Channels do not know each other"

PLANTS = [
    (LAYERS, "hub.errors", "hub.model"),
    (LAYERS, "hub.runtime", "hub.model"),
    (LAYERS, "hub.model", "hub.runtime"),
    (LAYERS, "hub.model", "hub.decisions"),
    (LAYERS, "hub.model", "hub.ports"),
    (LAYERS, "hub.runtime", "hub.ports"),
    (LAYERS, "hub.decisions", "hub.ports"),
    (LAYERS, "hub.ports", "hub.decisions"),
    (LAYERS, "hub.ports", "hub.streams"),
    (LAYERS, "hub.decisions", "hub.streams"),
    (LAYERS, "hub.streams", "hub.services"),
    (LAYERS, "hub.streams", "hub.projections"),
    (LAYERS, "hub.services", "hub.projections"),
    (LAYERS, "hub.projections", "hub.services"),
    (LAYERS, "hub.services", "hub.store"),
    (LAYERS, "hub.projections", "hub.store"),
    (LAYERS, "hub.services", "channels"),
    (LAYERS, "hub.store", "channels"),
    (LAYERS, "channels", "hub.store"),
    (LAYERS, "channels", "bot"),
    (LAYERS, "bot", "voice_bridge"),
    (LAYERS, "voice_bridge", "channels"),
    (LAYERS, "channels", "hub.http"),
    (LAYERS, "hub.store", "hub.http"),
    (LAYERS, "hub.http", "agent_web"),
    (LAYERS, "agent_web", "hub.config"),
    (LAYERS, "hub.config", "hub.app"),
    (LAYERS, "hub.config", "hub.__main__"),
    (ADAPTERS, "channels", "hub.services"),
    (ADAPTERS, "bot", "hub.projections"),
    (ADAPTERS, "voice_bridge", "hub.streams"),
    (ADAPTERS, "hub.store", "hub.decisions"),
    (DRIVERS, "hub.errors", "pymongo"),
    (DRIVERS, "hub.model", "bson"),
    (DRIVERS, "hub.ports", "aiohttp"),
    (DRIVERS, "hub.decisions", "wechatpy"),
    (DRIVERS, "hub.streams", "pymongo"),
    (DRIVERS, "hub.services", "pydantic"),
    (DRIVERS, "hub.projections", "motor"),
    (ALONE, "hub.model", "hub.errors"),
    (ALONE, "hub.decisions", "hub.runtime"),
    (PURE, "hub.model", "random"),
    (PURE, "hub.decisions", "time"),
    (CHANNELS, "channels.wechat", "channels.planted"),
]

# Runs in a process of its own: the packages must be found in the copy, not in this tree.
LINT_EACH_PLANT = """
import contextlib, io, json, sys
from pathlib import Path
from importlinter.cli import lint_imports

def lint():
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = lint_imports(config_filename="pyproject.toml", no_logo=True, no_cache=True)
    return code, printed.getvalue()

sys.path.insert(0, str(Path.cwd()))
answers = [lint()]
for _, importer, imported in json.load(sys.stdin):
    target = Path(*importer.split("."))
    target = target / "planted_here.py" if target.is_dir() else target.with_suffix(".py")
    before = target.read_text() if target.exists() else None
    target.write_text(f"{before or ''}\\nimport {imported}\\n")
    answers.append(lint())
    target.write_text(before) if before is not None else target.unlink()
json.dump(answers, sys.stdout)
"""

Answer = tuple[int, str]


def settings() -> dict[str, Any]:
    tools: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    return tools["importlinter"]


def contract(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(rule for rule in settings()["contracts"] if rule["name"] == name)
    return found


def product_files() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in path.parts
    ]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    """What lint-imports says of the tree as it is, then of the tree with each plant."""
    copy = tmp_path_factory.mktemp("tree")
    for path in product_files():
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    (copy / "channels" / "planted").mkdir()
    (copy / "channels" / "planted" / "__init__.py").touch()
    rules = (ROOT / "pyproject.toml").read_text()
    known = 'modules = ["channels.wechat"'
    assert known in rules
    (copy / "pyproject.toml").write_text(rules.replace(known, f'{known}, "channels.planted"'))
    run = subprocess.run(
        [sys.executable, "-c", LINT_EACH_PLANT],
        cwd=copy,
        input=json.dumps(PLANTS),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Answer] = json.loads(run.stdout)
    return found


def test_the_tree_keeps_every_contract(answers: list[Answer]) -> None:
    code, printed = answers[0]
    assert code == 0, printed


@pytest.mark.parametrize(
    ("number", "rule", "importer", "imported"),
    [(number, *plant) for number, plant in enumerate(PLANTS, start=1)],
    ids=[f"{importer}-{imported}" for _, importer, imported in PLANTS],
)
def test_a_forbidden_import_is_named(
    answers: list[Answer], number: int, rule: str, importer: str, imported: str
) -> None:
    code, printed = answers[number]
    is_folder = (ROOT / Path(*importer.split("."))).is_dir()
    place = f"{importer}.planted_here" if is_folder else importer
    assert code == 1
    assert f"{rule} BROKEN" in printed
    assert f"{place} -> {imported} (l." in printed


def test_every_contract_has_a_plant() -> None:
    assert {rule for rule, _, _ in PLANTS} == {found["name"] for found in settings()["contracts"]}


def test_every_module_of_the_hub_stands_in_a_layer() -> None:
    named = {
        name.strip(" ()")
        for layer in contract(LAYERS)["layers"]
        for part in layer.split("|")
        for name in part.split(":")
    }
    modules = {
        f"hub.{path.stem}"
        for path in (ROOT / "hub").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").is_file()) and path.stem != "__init__"
    }
    others = {package for package in PACKAGES if package != "hub"}
    assert modules | others == named


def test_every_channel_is_registered_and_kept_apart() -> None:
    channels = {f"channels.{path.parent.name}" for path in ROOT.glob("channels/*/adapter.py")}
    assert channels == set(contract(CHANNELS)["modules"])
    registry = (ROOT / "channels" / "registry.py").read_text()
    assert {name for name in channels if name not in registry} == set()


@pytest.mark.parametrize(
    ("folder", "ours"), [("model", {"hub.model"}), ("decisions", {"hub.model", "hub.decisions"})]
)
def test_model_and_decisions_need_the_standard_library_only(folder: str, ours: set[str]) -> None:
    foreign = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "hub" / folder).rglob("*.py")
        for name in imported_modules(path)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and ".".join(name.split(".")[:2]) not in ours
    }
    assert foreign == set()


def test_no_file_is_longer_than_400_lines() -> None:
    files = [*product_files(), *ROOT.glob("tests/**/*.py"), *ROOT.glob("scripts/**/*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in product_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def imported_modules(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names
