"""The articles keep what their files promise."""

import re
from pathlib import Path

import pytest

from bot.knowledge.articles import Article, Knowledge, collect, load_knowledge
from hub.errors import ConfigurationError

WANTED = """
language = "zh"
[[article]]
id = "zh-demo"
version = 3
title = "示例问题"
text = "您可以登录手机银行查看，也可以到任一网点办理。"
phrasings = ["问法一号", "问法二号", "问法三号", "问法四号", "问法五号", "问法六号"]
tests = ["另问之一", "另问之二"]
"""


def article(id: str, stem: str) -> Article:
    return Article(
        id=id,
        version=1,
        language="zh",
        title=f"{stem}标题",
        text="您可以登录手机银行查看，也可以到任一网点办理。",
        phrasings=tuple(f"{stem}{number}" for number in "一二三四五六"),
        tests=(f"{stem}七", f"{stem}八"),
    )


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def test_forty_chinese_and_ten_english_articles(knowledge: Knowledge) -> None:
    assert len(knowledge.of("zh")) == 40
    assert len(knowledge.of("en")) == 10


def test_ids_are_unique_and_name_their_language(knowledge: Knowledge) -> None:
    ids = [each.id for each in knowledge.articles]
    assert len(set(ids)) == 50
    assert all(each.id.startswith(f"{each.language}-") for each in knowledge.articles)


def test_every_article_has_phrasings_to_learn_and_others_to_test(knowledge: Knowledge) -> None:
    assert min(len(each.phrasings) for each in knowledge.articles) >= 6
    assert min(len(each.tests) for each in knowledge.articles) >= 2


def test_answers_are_short_and_polite(knowledge: Knowledge) -> None:
    assert all(len(each.text) <= 300 for each in knowledge.articles)
    assert all("您" in each.text for each in knowledge.of("zh"))
    assert not any("你" in each.text for each in knowledge.of("zh"))


def test_answers_state_no_rate_and_no_fee(knowledge: Knowledge) -> None:
    price = re.compile(r"\d\s*(?:%|％|元|块|yuan|RMB|CNY|USD)|百分之|‰")
    assert [each.id for each in knowledge.articles if price.search(each.text)] == []


def test_id_used_twice_is_named() -> None:
    with pytest.raises(ConfigurationError, match="zh-demo: this id is used twice"):
        collect([article("zh-demo", "甲"), article("zh-demo", "乙")])


def test_phrasing_of_two_articles_is_named() -> None:
    with pytest.raises(ConfigurationError, match="zh-two: “甲标题” stands in zh-one too"):
        collect([article("zh-one", "甲"), article("zh-two", "甲")])


def test_test_phrasing_that_is_also_learnt_is_named() -> None:
    leaky = article("zh-one", "甲").model_copy(update={"tests": ("甲一？", "甲八")})
    with pytest.raises(ConfigurationError, match="“甲一？” stands in zh-one too"):
        collect([leaky])


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
        ("too few phrasings", '"问法六号"', "", "phrasings"),
        ("text too long", "您可以", "您可以" * 100, "text"),
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


def test_digest_changes_with_a_text_and_not_with_the_order() -> None:
    one, two = article("zh-one", "甲"), article("zh-two", "乙")
    changed = two.model_copy(update={"text": "您可以登录手机银行查看，也可以拨打客服热线。"})
    assert collect([one, two]).digest("zh") == collect([two, one]).digest("zh")
    assert collect([one, two]).digest("zh") != collect([one, changed]).digest("zh")
