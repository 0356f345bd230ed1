"""A folder of trained models: one folder each, and the file `current` that names the one in use."""

import os
import shutil
from pathlib import Path

POINTER = "current"
KEPT = 3


def current(shelf: Path) -> Path | None:
    """The folder of the model in use; None before the first one."""
    try:
        name = (shelf / POINTER).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    return shelf / name


def put(made: Path, shelf: Path, name: str) -> None:
    """Move the folder `made` into the shelf and point to it, in one step for every reader.

    After a crash either the old or the new model is in use, whole.
    """
    place = shelf / name
    for path in (*made.iterdir(), made):
        _settle(path)
    if place.exists():
        shutil.rmtree(made)  # the same weights have the same name
    else:
        made.rename(place)
        _settle(shelf)
    os.utime(place)
    draft = shelf / f"{POINTER}.new"
    draft.write_text(name + "\n", "utf-8")
    _settle(draft)
    draft.replace(shelf / POINTER)
    _settle(shelf)
    _drop_old(shelf)


def _drop_old(shelf: Path) -> None:
    """A reader may still be at the one before."""
    models = [path for path in shelf.iterdir() if path.is_dir() and path.name.startswith("model-")]
    for path in sorted(models, key=lambda path: path.stat().st_mtime_ns, reverse=True)[KEPT:]:
        shutil.rmtree(path)


def _settle(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
