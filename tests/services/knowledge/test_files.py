"""Articles as files: what is written is read back, and a mistake names its line and field."""

from datetime import UTC, datetime

import pytest

from hub.model.knowledge import Article
from hub.services.knowledge.files import WrongFile, read_articles, written

CARD = Article(
    id="zh-card-loss",
    version=0,
    language="zh",
    title="银行卡挂失",
    text="请在手机银行里“挂失”。\n也可以拨打热线。",
    phrasings=("卡丢了，怎么办", "=我的卡不见了", 'my "card"'),
    valid_from=datetime(2026, 11, 1, tzinfo=UTC),
)
EMPTY = Article(
    id="en-branch-hours",
    version=0,
    language="en",
    title="Hours",
    text="Nine to five.",
    phrasings=(),
)

CSV = """id,language,title,text,phrasing
zh-card-loss,zh,银行卡挂失,请在手机银行里挂失。,卡丢了怎么办
zh-card-loss,,,,我的卡不见了
zh-branch-hours,zh,网点时间,九点到五点。,几点开门
"""
TOML = """language = "zh"

[[article]]
id = "zh-card-loss"
version = 4
title = "银行卡挂失"
text = "请在手机银行里挂失。"
phrasings = [
  "卡丢了怎么办",
]

[[article]]
id = "zh-branch-hours"
title = "网点时间"
text = "九点到五点。"
"""
JSON = """[
 {"id": "zh-card-loss", "language": "zh", "title": "银行卡挂失", "text": "请挂失。",
  "phrasings": ["卡丢了怎么办"]},
 {"id": "zh-branch-hours", "language": "zh", "title": "网点时间", "text": "九点到五点。"}
]
"""


@pytest.mark.parametrize("form", ["toml", "csv", "json"])
def test_what_is_written_is_read_back(form: str) -> None:
    assert read_articles(written([CARD, EMPTY], form).encode(), form) == [CARD, EMPTY]


def test_a_row_a_phrasing_becomes_one_article() -> None:
    card, branch = read_articles(CSV.encode(), "csv")
    assert card.phrasings == ("卡丢了怎么办", "我的卡不见了")
    assert (branch.id, branch.title) == ("zh-branch-hours", "网点时间")


def test_a_spreadsheet_of_a_chinese_office_is_read() -> None:
    assert read_articles(CSV.encode("gb18030"), "csv") == read_articles(CSV.encode(), "csv")


def test_a_cell_that_a_spreadsheet_would_run_is_quoted() -> None:
    assert "'=我的卡不见了" in written([CARD], "csv")


FIRST_ID, FIRST_TEXT = "zh-card-loss", "九点到五点。"
IN_CSV = [
    ("网点时间", "网", 4, "title", "must have 2 to 60 characters, has 1"),
    ("我的卡不见了", "几点开门", 4, "phrasings/0", "stands in zh-card-loss"),
    ("zh-card-loss,,,,", ",,,,", 3, "id", "is missing"),
    ("zh-card-loss,,", "zh-card-loss,en,", 3, "language", "differs from line 2"),
    ("phrasing\n", "answer\n", 1, "answer", "unknown column"),
    ("text,", "", 1, "text", "this column is missing"),
    ("几点开门", "几点开门,更多,还有", 4, "", "more cells than columns"),
]
IN_TOML = [
    ('title = "网点', 'titel = "网点', 14, "titel", "unknown field"),
    (f'"{FIRST_TEXT}"', '""', 15, "text", "must have 2 to 600 characters"),
    (f'"{FIRST_TEXT}"', "九点", 15, "", "is not TOML"),
    ("zh-branch-hours", FIRST_ID, 13, "id", "stands in line 3 too"),
    ("zh-branch-hours", "Branch", 13, "id", "must be words"),
]
IN_JSON = [
    ('"网点时间"', "7", 4, "title", "must be a text"),
    ('"zh", "title": "网点', '"fr", "title": "网点', 4, "language", "zh or en"),
    ("]},", "]}", 4, "", "a comma is missing"),
    ("\n]\n", "\n", 5, "", "no end"),
    ("[\n {", "{", 1, "", "must be a list"),
]


@pytest.mark.parametrize(
    ("form", "good", "change"),
    [
        *(("csv", CSV, change) for change in IN_CSV),
        *(("toml", TOML, change) for change in IN_TOML),
        *(("json", JSON, change) for change in IN_JSON),
    ],
)
def test_a_mistake_names_line_and_field(
    form: str, good: str, change: tuple[str, str, int, str, str]
) -> None:
    before, after, line, field, problem = change
    assert before in good
    with pytest.raises(WrongFile) as wrong:
        read_articles(good.replace(before, after, 1).encode(), form)
    assert (wrong.value.line, wrong.value.field) == (line, field)
    assert problem in wrong.value.problem


def standing(article_id: str) -> Article:
    return Article(
        id=article_id,
        version=3,
        language="zh",
        title="别的卡",
        text="别的。",
        phrasings=("卡丢了怎么办",),
    )


def test_what_stands_elsewhere_is_not_claimed_twice() -> None:
    with pytest.raises(WrongFile, match=r"line 2: phrasings/0: .* stands in zh-other-card too"):
        read_articles(CSV.encode(), "csv", [standing("zh-other-card")])


def test_the_file_wins_over_what_stands_under_its_own_ids() -> None:
    assert len(read_articles(CSV.encode(), "csv", [standing("zh-branch-hours")])) == 2


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(WrongFile, match="line 2: the text is neither"):
        read_articles(b"id,language\n\xff\xff\xff", "csv")


def test_times_need_a_zone() -> None:
    rows = "id,language,title,text,phrasing,valid_from\nzh-a-b,zh,标题,正文。,,2026-01-01T00:00\n"
    with pytest.raises(WrongFile, match="line 2: valid_from: needs a time zone"):
        read_articles(rows.encode(), "csv")
