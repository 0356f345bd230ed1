"""`/api/v1/assignments`: what the desk did with an interaction, and why."""

from datetime import datetime

from pydantic import Field

from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import InteractionKey, Nothing, Shape
from hub.ports import Doc, Reading
from hub.services.access import LEADS
from hub.services.keys import Scope

WHAT = {
    "Queued": "queued",
    "Offered": "offered",
    "Accepted": "accepted",
    "Returned": "returned",
    "WrappingUp": "wrap_up",
    "Resumed": "resumed",
    "Released": "released",
}


class CandidateShape(Shape):
    """`load`: at work then; idle for `idle_s` seconds."""

    agent_id: str
    load: int
    idle_s: int


class RefusedShape(Shape):
    """How many agents could not take it, by reason."""

    reason: str
    count: int


class ReasonsShape(Shape):
    """The best candidates as the strategy saw them, and why the others were none."""

    strategy: str
    candidates: tuple[CandidateShape, ...] = ()
    refused: tuple[RefusedShape, ...] = ()
    eligible: int = 0
    waited_s: int = 0


class AssignmentEvent(Shape):
    """`seq` is the desk's commit, `rules` the version that decided."""

    seq: int
    at: datetime
    rules: str
    what: str
    agent_id: str
    epoch: int
    reason: str
    queue_id: str
    reasons: ReasonsShape | None = Field(description="Of an offer.")


class AssignmentShape(Shape):
    interaction_id: str
    conversation_id: str
    customer_id: str
    events: tuple[AssignmentEvent, ...]


class InteractionPath(Shape):
    interaction_id: InteractionKey


class AssignmentApi:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="GET",
                path="/api/v1/assignments/{interaction_id}",
                name="get_assignment",
                tag="Assignments",
                summary="Every offer of an interaction with its reasons, and what became of it",
                handle=self.get,
                params=InteractionPath,
                answers={200: AssignmentShape},
                problems=frozenset({404}),
                roles=LEADS,
                scope=Scope.READ_CONVERSATIONS,
            ),
        )

    async def get(self, call: Call[InteractionPath, Nothing, Nothing]) -> Reply:
        doc = await self._reading.get("assignments", call.path.interaction_id)
        if doc is None:
            raise ProblemError("not_found")
        shape = AssignmentShape(
            interaction_id=doc["_id"],
            conversation_id=doc["conversation_id"],
            customer_id=doc["customer_id"],
            events=tuple(_event(each) for each in doc["events"]),
        )
        return Reply(status=200, content=shape)


def _event(each: Doc) -> AssignmentEvent:
    event = each["event"]
    reasons = event.get("reasons")
    return AssignmentEvent(
        seq=each["seq"],
        at=each["at"],
        rules=each["rules"],
        what=WHAT.get(event["is"], event["is"]),
        agent_id=event.get("agent_id") or "",
        epoch=event.get("epoch", 0),
        reason=event.get("reason", ""),
        queue_id=event.get("queue_id", ""),
        reasons=ReasonsShape.model_validate(reasons) if reasons else None,
    )
