"""What leads from a page that has just come to what is looked at."""

import re

from playwright.async_api import Locator, Page, expect

from tests.e2e import painted_desk as paint
from tests.e2e.colleague import SOON_MS
from tests.e2e.painted_hub import PaintedHub

LOADING = re.compile("正在载入|Loading")
UNSEARCHED = re.compile("没有搜到|could not be searched")


async def stay(page: Page, hub: PaintedHub) -> None:
    pass


async def bank(page: Page, hub: PaintedHub) -> None:
    await expect(page.get_by_role("heading", name="联络银行")).to_be_visible(timeout=SOON_MS)


async def talking(page: Page, hub: PaintedHub) -> None:
    await expect(page.get_by_test_id("box")).to_be_visible()
    await expect(page.get_by_test_id("message").last).to_be_visible()


async def queue(page: Page, hub: PaintedHub) -> None:
    await page.get_by_test_id("scope-queued").click()
    await expect(page.get_by_test_id("claim").first).to_be_visible()


async def customer(page: Page, hub: PaintedHub) -> None:
    await talking(page, hub)
    button = page.get_by_test_id("customer-toggle")
    if await button.get_attribute("aria-expanded") == "false":
        await button.click()
    await page.wait_for_load_state("networkidle")


async def note(page: Page, hub: PaintedHub) -> None:
    await talking(page, hub)
    await page.keyboard.press("Alt+p")
    await page.get_by_test_id("box").fill("客户上周来过电话，先核对合同编号再答复。")


async def failing(page: Page, hub: PaintedHub) -> None:
    hub.failing = True
    await search(page, hub)
    await expect(below(page)).to_have_text(UNSEARCHED, timeout=SOON_MS)


async def watched(page: Page, hub: PaintedHub) -> None:
    await expect(page.get_by_test_id("message").last).to_be_visible()


async def why(page: Page, hub: PaintedHub) -> None:
    await talking(page, hub)
    await page.locator(".why-button").click()


async def rows(page: Page, hub: PaintedHub) -> None:
    await team(page, hub)
    await page.locator(".view").last.click()
    await page.locator(".views").scroll_into_view_if_needed()


async def transfer(page: Page, hub: PaintedHub) -> None:
    await talking(page, hub)
    await page.keyboard.press("Alt+t")
    await expect(page.get_by_test_id("transfer-dialog")).to_be_visible()


async def keys(page: Page, hub: PaintedHub) -> None:
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()


async def search(page: Page, hub: PaintedHub) -> None:
    await page.get_by_test_id("search").click()
    await page.get_by_test_id("search-box").fill("王")
    await expect(below(page)).not_to_have_text(LOADING)


def below(page: Page) -> Locator:
    return page.get_by_role("dialog").get_by_role("status")


async def wrap_up(page: Page, hub: PaintedHub) -> None:
    await expect(page.get_by_test_id("wrap-left")).to_be_visible()
    await page.wait_for_load_state("networkidle")


async def lost(page: Page, hub: PaintedHub) -> None:
    await talking(page, hub)
    await hub.break_lines()
    await expect(page.get_by_test_id("lost")).to_be_visible(timeout=SOON_MS)


async def over(page: Page, hub: PaintedHub) -> None:
    await talking(page, hub)
    await hub.end_session()
    await expect(page.locator("input[name=password]")).to_be_visible(timeout=SOON_MS)


async def stale(page: Page, hub: PaintedHub) -> None:
    await talking(page, hub)
    told = paint.Talk(hub.now, paint.FIRST, commit=paint.SEQ)
    told.said(3, "agent:agent2", "您好，今天就可以申请，我已经替您登记。", "sent")
    hub.refuse = lambda command: {
        "state": "refused",
        "changed": False,
        "reason": "stale_view",
    }
    box = page.get_by_test_id("box")
    await box.fill("今天可以申请，请带上身份证和合同原件到任一网点。")
    await box.press("Enter")
    await expect(page.get_by_test_id("stopped")).to_be_visible(timeout=SOON_MS)
    hub.tell(f"customer:{paint.FIRST}", told.docs, paint.SEQ + 1)
    await expect(page.get_by_test_id("stopped")).to_contain_text("替您登记")


async def phrases(page: Page, hub: PaintedHub) -> None:
    await talking(page, hub)
    await page.get_by_test_id("box").fill("/")
    await page.wait_for_load_state("networkidle")


async def my_menu(page: Page, hub: PaintedHub) -> None:
    await page.get_by_test_id("me").click()
    await expect(page.get_by_test_id("sign-out")).to_be_visible()


async def presence(page: Page, hub: PaintedHub) -> None:
    await page.get_by_test_id("presence").click()
    await expect(page.get_by_test_id("presence-ready").last).to_be_visible()


async def team(page: Page, hub: PaintedHub) -> None:
    await expect(page.get_by_test_id("figure-waiting")).to_be_visible()


async def reasons(page: Page, hub: PaintedHub) -> None:
    await page.get_by_test_id("work").filter(has_text="·").get_by_test_id("why").last.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.wait_for_load_state("networkidle")


async def move(page: Page, hub: PaintedHub) -> None:
    await page.get_by_test_id("work").first.get_by_test_id("move").click()
    await expect(page.get_by_test_id("move-go")).to_be_visible()
