"""`/api/v1/csp-reports`: what browsers refused on our pages, counted by rule."""

from typing import Any
from urllib.parse import urlsplit

import structlog
from pydantic import JsonValue, RootModel

from hub.http.metrics import Metrics
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing

log = structlog.get_logger(__name__)

PATH = "/api/v1/csp-reports"
TYPES = frozenset({"application/csp-report", "application/reports+json", "application/json"})
_NAMES = (
    "base-uri child-src connect-src default-src font-src form-action frame-ancestors frame-src "
    "img-src manifest-src media-src object-src script-src script-src-attr script-src-elem "
    "style-src style-src-attr style-src-elem worker-src"
)
DIRECTIVES = frozenset(_NAMES.split())
MOST = 20
"""Reports of one call that are looked at."""


class CspReports(RootModel[JsonValue]):
    """As browsers send them, in the old form and in the new one."""


class CspApi:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="POST",
                path=PATH,
                name="report_csp",
                tag="Site",
                summary="Where browsers report what the content security policy refused",
                handle=self.take,
                body=CspReports,
                takes=TYPES,
                answers={204: None},
                roles=None,
            ),
        )

    async def take(self, call: Call[Nothing, Nothing, CspReports]) -> Reply:
        """The rule and the foreign host only: an address may hold more than it should."""
        given = call.body.root
        for report in (given if isinstance(given, list) else [given])[:MOST]:
            directive, host = _told(report)
            self._metrics.csp_reports.labels(directive).inc()
            log.warning("csp violation", directive=directive, host=host)
        return Reply(status=204)


def _told(report: Any) -> tuple[str, str]:
    outer = report if isinstance(report, dict) else {}
    body = outer.get("body", outer.get("csp-report", outer))
    inner = body if isinstance(body, dict) else {}
    named = inner.get("effectiveDirective") or inner.get("effective-directive")
    named = named or inner.get("violated-directive") or ""
    words = str(named).split()
    directive = words[0] if words and words[0] in DIRECTIVES else "other"
    blocked = str(inner.get("blockedURL") or inner.get("blocked-uri") or "")[:2000]
    return directive, _host(blocked)


def _host(blocked: str) -> str:
    try:
        return (urlsplit(blocked).hostname or "")[:253]
    except ValueError:
        return ""
