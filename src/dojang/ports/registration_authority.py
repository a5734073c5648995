"""The bank's registration authority (등록대행기관): it signs for an application whose proofs it answered itself."""

from typing import Protocol

from dojang.values.registration import RegistrationStatement


class RegistrationAuthority(Protocol):
    """One statement per application; the same question again gets the same one."""

    def vouch(
        self, *, application: str, name: str, uid: bytes, kid: bytes, authorization_key: bytes, replaces: bytes
    ) -> RegistrationStatement:
        """Its statement. `replaces` is the kid whose place is taken, or empty.

        Raises `RegistrationRefused`, `ProofExpired`, `BankUnavailable`. The signature is not checked here.
        """
        ...
