"""Core banking over the bank's HTTP contract."""

from typing import Literal

from dojang.refusals import DetailsNotMatched, IdentityNotMatched
from dojang.serving.bodies import B64, Body, Bytes32
from dojang.serving.party import Party
from dojang.values.application import BankCustomer, Medium, PhoneKind, RegisteredPhone
from dojang.values.factors import SealingKey

_PATH = "/contracts/core-banking"


class _SealingKey(Body):
    key_id: str
    public_key: Bytes32


class _IdentityQuestion(Body):
    application: str
    user_id: str
    sealed_rrn: B64


class _Phone(Body):
    ref: str
    kind: Literal["mobile", "land", "overseas"]
    masked: str


class _Identity(Body):
    customer_number: str
    name: str
    birth_date: str
    phones: list[_Phone]
    media: list[Literal["security_card", "one_time_code", "mobile_confirm"]]
    mobile_key: B64
    exposed: bool


class _DetailsQuestion(Body):
    application: str
    customer_number: str
    name: str
    phone: str
    birth_date: str


class _Nothing(Body):
    pass


class HttpCoreBanking:
    """`CoreBanking`."""

    def __init__(self, bank: Party) -> None:
        self._bank = bank

    def sealing_key(self) -> SealingKey:
        """See `CoreBanking`."""
        key = self._bank.get(f"{_PATH}/sealing-key", _SealingKey)
        return SealingKey(key.key_id, key.public_key)

    def identify(self, application_id: str, user_id: str, sealed_resident_number: bytes) -> BankCustomer:
        """See `CoreBanking`."""
        question = _IdentityQuestion(application=application_id, user_id=user_id, sealed_rrn=sealed_resident_number)
        found = self._bank.post(f"{_PATH}/identity-matches", question, _Identity, IdentityNotMatched)
        return BankCustomer(
            found.customer_number,
            found.name,
            found.birth_date,
            tuple(RegisteredPhone(phone.ref, PhoneKind(phone.kind), phone.masked) for phone in found.phones),
            tuple(Medium(medium) for medium in found.media),
            found.mobile_key,
            found.exposed,
        )

    def check_details(self, application_id: str, customer_number: str, name: str, phone: str, birth_date: str) -> None:
        """See `CoreBanking`."""
        question = _DetailsQuestion(
            application=application_id, customer_number=customer_number, name=name, phone=phone, birth_date=birth_date
        )
        self._bank.post(f"{_PATH}/detail-matches", question, _Nothing, DetailsNotMatched)
