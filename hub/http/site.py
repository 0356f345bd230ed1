"""`/api/v1/site`: what a page may say before anybody is signed in."""

from dataclasses import dataclass

from hub.http.route import AnyRoute, Call, Reply, Route
from hub.http.shapes import Nothing, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Whose hub this is; `environment` is shown, so that nobody takes a test for the real one."""

    bank: str = ""
    environment: str = "production"


class SiteShape(Shape):
    bank: str
    environment: str


class SiteApi:
    def __init__(self, site: Site) -> None:
        self._shape = SiteShape(bank=site.bank, environment=site.environment)

    def routes(self) -> tuple[AnyRoute, ...]:
        return (
            Route(
                method="GET",
                path="/api/v1/site",
                name="get_site",
                tag="Site",
                summary="Whose hub this is",
                handle=self.get,
                answers={200: SiteShape},
                roles=None,
            ),
        )

    async def get(self, call: Call[Nothing, Nothing, Nothing]) -> Reply:
        return Reply(status=200, content=self._shape)
