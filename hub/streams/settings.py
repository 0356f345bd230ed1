"""The engine's numbers."""

from dataclasses import dataclass

from hub.model.ids import SHARDS


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Seconds end in `_s`. `shards` are those this process may own.

    `lease_s`: a process whose counter stands still so long loses its shards. `sweep_s`: how
    often lost hints are repaired. `alarm_s`: how often due timers are looked for. `retake_s`:
    pause before a lost shard is taken anew. `streams`: folds kept in memory. `round_rows`:
    inputs read at once. `snapshot_every`: commits between two snapshots of a small stream;
    `snapshot_weight`: bytes of a state that stands in one document. `backlog`: durable commits
    whose effects may wait. `overdue_s`: a send claimed so long ago is uncertain. `attempts`,
    `backoff_s`, `longest_backoff_s`: refused sends.
    """

    shards: frozenset[int] = frozenset(range(SHARDS))
    lease_s: float = 6.0
    sweep_s: float = 2.0
    alarm_s: float = 1.0
    retake_s: float = 0.2
    streams: int = 20_000
    round_rows: int = 512
    snapshot_every: int = 64
    snapshot_weight: int = 4 * 1024 * 1024
    backlog: int = 2048
    overdue_s: float = 30.0
    send_timeout_s: float = 15.0
    sends: int = 32
    attempts: int = 8
    backoff_s: float = 1.0
    longest_backoff_s: float = 300.0
    receipt_keep_s: float = 72 * 3600.0
