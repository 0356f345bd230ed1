"""The desk's rules in virtual time beside Erlang's formulas, and beside M/M/n contact by contact.

Every contact must start at the very microsecond the reference says; the means over the seeds must
agree with the formulas, which no run of finite length does exactly.
"""

import json
from multiprocessing import get_context
from typing import NamedTuple

from tests.decisions.desk.mmn import Expected, draws, erlang_a, erlang_c, seen, starts
from tests.decisions.desk.virtual import VirtualDesk

AGENTS = 20
SERVICE_S = 180.0
CONTACTS = 300_000
WAITS_WITHIN, WAIT_S_WITHIN = 0.03, 0.05


class System(NamedTuple):
    """`load`: offered work over capacity; `patience_s` 0 = nobody leaves."""

    name: str
    load: float
    patience_s: float
    seeds: int

    @property
    def rate(self) -> float:
        return self.load * AGENTS / SERVICE_S

    @property
    def expected(self) -> Expected:
        if self.patience_s:
            return erlang_a(AGENTS, self.rate, SERVICE_S, self.patience_s)
        return erlang_c(AGENTS, self.rate, SERVICE_S)


SYSTEMS = (
    System("Erlang C, load 0.8", 0.8, 0, 10),
    System("Erlang A, load 0.8", 0.8, 120, 10),
    System("Erlang A, load 1.08", 1.08, 120, 3),
)


def run(job: tuple[System, int, int]) -> tuple[str, Expected]:
    """One seed of one system on the desk's rules.

    Raises:
        AssertionError: a contact started at another time than the reference says.
    """
    system, seed, count = job
    contacts = draws(
        seed, count, rate=system.rate, service_s=SERVICE_S, patience_s=system.patience_s
    )
    found = VirtualDesk(AGENTS).starts(contacts)
    if found != starts(contacts, AGENTS):
        raise AssertionError(f"{system.name}, seed {seed}: not the starts of M/M/n")
    return system.name, seen(contacts, found)


def mean(runs: list[Expected]) -> Expected:
    return Expected(*(sum(column) / len(runs) for column in zip(*runs, strict=True)))


def main(options: list[str]) -> int:
    """Exit 1 when a mean lies too far from its formula."""
    jobs = [(system, seed, CONTACTS) for system in SYSTEMS for seed in range(1, system.seeds + 1)]
    with get_context("spawn").Pool(2) as pool:
        runs = pool.map(run, jobs, chunksize=1)
    kept, rows = True, []
    for system in SYSTEMS:
        found = mean([one for name, one in runs if name == system.name])
        expected = system.expected
        off = (found.waits / expected.waits - 1, found.wait_s / expected.wait_s - 1)
        kept &= abs(off[0]) <= WAITS_WITHIN and abs(off[1]) <= WAIT_S_WITHIN
        rows.append(
            {
                "name": system.name,
                "seeds": system.seeds,
                "contacts": CONTACTS,
                "expected": expected._asdict(),
                "found": found._asdict(),
                "waits_off": off[0],
                "wait_s_off": off[1],
            }
        )
        if "--json" not in options:
            print(
                f"{system.name}, {system.seeds} × {CONTACTS}: must wait {found.waits:.4f}"
                f" ({expected.waits:.4f}, {off[0]:+.1%}), mean wait {found.wait_s:.2f} s"
                f" ({expected.wait_s:.2f}, {off[1]:+.1%}), leave {found.leaves:.4f}"
                f" ({expected.leaves:.4f})"
            )
    if "--json" in options:
        print(json.dumps(rows))
    return 0 if kept else 1
