"""The bot's worker: its answer as an input, with buttons where the channel carries them."""

from typing import Any

import pytest

from hub.model.bot import BotAction, BotAnswer, BotQuestion
from hub.model.codec import plain, unpack
from hub.model.ids import ChannelId
from hub.model.inputs import BotFailed, BotReplied
from hub.ports import Capabilities
from hub.services.delivery import bot_worker

WX = ChannelId("wechat-main")
MENUS = frozenset({"TextPart", "MenuPart"})


class Channel:
    def __init__(self, **can: Any) -> None:
        self.capabilities = Capabilities(
            **{"parts": MENUS, "max_text": 20, "max_options": 4, **can}
        )


class Answering:
    def __init__(self, text: str = "请拨打热线。", article: str = "zh-card-loss") -> None:
        action = BotAction.ANSWER
        self.said = BotAnswer(action=action, reason="confident", text=text, article_id=article)

    async def answer(self, question: BotQuestion) -> BotAnswer:
        return self.said


class Broken:
    async def answer(self, question: BotQuestion) -> BotAnswer:
        raise LookupError("卡丢了")


async def asked(bot: Any, channel: Channel | None, channel_id: str | None = WX) -> Any:
    row = {
        "_id": "1f:000000000007#0",
        "body": {
            "conversation_id": "c.1",
            "message_id": "c.1.1",
            "question": plain(BotQuestion(text="卡丢了")),
            "channel_id": channel_id,
        },
    }
    adapters: Any = {} if channel is None else {WX: channel}
    done = await bot_worker(bot, adapters)(row)
    ((key, body),) = done.inputs
    assert key == "b:1f:000000000007#0"
    return unpack(body, BotReplied | BotFailed)


async def test_the_answer_is_an_input_of_the_talk() -> None:
    replied = await asked(Answering(), Channel())
    assert (replied.conversation_id, replied.message_id) == ("c.1", "c.1.1")
    assert replied.answer.text == "请拨打热线。"


@pytest.mark.parametrize(
    ("can", "text", "rateable"),
    [
        ({}, "二十个字以内的答案。", True),
        ({}, "这个答案比二十个字长，所以不能放进带按钮的消息里。", False),
        ({"parts": frozenset({"TextPart"})}, "短。", False),
        ({"max_options": 3}, "短。", False),
    ],
)
async def test_buttons_go_where_the_channel_carries_them(
    can: dict[str, Any], text: str, rateable: bool
) -> None:
    assert (await asked(Answering(text), Channel(**can))).rateable is rateable


async def test_a_channel_that_is_gone_has_no_buttons() -> None:
    assert not (await asked(Answering(), None)).rateable
    assert not (await asked(Answering(), Channel(), None)).rateable


async def test_a_bot_that_fails_says_so_without_words_of_the_customer() -> None:
    failed = await asked(Broken(), Channel())
    assert (failed.message_id, failed.code) == ("c.1.1", "LookupError")
