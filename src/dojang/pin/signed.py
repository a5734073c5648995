"""A message with its signature, and how both travel as JSON: the message's own fields, then `signature`."""

from dataclasses import dataclass, fields
from typing import Any, Generic, Protocol, TypeVar, get_type_hints

from dojang.pin.encoding import b64, canonical, parse_canonical, unb64
from dojang.pin.messages import NamedKey
from dojang.pin.signatures import verify
from dojang.refusals import NotCanonical, Refusal


class Message(Protocol):
    """Any value of `dojang.pin.messages` that somebody signs."""

    def signed(self) -> bytes: ...


M_co = TypeVar("M_co", bound=Message, covariant=True)
M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Signed(Generic[M_co]):
    """`message`, said by whoever made `signature`."""

    message: M_co
    signature: bytes

    def check(self, public: bytes) -> None:
        """Raises `SignatureRefused` unless `public` signed exactly this message."""
        verify(public, self.signature, self.message.signed())

    def as_json(self) -> dict[str, Any]:
        """As it travels."""
        return {**message_json(self.message), "signature": b64(self.signature)}

    def canonical(self) -> bytes:
        """As it is kept."""
        return canonical(self.as_json())


def message_json(message: Any) -> dict[str, Any]:
    """The fields of a message; of a statement the named keys are `guards`."""
    found: dict[str, Any] = {}
    for part in fields(message):
        value = getattr(message, part.name)
        if part.name == "keys":
            found["guards"] = [
                {"guard_id": key.guard_id, "public_key_sha256": b64(key.public_key_sha256)} for key in value
            ]
        elif isinstance(value, tuple):
            found[part.name] = [b64(one) for one in value]
        else:
            found[part.name] = b64(value) if isinstance(value, bytes) else value
    return found


def read(kind: type[M], value: Any) -> Signed[M]:
    """The signed message behind JSON that came from another party. Raises `NotCanonical`: a field more, less or other.

    The signature is not checked here.
    """
    try:
        found = Signed(_message(kind, value), unb64(value["signature"], 64))
        if found.as_json() == value:
            return found
    except (KeyError, TypeError, ValueError, AttributeError, Refusal):
        raise NotCanonical from None
    raise NotCanonical


def parse(kind: type[M], data: bytes) -> Signed[M]:
    """What `Signed.canonical` wrote. Raises `NotCanonical`."""
    return read(kind, parse_canonical(data))


def _message(kind: type[M], value: dict[str, Any]) -> M:
    hints = get_type_hints(kind)
    arguments: dict[str, Any] = {}
    for name, hint in hints.items():
        if name == "keys":
            arguments[name] = tuple(
                NamedKey(key["guard_id"], unb64(key["public_key_sha256"], 32)) for key in value["guards"]
            )
        elif hint == tuple[bytes, ...]:
            arguments[name] = tuple(unb64(one) for one in value[name])
        elif hint is bytes:
            arguments[name] = unb64(value[name])
        else:
            arguments[name] = _plain(hint, value[name])
    return kind(**arguments)


def _plain(hint: Any, value: object) -> object:
    """A whole number or a text. A literal's text is only one that the signed bytes can say."""
    if hint is int:
        if type(value) is not int or not 0 <= value < 2**53:
            raise ValueError
        return value
    if not isinstance(value, str):
        raise ValueError
    return value
