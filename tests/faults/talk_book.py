"""The customers' talks told again from their commits alone: who serves them, and who said what."""

from collections.abc import Iterator
from typing import Any

Doc = dict[str, Any]
Standing = tuple[str, str, int]

SERVED = frozenset({"active", "wrap_up"})


class TalkBook:
    """`open` has state, agent and epoch of every interaction that is not closed."""

    def __init__(self) -> None:
        self.open: dict[str, Standing] = {}
        self._of: dict[str, str] = {}

    def tell(self, commit: Doc) -> Iterator[str]:
        """Fold one commit; what an agent said outside an assignment of this agent and epoch."""
        for event in commit["events"]:
            kind = event["is"]
            if kind == "MessageSent" and event.get("author", "").startswith("agent:"):
                yield from self._said(commit, event)
            else:
                self._fold(kind, event, commit["stream"])

    def _said(self, commit: Doc, event: Doc) -> Iterator[str]:
        body = commit["input"]["body"]
        told = body.get("epoch", 0)
        state, agent, epoch = self.open.get(body.get("interaction_id", ""), ("nobody's", "", 0))
        stands = (state in SERVED, f"agent:{agent}", epoch)
        if stands != (True, event["author"], told):
            yield (
                f"owner: {event['author']} with epoch {told} wrote into what is {state} "
                f"with {agent} in epoch {epoch}, {commit['_id']}"
            )

    def _fold(self, kind: str, event: Doc, stream: str) -> None:
        key = event.get("interaction_id") or ""
        if kind == "HandedOff":
            self._of[stream] = key
            self.open[key] = ("queued", "", 0)
        elif kind == "InteractionRequeued":
            self.open[key] = ("queued", "", 0)
        elif kind == "InteractionOffered":
            self.open[key] = ("offered", event["agent_id"], event["epoch"])
        elif kind in {"InteractionAssigned", "InteractionResumed"}:
            self.open[key] = ("active", event["agent_id"], event["epoch"])
        elif kind == "WrapUpStarted":
            self.open[key] = ("wrap_up", *self.open[key][1:])
        elif kind == "ConversationClosed":
            self.open.pop(self._of.pop(stream, ""), None)
