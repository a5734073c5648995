"""The bank's own records of its customers."""

from typing import Protocol

from dojang.values.application import BankCustomer
from dojang.values.factors import SealingKey


class CoreBanking(Protocol):
    """Every call may raise `BankUnavailable`."""

    def sealing_key(self) -> SealingKey:
        """The key that the browser seals the resident registration number to."""
        ...

    def identify(self, application_id: str, user_id: str, sealed_resident_number: bytes) -> BankCustomer:
        """The customer whose user id and resident number both match. Raises `IdentityNotMatched`, whatever was wrong.

        HPKE info = encode(RESIDENT_NUMBER_INFO, application id); plaintext = 13 ASCII digits. Only the bank opens it.
        """
        ...

    def check_details(self, application_id: str, customer_number: str, name: str, phone: str, birth_date: str) -> None:
        """Raises `DetailsNotMatched` unless all three equal the bank's record."""
        ...
