"""What the first page of the workspace loads, signed out and signed in, in a real browser."""

import asyncio
import gzip
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import uvloop
from playwright.async_api import Page, Response, expect

from hub.runtime.clock import SystemClock
from tests.bench.page_server import Stand, chromium, serve

MOST_KB = 300
KINDS = ("text/html", "text/css", "text/javascript", "application/javascript")
MARKS = {"signed out": "input[name=password]", "signed in": "[data-test=me]"}
"""What stands there when the page is complete."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of one response: as it is, compressed with gzip, and as it came over the wire."""

    path: str
    plain: int
    gzipped: int
    wire: int


async def weigh(page: Page, url: str, mark: str) -> list[Part]:
    """Everything of the page that came until the element stood there and the network was still."""
    came: list[Response] = []

    def note(response: Response) -> None:
        came.append(response)

    page.on("response", note)
    await page.goto(url)
    await expect(page.locator(mark)).to_be_visible(timeout=20_000)
    await page.wait_for_load_state("networkidle")
    return [await _part(each) for each in came if _counts(each)]


def _counts(response: Response) -> bool:
    return response.headers.get("content-type", "").partition(";")[0] in KINDS


async def _part(response: Response) -> Part:
    body = await response.body()
    sizes = await response.request.sizes()
    packed = len(gzip.compress(body, compresslevel=6))
    return Part(urlsplit(response.url).path, len(body), packed, sizes["responseBodySize"])


def gzipped_kb(parts: Sequence[Part]) -> float:
    return sum(part.gzipped for part in parts) / 1000


def wire_kb(parts: Sequence[Part]) -> float:
    return sum(part.wire for part in parts) / 1000


async def measure() -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    async with chromium() as browser:
        for name, mark in MARKS.items():
            stand = Stand(
                now=SystemClock().now(),
                topics={"desk": (), "conversations": ()},
                signed_in=name == "signed in",
            )
            async with serve(stand) as url:
                context = await browser.new_context(viewport={"width": 1366, "height": 768})
                found[name] = await weigh(await context.new_page(), url, mark)
                await context.close()
    return found


def table(found: dict[str, list[Part]]) -> str:
    lines = [f"{'':44}{'kB':>10}{'gzip kB':>10}{'wire kB':>10}"]
    for name, parts in found.items():
        rows = [(f"  {part.path}", (part,)) for part in parts]
        for label, of in [(name, tuple(parts)), *rows]:
            plain = sum(part.plain for part in of) / 1000
            lines.append(f"{label:44}{plain:>10.1f}{gzipped_kb(of):>10.1f}{wire_kb(of):>10.1f}")
    return "\n".join(lines)


def main(options: list[str]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(measure())
    if "--json" in options:
        print(json.dumps({name: [asdict(p) for p in parts] for name, parts in found.items()}))
    else:
        print(table(found))
    heaviest = max(max(gzipped_kb(parts), wire_kb(parts)) for parts in found.values())
    print(f"needed: at most {MOST_KB} kB; found {heaviest:.1f}", file=sys.stderr)
    return 0 if heaviest <= MOST_KB else 1
