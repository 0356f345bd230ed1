"""A running demo and a real browser for the tests of the screens.

`LIANLUO_CHROMIUM` names the browser, `LIANLUO_SHOTS` a folder for screenshots. `LIANLUO_E2E_URL`
is a demo that runs already, started with `LIANLUO_DEMO_PASSWORD`, `LIANLUO_DEMO__SIMULATOR_PORT`
and `LIANLUO_SECURITY__WEBHOOK_ORIGINS` (one origin) as they are in the environment of the tests.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar
from playwright.async_api import Browser, async_playwright

from hub.store.embedded_process import pick_port
from tests.e2e.office import Demo, Office
from tests.e2e.painted_hub import CREW
from tests.e2e.visitor import Visitor

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PASSWORD = "LIANLUO_DEMO_PASSWORD"
SIMULATOR = "LIANLUO_DEMO__SIMULATOR_PORT"
RECEIVERS = "LIANLUO_SECURITY__WEBHOOK_ORIGINS"
READY_S = 60.0
STOP_S = 20.0


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = os.environ.get("LIANLUO_E2E_URL")
    if running:
        yield _demo(running.rstrip("/"), dict(os.environ))
        return
    folder = tmp_path_factory.mktemp("demo")
    log = folder / "log.txt"
    port = pick_port()
    environment = {
        **os.environ,
        PASSWORD: "long enough",
        SIMULATOR: str(pick_port()),
        RECEIVERS: json.dumps([f"http://127.0.0.1:{pick_port()}"]),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "hub", "demo"),
                *("--port", str(port), "--data", str(folder / "data")),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
        try:
            yield _demo(_ready(process, log), environment)
        finally:
            _stop(process)


def _demo(url: str, environment: dict[str, str]) -> Demo:
    simulator = f"http://127.0.0.1:{environment[SIMULATOR]}"
    (receiver,) = json.loads(environment[RECEIVERS])
    return Demo(url=url, password=environment[PASSWORD], simulator=simulator, receiver=receiver)


@pytest.fixture(scope="session")
def demo_url(demo: Demo) -> str:
    return demo.url


def _ready(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address in the line `ready http://…`."""
    end = time.monotonic() + READY_S
    text = ""
    while process.poll() is None and time.monotonic() < end:
        text = log.read_text("utf-8", errors="replace")
        for line in text.splitlines():
            if line.startswith("ready http"):
                return line.removeprefix("ready ").strip()
        time.sleep(0.1)
    raise AssertionError(f"the demo is not ready: {text[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """As a person does, with Ctrl-C; what does not stop by itself is a failure."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


@pytest.fixture(scope="session")
def chromium() -> str:
    found = (shutil.which(each) for each in ("chromium-headless-shell", "chromium"))
    named = os.environ.get("LIANLUO_CHROMIUM") or next(filter(None, found), "/usr/bin/chromium")
    if not Path(named).is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("no browser: set LIANLUO_CHROMIUM")
        pytest.skip("NO BROWSER: set LIANLUO_CHROMIUM=/path/to/chromium to run the browser tests")
    return named


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        running = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cookies(browser: Browser, demo: Demo) -> dict[str, str]:
    """A session of each whose screen is looked at."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        bank = Office(browser, demo, http)
        heads = {name: await bank.sign_in(name) for name in CREW}
    return {name: head["Cookie"].partition("=")[2] for name, head in heads.items()}


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, demo_url: str) -> AsyncIterator[Visitor]:
    """Somebody at the sandbox; what the browser complains about fails the test."""
    somebody = Visitor(browser, demo_url)
    yield somebody
    await somebody.leave()
    assert somebody.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def office(browser: Browser, demo: Demo) -> AsyncIterator[Office]:
    """An empty desk; everybody in the office leaves it empty."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        bank = Office(browser, demo, http)
        await bank.clear()
        yield bank
        complaints = list(bank.complaints)
        await bank.leave()
    assert complaints == []
