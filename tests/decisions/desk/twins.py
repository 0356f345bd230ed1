"""The board and its naive twin under the same random events; every answer is compared."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hub.decisions.desk.board import Board
from hub.decisions.desk.ranking import Need, Rank, Standing, Strategy
from hub.model.desk import Medium
from hub.model.ids import AgentId, InteractionId
from tests.decisions.desk.naive import NaiveBoard

DAY = datetime(2026, 11, 22, 9, tzinfo=UTC)
SKILLS = ("card", "loan", "fx", "english", "vip")
MEDIA = (Medium.TEXT, Medium.VOICE)


class MostExpert:
    """Another strategy: the highest levels in what is asked, then the longest idle."""

    def fit(self, skills: Mapping[str, int], need: Need) -> int:
        return -sum(skills[skill] for skill, _ in need.skills)

    def key(self, agent: Standing, load: int) -> tuple[Any, ...]:
        return (agent.idle_since, agent.agent_id)


class Twins:
    """`seconds` is how many different times there are: few, so that ties are common."""

    def __init__(
        self,
        seed: int | Random,
        *,
        agents: int = 24,
        works: int = 60,
        seconds: int = 40,
        strategy: Strategy | None = None,
    ) -> None:
        self.random = seed if isinstance(seed, Random) else Random(seed)  # noqa: S311 - repeatable
        self.board = Board(strategy)
        self.naive = NaiveBoard(strategy)
        self.agent_ids = [AgentId(f"a{n}") for n in range(agents)]
        self.work_ids = [InteractionId(f"i{n}") for n in range(works)]
        self.seconds = seconds
        self.skills: dict[AgentId, Mapping[str, int]] = {}
        self.asked = 0

    def run(self, events: int) -> None:
        """Questions are put after two changes of three, so that changes pile up too."""
        for _ in range(events):
            self.change()
            if self.random.random() < 0.67:
                self.ask()

    def change(self) -> None:
        draw = self.random.random()
        if draw < 0.45:
            self._put_agent(self.random.choice(self.agent_ids))
        elif draw < 0.50:
            agent_id = self.random.choice(self.agent_ids)
            self.board.drop_agent(agent_id)
            self.naive.drop_agent(agent_id)
            self.skills.pop(agent_id, None)
        elif draw < 0.80:
            self._add_work(self.random.choice(self.work_ids))
        else:
            work_id = self.random.choice(self.work_ids)
            self.board.remove_work(work_id)
            self.naive.remove_work(work_id)

    def ask(self) -> None:
        """A question of each kind, the overlay empty half of the time."""
        random = self.random
        need, rank, n = self._need(), self._rank(random.choice(self.work_ids)), random.randint(1, 5)
        agent_id = random.choice(self.agent_ids)
        plain = random.random() < 0.5
        taken = {} if plain else {a: self._slots(0) for a in self._some_agents(4)}
        barred = [] if plain else self._some_agents(3)
        placed = set() if plain else set(random.sample(self.work_ids, 5))
        for ask in (
            lambda on: on.best_agents(need, n, barred=barred, taken=taken),
            lambda on: on.tally(need, barred=barred, taken=taken),
            lambda on: on.staff(need),
            lambda on: on.ahead(rank, need),
            lambda on: on.next_work(agent_id, n, placed=placed, taken=taken),
            lambda on: on.takes(agent_id, need.medium, taken=taken),
            lambda on: on.skilled(agent_id, need),
        ):
            self._compare(ask)
        if random.random() < 0.05:
            self._compare(lambda on: on.servable(n, placed=placed, taken=taken))

    def _compare(self, ask: Any) -> None:
        self.asked += 1
        mine, expected = ask(self.board), ask(self.naive)
        assert mine == expected, f"question {self.asked}: {mine} instead of {expected}"

    def _put_agent(self, agent_id: AgentId) -> None:
        random = self.random
        if agent_id not in self.skills or random.random() < 0.1:
            known = random.sample(SKILLS, random.randint(0, len(SKILLS)))
            self.skills[agent_id] = {skill: random.randint(1, 5) for skill in known}
        skills, free = self.skills[agent_id], self._slots(-1)
        load, idle_since = random.randint(0, 3), self._time()
        ready, connected = random.random() < 0.8, random.random() < 0.9
        for on in (self.board, self.naive):
            on.put_agent(agent_id, skills, free, load, idle_since, ready=ready, connected=connected)

    def _add_work(self, work_id: InteractionId) -> None:
        rank, need = self._rank(work_id), self._need()
        target = self.random.choice(self.agent_ids) if self.random.random() < 0.1 else None
        barred = self._some_agents(2) if self.random.random() < 0.3 else []
        self.board.add_work(rank, need, target=target, barred=barred)
        self.naive.add_work(rank, need, target=target, barred=barred)

    def _need(self) -> Need:
        asked = self.random.sample(SKILLS, self.random.choice((0, 1, 1, 2)))
        skills = frozenset((skill, self.random.choice((1, 1, 2, 4))) for skill in asked)
        return Need(self.random.choice(MEDIA), skills)

    def _rank(self, work_id: InteractionId) -> Rank:
        turn, priority = self.random.randint(0, 1), self.random.randint(0, 2)
        return Rank(turn, priority, self._time(), work_id)

    def _time(self) -> datetime:
        return DAY + timedelta(seconds=self.random.randrange(self.seconds))

    def _slots(self, least: int) -> Counter[Medium]:
        return Counter({medium: self.random.randint(least, 2) for medium in MEDIA})

    def _some_agents(self, most: int) -> list[AgentId]:
        return self.random.sample(self.agent_ids, self.random.randint(0, most))
