"""Whole decisions of the desk, `judge` and `apply`, at the size of the board's benchmark."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hub.decisions.desk import DeskRules
from hub.decisions.desk.ranking import Need
from hub.decisions.desk.settings import DeskSettings
from hub.model import desk_inputs as i
from hub.model.desk import AgentProfile, Medium, Presence, Queue, Skill, Slots
from hub.model.desk_events import Offered
from hub.model.ids import AgentId, ChannelId, ConversationId, InteractionId, QueueId, desk_stream

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CHANNEL = ChannelId("wechat-bench")


class WholeDesk:
    """A queue for each need; every offer is accepted at once."""

    def __init__(
        self, skills: Mapping[AgentId, Mapping[str, int]], needs: list[Need], capacity: int
    ) -> None:
        self._rules = DeskRules(DeskSettings())
        self._state = self._rules.new(desk_stream())
        self._random = Random(11)  # noqa: S311 - a repeatable run
        self._needs = needs
        self._queues = {need: QueueId(f"q{n}") for n, need in enumerate(dict.fromkeys(needs))}
        self._at = START
        self._placed = 0
        self._active: list[InteractionId] = []
        self.decisions = 0
        self.do(i.ConfigureDesk(queues=tuple(map(self._queue, self._queues)), author="bench"))
        for agent_id, levels in skills.items():
            profile = AgentProfile(
                agent_id=agent_id,
                display_name="",
                skills=tuple(Skill(skill=s, level=level) for s, level in levels.items()),
                capacity=(Slots(medium=Medium.TEXT, count=capacity),),
            )
            self.do(i.ConnectAgent(agent=profile, connection_id=f"c.{agent_id}"))
            self.do(i.SetPresence(agent_id=agent_id, presence=Presence.READY))

    def place(self) -> None:
        self._placed += 1
        self.do(
            i.PlaceWork(
                interaction_id=InteractionId(f"i{self._placed}"),
                conversation_id=ConversationId(f"c{self._placed}"),
                queue_id=self._queues[self._random.choice(self._needs)],
                channel_id=CHANNEL,
                waiting_since=self._at,
            )
        )

    def release(self) -> None:
        """Some talk ends."""
        place = self._random.randrange(len(self._active))
        self._active[place], self._active[-1] = self._active[-1], self._active[place]
        self.do(i.ReleaseWork(interaction_id=self._active.pop()))

    def do(self, command: Any) -> None:
        self._at += SECOND
        events = self._rules.judge(self._state, command, self._at)
        for event in events:
            self._rules.apply(self._state, event, self._at)
        self._state.seq += 1
        self.decisions += 1
        for event in events:
            if isinstance(event, Offered):
                self._active.append(event.interaction_id)
                self.do(
                    i.AcceptOffer(
                        interaction_id=event.interaction_id,
                        agent_id=event.agent_id,
                        epoch=event.epoch,
                    )
                )

    def _queue(self, need: Need) -> Queue:
        return Queue(
            queue_id=self._queues[need],
            name="",
            skills=tuple(Skill(skill=s, level=level) for s, level in sorted(need.skills)),
            priority=self._random.randint(0, 4),
        )


def whole_decisions(
    skills: Mapping[AgentId, Mapping[str, int]], needs: list[Need], waiting: int, capacity: int
) -> dict[str, float]:
    """CPU µs a decision, an accept being one: half of the slots in use, then all and a queue."""
    desk = WholeDesk(skills, needs, capacity)
    slots = len(skills) * capacity
    for _ in range(slots // 2):
        desk.place()
    found = {"half of the slots in use": _timed(desk)}
    for _ in range(slots // 2 + waiting):
        desk.place()
    found[f"about {waiting} waiting"] = _timed(desk)
    return found


def _timed(desk: WholeDesk) -> float:
    began, before = time.process_time(), desk.decisions
    for _ in range(2000):
        desk.place()
        desk.release()
    return (time.process_time() - began) / (desk.decisions - before) * 1e6
