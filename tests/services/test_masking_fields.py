"""Every field of every class that reaches a screen, the API or a webhook: what hides a number?"""

from typing import Any

import orjson
import pytest

from agent_web.documents import ScreenDoc
from agent_web.shelf import encoded
from agent_web.talk_docs import lines
from hub.decisions.customer.table import ConversationState
from hub.http.conversation_shapes import commit_shape, conversation_shape
from hub.model.desk_events import DeskEvent
from hub.model.desk_inputs import DeskInput
from hub.model.events import Event
from hub.model.inputs import CustomerInput
from hub.model.message import Part
from hub.services.access import Role, User
from hub.services.masking import masked, sensitive
from hub.services.unmasking import RevealedPage, Unmasking
from hub.services.webhook_events import TOLD, notices_of
from tests.services.planting import NOW, Planter, members

CLASSES = {
    cls.__name__: cls
    for union in (Part, Event, DeskEvent, CustomerInput, DeskInput, ScreenDoc)
    for cls in members(union)
}
STREAM = "customer:" + "1f" * 10

SHOWN = frozenset(
    {"id", "key", "order", "external_id", "provider_id", "provider_ref", "of", "to", "into"}
    | {"customer_id", "conversation_id", "interaction_id", "connection_id", "message_id"}
    | {"note_id", "media_id", "agent_id", "queue_id", "channel_id", "article_id", "template_id"}
    | {"from_customer", "instead_of", "resend_of", "reply_to", "command_id", "author"}
    | {"last_author", "who", "target", "article", "rules", "model", "union_id", "Address.value"}
    | {"AddressShape.value"}
)
"""Whatever is not here is hidden, also in a field that nobody has thought of yet."""


def hidden_places(planter: Planter, text: str) -> set[str]:
    return {place for place, number in planter.planted.items() if number not in text}


def is_shown(place: str) -> bool:
    name = place.split(maxsplit=1)[0]
    return " key" not in place and (name in SHOWN or name.partition(".")[2] in SHOWN)


@pytest.mark.parametrize("name", CLASSES)
def test_a_number_in_any_string_is_hidden_unless_the_field_is_an_id(name: str) -> None:
    planter = Planter()
    doc = planter.of_class(CLASSES[name])
    shown = str(masked(doc))
    hidden = hidden_places(planter, shown)
    assert hidden == {place for place in planter.planted if not is_shown(place)}
    found = [each.value for each in sensitive(doc)]
    assert sorted(found) == sorted(planter.planted[place] for place in hidden)
    assert hidden_places(planter, encoded(doc).decode()) == hidden


def commit_of(planter: Planter) -> dict[str, Any]:
    """One that holds every input and every event of a customer there is."""
    inputs = [planter.of_class(cls) for cls in members(CustomerInput)]
    return {
        "_id": "1f:000000000001",
        "shard": 31,
        "n": 1,
        "stream": STREAM,
        "seq": 1,
        "rules": "r1",
        "at": NOW,
        "token": "t",
        "input": {"key": "k", "source": "s", "order": "o", "body": {"is": "All", "all": inputs}},
        "events": [planter.of_class(cls) for cls in members(Event)],
    }


def test_neither_journal_nor_talk_nor_webhook_shows_a_number_that_is_no_id() -> None:
    planter = Planter()
    commit = commit_of(planter)
    for doc in commit["events"]:
        for part in doc.get("parts", ()):
            part.pop("media_state", None)
    texts = {
        "journal": commit_shape(commit).model_dump_json(),
        "talk": "".join(encoded(doc).decode() for doc in lines(commit, [])),
        "webhooks": "".join(notice.body().decode() for notice in notices_of(commit)),
    }
    assert len(notices_of(commit)) == len(TOLD)
    for name, text in texts.items():
        clear = planter.planted.keys() - hidden_places(planter, text)
        assert {place for place in clear if not is_shown(place)} == set(), name
        assert clear, name


def test_the_list_of_conversations_shows_no_number() -> None:
    planter = Planter()
    free = ("display_name", "last_text", "summary", "disposition", "close_reason")
    doc = {
        "_id": "c.1",
        "customer_id": "c",
        "state": ConversationState.BOT.value,
        "channel_id": "x",
        "address": {"channel_id": "x", "value": "o"},
        "seq": 1,
        "messages": 1,
        "opened_at": NOW,
        "updated_at": NOW,
        **{name: planter.plant(name) for name in free},
    }
    text = conversation_shape(doc).model_dump_json()
    assert len(hidden_places(planter, text)) == len(free)


class OneCommit:
    def __init__(self, commit: dict[str, Any]) -> None:
        self.commit = commit

    async def get(self, viewer: User, customer_id: str) -> dict[str, Any]:
        return {}

    async def of_stream(self, stream: str, after: int, limit: int) -> list[dict[str, Any]]:
        assert (stream, after) == (STREAM, 0)
        return [self.commit]


async def test_whoever_may_unmask_finds_every_number_that_is_hidden() -> None:
    planter = Planter()
    commit = commit_of(planter)
    kept = OneCommit(commit)
    lead = User(username="lead", display_name="Lead", role=Role.SUPERVISOR)
    found = await Unmasking(kept, kept, kept).reveal(lead, "1f" * 10, after=0)  # type: ignore[arg-type]
    assert isinstance(found, RevealedPage)
    hidden = hidden_places(planter, str(masked(commit)))
    assert {item.value for item in found.items} == {planter.planted[place] for place in hidden}


async def test_a_number_is_named_where_it_was_written_and_not_for_each_copy() -> None:
    card = "4111111111111111"
    voice = {"is": "MediaPart", "media": "voice", "provider_ref": "v", "transcript": f"卡号 {card}"}
    received = {"is": "MessageReceived", "message_id": "m1", "parts": [voice], "sent_at": NOW}
    asked = {"is": "BotAsked", "message_id": "m1", "question": {"text": f"卡号 {card}"}}
    body = {"is": "CustomerMessage", "parts": [voice]}
    commit = {"seq": 1, "at": NOW, "input": {"body": body}, "events": [asked, received]}
    kept = OneCommit(commit)
    lead = User(username="lead", display_name="Lead", role=Role.SUPERVISOR)
    found = await Unmasking(kept, kept, kept).reveal(lead, "1f" * 10, after=0)  # type: ignore[arg-type]
    assert isinstance(found, RevealedPage)
    assert [(item.value, item.message_id) for item in found.items] == [(card, "m1")]
    shown = orjson.loads(b"{" + encoded(received))["parts"][0]["transcript"]
    assert shown == "卡号 ****1111"
