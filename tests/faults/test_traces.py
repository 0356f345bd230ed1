"""What a hub leaves behind as a process: its own output, the channel log, the audit log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.store.embedded_process import pick_port
from tests.faults.bank import ADMIN, SOON_S, Caller, bank, until
from tests.faults.rig import CHANNEL, PASSWORD, Rig, answers
from tests.faults.witness import Witness
from tests.services.media import samples

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

LEAD = "lead1"

CANARIES = {
    "what a customer asked": "6222020000000000018",
    "who a customer is": "王小金丝雀",
    "what a voice said": "语音里的金丝雀六二二二",
    "the name of a customer's file": "金丝雀对账单6222020000000000026",
    "the caption of a link": "金丝雀标题",
    "a signal's key": "金丝雀菜单",
    "what an agent wrote": "金丝雀答复6222020000000000034",
    "the name of an agent's file": "金丝雀合同",
    "what was not delivered": "金丝雀退信",
    "a note among colleagues": "金丝雀备注",
    "what was searched for": "6222020000000000042",
    "a path that is not there": "6222020000000000059",
    "a body that is no JSON": "6222020000000000067",
    "what came while the database was away": "金丝雀断库",
    "a wrong user name": "canary-name-6222020000000000075",
    "a wrong password": "canary password of mine",
    "a stranger's push": "金丝雀生人",
    "what a receiver answered": "canary of the receiver",
    "the way to the receiver": "canary-path-token",
}

SAID = (
    "what a customer asked",
    "what a voice said",
    "the name of a customer's file",
    "the caption of a link",
    "a signal's key",
    "what an agent wrote",
    "the name of an agent's file",
    "what was not delivered",
    "a note among colleagues",
)
"""These stand in the journal in the end: they have passed through the whole hub."""


@dataclass(kw_only=True)
class Receiver:
    """Answers each notice with 500 and words, or never, while `silent`."""

    port: int
    silent: bool = False
    heard: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{CANARIES['the way to the receiver']}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.heard += 1
            if self.silent:
                await reader.read()
                return
            words = CANARIES["what a receiver answered"].encode()
            head = f"HTTP/1.1 500 No\r\nContent-Length: {len(words)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + words)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver(port=pick_port())
    server = await asyncio.start_server(made.serve, "127.0.0.1", made.port)
    try:
        yield made
    finally:
        server.close()


# ---------------------------------------------------------------- the audit log
async def test_an_act_whose_process_is_killed_on_the_way_stands_in_the_audit_log(
    tmp_path: Path,
) -> None:
    async with receiver() as there, bank(tmp_path, there.port, bot=False) as (it, caller):
        await caller.sign_in(ADMIN)
        asked = {"url": there.url, "events": ["message.sent"]}
        webhook = (await caller.made("POST", "/api/v1/webhooks", asked))["webhook"]["id"]
        there.silent = True
        async with asyncio.TaskGroup() as tasks:
            ping = tasks.create_task(_broken_off(caller, f"/api/v1/webhooks/{webhook}/ping"))
            async with asyncio.timeout(SOON_S):
                while not there.heard:  # noqa: ASYNC110 - another process will be heard
                    await asyncio.sleep(0.05)
            await it.hubs[0].program.kill()
            assert await ping
        await answers(it.session, f"{it.public}/health/ready", it.hubs[0].program)
        await caller.sign_in(ADMIN)
        page = await caller.get("/api/v1/audit", act="webhook.pinged")
        told = [(row["object"], row["outcome"], row["ended"]) for row in page["items"]]
        assert told == [(webhook, "begun", 0)]
        created = await caller.get("/api/v1/audit", act="webhook.created", outcome="begun")
        assert [row["ended"] for row in created["items"]] == [created["items"][0]["n"] + 1]
        code, said = await it.run("verify")
        assert (code, "nothing wrong" in said) == (0, True), said


async def _broken_off(caller: Caller, path: str) -> bool:
    try:
        await caller.ask("POST", path)
    except aiohttp.ClientError:
        return True
    return False


# ---------------------------------------------------------------- what is written down
async def test_nothing_of_anybody_stands_in_the_output_of_the_process_or_in_the_channel_log(
    tmp_path: Path,
) -> None:
    async with receiver() as there, bank(tmp_path, there.port, bot=True) as (it, caller):
        await caller.sign_in(ADMIN)
        events = ["message.received", "message.sent", "conversation.opened"]
        await caller.made("POST", "/api/v1/webhooks", {"url": there.url, "events": events})
        await caller.sign_in(LEAD)
        openid, answer = await _customer(it)
        conversation = await _talk(it, caller, openid)
        await _wrong_calls(it, caller, conversation)
        await until(lambda: _told(there))
        exchanges = str(await it.database["exchanges"].find().to_list())
        tokens = await it.database["provider_tokens"].find().to_list()
        journal = str(await it.database["journal"].find().to_list())
        assert [name for name in SAID if CANARIES[name] not in journal] == []
        code, printed = await it.run("verify")
        assert code == 0, printed
    output = it.hubs[0].config.with_suffix(".log").read_text("utf-8")
    for event in ("ready", "hook rejected", "request not done", "shards taken"):
        assert event in output, output[-3000:]
    secrets = {
        **CANARIES,
        "the bot's answer": answer,
        "openid": openid,
        "password": PASSWORD,
        "database": it.mongo.uri,
        **{f"token {n}": doc["token"] for n, doc in enumerate(tokens)},
    }
    assert tokens
    for text in (output, exchanges, printed):
        assert [name for name, secret in secrets.items() if secret in text] == []
        assert [name for name, secret in secrets.items() if ascii(secret)[1:-1] in text] == []


async def _customer(it: Rig) -> tuple[str, str]:
    """Somebody with a name asks the bot; the openid and the bot's first line."""
    phones = f"{it.simulator}/phone/phones"
    name = {"nickname": CANARIES["who a customer is"]}
    async with it.session.post(phones, json=name) as added:
        openid = str((await added.json())["openid"])
    question = f"银行卡丢了怎么办，卡号{CANARIES['what a customer asked']}"
    await _says(it, openid, "messages", {"type": "text", "text": question})
    witness = Witness(session=it.session, simulator=it.simulator)

    async def heard() -> str:
        sent = (await witness.books())["sent"]
        texts = [str(one["content"]) for one in sent if one["openid"] == openid]
        return texts[0] if texts else ""

    answer = await until(heard)
    return openid, max(answer.replace("\\n", "\n").splitlines(), key=len)[:60]


async def _says(it: Rig, openid: str, what: str, body: Any) -> None:
    async with it.session.post(f"{it.simulator}/phone/{openid}/{what}", json=body) as taken:
        assert taken.status == 202, await taken.text()


async def _talk(it: Rig, caller: Caller, openid: str) -> str:
    """All kinds of what customers and colleagues say; one answer is not delivered."""
    spoken = {"type": "voice", "text": CANARIES["what a voice said"]}
    filed = {"type": "file", "title": CANARIES["the name of a customer's file"] + ".pdf"}
    link = {
        "type": "link",
        "title": CANARIES["the caption of a link"],
        "url": "http://a.example/" + CANARIES["what a customer asked"],
    }
    for message in (spoken, filed, link, {"type": "text", "text": "人工客服"}):
        await _says(it, openid, "messages", message)
    await _says(it, openid, "events", {"event": "CLICK", "key": CANARIES["a signal's key"]})
    conversations = "/api/v1/conversations"
    conversation = str((await caller.get(conversations))["items"][0]["id"])
    path = f"{conversations}/{conversation}"

    async def waits() -> Any:
        return (await caller.get(path))["state"] in ("queued", "offered", "active")

    await until(waits)
    name = CANARIES["the name of an agent's file"] + ".png"
    status, media = await caller.ask(
        "POST", "/api/v1/media", params={"name": name}, data=samples.image("PNG")
    )
    assert status == 201, media
    await _answer(caller, path, CANARIES["what an agent wrote"], [media["media_id"]])
    await _notes(caller, conversation)
    await _says(it, openid, "messages", {"type": "text", "text": "还在吗"})
    await it.faults({"calls": [{"call": "send", "kind": "errcode", "code": 45015, "times": 1}]})
    await _answer(caller, path, CANARIES["what was not delivered"], [])

    async def letter() -> Any:
        return (await caller.get("/api/v1/dead-letters"))["items"]

    [dead, *_] = await until(letter)
    command = {"command_id": "again"}
    await caller.made("POST", f"/api/v1/dead-letters/{dead['id']}/discard", command)
    return conversation


async def _notes(caller: Caller, conversation: str) -> None:
    """A word among colleagues goes over the socket."""
    words = CANARIES["a note among colleagues"]
    command = {"do": "note", "conversation_id": conversation, "text": words}
    async with caller.http.ws_connect("/ws/agent") as socket:
        await socket.send_json({"t": "do", "id": "note-1", "command": command})
        async with asyncio.timeout(SOON_S):
            while (frame := await socket.receive_json())["t"] != "done":
                pass
        assert frame["state"] in ("decided", "stored"), frame


async def _answer(caller: Caller, path: str, text: str, media: list[str]) -> None:
    refused = ""

    async def taken() -> bool:
        """Somebody may write in between."""
        nonlocal refused
        seen = (await caller.get(path))["seq"]
        body = {"command_id": f"c{seen}", "seen": seen, "text": text, "media_ids": media}
        status, refused = await caller.ask("POST", f"{path}/messages", json=body)
        return status == 201

    try:
        await until(taken)
    except TimeoutError:
        raise AssertionError(refused) from None


async def _wrong_calls(it: Rig, caller: Caller, conversation: str) -> None:
    lists = "/api/v1/conversations"
    await caller.get(lists, q=CANARIES["what was searched for"])
    for path in ("/api/v1/nothing/", "/api/v1/customers/", f"/hooks/{CHANNEL}/"):
        status, _ = await caller.ask("GET", path + CANARIES["a path that is not there"])
        assert status in (404, 422)
    bad = f'{{"text": "{CANARIES["a body that is no JSON"]}'
    headers = {"Content-Type": "application/json"}
    path = f"{lists}/{conversation}/messages"
    status, _ = await caller.ask("POST", path, data=bad, headers=headers)
    assert status == 400
    query = {"signature": "0" * 40, "timestamp": "1", "nonce": "n", "encrypt_type": "aes"}
    stranger = CANARIES["a stranger's push"]
    pushed = f"<xml><Encrypt>{stranger}</Encrypt></xml>"
    status, _ = await caller.ask("POST", f"/hooks/{CHANNEL}", params=query, data=pushed)
    assert status == 403
    await _without_the_database(it, caller, path)
    for username, password in (
        (LEAD, CANARIES["a wrong password"]),
        (CANARIES["a wrong user name"], PASSWORD),
    ):
        body = {"username": username, "password": password}
        status, _ = await caller.ask("POST", "/api/v1/session", json=body)
        assert status == 401


async def _without_the_database(it: Rig, caller: Caller, path: str) -> None:
    """A 5xx answer: the database is killed as often as it comes back, while somebody writes."""
    words = CANARIES["what came while the database was away"]
    body = {"command_id": "away", "seen": 1, "text": words}

    async def away() -> None:
        while True:
            it.kill_database()
            await asyncio.sleep(0.1)

    async def failed() -> bool:
        status, _ = await caller.ask("POST", path, json=body)
        return status >= 500

    async with asyncio.TaskGroup() as tasks:
        killing = tasks.create_task(away())
        await until(failed)
        killing.cancel()
    await answers(it.session, f"{it.public}/health/ready", it.hubs[0].program)


async def _told(there: Receiver) -> bool:
    return there.heard > 0
