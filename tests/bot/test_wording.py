"""What the bot hears without knowledge."""

import time
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
        "我要去打12378",
        "太失望了",
        "你们什么态度",
        "打了三天电话没人理",
        "互相推，踢皮球",
        "我要发抖音曝光",
        "气死我了",
        "乱扣费还我钱",
        "I am very angry",
        "I want my money back now!",
        "nobody answers my questions",
        "I want to make a complaint",
        "your service is terrible",
        "worst bank ever",
    ],
    "greeting": [
        "你好",
        "您好！",
        "在吗",
        "想咨询一下",
        "hello",
        "Good morning",
        "can you help me?",
    ],
    "thanks": ["谢谢", "好的谢谢", "知道了", "辛苦了", "thank you very much", "ok thanks"],
    "goodbye": ["再见", "没有了，谢谢", "先这样吧", "bye", "no thanks, that's all"],
    "robot": [
        "你是机器人吗",
        "你是真人还是机器人",
        "你是人工吗",
        "机器人",
        "are you a robot?",
        "Am I talking to a real person?",
        "is this a bot",
    ],
    "who_are_you": ["你是谁", "你叫什么名字", "你能做什么", "who are you", "what can you do"],
    "praise": ["你真棒", "服务很好", "很满意", "解决了", "very helpful", "good job"],
    "scolding": [
        "你真笨",
        "答非所问",
        "不是这个意思",
        "你根本没听懂",
        "stupid bot",
        "you don't understand",
        "that's not what I asked",
    ],
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
    "他妈妈的卡丢了",
    "12378是什么",
    "盗刷了能赔吗",
    "对方不肯退我转错的钱",
    "被骗子气死了怎么报警",
    "密码不对怎么办",
    "我没看懂账单",
    "没有卡能注册手机银行吗",
    "你们能办社保卡吗",
    "问一下转账限额",
    "can I get my annual fee back",
    "is there an English speaking bank clerk",
    "what can you do about a lost card",
    "good rates for deposits",
    "no verification code",
    "help me find a branch",
]


def heard(text: str) -> list[str]:
    language = detect(text)
    hear = load_wording(language).hear
    plain = normalise(text, language)
    return [name for name in type(hear).model_fields if getattr(hear, name).heard(plain)]


@pytest.mark.parametrize(("cue", "text"), [(cue, text) for cue in HEARD for text in HEARD[cue]])
def test_cue_is_heard(cue: str, text: str) -> None:
    assert heard(text)[0] == cue


@pytest.mark.parametrize("cue", HEARD)
def test_cues_have_examples_in_both_languages(cue: str) -> None:
    assert {detect(text) for text in HEARD[cue]} == {"zh", "en"}


@pytest.mark.parametrize("text", NOT_HEARD)
def test_question_with_similar_words_is_no_cue(text: str) -> None:
    assert heard(text) == []


def test_no_phrasing_of_an_article_is_taken_for_a_cue() -> None:
    lines = [line for article in load_knowledge().articles for line in article.lessons]
    assert [line for line in lines if heard(line)] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("你是真人吗，给我转人工", Reason.ASKED_FOR_PERSON),
        ("你好，我要投诉", Reason.COMPLAINT),
        ("你这个笨机器人，我要投诉", Reason.COMPLAINT),
        ("谢谢，再见", Reason.GOODBYE),
        ("stupid bot, I want to talk to a real person", Reason.ASKED_FOR_PERSON),
        ("hello, how do I open an account", None),
    ],
)
def test_a_person_and_a_complaint_go_before_small_talk(text: str, reason: Reason | None) -> None:
    language = detect(text)
    assert load_wording(language).hear.first(normalise(text, language)) == reason


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("", "你好"),
        ("", "好的"),
        ("好的", "谢谢"),
        ("", "真"),
        ("你", "真是"),
        ("你", "怎么这么"),
        ("好", "了解了"),
        ("服务", "真的"),
        ("", "hello "),
        ("", "ok thanks "),
        ("you are ", "so very "),
        ("", "are you a real "),
    ],
)
def test_long_repetition_is_read_quickly(head: str, unit: str) -> None:
    text = (head + unit * 300)[:500] + "?x"
    language = detect(text)
    hear = load_wording(language).hear
    before = time.process_time()
    hear.first(normalise(text, language))
    assert time.process_time() - before < 0.1


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
