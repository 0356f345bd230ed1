"""What a browser does with the changes of one topic, and what it must never be sent."""

from collections.abc import Callable
from typing import Any

import orjson
from pydantic import TypeAdapter

from agent_web.documents import ScreenDoc
from agent_web.topics import LEADS, Change, Topic, Viewer, frame

Doc = dict[str, Any]
Key = tuple[str, str]
_DOC: TypeAdapter[Any] = TypeAdapter(ScreenDoc)

LEAD = Viewer("lead", frozenset({"lead", LEADS}))


def person(name: str) -> Viewer:
    return Viewer(name, frozenset({name}))


class Screen:
    """Holds documents by kind and id. `allowed` judges every document that is sent."""

    def __init__(
        self, viewer: Viewer, allowed: Callable[[Viewer, Doc], bool] = lambda viewer, doc: True
    ) -> None:
        self.viewer = viewer
        self.docs: dict[Key, Doc] = {}
        self.seq = 0
        self.fulls = 0
        self._allowed = allowed

    def follow(self, topic: Topic) -> Callable[[], None]:
        self.hear(topic.since(self.viewer, self.seq))
        return topic.subscribe(self.hear)

    def hear(self, change: Change) -> None:
        docs = [shown for shown in change.docs if shown.is_for(self.viewer)]
        gone = [each for each in change.gone if each.is_for(self.viewer)]
        update = orjson.loads(frame("topic", change, docs, gone))
        if update["full"]:
            self.docs.clear()
            self.fulls += 1
        for doc in update["docs"]:
            _DOC.validate_json(orjson.dumps(doc))
            assert self._allowed(self.viewer, doc), (self.viewer, doc)
            key = (doc["kind"], doc["id"])
            if self.docs.get(key, {"seq": -1})["seq"] <= doc["seq"]:
                self.docs[key] = doc
        for each in update["gone"]:
            key = (each["kind"], each["id"])
            if key in self.docs and self.docs[key]["seq"] <= update["seq"]:
                del self.docs[key]
        self.seq = update["seq"]

    def away(self) -> "Screen":
        """The same screen as it stands now, for a later return."""
        twin = Screen(self.viewer, self._allowed)
        twin.docs, twin.seq = dict(self.docs), self.seq
        return twin

    @property
    def shown(self) -> dict[Key, Doc]:
        """Without the numbers of the documents: a fresh start knows only its own."""
        return {key: {**doc, "seq": 0} for key, doc in self.docs.items()}


def fresh(topic: Topic, viewer: Viewer) -> dict[Key, Doc]:
    screen = Screen(viewer)
    screen.hear(topic.since(viewer, 0))
    return screen.shown
