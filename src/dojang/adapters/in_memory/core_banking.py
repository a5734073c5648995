"""Core banking in memory."""

import hmac
import unicodedata

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.adapters.in_memory.bank import MemoryBank
from dojang.pin import labels, sealing
from dojang.pin.encoding import encode
from dojang.refusals import DetailsNotMatched, IdentityNotMatched, SealedRefused
from dojang.values.application import BankCustomer
from dojang.values.factors import SealingKey

_DIGITS = 13


class MemoryCoreBanking:
    """`CoreBanking`."""

    def __init__(self, bank: MemoryBank) -> None:
        self._bank = bank
        self._key = X25519PrivateKey.generate()

    def sealing_key(self) -> SealingKey:
        """See `CoreBanking`."""
        return SealingKey("key-1", self._key.public_key().public_bytes_raw())

    def identify(self, application_id: str, user_id: str, sealed_resident_number: bytes) -> BankCustomer:
        """See `CoreBanking`."""
        customer = self._bank.by_user_id(user_id)
        try:
            info = encode(labels.RESIDENT_NUMBER_INFO, application_id)
            number = sealing.unseal(sealed_resident_number, self._key, info, _DIGITS)
        except SealedRefused:
            raise IdentityNotMatched from None
        if customer is None or not hmac.compare_digest(number, customer.resident_number.encode()):
            raise IdentityNotMatched
        return customer.as_known()

    def check_details(self, application_id: str, customer_number: str, name: str, phone: str, birth_date: str) -> None:  # noqa: ARG002
        """See `CoreBanking`."""
        customer = self._bank.by_number(customer_number)
        given = (_plain(name), phone, birth_date)
        if given != (_plain(customer.name), customer.mobile, customer.birth_date):
            raise DetailsNotMatched


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFC", name).casefold().split())
