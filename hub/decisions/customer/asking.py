"""When the bot is asked: pieces of one sentence are gathered, everything else goes at once."""

import re

from hub.decisions.customer.draft import Draft
from hub.decisions.customer.state import Conversation
from hub.model.bot import BotQuestion
from hub.model.events import BotAsked, MissReason, QuestionHeld, QuestionMissed
from hub.model.ids import ChannelId, ConversationId, MessageId
from hub.model.inputs import CustomerMessage
from hub.model.message import MediaPart, Part, TextPart
from hub.model.words import normalise

MOST_PIECES = 5
SENTENCE = 24
"""So wide a text is no fragment; a Chinese character counts two."""

_ENDS = re.compile(r"(?:[。！？!?.…;；~～]|[吗嘛么呢吧]|怎么办|多少钱?|什么|为什么|哪里|谢谢)\s*$")
_WANTS_PERSON = re.compile(
    r"人工|真人|客服|投诉|\b(?:agent|human|person|operator|representative|complain\w*)\b"
)
_SMALL_TALK = re.compile(
    r"(?:[你您]们?好|在[吗么不]|有人吗?|[早上中下晚][上午]?好|多?谢谢?[你您]?|好的?|嗯+|再见|拜拜)[啊呀哦哈呢了]*"
    r"|hi|hello|hey|good(?:morning|afternoon|evening|bye)|thanks|thankyou|ok|okay|bye"
)


def listen(
    draft: Draft,
    command: CustomerMessage,
    conversation_id: ConversationId,
    message_id: MessageId,
) -> None:
    """Hold a fragment, ask what is whole. What is not answered yet becomes part of the question."""
    standing = draft.state.conversation
    said = _readable(command.parts)
    channel = command.address.channel_id
    if command.choice:
        misses = standing.misses if standing else 0
        question = _question(draft, said, misses, command.choice)
        _ask(draft, conversation_id, message_id, question, channel)
        return
    words, misses, out = _so_far(draft, said)
    pieces = words.count("\n") + 1
    if out is None and draft.policy.bot_burst and pieces < MOST_PIECES and is_fragment(said):
        draft.add(QuestionHeld(conversation_id=conversation_id, message_id=message_id, text=words))
        draft.arm("burst", draft.at + draft.policy.bot_burst)
        return
    draft.disarm("burst")
    question = _question(draft, words, misses)
    _ask(draft, conversation_id, message_id, question, channel, instead_of=out)


def ask_whole(
    draft: Draft,
    command: CustomerMessage,
    conversation_id: ConversationId,
    message_id: MessageId,
) -> None:
    """Words of a button of ours: no piece of a sentence, however short they are."""
    words, misses, out = _so_far(draft, _readable(command.parts))
    draft.disarm("burst")
    question = _question(draft, words, misses)
    channel = command.address.channel_id
    _ask(draft, conversation_id, message_id, question, channel, instead_of=out)


def ask_held(draft: Draft) -> None:
    """Nothing more came."""
    conversation = draft.open
    if conversation.held is None:
        raise LookupError("nothing is held")
    known = draft.state.addresses.get(conversation.address or "")
    draft.disarm("burst")
    _ask(
        draft,
        conversation.conversation_id,
        conversation.held,
        _question(draft, conversation.words, conversation.misses),
        known.address.channel_id if known else None,
    )


def _so_far(draft: Draft, said: str) -> tuple[str, int, MessageId | None]:
    """All that has no answer yet, the misses, and the question that is part of it."""
    standing = draft.state.conversation
    if standing is None:
        return said, 0, None
    misses = standing.misses + give_up_buttons(draft, standing)
    words = "\n".join(text for text in (standing.words, said) if text)
    return words, misses, standing.question


def give_up_buttons(draft: Draft, conversation: Conversation) -> bool:
    """The customer goes on without having pressed one of the buttons offered: True, a miss."""
    back = conversation.asked_back
    if back is None:
        return False
    draft.add(
        QuestionMissed(
            conversation_id=conversation.conversation_id,
            message_id=back.message_id,
            text=back.text,
            reason=MissReason.ASKED_BACK,
            language=back.language,
            candidates=back.candidates,
        )
    )
    return True


def is_fragment(said: str) -> bool:
    """A few words that may go on: no end mark, no greeting or thanks, no wish for a person."""
    plain = normalise(said, "zh")
    if _SMALL_TALK.fullmatch(plain) or _WANTS_PERSON.search(said.lower()) or _ENDS.search(said):
        return False
    return sum(1 if char.isascii() else 2 for char in said.strip()) < SENTENCE


def _question(draft: Draft, text: str, misses: int, choice: str = "") -> BotQuestion:
    most = draft.policy.max_misses
    return BotQuestion(text=text, misses=misses, most_misses=most, choice=choice)


def _ask(
    draft: Draft,
    conversation_id: ConversationId,
    message_id: MessageId,
    question: BotQuestion,
    channel_id: ChannelId | None,
    *,
    instead_of: MessageId | None = None,
) -> None:
    draft.add(
        BotAsked(
            conversation_id=conversation_id,
            message_id=message_id,
            question=question,
            channel_id=channel_id,
            instead_of=instead_of,
        )
    )
    if "bot" not in draft.state.timers:
        draft.arm("bot", draft.at + draft.policy.bot_answer_within)


def _readable(parts: tuple[Part, ...]) -> str:
    """What a bot can read: text and transcripts; may be empty."""
    texts = (
        part.text if isinstance(part, TextPart) else part.transcript
        for part in parts
        if isinstance(part, TextPart | MediaPart)
    )
    return "\n".join(text for text in texts if text)
