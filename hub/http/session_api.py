"""`/api/v1/session`: sign in, who am I, sign out."""

from datetime import datetime

from pydantic import Field

from hub.http.problems import ProblemError
from hub.http.route import EVERYBODY, AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing, Shape
from hub.services.access import MAX_PASSWORD, Access, Role, SignedIn

PATH = "/api/v1/session"
TAG = "Session"


class Credentials(Shape):
    username: str = Field(min_length=1, max_length=64, examples=["agent1"])
    password: str = Field(
        min_length=1, max_length=MAX_PASSWORD, json_schema_extra={"format": "password"}
    )


class SessionShape(Shape):
    """`ends_at` is the latest end; without requests the session ends earlier."""

    username: str
    display_name: str
    role: Role
    ends_at: datetime


class SessionApi:
    def __init__(self, access: Access) -> None:
        self._access = access

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="POST",
                path=PATH,
                name="sign_in",
                tag=TAG,
                summary="Sign in; sets the session cookie",
                handle=self.sign_in,
                body=Credentials,
                answers={201: SessionShape},
                problems=frozenset({401}),
                roles=None,
            ),
            Route(
                method="GET",
                path=PATH,
                name="get_session",
                tag=TAG,
                summary="Who is signed in",
                handle=self.get,
                answers={200: SessionShape},
                roles=EVERYBODY,
            ),
            Route(
                method="DELETE",
                path=PATH,
                name="sign_out",
                tag=TAG,
                summary="Sign out",
                handle=self.sign_out,
                answers={204: None},
                roles=EVERYBODY,
            ),
        )

    async def sign_in(self, call: Call[Nothing, Nothing, Credentials]) -> Reply:
        signed_in = await self._access.sign_in(call.body.username, call.body.password)
        if signed_in is None:
            raise ProblemError("wrong_credentials")
        token, session = signed_in
        return Reply(status=201, content=_shape(session), cookie=token)

    async def get(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        return Reply(status=200, content=_shape(call.signed_in))

    async def sign_out(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        await self._access.sign_out(call.token)
        return Reply(status=204, cookie="")


def _shape(session: SignedIn) -> SessionShape:
    return SessionShape(
        username=session.user.username,
        display_name=session.user.display_name,
        role=session.user.role,
        ends_at=session.ends_at,
    )
