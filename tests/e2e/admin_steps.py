"""What the tests of the administration do beside the screens."""

from typing import Any

from playwright.async_api import Page, expect

from tests.e2e.colleague import SOON_MS
from tests.e2e.office import API, Office


async def at(office: Office, username: str, path: str) -> Page:
    somebody = office.colleague(username)
    page = await somebody.open(path=path)
    await page.locator("input[name=username]").fill(username)
    await somebody.enter_password()
    await expect(page.get_by_test_id("me")).to_be_visible(timeout=SOON_MS)
    return page


async def call(office: Office, username: str, method: str, path: str, body: object = None) -> Any:
    headers = await office.headers_of(username)
    url = f"{office.demo.url}{API}{path}"
    async with office.http.request(method, url, json=body, headers=headers) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json() if answer.status != 204 else None


async def phone(office: Office) -> str:
    url = f"{office.demo.simulator}/phone/phones"
    async with office.http.post(url, json={}) as answer:
        assert answer.status == 201
        found: str = (await answer.json())["openid"]
    return found


async def control(office: Office, **plan: Any) -> None:
    url = f"{office.demo.simulator}/control/faults"
    async with office.http.post(url, json=plan) as answer:
        assert answer.status < 300, await answer.text()
