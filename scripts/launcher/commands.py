"""The commands of ./lianluo: set up what each one needs, then run it."""

import os
import sys
from collections.abc import Callable

from launcher import browser, checks, locks, python_env, tests, web
from launcher.console import ROOT, Step, StepError, say
from launcher.tally import Tally

USAGE = """\
Lianluo 联络

  ./lianluo demo [--port 8080] [--data DIR]   try it: set up, start, sample bank   试用
  ./lianluo test [pytest arguments]           set up, all checks, all tests        全部测试
  ./lianluo check                             format, lint, types, layers          静态检查
  ./lianluo bench [NAME] [--json]             measure against a control            性能基准
  ./lianluo lock [--upgrade]                  write requirements/*.txt anew        更新依赖锁
  ./lianluo setup                             set up only                          仅安装

Everything else goes to the program itself 其余命令交给程序本身:
  ./lianluo serve --config lianluo.toml, init, user, queue, knowledge, rebuild, verify, preflight
  ./lianluo COMMAND --help"""

HELP = {"--help", "-h"}


def main(arguments: list[str]) -> int:
    """Run one command; the number is the exit code (2 = used wrongly, 130 = stopped by Ctrl-C)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not arguments or arguments[0] in {"help", *HELP}:
        say(USAGE)
        return 0 if arguments else 2
    name, rest = arguments[0], arguments[1:]
    try:
        if HELP & set(rest):
            return _help(name, rest)
        return COMMANDS.get(name, _program)(name, rest)
    except StepError as error:
        say(f"Stopped 已停止: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped 已停止: run the same command again to go on.")
        return 130


def _help(name: str, rest: list[str]) -> int:
    """Answer without installing anything: in short until the program is there to ask."""
    asked = ["--help" if word in HELP else word for word in rest]
    program = ["tests.bench", *asked] if name == "bench" else ["hub", name, *asked]
    if python_env.is_ready() and (name == "bench" or name not in COMMANDS):
        os.chdir(ROOT)
        os.execv(python_env.PYTHON, [str(python_env.PYTHON), "-m", *program])  # noqa: S606
    say(USAGE)
    return 0


def _program(name: str, rest: list[str]) -> int:
    """Become the program: the process that Ctrl-C and a supervisor talk to is the hub itself."""
    _set_up("setup", [])
    os.execv(python_env.PYTHON, [str(python_env.PYTHON), "-m", "hub", name, *rest])  # noqa: S606


def _set_up(_name: str, _rest: list[str]) -> int:
    python_env.prepare(dev=False)
    if not web.is_built():
        web.build(_node())
    return 0


def _check(_name: str, _rest: list[str]) -> int:
    tally = _run_checks()
    say(str(tally))
    return 1 if tally.failed else 0


def _test(_name: str, rest: list[str]) -> int:
    python_env.prepare(dev=True)
    node = _node()
    web.install(node)
    web.build(node)
    browser.prepare()
    if rest:
        tally = tests.pytest(tuple(rest))
    else:
        tally = _run_checks()
        tally.add(tests.run_all(node))
    say(f"\n{tally}")
    return 1 if tally.failed or not tally.passed else 0


def _bench(_name: str, rest: list[str]) -> int:
    python_env.prepare(dev=True)
    if not web.is_built():
        web.build(_node())
    os.chdir(ROOT)
    os.execv(python_env.PYTHON, [str(python_env.PYTHON), "-m", "tests.bench", *rest])  # noqa: S606


def _lock(_name: str, rest: list[str]) -> int:
    python_env.prepare(dev=False)
    locks.write(rest)
    return 0


def _run_checks() -> Tally:
    python_env.prepare(dev=True)
    node = _node()
    web.install(node)
    return checks.run(node)


def _node() -> web.Node:
    """The Node.js on PATH when it is new enough, else the one that Python packages carry."""
    found = web.find_node(python_env.site_packages())
    if found is not None:
        return found
    advice = "install Node.js 20.19 or newer by hand, then run again"
    with Step("node", "Node.js", advice) as step:
        python_env.install(step, python_env.REQUIREMENTS / "node.txt")
        found = web.find_node(python_env.site_packages())
        if found is None:
            raise StepError("no Node.js 20.19 or newer")
    return found


COMMANDS: dict[str, Callable[[str, list[str]], int]] = {
    "setup": _set_up,
    "check": _check,
    "test": _test,
    "bench": _bench,
    "lock": _lock,
}
