"""The registration authority (등록대행기관): it signs who an applicant is, for what the bank proved itself."""

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Connection, Row, insert, select

from dojang.authority import registration
from dojang.demo.bank import proofs
from dojang.demo.bank.core_banking import ApplicationId
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.tables import NEWEST_FIRST, applicants, customers, statements
from dojang.pin.signatures import check_public_key
from dojang.refusals import RegistrationRefused
from dojang.serving.bodies import B64, Body, Bytes16, Bytes32, Bytes64


class StatementQuestion(Body):
    """`replaces`: the kid of the certificate that the new one takes the place of, or empty."""

    application: ApplicationId
    name: Annotated[str, Field(min_length=1, max_length=200)]
    uid: Bytes16
    kid: Bytes16
    authorization_key: Bytes32
    replaces: Annotated[B64, Field(max_length=16)]


class Statement(Body):
    """Sign_RA(name | applicant hash | uid | kid | AKpub | replaces)."""

    name: str
    applicant_hash: Bytes32
    uid: Bytes16
    kid: Bytes16
    authorization_key: Bytes32
    replaces: B64
    signature: Bytes64


class LastKid(Body):
    """The kid that was last signed for, or empty."""

    kid: B64


def sign(connection: Connection, desk: Desk, question: StatementQuestion) -> Statement:
    """One statement for one application: the same request again gets the same one, another is refused.

    Raises `RegistrationRefused`: a proof that the bank did not answer, or answered for another customer; another name;
    a uid, kid or replaced kid of somebody else. Raises `ProofExpired` naming the proof, `NotAPublicKey`.
    """
    check_public_key(question.authorization_key)
    signed = connection.execute(
        select(statements).where(statements.c.application == question.application)
    ).one_or_none()
    if signed is not None:
        return _again(signed, question)
    customer_number = proofs.proven_customer(connection, question.application, desk.now())
    customer = connection.execute(select(customers).where(customers.c.customer_number == customer_number)).one()
    if question.name != customer.name:
        raise RegistrationRefused
    _check_kids(connection, customer_number, question)
    salt = _salt(connection, desk, question.uid, customer_number)
    statement = registration.sign(
        desk.keys.registration,
        name=customer.name,
        applicant_hash=registration.applicant_hash(customer.name, customer.birth_date, customer_number, salt),
        uid=question.uid,
        kid=question.kid,
        authorization_key=question.authorization_key,
        replaces=question.replaces,
    )
    row = asdict(statement)
    connection.execute(
        insert(statements).values(
            application=question.application, customer_number=customer_number, signed_at=desk.now(), **row
        )
    )
    return Statement(**row)


def last_kid(connection: Connection, customer_number: str) -> LastKid:
    """The kid that was last signed for this customer, or empty."""
    kid = connection.scalar(
        select(statements.c.kid).where(statements.c.customer_number == customer_number).order_by(NEWEST_FIRST).limit(1)
    )
    return LastKid(kid=kid or b"")


def _again(signed: Row[Any], question: StatementQuestion) -> Statement:
    asked = question.model_dump(exclude={"application"})
    statement = Statement(**{field: getattr(signed, field) for field in Statement.model_fields})
    if statement.model_dump(include=set(asked)) != asked:
        raise RegistrationRefused
    return statement


def _check_kids(connection: Connection, customer_number: str, question: StatementQuestion) -> None:
    """A kid is signed for once, and `replaces` names another one that was signed for the same customer."""
    if connection.execute(select(statements.c.kid).where(statements.c.kid == question.kid)).first() is not None:
        raise RegistrationRefused
    if not question.replaces:
        return
    owner = connection.scalar(select(statements.c.customer_number).where(statements.c.kid == question.replaces))
    if owner != customer_number:
        raise RegistrationRefused


def _salt(connection: Connection, desk: Desk, uid: bytes, customer_number: str) -> bytes:
    """One salt per uid: a later kid of the uid has the same applicant hash, and nobody outside can test a guess."""
    row = connection.execute(select(applicants).where(applicants.c.uid == uid)).one_or_none()
    if row is None:
        salt = desk.chance.randbytes(32)
        connection.execute(insert(applicants).values(uid=uid, customer_number=customer_number, salt=salt))
        return salt
    if row.customer_number != customer_number:
        raise RegistrationRefused
    return bytes(row.salt)
