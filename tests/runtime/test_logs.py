"""Logs carry ids and places, never content."""

import json

import pytest
import structlog

from hub.runtime import logs

SECRET = "6222021234567890123"


@pytest.fixture(autouse=True)
def _reset() -> object:
    yield
    structlog.reset_defaults()
    return None


def test_an_exception_is_logged_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    try:
        raise ValueError(f"card {SECRET} is wrong")
    except ValueError:
        structlog.get_logger("test").exception("send failed", row="1f:000000000042#0")
    line = capsys.readouterr().err
    assert SECRET not in line
    told = json.loads(line)
    assert told["event"] == "send failed"
    assert told["error"] == "ValueError"
    assert told["row"] == "1f:000000000042#0"
    assert told["places"][-1].endswith("test_an_exception_is_logged_without_its_text")


def test_readable_lines_do_not_show_the_text_either(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(readable=True)
    try:
        raise ValueError(SECRET)
    except ValueError:
        structlog.get_logger("test").exception("send failed")
    assert SECRET not in capsys.readouterr().err


def test_a_level_keeps_lower_ones_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="warning")
    structlog.get_logger("test").info("hush")
    assert capsys.readouterr().err == ""
