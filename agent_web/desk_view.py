"""The topic "desk": work, queues and agents, each for those who may see them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent_web.desk_docs import agent_doc, colleague_doc, work_doc
from agent_web.desk_lines import Line, Place, place_of
from agent_web.shelf import Shelf, encoded
from agent_web.topics import LEADS, Change, Viewer
from hub.decisions.desk.state import NO_QUEUE, DeskState
from hub.model import desk_events as d
from hub.model.desk import Medium, Presence, WorkState
from hub.model.ids import AgentId, InteractionId, QueueId, customer_of_conversation
from hub.ports import Doc

WINDOW = 100
"""Waiting work of a queue that screens are given: the first in line. Queues count all of it."""

NOWHERE: frozenset[QueueId] = frozenset()


@dataclass(frozen=True, slots=True)
class _Stood:
    """Where an interaction stood when it was looked at last."""

    queue_id: QueueId
    state: WorkState
    agent_id: AgentId | None
    place: Place


@dataclass(frozen=True, slots=True)
class _Could:
    """What an agent could serve when looked at last; `skills` as the object that was read.

    `ready` and `serving` as of a `Line`: all of the queues or none.
    """

    skills: object = None
    queues: frozenset[QueueId] = NOWHERE
    ready: frozenset[QueueId] = NOWHERE
    serving: frozenset[QueueId] = NOWHERE


@dataclass(slots=True)
class _Touched:
    """`audiences`: queues whose waiting work is for others than before."""

    works: set[InteractionId] = field(default_factory=set)
    agents: set[AgentId] = field(default_factory=set)
    queues: set[QueueId] = field(default_factory=set)
    audiences: set[QueueId] = field(default_factory=set)


class DeskView:
    """A `Topic` and the `Listener` that makes it. `rules` names the desk's rules."""

    name = "desk"

    def __init__(self, rules: str, *, window: int = WINDOW) -> None:
        self._rules = rules
        self._window = window
        self._shelf = Shelf()
        self._state = DeskState(self.name)
        self._lines: dict[QueueId, Line] = {}
        self._stood: dict[InteractionId, _Stood] = {}
        self._could: dict[AgentId, _Could] = {}
        self._floor: tuple[int, Counter[Medium]] = (0, Counter())

    # ------------------------------------------------------------ Topic
    @property
    def seq(self) -> int:
        return self._shelf.seq

    def may_watch(self, viewer: Viewer) -> bool:
        return True

    def since(self, viewer: Viewer, seq: int) -> Change:
        return self._shelf.since(viewer, seq)

    def subscribe(self, hear: Callable[[Change], None]) -> Callable[[], None]:
        return self._shelf.subscribe(hear)

    def serves(self, username: str, customer_id: str) -> bool:
        """Whether somebody was offered, has, or wraps up an interaction of the customer."""
        hand = self._state.hands.get(AgentId(username), ())
        return any(interaction.partition(".")[0] == customer_id for interaction in hand)

    # ------------------------------------------------------------ Listener
    def loaded(self, state: DeskState, recent: Sequence[Doc]) -> None:
        self._state = state
        self._shelf.restart(state.seq)
        self._put(self._anew())
        self._shelf.end_restart()

    def committed(self, state: DeskState, commit: Doc, events: Sequence[Any]) -> None:
        self._shelf.begin(commit["seq"])
        touched = _Touched()
        for event in events:
            if isinstance(event, d.DeskConfigured):
                touched = self._anew()
                break
            interaction = getattr(event, "interaction_id", None)
            if interaction is not None:
                touched.works.add(interaction)
            agent = getattr(event, "agent", None)
            agent_id = getattr(event, "agent_id", None) if agent is None else agent.agent_id
            if agent_id is not None:
                touched.agents.add(agent_id)
        else:
            self._look(touched)
        self._put(touched)
        self._shelf.end()

    # ------------------------------------------------------------ following the state
    def _anew(self) -> _Touched:
        """Everything, at the start and when the queues are others."""
        shown = {i for line in self._lines.values() for i in line.shown}
        held = {i for i, stood in self._stood.items() if stood.state is not WorkState.QUEUED}
        touched = _Touched(shown | held, set(self._could), set(self._lines))
        queues = self._state.queues or {NO_QUEUE.queue_id: NO_QUEUE}
        self._lines = {q: Line(queue, self._window) for q, queue in queues.items()}
        self._stood.clear()
        self._could.clear()
        everything = _Touched(set(self._state.works), set(self._state.agents), set(self._lines))
        self._look(everything)
        for interaction, stood in self._stood.items():
            if stood.state is not WorkState.QUEUED:
                touched.works.add(interaction)
        for line in self._lines.values():
            touched.works |= line.shown
        touched.agents |= everything.agents
        touched.queues |= everything.queues
        return touched

    def _look(self, touched: _Touched) -> None:
        """Bring lines up to the state; whatever else changes by it is touched too."""
        for interaction in tuple(touched.works):
            self._look_at_work(interaction, touched)
        for agent_id in touched.agents:
            self._look_at_agent(agent_id, touched)
        floor = (self._state.signed_in, self._state.slots)
        if touched.agents and floor != self._floor:
            self._floor = (floor[0], Counter(floor[1]))
            touched.queues.update(self._lines)

    def _look_at_work(self, interaction: InteractionId, touched: _Touched) -> None:
        old = self._stood.pop(interaction, None)
        if old is not None:
            line = self._lines[old.queue_id]
            touched.queues.add(old.queue_id)
            if old.state is WorkState.QUEUED:
                touched.works |= line.remove(old.place)
            line.held[old.state] -= 1
            if old.agent_id is not None:
                touched.agents.add(old.agent_id)
        work = self._state.works.get(interaction)
        if work is None:
            return
        queue_id = self._state.queue(work.queue_id).queue_id
        new = _Stood(queue_id, work.state, work.agent_id, place_of(work))
        self._stood[interaction] = new
        line = self._lines[queue_id]
        touched.queues.add(queue_id)
        if new.state is WorkState.QUEUED:
            touched.works |= line.add(new.place)
        line.held[new.state] += 1
        if new.agent_id is not None:
            touched.agents.add(new.agent_id)

    def _look_at_agent(self, agent_id: AgentId, touched: _Touched) -> None:
        old = self._could.pop(agent_id, _Could())
        agent = self._state.agents.get(agent_id)
        if agent is None or not agent.signed_in:
            new = _Could()
        else:
            queues = old.queues
            if old.skills is not agent.skills:
                lines = self._lines.items()
                queues = frozenset(q for q, line in lines if line.serves(agent.skills))
            is_free = any(slots > 0 for slots in self._state.free(agent_id).values())
            is_ready = agent.presence is Presence.READY
            takes = is_ready and agent.connections and is_free
            serves = is_ready or self._state.hands.get(agent_id)
            new = _Could(
                agent.skills, queues, queues if takes else NOWHERE, queues if serves else NOWHERE
            )
        if agent is not None:
            self._could[agent_id] = new
        for queue_id in old.queues ^ new.queues:
            line = self._lines[queue_id]
            line.admit(agent_id, able=queue_id in new.queues)
            touched.audiences.add(queue_id)
            touched.queues.add(queue_id)
        for queue_id in old.ready ^ new.ready:
            self._lines[queue_id].ready ^= {agent_id}
            touched.queues.add(queue_id)
        for queue_id in old.serving ^ new.serving:
            self._lines[queue_id].serving ^= {agent_id}
            touched.queues.add(queue_id)

    # ------------------------------------------------------------ documents
    def _put(self, touched: _Touched) -> None:
        for queue_id in touched.queues:
            line = self._lines.get(queue_id)
            if line is None:
                self._shelf.drop("queue", queue_id)
            else:
                self._shelf.put("queue", queue_id, encoded(line.doc(self._state)), None)
        for agent_id in touched.agents:
            self._put_agent(agent_id)
        for interaction in touched.works:
            self._put_work(interaction)
        for queue_id in touched.audiences:
            line = self._lines[queue_id]
            for interaction in line.shown - touched.works:
                self._shelf.readdress("work", interaction, line.audience)

    def _put_agent(self, agent_id: AgentId) -> None:
        state, agent = self._state, self._state.agents.get(agent_id)
        if agent is None:
            self._shelf.drop("agent", agent_id)
            self._shelf.drop("colleague", agent_id)
            return
        mine = frozenset({LEADS, agent_id})
        self._shelf.put("agent", agent_id, encoded(agent_doc(state, agent_id, agent)), mine)
        shared = encoded(colleague_doc(state, agent_id, agent))
        self._shelf.put("colleague", agent_id, shared, None)

    def _put_work(self, interaction: InteractionId) -> None:
        stood = self._stood.get(interaction)
        if stood is None:
            self._shelf.drop("work", interaction)
            return
        if stood.state is WorkState.QUEUED:
            line = self._lines[stood.queue_id]
            if interaction not in line.shown:
                self._shelf.drop("work", interaction)
                return
            audience = line.audience
        else:
            audience = frozenset({LEADS} if stood.agent_id is None else {LEADS, stood.agent_id})
        state = self._state
        work, card = state.works[interaction], state.cards.works[interaction]
        doc = work_doc(work, card, stood.queue_id, self._rules)
        wire = encoded(doc, about=customer_of_conversation(interaction))
        self._shelf.put("work", interaction, wire, audience)
