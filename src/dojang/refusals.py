"""Every expected "no", by code. No sentence a person reads (`wording/`), no HTTP status (`problems.py`).

A refusal's code is its class name in snake case. Facts are small public values that help the caller go on (tries left,
which guard is down). Never a secret, a personal datum or what was refused.
"""

import re
from typing import ClassVar


class Refusal(Exception):
    """An expected "no". Raise a subclass."""

    code: ClassVar[str]

    def __init__(self, **facts: int | str | bool) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z0-9])", "_", cls.__name__).lower()


class MalformedRequest(Refusal):
    """What was sent cannot be read."""


class Forged(Refusal):
    """A signature, proof or hash does not hold, or is about something else."""


class Unavailable(Refusal):
    """Another party did not answer; nothing is lost and the same request may be sent again."""


# encodings and bodies
class MalformedJson(MalformedRequest): ...


class InvalidField(MalformedRequest): ...


class BodyTooLarge(MalformedRequest): ...


class FieldTooLong(MalformedRequest): ...


class NotBase64Url(MalformedRequest): ...


class NotCanonical(MalformedRequest): ...


class NotAnElement(MalformedRequest): ...


class NotAScalar(MalformedRequest): ...


class NotAPublicKey(MalformedRequest): ...


class NotFound(Refusal): ...


class MethodNotAllowed(Refusal): ...


class TooManyRequests(Refusal): ...


# signatures and proofs
class ProofRefused(Forged): ...


class SignatureRefused(Forged): ...


class CallRefused(Forged): ...


class TicketRefused(Forged): ...


class TicketExpired(Refusal): ...


class RecordMismatch(Forged):
    """The record served is not the one the guards, the vault or this browser know. Never answered as a wrong PIN."""


class AnchorsMismatch(Forged):
    """Guards, vault, centre or root are not those of the anchors."""


# the customer's own side
class PinTooEasy(Refusal):
    """Six digits that somebody would try first (fact: reason)."""


class GaveUp(Refusal):
    """The customer typed no PIN."""


# a guard
class WrongPin(Refusal): ...


class RowFull(Refusal):
    """Five wrong PINs in a row: locked at this guard until a success elsewhere."""


class LifeFull(Refusal):
    """This version's life count is spent for good."""


class VersionNotLive(Refusal): ...


class VersionRefused(Refusal):
    """A version that is not above every earlier one, or a fifth element for one staged key."""


class StatementRefused(Forged): ...


class AttemptReplayed(Refusal):
    """The same ticket with another body."""


class ConfirmRefused(Forged): ...


class DeviceRefused(Forged):
    """A proof that the device it names did not make for exactly this, or a device that the customer did not add."""


class ReceiptRefused(Forged): ...


# the vault
class TransactionRefused(Forged):
    """The transaction's bytes, times, day key, guard set or kid are not ones to sign for."""


class DayKeyExpired(Refusal): ...


class ActivationRefused(Forged): ...


class ActivationReplayed(Refusal):
    """Another activation was already accepted for this transaction."""


class SealedRefused(Forged): ...


class CredentialRefused(Forged): ...


class KidTaken(Refusal): ...


class KidNotFound(Refusal): ...


class RegistrationRefused(Forged):
    """The registration authority did not vouch for exactly this name, uid, kid and key."""


class CertificateRefused(Refusal):
    """Outside the profile, or a lint found an error (fact: lint)."""


class KeyKindUnknown(Refusal): ...


class RevocationRefused(Forged):
    """The use log does not hold this customer's consent to exactly this revocation (fact: check)."""


class CertificateMismatch(Forged): ...


# certificate status
class CrlRefused(Forged):
    """Not a CRL of this issuer, file and form (fact: check)."""


class CrlStale(Refusal):
    """A CRL with a later number is held (fact: held)."""


class FactRefused(Refusal):
    """It contradicts what is held: another fact with this number, or one after a final revocation."""


class FactOutOfOrder(Refusal):
    """A fact before this one has not arrived (fact: expected)."""


class OcspRequestMalformed(MalformedRequest): ...


class AuthorityCertificateRefused(Forged): ...


class ResponderExpired(Unavailable):
    """The OCSP responder's own certificate has ended."""


# other parties
class GuardUnavailable(Unavailable): ...


class VaultUnavailable(Unavailable): ...


class BankUnavailable(Unavailable): ...


class StatusUnavailable(Unavailable): ...


class CenterUnavailable(Unavailable): ...


# the application's seven steps
class ApplicationNotFound(Refusal): ...


class ApplicationExpired(Refusal): ...


class WrongStep(Refusal):
    """A step skipped, repeated or late (fact: expected)."""


class ProofExpired(Refusal): ...


class ConsentMissing(Refusal): ...


class TermsChanged(Refusal): ...


class IdentityNotMatched(Refusal):
    """One uniform refusal, whatever was wrong."""


class IdentityLocked(Refusal): ...


class CustomerExposed(Refusal): ...


class PhoneNotRegistered(Refusal): ...


class CallNotPassed(Refusal): ...


class CallExpired(Refusal): ...


class CallTriesSpent(Refusal): ...


class CallOver(Refusal):
    """The call does not ring any more, or nobody has picked it up: nothing can be pressed."""


class NotAbroad(Refusal): ...


class DepartureUnknown(Refusal): ...


class MediumNotOwned(Refusal): ...


class WrongCardDigits(Refusal): ...


class CardLocked(Refusal): ...


class WrongOneTimeCode(Refusal): ...


class OneTimeCodeLocked(Refusal): ...


class ApprovalPending(Refusal): ...


class ApprovalDeclined(Refusal): ...


class ApprovalOver(Refusal):
    """Already decided, or too late."""


class DetailsNotMatched(Refusal): ...


# the web's own rules
class OriginRefused(Refusal): ...


class ContentTypeRefused(Refusal): ...


class SessionMissing(Refusal): ...


class IdempotencyKeyMissing(Refusal): ...


class IdempotencyKeyReused(Refusal):
    """The same key with another request."""


class RequestUnderWay(Refusal):
    """The same request is being answered now; ask again in a moment."""


class VisitRefused(Refusal): ...


class CodeRefused(Refusal):
    """A one-time code unknown, used or late."""


class ConnectFirst(Refusal): ...


class VersionUnderWay(Refusal):
    """This application's version is stated and goes only forward: the certificate is coming."""


class VersionNotFound(Refusal): ...


class IssuanceUnderWay(Refusal):
    """Another certificate of the same customer is being issued."""


class CertificateNotFound(Refusal): ...


class CertificateNotValid(Refusal):
    """Revoked or expired: nothing can be signed with it."""


class TransactionNotFound(Refusal): ...


class RevocationNotFound(Refusal): ...


# login and signatures for relying parties
class CustomerNotFound(Refusal):
    """One uniform refusal, whatever was wrong."""


class WrongSmsCode(Refusal): ...


class SmsCodeExpired(Refusal): ...


class SmsTriesSpent(Refusal): ...


class SmsLimit(Refusal): ...


class InteractionNotFound(Refusal): ...


class InteractionExpired(Refusal): ...


class RelyingPartyUnknown(Refusal): ...


class ClientRefused(Forged):
    """One refusal for every way in which a client failed to prove itself."""


class GrantRefused(Refusal):
    """An authorization code that is unknown, used, late, another client's, or without its verifier."""


class AccessTokenRefused(Refusal): ...


class AuthorizationRefused(Refusal):
    """Told to the client by its redirect_uri (facts: error, redirect_uri, state)."""


class SignatureRequestRefused(Refusal): ...


class SignatureRequestNotFound(Refusal): ...


class LoginRefused(Forged):
    """What came back to a relying party is no login that this browser began."""


class SignerRefused(Forged):
    """A true signature, but by somebody else's certificate, or over something else than was asked for."""


class InsufficientFunds(Refusal): ...


class SignatureInvalid(Forged):
    """A verifier's step failed (fact: step)."""


# running it
class SettingMissing(Refusal): ...


class SettingRefused(Refusal): ...


class PortTaken(Refusal): ...


class DataFolderRefused(Refusal): ...


class ServiceNotReady(Refusal): ...


class DatabaseNotMigrated(Refusal): ...


class Stopped(Refusal):
    """Told to stop before everything was ready."""
