"""The same inputs give the same events whatever the hash seed."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from hub.decisions.customer import CustomerRules
from hub.decisions.policy import Policy
from hub.model.bot import BotAction
from hub.model.ids import ChannelId, QueueId
from hub.model.message import DeliveryState
from tests.decisions.stream import (
    START,
    Stream,
    agent_reply,
    answer,
    assign,
    end,
    finish,
    give_back,
    grant,
    hand_off,
    in_line,
    message,
    minutes,
    note,
    offer,
    signal,
)

ROOT = Path(__file__).parents[2]


def scenario() -> str:
    """A digest of all commits, effects and the last state of a full life of a conversation."""
    channels = frozenset(map(ChannelId, ("sms-1", "mail-1", "weibo-1")))
    queues = {reason: QueueId(reason) for reason in ("complaint", "asked", "bot_misses")}
    policy = Policy(without_bot=channels, queue_of_reason=queues)
    stream = Stream(rules=CustomerRules(policy))
    stream.do(signal("followed", given=grant(START, quota=3, kind="follow", hours=1)))
    stream.do(message("信用卡"))
    stream.do(answer(BotAction.SUGGEST, seq=2, candidates=3))
    stream.do(message("怎么挂失", choice="a1"))
    stream.later(minutes(1))
    stream.do(hand_off())
    stream.do(in_line())
    stream.do(offer())
    stream.do(assign())
    stream.do(note())
    stream.do(give_back(reason="transferred", note="请接着办", author="agent:7"))
    stream.do(assign(2))
    stream.do(agent_reply(epoch=2))
    stream.report(0, DeliveryState.SENT)
    stream.report(1, DeliveryState.FAILED, "rejected")
    stream.later(minutes(23))
    stream.do(message("还在"))
    stream.do(agent_reply(epoch=2))
    stream.do(end(2))
    stream.do(message("还有一个问题"))
    stream.do(end(2))
    stream.do(finish(2, summary="已处理"))
    assert stream.standing == "closed"
    stream.do(message("再见"))
    whole = [stream.commits, stream.effects, stream.rules.freeze(stream.state)]
    return hashlib.sha256(json.dumps(whole, default=str).encode()).hexdigest()


def digest_under(seed: str) -> str:
    program = "from tests.decisions.test_determinism import scenario; print(scenario())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_two_hash_seeds_give_the_same_commits_effects_and_state() -> None:
    assert digest_under("1") == digest_under("2") == scenario()
