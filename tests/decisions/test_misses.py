"""The second miss in a row brings a person, and what a miss is."""

import pytest

from hub.decisions.customer import CustomerRules
from hub.decisions.policy import Policy
from hub.model.bot import BotAction
from hub.model.events import BotAsked, HandedOff
from tests.decisions.stream import Stream, answer, message

REFUSED, BUTTONS, ANSWERED = BotAction.REFUSE, BotAction.SUGGEST, BotAction.ANSWER
HAND_OFF = "已为您转接人工服务，人工坐席会在这里回复您，请稍候。"
PRESSED, GREETED, EMPTY, SCOLDED = "pressed", "greeted", "empty", "scolded"

Told = BotAction | str


def talk(stream: Stream, turns: tuple[Told, ...]) -> tuple[list[int], list[str]]:
    """A question a turn; what the bot was told of misses, and what the customer read."""
    counted: list[int] = []
    for turn in turns:
        choice = "a0" if turn == PRESSED else ""
        events = stream.do(message("按钮" if choice else "怎么办？", choice=choice))
        asked = next(event for event in events if isinstance(event, BotAsked))
        counted.append(asked.question.misses)
        seq = stream.state.seq
        match turn:
            case "pressed":
                reply = answer(ANSWERED, seq=seq, words="答复")
            case "greeted":
                reply = answer(BUTTONS, seq=seq, words="您好", reason="greeting", candidates=3)
            case "empty" | "scolded":
                reason = {"empty": "empty", "scolded": "scolding"}[turn]
                reply = answer(REFUSED, seq=seq, words="没看懂", reason=reason)
            case _:
                words = {REFUSED: "没听懂", BUTTONS: "您想问", ANSWERED: "答复"}[BotAction(turn)]
                reply = answer(BotAction(turn), seq=seq, words=words, candidates=3)
        stream.do(reply)
    return counted, stream.texts()


@pytest.mark.parametrize(
    ("turns", "counted", "read"),
    [
        ((REFUSED, REFUSED), [0, 1], ["没听懂", HAND_OFF]),
        ((REFUSED, BUTTONS), [0, 1], ["没听懂", "您想问"]),
        ((BUTTONS, REFUSED), [0, 1], ["您想问", HAND_OFF]),
        ((BUTTONS, BUTTONS), [0, 1], ["您想问", "您想问"]),
        ((REFUSED, BUTTONS, REFUSED), [0, 1, 2], ["没听懂", "您想问", HAND_OFF]),
        ((REFUSED, BUTTONS, BUTTONS), [0, 1, 2], ["没听懂", "您想问", HAND_OFF]),
        ((BUTTONS, BUTTONS, BUTTONS), [0, 1, 2], ["您想问", "您想问", HAND_OFF]),
        ((REFUSED, BUTTONS, ANSWERED), [0, 1, 2], ["没听懂", "您想问", "答复"]),
        ((REFUSED, BUTTONS, PRESSED), [0, 1, 1], ["没听懂", "您想问", "答复"]),
        ((BUTTONS, PRESSED, REFUSED), [0, 0, 0], ["您想问", "答复", "没听懂"]),
        ((REFUSED, ANSWERED, REFUSED), [0, 1, 0], ["没听懂", "答复", "没听懂"]),
        ((REFUSED, GREETED, REFUSED), [0, 1, 1], ["没听懂", "您好", HAND_OFF]),
        ((GREETED, REFUSED), [0, 0], ["您好", "没听懂"]),
        ((EMPTY, REFUSED), [0, 1], ["没看懂", HAND_OFF]),
        ((BUTTONS, SCOLDED), [0, 1], ["您想问", HAND_OFF]),
    ],
)
def test_the_second_miss_in_a_row_brings_a_person(
    turns: tuple[Told, ...], counted: list[int], read: list[str]
) -> None:
    assert talk(Stream(), turns) == (counted, read)


@pytest.mark.parametrize(
    ("most", "turns", "read"),
    [
        (0, (BUTTONS,), [HAND_OFF]),
        (0, (ANSWERED,), ["答复"]),
        (1, (REFUSED,), [HAND_OFF]),
        (1, (BUTTONS,), ["您想问"]),
        (1, (BUTTONS, BUTTONS), ["您想问", HAND_OFF]),
        (3, (REFUSED, REFUSED), ["没听懂", "没听懂"]),
        (3, (REFUSED, REFUSED, REFUSED), ["没听懂", "没听懂", HAND_OFF]),
    ],
)
def test_the_house_says_how_many(most: int, turns: tuple[Told, ...], read: list[str]) -> None:
    stream = Stream(rules=CustomerRules(Policy(max_misses=most)))
    assert talk(stream, turns)[1] == read


def test_the_bot_is_told_how_many_misses_bring_a_person() -> None:
    stream = Stream(rules=CustomerRules(Policy(max_misses=4)))
    asked = next(e for e in stream.do(message("怎么办？")) if isinstance(e, BotAsked))
    assert (asked.question.most_misses, asked.question.misses_left) == (4, 4)


def test_the_hand_off_says_why() -> None:
    stream = Stream()
    stream.do(message("怎么办？"))
    stream.do(answer(REFUSED, seq=1))
    stream.do(message("那怎么办？"))
    events = stream.do(answer(REFUSED, seq=3, words="没听懂"))
    assert [e.reason for e in events if isinstance(e, HandedOff)] == ["bot_misses"]


def test_buttons_after_a_pressed_one_that_led_nowhere_are_a_miss_at_once() -> None:
    """A press names no question that could be missed later."""
    stream = Stream()
    stream.do(message("文章", choice="gone"))
    stream.do(answer(BUTTONS, seq=1, candidates=2))
    asked = next(e for e in stream.do(message("怎么办？")) if isinstance(e, BotAsked))
    assert asked.question.misses == 1
