"""The board as it is told: two lists, scanned for every question."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest

from hub.decisions.desk.board import NOTHING_TAKEN, Staff, Tally
from hub.decisions.desk.floor import Taken
from hub.decisions.desk.ranking import Candidate, LongestIdle, Need, Rank, Strategy
from hub.model.desk import Medium
from hub.model.ids import AgentId, InteractionId


@dataclass(slots=True)
class Agent:
    agent_id: AgentId
    skills: Mapping[str, int]
    free: dict[Medium, int]
    load: int
    idle_since: datetime
    ready: bool
    connected: bool


@dataclass(slots=True)
class Work:
    rank: Rank
    need: Need
    target: AgentId | None
    barred: frozenset[AgentId]


def has(skills: Mapping[str, int], need: Need) -> bool:
    for skill, level in need.skills:  # noqa: SIM110 - all() is slower: the scan is a fair control
        if skills.get(skill, 0) < level:
            return False
    return True


class NaiveBoard:
    def __init__(self, strategy: Strategy | None = None) -> None:
        self.strategy = strategy or LongestIdle()
        self.agents: dict[AgentId, Agent] = {}
        self.works: dict[InteractionId, Work] = {}

    def put_agent(
        self,
        agent_id: AgentId,
        skills: Mapping[str, int],
        free: Mapping[Medium, int],
        load: int,
        idle_since: datetime,
        *,
        ready: bool = True,
        connected: bool = True,
    ) -> None:
        self.agents[agent_id] = Agent(
            agent_id, skills, dict(free), load, idle_since, ready, connected
        )

    def drop_agent(self, agent_id: AgentId) -> None:
        self.agents.pop(agent_id, None)

    def add_work(
        self,
        rank: Rank,
        need: Need,
        *,
        target: AgentId | None = None,
        barred: Collection[AgentId] = (),
    ) -> None:
        self.works[rank.interaction_id] = Work(rank, need, target, frozenset(barred))

    def remove_work(self, interaction_id: InteractionId) -> None:
        self.works.pop(interaction_id, None)

    def best_agents(
        self,
        need: Need,
        n: int = 5,
        *,
        barred: Collection[AgentId] = (),
        taken: Taken = NOTHING_TAKEN,
    ) -> list[Candidate]:
        medium, fit, key = need.medium, self.strategy.fit, self.strategy.key
        found = []
        for agent in self.agents.values():
            if not agent.ready or not agent.connected or agent.free.get(medium, 0) <= 0:
                continue
            if agent.agent_id in barred or not has(agent.skills, need):
                continue
            load = agent.load
            if agent.agent_id in taken:
                if not self.takes(agent.agent_id, medium, taken=taken):
                    continue
                load += sum(taken[agent.agent_id].values())
            found.append((fit(agent.skills, need), key(agent, load), load))
        best = [(key[-1], load) for _, key, load in nsmallest(n, found)]
        return [Candidate(who, load, self.agents[who].idle_since) for who, load in best]

    def tally(
        self, need: Need, *, barred: Collection[AgentId] = (), taken: Taken = NOTHING_TAKEN
    ) -> Tally:
        refused: dict[str, int] = {}
        eligible = 0
        for agent in self.agents.values():
            if not has(agent.skills, need):
                reason = "missing_skill"
            elif not agent.connected:
                reason = "disconnected"
            elif not agent.ready:
                reason = "not_ready"
            elif not self.takes(agent.agent_id, need.medium, taken=taken):
                reason = "at_capacity"
            elif agent.agent_id in barred:
                reason = "declined"
            else:
                eligible += 1
                continue
            refused[reason] = refused.get(reason, 0) + 1
        return Tally(eligible, refused)

    def staff(self, need: Need) -> Staff:
        able = [agent for agent in self.agents.values() if has(agent.skills, need)]
        ready = sum(agent.ready for agent in able)
        return Staff(len(able), ready, sum(agent.ready or agent.load > 0 for agent in able))

    def ahead(self, rank: Rank, need: Need) -> int:
        return sum(
            work.target is None and work.need == need and work.rank < rank
            for work in self.works.values()
        )

    def next_work(
        self,
        agent_id: AgentId,
        n: int = 1,
        *,
        placed: Collection[InteractionId] = (),
        taken: Taken = NOTHING_TAKEN,
    ) -> list[InteractionId]:
        agent = self.agents.get(agent_id)
        if agent is None or not agent.ready or not agent.connected:
            return []
        media = {m for m in agent.free if self.takes(agent_id, m, taken=taken)}
        best: list[Rank] = []
        for work in self.works.values():
            if len(best) == n and best[-1] < work.rank:
                continue
            if work.need.medium not in media or work.rank.interaction_id in placed:
                continue
            if work.target is None:
                if not has(agent.skills, work.need):
                    continue
            elif work.target != agent_id:
                continue
            if agent_id in work.barred:
                continue
            best = sorted([*best, work.rank])[:n]
        return [rank.interaction_id for rank in best]

    def servable(
        self,
        n: int,
        *,
        placed: Collection[InteractionId] = (),
        taken: Taken = NOTHING_TAKEN,
    ) -> list[InteractionId]:
        found: list[InteractionId] = []
        for work in sorted(self.works.values(), key=lambda w: w.rank):
            interaction_id = work.rank.interaction_id
            if interaction_id in placed or len(found) == n:
                continue
            if work.target is None:
                if self.best_agents(work.need, 1, barred=work.barred, taken=taken):
                    found.append(interaction_id)
            elif work.target not in work.barred and self.takes(
                work.target, work.need.medium, taken=taken
            ):
                found.append(interaction_id)
        return found

    def takes(self, agent_id: AgentId, medium: Medium, *, taken: Taken = NOTHING_TAKEN) -> bool:
        agent = self.agents.get(agent_id)
        if agent is None or not agent.ready or not agent.connected:
            return False
        return agent.free.get(medium, 0) > taken.get(agent_id, {}).get(medium, 0)

    def skilled(self, agent_id: AgentId, need: Need) -> bool:
        agent = self.agents.get(agent_id)
        return agent is not None and has(agent.skills, need)
