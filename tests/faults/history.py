"""What must hold after a fault run, judged from records alone: no engine, no database here.

The witnesses are the simulator's books (what customers wrote, what reached their phones), the
journal, the inbox, the outbox, the list of dead letters and what each command was answered.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from tests.faults.desk_history import DESK_CHECKS
from tests.faults.records import (
    OF_SCREENS,
    Content,
    Doc,
    Evidence,
    Outgoing,
    command_name,
    content_of_phone,
    doubtful_rows,
    heard,
    message_key,
    messages_sent,
    ordered_pairs,
    outgoing,
)


# ---------------------------------------------------------------- from the customer
def stored_is_sent(evidence: Evidence) -> Iterator[str]:
    """Every message of the simulator is in the journal once, with its text, and nothing else is."""
    prefix = f"{evidence.channel_id}:"
    wanted = {message_key(evidence, push): push for push in evidence.pushes}
    found: dict[str, list[Doc]] = defaultdict(list)
    for commit in evidence.journal:
        if commit["input"]["key"].startswith(prefix):
            found[commit["input"]["key"]].append(commit)
    for key, push in wanted.items():
        commits = found.pop(key, [])
        if not commits:
            yield f"lost: {key} is not in the journal"
        elif len(commits) > 1:
            yield f"doubled: {key} in {[c['_id'] for c in commits]}"
        elif heard(commits[0]) != push["content"]:
            yield f"altered: {key} says something else"
        if push["state"] != "acked":
            yield f"unanswered: {key} is {push['state']} at the simulator"
    for key in found:
        yield f"phantom: {key} was never sent"


def customers_in_order(evidence: Evidence) -> Iterator[str]:
    """A message posted after an earlier one was acknowledged stands later in the journal."""
    places = {c["input"]["key"]: c["n"] for c in evidence.journal}
    for earlier, later in ordered_pairs(evidence):
        first = places.get(message_key(evidence, earlier))
        second = places.get(message_key(evidence, later))
        if first is not None and second is not None and first >= second:
            yield f"order: {later['msg_id']} at {second} before {earlier['msg_id']} at {first}"


# ---------------------------------------------------------------- to the customer
def commands_once(evidence: Evidence) -> Iterator[str]:
    """An accepted command is one commit with its message; a refused one said nothing.

    What a hub tells its own desk, of its start and of screens, is no command of anybody.
    """
    commits: dict[tuple[str, str], list[Doc]] = defaultdict(list)
    for commit in evidence.journal:
        name = command_name(commit["input"]["key"])
        if name and not (name[0].startswith("system:") or name[1].startswith(OF_SCREENS)):
            commits[name].append(commit)
    seen = Counter(content_of_phone(s) for s in evidence.sent)
    for command in evidence.commands:
        made = commits.pop(command.name, [])
        texts = [e["parts"][0].get("text") for c in made for e in messages_sent(c)]
        if command.outcome == "accepted" and not made:
            yield f"command: {command.command_id} was accepted and is not in the journal"
        elif command.outcome == "accepted" and texts != [command.text][: bool(command.text)]:
            yield f"command: {command.command_id} was accepted, its messages are {texts}"
        elif command.outcome == "refused" and (
            texts or (command.text and seen["text", command.text])
        ):
            yield f"command: {command.command_id} was refused and yet said {command.text}"
        elif command.outcome not in {"accepted", "refused"}:
            yield f"command: the outcome of {command.command_id} stayed unknown"
        if len(made) > 1:
            yield f"doubled: {command.command_id} in {[c['_id'] for c in made]}"
    for name in commits:
        yield f"phantom: nobody gave the command {name}"


def replies_once(evidence: Evidence) -> Iterator[str]:
    """Each part is at the phone as often as its rows say: sent once, uncertain at most once."""
    groups: dict[tuple[str, Content], list[Outgoing]] = defaultdict(list)
    for part in outgoing(evidence):
        groups[part.openid, part.content].append(part)
    phone = Counter((s["openid"], content_of_phone(s)) for s in evidence.sent)
    for place, parts in groups.items():
        states = Counter(part.row.get("state", "no row") for part in parts)
        arrived = phone.pop(place, 0)
        name = parts[0].row.get("_id", parts[0].message_id)
        odd = set(states) - {"sent", "uncertain", "failed"}
        if odd:
            yield f"reply: {name} ended as {sorted(odd)}"
        elif not states["sent"] <= arrived <= states["sent"] + states["uncertain"]:
            yield f"reply: {name} is {dict(states)}, at the phone {arrived} times"
    for (openid, content), count in phone.items():
        yield f"phantom: nobody asked for {content} to {openid}, at the phone {count} times"


def undelivered_listed(evidence: Evidence) -> Iterator[str]:
    """What is uncertain or failed waits visibly for a person, and only that."""
    waiting = {r["_id"] for r in evidence.outbox if r["state"] in {"uncertain", "failed"}}
    for key in sorted(waiting - evidence.dead_letters):
        yield f"hidden: {key} is not among the dead letters"
    for key in sorted(evidence.dead_letters - waiting):
        yield f"hidden: {key} is listed as dead and is not"


def replies_in_order(evidence: Evidence) -> Iterator[str]:
    """Of one customer the phone shows what was never in doubt in the order of the journal."""
    journal: dict[str, list[Outgoing]] = defaultdict(list)
    for part in outgoing(evidence):
        journal[part.openid].append(part)
    phone: dict[str, list[Content]] = defaultdict(list)
    for message in evidence.sent:
        phone[message["openid"]].append(content_of_phone(message))
    doubtful = doubtful_rows(evidence)
    for openid, parts in journal.items():
        sure = [p for p in parts if p.row]
        unsure = {p.content for p in sure if p.row["state"] != "sent" or p.row["_id"] in doubtful}
        wanted = [p.content for p in sorted(sure, key=lambda p: p.place)]
        shown = [c for c in phone[openid] if c not in unsure]
        if shown != [c for c in wanted if c not in unsure]:
            yield f"order: the phone of {openid} shows our messages in another order"


# ---------------------------------------------------------------- the engine's own records
def numbers_once(evidence: Evidence) -> Iterator[str]:
    """In each shard 1, 2, 3 …; no input twice; an owner never writes after its successor."""
    shards: dict[int, list[Doc]] = defaultdict(list)
    for commit in evidence.journal:
        shards[commit["shard"]].append(commit)
    for shard, commits in shards.items():
        commits.sort(key=lambda c: c["n"])
        numbers = [c["n"] for c in commits]
        if numbers != list(range(1, len(commits) + 1)):
            yield f"numbers: shard {shard} has {_odd(numbers)}"
        owners = [c["token"] for c in commits]
        changes = [t for i, t in enumerate(owners) if i == 0 or owners[i - 1] != t]
        for token, count in Counter(changes).items():
            if count > 1:
                yield f"fence: token {token} came back in shard {shard}"
    keys = Counter(c["input"]["key"] for c in evidence.journal)
    for key, count in keys.items():
        if count > 1:
            yield f"doubled: input {key} was consumed {count} times"


def nothing_open(evidence: Evidence) -> Iterator[str]:
    """All inputs are consumed, all rows settled and told."""
    for row in evidence.inbox:
        if row.get("open"):
            yield f"stuck: input {row['_id']} is open"
    for row in evidence.outbox:
        if row.get("open") or row["state"] in {"queued", "sending"}:
            yield f"stuck: {row['_id']} is {row['state']}"
        elif row.get("told") is False:
            yield f"stuck: the result of {row['_id']} was not told"


def folds_again(evidence: Evidence) -> Iterator[str]:
    """Dropped and rebuilt projections are what they were."""
    for name, docs in evidence.projected.items():
        before = {d["_id"]: d for d in docs}
        after = {d["_id"]: d for d in evidence.rebuilt.get(name, ())}
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                was, now = before.get(key, {}), after.get(key, {})
                fields = sorted(f for f in was.keys() | now.keys() if was.get(f) != now.get(f))
                yield f"rebuild: {name} {key} differs in {fields}"


def verified(evidence: Evidence) -> Iterator[str]:
    code, said = evidence.verified
    if code or "nothing wrong" not in said:
        yield f"verify: exit {code}: {said[-800:]}"


def no_complaints(evidence: Evidence) -> Iterator[str]:
    yield from evidence.complaints


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    stored_is_sent,
    customers_in_order,
    commands_once,
    replies_once,
    undelivered_listed,
    replies_in_order,
    numbers_once,
    nothing_open,
    folds_again,
    verified,
    no_complaints,
    *DESK_CHECKS,
)


def problems(evidence: Evidence) -> list[str]:
    return [problem for check in CHECKS for problem in check(evidence)]


def _odd(numbers: Sequence[int]) -> str:
    twice = [n for n, count in Counter(numbers).items() if count > 1]
    missing = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
    return f"twice {twice[:5]}, missing {missing[:5]}"
