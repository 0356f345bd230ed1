"""The catalogues there are."""

from dataclasses import dataclass

from hub.model.catalogue import Disposition, Phrase
from hub.model.desk import Queue
from hub.ports import Clock, Documents
from hub.services import seeds
from hub.services.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogues:
    queues: Catalogue[Queue]
    phrases: Catalogue[Phrase]
    dispositions: Catalogue[Disposition]

    async def seed(self) -> None:
        """What a first start finds."""
        await self.queues.seed(seeds.QUEUES)
        await self.phrases.seed(seeds.PHRASES)
        await self.dispositions.seed(seeds.DISPOSITIONS)


def catalogues(documents: Documents, clock: Clock) -> Catalogues:
    return Catalogues(
        queues=Catalogue("queues", Queue, documents, clock),
        phrases=Catalogue("phrases", Phrase, documents, clock),
        dispositions=Catalogue("dispositions", Disposition, documents, clock),
    )
