"""One named step of a verification."""

from collections.abc import Iterator
from contextlib import contextmanager

from dojang.refusals import Refusal, SignatureInvalid, Unavailable


@contextmanager
def step(name: str) -> Iterator[None]:
    """Whatever is refused within raises `SignatureInvalid` with this step's name. Who could not be asked stays so."""
    try:
        yield
    except Unavailable:
        raise
    except Refusal:
        raise SignatureInvalid(step=name) from None
