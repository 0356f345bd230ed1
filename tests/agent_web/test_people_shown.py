"""What screens show of a customer's presses and scans, and of who the customer is."""

from dataclasses import replace

import pytest

from hub.model import inputs as i
from hub.model.ids import CustomerId
from hub.model.meanings import Meaning
from hub.model.message import Address
from hub.model.profile import Profile
from tests.agent_web.test_customer_view import watched
from tests.decisions import stream as s

PRESSES = [
    ("menu_click", "人工客服", "pressed", "人工客服"),
    ("menu_click", "", "signal", "menu_click"),
    ("scan", "浦东支行", "scanned", "浦东支行"),
    ("scan", "", "scanned", "branch-7"),
    ("followed", "浦东支行", "followed_by_code", "浦东支行"),
]


@pytest.mark.parametrize(("kind", "label", "what", "detail"), PRESSES)
def test_a_press_is_told_with_the_words_of_the_button_or_code(
    kind: str, label: str, what: str, detail: str
) -> None:
    stream, screen = watched("active")
    meaning = Meaning(label=label) if label else None
    stream.do(replace(s.signal(kind), value="branch-7", meaning=meaning))
    marks = [each for each in screen.docs.values() if each["kind"] == "mark"]
    newest = max(marks, key=lambda each: each["n"])
    assert (newest["what"], newest["detail"]) == (what, detail)


def test_the_customer_shows_how_they_came_and_who_is_one_person() -> None:
    stream, screen = watched("active")
    known = Profile(following=True, union_id="u", language="zh_CN", source="ADD_SCENE_SEARCH")
    stream.do(i.ProfileReport(address=s.HOME, profile=known))
    [address] = screen.docs["customer", s.CUSTOMER_ID]["addresses"]
    assert address["profile"] == {
        "language": "zh_CN",
        "source": "ADD_SCENE_SEARCH",
        "followed_at": None,
        "linked": False,
    }
    other = Address(channel_id=s.WX, value="openid-2")
    higher = CustomerId("ff" * 10)
    stream.do(
        i.AbsorbCustomer(customer_id=higher, addresses=(other,), profiles=((other.key, known),))
    )
    addresses = screen.docs["customer", s.CUSTOMER_ID]["addresses"]
    assert [each["profile"]["linked"] for each in addresses] == [True, True]
