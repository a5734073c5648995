"""The checks of an authorization request, in their order.

Until the client and its redirect_uri are known nobody is sent anywhere: those two refuse on our own page. All later
ones refuse to the client, by its redirect_uri, with an error of RFC 6749 4.1.2.1 or OpenID Connect Core 3.1.2.6.
"""

from collections.abc import Callable, Mapping
from typing import Final

from dojang.disclosure.authorization import Asked, AuthorizationRequest
from dojang.disclosure.checks import (
    client_is_registered,
    nonce_is_given,
    nothing_is_sent_by_reference,
    parameters_stand_once,
    pkce_is_s256,
    prompt_is_possible,
    redirect_uri_is_registered,
    response_is_a_code,
    scope_has_openid,
    state_is_given,
)
from dojang.values.relying_party import RelyingParty

Check = Callable[[Asked], None]

BEFORE_ANYBODY_IS_SENT: Final[tuple[Check, ...]] = (
    client_is_registered.check,
    redirect_uri_is_registered.check,
)
TOLD_TO_THE_CLIENT: Final[tuple[Check, ...]] = (
    parameters_stand_once.check,
    nothing_is_sent_by_reference.check,
    response_is_a_code.check,
    scope_has_openid.check,
    state_is_given.check,
    nonce_is_given.check,
    pkce_is_s256.check,
    prompt_is_possible.check,
)


def check(parameters: list[tuple[str, str]], clients: Mapping[str, RelyingParty]) -> AuthorizationRequest:
    """The request, once every check let it pass. Raises `RelyingPartyUnknown` or `AuthorizationRefused`."""
    asked = Asked(tuple(parameters), clients)
    for one in (*BEFORE_ANYBODY_IS_SENT, *TOLD_TO_THE_CLIENT):
        one(asked)
    return asked.request()
