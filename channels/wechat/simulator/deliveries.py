"""Posts callbacks to the hub: signed, sealed as the mode asks, repeated until acknowledged."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

import aiohttp

from channels.wechat.simulator import pushes
from channels.wechat.simulator.phones import Phone
from channels.wechat.simulator.seal import seal, signature
from channels.wechat.simulator.world import World

SERVICE_BROKEN = "该公众号提供的服务出现故障，请稍后再试"
LONGEST_BACK_OFF_S = 1.0
AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One signed request."""

    query: dict[str, str]
    body: bytes
    plain: str


def make_post(world: World, openid: str, fields: pushes.Fields) -> Post:
    """Sign and, by the account's mode, seal one push; time stamp and nonce are new each time."""
    account = world.account
    stamp = str(int(world.clock.now().timestamp()))
    nonce = str(secrets.randbelow(10**10))
    query = {
        "signature": signature(account.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": openid,
    }
    plain = pushes.xml(fields)
    if account.mode == "plain":
        return Post(query=query, body=plain.encode(), plain=plain)
    sealed = seal(plain.encode(), account.aes_key, account.app_id)
    query["encrypt_type"] = "aes"
    query["msg_signature"] = signature(account.token, stamp, nonce, sealed)
    outer = {"ToUserName": account.id} if account.mode == "safe" else dict(fields)
    return Post(query=query, body=pushes.xml({**outer, "Encrypt": sealed}).encode(), plain=plain)


class Deliveries:
    """`group` owns a task for each copy of each push."""

    def __init__(
        self, world: World, session: aiohttp.ClientSession, group: asyncio.TaskGroup
    ) -> None:
        self._world = world
        self._session = session
        self._group = group
        self._room = asyncio.Semaphore(AT_ONCE)

    def message(self, phone: Phone, own: dict[str, Any]) -> str:
        """Push a message; returns its MsgId."""
        world = self._world
        world.windows.grant(phone.openid, "click" if "bizmsgmenuid" in own else "message")
        phone.last_exchange = world.clock.monotonic()
        msg_id = str(world.next_id())
        self._push(phone, {**own, "MsgId": int(msg_id)}, msg_id)
        return msg_id

    def event(self, phone: Phone, own: dict[str, Any]) -> str:
        """Push an event and change the phone's standing by it; returns an id for the screen."""
        name = str(own["Event"]).lower()
        windows = self._world.windows
        if name == "subscribe":
            phone.following = True
            phone.followed_at = int(self._world.clock.now().timestamp())
            phone.scene = str(own.get("EventKey", "")).removeprefix(pushes.SCENE)
            windows.grant(phone.openid, "follow")
        elif name == "unsubscribe":
            phone.following = False
            windows.forget(phone.openid)
        elif name == "scan":
            windows.grant(phone.openid, "scan")
        elif name in pushes.CLICKS:
            windows.grant(phone.openid, "click")
        elif name == "subscribe_msg_popup_event":
            phone.consents.update(pushes.agreed(own))
        event_id = f"e{self._world.next_id()}"
        self._push(phone, own, event_id)
        return event_id

    def later(self, phone: Phone, own: dict[str, Any], seconds: float) -> None:
        """Push an event after a while: WeChat tells the fate of a notice on its own time."""
        self._group.create_task(self._later(phone, own, seconds))

    async def _later(self, phone: Phone, own: dict[str, Any], seconds: float) -> None:
        await self._world.clock.sleep(seconds)
        self.event(phone, own)

    async def verify(self) -> bool:
        """The GET of the provider's console: does the hook answer `echostr`?"""
        world = self._world
        stamp, nonce, echo = str(int(world.clock.now().timestamp())), "1", secrets.token_hex(8)
        signed = signature(world.account.token, stamp, nonce)
        query = {"signature": signed, "timestamp": stamp, "nonce": nonce, "echostr": echo}
        try:
            async with asyncio.timeout(world.push_rules.timeout_s):
                async with self._session.get(world.hook, params=query) as response:
                    return response.status == 200 and await response.text() == echo
        except (TimeoutError, aiohttp.ClientError):
            return False

    def _push(self, phone: Phone, own: dict[str, Any], msg_id: str) -> None:
        world = self._world
        created = int(world.clock.now().timestamp())
        fields = {
            "ToUserName": world.account.id,
            "FromUserName": phone.openid,
            "CreateTime": created,
            **own,
        }
        copies = world.dice.randint(1, world.push_rules.copies)
        row = {
            "n": len(world.pushes) + 1,
            "openid": phone.openid,
            "msg_id": msg_id,
            "create_time": created,
            "msgtype": own["MsgType"],
            "event": own.get("Event", ""),
            "event_key": own.get("EventKey", ""),
            "content": own.get("Content", ""),
            "copies": copies,
            "attempts": 0,
            "posted": 0,
            "acked": 0,
            "state": "sending",
        }
        world.pushes.append(row)
        for _ in range(copies):
            delay = world.dice.uniform(0, world.push_rules.reorder_ms) / 1000
            self._group.create_task(self._deliver(phone, fields, row, delay))

    async def _deliver(
        self, phone: Phone, fields: pushes.Fields, row: dict[str, Any], delay: float
    ) -> None:
        if delay:
            await self._world.clock.sleep(delay)
        if not self._world.push_rules.in_order:
            await self._try_until_acknowledged(phone, fields, row)
            return
        async with phone.turn:
            await self._try_until_acknowledged(phone, fields, row)

    async def _try_until_acknowledged(
        self, phone: Phone, fields: pushes.Fields, row: dict[str, Any]
    ) -> None:
        attempt = 0
        while True:
            attempt += 1
            row["attempts"] += 1
            rules = self._world.push_rules
            self._tell(phone, row, "sending", attempt)
            async with self._room:
                row["posted"] = row["posted"] or self._world.next_step()
                taken = await self._post(phone, fields)
            if taken:
                row["acked"] = row["acked"] or self._world.next_step()
                row["state"] = "acked"
                self._tell(phone, row, "acked", attempt)
                return
            if attempt >= rules.attempts and not rules.patient:
                break
            pause = rules.retry_wait_s
            if rules.patient:
                pause = min(LONGEST_BACK_OFF_S, 0.05 * 2 ** min(attempt, 10))
            await self._world.clock.sleep(pause)
        if row["state"] == "sending":
            row["state"] = "failed"
            self._tell(phone, row, "failed", attempt)
            phone.show("bubble", side="account", msgtype="system", text=SERVICE_BROKEN, msg_id="")

    async def _post(self, phone: Phone, fields: pushes.Fields) -> bool:
        world = self._world
        post = make_post(world, phone.openid, fields)
        headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"}
        began = world.clock.monotonic()
        status, answer = 0, ""
        try:
            async with asyncio.timeout(world.push_rules.timeout_s):
                async with self._session.post(
                    world.hook, params=post.query, data=post.body, headers=headers
                ) as response:
                    status = response.status
                    answer = (await response.read()).decode("utf-8", "replace")
        except (TimeoutError, aiohttp.ClientError) as exc:
            answer = type(exc).__name__
        phone.show(
            "wire",
            direction="to_hub",
            title=str(fields.get("Event") or fields["MsgType"]),
            request={
                "method": "POST",
                "url": f"{world.hook}?" + "&".join(f"{k}={v}" for k, v in post.query.items()),
                "headers": headers,
                "body": post.body.decode(),
            },
            response={"status": status, "body": answer},
            plain=post.plain,
            ms=round((world.clock.monotonic() - began) * 1000, 1),
        )
        return status == 200 and answer in {"", "success"}

    def _tell(self, phone: Phone, row: dict[str, Any], state: str, attempt: int) -> None:
        phone.show("delivery", msg_id=row["msg_id"], state=state, attempt=attempt)
