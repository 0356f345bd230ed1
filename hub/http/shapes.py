"""Pydantic bases and field types shared by the API's requests and answers."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_SPACE = r" \t\n\r\u0085\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

_PLAIN = rf"^[^{_CONTROL}]*$"
_VISIBLE = rf"^[^{_CONTROL}]*[^{_CONTROL}{_SPACE}][^{_CONTROL}]*$"

Prose = Annotated[str, Field(pattern=_VISIBLE)]
Plain = Annotated[str, Field(pattern=_PLAIN)]
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
ProseLine = Annotated[
    str, Field(pattern=rf"^[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f{_SPACE}][^\x00-\x1f\x7f]*$")
]

MAX_SEQ = 2**53 - 1
"""The largest whole number a browser keeps exactly."""

CLOSED: dict[str, JsonValue] = {"additionalProperties": False}
"""Of a table by field name: what is no name is refused, which the pattern alone does not say."""


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Shape):
    """No parameters, or no body."""


class Bytes(Shape):
    """Marks a body or an answer that is the bytes of a file, not JSON."""


class Page(Shape):
    """Marks an answer that is a page for people."""


def whole(value: Any) -> Any:
    """Only plain digits: pydantic alone takes "1_000", " 1" and "1.0" for a number."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 16):
        raise ValueError("must be a whole number")
    return value


def _integral(value: Any) -> Any:
    """JSON has one kind of number: 7.0 is an integer there."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


CustomerKey = Annotated[str, Field(pattern=r"^[0-9a-f]{20}$", examples=["1f0a2b3c4d5e6f708192"])]
ConversationKey = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{20}\.[1-9][0-9]{0,8}$", examples=["1f0a2b3c4d5e6f708192.1"]),
]
ChannelKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", examples=["wechat-main"])]
CommandKey = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Made by the client, new for each command; the same one again changes nothing.",
        examples=["0b5f2c1e-6d1a-4d0e-9a37-1f8f2f6f3c55"],
    ),
]
MessageText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=5000,
        pattern=_VISIBLE,
        description="At least one visible character; no control characters but tab and new line.",
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=_VISIBLE)]
SearchText = Name
Label = Annotated[str, Field(max_length=80, pattern=_PLAIN)]
PhraseText = Annotated[str, Field(min_length=1, max_length=2000, pattern=_VISIBLE)]
Translation = Annotated[str, Field(max_length=2000, pattern=_PLAIN)]
EntryKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", examples=["general"])]
Username = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", examples=["agent1"])]
InteractionKey = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{20}\.[1-9][0-9]{0,8}-[1-9][0-9]{0,8}$",
        examples=["1f0a2b3c4d5e6f708192.1-1"],
    ),
]
INTEGRAL = BeforeValidator(_integral)
"""After the limits of a whole number: what stands before it is not in the schema."""

MediaKey = Annotated[
    str, Field(pattern=r"^[0-9a-f]{32}$", examples=["8d0c5b2f1e6a4d0e9a371f8f2f6f3c55"])
]
Seq = Annotated[int, Field(ge=0, le=MAX_SEQ), INTEGRAL]
SeenVersion = Annotated[
    int,
    Field(ge=1, le=MAX_SEQ, description="The version you saw."),
    BeforeValidator(whole),
]
Limit = Annotated[int, Field(ge=1, le=100), BeforeValidator(whole)]
After = Annotated[
    int,
    Field(ge=0, le=MAX_SEQ, description="Only what has a higher `seq`."),
    BeforeValidator(whole),
]
