"""The socket of a screen, answered from a painted desk; the pages come from a real demo."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import BrowserContext, Route, WebSocketRoute

from agent_web.documents import ConversationDoc, ScreenDoc
from tests.e2e import painted_desk as paint

Frame = dict[str, Any]

OPENING_S = 0.02

CREW = {"agent1": ("王晓 Wang Xiao", "agent"), "supervisor1": ("陈晨 Chen Chen", "supervisor")}


@dataclass
class PaintedHub:
    """`topics`: what is shown. `unreachable`: every line breaks. `ended`: the session is over.
    `failing`: lists are answered with an error.

    `refuse` tells what is answered to a command; None decides it.
    """

    now: datetime
    topics: dict[str, Sequence[ScreenDoc]]
    username: str = paint.ME
    refuse: Callable[[Frame], Frame | None] = lambda command: None
    lines: list[WebSocketRoute] = field(default_factory=list)
    unreachable: bool = False
    failing: bool = False
    ended: bool = False

    async def hang(self, context: BrowserContext) -> None:
        """Everything but the pages and the bank's catalogues comes from here."""
        await context.route_web_socket("**/ws/agent", self.connect)
        await context.route("**/api/v1/session", self._session)
        await context.route("**/api/v1/conversations?*", self._conversations)
        await context.route("**/api/v1/conversations/*/messages*", self._messages)
        await context.route("**/api/v1/assignments/*", self._assignments)

    async def connect(self, line: WebSocketRoute) -> None:
        if self.unreachable:
            await line.close()
            return
        self.lines.append(line)
        line.on_message(lambda frame: self._hear(line, json.loads(frame)))
        # The page's end opens only after this call.
        asyncio.get_running_loop().call_later(OPENING_S, self._greet, line)

    def _greet(self, line: WebSocketRoute) -> None:
        name, role = CREW[self.username]
        self._say(
            line,
            t="welcome",
            protocol=1,
            username=self.username,
            display_name=name,
            role=role,
            now=self.now.isoformat(),
            build="painted",
            connection_id="1",
            heartbeat_s=10,
            bank="联络银行",
            environment="demo",
        )

    async def break_lines(self) -> None:
        self.unreachable = True
        for line in self.lines:
            await line.close()

    async def end_session(self) -> None:
        self.ended = True
        for line in self.lines:
            self._say(line, t="bye", reason="session_ended")
            await line.close(code=4401)

    def tell(self, topic: str, docs: Sequence[ScreenDoc], seq: int) -> None:
        for line in self.lines:
            self._update(line, topic, docs, seq=seq, full=False)

    def _hear(self, line: WebSocketRoute, frame: Frame) -> None:
        if frame["t"] == "ping":
            self._say(line, t="pong", now=self.now.isoformat())
        elif frame["t"] == "watch":
            docs = self.topics.get(frame["topic"])
            if docs is None:
                self._say(line, t="closed", topic=frame["topic"], reason="forbidden")
            else:
                self._update(line, frame["topic"], docs, seq=paint.SEQ, full=True)
        elif frame["t"] == "do":
            refusal = self.refuse(frame["command"])
            answer = {"state": "decided", "changed": True, **(refusal or {})}
            self._say(line, t="done", id=frame["id"], seq=paint.SEQ, **answer)

    def _update(
        self, line: WebSocketRoute, topic: str, docs: Sequence[ScreenDoc], *, seq: int, full: bool
    ) -> None:
        shown = [doc.model_dump(mode="json") for doc in docs]
        self._say(line, t="update", topic=topic, seq=seq, full=full, docs=shown, gone=[])

    @staticmethod
    def _say(line: WebSocketRoute, **frame: Any) -> None:
        line.send(json.dumps(frame, ensure_ascii=False))

    async def _session(self, route: Route) -> None:
        name, role = CREW[self.username]
        if self.ended:
            await route.fulfill(status=401, json={"type": "about:blank", "status": 401})
        else:
            who = {"username": self.username, "display_name": name, "role": role}
            await route.fulfill(json=who)

    async def _conversations(self, route: Route) -> None:
        if self.failing:
            await route.fulfill(status=503, json={"type": "about:blank", "status": 503})
            return
        found = [
            doc.model_dump(mode="json")
            for docs in self.topics.values()
            for doc in docs
            if isinstance(doc, ConversationDoc)
        ]
        asked = parse_qs(urlsplit(route.request.url).query)
        customer, words = (asked.get(name, [""])[0] for name in ("customer_id", "q"))
        known = {
            doc["id"]: doc
            for doc in found
            if customer in doc["customer_id"] and words in doc["display_name"] + doc["last_text"]
        }
        await route.fulfill(json={"items": list(known.values()), "next": None})

    async def _messages(self, route: Route) -> None:
        await route.fulfill(json={"items": [], "seq": 0, "next": None})

    async def _assignments(self, route: Route) -> None:
        why = paint.WHY.model_dump(mode="json", exclude={"rules"})
        way = (
            ("queued", "", "", None),
            ("offered", "agent2", "", why),
            ("returned", "agent2", "no_answer", None),
            ("offered", paint.ME, "", why),
            ("accepted", paint.ME, "", None),
        )
        events = [
            {
                "seq": seq,
                "at": paint.ago(self.now, 120 - seq).isoformat(),
                "rules": paint.WHY.rules,
                "what": what,
                "agent_id": agent,
                "reason": reason,
                "queue_id": "loan",
                "reasons": reasons,
            }
            for seq, (what, agent, reason, reasons) in enumerate(way)
        ]
        await route.fulfill(json={"events": events})
