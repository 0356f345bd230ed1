"""A client the simulator's author did not write: wechatpy finds in it what it expects of WeChat."""

import asyncio
import io
from collections.abc import Callable
from typing import Any

import pytest
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from channels.wechat.simulator.account import CARD_NOTICE
from channels.wechat.simulator.samples import sample
from hub.model.menu import MenuEntry, MenuKind
from tests.channels.line import Line, line


class Client(WeChatClient):  # type: ignore[misc]
    """Its addresses and its token are those of the simulator."""

    def __init__(self, it: Line, token: str) -> None:
        self.API_BASE_URL = f"{it.url}/cgi-bin/"
        self._token = token
        super().__init__(it.world.account.app_id, "", timeout=5, auto_retry=False)

    @property
    def access_token(self) -> str:
        return getattr(self, "_token", "")


async def ask(it: Line, what: Callable[[Client], Any]) -> Any:
    token = str(it.world.tokens.issue_stable(force=False)["access_token"])
    return await asyncio.to_thread(lambda: what(Client(it, token)))


async def test_it_uploads_and_downloads_the_same_bytes() -> None:
    async with line() as it:
        picture = sample("image")

        def work(client: Client) -> bytes:
            made = client.media.upload("image", ("a.jpg", io.BytesIO(picture), "image/jpeg"))
            return bytes(client.media.download(made["media_id"]).content)

        assert await ask(it, work) == picture


async def test_it_sends_every_kind_to_the_phone() -> None:
    async with line() as it:
        kinds = {k: it.world.shelf.add(k, sample(k)).media_id for k in ("image", "voice", "video")}

        article = {"title": "t", "description": "", "url": "https://b.example", "image": ""}

        def work(client: Client) -> None:
            openid = it.phone.openid
            client.message.send_text(openid, "您好")
            client.message.send_image(openid, kinds["image"])
            client.message.send_voice(openid, kinds["voice"])
            client.message.send_video(openid, kinds["video"], "开户", "三步")
            client.message.send_articles(openid, [article])

        await ask(it, work)
        shown = [e["msgtype"] for e in it.phone.entries if e["kind"] == "bubble"]
        assert shown == ["text", "image", "voice", "video", "news"]


async def test_it_sends_a_template_and_reads_its_number() -> None:
    async with line() as it:
        answer = await ask(
            it,
            lambda c: c.message.send_template(
                it.phone.openid, CARD_NOTICE, {"amount": {"value": "1"}}
            ),
        )
        assert (answer["errcode"], answer["msgid"]) == (0, it.world.notices.taken[0]["msgid"])


async def test_it_makes_a_qr_code_and_sees_who_follows() -> None:
    async with line() as it:
        order = {
            "expire_seconds": 1800,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": "branch-7"}},
        }
        code = await ask(it, lambda c: c.qrcode.create(order))
        assert code["expire_seconds"] == 1800
        assert it.world.qr.codes[code["ticket"]].scene == "branch-7"
        user = await ask(it, lambda c: c.user.get(it.phone.openid))
        assert (user["subscribe"], user["unionid"]) == (1, it.phone.unionid)


async def test_it_reads_the_menu_the_adapter_made() -> None:
    menu = {"button": [{"type": "click", "name": "查余额", "key": "balance"}]}
    async with line() as it:
        entry = MenuEntry(name="查余额", kind=MenuKind.QUESTION, key="balance")
        await it.adapter.publish_menu((entry,))
        assert (await ask(it, lambda c: c.menu.get()))["menu"] == menu


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (lambda c: c.media.upload("image", ("a.jpg", io.BytesIO(b"%PDF"), "image/jpeg")), 40005),
        (lambda c: c.message.send_image("o" * 28, "nothing"), 40007),
        (lambda c: c.user.get("o1"), 40003),
        (lambda c: c.menu.get(), None),
        (lambda c: c.misc.get_wechat_ips(), None),
    ],
)
async def test_it_recognises_the_errors(what: Callable[[Client], Any], code: int | None) -> None:
    """wechatpy itself turns "no menu" into nothing."""
    async with line() as it:
        if code is None:
            assert await ask(it, what) in (None, ["127.0.0.1"])
            return
        with pytest.raises(WeChatClientException) as caught:
            await ask(it, what)
        assert caught.value.errcode == code
