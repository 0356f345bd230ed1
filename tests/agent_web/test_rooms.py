"""A crowd at a list: a burst is one frame, and a number never runs ahead of its documents."""

import asyncio
from typing import Any, cast

import orjson

from agent_web.rooms import CROWD, GATHER_S, Room
from agent_web.screens import Screen
from agent_web.shelf import Shelf, encoded
from agent_web.topics import Viewer
from tests.agent_web.screen import person
from tests.streams.loop import run_virtual


class Desk(Shelf):
    name = "desk"

    def may_watch(self, viewer: Viewer) -> bool:
        return True

    def change(self, seq: int, id: str) -> None:
        self.begin(seq)
        self.put("x", id, encoded({"id": id}), None)
        self.end()


class Page:
    """What the socket of one person was told: number and ids of each frame."""

    def __init__(self, name: str) -> None:
        self.viewer = person(name)
        self.told: list[tuple[int, list[str]]] = []

    def write(self, wire: bytes) -> None:
        frame = orjson.loads(wire[wire.index(b"{") :])
        self.told.append((frame["seq"], [doc["id"] for doc in frame["docs"]]))


def crowd(people: int) -> tuple[Desk, Room, list[Page]]:
    desk = Desk()
    room = Room(cast("Any", desk), lambda *_: None)
    pages = [Page(f"p{n}") for n in range(people)]
    for page in pages:
        room.members[cast("Screen", page)] = 0
    return desk, room, pages


def test_a_burst_reaches_a_crowd_in_two_frames() -> None:
    async def body() -> None:
        desk, _, pages = crowd(CROWD)
        for seq, letter in enumerate("abcd", 1):
            desk.change(seq, letter)
        assert [page.told for page in pages] == [[(1, ["a"])]] * CROWD
        await asyncio.sleep(GATHER_S)
        assert [page.told for page in pages] == [[(1, ["a"]), (4, ["b", "c", "d"])]] * CROWD

    run_virtual(body)


def test_a_few_screens_are_told_everything_at_once() -> None:
    async def body() -> None:
        desk, _, pages = crowd(2)
        desk.change(1, "a")
        desk.change(2, "b")
        assert [page.told for page in pages] == [[(1, ["a"]), (2, ["b"])]] * 2

    run_virtual(body)


def test_a_number_asked_for_meanwhile_comes_with_its_documents() -> None:
    async def body() -> None:
        desk, room, pages = crowd(CROWD)
        desk.change(1, "a")
        desk.change(2, "b")
        room.remind(cast("Screen", pages[0]))
        assert pages[0].told == [(1, ["a"]), (2, ["b"])]
        await asyncio.sleep(GATHER_S)
        assert pages[0].told == [(1, ["a"]), (2, ["b"])]
        assert pages[1].told == [(1, ["a"]), (2, ["b"])]

    run_virtual(body)
