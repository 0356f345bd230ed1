"""What must hold after a fault run, judged from records alone: no engine, no database here.

The witnesses are the simulator's books (what customers wrote, what reached their phones), the
journal, the inbox, the outbox, the list of dead letters and what each command was answered.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Doc = dict[str, Any]
Content = tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Command:
    """One command id of one author; `outcome` "accepted", "refused" or "" while unknown."""

    author: str
    command_id: str
    openid: str
    text: str
    outcome: str = ""
    reason: str = ""

    @property
    def name(self) -> tuple[str, str]:
        return self.author, self.command_id


@dataclass(slots=True, kw_only=True)
class Evidence:
    """`pushes` and `sent` are the simulator's books; `projected` and `rebuilt` are the projections
    before and after they were dropped and folded again; `complaints` what logs and clients say."""

    channel_id: str
    journal: Sequence[Doc]
    inbox: Sequence[Doc]
    outbox: Sequence[Doc]
    pushes: Sequence[Doc]
    sent: Sequence[Doc]
    commands: Sequence[Command]
    dead_letters: frozenset[str]
    projected: Mapping[str, Sequence[Doc]] = field(default_factory=dict)
    rebuilt: Mapping[str, Sequence[Doc]] = field(default_factory=dict)
    verified: tuple[int, str] = (0, "nothing wrong")
    complaints: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One part of a message of ours, with the row that carries it; `place` is the row's (n, k)."""

    message_id: str
    index: int
    openid: str
    content: Content
    row: Doc

    @property
    def place(self) -> tuple[int, int]:
        return self.row["n"], self.row["k"]


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


def ordered_pairs(evidence: Evidence) -> Iterator[tuple[Doc, Doc]]:
    """Messages of one customer, the later one posted after the earlier one was acknowledged."""
    by_customer: dict[str, list[Doc]] = defaultdict(list)
    for push in evidence.pushes:
        by_customer[push["openid"]].append(push)
    for pushes in by_customer.values():
        pushes.sort(key=lambda p: (p["create_time"], int(p["msg_id"])))
        for i, later in enumerate(pushes):
            for earlier in pushes[:i]:
                if 0 < earlier["acked"] < later["posted"]:
                    yield earlier, later


# ---------------------------------------------------------------- to the customer
def commands_once(evidence: Evidence) -> Iterator[str]:
    """An accepted command is one commit with its message; a refused one said nothing."""
    commits: dict[tuple[str, str], list[Doc]] = defaultdict(list)
    for commit in evidence.journal:
        if name := command_name(commit["input"]["key"]):
            commits[name].append(commit)
    seen = Counter(content_of_phone(s) for s in evidence.sent)
    for command in evidence.commands:
        made = commits.pop(command.name, [])
        texts = [e["parts"][0].get("text") for c in made for e in messages_sent(c)]
        if command.outcome == "accepted" and texts != [command.text]:
            yield f"command: {command.command_id} was accepted, its messages are {texts}"
        elif command.outcome == "refused" and (texts or seen[("text", command.text)]):
            yield f"command: {command.command_id} was refused ({command.reason}) and yet said {texts}"
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
        unsure = {
            p.content for p in sure if p.row["state"] != "sent" or p.row["_id"] in doubtful
        }
        wanted = [p.content for p in sorted(sure, key=lambda p: p.place)]
        shown = [c for c in phone[openid] if c not in unsure]
        if shown != [c for c in wanted if c not in unsure]:
            yield f"order: the phone of {openid} shows our messages in another order"


def doubtful_rows(evidence: Evidence) -> set[str]:
    """Rows that are or were uncertain: the provider may have taken them at any time."""
    now = {r["_id"] for r in evidence.outbox if r["state"] == "uncertain"}
    overdue = {r["_id"] for r in evidence.outbox if r.get("code") in {"overdue", "no_answer"}}
    once = {
        event["of"]
        for commit in evidence.journal
        for event in commit["events"]
        if event["is"] == "DeliveryChanged" and event["state"] == "uncertain"
    }
    return now | overdue | once


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
)


def problems(evidence: Evidence) -> list[str]:
    return [problem for check in CHECKS for problem in check(evidence)]


# ---------------------------------------------------------------- reading the records
def message_key(evidence: Evidence, push: Mapping[str, Any]) -> str:
    return f"{evidence.channel_id}:m:{push['openid']}:{push['msg_id']}"


def command_name(key: str) -> tuple[str, str] | None:
    """Author ("agent:<name>") and command id of a command's key, whatever stands between."""
    words = key.split(":")
    return (f"{words[1]}:{words[2]}", words[-1]) if words[0] == "cmd" else None


def heard(commit: Mapping[str, Any]) -> str:
    """The text of the message a commit received."""
    for event in commit["events"]:
        if event["is"] == "MessageReceived":
            return str(event["parts"][0].get("text", ""))
    return ""


def messages_sent(commit: Mapping[str, Any]) -> list[Doc]:
    return [event for event in commit["events"] if event["is"] == "MessageSent"]


def outgoing(evidence: Evidence) -> list[Outgoing]:
    rows = {
        (r["body"]["message_id"], r["body"]["index"]): r
        for r in evidence.outbox
        if r["kind"] == "message"
    }
    return [
        Outgoing(
            message_id=event["message_id"],
            index=index,
            openid=event["address"]["value"],
            content=content_of_part(part),
            row=rows.get((event["message_id"], index), {}),
        )
        for commit in evidence.journal
        for event in messages_sent(commit)
        for index, part in enumerate(event["parts"])
    ]


def content_of_part(part: Mapping[str, Any]) -> Content:
    if part["is"] == "MenuPart":
        ids = (option["id"] for option in part["options"])
        return ("msgmenu", part["head"], part.get("tail", ""), *ids)
    return ("text", part["text"])


def content_of_phone(sent: Mapping[str, Any]) -> Content:
    content = sent["content"]
    if sent["msgtype"] == "msgmenu":
        ids = (str(item["id"]) for item in content["list"])
        return ("msgmenu", content["head_content"], content.get("tail_content", ""), *ids)
    return ("text", content["content"])


def _odd(numbers: Sequence[int]) -> str:
    twice = [n for n, count in Counter(numbers).items() if count > 1]
    missing = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
    return f"twice {twice[:5]}, missing {missing[:5]}"
