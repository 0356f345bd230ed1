"""Publications over the years: the newest ones are found, and they alone are kept."""

from dataclasses import replace

from tests.services.knowledge.test_publisher import BRANCH, processes, until


async def test_what_is_published_stays_however_much_was_published_before() -> None:
    async with processes() as (one,):
        publications, first = one.house.publications, await one.get(1)
        for number in range(2, 1101):
            await publications.create(replace(first, number=number))
        pointer = await publications.pointer()
        assert pointer is not None
        assert await publications.move(pointer, last=1100)
        for wanted in (BRANCH, replace(BRANCH, version=1, phrasings=("几点关门",))):
            await one.house.articles.put(wanted, author="agent:li")
            assert (await one.ended((await one.begin()).number)).state == "published"
            await until(publications.pointer, lambda now: not now.running)
        assert [each.number for each in await publications.newest(3)] == [1102, 1101, 1100]
        assert await publications.content(1101) is not None
        assert {1101, 1102} <= one.bot.models
