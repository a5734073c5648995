"""Refusal -> HTTP status and an RFC 9457 body. The only such table; every server uses it.

A refusal without a row of its own has the status of the nearest class above it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from dojang import refusals as r

MEDIA_TYPE: Final = "application/problem+json"

_STATUS: Final[dict[type[r.Refusal], int]] = {
    r.Refusal: 409,
    r.MalformedRequest: 422,
    r.MalformedJson: 400,
    r.BodyTooLarge: 413,
    r.NotFound: 404,
    r.MethodNotAllowed: 405,
    r.TooManyRequests: 429,
    r.ContentTypeRefused: 415,
    r.Forged: 403,
    r.CallRefused: 401,
    r.TicketRefused: 401,
    r.TicketExpired: 401,
    r.Unavailable: 503,
    r.WrongPin: 403,
    r.RowFull: 423,
    r.LifeFull: 423,
    r.KidNotFound: 404,
    r.CertificateRefused: 422,
    r.KeyKindUnknown: 422,
    r.ApplicationNotFound: 404,
    r.ApplicationExpired: 410,
    r.ProofExpired: 410,
    r.ConsentMissing: 422,
    r.IdentityNotMatched: 403,
    r.IdentityLocked: 423,
    r.CustomerExposed: 403,
    r.PhoneNotRegistered: 422,
    r.CallExpired: 410,
    r.CallTriesSpent: 423,
    r.NotAbroad: 403,
    r.DepartureUnknown: 403,
    r.MediumNotOwned: 422,
    r.WrongCardDigits: 403,
    r.CardLocked: 423,
    r.WrongOneTimeCode: 403,
    r.OneTimeCodeLocked: 423,
    r.ApprovalDeclined: 403,
    r.DetailsNotMatched: 403,
    r.OriginRefused: 403,
    r.SessionMissing: 401,
    r.IdempotencyKeyMissing: 428,
    r.VisitRefused: 401,
    r.CodeRefused: 401,
    r.ConnectFirst: 401,
    r.VersionNotFound: 404,
    r.CertificateNotFound: 404,
    r.TransactionNotFound: 404,
    r.RevocationNotFound: 404,
    r.CustomerNotFound: 403,
    r.WrongSmsCode: 403,
    r.SmsCodeExpired: 410,
    r.SmsTriesSpent: 423,
    r.SmsLimit: 429,
    r.InteractionNotFound: 404,
    r.InteractionExpired: 410,
    r.RelyingPartyUnknown: 403,
    r.AuthorizationRefused: 400,
    r.ClientRefused: 401,
    r.GrantRefused: 400,
    r.AccessTokenRefused: 401,
    r.SignatureRequestRefused: 422,
    r.SignatureRequestNotFound: 404,
}


def status(refusal: r.Refusal) -> int:
    """The HTTP status of `refusal`."""
    return next(_STATUS[cls] for cls in type(refusal).__mro__ if cls in _STATUS)


def body(refusal: r.Refusal) -> dict[str, Any]:
    """The RFC 9457 body: its type names the code, its facts are extension members."""
    return {
        "type": f"urn:dojang:problem:{refusal.code}",
        "title": refusal.code.replace("_", " ").capitalize(),
        "status": status(refusal),
        "code": refusal.code,
        **refusal.facts,
    }


def refusal(problem: Mapping[str, Any]) -> r.Refusal | None:
    """The refusal that an RFC 9457 body names; None for one that is not ours."""
    found = _BY_CODE.get(str(problem.get("code")))
    members = {"type", "title", "status", "code"}
    facts = {name: fact for name, fact in problem.items() if name not in members and isinstance(fact, int | str)}
    return None if found is None else found(**facts)


def _below(cls: type[r.Refusal]) -> Iterator[type[r.Refusal]]:
    for one in cls.__subclasses__():
        yield one
        yield from _below(one)


_BY_CODE: Final = {cls.code: cls for cls in _below(r.Refusal)}
CODES: Final = tuple(sorted(_BY_CODE))
