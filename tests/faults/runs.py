"""The runs by name, as the tests and the benchmark ask for them."""

from pathlib import Path

from hub.store.embedded_process import pick_port
from tests.faults.balancer import balancer
from tests.faults.load import LoadPlan
from tests.faults.nemesis import Freezer, Killer, freeze_plan, kill_plan
from tests.faults.rig import CHANNEL, rig
from tests.faults.scenario import Outcome, run_under_load

FAQ = ("怎么查信用卡额度", "如何修改手机银行密码", "今天天气怎么样", "挂失银行卡怎么办", "转人工")

KILLS_PUSH = {"patient": True, "copies": 3, "reorder_ms": 200}
OWNERS_PUSH = {**KILLS_PUSH, "timeout_s": 1.0}


async def kills(folder: Path, load: LoadPlan, *, count: int, bot: bool = False) -> Outcome:
    """kill -9 of hub and database in turn while customers write and people answer."""
    plan = kill_plan(load.seed, count, load.messages)
    async with rig(folder, bot=bot) as it:
        return await run_under_load(
            it, load, lambda witness: Killer(rig=it, witness=witness, plan=plan), push=KILLS_PUSH
        )


async def two_owners(folder: Path, load: LoadPlan, *, takeovers: int, short: int = 0) -> Outcome:
    """Two hubs on one database; whoever owns the shards is frozen past its lease, then goes on."""
    plan = freeze_plan(load.seed, takeovers, load.messages, short=short)
    front = pick_port()
    async with (
        rig(folder, hubs=2, hook=f"http://127.0.0.1:{front}/hooks/{CHANNEL}") as it,
        balancer(front, [hub.port for hub in it.hubs]),
    ):
        return await run_under_load(
            it,
            load,
            lambda witness: Freezer(rig=it, witness=witness, plan=plan),
            push=OWNERS_PUSH,
        )
