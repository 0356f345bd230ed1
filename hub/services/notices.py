"""Sending a service notice: which template, what stands in it, to whom."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.model.codec import pack, unpack_as
from hub.model.ids import (
    ChannelId,
    ConversationId,
    InteractionId,
    customer_of_conversation,
    customer_stream,
)
from hub.model.inputs import SendNotice
from hub.model.message import Address, NoticePart
from hub.model.notices import NoticeKind, NoticeTemplate
from hub.ports import Commands, Doc
from hub.services.access import User
from hub.services.commands import Command, Missing, Outcome, Refusal, submit
from hub.services.conversations import NOT_YOURS, Conversations
from hub.services.customers import Customers
from hub.services.notice_templates import NoticeTemplates
from hub.services.notice_values import WrongValue, wrong_values
from hub.services.visibility import is_theirs

SWITCHED_OFF = Refusal(reason="channel_not_configured")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """`values` by field; an empty one is left out. A press on the notice opens `url`."""

    template_id: str
    values: Mapping[str, str]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongNotice:
    """Values the provider would refuse."""

    errors: tuple[WrongValue, ...]


class Notices:
    """Every call names its viewer. Raises StoreUncertain, Overloaded."""

    def __init__(
        self,
        *,
        conversations: Conversations,
        customers: Customers,
        templates: NoticeTemplates,
        commands: Commands,
        wait: float,
    ) -> None:
        self._conversations = conversations
        self._customers = customers
        self._templates = templates
        self._commands = commands
        self._wait = wait

    async def to_conversation(
        self, viewer: User, conversation_id: str, command: Command, draft: NoticeDraft
    ) -> Outcome | WrongNotice:
        """Who serves it, or leads; an ended one takes it too, from leads."""
        found = await self._conversations.get(viewer, conversation_id)
        if found is None:
            return Missing()
        mine = is_theirs(viewer, found)
        if not (mine or viewer.is_lead):
            return Refusal(reason=NOT_YOURS, seq=found["seq"])
        address = unpack_as(found["address"], Address)
        part = await self._part(address.channel_id, draft)
        if not isinstance(part, NoticePart):
            return part
        notice = SendNotice(
            author=command.author,
            address=address,
            part=part,
            conversation_id=ConversationId(conversation_id),
            interaction_id=InteractionId(found["interaction_id"]) if mine else None,
            epoch=found["epoch"] if mine else 0,
        )
        return await self._submit(customer_of_conversation(conversation_id), command, notice)

    async def to_customer(
        self,
        viewer: User,
        customer_id: str,
        command: Command,
        draft: NoticeDraft,
        *,
        channel_id: str,
        address: str,
    ) -> Outcome | WrongNotice:
        """Into the open conversation or the last one. `address` may be empty where there is only
        one on the channel."""
        found = await self._customers.get(viewer, customer_id)
        if found is None:
            return Missing()
        reached = _address(found, channel_id, address)
        if isinstance(reached, Refusal):
            return reached
        part = await self._part(reached.channel_id, draft)
        if not isinstance(part, NoticePart):
            return part
        notice = SendNotice(author=command.author, address=reached, part=part)
        return await self._submit(customer_id, command, notice)

    async def _part(
        self, channel_id: ChannelId, draft: NoticeDraft
    ) -> NoticePart | Refusal | WrongNotice:
        known = await self._templates.of(channel_id)
        if isinstance(known, Missing):
            return SWITCHED_OFF
        if isinstance(known, Refusal):
            return known
        found = [each for each in known.templates if each.template_id == draft.template_id]
        if not found:
            return Refusal(
                reason="template_unknown",
                detail=f"Account {channel_id} has no such template; read its templates again "
                "where it is new.",
            )
        if draft.template_id not in self._templates.allowed(channel_id):
            return Refusal(
                reason="template_not_allowed",
                detail=f"Add the template to notice_templates of account {channel_id}.",
            )
        wrong = wrong_values(found[0], draft.values)
        return WrongNotice(errors=wrong) if wrong else _filled(found[0], draft)

    async def _submit(self, customer_id: str, command: Command, notice: SendNotice) -> Outcome:
        stream = customer_stream(customer_id)
        return await submit(self._commands, stream, command, pack(notice), wait=self._wait)


def _filled(template: NoticeTemplate, draft: NoticeDraft) -> NoticePart:
    """In the order of the template, with its words: it may be another one tomorrow."""
    given = {
        field.name: draft.values[field.name]
        for field in template.fields
        if draft.values.get(field.name, "").strip()
    }
    return NoticePart(
        template_id=template.template_id,
        values=given,
        url=draft.url,
        consent=template.kind is NoticeKind.SUBSCRIPTION,
        lasting=template.lasting,
        title=template.title,
        labels={field.name: field.label for field in template.fields if field.name in given},
    )


def _address(customer: Doc, channel_id: str, value: str) -> Address | Refusal:
    there = [each for each in customer["addresses"] if each["channel_id"] == channel_id]
    named = [each for each in there if not value or each["value"] == value]
    if not named:
        return Refusal(
            reason="no_address", detail=f"The customer is not known on account {channel_id}."
        )
    if len(named) > 1:
        return Refusal(
            reason="address_needed",
            detail=f"The customer has {len(named)} addresses on {channel_id}; name one.",
        )
    return unpack_as(named[0], Address)
