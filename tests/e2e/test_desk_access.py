"""Who may not see, and what stays when a session is over."""

import pytest
from playwright.async_api import expect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.e2e.colleague import SOON_MS
from tests.e2e.office import API, LEAD, Office

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

CHECKED_MS = 45_000
"""A socket's session is looked at twice a minute."""


@pytest.mark.parametrize(
    ("origin", "signed_in", "status"),
    [
        ("https://elsewhere.example", True, 403),
        (None, True, 403),
        ("null", True, 403),
        ("ours", False, 401),
    ],
)
async def test_socket_opens_only_for_our_own_pages_and_people(
    office: Office, origin: str | None, signed_in: bool, status: int
) -> None:
    cookie = (await office.headers_of("agent1"))["Cookie"] if signed_in else "lianluo_session=x"
    headers = {"Cookie": cookie}
    if origin is not None:
        headers["Origin"] = office.demo.url if origin == "ours" else origin
    url = office.demo.url.replace("http", "ws", 1) + "/ws/agent"
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers=headers, proxy=None):
            pass
    assert refused.value.response.status_code == status


async def test_sign_out_in_another_tab_keeps_what_was_typed(office: Office) -> None:
    agent = await office.ready("agent1")
    customer = await office.waiting_customer()
    await agent.accept()
    await agent.box.fill("这句话还没有写完")
    first = agent.page
    await agent.turn_to(await agent.second_tab())
    await agent.page.get_by_test_id("me").click()
    await agent.page.get_by_test_id("sign-out").click()
    await agent.page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
    await expect(agent.page.locator("input[name=password]")).to_be_visible()

    await agent.turn_to(first)
    await first.keyboard.press("Control+k")
    await first.get_by_test_id("search-box").fill("贷款")
    over = first.get_by_role("dialog", name="请重新登录")
    await expect(over).to_be_visible(timeout=SOON_MS)
    await agent.shoot("desk-session-over")
    await agent.enter_password()
    await expect(over).to_be_hidden(timeout=SOON_MS)
    await first.keyboard.press("Escape")
    await expect(agent.box).to_have_value("这句话还没有写完")
    await agent.box.press("End")
    await agent.page.keyboard.insert_text("，现在写完了。")
    await agent.page.keyboard.press("Enter")
    words = customer.bubbles("account").filter(has_text="这句话还没有写完，现在写完了。")
    await expect(words).to_have_count(1, timeout=SOON_MS)
    agent.forgive(401, "/conversations?q=")


async def test_session_ended_by_the_bank_puts_the_sign_in_over_the_page(office: Office) -> None:
    agent = await office.ready("agent1")
    await office.waiting_customer()
    await agent.accept()
    await agent.box.fill("写到一半")
    cookies = {each["name"]: each["value"] for each in await agent.context.cookies()}
    headers = {"Cookie": f"lianluo_session={cookies['lianluo_session']}"}
    url = f"{office.demo.url}{API}/session"
    async with office.http.delete(url, headers={**headers, "Origin": office.demo.url}) as answer:
        assert answer.status == 204
    over = agent.page.get_by_role("dialog", name="请重新登录")
    await expect(over).to_be_visible(timeout=CHECKED_MS)
    await agent.enter_password()
    await expect(over).to_be_hidden(timeout=SOON_MS)
    await expect(agent.box).to_have_value("写到一半")
    await agent.write("写到一半，接着写完。")


async def test_customer_of_another_agent_is_neither_shown_nor_told(office: Office) -> None:
    agent = await office.ready("agent1")
    await office.waiting_customer()
    await agent.accept()
    conversation = agent.conversation_id
    customer = conversation.rpartition(".")[0]
    for path in (f"/conversations/{conversation}", f"/customers/{customer}"):
        for who, status in (("agent1", 200), ("agent2", 404), (LEAD, 200)):
            assert (await office.get(who, path))[0] == status, (who, path)
    assert (await office.get("agent2", f"/conversations/{conversation}/messages"))[0] == 404
    _, listed = await office.get("agent2", f"/conversations?customer_id={customer}")
    assert listed["items"] == []

    topic = f"customer:{customer}"
    async with office.screen("agent2") as screen:
        await screen.say(t="watch", topic=topic, seq=0)
        assert await screen.hear("closed") == {"t": "closed", "topic": topic, "reason": "forbidden"}
        note = {"conversation_id": conversation, "text": "不该写进来"}
        assert (await screen.do(do="note", **note))["reason"] == "forbidden"
        await screen.say(t="watch", topic="desk", seq=0)
        await screen.hear("update")
        assert [key for kind, key in screen.docs if kind == "work"] == []
    async with office.screen(LEAD) as screen:
        await screen.say(t="watch", topic=topic, seq=0)
        await screen.hear("update")
        assert ("conversation", conversation) in screen.docs

    other = office.colleague("agent2")
    await other.sign_in(path=f"/c/{conversation}")
    await expect(other.page.get_by_test_id("hidden")).to_be_visible(timeout=SOON_MS)
    await expect(other.page.get_by_text("转人工", exact=True)).to_have_count(0)
    other.forgive(404, conversation)
