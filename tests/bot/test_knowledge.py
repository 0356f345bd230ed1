"""The articles keep what their files promise."""

import re
from pathlib import Path
from typing import get_args

import pytest

from bot.knowledge.articles import Article, Knowledge, collect, load_knowledge
from bot.language import Language, detect
from bot.wording.wording import load_wording
from hub.errors import ConfigurationError

WANTED = """
language = "zh"
[[article]]
id = "zh-demo"
version = 3
title = "示例问题"
text = "您可以登录手机银行查看，也可以到任一网点办理。"
phrasings = [
  "问法一号", "问法二号", "问法三号", "问法四号", "问法五号", "问法六号", "问法七号", "问法八号",
]
"""


def article(id: str, stem: str) -> Article:
    return Article(
        id=id,
        version=1,
        language="zh",
        title=f"{stem}标题",
        text="您可以登录手机银行查看，也可以到任一网点办理。",
        phrasings=tuple(f"{stem}{number}" for number in "一二三四五六七八"),
    )


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def test_eighty_chinese_and_thirty_english_articles_at_least(knowledge: Knowledge) -> None:
    assert len(knowledge.of("zh")) >= 80
    assert len(knowledge.of("en")) >= 30


def test_ids_name_their_language(knowledge: Knowledge) -> None:
    assert all(each.id.startswith(f"{each.language}-") for each in knowledge.articles)


def test_every_article_has_at_least_eight_phrasings(knowledge: Knowledge) -> None:
    assert min(len(each.phrasings) for each in knowledge.articles) >= 8


def test_phrasings_are_in_the_language_of_their_article(knowledge: Knowledge) -> None:
    strange = [
        (article.id, line)
        for article in knowledge.articles
        for line in article.lessons
        if detect(line) != article.language
    ]
    assert strange == []


def test_answers_are_short_and_polite(knowledge: Knowledge) -> None:
    assert [each.id for each in knowledge.articles if len(each.text) > 600] == []
    assert all(len(each.text) <= 300 for each in knowledge.of("zh"))
    assert all("您" in each.text for each in knowledge.of("zh"))
    assert not any("你" in each.text for each in knowledge.of("zh"))


def test_answers_name_no_web_address_and_only_public_numbers(knowledge: Knowledge) -> None:
    """110 police, 96110 fraud, 12378 finance, 12333 social security, 12329 housing fund."""
    public = {"110", "96110", "12378", "12333", "12329"}
    address = re.compile(r"https?:|www\.|\w\.(?:com|cn|net|org)\b|@", re.ASCII)
    assert [each.id for each in knowledge.articles if address.search(each.text)] == []
    numbers = {number for each in knowledge.articles for number in re.findall(r"\d{3,}", each.text)}
    assert numbers <= public


@pytest.mark.parametrize("language", get_args(Language))
def test_every_menu_entry_exists(language: Language, knowledge: Knowledge) -> None:
    assert set(load_wording(language).menu) <= {each.id for each in knowledge.of(language)}


def test_no_other_bank_is_named(knowledge: Knowledge) -> None:
    names = re.compile(
        "工商银行|工行|建行|建设银行|农行|农业银行|中国银行|招行|招商|交通银行|邮储|HSBC|ICBC|Citi"
    )
    lines = [line for each in knowledge.articles for line in (each.text, *each.lessons)]
    assert [line for line in lines if names.search(line)] == []


def test_answers_state_no_rate_and_no_fee(knowledge: Knowledge) -> None:
    price = re.compile(r"\d\s*(?:%|％|元|块|yuan|RMB|CNY|USD)|百分之|‰")
    assert [each.id for each in knowledge.articles if price.search(each.text)] == []


def test_id_used_twice_is_named() -> None:
    with pytest.raises(ConfigurationError, match="zh-demo: this id is used twice"):
        collect([article("zh-demo", "甲"), article("zh-demo", "乙")])


def test_phrasing_of_two_articles_is_named() -> None:
    with pytest.raises(ConfigurationError, match="zh-two: “甲标题” stands in zh-one too"):
        collect([article("zh-one", "甲"), article("zh-two", "甲")])


def test_articles_of_another_place_are_read(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "demo.toml").write_text(WANTED, encoding="utf-8")
    (read,) = load_knowledge(tmp_path).articles
    assert (read.id, read.version, read.language) == ("zh-demo", 3, "zh")
    assert read.lessons[:2] == ("示例问题", "问法一号")


@pytest.mark.parametrize(
    ("label", "old", "new", "named"),
    [
        ("not toml", "language =", "language", "not readable"),
        ("no language", 'language = "zh"', "", "not readable: 'language'"),
        ("unknown field", "version = 3", "version = 3\nprice = 1", "price"),
        ("no version", "version = 3", "", "version"),
        ("too few phrasings", ', "问法八号"', "", "phrasings"),
        ("text too long", "您可以", "您可以" * 200, "text"),
        ("bad id", "zh-demo", "Demo 1", "id"),
    ],
)
def test_wrong_file_names_itself_and_the_field(
    label: str, old: str, new: str, named: str, tmp_path: Path
) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "demo.toml").write_text(WANTED.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"knowledge/zh/demo\.toml") as caught:
        load_knowledge(tmp_path)
    assert named in caught.value.problem
