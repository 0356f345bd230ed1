"""A training is a process of its own: it reports, is bounded, changes nothing until it stands."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engines.artefact import read_model
from bot.engines.hybrid import HybridEngine
from bot.engines.shelf import current
from bot.training import child
from bot.training.child import Limits, TrainingFailed, train
from bot.training.material import read_material, write_material
from hub.model.knowledge import Material, TrainingProgress
from tests.bot.given import article, small_bank

BANK = Material(articles=small_bank(), out_of_scope={"zh": ("今天天气怎么样",)})
QUICK = Limits(seconds=100, memory_mb=2048)


def leftovers(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir() if path.name.startswith("training-"))


async def test_training_reports_progress_and_puts_the_model_into_use(tmp_path: Path) -> None:
    told: list[TrainingProgress] = []
    report = await train(BANK, tmp_path, told.append, limits=QUICK)
    assert current(tmp_path) == tmp_path / report.model
    (chinese,) = report.languages
    assert (chinese.language, chinese.articles, chinese.phrasings) == ("zh", 3, 18)
    assert chinese.figures["lexical_r1"] >= 0.9
    assert [each.done for each in told if each.stage == "fold"] == [1, 2, 3, 4, 5]
    assert (told[-1].stage, told[-1].done, told[-1].of) == ("fit", 1, 1)
    assert leftovers(tmp_path) == []
    engine = HybridEngine(read_model("zh", tmp_path / report.model))
    assert engine.rank("我的卡丢了").scores[0][0] == "zh-card-loss"


async def test_same_articles_give_the_same_model(tmp_path: Path) -> None:
    first = await train(BANK, tmp_path / "one", limits=QUICK)
    second = await train(BANK, tmp_path / "two", limits=QUICK)
    assert first.model == second.model


async def test_cancelled_training_is_killed_and_leaves_nothing(tmp_path: Path) -> None:
    started = asyncio.Event()

    async def watched() -> None:
        await train(BANK, tmp_path, lambda _: started.set(), limits=QUICK)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(watched())
        await started.wait()
        task.cancel()
    assert (current(tmp_path), leftovers(tmp_path)) == (None, [])


async def test_training_out_of_time_is_killed(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed) as failed:
        await train(BANK, tmp_path, limits=replace(QUICK, seconds=0.05))
    assert failed.value.code == "out_of_time"
    assert (current(tmp_path), leftovers(tmp_path)) == (None, [])


async def test_training_without_enough_memory_says_so(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed) as failed:
        await train(BANK, tmp_path, limits=replace(QUICK, memory_mb=8))
    assert failed.value.code in ("out_of_memory", "crashed")
    assert current(tmp_path) is None


@pytest.mark.parametrize("articles", [(), (article("zh-signs", ["？？"]),)], ids=["none", "signs"])
async def test_nothing_to_learn_is_refused(tmp_path: Path, articles: tuple[()]) -> None:
    with pytest.raises(TrainingFailed) as failed:
        await train(replace(BANK, articles=articles), tmp_path, limits=QUICK)
    assert failed.value.code == "bad_articles"


async def test_a_new_model_takes_the_place_of_the_one_before_even_if_it_is_worse(
    tmp_path: Path,
) -> None:
    good = await train(BANK, tmp_path, limits=QUICK)
    mixed = [line for each in small_bank() for line in each.lessons]
    muddled = Material(
        articles=tuple(
            article(each.id, [f"{line}呢" for line in mixed[place::3]])
            for place, each in enumerate(small_bank())
        ),
        out_of_scope={},
    )
    bad = await train(muddled, tmp_path, limits=QUICK)
    assert current(tmp_path) == tmp_path / bad.model != tmp_path / good.model
    assert bad.languages[0].figures["lexical_r1"] < good.languages[0].figures["lexical_r1"] - 0.1


async def test_language_without_articles_has_no_model(tmp_path: Path) -> None:
    english = tuple(
        article(name, [f"{word} {end}" for end in ("lost", "gone", "stolen", "missing")], "en")
        for name, word in (("en-card", "card"), ("en-key", "token"))
    )
    await train(Material(articles=english, out_of_scope={}), tmp_path, limits=QUICK)
    used = current(tmp_path)
    assert used is not None
    assert sorted(path.name for path in used.iterdir()) == ["en.json", "en.npz"]


async def test_child_inherits_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://name:secret@host")
    seen: dict[str, str] = {}
    start = asyncio.create_subprocess_exec

    async def watched(*command: str, **how: object) -> object:
        seen.update(how["env"])  # type: ignore[call-overload]
        return await start(*command, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    with pytest.raises(TrainingFailed):
        await train(BANK, tmp_path, limits=replace(QUICK, seconds=0.01))
    assert "MONGODB_URI" not in seen
    assert set(seen) <= {*child.HANDED_ON, *child.ONE_THREAD}


def test_material_survives_the_file(tmp_path: Path) -> None:
    path = tmp_path / "articles.json"
    write_material(path, BANK)
    assert read_material(path) == BANK


@pytest.mark.parametrize("content", ["", "[]", '{"articles": [{"id": 1}], "out_of_scope": {}}'])
def test_file_that_is_no_material_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "articles.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="validation error"):
        read_material(path)
