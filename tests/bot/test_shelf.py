"""One pointer names the model in use; it moves in one step."""

import os
from pathlib import Path

import pytest

from bot.engines.shelf import current, put


def made(shelf: Path, content: str) -> Path:
    folder = shelf / "made"
    folder.mkdir(parents=True)
    (folder / "zh.json").write_text(content)
    return folder


def test_empty_shelf_has_no_model(tmp_path: Path) -> None:
    assert current(tmp_path) is None


def test_model_put_last_is_in_use(tmp_path: Path) -> None:
    put(made(tmp_path, "one"), tmp_path, "model-1")
    put(made(tmp_path, "two"), tmp_path, "model-2")
    used = current(tmp_path)
    assert used == tmp_path / "model-2"
    assert (used / "zh.json").read_text() == "two"
    assert not (tmp_path / "made").exists()


def test_same_model_again_is_in_use_again(tmp_path: Path) -> None:
    put(made(tmp_path, "one"), tmp_path, "model-1")
    put(made(tmp_path, "two"), tmp_path, "model-2")
    put(made(tmp_path, "one"), tmp_path, "model-1")
    assert current(tmp_path) == tmp_path / "model-1"


def test_three_models_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        put(made(tmp_path, str(number)), tmp_path, f"model-{number}")
        os.utime(tmp_path / f"model-{number}", (number, number))
    put(made(tmp_path, "5"), tmp_path, "model-5")
    assert sorted(path.name for path in tmp_path.glob("model-*")) == [
        "model-3",
        "model-4",
        "model-5",
    ]


def test_crash_before_the_pointer_moves_leaves_the_old_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(made(tmp_path, "one"), tmp_path, "model-1")

    def full_disk(self: Path, target: Path) -> Path:
        raise OSError(28, "disk full")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="disk full"):
        put(made(tmp_path, "two"), tmp_path, "model-2")
    assert current(tmp_path) == tmp_path / "model-1"
