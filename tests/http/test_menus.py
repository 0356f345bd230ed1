"""The menu of an account: kept, checked button by button, published, pressed."""

from typing import Any

from hub.model.menu import MenuEntry, MenuGroup, MenuKind
from tests.http.world import CHANNEL, World, eventually, world

PATH = f"/api/v1/channel-accounts/{CHANNEL}/menu"
PERSON = {"name": "人工客服", "kind": "hand_off"}
BALANCE = {"name": "查余额", "kind": "question", "question": "怎么查余额"}
PAGE = {"name": "官网", "kind": "link", "url": "https://bank.example/"}
GROUP = {"name": "服务", "kind": "group", "entries": [BALANCE, PAGE]}


async def keep(w: World, *buttons: Any, version: int = 0) -> dict[str, Any]:
    answer = await w.put(PATH, {"version": version, "buttons": list(buttons)})
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def problem(answer: Any) -> tuple[int, str, list[str]]:
    found = await answer.json()
    return answer.status, found["reason"], [each["pointer"] for each in found["errors"]]


async def presses(w: World, key: str, who: str = "o-7", kind: str = "menu_click") -> None:
    w.ids += 1
    call = {"from": who, "id": w.ids, "signal": kind, "value": key}
    answer = await w.client.post(f"/hooks/{CHANNEL}?key=right", json=call)
    assert (answer.status, await answer.text()) == (200, "success")


async def conversation_of(w: World) -> dict[str, Any]:
    """The only one there is."""

    async def listed() -> Any:
        items = (await w.get_json("/api/v1/conversations"))["items"]
        return items[0] if items and items[0]["state"] == "queued" else None

    found: dict[str, Any] = await eventually(listed)
    return found


async def queues_of(w: World, conversation_id: str) -> list[str]:
    """Where its hand-offs were put."""
    found = await w.get_json(f"/api/v1/conversations/{conversation_id}/journal")
    events = [each for commit in found["items"] for each in commit["events"]]
    return [each["queue_id"] for each in events if each["is"] == "HandedOff"]


async def test_a_menu_is_kept_and_shown_with_the_providers_limits() -> None:
    async with world() as w:
        await w.sign_in("admin")
        blank = await w.get_json(PATH)
        assert (blank["version"], blank["buttons"], blank["live"]) == (0, [], False)
        assert blank["limits"]["group_name"] == 16
        kept = await keep(w, GROUP, PERSON)
        assert [each["name"] for each in kept["buttons"]] == ["服务", "人工客服"]
        assert [each["kind"] for each in kept["buttons"][0]["entries"]] == ["question", "link"]
        assert kept["buttons"][1]["key"].startswith("k-")
        assert (kept["live"], kept["updated_by"]) == (False, "agent:admin")
        assert w.channel.menus_published == 0


async def test_every_wrong_button_is_named() -> None:
    async with world() as w:
        await w.sign_in("admin")
        wrong = [
            {"name": "一个太长的名字", "kind": "hand_off", "queue_id": "nowhere"},
            {
                "name": "组",
                "kind": "group",
                "entries": [
                    {"name": "", "kind": "question"},
                    {"name": "x", "kind": "link", "url": "javascript:alert(1)"},
                    {"name": "y", "kind": "mini_program", "url": "https://a.example", "page": "p"},
                ],
            },
            {"name": "空", "kind": "group"},
            {"name": "多", "kind": "link", "url": "https://a.example"},
        ]
        answer = await w.put(PATH, {"version": 0, "buttons": wrong})
        assert await problem(answer) == (
            409,
            "wrong_button",
            [
                "/body/buttons",
                "/body/buttons/0/name",
                "/body/buttons/0/queue_id",
                "/body/buttons/1/entries/0/name",
                "/body/buttons/1/entries/0/question",
                "/body/buttons/1/entries/1/url",
                "/body/buttons/1/entries/2/app_id",
                "/body/buttons/2/entries",
            ],
        )
        assert (await w.get_json(PATH))["version"] == 0


async def test_entries_of_a_button_that_does_something_are_refused() -> None:
    async with world() as w:
        await w.sign_in("admin")
        answer = await w.put(PATH, {"version": 0, "buttons": [{**PERSON, "entries": [BALANCE]}]})
        assert await problem(answer) == (409, "wrong_button", ["/body/buttons/0/entries"])


async def test_two_buttons_of_one_key_must_mean_the_same() -> None:
    async with world() as w:
        await w.sign_in("admin")
        twice = [{**BALANCE, "key": "k"}, {**PERSON, "key": "k"}]
        answer = await w.put(PATH, {"version": 0, "buttons": twice})
        assert await problem(answer) == (409, "wrong_button", ["/body/buttons/1/key"])


async def test_publishing_gives_it_to_the_provider_and_an_empty_one_takes_it_away() -> None:
    async with world() as w:
        await w.sign_in("operator1")
        kept = await keep(w, GROUP, PERSON)
        answer = await w.post(f"{PATH}/publish", {"version": kept["version"]})
        published = await answer.json()
        assert (answer.status, published["live"]) == (200, True)
        group, person = w.channel.menu
        assert isinstance(group, MenuGroup)
        assert [each.kind for each in group.entries] == [MenuKind.QUESTION, MenuKind.LINK]
        assert isinstance(person, MenuEntry)
        assert person.key == kept["buttons"][1]["key"]
        empty = await keep(w, version=published["version"])
        assert empty["live"] is False
        await w.post(f"{PATH}/publish", {"version": empty["version"]})
        assert w.channel.menu == ()


async def test_the_providers_refusal_is_shown_and_nothing_is_called_published() -> None:
    async with world() as w:
        await w.sign_in("admin")
        kept = await keep(w, PERSON)
        w.channel.broken = "menu_refused"
        answer = await w.post(f"{PATH}/publish", {"version": kept["version"]})
        told = await answer.json()
        assert (answer.status, told["reason"]) == (409, "menu_refused")
        assert told["detail"] == "40018 · invalid button"
        assert (await w.get_json(PATH))["live"] is False


async def test_an_outdated_version_is_neither_kept_nor_published() -> None:
    async with world() as w:
        await w.sign_in("admin")
        await keep(w, PERSON)
        answer = await w.put(PATH, {"version": 0, "buttons": [PAGE]})
        assert (answer.status, (await answer.json())["reason"]) == (409, "stale_version")
        answer = await w.post(f"{PATH}/publish", {"version": 9})
        assert (answer.status, (await answer.json())["reason"]) == (409, "stale_version")
        assert w.channel.menus_published == 0


async def test_a_press_for_a_person_stands_in_the_queue_of_the_button() -> None:
    async with world() as w:
        await w.sign_in("admin")
        assert (await w.put("/api/v1/queues/loans", {"version": 0, "name": "贷款"})).status == 200
        kept = await keep(w, {**PERSON, "queue_id": "loans"})
        await w.post(f"{PATH}/publish", {"version": kept["version"]})
        await presses(w, kept["buttons"][0]["key"])
        await w.sign_in("supervisor1")
        found = await conversation_of(w)
        assert found["handed_off_reason"] == "asked_for_person"
        assert await queues_of(w, found["id"]) == ["loans"]
        assert [who for who, _ in w.channel.sent] == ["o-7"]


async def test_an_old_menu_that_a_phone_still_shows_is_understood() -> None:
    async with world() as w:
        await w.sign_in("admin")
        kept = await keep(w, PERSON)
        first = await (await w.post(f"{PATH}/publish", {"version": kept["version"]})).json()
        other = await keep(w, PAGE, version=first["version"])
        await w.post(f"{PATH}/publish", {"version": other["version"]})
        await presses(w, kept["buttons"][0]["key"])
        await w.sign_in("supervisor1")
        assert (await conversation_of(w))["handed_off_reason"] == "asked_for_person"


async def test_what_is_kept_and_not_published_means_nothing_yet() -> None:
    async with world() as w:
        await w.sign_in("admin")
        kept = await keep(w, PERSON)
        await presses(w, kept["buttons"][0]["key"])
        await presses(w, "a-key-of-nobody")
        await w.sign_in("supervisor1")
        assert (await w.get_json("/api/v1/conversations"))["items"] == []


async def test_an_account_that_is_not_there_has_no_menu() -> None:
    async with world() as w:
        await w.sign_in("admin")
        path = PATH.replace(CHANNEL, "nobody")
        assert (await w.get(path)).status == 404
        assert (await w.put(path, {"version": 0, "buttons": []})).status == 404
        assert (await w.post(f"{path}/publish", {"version": 0})).status == 404
