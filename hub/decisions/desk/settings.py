"""What the desk's decisions depend on besides its queues, as one versioned value."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property
from hashlib import blake2b


@dataclass(frozen=True, kw_only=True)
class DeskSettings:
    """`agent_grace`: how long an agent without any connection keeps the work."""

    agent_grace: timedelta = timedelta(seconds=30)
    offers_a_commit: int = 200
    candidates: int = 5

    @cached_property
    def version(self) -> str:
        """Eight hex digits of all values; equal settings have equal versions."""
        text = repr(sorted(asdict(self).items()))
        return blake2b(text.encode(), digest_size=4).hexdigest()
