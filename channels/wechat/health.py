"""What operators are told about one account."""

from dataclasses import dataclass, field
from datetime import datetime

import structlog

log = structlog.get_logger(__name__)
SEVERITY = {"degraded": 1, "down": 2}


@dataclass(slots=True)
class Health:
    """One problem an area ("token", "send") until that area works again; facts without secrets."""

    channel_id: str
    problems: dict[str, tuple[str, str]] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)
    rejected: int = 0

    def report(self, area: str, state: str, code: str) -> None:
        """`state` is "degraded" or "down"; logged when it changes."""
        if self.problems.get(area) != (state, code):
            log.warning(
                "channel problem", channel_id=self.channel_id, area=area, state=state, code=code
            )
        self.problems[area] = (state, code)

    def clear(self, area: str) -> None:
        """What it had caused in other areas is over too: nothing is sent without a token."""
        _, code = self.problems.get(area, ("", ""))
        for each in [name for name, (_, found) in self.problems.items() if found == code]:
            del self.problems[each]
            log.info("channel problem over", channel_id=self.channel_id, area=each)

    def note(self, name: str, at: datetime) -> None:
        self.times[name] = at

    def read(self) -> dict[str, str]:
        state = "ok"
        for found, _ in self.problems.values():
            if SEVERITY[found] > SEVERITY.get(state, 0):
                state = found
        codes = {f"{area}_problem": code for area, (_, code) in self.problems.items()}
        times = {name: at.isoformat() for name, at in self.times.items()}
        return {"state": state, **codes, **times, "rejected_pushes": str(self.rejected)}
