"""Hints inside one process."""

from collections.abc import Callable


class LocalBus:
    """Implements `hub.ports.Bus`. Hearers are called at once and must not block."""

    def __init__(self) -> None:
        self._hearers: dict[str, tuple[Callable[[str], None], ...]] = {}

    def publish(self, topic: str) -> None:
        """Topics are "<word>:<rest>"; hearers hang under the word or the whole topic."""
        for hear in self._hearers.get(topic.partition(":")[0] + ":", ()):
            hear(topic)
        for hear in self._hearers.get(topic, ()):
            hear(topic)

    def subscribe(self, prefix: str, hear: Callable[[str], None]) -> Callable[[], None]:
        """`prefix` is "<word>:" or a whole topic."""
        self._hearers[prefix] = (*self._hearers.get(prefix, ()), hear)

        def undo() -> None:
            rest = tuple(h for h in self._hearers.get(prefix, ()) if h is not hear)
            if rest:
                self._hearers[prefix] = rest
            else:
                self._hearers.pop(prefix, None)

        return undo
