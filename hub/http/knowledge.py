"""`/api/v1/knowledge`: publish articles, try them out, see what customers asked in vain."""

from functools import partial

from hub.http.knowledge_publications import (
    KnowledgeShape,
    PublicationList,
    PublicationPath,
    PublicationQuery,
    PublicationShape,
    PublishBody,
    PublishedShape,
    changes_shape,
    publication_shape,
    report_shape,
)
from hub.http.knowledge_questions import (
    QuestionBody,
    QuestionPage,
    QuestionPath,
    QuestionQuery,
    QuestionShape,
    TriedShape,
    TryBody,
    question_shape,
    tried_shape,
)
from hub.http.knowledge_shapes import refuse
from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing
from hub.services.access import LEADS, STAFF
from hub.services.keys import Scope
from hub.services.knowledge.house import Knowledge, Overview
from hub.services.knowledge.publications import Publication
from hub.services.knowledge.unanswered import Question

TAG = "Knowledge"
BASE = "/api/v1/knowledge"
PUBLICATIONS = BASE + "/publications"
PUBLICATION = PUBLICATIONS + "/{publication_id}"
QUESTIONS = BASE + "/unanswered"


class KnowledgeApi:
    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def routes(self) -> tuple[AnyRoute, ...]:
        return (*self._reading(), *self._publishing(), *self._questions())

    def _reading(self) -> tuple[AnyRoute, ...]:
        read = partial(Route, tag=TAG, roles=STAFF, scope=Scope.READ_KNOWLEDGE)
        return (
            read(
                method="GET",
                path=BASE,
                name="get_knowledge",
                summary="What is published, what changed since, and the publication that runs",
                handle=self.overview,
                answers={200: KnowledgeShape},
            ),
            read(
                method="GET",
                path=PUBLICATIONS,
                name="list_publications",
                summary="Publications, newest first",
                handle=self.publications,
                query=PublicationQuery,
                answers={200: PublicationList},
            ),
            read(
                method="GET",
                path=PUBLICATION,
                name="get_publication",
                summary="One publication; ask each second while it runs",
                handle=self.publication,
                params=PublicationPath,
                answers={200: PublicationShape},
                problems=frozenset({404}),
            ),
            read(
                method="POST",
                path=BASE + "/try",
                name="try_knowledge",
                summary="What a customer would be answered now, and why",
                handle=self.try_out,
                body=TryBody,
                answers={200: TriedShape},
            ),
        )

    def _publishing(self) -> tuple[AnyRoute, ...]:
        write = partial(Route, method="POST", tag=TAG, roles=LEADS, scope=Scope.WRITE_KNOWLEDGE)
        one = partial(write, params=PublicationPath, problems=frozenset({404, 409}))
        return (
            write(
                path=PUBLICATIONS,
                name="publish_knowledge",
                summary="Train on the articles as they stand and answer from them",
                handle=self.publish,
                body=PublishBody,
                answers={202: PublicationShape},
                problems=frozenset({409}),
                audit="knowledge.published",
            ),
            one(
                path=PUBLICATION + "/stop",
                name="stop_publication",
                summary="Stop the publication that runs; what was published stays",
                handle=self.stop,
                answers={200: PublicationShape},
                audit="knowledge.stopped",
            ),
            one(
                path=PUBLICATION + "/restore",
                name="restore_publication",
                summary="Answer from an earlier publication again, at once",
                handle=self.restore,
                answers={201: PublicationShape},
                audit="knowledge.restored",
            ),
        )

    def _questions(self) -> tuple[AnyRoute, ...]:
        """Words of customers an agent may never have served: for leads."""
        ours = partial(Route, tag=TAG, roles=LEADS)
        return (
            ours(
                method="GET",
                path=QUESTIONS,
                name="list_unanswered",
                summary="Questions that stayed without an answer, asked most often first",
                handle=self.questions,
                query=QuestionQuery,
                answers={200: QuestionPage},
                scope=Scope.READ_KNOWLEDGE,
            ),
            ours(
                method="POST",
                path=QUESTIONS + "/{question_id}",
                name="decide_unanswered",
                summary="Make it a phrasing of an article, ignore it, or open it again",
                handle=self.decide,
                params=QuestionPath,
                body=QuestionBody,
                answers={200: QuestionShape},
                problems=frozenset({404, 409}),
                scope=Scope.WRITE_KNOWLEDGE,
                audit="unanswered.decided",
            ),
        )

    async def overview(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        return Reply(status=200, content=_overview(await self._knowledge.overview()))

    async def publications(self, call: Call[Nothing, PublicationQuery, Nothing]) -> Reply:
        newest = await self._knowledge.publications.newest(call.query.limit)
        kept = await self._knowledge.restorable()
        items = (publication_shape(each, restorable=each.number in kept) for each in newest)
        return Reply(status=200, content=PublicationList(items=tuple(items)))

    async def publication(self, call: Call[PublicationPath, Nothing, Nothing]) -> Reply:
        found = await self._knowledge.publications.get(call.path.publication_id)
        if found is None:
            raise ProblemError("not_found")
        kept = await self._knowledge.restorable()
        shape = publication_shape(found, restorable=found.number in kept)
        return Reply(status=200, content=shape)

    async def try_out(self, call: Call[Nothing, Nothing, TryBody]) -> Reply:
        tried = await self._knowledge.try_out(call.body.text)
        return Reply(status=200, content=tried_shape(tried))

    async def publish(self, call: Call[Nothing, Nothing, PublishBody]) -> Reply:
        begun = await self._knowledge.publisher.publish(
            author=call.signed_in.user.author, even_if_worse=call.body.even_if_worse
        )
        if not isinstance(begun, Publication):
            raise refuse(begun)
        return Reply(status=202, content=publication_shape(begun), subject=str(begun.number))

    async def stop(self, call: Call[PublicationPath, Nothing, Nothing]) -> Reply:
        stopped = await self._knowledge.publisher.stop(call.path.publication_id)
        if not isinstance(stopped, Publication):
            raise refuse(stopped)
        return Reply(status=200, content=publication_shape(stopped))

    async def restore(self, call: Call[PublicationPath, Nothing, Nothing]) -> Reply:
        restored = await self._knowledge.publisher.restore(
            call.path.publication_id, author=call.signed_in.user.author
        )
        if not isinstance(restored, Publication):
            raise refuse(restored)
        detail = {"publication": restored.number}
        shape = publication_shape(restored, restorable=True)
        return Reply(status=201, content=shape, detail=detail)

    async def questions(self, call: Call[Nothing, QuestionQuery, Nothing]) -> Reply:
        """`cursor` counts: what is counted meanwhile may move a question to another page."""
        found = await self._knowledge.unanswered.all(call.query.state)
        begin = call.query.cursor or 0
        end = begin + call.query.limit
        page = QuestionPage(
            items=tuple(question_shape(each) for each in found[begin:end]),
            next=end if len(found) > end else None,
        )
        return Reply(status=200, content=page)

    async def decide(self, call: Call[QuestionPath, Nothing, QuestionBody]) -> Reply:
        author, key, wanted = call.signed_in.user.author, call.path.question_id, call.body
        questions = self._knowledge.unanswered
        if wanted.act == "phrasing":
            if wanted.article_id is None:
                detail = "Say which article in article_id."
                raise ProblemError("refused", detail, reason="article_needed")
            done = await questions.use(key, wanted.article_id, author=author)
        elif wanted.act == "ignore":
            done = await questions.ignore(key, author=author)
        else:
            done = await questions.reopen(key, author=author)
        if not isinstance(done, Question):
            raise refuse(done)
        return Reply(status=200, content=question_shape(done), detail={"act": wanted.act})


def _overview(overview: Overview) -> KnowledgeShape:
    published, running, bot = overview.published, overview.running, overview.bot
    return KnowledgeShape(
        published=None
        if published is None
        else PublishedShape(
            version=published.number,
            at=published.ended_at or published.at,
            by=published.by,
            models={str(language): model for language, model in bot.models.items()},
            encoder=bool(bot.encoder),
            report=report_shape(published.report),
            unlearnt=bot.unlearnt,
        ),
        changes=changes_shape(overview.changes),
        publication=None if running is None else publication_shape(running),
    )
