"""The topic "customer:<id>": one customer with everything said lately, and what became of it."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent_web.conversation_doc import conversation_doc
from agent_web.customer_docs import ChannelFacts, customer_doc, open_facts
from agent_web.shelf import Shelf, encoded
from agent_web.talk_docs import lines
from agent_web.topics import LEADS, Change, Viewer
from hub.decisions.customer.state import CustomerState
from hub.decisions.customer.table import ACTIVE, OFFERED, WRAP_UP
from hub.decisions.rules import StreamRules
from hub.model.effects import Effect
from hub.model.ids import CustomerId
from hub.ports import Doc, Reading
from hub.projections.conversations import Conversations
from hub.services.live_customers import RECENT
from hub.services.media.showing import FOLLOWED, follow_media

MESSAGES = 300
"""Messages kept, of the last `RECENT` commits; older ones are read by REST."""

CONVERSATIONS = 50
SERVED = frozenset({OFFERED, ACTIVE, WRAP_UP})
TELLS_OF_CUSTOMER = frozenset(
    {
        "ConversationOpened",
        "MessageReceived",
        "SignalReceived",
        "ProfileKnown",
        "MessageSent",
        "DeliveryChanged",
        "MergedInto",
        "CustomerAbsorbed",
        "CustomerReleased",
    }
)

Key = tuple[str, str]


class CustomerView:
    """A `Topic` and the `Listener` that makes it.

    `serves(username, customer_id)`: whether the desk has work of this customer in their hands.
    """

    def __init__(
        self,
        customer_id: str,
        rules: StreamRules,
        reading: Reading,
        channels: Mapping[Any, ChannelFacts],
        serves: Callable[[str, str], bool],
        *,
        messages: int = MESSAGES,
        recent: int = RECENT,
    ) -> None:
        self.customer_id = customer_id
        self.name = f"customer:{customer_id}"
        self._rules = rules
        self._reading = reading
        self._channels = channels
        self._serves = serves
        self._messages = messages
        self._recent = recent
        self._shelf = Shelf()
        self._state = CustomerState(CustomerId(customer_id))
        self._projection = Conversations()
        self._conversations: dict[str, Doc] = {}
        self._talk: deque[tuple[int, Key]] = deque()
        self._said: dict[str, Doc] = {}
        self._rows: dict[str, tuple[str, int]] = {}

    # ------------------------------------------------------------ Topic
    @property
    def seq(self) -> int:
        return self._shelf.seq

    def may_watch(self, viewer: Viewer) -> bool:
        if LEADS in viewer.keys or self._serves(viewer.username, self.customer_id):
            return True
        conversation = self._state.conversation
        return (
            conversation is not None
            and conversation.agent_id == viewer.username
            and conversation.state in SERVED
        )

    def since(self, viewer: Viewer, seq: int) -> Change:
        return self._shelf.since(viewer, seq)

    def subscribe(self, hear: Callable[[Change], None]) -> Callable[[], None]:
        return self._shelf.subscribe(hear)

    # ------------------------------------------------------------ Listener
    async def prepare(self) -> None:
        """Read the conversations so far, before the stream: so none is newer than the stream."""
        docs = await self._reading.page(
            self._projection.name, {"customer_id": self.customer_id}, limit=CONVERSATIONS
        )
        self._conversations = {doc["_id"]: doc for doc in docs}

    def loaded(self, state: CustomerState, recent: Sequence[Doc]) -> None:
        """Replay what is recent, so that a screen can go on from any number in it."""
        self._state = state
        self._talk.clear()
        self._said.clear()
        self._rows.clear()
        start = recent[0]["seq"] - 1 if recent else state.seq
        self._shelf.restart(start)
        for key, doc in self._conversations.items():
            if doc["seq"] <= start and key != self._open_id:
                self._put_conversation(key)
        for commit in recent:
            self._shelf.begin(commit["seq"])
            events = [] if commit["events"][0]["is"] == "Failed" else commit["events"]
            self._fold(commit, [self._rules.unpack(event) for event in events])
        self._shelf.begin(state.seq)
        self._put_customer()
        self._put_open()
        self._shelf.end_restart()

    def committed(self, state: CustomerState, commit: Doc, events: Sequence[Any]) -> None:
        self._state = state
        self._shelf.begin(commit["seq"])
        self._fold(commit, events)
        if not TELLS_OF_CUSTOMER.isdisjoint([event["is"] for event in commit["events"]]):
            self._put_customer()
        self._put_open()
        self._shelf.end()

    # ------------------------------------------------------------ following the commits
    @property
    def _open_id(self) -> str:
        conversation = self._state.conversation
        return "" if conversation is None else conversation.conversation_id

    def _fold(self, commit: Doc, events: Sequence[Any]) -> None:
        for key in self._projection.ids(commit):
            doc = self._conversations.get(key)
            if doc is None or doc["seq"] < commit["seq"]:
                doc = self._projection.fold_read(key, doc, commit, events)
                self._conversations[key] = doc
            if doc["seq"] == commit["seq"] and key != self._open_id:
                self._put_conversation(key)
        for line in lines(commit, self._effects(commit, events)):
            self._say(commit["seq"], line)
        for event in commit["events"]:
            self._follow(event)
        self._tidy(commit["seq"])

    def _effects(self, commit: Doc, events: Sequence[Any]) -> list[list[Effect]]:
        """Only what sends has rows to follow."""
        if "MessageSent" not in [event["is"] for event in commit["events"]]:
            return []
        stream, body = commit["stream"], commit["input"]["body"]
        return [list(self._rules.effects(stream, event, body)) for event in events]

    def _say(self, seq: int, line: Doc) -> None:
        self._talk.append((seq, (line["kind"], line["id"])))
        self._shelf.put(line["kind"], line["id"], self._encoded(line), None)
        if line["kind"] == "message":
            self._said[line["id"]] = line
            for index, delivery in enumerate(line["deliveries"]):
                self._rows[delivery["key"]] = (line["id"], index)

    def _follow(self, event: Doc) -> None:
        """What became of a part; a message that is kept no longer is not followed."""
        if event["is"] in FOLLOWED:
            message = self._said.get(event["message_id"])
            if message is not None and follow_media(message["parts"], event):
                self._shelf.put("message", message["id"], self._encoded(message), None)
            return
        if event["is"] not in ("DeliveryChanged", "MessageDiscarded"):
            return
        message_id, index = self._rows.get(event["of"], ("", 0))
        message = self._said.get(message_id)
        if message is None:
            return
        delivery = message["deliveries"][index]
        if event["is"] == "MessageDiscarded":
            delivery["state"] = "discarded"
        else:
            delivery["state"] = event["state"]
            delivery["code"] = event.get("code", "")
            delivery["provider_code"] = event.get("provider_code", "")
        self._shelf.put("message", message_id, self._encoded(message), None)

    def _tidy(self, seq: int) -> None:
        """Keep what a fresh start would show too."""
        talk = self._talk
        while talk and (talk[0][0] <= seq - self._recent or len(self._said) > self._messages):
            kind, key = talk.popleft()[1]
            self._shelf.forget(kind, key)
            message = self._said.pop(key, None) if kind == "message" else None
            for delivery in message["deliveries"] if message else ():
                self._rows.pop(delivery["key"], None)

    # ------------------------------------------------------------ documents
    def _encoded(self, doc: Doc) -> bytes:
        return encoded(doc, about=self.customer_id)

    def _put_customer(self) -> None:
        doc = customer_doc(self._state, self._channels)
        self._shelf.put("customer", self.customer_id, self._encoded(doc), None)

    def _put_open(self) -> None:
        if self._open_id:
            self._put_conversation(self._open_id)

    def _put_conversation(self, key: str) -> None:
        doc = self._conversations.get(key)
        if doc is None:
            return
        facts = open_facts(self._state) if key == self._open_id else {}
        shown = conversation_doc(doc, **facts)
        self._shelf.put("conversation", key, self._encoded(shown), None)
