"""What the bot hears without knowledge."""

from typing import get_args

import pytest
from pydantic import ValidationError

from bot.knowledge.articles import load_knowledge
from bot.language import Language, detect, normalise
from bot.wording.wording import Cue, Reason, Wording, load_wording

HEARD = {
    "person": [
        "转人工",
        "人工",
        "人工客服",
        "我要人工服务",
        "客服",
        "帮我转客服",
        "找真人",
        "能不能换个人来说",
        "人工智能听不懂，给我转人工",
        "为什么不给我转人工",
        "客服在吗",
        "agent",
        "human please",
        "I want to talk to a real person",
        "Can I speak with someone?",
        "connect me to an agent",
        "customer service",
        "representative",
    ],
    "complaint": [
        "我要投诉",
        "我要投诉你们网点",
        "你们服务太差了",
        "什么破银行",
        "再不处理我就去消协",
        "你们这是霸王条款",
        "I want to make a complaint",
        "your service is terrible",
        "worst bank ever",
    ],
    "greeting": ["你好", "您好！", "在吗", "hello", "Good morning"],
    "thanks": ["谢谢", "好的谢谢", "知道了", "再见", "thank you very much", "ok thanks"],
}
NOT_HEARD = [
    "人工智能存款是什么",
    "贷款是人工审核吗",
    "不要转人工",
    "我不用人工客服",
    "客服电话是多少",
    "有人自称银行客服让我转账",
    "接到冒充客服的电话",
    "个人工资怎么查",
    "投诉电话是多少",
    "投诉进度怎么查",
    "征信太差能贷款吗",
    "你好，我的卡丢了",
    "谢谢，那转账限额呢",
    "行里有没有大额存单",
    "do I have to come in person",
    "transfer to another person",
    "my travel agent charged me twice",
    "I don't want to talk to an agent",
    "human resources phone number",
    "personal loan",
    "hello, I lost my card",
    "thanks, and what about the fee",
]


def heard(text: str) -> list[str]:
    language = detect(text)
    hear = load_wording(language).hear
    plain = normalise(text, language)
    return [name for name in type(hear).model_fields if getattr(hear, name).heard(plain)]


@pytest.mark.parametrize(("cue", "text"), [(cue, text) for cue in HEARD for text in HEARD[cue]])
def test_cue_is_heard(cue: str, text: str) -> None:
    assert heard(text)[0] == cue


@pytest.mark.parametrize("text", NOT_HEARD)
def test_question_with_similar_words_is_no_cue(text: str) -> None:
    assert heard(text) == []


def test_no_phrasing_of_an_article_is_taken_for_a_cue() -> None:
    lines = [
        line for article in load_knowledge().articles for line in (*article.lessons, *article.tests)
    ]
    assert [line for line in lines if heard(line)] == []


@pytest.mark.parametrize("language", get_args(Language))
def test_refusal_says_how_to_reach_a_person_and_that_works(language: Language) -> None:
    word = {"zh": "转人工", "en": "agent"}[language]
    refusal = load_wording(language).say[Reason.OUT_OF_SCOPE]
    assert word in refusal
    assert heard(word) == ["person"]


def test_missing_text_is_named() -> None:
    whole = load_wording("zh").model_dump(by_alias=True)
    del whole["say"][Reason.COMPLAINT]
    with pytest.raises(ValidationError, match="exactly these texts are wanted"):
        Wording.model_validate(whole)


def test_wrong_pattern_is_named() -> None:
    with pytest.raises(ValidationError, match="“人工\\(” is no regular expression"):
        Cue(patterns=("人工(",))
