"""What every channel's configuration has; each channel adds its own fields."""

from pydantic import BaseModel, ConfigDict, Field


class ChannelConfig(BaseModel):
    """One account on one channel. `id` stands in the hook's address and in every stored key."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    kind: str
    enabled: bool = True
