"""What people choose from while they work: canned replies and outcomes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A canned reply; `key` is what an agent types to find it."""

    key: str
    name: str
    text: str
    name_en: str = ""
    text_en: str = ""
    group: str = ""
    group_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """An outcome chosen in wrap-up; lower `position` first."""

    name: str
    name_en: str = ""
    group: str = ""
    group_en: str = ""
    position: int = 0
