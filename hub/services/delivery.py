"""The workers of the outbox: messages through channel adapters, questions through the bot."""

from collections.abc import Mapping
from typing import Any

import structlog

from hub.errors import PermanentSendError
from hub.model.bot import BotAnswer, BotQuestion
from hub.model.codec import pack, unpack, unpack_as
from hub.model.ids import ChannelId
from hub.model.inputs import BotFailed, BotReplied
from hub.model.message import Address, LinkPart, MediaPart, Part
from hub.ports import Bot, Capabilities, ChannelAdapter
from hub.services.fitting import fit_part
from hub.services.media.links import FileLinks
from hub.streams.sending import Done, Worker

Doc = dict[str, Any]
MOST_BUTTONS = 4
log = structlog.get_logger(__name__)


def message_worker(adapters: Mapping[ChannelId, ChannelAdapter], links: FileLinks) -> Worker:
    """Sends one part through the adapter of its address; files it does not carry, as links."""

    async def send(row: Doc) -> Done:
        body = row["body"]
        to = unpack_as(body["address"], Address)
        adapter = adapters.get(to.channel_id)
        if adapter is None:
            raise PermanentSendError("unknown_channel")
        can, part = adapter.capabilities, unpack(body["part"], Part)
        if isinstance(part, MediaPart) and part.media_id:
            if can.is_linked(part.media, part.size):
                part = await links.part_of(part)
        elif isinstance(part, LinkPart) and part.media_id:
            part = await links.pictured(part)
        part = fit_part(part, can)
        receipt = await adapter.send(to, part, key=row["_id"])
        change = {"channel_id": to.channel_id, "request_id": receipt.request_id}
        if receipt.provider_id:
            change["provider_id"] = receipt.provider_id
        return Done(change=change)

    return send


def bot_worker(bot: Bot, adapters: Mapping[ChannelId, ChannelAdapter]) -> Worker:
    """Asks the bot; its answer, or that it failed, is an input of the conversation's stream."""

    async def ask(row: Doc) -> Done:
        body = row["body"]
        names = {
            "conversation_id": body["conversation_id"],
            "message_id": body["message_id"],
        }
        result: BotReplied | BotFailed
        try:
            answer = await bot.answer(unpack_as(body["question"], BotQuestion))
            adapter = adapters.get(ChannelId(body.get("channel_id") or ""))
            rateable = adapter is not None and _carries_buttons(answer, adapter.capabilities)
            result = BotReplied(**names, answer=answer, rateable=rateable)
        except Exception as error:
            log.exception("bot failed", row=row["_id"])
            result = BotFailed(**names, code=type(error).__name__)
        change = {"state": "done", "told": True}
        return Done(change=change, inputs=[(f"b:{row['_id']}", pack(result))])

    return ask


def _carries_buttons(answer: BotAnswer, capabilities: Capabilities) -> bool:
    """A menu's words go out whole or not at all; what follows a press has up to four buttons."""
    known = "MenuPart" in capabilities.parts and capabilities.max_options >= MOST_BUTTONS
    return known and len(answer.text) <= capabilities.max_text
