"""The pages of the administration: nothing cut, covered or hard to read.

Each language, size and theme once; with `LIANLUO_SHOTS` every look, kept as pictures.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.e2e.admin_steps import call, phone
from tests.e2e.colleague import SOON_MS
from tests.e2e.hostile import push
from tests.e2e.office import API, Office
from tests.e2e.seeing import EVERY_LOOK, faults

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]


@dataclass(frozen=True, slots=True)
class Look:
    language: str
    width: int
    theme: Any = "light"

    def __str__(self) -> str:
        return f"{self.width}-{self.language}-{self.theme}"


DAILY = (Look("en", 1440, "dark"), Look("zh", 390))
LOOKS = DAILY + ((Look("zh", 1440), Look("en", 390)) if EVERY_LOOK else ())


@pytest_asyncio.fixture(loop_scope="session")
async def furnished(office: Office) -> AsyncIterator[Office]:
    """Something of everything: long names, what fails, what is paused, who is locked out."""
    name = f"核心系统与客户关系管理平台对接专用密钥 {uuid4().hex[:4]}"
    scopes = ["read:conversations", "read:customers", "write:messages", "read:audit"]
    await call(
        office, "admin", "POST", "/keys", {"name": name, "scopes": scopes, "expires_at": None}
    )
    events = ["message.received", "message.sent", "conversation.closed", "wrap_up.finished"]
    url = f"{office.demo.receiver}/integration/contact-center/v2/events/{uuid4().hex}"
    made = await call(office, "admin", "POST", "/webhooks", {"url": url, "events": events})
    webhook = made["webhook"]["id"]
    user = {"username": f"u{uuid4().hex[:6]}", "display_name": "欧阳德清", "role": "supervisor"}
    await call(office, "admin", "POST", "/users", user)
    for _ in range(10):
        wrong = {"username": user["username"], "password": "not my password"}
        async with office.http.post(f"{office.demo.url}{API}/session", json=wrong) as answer:
            if answer.status == 429:
                break
    await push(office, await phone(office), type="text", text="你好")
    yield office
    await call(office, "admin", "DELETE", f"/webhooks/{webhook}")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_nothing_of_the_administration_is_cut_covered_or_hard_to_read(
    furnished: Office, look: Look
) -> None:
    admin = furnished.colleague("admin")
    page = await admin.open(
        language=look.language, theme=look.theme, size=(look.width, 900), path="/accounts"
    )
    await page.locator("input[name=username]").fill("admin")
    await admin.enter_password()
    found: list[str] = []

    async def see(name: str, place: Locator) -> None:
        await expect(place.first).to_be_visible(timeout=SOON_MS)
        await page.wait_for_load_state("networkidle")
        await admin.shoot(f"admin-{name}-{look}")
        found.extend(f"{name}: {each}" for each in await faults(page))

    async def closed() -> None:
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)

    async def go(name: str) -> None:
        await page.get_by_test_id(f"admin-{name}").click()

    sheet, ask = page.get_by_test_id("sheet"), page.get_by_test_id("ask")
    await see("accounts", page.get_by_test_id("card-wechat-demo"))
    await page.get_by_test_id("add-account").click()
    await see("account-new", sheet)
    await closed()
    await page.get_by_test_id("card-wechat-demo").get_by_test_id("test").click()
    await see("account-tested", page.get_by_test_id("checks"))
    await closed()
    await go("channelLog")
    await see("log", page.get_by_test_id("log-rows").locator("tbody tr"))
    await page.get_by_test_id("log-rows").get_by_role("button").first.click()
    await see("exchange", page.get_by_test_id("exchange"))
    await closed()
    await go("keys")
    await see("keys", page.locator('[data-test^="key-"]'))
    await page.get_by_test_id("add-key").click()
    await see("key-new", sheet)
    await closed()
    await go("webhooks")
    await see("webhooks", page.locator("article"))
    await page.get_by_test_id("replay").first.click()
    await see("replay", ask)
    await closed()
    await page.get_by_test_id("add-webhook").click()
    await see("webhook-new", sheet)
    await closed()
    await go("users")
    await see("users", page.get_by_test_id("user-agent1"))
    await page.get_by_test_id("user-agent1").get_by_test_id("reset-password").click()
    await see("reset", ask)
    await closed()
    await go("audit")
    await see("audit", page.get_by_test_id("audit").locator("tbody tr"))
    assert found == []
