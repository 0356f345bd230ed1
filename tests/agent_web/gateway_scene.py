"""One customer who waits for a person, as the tests of the gateway need it."""

from hub.model.codec import pack
from hub.model.desk import Queue
from hub.model.desk_inputs import ConfigureDesk
from hub.model.ids import GENERAL_QUEUE, customer_of, customer_stream, desk_stream
from hub.model.inputs import CustomerMessage
from hub.model.message import Address, ReplyGrant, TextPart
from hub.ports import Doc
from tests.agent_web.gateway_rig import Json, Link, Rig, eventually
from tests.http.world import CHANNEL

OPENID = "oCustomer1"
CUSTOMER = customer_of(CHANNEL, OPENID)
TOPIC = customer_stream(CUSTOMER)
TALK = f"{CUSTOMER}.1"
WORK = f"{TALK}-1"


async def open_desk(hub: Rig) -> None:
    queue = Queue(queue_id=GENERAL_QUEUE, name="综合服务")
    body = pack(ConfigureDesk(queues=(queue,), author="system"))
    await hub.heart.commands.submit(desk_stream(), "configure", "system", body, wait=5.0)


async def customer_says(hub: Rig, text: str, number: int) -> None:
    now = hub.clock.now()
    await hub.heart.acceptor.accept(
        CustomerMessage(
            address=Address(channel_id=CHANNEL, value=OPENID),
            external_id=f"m{number}",
            order=f"{number:020d}",
            parts=(TextPart(text=text),),
            sent_at=now,
            grant=ReplyGrant(kind="message", quota=5, until=now.replace(year=now.year + 1)),
            display_name="张三",
        )
    )
    await eventually(lambda: has_said(hub, text))


async def has_said(hub: Rig, text: str) -> bool:
    """Whether the customer's word is shown; one of the system may have followed."""
    doc = await hub.stores.reading.get("conversations", TALK)
    commits = await hub.stores.heart.journal.of_stream(TOPIC, 0, doc["seq"] if doc else 0)
    return any(
        event["is"] == "MessageReceived" and event["parts"][0]["text"] == text
        for commit in commits
        for event in commit["events"]
    )


async def conversation(hub: Rig) -> Doc:
    found = await hub.stores.reading.get("conversations", TALK)
    assert found is not None
    return found


async def assigned(hub: Rig, link: Link) -> tuple[int, int]:
    """The customer waits, the agent is ready and accepts: epoch and seq of the conversation."""
    await open_desk(hub)
    await customer_says(hub, "您好", 1)
    done = await link.do({"do": "presence", "presence": "ready"})
    assert (done["state"], done["changed"]) == ("decided", True)
    (offered,) = await eventually(lambda: hub.desk_events("Offered"))
    accept = {"do": "accept", "interaction_id": WORK, "epoch": offered["epoch"]}
    assert (await link.do(accept))["state"] == "decided"
    await eventually(lambda: in_state(hub, "active"))
    return offered["epoch"], (await conversation(hub))["seq"]


async def in_state(hub: Rig, state: str) -> bool:
    return bool((await conversation(hub))["state"] == state)


def send(epoch: int, seen: int, text: str = "请稍等") -> Json:
    return {
        "do": "send",
        "conversation_id": TALK,
        "interaction_id": WORK,
        "epoch": epoch,
        "text": text,
        "seen": seen,
    }


async def sent_texts(hub: Rig) -> list[str]:
    commits = await hub.stores.heart.journal.of_stream(TOPIC, 0, 1000)
    events = [e for c in commits for e in c["events"] if e["is"] == "MessageSent"]
    return [e["parts"][0]["text"] for e in events if e["author"].startswith("agent:")]
