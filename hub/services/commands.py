"""What became of a command a person or program gave."""

from dataclasses import dataclass
from typing import NamedTuple

from hub.ports import Commands, Doc


class Command(NamedTuple):
    """`command_id` is the author's own: the same one again changes nothing."""

    command_id: str
    author: str


class Decided(NamedTuple):
    """Durable, with events; `changed` is False when there was nothing to do."""

    commit: Doc
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Durable, not decided yet: the same command id asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A rule says no. `seq` is where the stream stands now, 0 when no stream was asked."""

    reason: str
    detail: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The rules failed on this command; it stands in the journal and is not tried again."""

    commit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """There is nothing of this id."""


Outcome = Decided | Stored | Refusal | Broken | Missing


async def submit(
    commands: Commands, stream: str, command: Command, body: Doc, *, wait: float
) -> Outcome:
    """Hand a packed input to a stream and read its commit. Raises StoreUncertain, Overloaded."""
    commit = await commands.submit(stream, command.command_id, command.author, body, wait=wait)
    if commit is None:
        return Stored()
    if commit["input"]["body"] != body:
        return Refusal(reason="command_id_reused", seq=commit["seq"])
    return outcome_of(commit)


def outcome_of(commit: Doc) -> Outcome:
    changed = False
    for event in commit["events"]:
        match event["is"]:
            case "Refused":
                return _refusal(event, commit)
            case "Failed":
                return Broken(commit_id=commit["_id"])
            case "Ignored":
                continue
            case _:
                changed = True
    return Decided(commit=commit, changed=changed)


def _refusal(event: Doc, commit: Doc) -> Refusal:
    reason, seq = event["reason"], commit["seq"]
    match reason:
        case "stale_view":
            seen = commit["input"]["body"]["seen"]
            detail = f"The conversation went on to {seq}; you looked at {seen}."
        case "unknown_view":
            seen = commit["input"]["body"]["seen"]
            detail = f"The conversation stands at {seq}; {seen} is not known yet."
        case _:
            detail = event.get("detail", "")
    return Refusal(reason=reason, detail=detail, seq=seq)
