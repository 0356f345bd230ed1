"""Documents with numbers and audiences: what changes tell, and what coming back tells."""

from agent_web.shelf import Shelf, encoded
from agent_web.topics import LEADS, Change, Viewer
from tests.agent_web.screen import LEAD, person

ANN, BOB = person("ann"), person("bob")
LEAD_ANN = Viewer("ann", frozenset({"ann", LEADS}))


def of(*names: str) -> frozenset[str]:
    return frozenset(names)


class Told:
    """Every change a shelf told."""

    def __init__(self, shelf: Shelf) -> None:
        self.changes: list[Change] = []
        shelf.subscribe(self.changes.append)

    def last(self, viewer: Viewer) -> tuple[list[str], list[str]]:
        """Ids of the documents and of the losses of the last change."""
        change = self.changes[-1]
        return ids(change, viewer)


def ids(change: Change, viewer: Viewer) -> tuple[list[str], list[str]]:
    return (
        [each.id for each in change.docs if each.is_for(viewer)],
        [each.id for each in change.gone if each.is_for(viewer)],
    )


def put(shelf: Shelf, seq: int, id: str, audience: frozenset[str] | None, text: str = "") -> None:
    shelf.begin(seq)
    shelf.put("x", id, encoded({"id": id, "text": text}), audience)
    shelf.end()


ID = "61222021234567890123"
"""Twenty hex digits that are all decimal; some of them alone would be a card number."""


def test_an_id_is_passed_over_and_a_number_beside_it_is_not() -> None:
    plain = encoded({"id": ID, "text": f"我是{ID}"}, about=ID)
    assert plain == f'"id":"{ID}","text":"我是{ID}"}}'.encode()
    for text in ("4111 1111 1111 1111", f"{ID}:4111111111111111", f"4111111111111111,{ID}"):
        wire = encoded({"id": ID, "text": text}, about=ID)
        assert b"4111" not in wire, text
        assert b"1111" in wire, text


def test_what_is_short_enough_to_be_part_of_a_number_is_not_passed_over() -> None:
    wire = encoded({"id": "1111", "text": "4111111111111111"}, about="1111")
    assert wire == b'"id":"1111","text":"****1111"}'


def test_a_document_carries_the_number_of_its_last_change() -> None:
    shelf = Shelf()
    told = Told(shelf)
    put(shelf, 7, "a", None, "hi")
    assert told.changes[-1].docs[0].body == b'{"seq":7,"id":"a","text":"hi"}'


def test_the_same_again_is_no_change_and_still_moves_the_number() -> None:
    shelf = Shelf()
    told = Told(shelf)
    put(shelf, 1, "a", None)
    put(shelf, 2, "a", None)
    assert (told.changes[-1].seq, told.last(ANN)) == (2, ([], []))


def test_who_joins_an_audience_is_given_the_document_the_others_nothing() -> None:
    shelf = Shelf()
    told = Told(shelf)
    put(shelf, 1, "a", of("ann"))
    put(shelf, 2, "a", of("ann", "bob"))
    assert (told.last(ANN), told.last(BOB)) == (([], []), (["a"], []))
    assert ids(shelf.since(BOB, 1), BOB) == (["a"], [])


def test_who_leaves_an_audience_loses_the_document_the_others_keep_it() -> None:
    shelf = Shelf()
    told = Told(shelf)
    put(shelf, 1, "a", of("ann", "bob", LEADS))
    put(shelf, 2, "a", of("bob", LEADS))
    assert told.last(ANN) == ([], ["a"])
    assert told.last(BOB) == told.last(LEAD) == told.last(LEAD_ANN) == ([], [])
    put(shelf, 3, "a", of("ann"), "new")
    assert (told.last(ANN), told.last(BOB), told.last(LEAD)) == (
        (["a"], []),
        ([], ["a"]),
        ([], ["a"]),
    )


def test_what_was_lost_and_won_again_is_told_once_as_it_is_now() -> None:
    shelf = Shelf()
    put(shelf, 1, "a", of("ann"))
    put(shelf, 2, "a", of("bob"))
    put(shelf, 3, "a", of("ann"))
    assert ids(shelf.since(ANN, 1), ANN) == (["a"], [])
    assert ids(shelf.since(BOB, 2), BOB) == ([], ["a"])


def test_a_loss_that_is_remembered_no_more_makes_everything_new() -> None:
    shelf = Shelf(gones=2)
    for seq, name in enumerate("abc", 1):
        put(shelf, seq, name, None)
    for seq, name in enumerate("abc", 4):
        shelf.begin(seq)
        shelf.drop("x", name)
        shelf.end()
    assert [shelf.since(ANN, seq).full for seq in range(8)] == [
        True,
        True,
        True,
        True,
        False,
        False,
        False,
        True,
    ]
    assert ids(shelf.since(ANN, 4), ANN)[1] == ["c", "b"]


def test_a_screen_that_is_ahead_is_given_everything() -> None:
    shelf = Shelf()
    put(shelf, 1, "a", None)
    change = shelf.since(ANN, 5)
    assert (change.full, change.seq, ids(change, ANN)) == (True, 1, (["a"], []))


def test_what_is_forgotten_stays_with_who_has_it_and_makes_others_begin_anew() -> None:
    shelf = Shelf()
    put(shelf, 1, "a", None)
    put(shelf, 2, "b", None)
    shelf.begin(3)
    shelf.forget("x", "a")
    shelf.end()
    assert shelf.since(ANN, 0).full
    assert ids(shelf.since(ANN, 1), ANN) == (["b"], [])
    assert ids(shelf.since(ANN, 0), ANN) == (["b"], [])


def test_after_a_restart_everybody_is_told_all() -> None:
    shelf = Shelf()
    told = Told(shelf)
    put(shelf, 1, "a", None)
    put(shelf, 2, "b", of("bob"))
    shelf.restart(9)
    shelf.put("x", "b", encoded({"id": "b"}), of("bob"))
    shelf.end_restart()
    assert (told.changes[-1].full, told.last(ANN), told.last(BOB)) == (True, ([], []), (["b"], []))
    assert shelf.since(ANN, 2).full
    assert not shelf.since(ANN, 9).full


def test_who_stopped_hearing_hears_nothing() -> None:
    shelf = Shelf()
    heard: list[Change] = []
    undo = shelf.subscribe(heard.append)
    put(shelf, 1, "a", None)
    undo()
    put(shelf, 2, "b", None)
    assert [change.seq for change in heard] == [1]
