"""A link or a place in a reply: what the channel says to it before it is a message."""

from hub.model.message import LinkPart, LocationPart
from hub.ports import Capabilities
from hub.services.access import User
from hub.services.commands import Refusal
from hub.services.media.files import Files

CardPart = LinkPart | LocationPart


async def unfit_card(
    card: CardPart, viewer: User, files: Files, capabilities: Capabilities
) -> Refusal | None:
    """`detail` says what the channel would take. A place goes out everywhere, if only as text."""
    if not isinstance(card, LinkPart):
        return None
    rule = capabilities.link
    if rule is not None and len(card.title) > rule.title:
        detail = f"This channel takes {rule.title} characters."
        return Refusal(reason="link_title_too_long", detail=detail)
    if rule is not None and len(card.description) > rule.description:
        detail = f"This channel takes {rule.description} characters."
        return Refusal(reason="link_description_too_long", detail=detail)
    if not card.media_id:
        return None
    return await files.unfit_picture(viewer, card.media_id, rule.picture if rule else None)
