"""Finds the Chromium that the browser tests drive, or installs Debian's."""

import os
import shutil
import subprocess

from launcher.console import Step, StepError, say

SHELL = "chromium-headless-shell"
"""Draws without the windows of a whole browser: the tests cost half the work."""

NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = (SHELL, "fonts-noto-cjk")
ADVICE = "install chromium and a Chinese font by hand, or set LIANLUO_CHROMIUM=/path/to/chromium"


def prepare() -> None:
    """Set LIANLUO_CHROMIUM for the tests; without a browser they skip, in CI that is a failure."""
    program = _find()
    if _can_install() and (program is None or not _has_chinese_font()):
        with Step("chromium", "Browser for tests  测试用浏览器", ADVICE) as step:
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            step.run(["apt-get", "update"], quiet)
            step.run(["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES], quiet)
        program = _find()
    if program is not None:
        os.environ["LIANLUO_CHROMIUM"] = program
    elif os.environ.get("CI") == "true":
        raise StepError(f"no browser for the tests: {ADVICE}")
    else:
        say(f"! no browser found: the browser tests will be SKIPPED; {ADVICE}")


def _find() -> str | None:
    named = os.environ.get("LIANLUO_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def _can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _has_chinese_font() -> bool:
    program = shutil.which("fc-list")
    if program is None:
        return False
    fonts = subprocess.run([program, ":lang=zh"], capture_output=True, check=False)
    return bool(fonts.stdout.strip())
