"""`/api/v1/articles`: what the bank knows, as people work on it; changed by version."""

from functools import partial

from hub.http.knowledge_shapes import (
    ArticleBody,
    ArticleChange,
    ArticleHistory,
    ArticlePage,
    ArticlePath,
    ArticleQuery,
    ArticleShape,
    SeenQuery,
    article_of,
    article_shape,
    refuse,
)
from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing
from hub.model.codec import plain
from hub.services.access import LEADS, STAFF
from hub.services.commands import Missing, Refusal
from hub.services.keys import Scope
from hub.services.knowledge.articles import Entry
from hub.services.knowledge.house import Knowledge, Listed

BASE = "/api/v1/articles"
ONE = BASE + "/{article_id}"


class ArticleApi:
    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def routes(self) -> tuple[AnyRoute, ...]:
        return (*self._reading(), *self._writing())

    def _reading(self) -> tuple[AnyRoute, ...]:
        read = partial(Route, method="GET", tag="Articles", roles=STAFF, scope=Scope.READ_KNOWLEDGE)
        one = partial(read, params=ArticlePath, problems=frozenset({404}))
        return (
            read(
                path=BASE,
                name="list_articles",
                summary="All articles, as they stand and against what is published",
                handle=self.page,
                query=ArticleQuery,
                answers={200: ArticlePage},
            ),
            one(
                path=ONE,
                name="get_article",
                summary="One article",
                handle=self.get,
                answers={200: ArticleShape},
            ),
            one(
                path=ONE + "/history",
                name="list_article_changes",
                summary="Who changed what in an article, newest first",
                handle=self.history,
                answers={200: ArticleHistory},
            ),
        )

    def _writing(self) -> tuple[AnyRoute, ...]:
        write = partial(
            Route, tag="Articles", params=ArticlePath, roles=LEADS, scope=Scope.WRITE_KNOWLEDGE
        )
        return (
            write(
                method="PUT",
                path=ONE,
                name="put_article",
                summary="Add or change an article; customers get it with the next publication",
                handle=self.put,
                body=ArticleBody,
                answers={200: ArticleShape},
                problems=frozenset({409}),
                audit="article.changed",
            ),
            write(
                method="DELETE",
                path=ONE,
                name="delete_article",
                summary="Remove an article; customers get it until the next publication",
                handle=self.delete,
                query=SeenQuery,
                answers={200: ArticleShape},
                problems=frozenset({404, 409}),
                audit="article.removed",
            ),
        )

    async def page(self, call: Call[Nothing, ArticleQuery, Nothing]) -> Reply:
        asked = call.query
        wanted = [each for each in await self._knowledge.listed() if _is_wanted(each, asked)]
        shown = wanted[: asked.limit]
        page = ArticlePage(
            items=tuple(article_shape(each) for each in shown),
            next=shown[-1].entry.article.id if len(wanted) > len(shown) else None,
        )
        return Reply(status=200, content=page)

    async def get(self, call: Call[ArticlePath, Nothing, Nothing]) -> Reply:
        return await self._shown(call.path.article_id)

    async def history(self, call: Call[ArticlePath, Nothing, Nothing]) -> Reply:
        entry = await self._knowledge.articles.get(call.path.article_id)
        if entry is None:
            raise ProblemError("not_found")
        changes = [ArticleChange(**plain(change)) for change in reversed(entry.changes)]
        return Reply(status=200, content=ArticleHistory(items=tuple(changes)))

    async def put(self, call: Call[ArticlePath, Nothing, ArticleBody]) -> Reply:
        wanted = article_of(call.path.article_id, call.body)
        author = call.signed_in.user.author
        done = await self._knowledge.articles.put(wanted, author=author)
        if not isinstance(done, Entry):
            raise refuse(done)
        return await self._shown(wanted.id)

    async def delete(self, call: Call[ArticlePath, SeenQuery, Nothing]) -> Reply:
        author = call.signed_in.user.author
        done = await self._knowledge.articles.remove(
            call.path.article_id, version=call.query.version, author=author
        )
        if isinstance(done, Missing | Refusal):
            raise refuse(done)
        return await self._shown(call.path.article_id)

    async def _shown(self, article_id: str) -> Reply:
        listed = await self._knowledge.one(article_id)
        if listed is None:
            raise ProblemError("not_found")
        return Reply(status=200, content=article_shape(listed))


def _is_wanted(listed: Listed, asked: ArticleQuery) -> bool:
    article = listed.entry.article
    if asked.cursor is not None and article.id <= asked.cursor:
        return False
    if asked.language not in (None, article.language) or asked.state not in (None, listed.state):
        return False
    texts = (article.id, article.text, *article.lessons)
    return asked.q is None or any(asked.q.lower() in text.lower() for text in texts)
