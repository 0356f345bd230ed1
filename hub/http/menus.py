"""`/api/v1/channel-accounts/{channel_id}/menu`: the fixed menu customers press."""

from collections.abc import Sequence
from functools import partial

from hub.http.channel_account_shapes import AccountPath
from hub.http.channel_accounts import ONE as ACCOUNT, OPERATORS
from hub.http.menu_shapes import (
    MenuBody,
    MenuShape,
    PublishMenuBody,
    menu_shape,
    stray_entries,
)
from hub.http.outcomes import problem_of
from hub.http.problems import FieldError, ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing
from hub.model.ids import ChannelId
from hub.services.commands import Missing, Refusal
from hub.services.menu_rules import WrongButton
from hub.services.menus import Found, Menus, WrongMenu

PATH = ACCOUNT + "/menu"


class MenuApi:
    def __init__(self, menus: Menus) -> None:
        self._menus = menus

    def routes(self) -> tuple[AnyRoute, ...]:
        ours = partial(
            Route,
            tag="Channel accounts",
            params=AccountPath,
            answers={200: MenuShape},
            problems=frozenset({404, 409}),
            roles=OPERATORS,
        )
        return (
            ours(
                method="GET",
                path=PATH,
                name="get_channel_menu",
                summary="The account's menu, and whether customers see it",
                handle=self.get,
            ),
            ours(
                method="PUT",
                path=PATH,
                name="put_channel_menu",
                summary="Keep a menu; every wrong button is named",
                handle=self.put,
                body=MenuBody,
                audit="channel.menu_changed",
            ),
            ours(
                method="POST",
                path=PATH + "/publish",
                name="publish_channel_menu",
                summary="Give the menu to the provider; an empty one takes it away",
                handle=self.publish,
                body=PublishMenuBody,
                audit="channel.menu_published",
            ),
        )

    async def get(self, call: Call[AccountPath, Nothing, Nothing]) -> Reply:
        channel_id = ChannelId(call.path.channel_id)
        return self._told(channel_id, await self._menus.get(channel_id))

    async def put(self, call: Call[AccountPath, Nothing, MenuBody]) -> Reply:
        channel_id, asked = ChannelId(call.path.channel_id), call.body
        author = call.signed_in.user.author
        if stray := stray_entries(asked):
            raise _wrong(stray)
        written = await self._menus.put(
            channel_id, asked.menu(), version=asked.version, author=author
        )
        if isinstance(written, WrongMenu):
            raise _wrong(written.errors)
        return self._told(channel_id, written)

    async def publish(self, call: Call[AccountPath, Nothing, PublishMenuBody]) -> Reply:
        channel_id, author = ChannelId(call.path.channel_id), call.signed_in.user.author
        found = await self._menus.publish(channel_id, version=call.body.version, author=author)
        return self._told(channel_id, found)

    def _told(self, channel_id: ChannelId, found: Found) -> Reply:
        if isinstance(found, Missing | Refusal):
            raise problem_of(found)
        limits = self._menus.limits(channel_id)
        if limits is None:
            raise ProblemError("not_found")
        return Reply(
            status=200,
            content=menu_shape(found, limits),
            detail={"version": found.version, "buttons": len(found.value.buttons)},
        )


def _wrong(wrong: Sequence[WrongButton]) -> ProblemError:
    errors = [FieldError(pointer=f"/body/{e.place}", message=e.problem) for e in wrong]
    first = wrong[0]
    return ProblemError(
        "refused", f"{first.place} {first.problem}.", errors=errors, reason="wrong_button"
    )
