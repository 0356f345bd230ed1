"""What a reply may hold beside words and files: a link card or a place."""

from typing import Annotated, Literal

from pydantic import Field

from hub.http.shapes import Line, MediaKey, ProseLine, Shape
from hub.model.message import LinkPart, LocationPart

_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"

WebLink = Annotated[
    str,
    Field(
        max_length=1000,
        pattern=rf"^https?://{_HOST}(:[0-9]{{1,5}})?([/?#][!-~]*)?$",
        description="http or https, without a user name; signs beyond ASCII percent-encoded.",
        examples=["https://bank.example/loan"],
    ),
]


class LinkCard(Shape):
    """One link the customer opens; `media_id` is a picture of yours on the card."""

    kind: Literal["link"]
    url: WebLink
    title: ProseLine = Field(min_length=1, max_length=128)
    description: Line = Field(default="", max_length=512)
    media_id: MediaKey | None = None

    def part(self) -> LinkPart:
        return LinkPart(
            title=self.title,
            url=self.url,
            description=self.description,
            media_id=self.media_id or "",
        )


class PlaceCard(Shape):
    """One place, in degrees by the grid the channel's map counts by (WeChat: GCJ-02)."""

    kind: Literal["place"]
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: ProseLine = Field(min_length=1, max_length=60)
    address: Line = Field(default="", max_length=120)

    def part(self) -> LocationPart:
        return LocationPart(
            latitude=self.latitude,
            longitude=self.longitude,
            label=self.name,
            address=self.address,
        )


Card = Annotated[LinkCard | PlaceCard, Field(discriminator="kind")]
