"""`/api/v1/conversations`."""

from functools import partial
from typing import Any

from hub.http.conversation_shapes import (
    ConversationPage,
    ConversationPath,
    ConversationQuery,
    ConversationShape,
    JournalPage,
    MessagePage,
    SendBody,
    SeqQuery,
    commit_shape,
    conversation_shape,
    message_shape,
)
from hub.http.cursors import before_of, next_cursor
from hub.http.outcomes import (
    CommandBody,
    command_of,
    command_route,
    reply_to,
)
from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing
from hub.ports import Doc
from hub.services.access import LEADS, STAFF, User
from hub.services.conversations import Conversations, Wanted
from hub.services.history import History
from hub.services.keys import Scope

TAG = "Conversations"
BASE = "/api/v1/conversations"
ONE = BASE + "/{conversation_id}"


class ConversationApi:
    def __init__(self, conversations: Conversations, history: History) -> None:
        self._conversations = conversations
        self._history = history

    def routes(self) -> tuple[AnyRoute, ...]:
        return (*self._reading(), *self._commands())

    def _reading(self) -> tuple[AnyRoute, ...]:
        common: dict[str, Any] = {
            "method": "GET",
            "tag": TAG,
            "scope": Scope.READ_CONVERSATIONS,
        }
        one = partial(Route, params=ConversationPath, problems=frozenset({404}), **common)
        return (
            Route(
                path=BASE,
                name="list_conversations",
                summary="Conversations, last changed first",
                handle=self.page,
                query=ConversationQuery,
                answers={200: ConversationPage},
                roles=STAFF,
                **common,
            ),
            one(
                path=ONE,
                name="get_conversation",
                summary="One conversation",
                handle=self.get,
                answers={200: ConversationShape},
                roles=STAFF,
            ),
            one(
                path=ONE + "/messages",
                name="list_messages",
                summary="What was said, with the delivery state of every part",
                handle=self.messages,
                query=SeqQuery,
                answers={200: MessagePage},
                roles=STAFF,
            ),
            one(
                path=ONE + "/journal",
                name="list_commits",
                summary="Commits of the customer's stream: each input with the events it caused",
                handle=self.journal,
                query=SeqQuery,
                answers={200: JournalPage},
                roles=LEADS,
            ),
        )

    def _commands(self) -> tuple[AnyRoute, ...]:
        act = partial(command_route, tag=TAG, params=ConversationPath, roles=STAFF)
        return (
            act(
                path=ONE + "/messages",
                name="send_message",
                summary="Write to the customer",
                handle=self.send,
                body=SendBody,
                scope=Scope.WRITE_MESSAGES,
            ),
            act(
                path=ONE + "/hand-off",
                name="hand_off_conversation",
                summary="End the bot's part: a person is to answer",
                handle=self.hand_off,
                scope=Scope.WRITE_CONVERSATIONS,
            ),
            act(
                path=ONE + "/close",
                name="close_conversation",
                summary="Close the conversation; agents end and finish their talks at a screen",
                handle=self.close,
                scope=Scope.WRITE_CONVERSATIONS,
            ),
        )

    async def page(self, call: Call[Nothing, ConversationQuery, Nothing]) -> Reply:
        asked = call.query
        wanted = Wanted(
            customer_id=asked.customer_id or "",
            state=asked.state.value if asked.state else "",
            channel_id=asked.channel_id or "",
            mine=asked.mine,
            text=asked.q or "",
        )
        rows = await self._conversations.page(
            call.signed_in.user, wanted, limit=asked.limit + 1, before=before_of(asked.cursor)
        )
        page = ConversationPage(
            items=tuple(conversation_shape(row) for row in rows[: asked.limit]),
            next=None if asked.q else next_cursor(rows, asked.limit),
        )
        return Reply(status=200, content=page)

    async def get(self, call: Call[ConversationPath, Nothing, Nothing]) -> Reply:
        conversation = await self._known(call.signed_in.user, call.path.conversation_id)
        return Reply(status=200, content=conversation_shape(conversation))

    async def messages(self, call: Call[ConversationPath, SeqQuery, Nothing]) -> Reply:
        conversation_id, asked = call.path.conversation_id, call.query
        await self._known(call.signed_in.user, conversation_id)
        found = await self._history.page(conversation_id, after=asked.after, limit=asked.limit)
        page = MessagePage(
            items=tuple(message_shape(message) for message in found.messages),
            seq=found.seq,
            next=found.messages[-1].seq if found.more else None,
        )
        return Reply(status=200, content=page)

    async def journal(self, call: Call[ConversationPath, SeqQuery, Nothing]) -> Reply:
        conversation_id, asked = call.path.conversation_id, call.query
        await self._known(call.signed_in.user, conversation_id)
        commits = await self._conversations.journal(
            conversation_id, after=asked.after, limit=asked.limit + 1
        )
        shown = commits[: asked.limit]
        page = JournalPage(
            items=tuple(commit_shape(commit) for commit in shown),
            next=shown[-1]["seq"] if len(commits) > asked.limit else None,
        )
        return Reply(status=200, content=page)

    async def send(self, call: Call[ConversationPath, Nothing, SendBody]) -> Reply:
        command = command_of(call)
        outcome = await self._conversations.send(
            call.signed_in.user,
            call.path.conversation_id,
            command,
            text=call.body.text or "",
            media_ids=call.body.media_ids,
            card=call.body.card.part() if call.body.card else None,
            seen=call.body.seen,
        )
        return reply_to(outcome, command)

    async def hand_off(self, call: Call[ConversationPath, Nothing, CommandBody]) -> Reply:
        command = command_of(call)
        outcome = await self._conversations.hand_off(
            call.signed_in.user, call.path.conversation_id, command
        )
        return reply_to(outcome, command)

    async def close(self, call: Call[ConversationPath, Nothing, CommandBody]) -> Reply:
        command = command_of(call)
        outcome = await self._conversations.close(
            call.signed_in.user, call.path.conversation_id, command
        )
        return reply_to(outcome, command)

    async def _known(self, viewer: User, conversation_id: str) -> Doc:
        conversation = await self._conversations.get(viewer, conversation_id)
        if conversation is None:
            raise ProblemError("not_found")
        return conversation
