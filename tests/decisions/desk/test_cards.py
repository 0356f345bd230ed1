"""What screens show of the desk and no decision reads."""

from hub.model.desk import Presence
from tests.decisions.desk import desk as d


def test_a_card_follows_its_work_from_the_queue_to_the_release() -> None:
    desk = d.desk().staffed(d.profile(d.ANN))
    desk.do(d.place(d.W1))
    card = desk.state.cards.works[d.W1]
    assert (card.channel_id, card.display_name, card.reason) == ("wechat-demo", "小林", "asked")
    assert (card.since, card.until) == (desk.at, desk.at + d.seconds(20))
    assert card.reasons is not None
    assert card.reasons.strategy == "longest_idle"
    desk.at += d.seconds(5)
    desk.do(d.accept(d.W1))
    assert (card.since, card.until) == (desk.at, None)
    desk.do(d.release(d.W1))
    assert desk.state.cards.works == {}


def test_the_note_of_a_transfer_stays_until_the_next_transfer() -> None:
    desk = d.desk().staffed(d.profile(d.ANN), d.profile(d.BOB))
    desk.do(d.place(d.W1))
    desk.do(d.accept(d.W1))
    desk.do(d.transfer(d.W1, to_agent=d.BOB, note="在机场"))
    card = desk.state.cards.works[d.W1]
    assert (card.note, card.target, card.returned_because) == ("在机场", "bob", "transferred")
    desk.do(d.decline(d.W1, d.BOB, 2))
    assert (card.note, card.target, card.returned_because, card.returns) == (
        "在机场",
        None,
        "declined",
        1,
    )


def test_work_that_somebody_moves_or_transfers_did_not_come_back() -> None:
    desk = d.desk().staffed(d.profile(d.ANN), d.profile(d.BOB))
    desk.do(d.place(d.W1))
    desk.later(d.seconds(21))
    card = desk.state.cards.works[d.W1]
    assert (card.returns, card.returned_because) == (1, "no_answer")
    desk.do(d.move(d.W1, d.VIP))
    assert (card.returns, card.returned_because) == (1, "moved")
    desk.do(d.claim(d.W1, d.BOB))
    desk.do(d.transfer(d.W1, agent_id=d.BOB, epoch=3, to_queue=d.GENERAL))
    assert (card.returns, card.returned_because) == (1, "transferred")


def test_a_presence_counts_from_its_change_and_anew_after_a_new_sign_in() -> None:
    desk = d.desk()
    desk.do(d.connect(d.profile(d.ANN), "p.1"))
    signed_in = desk.at
    desk.at += d.seconds(5)
    desk.do(d.connect(d.profile(d.ANN), "p.2"))
    assert desk.state.cards.presences[d.ANN] == signed_in
    desk.do(d.presence(d.ANN, Presence.OFFLINE))
    desk.do(d.lose(d.ANN, "p.1"))
    desk.do(d.lose(d.ANN, "p.2"))
    assert d.ANN not in desk.state.agents
    desk.at += d.seconds(60)
    desk.do(d.connect(d.profile(d.ANN), "p.3"))
    assert desk.state.cards.presences[d.ANN] == desk.at
