"""A service notice needs no reply window, and takes nothing of one."""

from datetime import timedelta

from hub.decisions.customer.state import KnownAddress
from hub.decisions.customer.windows import charge_parts, give
from hub.model.events import Refused
from hub.model.message import NoticePart, Part, ReplyGrant, TextPart
from tests.decisions.stream import HOME, START

NOTICE: Part = NoticePart(template_id="t", values={"a": "1"})
TEXT: Part = TextPart(text="您好")


def known_with(quota: int) -> KnownAddress:
    known = KnownAddress(HOME)
    give(known, ReplyGrant(kind="message", quota=quota, until=START), 1)
    return known


def test_a_notice_goes_out_after_the_window_closed() -> None:
    late = START + timedelta(seconds=1)
    assert charge_parts(known_with(5), (TEXT,), late) == Refused(reason="reply_window_closed")
    assert charge_parts(known_with(5), (NOTICE,), late) == ("",)


def test_beside_text_only_the_text_is_charged() -> None:
    assert charge_parts(known_with(1), (NOTICE, TEXT), START) == ("", "message")


def test_a_customer_who_cannot_be_reached_gets_no_notice_either() -> None:
    known = known_with(5)
    known.reachable = False
    assert charge_parts(known, (NOTICE,), START) == Refused(reason="unreachable")
