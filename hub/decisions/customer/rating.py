"""Whether an article helped: buttons under an answer, a rating that counts once, what follows."""

from copy import deepcopy

from hub.decisions.customer.draft import Draft
from hub.decisions.customer.folding import FOLDS
from hub.decisions.customer.sending import say
from hub.decisions.customer.state import BOT_AUTHOR, CustomerState, Given
from hub.decisions.customer.table import BOT
from hub.decisions.policy import Texts
from hub.model.bot import BotAnswer
from hub.model.events import AnswerRated, MissReason, QuestionMissed
from hub.model.ids import MessageId
from hub.model.message import MenuPart, Option, Part, TextPart

UP, DOWN = "rate:up:", "rate:down:"
PERSON = "person"
"""The button to a person; no article has this id."""

OFFERED_ARTICLES = 3


def is_rating(choice: str) -> bool:
    return choice.startswith((UP, DOWN))


def with_rating(answer: BotAnswer, message_id: MessageId, texts: Texts) -> MenuPart:
    return MenuPart(
        head=answer.text,
        options=(
            Option(id=f"{UP}{message_id}", title=texts.helpful),
            Option(id=f"{DOWN}{message_id}", title=texts.not_helpful),
        ),
    )


def rate(draft: Draft, choice: str) -> None:
    """A rating asks nothing. With the bot it is answered, to a person's talk it adds no words."""
    helpful = choice.startswith(UP)
    message_id = MessageId(choice.removeprefix(UP if helpful else DOWN))
    given = draft.state.given.get(message_id)
    if given is None:
        return  # rated before, or too long ago
    draft.add(
        AnswerRated(
            conversation_id=given.conversation_id,
            message_id=message_id,
            helpful=helpful,
            article_id=given.article_id,
            article_version=given.article_version,
            model=given.model,
        )
    )
    if not helpful and given.question:
        draft.add(
            QuestionMissed(
                conversation_id=given.conversation_id,
                message_id=message_id,
                text=given.question,
                reason=MissReason.RATED_DOWN,
                language=given.language,
                candidates=given.others,
            )
        )
    ahead = state_ahead(draft)
    if ahead.conversation is not None and ahead.conversation.state is BOT:
        texts = draft.policy.texts(given.language)
        part = TextPart(text=texts.rated_up) if helpful else _others(given, texts)
        say(draft, BOT_AUTHOR, part, ahead)


def _others(given: Given, texts: Texts) -> Part:
    best = given.others[:OFFERED_ARTICLES]
    options = (
        *(Option(id=each.article_id, title=each.title) for each in best),
        Option(id=PERSON, title=texts.to_person),
    )
    return MenuPart(head=texts.rated_down, options=options)


def state_ahead(draft: Draft) -> CustomerState:
    """The state once the press itself is folded in: the windows it opens are used at once."""
    state = deepcopy(draft.state)
    for event in draft.events:
        FOLDS[type(event)](state, event, draft.at)
    return state
