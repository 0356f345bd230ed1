"""What a provider tells of a person."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`union_id` is the same in all accounts of one owner. `scene` is the QR code the customer came
    by, `source` the provider's word for the way.
    """

    following: bool
    union_id: str = ""
    display_name: str = ""
    language: str = ""
    followed_at: datetime | None = None
    remark: str = ""
    source: str = ""
    scene: str = ""
