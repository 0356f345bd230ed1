"""What a screen can watch: documents with numbers, each for an audience.

A topic lives in this process as long as somebody watches it. It is a fold of durable commits, so
that it can be made again at any time and is never a truth of its own.

Every commit makes some of these values: a `NamedTuple` is made in a third of the time of a frozen
dataclass.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

LEADS = "role:lead"
"""The audience key of supervisors and administrators; any other key is a user name."""


class Viewer(NamedTuple):
    """`keys`: the user name, and LEADS for supervisors and administrators."""

    username: str
    keys: frozenset[str]


class Shown(NamedTuple):
    """A document as bytes of JSON, encoded once for all who see it. `audience` None: everybody."""

    kind: str
    id: str
    seq: int
    body: bytes
    audience: frozenset[str] | None = None

    def is_for(self, viewer: Viewer) -> bool:
        return self.audience is None or not self.audience.isdisjoint(viewer.keys)


class Gone(NamedTuple):
    """A document that these (None: all) do not see any more, unless they are among `still`."""

    kind: str
    id: str
    seq: int
    audience: frozenset[str] | None = None
    still: frozenset[str] = frozenset()

    def is_for(self, viewer: Viewer) -> bool:
        saw = self.audience is None or not self.audience.isdisjoint(viewer.keys)
        return saw and self.still.isdisjoint(viewer.keys)


class Change(NamedTuple):
    """What commits up to `seq` changed. `full`: everything there is."""

    seq: int
    docs: tuple[Shown, ...] = ()
    gone: tuple[Gone, ...] = ()
    full: bool = False


class Topic(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def seq(self) -> int: ...
    def may_watch(self, viewer: Viewer) -> bool:
        """Whether the viewer may see this topic now; asked again with every change."""

    def since(self, viewer: Viewer, seq: int) -> Change:
        """What this viewer must hear to go on from `seq`; `full` when that is too long ago."""

    def subscribe(self, hear: Callable[[Change], None]) -> Callable[[], None]:
        """Hear every change, for all audiences, at once and in order; returns the undo."""


class TopicSource(Protocol):
    """Where topics come from; one a process."""

    async def open(self, name: str) -> Topic | None:
        """The topic, folded up to now; None: there is no such topic. Raises StoreUncertain.

        Every `open` needs a `release`.
        """

    def release(self, topic: Topic) -> None: ...


def frame(topic: str, change: Change, docs: Iterable[Shown], gone: Iterable[Gone]) -> bytes:
    """The `Update` frame out of parts that are encoded already."""
    return b'{"t":"update","topic":"%b","seq":%d,"full":%b,"docs":[%b],"gone":[%b]}' % (
        topic.encode(),
        change.seq,
        b"true" if change.full else b"false",
        b",".join([doc.body for doc in docs]),
        b",".join(
            [b'{"kind":"%b","id":"%b"}' % (each.kind.encode(), each.id.encode()) for each in gone]
        ),
    )
