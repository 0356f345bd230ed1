"""Where a test may interfere with the database in memory; `NoFaults` is plain use."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Operation:
    """One call of one process. `last_write` is the number of its last log entry, 0 = none."""

    kind: str
    collection: str
    process: str
    last_write: int = 0


class Faults(Protocol):
    """An operation runs inside `run` and passes `step` before each row."""

    @property
    def replicated_at_once(self) -> bool:
        """True when every write is in the majority view as soon as it is made."""

    async def run(self, operation: Operation, work: Callable[[], Awaitable[T]]) -> T:
        """Execute `work` and hand its result to the caller, or raise StoreUncertain instead."""

    async def step(self, operation: Operation) -> None: ...
    async def acknowledge(self, operation: Operation) -> None:
        """Return when the last write of the operation is in the majority view."""

    def arrange(self, rows: Sequence[T]) -> Sequence[T]:
        """The order in which an unordered insert takes its rows."""

    def wrote(self) -> None:
        """The log grew."""


class NoFaults:
    """Every call is done at once, in order, by the majority."""

    replicated_at_once = True

    async def run(self, operation: Operation, work: Callable[[], Awaitable[T]]) -> T:
        return await work()

    async def step(self, operation: Operation) -> None:
        return None

    async def acknowledge(self, operation: Operation) -> None:
        return None

    def arrange(self, rows: Sequence[T]) -> Sequence[T]:
        return rows

    def wrote(self) -> None:
        return None


def _conforms(faults: NoFaults) -> Faults:
    return faults
