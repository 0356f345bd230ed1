"""What a press on an account's menu, or the scan of one of its codes, means to the bank."""

from dataclasses import dataclass
from enum import StrEnum

from hub.model.ids import QueueId


class Act(StrEnum):
    """ASK: the bot is asked as if the customer had written it. HAND_OFF: a person is to answer."""

    ASK = "ask"
    HAND_OFF = "hand_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """`label`: the words on the button or of the code. `act` None: it is only told.

    `queue_id` of a hand-off by the act itself; of a code, where a hand-off that follows waits
    unless its reason has a queue of its own.
    """

    label: str
    act: Act | None = None
    question: str = ""
    queue_id: QueueId | None = None
