"""`/api/v1/session/password` and `/otp`: one's own password and second factor."""

from functools import partial
from typing import Annotated, NoReturn

import segno
from pydantic import Field

from hub.http.problems import FieldError, ProblemError
from hub.http.route import EVERYBODY, AnyRoute, Call, Reply, Route
from hub.http.session_api import ALL_DEBTS, PATH, TAG, SessionShape, session_shape
from hub.http.shapes import Nothing, Shape
from hub.services.access import OWES_OTP, Access
from hub.services.password_rules import MAX_PASSWORD
from hub.services.second_factor import SecondFactor
from hub.services.sign_in import SignIn

Secret = Annotated[
    str, Field(min_length=1, max_length=MAX_PASSWORD, json_schema_extra={"format": "password"})
]
Code = Annotated[str, Field(min_length=6, max_length=32, examples=["123456"])]


class PasswordBody(Shape):
    """`current` is the password so far: a screen left alone gives nobody a new one."""

    current: Secret
    new: Secret


class OfferedFactor(Shape):
    """Shown once. `picture`: a QR code as a data URI (SVG) that telephones read; `secret`: the
    same for typing. It counts when a code of it is confirmed."""

    uri: str
    secret: str
    picture: str


class OwnFactor(Shape):
    """`recovery_codes`: how many are left."""

    second_factor: bool
    recovery_codes: int


class ConfirmBody(Shape):
    code: Code


class RecoveryCodes(Shape):
    """Shown once: each stands for one code of a lost telephone."""

    recovery_codes: tuple[str, ...]


class RemoveBody(Shape):
    current: Secret
    code: Code


class OwnAccessApi:
    def __init__(self, access: Access, sign_in: SignIn, second_factor: SecondFactor) -> None:
        self._access = access
        self._sign_in = sign_in
        self._second_factor = second_factor

    def routes(self) -> tuple[AnyRoute, ...]:
        otp = partial(Route, path=PATH + "/otp", tag=TAG, roles=EVERYBODY)
        return (
            Route(
                method="PUT",
                path=PATH + "/password",
                name="change_password",
                tag=TAG,
                summary="Choose another password; all your sessions end and a new one begins",
                handle=self.change_password,
                body=PasswordBody,
                answers={200: SessionShape},
                problems=frozenset({409}),
                roles=EVERYBODY,
                owing=ALL_DEBTS,
                audit="password.changed",
            ),
            otp(
                method="GET",
                name="get_otp",
                summary="Whether you have a second factor",
                handle=self.standing,
                answers={200: OwnFactor},
                owing=frozenset({OWES_OTP}),
            ),
            otp(
                method="POST",
                name="begin_otp",
                summary="Begin a second factor; it counts when it is confirmed",
                handle=self.begin,
                answers={201: OfferedFactor},
                problems=frozenset({409}),
                owing=frozenset({OWES_OTP}),
                audit="otp.offered",
            ),
            otp(
                method="PUT",
                name="confirm_otp",
                summary="Confirm the second factor with a code of it; answers recovery codes",
                handle=self.confirm,
                body=ConfirmBody,
                answers={200: RecoveryCodes},
                problems=frozenset({409}),
                owing=frozenset({OWES_OTP}),
                audit="otp.confirmed",
            ),
            otp(
                method="DELETE",
                name="remove_otp",
                summary="Remove the second factor, with the password and a code",
                handle=self.remove,
                body=RemoveBody,
                answers={204: None},
                problems=frozenset({409}),
                audit="otp.removed",
            ),
        )

    async def change_password(self, call: Call[Nothing, Nothing, PasswordBody]) -> Reply:
        username = call.signed_in.user.username
        await self._prove(username, call.body.current, "", call.source)
        try:
            await self._access.set_password(username, call.body.new)
        except ValueError as exc:
            refuse_password(exc, "/body/new")
        doc = await self._access.verified(username, call.body.new)
        if doc is None:
            raise ProblemError("signed_out")
        token, session = await self._access.open_session(doc)
        return Reply(status=200, content=session_shape(session), cookie=token, subject=username)

    async def standing(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        left = await self._second_factor.left(call.signed_in.user.username)
        shape = OwnFactor(second_factor=left is not None, recovery_codes=left or 0)
        return Reply(status=200, content=shape)

    async def begin(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        username = call.signed_in.user.username
        offered = await self._second_factor.begin(username)
        if offered is None:
            raise ProblemError("refused", "Remove the one you have first.", reason="otp_stands")
        picture = segno.make(offered.uri, error="m").svg_data_uri(scale=4, border=2)
        shape = OfferedFactor(uri=offered.uri, secret=offered.secret, picture=picture)
        return Reply(status=201, content=shape, subject=username)

    async def confirm(self, call: Call[Nothing, Nothing, ConfirmBody]) -> Reply:
        username = call.signed_in.user.username
        codes = await self._second_factor.confirm(username, call.body.code)
        if not codes:
            detail = "Wrong code; check the telephone's clock, or begin again."
            raise ProblemError("refused", detail, reason="wrong_code")
        shape = RecoveryCodes(recovery_codes=codes)
        return Reply(status=200, content=shape, subject=username)

    async def remove(self, call: Call[Nothing, Nothing, RemoveBody]) -> Reply:
        username = call.signed_in.user.username
        await self._prove(username, call.body.current, call.body.code, call.source)
        await self._second_factor.remove(username)
        return Reply(status=204, subject=username)

    async def _prove(self, username: str, password: str, code: str, source: str) -> None:
        if not await self._sign_in.prove(username, password, code, source=source):
            detail = "The current password or the code is wrong, or there were too many tries."
            raise ProblemError("refused", detail, reason="not_proved")


def refuse_password(error: ValueError, pointer: str) -> NoReturn:
    errors = [FieldError(pointer=pointer, message=str(error))]
    raise ProblemError("refused", str(error), errors=errors, reason="password_rule") from None
