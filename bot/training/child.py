"""Train in a process of its own, and put the result into use only when it is whole."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGXCPU
from tempfile import TemporaryDirectory
from typing import Any, get_args

import bot
from bot.engines.artefact import Facts, check_lessons, read_model
from bot.engines.hybrid import HybridEngine
from bot.engines.shelf import put
from bot.language import Language
from bot.training.material import write_material
from hub.errors import LianluoError, StartError
from hub.model.knowledge import LanguageReport, Material, TrainingProgress, TrainingReport

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
HANDED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`seconds` of time, which is also the most CPU time; `memory_mb` of data."""

    seconds: float = 1800
    memory_mb: int = 4096


class TrainingFailed(LianluoError):
    """The model in use has not changed.

    `code`: not_installed | bad_articles | out_of_time | out_of_memory | crashed.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def ignore(progress: TrainingProgress) -> None:
    """Nobody watches."""


async def train(
    material: Material,
    out: Path,
    on_progress: Callable[[TrainingProgress], None] = ignore,
    *,
    limits: Limits = Limits(),  # frozen
) -> TrainingReport:
    """Train all languages and point the shelf `out` to the new model. One at a time for a shelf.

    Any model is put there: whether it is good enough is decided where both are known.

    Raises:
        TrainingFailed: see its codes. Cancelled, the process is killed and nothing has changed.
    """
    began = time.monotonic()
    await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="training-", dir=out) as workshop:
        articles, made = Path(workshop, "articles.json"), Path(workshop, "model")
        await asyncio.to_thread(write_material, articles, material)
        async with _process(articles, made, limits) as process:
            try:
                async with asyncio.timeout(limits.seconds):
                    refusal = await _follow(process, on_progress)
                    code = await process.wait()
            except TimeoutError:
                raise TrainingFailed("out_of_time", f"{limits.seconds:g} s") from None
        _check_end(code, refusal, limits)
        facts = await asyncio.to_thread(_verified, made, material)
        name = "-".join(["model", *(each.version.removeprefix("local-") for each in facts)])
        await asyncio.to_thread(put, made, out, name)
    return TrainingReport(
        model=name,
        languages=tuple(report_of(each) for each in facts),
        encoder=next((each.encoder for each in facts if each.encoder), ""),
        seconds=time.monotonic() - began,
    )


@asynccontextmanager
async def _process(articles: Path, made: Path, limits: Limits) -> AsyncIterator[Process]:
    """Killed when the block is left early. It inherits no secret: only a few variables."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.training", "--articles", str(articles), "--out", str(made)),
        *("--seconds", str(int(limits.seconds) + 1), "--memory-mb", str(limits.memory_mb)),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,  # a traceback could quote what customers wrote
        cwd=Path(bot.__file__).parent.parent,
        env={name: os.environ[name] for name in HANDED_ON if name in os.environ} | ONE_THREAD,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _follow(
    process: Process, on_progress: Callable[[TrainingProgress], None]
) -> dict[str, Any] | None:
    """Read to the end; returns the refusal if there is one."""
    if process.stdout is None:
        raise AssertionError("started with a pipe")
    refusal: dict[str, Any] | None = None
    async for line in process.stdout:
        if not line.startswith(b"{"):
            continue  # a library in need says so on stdout too
        said = json.loads(line)
        if "stage" in said:
            on_progress(TrainingProgress(**said))
        elif "error" in said:
            refusal = said
    return refusal


def _check_end(code: int, refusal: dict[str, Any] | None, limits: Limits) -> None:
    if refusal is not None:
        raise TrainingFailed(refusal["error"], refusal["detail"])
    if code in (-SIGXCPU, -SIGKILL):
        raise TrainingFailed("out_of_time", f"{limits.seconds:g} s of CPU time, or killed")
    if code != 0:
        raise TrainingFailed("crashed", f"exit code {code}")


def _verified(made: Path, material: Material) -> list[Facts]:
    """Read back what was written, and ask each model once."""
    found = []
    for language in get_args(Language):
        articles = [each for each in material.articles if each.language == language]
        if not articles:
            continue
        try:
            model = read_model(language, made)
            check_lessons(model.facts, articles)
        except StartError as damaged:
            raise TrainingFailed("crashed", str(damaged)) from damaged
        ranking = HybridEngine(model).rank(articles[0].title)
        if abs(sum(share for _, share in ranking.scores) - 1) > 1e-6:
            raise TrainingFailed("crashed", f"the model “{language}” gives no probabilities")
        found.append(model.facts)
    if not found:
        raise TrainingFailed("bad_articles", "there is no article to learn")
    return found


def report_of(facts: Facts) -> LanguageReport:
    thresholds = facts.thresholds[facts.best_mode]
    return LanguageReport(
        language=facts.language,
        version=facts.version,
        articles=len(facts.articles),
        phrasings=int(facts.figures["phrasings"]),
        low=thresholds.low,
        high=thresholds.high,
        figures=facts.figures,
    )
