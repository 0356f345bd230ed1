"""`/api/v1/users`: who may sign in, for administrators."""

from functools import partial

from pydantic import Field

from hub.http.outcomes import problem_of
from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Limit, Name, Nothing, Seq, Shape, Username
from hub.services.access import Role, User
from hub.services.accounts import Account, Accounts
from hub.services.commands import Missing, Refusal

BASE = "/api/v1/users"
ONE = BASE + "/{username}"
TAG = "Users"
ADMINS = frozenset({Role.ADMIN})


class UserShape(Shape):
    """`locked_s`: seconds for which no sign-in is tried. `must_change`: the password was given."""

    username: str
    display_name: str
    role: Role
    version: int
    disabled: bool
    must_change: bool
    second_factor: bool
    recovery_codes: int
    locked_s: int


class UserPage(Shape):
    items: tuple[UserShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class UserQuery(Shape):
    cursor: Username | None = Field(default=None, description="`next` of the page before.")
    limit: Limit = 100


class UserPath(Shape):
    username: Username


class NewUser(Shape):
    username: Username
    display_name: Name
    role: Role


class UserBody(Shape):
    version: Seq = Field(description="The version you saw.")
    display_name: Name
    role: Role
    disabled: bool


class FirstPassword(Shape):
    """Shown once; its owner must choose another one before anything else."""

    user: UserShape
    password: str


class GivenPassword(Shape):
    """Shown once; its owner must choose another one before anything else."""

    password: str


class UserApi:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> tuple[AnyRoute, ...]:
        return (*self._keeping(), *self._helping())

    def _keeping(self) -> tuple[AnyRoute, ...]:
        ours = partial(Route, tag=TAG, roles=ADMINS)
        return (
            ours(
                method="GET",
                path=BASE,
                name="list_users",
                summary="All users with the state of their access, by user name",
                handle=self.page,
                query=UserQuery,
                answers={200: UserPage},
            ),
            ours(
                method="POST",
                path=BASE,
                name="add_user",
                summary="Add a user; answers a first password",
                handle=self.add,
                body=NewUser,
                answers={201: FirstPassword},
                problems=frozenset({409}),
                audit="user.added",
            ),
            ours(
                method="PUT",
                path=ONE,
                name="put_user",
                summary="Change name and role, close or open the door",
                handle=self.put,
                params=UserPath,
                body=UserBody,
                answers={200: UserShape},
                problems=frozenset({404, 409}),
                audit="user.changed",
            ),
        )

    def _helping(self) -> tuple[AnyRoute, ...]:
        verb = partial(
            Route,
            method="POST",
            tag=TAG,
            params=UserPath,
            problems=frozenset({404}),
            roles=ADMINS,
        )
        return (
            verb(
                path=ONE + "/reset-password",
                name="reset_password",
                summary="Give a new first password; all sessions of the user end",
                handle=self.reset_password,
                answers={200: GivenPassword},
                audit="password.reset",
            ),
            verb(
                path=ONE + "/unlock",
                name="unlock_user",
                summary="Let a user try again who failed too often",
                handle=self.unlock,
                answers={204: None},
                audit="user.unlocked",
            ),
            verb(
                path=ONE + "/reset-otp",
                name="reset_otp",
                summary="Remove the second factor of a user whose telephone is lost",
                handle=self.reset_otp,
                answers={204: None},
                audit="otp.reset",
            ),
        )

    async def page(self, call: Call[Nothing, UserQuery, Nothing]) -> Reply:
        asked = call.query
        found = await self._accounts.page(limit=asked.limit + 1, after=asked.cursor or "")
        shown = found[: asked.limit]
        page = UserPage(
            items=tuple(_shape(account) for account in shown),
            next=shown[-1].user.username if len(found) > asked.limit else None,
        )
        return Reply(status=200, content=page)

    async def add(self, call: Call[Nothing, Nothing, NewUser]) -> Reply:
        asked = call.body
        user = User(username=asked.username, display_name=asked.display_name, role=asked.role)
        match await self._accounts.add(user):
            case Refusal(reason=reason):
                raise ProblemError("refused", "This user name is taken.", reason=reason)
            case (account, password):
                shape = FirstPassword(user=_shape(account), password=password)
                return Reply(status=201, content=shape, subject=asked.username)

    async def put(self, call: Call[UserPath, Nothing, UserBody]) -> Reply:
        asked, user = call.body, call.signed_in.user
        change = {
            "display_name": asked.display_name,
            "role": asked.role.value,
            "disabled": asked.disabled,
        }
        changed = await self._accounts.change(
            call.path.username, change, version=asked.version, by=user.username
        )
        if isinstance(changed, Missing | Refusal):
            raise problem_of(changed)
        return Reply(status=200, content=_shape(changed))

    async def reset_password(self, call: Call[UserPath, Nothing, Nothing]) -> Reply:
        given = await self._accounts.reset_password(call.path.username)
        if isinstance(given, Missing):
            raise problem_of(given)
        return Reply(status=200, content=GivenPassword(password=given))

    async def unlock(self, call: Call[UserPath, Nothing, Nothing]) -> Reply:
        return _done(await self._accounts.unlock(call.path.username))

    async def reset_otp(self, call: Call[UserPath, Nothing, Nothing]) -> Reply:
        return _done(await self._accounts.reset_second_factor(call.path.username))


def _done(missing: Missing | None) -> Reply:
    if missing is not None:
        raise problem_of(missing)
    return Reply(status=204)


def _shape(account: Account) -> UserShape:
    return UserShape(
        username=account.user.username,
        display_name=account.user.display_name,
        role=account.user.role,
        version=account.version,
        disabled=account.disabled,
        must_change=account.must_change,
        second_factor=account.second_factor,
        recovery_codes=account.recovery_codes,
        locked_s=round(account.locked_for.total_seconds()),
    )
