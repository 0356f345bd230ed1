"""M/M/n with and without patience: draws, a reference of a few lines, and the formulas.

Times are whole microseconds, so that equal means equal.
"""

from heapq import heapreplace
from math import exp, log
from random import Random
from typing import NamedTuple

SECOND = 1_000_000


class Contact(NamedTuple):
    """`patience`: how long the customer waits before they leave; None = for ever."""

    arrival: int
    service: int
    patience: int | None = None


def draws(
    seed: int, count: int, *, rate: float, service_s: float, patience_s: float = 0
) -> list[Contact]:
    """`rate` arrivals a second; no `patience_s` = nobody leaves."""
    random = Random(seed)  # noqa: S311 - a repeatable run
    at, found = 0.0, []
    for _ in range(count):
        at += random.expovariate(rate) * SECOND
        service = round(random.expovariate(1 / service_s) * SECOND)
        patience = round(random.expovariate(1 / patience_s) * SECOND) if patience_s else None
        found.append(Contact(round(at), service, patience))
    return found


def starts(contacts: list[Contact], servers: int) -> list[int | None]:
    """When each is served, first come first served; None = left before."""
    free_at = [0] * servers
    found: list[int | None] = []
    for arrival, service, patience in contacts:
        start = max(arrival, free_at[0])
        if patience is not None and start - arrival >= patience:
            found.append(None)
            continue
        heapreplace(free_at, start + service)
        found.append(start)
    return found


class Expected(NamedTuple):
    """Share of who must wait, mean wait of all (who leave count with the time they waited)."""

    waits: float
    wait_s: float
    leaves: float


def erlang_c(servers: int, rate: float, service_s: float) -> Expected:
    offered = rate * service_s
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered * blocked / (k + offered * blocked)
    waits = blocked / (1 - offered / servers * (1 - blocked))
    return Expected(waits, waits / (servers / service_s - rate), 0)


def erlang_a(servers: int, rate: float, service_s: float, patience_s: float) -> Expected:
    """The birth and death process, in logarithms, cut where nobody ever is."""
    weights, sizes = [0.0], 40 * servers
    for k in range(1, sizes):
        gone = min(k, servers) / service_s + max(0, k - servers) / patience_s
        weights.append(weights[-1] + log(rate) - log(gone))
    top = max(weights)
    shares = [exp(weight - top) for weight in weights]
    total = sum(shares)
    waiting = sum((k - servers) * share for k, share in enumerate(shares) if k > servers) / total
    return Expected(sum(shares[servers:]) / total, waiting / rate, waiting / patience_s / rate)


def seen(contacts: list[Contact], started: list[int | None]) -> Expected:
    """The same of a run; who left had waited for as long as their patience."""
    waited = [
        (contact.patience or 0) if start is None else start - contact.arrival
        for contact, start in zip(contacts, started, strict=True)
    ]
    count = len(contacts)
    return Expected(
        sum(wait > 0 for wait in waited) / count,
        sum(waited) / count / SECOND,
        started.count(None) / count,
    )
