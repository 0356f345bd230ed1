"""`/api/v1/keys`: what programs may do, for administrators."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Limit, Name, Nothing, Shape
from hub.http.users import ADMINS
from hub.services.keys import ApiKey, Keys, Scope

BASE = "/api/v1/keys"
ONE = BASE + "/{key_id}"
TAG = "Keys"
KeyId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$", examples=["0a1b2c3d4e5f"])]


class KeyShape(Shape):
    """`used_at` to the minute, null while it was never used."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


class KeyPage(Shape):
    items: tuple[KeyShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class KeyQuery(Shape):
    cursor: KeyId | None = Field(default=None, description="`next` of the page before.")
    limit: Limit = 100


class KeyPath(Shape):
    key_id: KeyId


class KeyBody(Shape):
    name: Name
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=len(Scope))
    expires_at: AwareDatetime | None = Field(default=None, description="null: until revoked.")


class NewKey(Shape):
    """`secret` is what the program sends as `Authorization: Bearer`; it is shown once."""

    key: KeyShape
    secret: str


class KeyApi:
    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="GET",
                path=BASE,
                name="list_keys",
                tag=TAG,
                summary="All API keys, revoked ones too",
                handle=self.page,
                query=KeyQuery,
                answers={200: KeyPage},
                roles=ADMINS,
            ),
            Route(
                method="POST",
                path=BASE,
                name="create_key",
                tag=TAG,
                summary="Make an API key; its secret is shown once",
                handle=self.create,
                body=KeyBody,
                answers={201: NewKey},
                roles=ADMINS,
                audit="key.created",
            ),
            Route(
                method="DELETE",
                path=ONE,
                name="revoke_key",
                tag=TAG,
                summary="Revoke an API key, at once and for good",
                handle=self.revoke,
                params=KeyPath,
                answers={200: KeyShape},
                problems=frozenset({404}),
                roles=ADMINS,
                audit="key.revoked",
            ),
        )

    async def page(self, call: Call[Nothing, KeyQuery, Nothing]) -> Reply:
        asked = call.query
        found = await self._keys.page(limit=asked.limit + 1, after=asked.cursor or "")
        shown = found[: asked.limit]
        page = KeyPage(
            items=tuple(_shape(key) for key in shown),
            next=shown[-1].key_id if len(found) > asked.limit else None,
        )
        return Reply(status=200, content=page)

    async def create(self, call: Call[Nothing, Nothing, KeyBody]) -> Reply:
        asked = call.body
        key, secret = await self._keys.create(
            asked.name,
            asked.scopes,
            by=call.signed_in.user.author,
            expires_at=asked.expires_at,
        )
        return Reply(status=201, content=NewKey(key=_shape(key), secret=secret), subject=key.key_id)

    async def revoke(self, call: Call[KeyPath, Nothing, Nothing]) -> Reply:
        key = await self._keys.revoke(call.path.key_id)
        if key is None:
            raise ProblemError("not_found")
        return Reply(status=200, content=_shape(key))


def _shape(key: ApiKey) -> KeyShape:
    return KeyShape(
        id=key.key_id,
        name=key.name,
        scopes=key.scopes,
        created_at=key.created_at,
        created_by=key.created_by,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        used_at=key.used_at,
    )
