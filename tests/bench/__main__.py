"""`python -m tests.bench [NAME …] [--json]`: one benchmark, or all that take minutes."""

import importlib
import sys

NAMES = {
    "commit": "group commit beside a bare group writer",
    "callback": "the whole safe-mode callback beside an empty POST",
    "sockets": "memory of an idle screen beside a bare socket",
    "fanout": "one change to a thousand screens beside bare sends",
    "echo": "a word from screen to screen beside a bare echo",
    "screen": "from a callback to the agent's screen, in milliseconds",
    "page": "what the first page of the workspace loads",
    "list": "a list of a thousand conversations beside bare rows",
    "desk": "the desk's board beside a naive scan, and its growth",
    "erlang": "the desk's rules in virtual time beside Erlang C and A",
    "bot": "the answer engine on public question sets beside words alone",
    "schedules": "the heart under random faults in virtual time",
    "faults": "kill -9 of hub and database under load",
}


def main(arguments: list[str]) -> int:
    names = [a for a in arguments if not a.startswith("-")]
    options = [a for a in arguments if a.startswith("-")]
    unknown = [n for n in names if n not in NAMES]
    if unknown or "--help" in options:
        print("bench [NAME …] [--json]")
        for name, about in NAMES.items():
            print(f"  {name:12}{about}")
        return 2 if unknown else 0
    worst = 0
    for name in names or NAMES:
        print(f"── {name}: {NAMES[name]}", file=sys.stderr)
        worst = max(worst, importlib.import_module(f"tests.bench.{name}").main(options))
    return worst


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
