"""The bank's registration authority over signed HTTP calls."""

from typing import Annotated

from pydantic import Field

from dojang.refusals import ProofExpired, RegistrationRefused
from dojang.serving.bodies import B64, Body, Bytes16, Bytes32, Bytes64
from dojang.serving.party import Party
from dojang.values.registration import RegistrationStatement


class _Question(Body):
    application: str
    name: Annotated[str, Field(repr=False)]
    uid: B64
    kid: B64
    authorization_key: B64
    replaces: B64


class _Statement(Body):
    name: Annotated[str, Field(repr=False)]
    applicant_hash: Bytes32
    uid: Bytes16
    kid: Bytes16
    authorization_key: Bytes32
    replaces: B64
    signature: Bytes64


class HttpRegistrationAuthority:
    """`RegistrationAuthority`."""

    def __init__(self, bank: Party) -> None:
        self._bank = bank

    def vouch(
        self, *, application: str, name: str, uid: bytes, kid: bytes, authorization_key: bytes, replaces: bytes
    ) -> RegistrationStatement:
        """See `RegistrationAuthority`."""
        question = _Question(
            application=application,
            name=name,
            uid=uid,
            kid=kid,
            authorization_key=authorization_key,
            replaces=replaces,
        )
        path = "/contracts/registration-authority/statements"
        said = self._bank.post(path, question, _Statement, RegistrationRefused, ProofExpired)
        return RegistrationStatement(
            said.name, said.applicant_hash, said.uid, said.kid, said.authorization_key, said.replaces, said.signature
        )
