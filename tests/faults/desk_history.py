"""What must hold of routing after a fault run: the desk, the talks and the screens agree."""

import json
from collections import Counter
from collections.abc import Callable, Iterator

from tests.faults.desk_book import DeskBook, Piece
from tests.faults.records import DESK, Doc, Evidence
from tests.faults.talk_book import TalkBook


def one_agent_at_a_time(evidence: Evidence) -> Iterator[str]:
    """Leases do not overlap, epochs grow, the waiting time is that of the first word."""
    book = DeskBook()
    for commit in _desk(evidence):
        yield from book.tell(commit)
    for commit in evidence.journal:
        for event in commit["events"]:
            if event["is"] == "InteractionAssigned" and _name(event) not in book.accepted:
                yield f"owner: {_name(event)} was assigned and never accepted, {commit['_id']}"


def capacity_kept(evidence: Evidence) -> Iterator[str]:
    """At no commit has an agent more offered, active and in wrap-up than the capacity."""
    for book, commit in _told(evidence):
        for agent, seat in book.seats.items():
            if len(book.hand(agent)) > seat.capacity:
                yield f"capacity: {agent} has {len(book.hand(agent))}, {commit['_id']}"


def nobody_idle(evidence: Evidence) -> Iterator[str]:
    """No ready agent beside waiting work they could take, unless the next commit is to match it."""
    for book, commit in _told(evidence):
        if book.matching:
            continue
        for key, piece in book.pieces.items():
            idle = [a for a in book.seats if piece.state == "queued" and book.could(a, piece)]
            if idle:
                yield f"idle: {idle} beside {key}, {commit['_id']}"


def first_things_first(evidence: Evidence) -> Iterator[str]:
    """Of a queue, what came back is offered before what never was, then what waits longest."""
    for book, commit in _told(evidence):
        offers = [e for e in commit["events"] if e["is"] == "Offered"]
        for event in offers:
            piece, agent = book.pieces[event["interaction_id"]], event["agent_id"]
            if event["reasons"]["strategy"] != "longest_idle" or piece.agent != agent:
                continue
            for key, other in book.pieces.items():
                waits = other.state == "queued" and other.queue == piece.queue
                if waits and agent not in other.barred and _turn(other) < _turn(piece):
                    yield f"turn: {event['interaction_id']} before {key}, {commit['_id']}"


def nobody_stuck(evidence: Evidence) -> Iterator[str]:
    """With the load over and everybody there, what is not released is in somebody's hands."""
    book = DeskBook()
    for commit in _desk(evidence):
        if commit["seq"] <= evidence.desk_seq:
            list(book.tell(commit))
    for key, piece in book.pieces.items():
        if piece.state not in {"active", "wrap_up"} or piece.agent not in book.seats:
            yield f"waiting: {key} is {piece.state} with {piece.agent or 'nobody'}"


def desk_and_talks_agree(evidence: Evidence) -> Iterator[str]:
    """At rest each interaction stands the same at the desk and in its customer's stream."""
    book, talks = DeskBook(), TalkBook()
    for commit in evidence.journal:
        if commit["stream"] == DESK:
            list(book.tell(commit))
        else:
            yield from talks.tell(commit)
    for key in sorted(book.pieces.keys() | talks.open.keys()):
        desk = _standing(book.pieces.get(key))
        talk = talks.open.get(key, ("released", "", 0))
        if desk != talk:
            yield f"agree: {key} is {desk} at the desk and {talk} in the talk"


def screens_are_level(evidence: Evidence) -> Iterator[str]:
    """What a screen holds at the end is what a new one is given."""
    for shown in evidence.screens:
        for key in sorted(shown.held.keys() | shown.fresh.keys()):
            held, fresh = shown.held.get(key), shown.fresh.get(key)
            if _unnumbered(held) != _unnumbered(fresh):
                name = f"{shown.username} {shown.topic} {'/'.join(key)}"
                yield f"screen: {name}: held {_short(held)}, new {_short(fresh)}"


def notes_stay_inside(evidence: Evidence) -> Iterator[str]:
    """Each accepted note is there once for colleagues, and nowhere on the way to a customer."""
    added = Counter(
        event["text"]
        for commit in evidence.journal
        for event in commit["events"]
        if event["is"] == "NoteAdded"
    )
    for command in evidence.commands:
        if not command.note:
            continue
        if command.note in evidence.wire:
            yield f"note: {command.command_id} went out"
        expected = command.outcome == "accepted" and command.kind in {"note", "transfer"}
        if command.kind != "finish" and added[command.note] != expected:
            yield f"note: {command.command_id} is there {added[command.note]} times"


DESK_CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    one_agent_at_a_time,
    capacity_kept,
    nobody_idle,
    first_things_first,
    nobody_stuck,
    desk_and_talks_agree,
    screens_are_level,
    notes_stay_inside,
)


def _desk(evidence: Evidence) -> list[Doc]:
    commits = [commit for commit in evidence.journal if commit["stream"] == DESK]
    return sorted(commits, key=lambda commit: int(commit["seq"]))


def _told(evidence: Evidence) -> Iterator[tuple[DeskBook, Doc]]:
    """The desk as it stood after each of its commits."""
    book = DeskBook()
    for commit in _desk(evidence):
        list(book.tell(commit))
        yield book, commit


def _turn(piece: Piece) -> tuple[object, ...]:
    return (not piece.came_back, piece.since)


def _name(event: Doc) -> tuple[str, str, int]:
    return event["interaction_id"], event["agent_id"], event["epoch"]


def _standing(piece: Piece | None) -> tuple[str, str, int]:
    if piece is None:
        return "released", "", 0
    if piece.state == "queued":
        return "queued", "", 0
    return piece.state, piece.agent, piece.epoch


def _unnumbered(doc: Doc | None) -> Doc | None:
    """A document that is read anew knows only the number of its reading."""
    return None if doc is None else {**doc, "seq": 0}


def _short(doc: Doc | None) -> str:
    return json.dumps(doc, ensure_ascii=False)[:600]
