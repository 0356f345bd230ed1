"""`/api/v1/channel-accounts`: accounts added, tried, changed and paused while the hub runs."""

from collections.abc import Iterable, Sequence
from functools import partial

from hub.errors import ConfigurationError
from hub.http.catalogue_shapes import VersionQuery, change_shapes
from hub.http.channel_account_shapes import (
    AccountBody,
    AccountList,
    AccountPath,
    AccountShape,
    KindList,
    RotateBody,
    TestBody,
    TestShape,
    kind_shape,
    quota_shape,
    secret_shapes,
    test_shape,
)
from hub.http.outcomes import problem_of
from hub.http.problems import FieldError, ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing
from hub.model.ids import ChannelId
from hub.ports import ChannelAdapter, Clock, FieldType
from hub.services.access import Role
from hub.services.channel_accounts import Account
from hub.services.channel_checks import Check, Quotas, check, refused
from hub.services.channel_host import ChannelHost
from hub.services.commands import Missing, Refusal

BASE = "/api/v1/channel-accounts"
ONE = BASE + "/{channel_id}"
TEST_WITHIN_S = 30.0
NEW = "new"
OFFERS = {"menu": "publish_menu", "qr_codes": "create_qr"}
"""What an adapter offers, by the act that shows it."""

OPERATORS = frozenset({Role.ADMIN, Role.OPERATOR})


ours = partial(Route, tag="Channel accounts", roles=OPERATORS)


class ChannelAccountApi:
    def __init__(self, host: ChannelHost, clock: Clock, public_url: str) -> None:
        self._host = host
        self._accounts = host.accounts
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._quotas = Quotas(clock)

    def routes(self) -> tuple[AnyRoute, ...]:
        return (*self._of_all(), *self._of_one(), *self._while_it_runs())

    def _of_all(self) -> tuple[AnyRoute, ...]:
        return (
            ours(
                method="GET",
                path="/api/v1/channel-kinds",
                name="list_channel_kinds",
                summary="Kinds of channels and the fields of their accounts",
                handle=self.kinds,
                answers={200: KindList},
            ),
            ours(
                method="GET",
                path=BASE,
                name="list_channel_accounts",
                summary="All accounts, how they fare and what of their quotas is used",
                handle=self.list,
                answers={200: AccountList},
            ),
            ours(
                method="POST",
                path="/api/v1/channel-tests",
                name="test_channel_account",
                summary="Try an account as it would be; nothing is stored and nobody is written to",
                handle=self.test,
                body=TestBody,
                answers={200: TestShape},
                audit="channel.tested",
                within_s=TEST_WITHIN_S,
            ),
        )

    def _of_one(self) -> tuple[AnyRoute, ...]:
        one = partial(ours, params=AccountPath)
        return (
            one(
                method="GET",
                path=ONE,
                name="get_channel_account",
                summary="One account",
                handle=self.get,
                answers={200: AccountShape},
                problems=frozenset({404}),
            ),
            one(
                method="PUT",
                path=ONE,
                name="put_channel_account",
                summary="Add or change an account; it is served at once, a wrong one never",
                handle=self.put,
                body=AccountBody,
                answers={200: AccountShape},
                problems=frozenset({409}),
                audit="channel.changed",
            ),
            one(
                method="DELETE",
                path=ONE,
                name="remove_channel_account",
                summary="Remove a paused account; messages that wait for it end as not delivered "
                "and stand in the dead letters",
                handle=self.remove,
                query=VersionQuery,
                answers={204: None},
                problems=frozenset({404, 409}),
                audit="channel.removed",
            ),
        )

    def _while_it_runs(self) -> tuple[AnyRoute, ...]:
        one = partial(ours, params=AccountPath)
        return (
            one(
                method="POST",
                path=ONE + "/rotate",
                name="rotate_channel_secrets",
                summary="New token or key: what is on its way by the old one is still taken",
                handle=self.rotate,
                body=RotateBody,
                answers={200: AccountShape},
                problems=frozenset({404, 409}),
                audit="channel.secrets_rotated",
            ),
            one(
                method="POST",
                path=ONE + "/pause",
                name="pause_channel_account",
                summary="Send nothing for the time being: messages wait, what customers write is "
                "still taken in",
                handle=self.pause,
                answers={200: AccountShape},
                problems=frozenset({404}),
                audit="channel.paused",
            ),
            one(
                method="POST",
                path=ONE + "/resume",
                name="resume_channel_account",
                summary="Go on sending, beginning with what waits",
                handle=self.resume,
                answers={200: AccountShape},
                problems=frozenset({404}),
                audit="channel.resumed",
            ),
        )

    async def kinds(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        items = tuple(kind_shape(form) for form in self._accounts.kinds.forms())
        return Reply(status=200, content=KindList(items=items))

    async def list(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        accounts = await self._accounts.all()
        await self._quotas.ask(self._adapters(accounts))
        items = tuple(self._shape(account) for account in accounts)
        return Reply(status=200, content=AccountList(items=items))

    async def get(self, call: Call[AccountPath, Nothing, Nothing]) -> Reply:
        account = await self._accounts.get(call.path.channel_id)
        if account is not None:
            await self._quotas.ask(self._adapters([account]))
        return self._told(account)

    async def put(self, call: Call[AccountPath, Nothing, AccountBody]) -> Reply:
        asked, channel_id = call.body, call.path.channel_id
        author = call.signed_in.user.author
        try:
            written = await self._accounts.put(
                channel_id, asked.draft(), version=asked.version, author=author
            )
        except ConfigurationError as error:
            raise self._wrong(asked.kind, error) from None
        if isinstance(written, Refusal):
            raise problem_of(written)
        await self._host.changed()
        return Reply(
            status=200,
            content=self._shape(written),
            detail={"version": written.version, "secrets": " ".join(sorted(asked.secrets))},
        )

    async def rotate(self, call: Call[AccountPath, Nothing, RotateBody]) -> Reply:
        asked, channel_id = call.body, call.path.channel_id
        author = call.signed_in.user.author
        try:
            written = await self._accounts.rotate(
                channel_id, asked.secrets, version=asked.version, author=author
            )
        except ConfigurationError as error:
            account = await self._accounts.get(channel_id)
            raise self._wrong(account.kind if account else "", error) from None
        if isinstance(written, Missing | Refusal):
            raise problem_of(written)
        await self._host.changed()
        return Reply(
            status=200,
            content=self._shape(written),
            detail={"version": written.version, "secrets": " ".join(sorted(asked.secrets))},
        )

    async def remove(self, call: Call[AccountPath, VersionQuery, Nothing]) -> Reply:
        author, version = call.signed_in.user.author, call.query.version
        channel_id = call.path.channel_id
        refusal = await self._accounts.remove(channel_id, version=version, author=author)
        if refusal is not None:
            raise problem_of(refusal)
        await self._host.changed()
        return Reply(status=204)

    async def pause(self, call: Call[AccountPath, Nothing, Nothing]) -> Reply:
        author = call.signed_in.user.author
        paused = await self._accounts.pause(call.path.channel_id, author=author)
        await self._host.changed()
        return self._told(paused)

    async def resume(self, call: Call[AccountPath, Nothing, Nothing]) -> Reply:
        resumed = await self._accounts.resume(call.path.channel_id)
        await self._host.changed()
        return self._told(resumed)

    async def test(self, call: Call[Nothing, Nothing, TestBody]) -> Reply:
        asked = call.body
        checks = await self._checks(asked)
        failed = [each.name for each in checks if not each.ok]
        return Reply(
            status=200,
            content=test_shape(checks),
            subject=asked.id or NEW,
            detail={"kind": asked.kind, "failed": " ".join(failed)},
        )

    async def _checks(self, asked: TestBody) -> tuple[Check, ...]:
        try:
            document = await self._accounts.drafted(
                asked.id or NEW, asked.draft(), stored=asked.id is not None
            )
        except ConfigurationError as error:
            return refused(error)
        return await check(self._accounts.kinds, document, self._clock)

    def _wrong(self, kind: str, error: ConfigurationError) -> ProblemError:
        form = self._accounts.kinds.form(kind)
        secret = form is not None and error.key in form.names(FieldType.SECRET)
        place = "" if error.key == "kind" else "secrets/" if secret else "config/"
        field = FieldError(pointer=f"/body/{place}{error.key}", message=error.problem)
        return ProblemError(
            "refused", f"{error.key} {error.problem}", errors=[field], reason="wrong_field"
        )

    # ------------------------------------------------------------ shown
    def _adapters(self, accounts: Iterable[Account]) -> Sequence[ChannelAdapter]:
        found = (self._host.get(ChannelId(each.account_id)) for each in accounts)
        return [adapter for adapter in found if adapter is not None]

    def _told(self, account: Account | None) -> Reply:
        if account is None:
            raise ProblemError("not_found")
        return Reply(status=200, content=self._shape(account))

    def _shape(self, account: Account) -> AccountShape:
        adapter = self._host.get(ChannelId(account.account_id))
        quotas = () if adapter is None else self._quotas.of(adapter)
        last = account.changes[-1] if account.changes else None
        return AccountShape(
            id=account.account_id,
            kind=account.kind,
            name=account.name,
            state=self._host.state_of(account),
            problem=self._host.problem_of(account),
            paused=account.paused,
            source=account.source,
            version=account.version,
            config=dict(account.values),
            secrets=dict(secret_shapes(account, self._accounts.kinds.form(account.kind))),
            health={} if adapter is None else dict(adapter.health()),
            quota=tuple(quota_shape(each) for each in quotas),
            offers=tuple(name for name, act in OFFERS.items() if hasattr(adapter, act)),
            hook_url=f"{self._public_url}/hooks/{account.account_id}",
            updated_at=None if last is None else last.at,
            updated_by="" if last is None else last.by,
            changes=change_shapes(account.changes),
        )
