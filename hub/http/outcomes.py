"""What the API answers to a command."""

from collections.abc import Mapping
from typing import Any, Literal, assert_never

from pydantic import BaseModel, Field

from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import CommandKey, Shape
from hub.ports import Doc
from hub.services.commands import Broken, Command, Decided, Missing, Outcome, Refusal, Stored


class CommandBody(Shape):
    command_id: CommandKey


class DecidedShape(Shape):
    """Durable in the journal. `changed` is false when there was nothing to do."""

    state: Literal["decided"] = "decided"
    commit: str
    seq: int
    changed: bool
    message_ids: tuple[str, ...] = Field(description="Messages of ours this command made.")


class StoredShape(Shape):
    """Durable, not decided yet: send the same command again to learn more."""

    state: Literal["stored"] = "stored"
    command_id: str


COMMAND_ANSWERS: Mapping[int, type[BaseModel] | None] = {201: DecidedShape, 202: StoredShape}
COMMAND_PROBLEMS = frozenset({404, 409})


def command_route(*, body: type[CommandBody] = CommandBody, **route: Any) -> AnyRoute:
    """The route of a command: `route` is what differs."""
    return Route(
        method="POST", body=body, answers=COMMAND_ANSWERS, problems=COMMAND_PROBLEMS, **route
    )


def command_of(call: Call[Any, Any, Any]) -> Command:
    """Of a route with roles whose body is a CommandBody."""
    return Command(command_id=call.body.command_id, author=call.signed_in.user.author)


def reply_to(outcome: Outcome, command: Command) -> Reply:
    """Raises ProblemError: 404, 409, 500."""
    match outcome:
        case Decided(commit=commit, changed=changed):
            return Reply(status=201, content=_decided(commit, changed))
        case Stored():
            return Reply(status=202, content=StoredShape(command_id=command.command_id))
        case Missing() | Refusal():
            raise problem_of(outcome)
        case Broken(commit_id=commit_id):
            raise ProblemError("internal", f"The rules failed; see commit {commit_id}.")
        case _:
            assert_never(outcome)


def problem_of(answer: Missing | Refusal) -> ProblemError:
    """Why nothing was done, for the one who asked."""
    if isinstance(answer, Missing):
        return ProblemError("not_found")
    return ProblemError("refused", answer.detail, reason=answer.reason, seq=answer.seq or None)


def _decided(commit: Doc, changed: bool) -> DecidedShape:
    return DecidedShape(
        commit=commit["_id"],
        seq=commit["seq"],
        changed=changed,
        message_ids=tuple(
            event["message_id"] for event in commit["events"] if event["is"] == "MessageSent"
        ),
    )
