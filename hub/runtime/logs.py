"""Logs: one JSON line an event on stderr, or readable lines for a person. Ids, never content."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

FRAMES = 12


def set_up(*, level: str = "info", readable: bool = False) -> None:
    """Call once, before anything logs."""
    finish: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            error_without_content,
            finish,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def error_without_content(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """An exception as its type and its places: its text may hold what a customer wrote."""
    info = event.pop("exc_info", None)
    if not info:
        return event
    error = info if isinstance(info, BaseException) else sys.exc_info()[1]
    if error is not None:
        event["error"] = type(error).__qualname__
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        event["places"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
    return event
