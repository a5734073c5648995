"""HTTP bodies: strict, frozen, no unknown fields; binary as base64url without padding."""

import json
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from dojang.pin.encoding import b64, unb64
from dojang.refusals import InvalidField, MalformedJson, NotBase64Url


def _decode(value: object) -> object:
    if not isinstance(value, str):
        return value if isinstance(value, bytes) else None
    try:
        return unb64(value)
    except NotBase64Url:
        raise ValueError("base64url") from None


def _encode(value: bytes) -> str:
    return b64(value)


B64 = Annotated[bytes, BeforeValidator(_decode), PlainSerializer(_encode, when_used="json")]
Bytes16 = Annotated[B64, Field(min_length=16, max_length=16)]
Bytes32 = Annotated[B64, Field(min_length=32, max_length=32)]
Bytes64 = Annotated[B64, Field(min_length=64, max_length=64)]
Seconds = Annotated[int, Field(ge=0, lt=2**53)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Version = Annotated[int, Field(ge=1, lt=2**53)]


class Body(BaseModel):
    """A request's or an answer's body."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """The body behind `raw`. Raises `MalformedJson`, or `InvalidField` naming the first field that is wrong."""
        try:
            value: Any = json.loads(raw)
        except (ValueError, RecursionError):
            raise MalformedJson from None
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            raise InvalidField(field=".".join(str(part) for part in first["loc"])) from None

    def json_bytes(self) -> bytes:
        """The body as JSON."""
        return self.model_dump_json().encode()
