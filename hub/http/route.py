"""One row of the API's route table: what dispatch checks and what OpenAPI tells."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from hub.http.problems import ProblemError
from hub.http.shapes import Nothing
from hub.services.access import Role, SignedIn
from hub.services.keys import Scope

P = TypeVar("P", bound=BaseModel)
Q = TypeVar("Q", bound=BaseModel)
B = TypeVar("B", bound=BaseModel)

EVERYBODY = frozenset(Role)
JSON = "application/json"
ANYTHING = "*/*"
BUDGET_S = 15.0
"""Longer than any wait for a decision; nobody waits for an answer beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[P, Q, B]):
    """A checked request. `token` is the session cookie as sent, "" without one; `source` the
    address the request came from. `content` of a route whose body is `Bytes`, still to be read;
    `headers` of one that answers `Bytes`."""

    path: P
    query: Q
    body: B
    token: str
    session: SignedIn | None
    source: str = ""
    content: AsyncIterator[bytes] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def signed_in(self) -> SignedIn:
        """The caller's session; only for routes with roles."""
        if self.session is None:
            raise RuntimeError("this route is open to everybody")
        return self.session


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """A file as an answer: its bytes and the headers that go with them."""

    content: AsyncIterator[bytes] | bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`cookie` is a new session token, "" takes the cookie away, None leaves it.

    `subject` names what was made, for the audit log; `detail` says more there, never content.
    """

    status: int
    content: BaseModel | None = None
    cookie: str | None = None
    subject: str = ""
    detail: Mapping[str, str | int | bool] = field(default_factory=dict)
    streamed: Streamed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[P, Q, B]):
    """`answers` by status (None = no body); `problems` are statuses beyond the general ones.

    `roles` None: no session needed. `scope`: what an API key must have, None = not for programs.
    `audit`: the act's name in the audit log. `owing`: what a user may still owe who calls it.
    `within_s`: how long the whole call may take. `bucket`: what is counted apart from other calls
    of the same address. `page` answers errors to people instead of programs.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    handle: Callable[[Call[P, Q, B]], Awaitable[Reply]]
    answers: Mapping[int, type[BaseModel] | None]
    roles: frozenset[Role] | None
    problems: frozenset[int] = frozenset()
    scope: Scope | None = None
    audit: str = ""
    owing: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset({JSON})
    within_s: float = BUDGET_S
    bucket: str = ""
    page: Callable[[ProblemError], Reply] | None = None
    params: type[P] = field(default=Nothing)  # type: ignore[assignment]
    query: type[Q] = field(default=Nothing)  # type: ignore[assignment]
    body: type[B] = field(default=Nothing)  # type: ignore[assignment]

    @property
    def takes_body(self) -> bool:
        return self.body is not Nothing

    @property
    def changes(self) -> bool:
        return self.method not in {"GET", "HEAD"}

    def all_problems(self) -> frozenset[int]:
        """Every status of an error answer this route can give as a problem document."""
        if self.page is not None:
            return frozenset({500})
        found = set(self.problems) | {400, 429, 500, 503}
        if self.roles is not None:
            found |= {401, 403}
        if self.changes:
            found.add(403)
        if self.takes_body:
            found |= {413, 415, 422}
        if self.params is not Nothing or self.query is not Nothing:
            found.add(422)
        return frozenset(found)


AnyRoute = Route[Any, Any, Any]
