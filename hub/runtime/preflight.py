"""What must hold before the hub starts; a problem is one sentence for whoever starts it."""

import errno
import os
import socket
import sys
import tempfile
from importlib.metadata import packages_distributions
from pathlib import Path

PACKAGES = ("hub", "channels", "bot", "agent_web", "voice_bridge")
OLDEST_PYTHON = (3, 11)
TOO_NEW_PYTHON = (3, 14)


def clashing_packages(own: str = "lianluo") -> list[str]:
    """Name installed distributions that bring a package of one of our names.

    Installers do not see this clash: the later one overwrites the files of the earlier one.
    """
    owners = packages_distributions()
    others = {name: sorted(set(owners.get(name, [])) - {own}) for name in PACKAGES}
    return [
        f"the package {name} also comes with {', '.join(found)}: install Lianluo into an "
        "environment of its own"
        for name, found in others.items()
        if found
    ]


def python_problems(version: tuple[int, int] = sys.version_info[:2]) -> list[str]:
    if OLDEST_PYTHON <= version < TOO_NEW_PYTHON:
        return []
    return [f"Python {version[0]}.{version[1]} does not fit: 3.11, 3.12 or 3.13 is needed"]


def data_folder_problems(folder: Path) -> list[str]:
    """Create the folder when it is missing and try to write into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"lianluo")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        return [f"cannot write to the data folder {folder}: {reason}"]
    return []


def port_problems(host: str, port: int) -> list[str]:
    """Try to take the port; it is free again when this returns."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "another program uses it" if taken else error.strerror
        return [f"cannot listen on {host}:{port}: {reason}"]
    return []
