"""What the customer gets: the whole bot over the shipped articles and models."""

import pytest

from bot.engine import FaqBot, load_bot
from hub.model.bot import BotAction, BotQuestion
from hub.runtime.clock import SystemClock


@pytest.fixture(scope="module")
def bot() -> FaqBot:
    return load_bot(SystemClock())


@pytest.mark.parametrize(
    ("text", "article_id"),
    [
        ("我的银行卡丢了怎么办", "zh-card-loss"),
        ("转账要手续费吗", "zh-transfer-fee"),
        ("信用卡怎么提前还款", "zh-card-early-repay"),
        ("请问转账要手续费吗？", "zh-transfer-fee"),
        ("I lost my card!", "en-card-loss"),
    ],
)
async def test_known_question_is_answered_with_article_and_version(
    bot: FaqBot, text: str, article_id: str
) -> None:
    answer = await bot.answer(BotQuestion(text=text))
    assert (answer.action, answer.reason) == (BotAction.ANSWER, "confident")
    assert (answer.article_id, answer.article_version) == (article_id, 1)
    assert answer.candidates[0].article_id == article_id
    assert len(answer.candidates) == 5
    assert answer.model.startswith(f"local-{answer.language}-")


async def test_answer_is_the_text_of_the_article(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="我的银行卡丢了怎么办"))
    assert answer.text.startswith("请您不要着急，先办理挂失。")


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("提前还款", ["贷款提前还款", "信用卡提前还款"]),
        ("密码忘了", ["银行卡密码忘记或重置", "手机银行登录密码找回"]),
        ("my card", ["Report a lost or stolen card"]),
    ],
)
async def test_unclear_question_gets_buttons(bot: FaqBot, text: str, titles: list[str]) -> None:
    answer = await bot.answer(BotQuestion(text=text))
    assert (answer.action, answer.reason) == (BotAction.SUGGEST, "bare_topic")
    assert [each.title for each in answer.candidates[: len(titles)]] == titles
    scores = [each.score for each in answer.candidates]
    assert scores == sorted(scores, reverse=True)
    assert answer.article_id == ""


@pytest.mark.parametrize("text", ["今天天气怎么样", "给我讲个笑话", "recommend a good movie"])
async def test_question_out_of_scope_is_refused_with_what_the_bot_can_do(
    bot: FaqBot, text: str
) -> None:
    answer = await bot.answer(BotQuestion(text=text))
    assert (answer.action, answer.reason) == (BotAction.REFUSE, "out_of_scope")
    assert "转人工" in answer.text or "agent" in answer.text


async def test_pressed_button_gives_its_article(bot: FaqBot) -> None:
    question = BotQuestion(text="贷款提前还款", misses=1, choice="zh-loan-early-repay")
    answer = await bot.answer(question)
    assert (answer.action, answer.reason) == (BotAction.ANSWER, "picked")
    assert (answer.article_id, answer.article_version) == ("zh-loan-early-repay", 1)


async def test_typed_title_counts_as_its_button(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="贷款提前还款"))
    assert (answer.reason, answer.article_id) == ("picked", "zh-loan-early-repay")


async def test_button_of_an_article_that_is_gone_is_read_as_a_question(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="我的银行卡丢了怎么办", choice="zh-gone"))
    assert (answer.reason, answer.article_id) == ("confident", "zh-card-loss")


async def test_pressed_english_button_is_answered_in_english(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="", choice="en-card-loss"))
    assert (answer.language, answer.reason) == ("en", "picked")
    assert answer.model.startswith("local-en-")


@pytest.mark.parametrize("text", ["转人工", "客服", "I want to talk to a human"])
async def test_wish_for_a_person_is_granted_at_once(bot: FaqBot, text: str) -> None:
    answer = await bot.answer(BotQuestion(text=text))
    assert (answer.action, answer.reason) == (BotAction.HAND_OFF, "asked_for_person")


async def test_artificial_intelligence_is_no_wish_for_a_person(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="人工智能存款是什么"))
    assert answer.action is not BotAction.HAND_OFF


@pytest.mark.parametrize("text", ["我要投诉", "你们服务太差了", "your service is terrible"])
async def test_complaint_goes_to_a_person(bot: FaqBot, text: str) -> None:
    answer = await bot.answer(BotQuestion(text=text))
    assert (answer.action, answer.reason) == (BotAction.HAND_OFF, "complaint")


async def test_question_about_complaining_is_answered(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="投诉电话是多少"))
    assert (answer.action, answer.article_id) == (BotAction.ANSWER, "zh-complaint-channel")


async def test_second_refusal_in_a_row_goes_to_a_person(bot: FaqBot) -> None:
    answers = [
        await bot.answer(BotQuestion(text=text, misses=misses))
        for misses, text in [(0, "今天天气怎么样"), (1, "提前还款"), (1, "给我讲个笑话")]
    ]
    assert [(answer.action, answer.reason) for answer in answers] == [
        (BotAction.REFUSE, "out_of_scope"),
        (BotAction.SUGGEST, "bare_topic"),
        (BotAction.HAND_OFF, "repeated_misses"),
    ]


async def test_house_that_allows_more_misses_gets_more_refusals(bot: FaqBot) -> None:
    answers = [
        await bot.answer(BotQuestion(text="今天天气怎么样", misses=misses, most_misses=4))
        for misses in (2, 3)
    ]
    assert [each.action for each in answers] == [BotAction.REFUSE, BotAction.HAND_OFF]


async def test_unclear_question_after_two_misses_goes_to_a_person(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="提前还款", misses=2))
    assert (answer.action, answer.reason) == (BotAction.HAND_OFF, "low_confidence")
    assert answer.candidates[0].article_id == "zh-loan-early-repay"


async def test_sure_answer_is_given_even_after_misses(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="转账要手续费吗", misses=4))
    assert (answer.action, answer.article_id) == (BotAction.ANSWER, "zh-transfer-fee")


@pytest.mark.parametrize("text", ["", "   ", "？？", "🙂", "\x00"])
async def test_message_without_words_is_refused_kindly(bot: FaqBot, text: str) -> None:
    answer = await bot.answer(BotQuestion(text=text, misses=1))
    assert (answer.action, answer.reason) == (BotAction.REFUSE, "empty")
    assert answer.candidates == ()


@pytest.mark.parametrize("text", ["卡", "1", "x"])
async def test_one_character_gets_the_menu(bot: FaqBot, text: str) -> None:
    answer = await bot.answer(BotQuestion(text=text))
    assert (answer.action, answer.reason) == (BotAction.SUGGEST, "too_short")
    assert len(answer.candidates) == 3


async def test_greeting_gets_the_menu_in_the_customers_language(bot: FaqBot) -> None:
    chinese = await bot.answer(BotQuestion(text="您好！"))
    english = await bot.answer(BotQuestion(text="Hello"))
    assert (chinese.action, chinese.reason) == (BotAction.SUGGEST, "greeting")
    assert [each.article_id for each in chinese.candidates] == [
        "zh-card-loss",
        "zh-transfer-fee",
        "zh-app-login",
    ]
    assert (english.language, english.candidates[0].article_id) == ("en", "en-card-loss")


@pytest.mark.parametrize("text", ["你是机器人吗", "谢谢", "再见", "are you a robot"])
async def test_small_talk_is_answered(bot: FaqBot, text: str) -> None:
    answer = await bot.answer(BotQuestion(text=text, misses=2))
    assert answer.action is BotAction.ANSWER
    assert not answer.is_miss


async def test_thanks_are_no_miss(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="谢谢", misses=1))
    assert (answer.action, answer.reason) == (BotAction.ANSWER, "thanks")


async def test_very_long_text_is_read_to_its_first_500_characters(bot: FaqBot) -> None:
    answer = await bot.answer(BotQuestion(text="转账要手续费吗" + "啊" * 20_000))
    assert answer.reason != "empty"
    buried = await bot.answer(BotQuestion(text="啊" * 500 + "转人工"))
    assert buried.action is not BotAction.HAND_OFF


async def test_same_question_gets_the_same_answer(bot: FaqBot) -> None:
    question = BotQuestion(text="信用卡怎么提前还款")
    assert await bot.answer(question) == await load_bot(SystemClock()).answer(question)
