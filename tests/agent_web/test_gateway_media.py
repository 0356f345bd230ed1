"""Files that agents send from their screens."""

from hub.runtime.clock import SystemClock
from hub.services.access import Role, User
from hub.services.media.examining import Claim
from hub.services.media.spool import whole
from tests.agent_web.gateway_rig import rig
from tests.agent_web.gateway_scene import TOPIC, assigned, send
from tests.fakes.media import files_of
from tests.services.media import samples

LINK = {"kind": "link", "url": "https://bank.example", "title": "说明"}


async def test_files_are_sent_after_the_text_and_only_as_the_channel_takes_them() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        hub.source.add(TOPIC)
        epoch, seq = await assigned(hub, link)
        files = files_of(hub.stores.media, hub.stores.reading, SystemClock())
        author = User(username="agent1", display_name="", role=Role.AGENT)
        given = [
            (await files.upload(author, Claim(), whole(data))).meta.media_id
            for data in (samples.image("PNG"), samples.image("WEBP"))
        ]
        refused = await link.do({**send(epoch, seq), "media_ids": given})
        assert (refused["state"], refused["reason"]) == ("refused", "media_type_not_carried")
        unknown = await link.do({**send(epoch, seq), "media_ids": ["0" * 32]})
        assert (unknown["state"], unknown["reason"]) == ("refused", "media_unknown")
        done = await link.do({**send(epoch, seq), "media_ids": given[:1]})
        assert done["state"] == "decided"
        commits = await hub.stores.heart.journal.of_stream(TOPIC, 0, 1000)
        [sent] = [
            event
            for commit in commits
            for event in commit["events"]
            if event["is"] == "MessageSent" and event["author"] == "agent:agent1"
        ]
        assert [part["is"] for part in sent["parts"]] == ["TextPart", "MediaPart"]
        assert sent["parts"][1]["media_id"] == given[0]


async def test_a_card_is_sent_after_the_text_once_and_only_as_the_channel_takes_it() -> None:
    async with rig() as hub, hub.screen("agent1") as link:
        hub.source.add(TOPIC)
        epoch, seq = await assigned(hub, link)
        unknown = {**LINK, "media_id": "0" * 32}
        refused = await link.do({**send(epoch, seq), "card": unknown})
        assert (refused["state"], refused["reason"]) == ("refused", "media_unknown")
        done = await link.do({**send(epoch, seq), "card": LINK})
        assert done["state"] == "decided"
        commits = await hub.stores.heart.journal.of_stream(TOPIC, 0, 1000)
        [sent] = [
            event
            for commit in commits
            for event in commit["events"]
            if event["is"] == "MessageSent" and event["author"] == "agent:agent1"
        ]
        assert sent["parts"][1:] == [{"is": "TextPart", "text": "说明\nhttps://bank.example"}]
