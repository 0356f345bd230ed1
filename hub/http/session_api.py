"""`/api/v1/session`: sign in, who am I, sign out."""

import math
from datetime import datetime, timedelta

from pydantic import Field

from hub.http.problems import ProblemError
from hub.http.route import EVERYBODY, AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing, Shape
from hub.services.access import OWES_OTP, OWES_PASSWORD, Role, SignedIn
from hub.services.password_rules import MAX_PASSWORD
from hub.services.sign_in import CodeNeeded, Entered, Locked, SignIn, WrongCredentials

PATH = "/api/v1/session"
TAG = "Session"
ALL_DEBTS = frozenset({OWES_PASSWORD, OWES_OTP})
SECOND = timedelta(seconds=1)


class Credentials(Shape):
    """`otp`: the code of the second factor, or a recovery code, where there is one."""

    username: str = Field(min_length=1, max_length=64, examples=["agent1"])
    password: str = Field(
        min_length=1, max_length=MAX_PASSWORD, json_schema_extra={"format": "password"}
    )
    otp: str = Field(default="", max_length=32, examples=["123456"])


class SessionShape(Shape):
    """`ends_at` is the latest end; without requests the session ends earlier.

    `owes`: "password" or "otp" is needed before anything else may be done, "" = nothing.
    """

    username: str
    display_name: str
    role: Role
    ends_at: datetime
    owes: str


class SessionApi:
    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

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
                owing=ALL_DEBTS,
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
                owing=ALL_DEBTS,
            ),
        )

    async def sign_in(self, call: Call[Nothing, Nothing, Credentials]) -> Reply:
        asked = call.body
        outcome = await self._sign_in.enter(
            asked.username, asked.password, asked.otp, source=call.source
        )
        match outcome:
            case Entered(token=token, session=session):
                return Reply(status=201, content=session_shape(session), cookie=token)
            case Locked(wait=wait):
                seconds = math.ceil(wait / SECOND)
                raise ProblemError(
                    "locked",
                    f"Try again in {seconds} s, or ask an administrator.",
                    headers={"Retry-After": str(seconds)},
                )
            case CodeNeeded():
                raise ProblemError("code_needed")
            case WrongCredentials():
                raise ProblemError("wrong_credentials")

    async def get(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        return Reply(status=200, content=session_shape(call.signed_in))

    async def sign_out(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        await self._sign_in.leave(call.token, call.signed_in, source=call.source)
        return Reply(status=204, cookie="")


def session_shape(session: SignedIn) -> SessionShape:
    return SessionShape(
        username=session.user.username,
        display_name=session.user.display_name,
        role=session.user.role,
        ends_at=session.ends_at,
        owes=session.owes,
    )
