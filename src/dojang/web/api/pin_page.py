"""Who may call /v1: the PIN page with a visit's bearer. No cookie plays a part."""

from typing import Annotated

from fastapi import Depends, Header

from dojang.refusals import OriginRefused, VisitRefused

_SCHEME = "bearer"


def bearer_of(authorization: Annotated[str | None, Header()] = None) -> str:
    """The visit's bearer (RFC 6750 2.1). Raises `VisitRefused`."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != _SCHEME or not token:
        raise VisitRefused
    return token


Bearer = Annotated[str, Depends(bearer_of)]
# What the browser calls itself; nothing else is read from it than a label (values/device.py).
UserAgent = Annotated[str, Header()]


class FromPinPage:
    """A browser says where a call comes from: only the PIN page's origin may. The holder's client says nothing."""

    def __init__(self, pin_origin: str) -> None:
        self._pin_origin = pin_origin

    def __call__(self, origin: Annotated[str | None, Header()] = None) -> None:
        """Raises `OriginRefused`."""
        if origin is not None and origin != self._pin_origin:
            raise OriginRefused
