"""Service notices: the templates of an account, and notices to customers."""

from hub.http.channel_account_shapes import AccountPath
from hub.http.channel_accounts import ONE as ACCOUNT, OPERATORS
from hub.http.conversation_shapes import ConversationPath
from hub.http.conversations import ONE as CONVERSATION
from hub.http.customers import ONE as CUSTOMER, CustomerPath
from hub.http.notice_shapes import CustomerNoticeBody, NoticeBody, TemplateList, template_list
from hub.http.outcomes import command_of, command_route, problem_of, reply_to
from hub.http.problems import FieldError, ProblemError
from hub.http.route import EVERYBODY, AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing
from hub.model.ids import ChannelId
from hub.services.access import LEADS, STAFF
from hub.services.commands import Command, Missing, Outcome, Refusal
from hub.services.keys import Scope
from hub.services.notice_templates import AccountTemplates, NoticeTemplates
from hub.services.notices import Notices, WrongNotice

TAG = "Service notices"


class NoticeApi:
    def __init__(self, notices: Notices, templates: NoticeTemplates) -> None:
        self._notices = notices
        self._templates = templates

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="GET",
                path=ACCOUNT + "/templates",
                name="list_notice_templates",
                tag=TAG,
                summary="Templates of service notices the provider approved for this account",
                handle=self.list,
                params=AccountPath,
                answers={200: TemplateList},
                problems=frozenset({404, 409}),
                roles=EVERYBODY,
                scope=Scope.READ_CHANNELS,
            ),
            Route(
                method="POST",
                path=ACCOUNT + "/templates/refresh",
                name="refresh_notice_templates",
                tag=TAG,
                summary="Read the templates from the provider again",
                handle=self.refresh,
                params=AccountPath,
                answers={200: TemplateList},
                problems=frozenset({404, 409}),
                roles=OPERATORS,
                audit="channel.templates_read",
            ),
            command_route(
                path=CONVERSATION + "/notices",
                name="send_notice",
                tag=TAG,
                summary="Send a service notice by a template, whatever reply window is open",
                handle=self.to_conversation,
                params=ConversationPath,
                body=NoticeBody,
                roles=STAFF,
                scope=Scope.WRITE_NOTICES,
            ),
            command_route(
                path=CUSTOMER + "/notices",
                name="send_customer_notice",
                tag=TAG,
                summary="Send a service notice into the open conversation, or else the last one",
                handle=self.to_customer,
                params=CustomerPath,
                body=CustomerNoticeBody,
                roles=LEADS,
                scope=Scope.WRITE_NOTICES,
            ),
        )

    async def list(self, call: Call[AccountPath, Nothing, Nothing]) -> Reply:
        channel_id = ChannelId(call.path.channel_id)
        return self._told(channel_id, await self._templates.of(channel_id))

    async def refresh(self, call: Call[AccountPath, Nothing, Nothing]) -> Reply:
        channel_id = ChannelId(call.path.channel_id)
        author = call.signed_in.user.author
        return self._told(channel_id, await self._templates.refresh(channel_id, author=author))

    async def to_conversation(self, call: Call[ConversationPath, Nothing, NoticeBody]) -> Reply:
        command = command_of(call)
        outcome = await self._notices.to_conversation(
            call.signed_in.user, call.path.conversation_id, command, call.body.draft()
        )
        return _reply(outcome, command)

    async def to_customer(self, call: Call[CustomerPath, Nothing, CustomerNoticeBody]) -> Reply:
        command = command_of(call)
        outcome = await self._notices.to_customer(
            call.signed_in.user,
            call.path.customer_id,
            command,
            call.body.draft(),
            channel_id=call.body.channel_id,
            address=call.body.address,
        )
        return _reply(outcome, command)

    def _told(self, channel_id: ChannelId, found: AccountTemplates | Missing | Refusal) -> Reply:
        if isinstance(found, Missing | Refusal):
            raise problem_of(found)
        allowed = self._templates.allowed(channel_id)
        return Reply(status=200, content=template_list(found, allowed))


def _reply(outcome: Outcome | WrongNotice, command: Command) -> Reply:
    if not isinstance(outcome, WrongNotice):
        return reply_to(outcome, command)
    errors = [
        FieldError(pointer=f"/body/values/{each.field}", message=each.problem)
        for each in outcome.errors
    ]
    first = outcome.errors[0]
    raise ProblemError(
        "refused", f"{first.field} {first.problem}.", errors=errors, reason="wrong_value"
    )
