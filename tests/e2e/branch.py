"""A bank whose parts fail one by one: hub, database and provider are processes of their own, and
agents sit behind a cable."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser

from hub.store.embedded_process import pick_port
from tests.e2e.cable import Cable
from tests.e2e.colleague import Colleague
from tests.e2e.office import LEAD, Demo, Office
from tests.faults.rig import PASSWORD, Rig, rig
from tests.faults.witness import Witness

GRACE_S = 12.0
OFFER_S = 60
"""A laden machine opens pages slowly."""
SOON_S = 20.0
LOOK_S = 0.1


@dataclass(slots=True, kw_only=True)
class Branch:
    """`provider` holds the phones; agents behind the `cable` lose the hub when it fails."""

    rig: Rig
    cable: Cable
    provider: Witness

    def office(self, browser: Browser, http: aiohttp.ClientSession) -> Office:
        demo = Demo(url=self.rig.public, password=PASSWORD, simulator=self.rig.simulator)
        return Office(browser, demo, http)

    def behind_the_cable(self, office: Office, browser: Browser, username: str) -> Colleague:
        somebody = Colleague(browser, self.cable.url, username, PASSWORD)
        office.people.append(somebody)
        return somebody

    async def customer(self, words: str) -> str:
        """Somebody who wants a person; the openid."""
        openid = await self.provider.add_phone()
        await self.provider.write(openid, words)
        return openid

    async def heard(self, openid: str) -> list[str]:
        """Every text of the bank that reached the phone, in order."""
        sent = (await self.provider.books())["sent"]
        return [each["content"]["content"] for each in sent if each["openid"] == openid]

    async def hears(self, openid: str, words: str) -> None:
        async with asyncio.timeout(SOON_S):
            while True:
                if words in await self.heard(openid):
                    return
                await asyncio.sleep(LOOK_S)

    async def desk(self, office: Office) -> dict[str, Any]:
        """All work as the desk tells those who lead, by conversation."""
        async with office.screen(LEAD) as lead:
            await lead.say(t="watch", topic="desk", seq=0)
            await lead.hear("update")
            works = [doc for (kind, _), doc in lead.docs.items() if kind == "work"]
            return {work["conversation_id"]: work for work in works}

    async def give(self, office: Office, conversation: str, username: str) -> None:
        """A lead takes the work away from whoever has it."""
        work = (await self.desk(office))[conversation]
        async with office.screen(LEAD) as lead:
            done = await lead.do(
                do="move",
                interaction_id=work["id"],
                to_queue=work["queue_id"],
                to_agent=username,
            )
        assert done["state"] == "decided", done


@asynccontextmanager
async def branch(folder: Path) -> AsyncIterator[Branch]:
    port = pick_port()
    environment = {
        "LIANLUO_DESK__AGENT_GRACE_S": str(GRACE_S),
        "LIANLUO_HTTP__TRUSTED_ORIGINS": f'["http://127.0.0.1:{port}"]',
    }
    async with (
        rig(folder, environment=environment) as it,
        Cable.laid(port, it.hubs[0].port) as cable,
    ):
        code, said = await it.run("queue", "set", "general", "--offer", str(OFFER_S))
        assert code == 0, said
        yield Branch(
            rig=it, cable=cable, provider=Witness(session=it.session, simulator=it.simulator)
        )
