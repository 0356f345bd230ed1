"""The key that seals secrets: from the settings, or from a file in the data folder."""

import base64
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes

from hub.config.settings import Settings
from hub.errors import StartError
from hub.services.vault import KEY_BYTES, Vault, read_keys

NAME = "seal.key"


def vault_of(settings: Settings) -> Vault:
    """Raises StartError: the key's file cannot be read, written or understood."""
    given = settings.security.seal_key
    if given is not None:
        return Vault(read_keys(given.get_secret_value()))
    return Vault(_kept(settings.store.data / NAME))


def _kept(path: Path) -> tuple[bytes, ...]:
    """What the file holds; made at the first start, for its owner's eyes only."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path)
        return read_keys(path.read_text(encoding="ascii"))
    except OSError as exc:
        raise StartError(f"the seal key {path} cannot be used: {exc.strerror}") from None
    except ValueError:
        raise StartError(
            f"{path} is not a seal key; restore it from a copy, or give security.seal_key"
        ) from None


def _make(path: Path) -> None:
    """Whole or not at all, and of two processes the first one's stays."""
    made = path.with_name(f"{NAME}.{os.getpid()}")
    written = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(written, base64.b64encode(token_bytes(KEY_BYTES)) + b"\n")
        os.fsync(written)
    finally:
        os.close(written)
    with suppress(FileExistsError):
        os.link(made, path)
    made.unlink()
