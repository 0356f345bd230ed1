"""What customers write never runs in the workspace: words, names, links, files.

A dialog, a request to a strange address, a changed page or a violation of the content policy is a
failure; so is a page without the policy.
"""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.colleague import SOON_MS, Colleague
from tests.e2e.hostile import (
    AWAY,
    BROKEN_IMAGE,
    HTML,
    MARK,
    SCRIPT,
    SHORT,
    STRANGE,
    SVG,
    TEXTS,
    Guarded,
    push,
)
from tests.e2e.office import Office
from tests.e2e.visitor import Visitor
from tests.services.media.samples import image

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

ADDRESSES = (
    f"javascript:{MARK}",
    f"JaVaScRiPt:{MARK}",
    f"data:text/html,{SCRIPT}",
    "vbscript:msgbox(1)",
    f'https://{STRANGE}/"onclick="alert(1)',
)


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


async def give(
    office: Office, customer: Visitor, kind: str, name: str, content: bytes, **more: str
) -> None:
    phone = await customer.phone()
    url = f"{office.demo.simulator}/phone/{phone}/media"
    async with office.http.post(url, params={"type": kind, "name": name}, data=content) as answer:
        media_id = (await answer.json())["media_id"]
    await push(office, phone, type=kind, media_id=media_id, **more)


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
    phone = await customer.phone()
    for text in TEXTS.values():
        await push(office, phone, type="text", text=text)
    bubbles = agent.says("customer")
    await expect(bubbles).to_have_count(len(TEXTS) + 1, timeout=SOON_MS)
    assert [each.strip() for each in await bubbles.all_inner_texts()][1:] == list(TEXTS.values())
    for link in await agent.log.locator("a").all():
        assert (await link.get_attribute("href") or "").startswith("http")
    await guarded.untouched()


async def test_script_in_titles_labels_and_addresses_is_no_link(
    office: Office, scene: Scene
) -> None:
    customer, agent, _ = scene
    phone = await customer.phone()
    for url in ADDRESSES:
        await push(office, phone, type="link", title=SCRIPT, description=BROKEN_IMAGE, url=url)
    await push(office, phone, type="location", latitude=31.2, longitude=121.5, label=BROKEN_IMAGE)
    program = {"Title": SCRIPT, "AppId": f"javascript:{MARK}", "PagePath": BROKEN_IMAGE}
    await push(office, phone, type="miniprogrampage", fields=program)
    await push(office, phone, type=BROKEN_IMAGE[:40], fields={"Content": SCRIPT})

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
        ("image", "photo.svg", SVG.encode()),
        ("image", "photo.png", SVG.encode()),
        ("file", "bill.html", HTML.encode()),
        ("file", "bill.txt", HTML.encode()),
        ("file", "bill.svg", SVG.encode()),
        ("image", "photo.gif", b"GIF89a/*" + HTML.encode()),
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


async def test_a_desktop_notice_is_given_words_and_nothing_a_customer_wrote(
    office: Office,
) -> None:
    """Their words are not for a desktop: they only count in the title of the tab."""
    customer = office.visitor()
    await customer.open()
    phone = await customer.phone()
    await push(office, phone, type="text", text=SCRIPT)
    agent = office.colleague("agent1")
    page = await agent.open()
    guarded = Guarded(page)
    await page.add_init_script(AWAY)
    await guarded.watch()
    await agent.sign_in()
    await agent.ready()
    await push(office, phone, type="text", text=f"{BROKEN_IMAGE} 转人工")

    await expect(agent.offers.first).to_be_visible(timeout=SOON_MS)
    await expect(agent.offers.first).to_contain_text(BROKEN_IMAGE, timeout=SOON_MS)
    ((title, options),) = await page.evaluate("window.told")
    assert re.fullmatch("客户 [0-9A-F]{4}在等您接起", title)
    assert options.keys() == {"body", "tag"}
    assert re.fullmatch(r"综合服务，等了 00:0\d", options["body"])
    await expect(page).to_have_title("(1) 新派单 · 联络")
    await agent.accept()
    for text in (BROKEN_IMAGE, SHORT):
        await push(office, phone, type="text", text=text)
    await expect(agent.says("customer").last).to_contain_text(SHORT, timeout=SOON_MS)
    await expect(page).to_have_title(re.compile(r"\(\d\) 工作台 · 联络"))
    assert len(await page.evaluate("window.told")) == 1
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
