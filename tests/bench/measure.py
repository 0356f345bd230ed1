"""Subject and control in the same run, A-B-A-B; ratios of rates and of CPU time an operation."""

import gc
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Protocol, TypeVar

T = TypeVar("T")

SAME = 0.15
"""By how much two rounds of a control may differ while the machine counts as the same."""

TRIES = 4
"""Rounds at most for each that is wanted."""


@dataclass(frozen=True, slots=True)
class Round:
    """`seconds` of wall clock, `cpu` seconds of this process."""

    operations: int
    seconds: float
    cpu: float

    def __add__(self, other: "Round") -> "Round":
        return Round(
            self.operations + other.operations, self.seconds + other.seconds, self.cpu + other.cpu
        )

    @property
    def rate(self) -> float:
        return self.operations / self.seconds

    @property
    def micros(self) -> float:
        return self.cpu / self.operations * 1e6


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians over the rounds; `rate_ratio` and `cpu_ratio` are subject over control."""

    name: str
    subject_rate: float
    control_rate: float
    rate_ratio: float
    subject_cpu_us: float
    control_cpu_us: float
    cpu_ratio: float


class Work(Protocol):
    """`prepare` is not measured; the call returns how many operations it did."""

    def prepare(self) -> None: ...
    async def __call__(self) -> int: ...


async def timed(work: Work) -> Round:
    work.prepare()
    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    operations = await work()
    return Round(operations, time.perf_counter() - began, time.process_time() - cpu)


async def compare(
    name: str,
    subject: Work,
    control: Work,
    *,
    rounds: int,
) -> Comparison:
    """One round of each to warm up, then `rounds` of each in turn."""
    await timed(subject)
    await timed(control)
    a: list[Round] = []
    b: list[Round] = []
    for _ in range(rounds):
        a.append(await timed(subject))
        b.append(await timed(control))
    return medians(name, a, b)


async def between(
    subject: Callable[[], Awaitable[T]], control: Callable[[], Awaitable[Round]], *, rounds: int
) -> list[tuple[T, Round]]:
    """`rounds` of the subject, each with the sum of the two of the control it stood between.

    Where these two disagree the machine was not the same throughout, and the round is done again.
    """
    await subject()
    before = await control()
    kept: list[tuple[T, Round]] = []
    for left in reversed(range(TRIES * rounds)):
        found = await subject()
        after = await control()
        same = abs(after.micros / before.micros - 1) <= SAME
        if same or left < rounds - len(kept):
            kept.append((found, before + after))
        before = after
        if len(kept) == rounds:
            break
    return kept


def medians(name: str, a: Sequence[Round], b: Sequence[Round]) -> Comparison:
    """`a` are rounds of the subject, `b` those of the control, in the order they ran."""
    return Comparison(
        name,
        subject_rate=median(r.rate for r in a),
        control_rate=median(r.rate for r in b),
        rate_ratio=median(x.rate / y.rate for x, y in zip(a, b, strict=True)),
        subject_cpu_us=median(r.micros for r in a),
        control_cpu_us=median(r.micros for r in b),
        cpu_ratio=median(x.micros / y.micros for x, y in zip(a, b, strict=True)),
    )


def table(rows: Sequence[Comparison]) -> str:
    names = ("subject/s", "control/s", "rate ×", "subject µs", "control µs", "CPU ×")
    lines = [" " * 28 + "".join(f"{n:>12}" for n in names)]
    lines += [
        f"{r.name:28}{r.subject_rate:>12.0f}{r.control_rate:>12.0f}{r.rate_ratio:>12.2f}"
        f"{r.subject_cpu_us:>12.1f}{r.control_cpu_us:>12.1f}{r.cpu_ratio:>12.2f}"
        for r in rows
    ]
    return "\n".join(lines)


def as_json(rows: Sequence[Comparison]) -> str:
    return json.dumps([asdict(r) for r in rows], ensure_ascii=False)
