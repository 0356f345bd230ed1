"""Documents out of values and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NewType, get_args

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from hub.model.codec import pack, plain, reader, unpack, unpack_as
from hub.model.desk import Queue
from hub.model.events import BotAnswered, Event
from hub.model.ids import QueueId
from hub.model.inputs import CustomerInput, CustomerMessage, Inbound
from hub.model.message import Address, ReplyGrant, TextPart
from hub.model.people_events import MergedInto

INPUTS = sorted({*get_args(CustomerInput), *get_args(Inbound)}, key=lambda cls: cls.__name__)
EVENTS = get_args(Event)
STORED = (dict, list, str, int, float, bool, datetime, type(None))
T = datetime(2026, 11, 21, 9, tzinfo=UTC)
HOME = {"channel_id": "wx", "value": "o1"}

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False))


def every_value(doc: Any) -> bool:
    if isinstance(doc, dict):
        return all(isinstance(k, str) and every_value(v) for k, v in doc.items())
    if isinstance(doc, list):
        return all(every_value(item) for item in doc)
    return type(doc) in STORED


@pytest.mark.parametrize("cls", INPUTS, ids=lambda cls: cls.__name__)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_input_comes_back_as_it_was(cls: type, data: st.DataObject) -> None:
    value = data.draw(st.from_type(cls))
    doc = pack(value)
    assert every_value(doc)
    assert unpack(doc, CustomerInput | Inbound) == value


@pytest.mark.parametrize("cls", EVENTS, ids=lambda cls: cls.__name__)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_event_comes_back_as_it_was(cls: type, data: st.DataObject) -> None:
    value = data.draw(st.from_type(cls))
    doc = pack(value)
    assert every_value(doc)
    assert unpack(doc, Event) == value
    assert unpack_as(plain(value), cls) == value


def test_what_equals_its_default_is_left_out() -> None:
    value = CustomerMessage(
        address=Address(channel_id="wx", value="o1"),  # type: ignore[arg-type]
        external_id="5",
        order="0005",
        parts=(TextPart(text="你好"),),
        sent_at=T,
    )
    assert pack(value) == {
        "is": "CustomerMessage",
        "address": HOME,
        "external_id": "5",
        "order": "0005",
        "parts": [{"is": "TextPart", "text": "你好"}],
        "sent_at": T,
    }


def test_pairs_inside_tuples_keep_their_classes() -> None:
    grant = ReplyGrant(kind="message", quota=5, until=T)
    value = MergedInto(into="00", addresses=(), grants=(("wx|o1", grant),))  # type: ignore[arg-type]
    packed_grant = {"kind": "message", "quota": 5, "until": T}
    assert pack(value) == {
        "is": "MergedInto",
        "into": "00",
        "addresses": [],
        "grants": [["wx|o1", packed_grant]],
    }
    assert unpack(pack(value), Event) == value


def test_an_unknown_key_is_ignored() -> None:
    assert unpack({"is": "TextPart", "text": "a", "colour": "red"}, TextPart | Address) == TextPart(
        text="a"
    )


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        ({"is": "Nobody"}, "no class of this union: 'Nobody'"),
        ({}, "no class of this union: None"),
        ({"is": ["TextPart"]}, "no class of this union"),
        ({"is": "TextPart"}, "TextPart.text is missing"),
        ({"is": "Address", "value": "o1"}, "Address.channel_id is missing"),
    ],
)
def test_a_document_that_is_no_value_is_named(doc: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        unpack(doc, TextPart | Address)


def test_a_missing_field_deep_inside_is_named_by_its_own_class() -> None:
    doc = {"is": "BotAnswered", "conversation_id": "1.1", "message_id": "1.1.1", "answer": {}}
    with pytest.raises(ValueError, match=r"BotAnswer\.action is missing"):
        unpack(doc, BotAnswered | TextPart)


def test_a_wrong_enum_value_is_refused() -> None:
    doc = {"of": "1", "state": "eaten"}
    with pytest.raises(ValueError, match="eaten"):
        unpack({"is": "DeliveryChanged", **doc}, Event)


class Colour(StrEnum):
    RED = "red"


Name = NewType("Name", str)


@dataclass(slots=True)
class Odd:
    """Every kind of hint the model does not happen to use."""

    name: Name | None
    pair: tuple[Address, int]
    colours: tuple[Colour, ...] = ()
    by_name: dict[str, Address] = field(default_factory=dict)
    notes: Mapping[str, tuple[Colour, ...]] = field(default_factory=dict)
    last: Colour | None = None
    either: Address | TextPart | None = None
    home: Address | None = None


ADDRESS = Address(channel_id="wx", value="o1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "doc"),
    [
        (
            Odd(None, (ADDRESS, 3)),
            {"name": None, "pair": [HOME, 3], "by_name": {}, "notes": {}},
        ),
        (
            Odd(
                Name("n"),
                (ADDRESS, 3),
                (Colour.RED,),
                {"a": ADDRESS},
                {"b": (Colour.RED,)},
                Colour.RED,
                TextPart(text="t"),
                ADDRESS,
            ),
            {
                "name": "n",
                "pair": [HOME, 3],
                "colours": ["red"],
                "by_name": {"a": HOME},
                "notes": {"b": ["red"]},
                "last": "red",
                "either": {"is": "TextPart", "text": "t"},
                "home": HOME,
            },
        ),
    ],
)
def test_every_kind_of_field(value: Odd, doc: dict[str, Any]) -> None:
    assert plain(value) == doc
    assert unpack_as(doc, Odd) == value


def test_a_document_shares_no_container_with_its_value() -> None:
    value = Odd(None, (ADDRESS, 3), by_name={"a": ADDRESS})
    doc = plain(value)
    value.by_name.clear()
    assert doc["by_name"] == {"a": HOME}


def test_a_reader_is_unpack_of_one_union() -> None:
    read = reader(TextPart | Address)
    assert read({"is": "TextPart", "text": "a"}) == TextPart(text="a")


def test_a_span_is_kept_as_whole_microseconds() -> None:
    queue = Queue(queue_id=QueueId("a"), name="A", offer_for=timedelta(seconds=12.5))
    assert plain(queue) == {"queue_id": "a", "name": "A", "offer_for": 12_500_000}
    assert unpack_as(plain(queue), Queue) == queue
