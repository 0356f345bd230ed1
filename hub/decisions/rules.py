"""The shape of a kind of stream: what the engine needs of its rules and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from hub.model.effects import Effect


class State(Protocol):
    """The fold of one stream. `seq` counts its commits and is set by the engine after `apply`."""

    seq: int


class StreamRules(Protocol):
    """Rules of one kind of stream ("customer", "desk").

    No I/O, no clock, no randomness: replay of the same commits must give the same events. `version`
    names the code and the policy values the decisions depend on; it stands in every commit.
    """

    @property
    def kind(self) -> str: ...
    @property
    def version(self) -> str: ...
    def new(self, stream: str) -> Any:
        """The state of a stream nothing has happened to (a `State`)."""

    def decide(self, state: Any, body: Mapping[str, Any], key: str, at: datetime) -> Sequence[Any]:
        """The events of one input; never empty, reads the state only.

        `body` is the packed input, `key` its inbox key. `state.seq + 1` will be the commit's seq.
        """

    def apply(self, state: Any, event: Any, at: datetime) -> None:
        """Fold one event into the state, in place."""

    def pack(self, event: Any) -> dict[str, Any]: ...
    def unpack(self, doc: Mapping[str, Any]) -> Any: ...
    def effects(self, stream: str, event: Any, body: Mapping[str, Any]) -> Iterable[Effect]:
        """What one event of a durable commit causes; `body` is the commit's input."""

    def due(self, state: Any) -> datetime | None:
        """The earliest armed timer."""

    def fired(self, state: Any, at: datetime) -> Sequence[tuple[str, dict[str, Any]]]:
        """`(key, body)` of every armed timer that is due at `at`, earliest first."""

    def freeze(self, state: Any) -> dict[str, Any]:
        """The whole state as a document, which shares nothing that `apply` may change."""

    def thaw(self, doc: Mapping[str, Any]) -> Any: ...
