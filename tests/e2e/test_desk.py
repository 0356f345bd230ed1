"""Customers and colleagues in real browsers, from the first word to the summary."""

import json

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.e2e.colleague import SOON_MS, Colleague
from tests.e2e.office import LEAD, Office
from tests.e2e.visitor import Visitor

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]


async def hears(customer: Visitor, text: str) -> None:
    await expect(customer.bubbles("account").filter(has_text=text)).to_have_count(
        1, timeout=SOON_MS
    )


async def test_three_people_talk_and_what_is_internal_stays_inside(office: Office) -> None:
    customer = office.visitor()
    await customer.open()
    await expect(customer.page.get_by_text("安全模式")).to_be_visible()
    assert "手续费" in await customer.write("转账要手续费吗")

    first = await office.ready("agent1")
    await customer.write("转人工")
    await expect(first.offers).to_contain_text("综合服务", timeout=SOON_MS)
    await first.accept()
    await expect(first.says("customer")).to_have_text(["转账要手续费吗", "转人工"])
    await expect(first.says("bot").first).to_contain_text("手续费")

    await first.write("您好，我是坐席，请问要转到哪家银行？")
    await hears(customer, "请问要转到哪家银行")
    await customer.say("转到外地的银行")
    await expect(first.says("customer").last).to_have_text("转到外地的银行", timeout=SOON_MS)
    await first.write("手机银行转账免手续费。")
    await hears(customer, "手机银行转账免手续费")
    await customer.say("好的，谢谢")
    await expect(first.says("customer")).to_have_count(4, timeout=SOON_MS)
    await first.note("客户很着急 NOTE-7f3a1c")
    await all_sent(first, customer)
    await first.shoot("desk-busy")

    second = await office.ready("agent2")
    await first.transfer("agent2", "请核对限额 CONTEXT-90be22")
    await second.accept()
    await expect(first.row("active")).to_have_count(0)
    await first.loses()
    await expect(second.notes()).to_contain_text(["NOTE-7f3a1c", "CONTEXT-90be22"])
    await expect(second.says("agent:agent1")).to_have_count(2)
    await second.write("您好，同事已把情况转告我。")
    await hears(customer, "同事已把情况转告我")
    await customer.say("我的限额是多少")
    await expect(second.says("customer").last).to_have_text("我的限额是多少", timeout=SOON_MS)
    await second.write("您的日限额是五万元。")
    await hears(customer, "您的日限额是五万元")
    await all_sent(second, customer)
    await second.end()
    await second.finish("answered", "已告知限额 SUMMARY-55d0aa")
    await expect(second.row("active")).to_have_count(0)

    await customer.write("转人工")
    await first.accept()
    await expect(first.page.get_by_test_id("border")).to_have_text("以上为历史会话")
    await expect(first.says("agent:agent2")).to_have_count(2)
    await expect(first.notes()).to_contain_text(["NOTE-7f3a1c", "CONTEXT-90be22"])
    past = first.page.get_by_test_id("past")
    await expect(past).to_have_count(1)
    await expect(past).to_contain_text("SUMMARY-55d0aa")
    await first.write("您好，又见面了。")
    await hears(customer, "又见面了")

    phone = await customer.phone()
    wire = await office.wire(phone, "又见面了")
    assert "您的日限额是五万元" in wire
    for secret in ("NOTE-7f3a1c", "CONTEXT-90be22", "SUMMARY-55d0aa", "客户很着急", "请核对限额"):
        assert secret not in wire
        await expect(customer.page.get_by_test_id("chat")).not_to_contain_text(secret)


async def all_sent(colleague: Colleague, customer: Visitor) -> None:
    """Both sides see that everything arrived at the other."""
    await colleague.sent()
    await expect(colleague.page.get_by_test_id("fate").last).to_have_text("已发送")
    for mark in await customer.page.get_by_test_id("delivery").all():
        await expect(mark).to_have_attribute("data-state", "acked")


async def test_what_one_accepts_is_opened_at_once_also_under_a_resting_hand(office: Office) -> None:
    agent = await office.ready("agent1")
    await expect(agent.page.get_by_test_id("me")).to_have_text("王")
    for count in (1, 2):
        await office.waiting_customer()
        await expect(agent.offers).to_have_count(1, timeout=SOON_MS)
        await agent.page.locator("#list-panel").hover(position={"x": 150, "y": 300})
        await agent.page.keyboard.press("Alt+a")
        await agent.serving()
        await expect(agent.row("active")).to_have_count(count)
        await expect(agent.row("active").and_(agent.page.locator("[aria-current]"))).to_have_count(
            1
        )
        await expect(agent.page.locator(".fresh")).to_have_count(0)


async def test_two_tabs_of_one_agent_show_the_same(office: Office) -> None:
    agent = await office.ready("agent1")
    first = agent.page
    second = await agent.second_tab()
    customer = await office.waiting_customer()
    for page in (first, second):
        await expect(page.get_by_test_id("offer")).to_have_count(1, timeout=SOON_MS)
    await agent.turn_to(first)
    await agent.accept()
    await expect(second.get_by_test_id("offer")).to_have_count(0)
    await agent.write("这句话在两页上都看得到。")
    await agent.note("这张便条也是。")
    await second.get_by_test_id("row-active").click()
    await customer.say("我也看到了")
    for page in (first, second):
        bubble = page.get_by_test_id("message").filter(has_text="我也看到了")
        await expect(bubble).to_have_count(1, timeout=SOON_MS)
    await agent.sent()
    shown = [await page.get_by_test_id("log").inner_text() for page in (first, second)]
    assert shown[0] == shown[1]
    assert "这张便条也是" in shown[1]
    await agent.turn_to(second)
    await agent.end()
    await expect(first.get_by_test_id("wrap-left")).to_be_visible()
    await agent.finish()
    await expect(first.get_by_test_id("notice")).to_contain_text("会话已结束")


class Valve:
    """Holds back what the hub tells a page by itself; its answers pass."""

    def __init__(self) -> None:
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        self.shut = False

    def connect(self, page: WebSocketRoute) -> None:
        hub = page.connect_to_server()
        page.on_message(hub.send)
        hub.on_message(lambda frame: self._let(page, frame))

    def open(self) -> None:
        self.shut = False
        for page, frame in self._held:
            page.send(frame)
        self._held.clear()

    def _let(self, page: WebSocketRoute, frame: str | bytes) -> None:
        if self.shut and json.loads(frame)["t"] not in ("welcome", "done", "pong"):
            self._held.append((page, frame))
        else:
            page.send(frame)


async def behind(office: Office, valve: Valve) -> tuple[Colleague, Visitor]:
    """agent1 with a customer, on a screen whose news can be held back."""
    agent = office.colleague("agent1")
    await agent.open()
    await agent.context.route_web_socket("**/ws/agent", valve.connect)
    await agent.page.reload()
    await agent.sign_in()
    await agent.ready()
    customer = await office.waiting_customer()
    await agent.accept()
    return agent, customer


async def test_reply_on_an_old_view_is_stopped_and_shows_what_came(office: Office) -> None:
    valve = Valve()
    agent, customer = await behind(office, valve)
    valve.shut = True
    seen = await office.seq_of(agent.conversation_id)
    await customer.say("等一下，金额写错了")
    await office.moved_on(agent.conversation_id, seen)
    await agent.box.fill("好的，马上转。")
    await agent.box.press("Enter")
    stopped = agent.page.get_by_test_id("stopped")
    await expect(stopped).to_have_attribute("data-reason", "stale_view", timeout=SOON_MS)
    await expect(agent.box).to_have_value("好的，马上转。")
    await expect(agent.page.get_by_test_id("send-anyway")).to_be_disabled()
    valve.open()
    await expect(stopped).to_contain_text("等一下，金额写错了")
    await agent.shoot("desk-stopped")
    await expect(customer.bubbles("account").filter(has_text="马上转")).to_have_count(0)
    await agent.page.get_by_test_id("send-anyway").click()
    await expect(agent.says("agent:agent1")).to_contain_text(["好的，马上转。"], timeout=SOON_MS)
    await expect(stopped).to_have_count(0)
    await hears(customer, "好的，马上转。")


async def test_of_two_who_answer_at_once_the_second_is_stopped(office: Office) -> None:
    valve = Valve()
    agent, customer = await behind(office, valve)
    other = await office.ready("agent2")
    valve.shut = True
    async with office.screen(LEAD) as lead:
        interaction = f"{agent.conversation_id}-1"
        move = {"interaction_id": interaction, "to_queue": "general", "to_agent": "agent2"}
        assert (await lead.do(do="move", **move))["state"] == "decided"
    await other.accept()
    await other.write("您好，由我来答复您。")
    await hears(customer, "由我来答复您")

    await agent.box.fill("我也来答复您。")
    await agent.box.press("Enter")
    stopped = agent.page.get_by_test_id("stopped")
    await expect(stopped).to_contain_text("会话已不在您手上", timeout=SOON_MS)
    await expect(agent.box).to_have_value("我也来答复您。")
    valve.open()
    left = agent.page.get_by_test_id("left-words")
    await expect(left).to_contain_text("我也来答复您。")
    await agent.loses()
    await agent.shoot("desk-left-words")
    await left.get_by_test_id("drop-words").click()
    await expect(left).to_have_count(0)
    await expect(customer.bubbles("account").filter(has_text="我也来答复您")).to_have_count(0)


async def test_supervisor_sees_who_waits_and_gives_it_to_whom_it_concerns(office: Office) -> None:
    lead = office.colleague(LEAD)
    await lead.sign_in(path="/team")
    figure = lead.page.get_by_test_id("figure-waiting")
    await expect(figure).to_contain_text("0")
    await office.waiting_customer()
    await office.waiting_customer()
    work = lead.page.get_by_test_id("work")
    await expect(work).to_have_count(2, timeout=SOON_MS)
    await expect(figure).to_contain_text("2")
    await expect(work.first).to_contain_text("客户要人工")

    await lead.move(work.last, queue="card", first=True)
    await expect(work.filter(has_text="信用卡")).to_have_count(1, timeout=SOON_MS)
    await expect(lead.page.get_by_test_id("queue-card").locator("td").nth(1)).to_have_text("1")

    agent = office.colleague("agent1")
    await agent.sign_in()
    await agent.claim()
    await expect(agent.row("active")).to_have_count(1)
    name = await agent.page.get_by_test_id("conversation").get_by_role("heading").inner_text()
    claimed = work.filter(has_text=name)
    await expect(claimed).to_contain_text("服务中", timeout=SOON_MS)
    await expect(claimed).to_contain_text("王晓")
    await expect(lead.page.get_by_test_id("agent-agent1")).to_contain_text("1/4")

    other = await office.ready("agent2")
    await other.accept()
    await lead.move(claimed, agent="agent2")
    await expect(other.offers).to_contain_text("转给您", timeout=SOON_MS)
    await expect(agent.row("active")).to_have_count(0)
    await other.accept()
    await agent.loses()
    await expect(claimed).to_contain_text("李静", timeout=SOON_MS)
    await expect(claimed).to_contain_text("班长移动")
    await claimed.get_by_test_id("why").click()
    reasons = lead.page.get_by_role("dialog")
    await expect(reasons).to_contain_text("指定坐席")
    for step in ("派给 王晓", "王晓 Wang Xiao接起", "收回：班长移动", "派给 李静"):
        await expect(reasons).to_contain_text(step)
    await lead.shoot("desk-reasons")
