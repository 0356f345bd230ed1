"""`lianluo knowledge import|export`: all of a file or nothing, and what is told of it."""

from pathlib import Path

import pytest

from hub.config.loading import load
from hub.config.settings import Settings
from hub.maintenance import export_knowledge, import_knowledge
from hub.model.knowledge import Article
from hub.ports import Documents
from hub.runtime.clock import SystemClock
from hub.services.knowledge.articles import Articles
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores
from tests.fakes.knowledge import CARD, FEE

ROWS = """id,language,title,text,phrasing
zh-card-loss,zh,银行卡挂失,请拨打热线挂失。,卡丢了怎么办
zh-branch-hours,zh,网点时间,九点到五点。,几点开门
"""


@pytest.fixture
def documents() -> Documents:
    return MemoryStores(Database(), SystemClock()).documents


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(None, {"LIANLUO_STORE__DATA": str(tmp_path / "data")})


async def standing(documents: Documents) -> dict[str, Article]:
    articles = await Articles(documents, SystemClock()).standing()
    return {article.id: article for article in articles}


async def test_a_file_adds_changes_and_leaves_the_rest(
    documents: Documents, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await Articles(documents, SystemClock()).seed([CARD, FEE])
    file = tmp_path / "articles.csv"
    file.write_text(ROWS, encoding="utf-8")
    assert await import_knowledge(documents, settings, file) == 0
    told = "1 added, 1 changed, 0 unchanged. Customers get them with the next publication.\n"
    assert capsys.readouterr().out == told
    found = await standing(documents)
    assert found.keys() == {"zh-branch-hours", "zh-card-loss", "zh-transfer-fee"}
    assert (found["zh-card-loss"].text, found["zh-card-loss"].version) == ("请拨打热线挂失。", 2)
    assert await import_knowledge(documents, settings, file) == 0
    assert capsys.readouterr().out.startswith("0 added, 0 changed, 2 unchanged.")


async def test_a_mistake_changes_nothing(
    documents: Documents, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "articles.csv"
    file.write_text(ROWS.replace("网点时间", "网"), encoding="utf-8")
    assert await import_knowledge(documents, settings, file) == 2
    told = "line 3: title: must have 2 to 60 characters, has 1. Nothing was changed.\n"
    assert capsys.readouterr().err == f"{file}, {told}"
    assert await standing(documents) == {}


@pytest.mark.parametrize("form", ["toml", "csv", "json"])
async def test_what_is_exported_is_imported_again(
    documents: Documents, settings: Settings, tmp_path: Path, form: str
) -> None:
    await Articles(documents, SystemClock()).seed([CARD, FEE])
    file = tmp_path / f"out.{form}"
    assert await export_knowledge(documents, file) == 0
    assert await export_knowledge(documents, file) == 1, "a file that stands is not overwritten"
    other = MemoryStores(Database(), SystemClock()).documents
    assert await import_knowledge(other, settings, file) == 0
    assert await standing(other) == await standing(documents)


async def test_another_kind_of_file_is_named(
    documents: Documents, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await import_knowledge(documents, settings, tmp_path / "articles.xlsx") == 2
    assert "must end with .toml, .csv, .json" in capsys.readouterr().err
