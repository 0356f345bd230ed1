"""`/api/v1/agents`: who takes work, with which skills, how much at once."""

from typing import Annotated

from pydantic import Field

from hub.http.catalogue_shapes import (
    ChangeShape,
    EntryBody,
    SkillShape,
    change_shapes,
    skill_shapes,
    skills_of,
)
from hub.http.outcomes import problem_of
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import INTEGRAL, Limit, Nothing, Shape, Username
from hub.model.desk import Medium, Slots
from hub.services.access import LEADS, Role
from hub.services.agents import Agent, Agents
from hub.services.commands import Missing, Refusal
from hub.services.desk_setup import DeskSetup
from hub.services.keys import Scope

BASE = "/api/v1/agents"
ONE = BASE + "/{username}"
Count = Annotated[int, Field(ge=0, le=100), INTEGRAL]


class AgentShape(Shape):
    """`capacity`: how many interactions of a medium at once; without any there is no work."""

    username: str
    display_name: str
    role: Role
    disabled: bool
    version: int
    skills: tuple[SkillShape, ...]
    capacity: dict[Medium, int]
    changes: tuple[ChangeShape, ...]


class AgentPage(Shape):
    items: tuple[AgentShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class AgentQuery(Shape):
    cursor: Username | None = Field(default=None, description="`next` of the page before.")
    limit: Limit = 100


class AgentPath(Shape):
    username: Username


class AgentBody(EntryBody):
    """Holds at once, also for somebody who is signed in."""

    skills: tuple[SkillShape, ...] = Field(max_length=100)
    capacity: dict[Medium, Count]


class AgentApi:
    def __init__(self, agents: Agents, setup: DeskSetup) -> None:
        self._agents = agents
        self._setup = setup

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="GET",
                path=BASE,
                name="list_agents",
                tag="Agents",
                summary="All users with their skills, by user name",
                handle=self.page,
                query=AgentQuery,
                answers={200: AgentPage},
                roles=LEADS,
                scope=Scope.READ_AGENTS,
            ),
            Route(
                method="PUT",
                path=ONE,
                name="put_agent",
                tag="Agents",
                summary="Change skills and capacity; refused when somebody changed them meanwhile",
                handle=self.put,
                params=AgentPath,
                body=AgentBody,
                answers={200: AgentShape},
                problems=frozenset({404, 409}),
                roles=frozenset({Role.ADMIN}),
                audit="agent.changed",
            ),
        )

    async def page(self, call: Call[Nothing, AgentQuery, Nothing]) -> Reply:
        asked = call.query
        found = await self._agents.page(limit=asked.limit + 1, after=asked.cursor or "")
        shown = found[: asked.limit]
        page = AgentPage(
            items=tuple(_shape(agent) for agent in shown),
            next=shown[-1].user.username if len(found) > asked.limit else None,
        )
        return Reply(status=200, content=page)

    async def put(self, call: Call[AgentPath, Nothing, AgentBody]) -> Reply:
        username, author = call.path.username, call.signed_in.user.author
        capacity = call.body.capacity.items()
        changed = await self._agents.set_routing(
            username,
            skills_of(call.body.skills),
            tuple(Slots(medium=medium, count=count) for medium, count in sorted(capacity)),
            version=call.body.version,
            author=author,
        )
        if isinstance(changed, Missing | Refusal):
            raise problem_of(changed)
        await self._setup.agent_changed(username, author)
        return Reply(status=200, content=_shape(changed))


def _shape(agent: Agent) -> AgentShape:
    user = agent.user
    return AgentShape(
        username=user.username,
        display_name=user.display_name,
        role=user.role,
        disabled=agent.disabled,
        version=agent.version,
        skills=skill_shapes(user.skills),
        capacity={slots.medium: slots.count for slots in user.capacity},
        changes=change_shapes(agent.changes),
    )
