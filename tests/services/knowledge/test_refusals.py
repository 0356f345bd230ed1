"""An ignored question tells since when it is refused, and until when."""

from hub.services.knowledge.publications import Publication
from hub.services.knowledge.unanswered import Question
from tests.services.knowledge.test_publisher import processes


async def test_a_question_tells_whether_it_is_refused_now_or_with_the_next_publication() -> None:
    async with processes() as (one,):
        questions = one.house.unanswered
        wash = await one.missed("怎么洗卡")

        async def refused() -> tuple[str, str]:
            return next((each.state, each.refused) for each in await questions.all(None))

        assert await refused() == ("open", "no")
        await questions.ignore(wash, author="agent:li")
        assert await refused() == ("ignored", "next")
        await one.ended((await one.begin()).number)
        assert await refused() == ("ignored", "now")
        await questions.reopen(wash, author="agent:li")
        assert await refused() == ("open", "until_next")
        await one.ended((await one.begin()).number)
        assert await refused() == ("open", "no")
        restored = await one.publisher.restore(2, author="agent:li")
        assert isinstance(restored, Publication)
        assert await refused() == ("open", "until_next")


async def test_a_question_that_was_only_rated_down_is_never_refused() -> None:
    async with processes() as (one,):
        key = await one.missed("手续费多少", rated_down=3)
        ignored = await one.house.unanswered.ignore(key, author="agent:li")
        assert isinstance(ignored, Question)
        assert (ignored.state, ignored.refused) == ("ignored", "no")
