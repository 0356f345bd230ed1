"""A change of the EncodingAESKey, while customers write: nothing is lost, nothing comes twice."""

import base64
import hashlib
from functools import partial

from channels.wechat.simulator.account import FaultPlan
from channels.wechat.simulator.pushes import message_fields
from hub.model.inputs import CustomerMessage
from hub.model.message import TextPart
from tests.channels.line import Line, line
from tests.channels.support import Inbox, free_port, hook_server, until

OLD = base64.b64encode(hashlib.sha256(b"old").digest()).decode().rstrip("=")
NEW = base64.b64encode(hashlib.sha256(b"new").digest()).decode().rstrip("=")


def write(it: Line, start: int) -> None:
    for n in range(start, start + 50):
        it.deliveries.message(it.phone, message_fields("text", {"Content": f"第{n}句"}))


def came(inbox: Inbox, count: int) -> bool:
    return len(inbox.taken) >= count


def texts(inbox: Inbox) -> list[str]:
    found = [x.parts[0] for x in inbox.taken if isinstance(x, CustomerMessage)]
    return [part.text for part in found if isinstance(part, TextPart)]


async def test_no_message_is_lost_while_the_key_changes() -> None:
    """The hub knows both keys first, then the console changes; the provider mixes for a while."""
    inbox, port = Inbox(), free_port()
    async with (
        line(aes_key=NEW, previous_aes_key=OLD) as it,
        hook_server(it.adapter, inbox.accept, it.clock, port) as hook,
    ):
        it.world.hook = hook
        for round_, key in enumerate((OLD, NEW, OLD, NEW)):
            it.world.plan(FaultPlan(aes_key=key))
            write(it, round_ * 50)
            # the next change comes while pushes under this key are on their way
            await until(partial(came, inbox, round_ * 50 + 10))
        await until(lambda: len(inbox.taken) == 200)
        assert sorted(texts(inbox)) == sorted(f"第{n}句" for n in range(200))
        assert it.adapter.health()["rejected_pushes"] == "0"


async def test_a_third_key_opens_nothing() -> None:
    inbox, port = Inbox(), free_port()
    async with (
        line(aes_key=NEW, previous_aes_key=OLD) as it,
        hook_server(it.adapter, inbox.accept, it.clock, port) as hook,
    ):
        it.world.hook = hook
        third = base64.b64encode(hashlib.sha256(b"third").digest()).decode().rstrip("=")
        it.world.plan(FaultPlan(aes_key=third))
        it.deliveries.message(it.phone, message_fields("text", {"Content": "x"}))
        await until(lambda: it.world.pushes[0]["attempts"] > 0 and bool(it.log.kept))
        assert it.log.kept[0].code in {"not_decryptable", "wrong_app_id"}
        assert inbox.taken == []
