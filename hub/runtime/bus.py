"""Hints inside one process."""

from collections.abc import Callable


class LocalBus:
    """Implements `hub.ports.Bus`. Hearers are called at once and must not block."""

    def __init__(self) -> None:
        self._hearers: dict[str, list[Callable[[str], None]]] = {}

    def publish(self, topic: str) -> None:
        """Topics are "<word>:<rest>"; hearers hang under the word or the whole topic."""
        for prefix in (topic.partition(":")[0] + ":", topic):
            for hear in tuple(self._hearers.get(prefix, ())):
                hear(topic)

    def subscribe(self, prefix: str, hear: Callable[[str], None]) -> Callable[[], None]:
        """`prefix` is "<word>:" or a whole topic."""
        self._hearers.setdefault(prefix, []).append(hear)

        def undo() -> None:
            rest = [h for h in self._hearers.get(prefix, ()) if h is not hear]
            if rest:
                self._hearers[prefix] = rest
            else:
                self._hearers.pop(prefix, None)

        return undo
