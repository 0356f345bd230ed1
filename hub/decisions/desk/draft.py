"""The events of one decision while they are being found, and the desk as they will leave it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hub.decisions.desk.settings import DeskSettings
from hub.decisions.desk.showing import show_agent
from hub.decisions.desk.state import DeskState, Work
from hub.decisions.desk.timers import MATCH
from hub.model.desk import Medium, Presence
from hub.model.desk_events import Returned
from hub.model.events import Ignored, Refused, TimerArmed, TimerDisarmed
from hub.model.ids import AgentId, InteractionId, QueueId


@dataclass(slots=True)
class Change:
    """What a decision makes of an agent before anything is offered anew."""

    freed: Counter[Medium] = field(default_factory=Counter)
    presence: Presence | None = None
    connected: bool = False


@dataclass(frozen=True, slots=True)
class Loose:
    """Work without an agent, as it will stand; `target` is the one it is meant for."""

    work: Work
    target: AgentId | None = None


class Draft:
    """Never changes the state.

    `placed` is the work this decision offered, `taken` the slots it used for that.
    """

    __slots__ = (
        "_changes", "_generation", "_matching", "at", "events", "loose", "offers", "placed",
        "settings", "state", "taken",
    )  # fmt: skip

    def __init__(self, state: DeskState, settings: DeskSettings, at: datetime) -> None:
        self.state = state
        self.settings = settings
        self.at = at
        self.events: list[Any] = []
        self.loose: list[Loose] = []
        self.placed: set[InteractionId] = set()
        self.taken: dict[AgentId, Counter[Medium]] = {}
        self.offers = 0
        self._changes: dict[AgentId, Change] = {}
        self._generation = state.generation
        self._matching = MATCH in state.timers.armed

    def add(self, event: Any) -> None:
        self.events.append(event)

    def refuse(self, reason: str) -> None:
        self.add(Refused(reason=reason))

    def ignore(self, reason: str) -> None:
        self.add(Ignored(reason=reason))

    def arm(self, name: str, due: datetime) -> None:
        self._generation += 1
        self.add(TimerArmed(name=name, generation=self._generation, due=due))

    def disarm(self, name: str) -> None:
        if name in self.state.timers.armed:
            self.add(TimerDisarmed(name=name))

    def arm_match(self) -> None:
        """Offer in a commit of its own what only the next state can tell."""
        if not self._matching:
            self._matching = True
            self.arm(MATCH, self.at)

    def begin_match(self) -> None:
        """What was left for a commit of its own is done in this one."""
        self._matching = False
        self.disarm(MATCH)

    def take_back(
        self,
        work: Work,
        reason: str,
        *,
        queue_id: QueueId | None = None,
        first: bool = True,
        target: AgentId | None = None,
        pause: timedelta | None = None,
        note: str = "",
        author: str = "",
    ) -> None:
        """Back to a queue, loose until matched; `pause` bars the agent it is taken from."""
        queue = self.state.queue(queue_id or work.queue_id)
        agent_id = work.agent_id
        barred = pause is not None and agent_id is not None
        self.add(
            Returned(
                interaction_id=work.interaction_id,
                agent_id=agent_id,
                epoch=work.epoch,
                reason=reason,
                queue_id=queue.queue_id,
                first=first,
                target=target,
                barred_until=self.at + pause if barred and pause is not None else None,
                note=note,
                author=author,
            )
        )
        bars = work.barred
        if agent_id is not None:
            self.frees(agent_id, work.medium)
            if barred and agent_id not in bars:
                bars += (agent_id,)
        loose = replace(work, queue_id=queue.queue_id, agent_id=None, first=first, barred=bars)
        self.loosen(loose, target)

    def loosen(self, work: Work, target: AgentId | None = None) -> None:
        self.loose.append(Loose(work, target))

    # ------------------------------------------------------------ agents as they will be
    def frees(self, agent_id: AgentId, medium: Medium) -> None:
        self._change(agent_id).freed[medium] += 1

    def becomes(self, agent_id: AgentId, presence: Presence) -> None:
        self._change(agent_id).presence = presence

    def connects(self, agent_id: AgentId) -> None:
        self._change(agent_id).connected = True

    @property
    def freed(self) -> list[AgentId]:
        return list(self._changes)

    def _change(self, agent_id: AgentId) -> Change:
        return self._changes.setdefault(agent_id, Change())

    @contextmanager
    def supposed(self) -> Iterator[None]:
        """The board shows the changed agents as they will be, and afterwards as they are."""
        state = self.state
        changes = [(i, c) for i, c in self._changes.items() if i in state.agents]
        try:
            for agent_id, change in changes:
                agent = state.agents[agent_id]
                presence = change.presence or agent.presence
                rested = change.freed or presence is not agent.presence
                coming = replace(
                    agent,
                    presence=presence,
                    idle_since=self.at if rested else agent.idle_since,
                    connections=agent.connections or ["new"] * change.connected,
                )
                show_agent(state, agent_id, coming, change.freed)
            yield
        finally:
            for agent_id, _ in changes:
                show_agent(state, agent_id, state.agents[agent_id])
