"""The full fault runs: 30 kills under 3,000 messages and 1,000 replies, and owners frozen in turn.

`python -m tests.bench faults [--json] [--seed=N] [--keep]`; ends with 1 when a rule is broken.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.runtime import logs
from tests.faults.load import LoadPlan
from tests.faults.runs import FAQ, kills, two_owners
from tests.faults.scenario import Outcome

SEED = 20
MESSAGES, REPLIES, KILLS = 3000, 1000, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    run: Callable[[Path, int], Coroutine[Any, Any, Outcome]]


def cases() -> Sequence[Case]:
    return (
        Case(
            name="kill -9 of hub and database",
            run=lambda folder, seed: kills(
                folder,
                LoadPlan(seed=seed, messages=MESSAGES, replies=REPLIES, customers=60),
                count=KILLS,
            ),
        ),
        Case(
            name="the same while the bot answers",
            run=lambda folder, seed: kills(
                folder,
                LoadPlan(seed=seed, messages=200, replies=0, customers=40, texts=FAQ),
                count=4,
                bot=True,
            ),
        ),
        Case(
            name="two owners of one shard",
            run=lambda folder, seed: two_owners(
                folder,
                LoadPlan(seed=seed, messages=800, replies=150, customers=60, pause_s=3.0),
                takeovers=6,
                short=3,
            ),
        ),
    )


def main(arguments: list[str]) -> int:
    chosen = dict(a.lstrip("-").partition("=")[::2] for a in arguments)
    seed = int(chosen.get("seed") or SEED)
    logs.set_up(level="critical")
    shown = []
    for case in cases():
        began = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="lianluo-faults-"))
        outcome = asyncio.run(case.run(folder, seed))
        shown.append((case.name, outcome))
        print(f"   {case.name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
        if outcome.problems or "keep" in chosen:
            print(f"   logs and data: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder)
    print(as_json(shown) if "json" in chosen else "\n\n".join(table(n, o) for n, o in shown))
    return int(any(outcome.problems for _, outcome in shown))


def table(name: str, outcome: Outcome) -> str:
    lines = [f"{name}, seed {outcome.seed}"]
    lines += [f"  {label:32}{value:>10g}" for label, value in figures(outcome).items()]
    lines += [f"  WRONG: {problem[:400]}" for problem in outcome.problems[:20]]
    return "\n".join(lines)


def as_json(shown: Sequence[tuple[str, Outcome]]) -> str:
    return json.dumps(
        [{"name": name, "seed": o.seed, **figures(o), "problems": o.problems} for name, o in shown],
        ensure_ascii=False,
    )


def figures(outcome: Outcome) -> dict[str, float]:
    """What was done and met, then what was found wrong."""
    kinds = [problem.partition(":")[0] for problem in outcome.problems]
    wrong = {kind: kinds.count(kind) for kind in ("lost", "doubled", "order")}
    others = len(kinds) - sum(wrong.values())
    return {
        **outcome.figures,
        **{f"found wrong: {kind}": count for kind, count in wrong.items()},
        "found wrong: anything else": others,
    }
