"""`/api/v1/queues`, `/phrases`, `/dispositions`: what people choose from, changed by version."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from hub.http.catalogue_shapes import (
    DispositionBody,
    DispositionList,
    DispositionShape,
    PhraseBody,
    PhraseList,
    PhraseShape,
    QueueBody,
    QueueList,
    QueueShape,
    VersionQuery,
    disposition_of,
    disposition_shape,
    phrase_of,
    phrase_shape,
    queue_of,
    queue_shape,
)
from hub.http.outcomes import problem_of
from hub.http.problems import ProblemError
from hub.http.route import EVERYBODY, AnyRoute, Call, Reply, Route
from hub.http.shapes import EntryKey, Nothing, Shape
from hub.model.catalogue import Disposition
from hub.model.ids import GENERAL_QUEUE
from hub.services.access import LEADS, Role
from hub.services.catalogue import Catalogue, Entry
from hub.services.catalogues import Catalogues
from hub.services.commands import Refusal
from hub.services.keys import Scope

T = TypeVar("T")
ADMINS = frozenset({Role.ADMIN})
Changed = Callable[[str], Awaitable[None]]
"""Called with the author after every change."""


class EntryPath(Shape):
    entry_id: EntryKey


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueApi(Generic[T]):
    """The four routes of one catalogue; `one` and `many` name an entry and the list.

    `kept` is an entry that nobody removes.
    """

    catalogue: Catalogue[T]
    one: str
    many: str
    editors: frozenset[Role]
    body: type[BaseModel]
    shape: type[BaseModel]
    listed: type[BaseModel]
    value_of: Callable[[str, Any], T]
    shape_of: Callable[[Entry[T]], BaseModel]
    order: Callable[[Entry[T]], Any]
    changed: Changed
    kept: str = ""

    def routes(self) -> tuple[AnyRoute, ...]:
        base = f"/api/v1/{self.many}"
        item = base + "/{entry_id}"
        tag = self.many.capitalize()
        return (
            Route(
                method="GET",
                path=base,
                name=f"list_{self.many}",
                tag=tag,
                summary=f"All {self.many}",
                handle=self.list,
                answers={200: self.listed},
                roles=EVERYBODY,
                scope=Scope.READ_CATALOGUE,
            ),
            Route(
                method="GET",
                path=item,
                name=f"get_{self.one}",
                tag=tag,
                summary=f"One {self.one}",
                handle=self.get,
                params=EntryPath,
                answers={200: self.shape},
                problems=frozenset({404}),
                roles=EVERYBODY,
                scope=Scope.READ_CATALOGUE,
            ),
            Route(
                method="PUT",
                path=item,
                name=f"put_{self.one}",
                tag=tag,
                summary=f"Add or change a {self.one}; refused when somebody changed it meanwhile",
                handle=self.put,
                params=EntryPath,
                body=self.body,
                answers={200: self.shape},
                problems=frozenset({409}),
                roles=self.editors,
                scope=Scope.WRITE_CATALOGUE,
                audit=f"{self.one}.changed",
            ),
            Route(
                method="DELETE",
                path=item,
                name=f"delete_{self.one}",
                tag=tag,
                summary=f"Remove a {self.one}; refused when somebody changed it meanwhile",
                handle=self.delete,
                params=EntryPath,
                query=VersionQuery,
                answers={204: None},
                problems=frozenset({404, 409}),
                roles=self.editors,
                scope=Scope.WRITE_CATALOGUE,
                audit=f"{self.one}.removed",
            ),
        )

    async def list(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        entries = sorted(await self.catalogue.all(), key=self.order)
        items = tuple(self.shape_of(entry) for entry in entries)
        return Reply(status=200, content=self.listed(items=items))

    async def get(self, call: Call[EntryPath, Nothing, Nothing]) -> Reply:
        entry = await self.catalogue.get(call.path.entry_id)
        if entry is None:
            raise ProblemError("not_found")
        return Reply(status=200, content=self.shape_of(entry))

    async def put(self, call: Call[EntryPath, Nothing, Any]) -> Reply:
        key, author = call.path.entry_id, call.signed_in.user.author
        value = self.value_of(key, call.body)
        entry = await self.catalogue.put(key, value, version=call.body.version, author=author)
        if isinstance(entry, Refusal):
            raise problem_of(entry)
        await self.changed(author)
        return Reply(status=200, content=self.shape_of(entry))

    async def delete(self, call: Call[EntryPath, VersionQuery, Nothing]) -> Reply:
        author, version = call.signed_in.user.author, call.query.version
        if self.kept and call.path.entry_id == self.kept:
            raise ProblemError("refused", "Work of removed queues goes here.", reason="needed")
        refused = await self.catalogue.remove(call.path.entry_id, version=version, author=author)
        if refused is not None:
            raise problem_of(refused)
        await self.changed(author)
        return Reply(status=204)


def catalogue_routes(catalogues: Catalogues, queues_changed: Changed) -> Sequence[AnyRoute]:
    queues = CatalogueApi(
        catalogue=catalogues.queues,
        one="queue",
        many="queues",
        editors=ADMINS,
        body=QueueBody,
        shape=QueueShape,
        listed=QueueList,
        value_of=queue_of,
        shape_of=queue_shape,
        order=_by_key,
        changed=queues_changed,
        kept=GENERAL_QUEUE,
    )
    phrases = CatalogueApi(
        catalogue=catalogues.phrases,
        one="phrase",
        many="phrases",
        editors=LEADS,
        body=PhraseBody,
        shape=PhraseShape,
        listed=PhraseList,
        value_of=phrase_of,
        shape_of=phrase_shape,
        order=_by_key,
        changed=_nobody_to_tell,
    )
    dispositions = CatalogueApi(
        catalogue=catalogues.dispositions,
        one="disposition",
        many="dispositions",
        editors=LEADS,
        body=DispositionBody,
        shape=DispositionShape,
        listed=DispositionList,
        value_of=disposition_of,
        shape_of=disposition_shape,
        order=_by_position,
        changed=_nobody_to_tell,
    )
    return (*queues.routes(), *phrases.routes(), *dispositions.routes())


def _by_key(entry: Entry[Any]) -> str:
    return entry.key


def _by_position(entry: Entry[Disposition]) -> tuple[int, str]:
    return entry.value.position, entry.key


async def _nobody_to_tell(author: str) -> None:
    """Screens read these when they need them."""
