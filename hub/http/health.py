"""`/health/live`, `/health/ready` and `/metrics`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from hub.http.metrics import Metrics
from hub.http.shapes import Shape

log = structlog.get_logger(__name__)

PROBE_S = 2.0
NO_STORE = {"Cache-Control": "no-store"}

Probe = Callable[[], Awaitable[str]]
"""Says what fails, in a few words without secrets; "" when all is well."""


class Health(Shape):
    """`failing` names what is not as needed."""

    status: str
    failing: dict[str, str]


class HealthPages:
    def __init__(self, probes: Mapping[str, Probe], metrics: Metrics) -> None:
        self._probes = probes
        self._metrics = metrics

    async def live(self, request: web.Request) -> web.Response:
        """The process answers; says nothing about what it needs."""
        return _answer(200, Health(status="live", failing={}))

    async def ready(self, request: web.Request) -> web.Response:
        """All parts, asked at once, each within `PROBE_S`."""
        async with asyncio.TaskGroup() as tasks:
            asked = {name: tasks.create_task(_ask(p)) for name, p in self._probes.items()}
        failing = {name: task.result() for name, task in asked.items() if task.result()}
        if failing:
            log.warning("not ready", failing=sorted(failing))
            return _answer(503, Health(status="not_ready", failing=failing))
        return _answer(200, Health(status="ready", failing={}))

    async def metrics(self, request: web.Request) -> web.Response:
        headers = {**NO_STORE, "Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=self._metrics.page(), headers=headers)


async def _ask(probe: Probe) -> str:
    try:
        async with asyncio.timeout(PROBE_S):
            return await probe()
    except TimeoutError:
        return "no answer in time"
    except Exception as exc:
        log.exception("probe failed")
        return type(exc).__name__


def _answer(status: int, health: Health) -> web.Response:
    return web.Response(
        status=status,
        body=health.model_dump_json().encode(),
        content_type="application/json",
        headers=NO_STORE,
    )
