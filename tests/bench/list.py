"""A list of a thousand conversations under the wheel, beside a page with a thousand bare rows.

Both pages stand in the same browser, scrolled in turn by the same gesture over boxes of the same
size. Frames are what the page itself draws; the CPU time is that of the page's main thread, a
frame. With changes, each of them moves a conversation to the top of the hub's order.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

import uvloop
from playwright.async_api import Browser, CDPSession, Page, expect

from agent_web.documents import ConversationDoc
from hub.runtime.clock import SystemClock
from tests.bench.measure import Comparison, Round, medians, table
from tests.bench.page_server import Stand, chromium, serve
from tests.e2e import painted_desk as paint

ROWS = 1000
ROW_PX = 56
SCROLL_S = 5
SPEED_PX_S = 8000
ROUNDS = 5
LEAST = 0.8
TOPIC = "conversations"
CASES = (("wheel", 0), ("wheel, 10 changes/s", 10))

BARE = """([width, height, count, row]) => {
  const rows = Array.from({ length: count }, (_, n) =>
    `<li style="height:${row}px">王女士 ${n}<br>我想问一下房贷提前还款怎么办理 ${n}</li>`)
  document.body.innerHTML =
    `<div id="box" style="width:${width}px;height:${height}px;overflow-y:auto;contain:strict">` +
    `<ul style="margin:0;padding:0;list-style:none">${rows.join('')}</ul></div>`
}"""

COUNT = """() => {
  const long = [], gaps = []
  const watch = new PerformanceObserver((list) => long.push(...list.getEntries()))
  watch.observe({ type: 'long-animation-frame' })
  const began = performance.now()
  let last = began, counting = true
  const tick = (now) => {
    gaps.push(now - last)
    last = now
    if (counting) requestAnimationFrame(tick)
  }
  requestAnimationFrame(tick)
  window.countedFrames = () => {
    counting = false
    long.push(...watch.takeRecords())
    watch.disconnect()
    return { gaps, long: long.length, seconds: (performance.now() - began) / 1000 }
  }
}"""


@dataclass(frozen=True, slots=True)
class Scroll:
    """One round: `gap_ms` between frames that 99 of 100 stay under, `long` frames over 50 ms."""

    round: Round
    gap_ms: float
    long: int


@dataclass(frozen=True, slots=True)
class Row:
    frames: Comparison
    subject_gap_ms: float
    control_gap_ms: float
    subject_long: float
    control_long: float


@dataclass(frozen=True, slots=True)
class View:
    """A page and the box on it that scrolls."""

    page: Page
    devtools: CDPSession
    box: str

    async def scroll(self) -> Scroll:
        await self.page.bring_to_front()
        place = await self.page.locator(self.box).bounding_box()
        if place is None:
            raise RuntimeError(f"{self.box} is not on the page")
        x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        await self.page.mouse.move(x, y)
        await self.page.locator(self.box).evaluate("(box) => { box.scrollTop = 0 }")
        await self.page.evaluate(COUNT)
        before = await self._busy()
        distance = SPEED_PX_S * SCROLL_S
        gesture = {"x": x, "y": y, "yDistance": -distance, "speed": SPEED_PX_S}
        await self.devtools.send(
            "Input.synthesizeScrollGesture",
            {**gesture, "gestureSourceType": "mouse", "preventFling": True},
        )
        busy = await self._busy() - before
        counted = await self.page.evaluate("countedFrames()")
        reached = await self.page.locator(self.box).evaluate("(box) => box.scrollTop")
        if reached < distance * 0.95:
            raise RuntimeError(f"{self.box} scrolled {reached} px of {distance}")
        gaps: list[float] = counted["gaps"]
        frames = Round(len(gaps), counted["seconds"], busy)
        return Scroll(frames, quantiles(gaps, n=100)[98], counted["long"])

    async def _busy(self) -> float:
        """Seconds the main thread of the page worked."""
        answer: dict[str, Any] = await self.devtools.send("Performance.getMetrics")
        return next(float(m["value"]) for m in answer["metrics"] if m["name"] == "TaskDuration")


async def view(page: Page, box: str) -> View:
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    return View(page, devtools, box)


class Subject:
    """The built workspace of a supervisor who looks at everything."""

    def __init__(self) -> None:
        now = SystemClock().now()
        self._docs = [conversation(now, number) for number in range(ROWS)]
        self.stand = Stand(now=now, topics={"desk": (), TOPIC: self._docs})

    async def view(self, browser: Browser, url: str) -> View:
        page = await browser.new_page(viewport={"width": 1366, "height": 768})
        await page.goto(url)
        await page.get_by_test_id("scope-all").click()
        await expect(page.locator("#list-panel [data-row]").first).to_be_visible()
        return await view(page, "#list-panel .box")

    async def change(self, each_second: int) -> None:
        """Until cancelled; in an order that jumps over the whole list."""
        number = 0
        while each_second:
            number += 1
            doc, now = self._docs[number * 617 % ROWS], SystemClock().now()
            news = {"updated_at": now, "last_text": f"第 {number} 句", "last_author": "customer"}
            await self.stand.change(TOPIC, doc.model_copy(update=news))
            await asyncio.sleep(1 / each_second)


def conversation(now: datetime, number: int) -> ConversationDoc:
    customer = f"0a1b2c3d4e5f6071{number:04x}"
    return paint.conversation(
        *(now, customer, "active", paint.QUESTION, "customer", 60.0 + number),
        display_name=("王女士", paint.LATIN_NAME, "", paint.LONG_NAME)[number % 4],
        channel_id=(paint.CHANNEL, "sms-main", "webchat-site")[number % 3],
        opened_at=now - timedelta(hours=2),
    )


async def bare(browser: Browser, like: View) -> View:
    page = await browser.new_page(viewport={"width": 1366, "height": 768})
    place = await like.page.locator(like.box).bounding_box()
    if place is None:
        raise RuntimeError("the list is not on the page")
    await page.evaluate(BARE, [place["width"], place["height"], ROWS, ROW_PX])
    return await view(page, "#box")


async def compare(
    name: str, subject: Subject, pages: tuple[View, View], changes: int, rounds: int
) -> Row:
    a: list[Scroll] = []
    b: list[Scroll] = []
    for turn in range(rounds + 1):
        async with asyncio.TaskGroup() as tasks:
            changing = tasks.create_task(subject.change(changes))
            scrolled = await pages[0].scroll()
            changing.cancel()
        control = await pages[1].scroll()
        if turn:
            a.append(scrolled)
            b.append(control)
    return Row(
        medians(name, [each.round for each in a], [each.round for each in b]),
        median(each.gap_ms for each in a),
        median(each.gap_ms for each in b),
        median(each.long for each in a),
        median(each.long for each in b),
    )


async def measure(rounds: int) -> list[Row]:
    subject = Subject()
    async with serve(subject.stand) as url, chromium() as browser:
        workspace = await subject.view(browser, url)
        pages = (workspace, await bare(browser, workspace))
        return [await compare(name, subject, pages, each, rounds) for name, each in CASES]


def report(rows: Sequence[Row]) -> str:
    names = ("p99 gap ms", "control", "long frames", "control")
    lines = [
        table([row.frames for row in rows]),
        "",
        f"{'':28}" + "".join(f"{name:>12}" for name in names),
    ]
    lines += [
        f"{row.frames.name:28}{row.subject_gap_ms:>12.1f}{row.control_gap_ms:>12.1f}"
        f"{row.subject_long:>12.0f}{row.control_long:>12.0f}"
        for row in rows
    ]
    return "\n".join(lines)


def main(options: list[str]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run(measure(ROUNDS))
    if "--json" in options:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
    else:
        print(report(rows))
    return 0 if all(row.frames.rate_ratio >= LEAST for row in rows) else 1
