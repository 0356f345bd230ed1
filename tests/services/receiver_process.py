"""An integrator's server that is started, killed and started again on its port.

It checks signatures as the standard tells integrators to.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tests.services.webhook_receiver
from hub.store.embedded_process import pick_port

PROGRAM = tests.services.webhook_receiver.__file__
SOON_S = 30.0


@dataclass
class Receiver:
    """`book`: what the process wrote down, over all its lives."""

    book: Path
    port: int = field(default_factory=pick_port)
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    async def start(self) -> None:
        arguments = (PROGRAM, str(self.port), str(self.book))
        self.process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE)
        assert self.process.stdout is not None
        async with asyncio.timeout(SOON_S):
            assert await self.process.stdout.readline() == b"ready\n"

    async def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        self.process = None

    def took(self) -> list[dict[str, Any]]:
        lines = self.book.read_text("utf-8").splitlines() if self.book.exists() else []
        return [json.loads(line) for line in lines]

    def ids(self) -> list[str]:
        return [each["headers"]["webhook-id"] for each in self.took()]

    async def has(self, count: int) -> None:
        async with asyncio.timeout(SOON_S):
            while len(self.took()) < count:  # noqa: ASYNC110 - another process writes
                await asyncio.sleep(0.005)


def is_signed(notice: dict[str, Any], secret: str) -> bool:
    """By the text of the standard, sharing no line with what signs."""
    headers = notice["headers"]
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{notice['body']}"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    code = base64.b64encode(hmac.digest(key, said.encode(), hashlib.sha256)).decode()
    return bool(headers["webhook-signature"] == f"v1,{code}")
