"""A fictional bank's customers, whom the twins of the proofing ports share."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dojang.values.application import BankCustomer, Medium, PhoneKind, RegisteredPhone
from dojang.values.factors import Departure


@dataclass
class MemoryCustomer:
    """What the bank knows of one fictional person, and what that person holds in their hands."""

    customer_number: str
    user_id: str
    resident_number: str = field(repr=False)  # 13 digits
    name: str
    birth_date: str
    mobile: str
    overseas: str
    card: tuple[str, ...] = field(repr=False)  # 35 codes of four digits
    otp_seed: str = field(repr=False)  # base32
    phone_key: ec.EllipticCurvePrivateKey = field(repr=False)
    departure: Departure = Departure.IN
    media: tuple[Medium, ...] = tuple(Medium)
    exposed: bool = False

    def as_known(self) -> BankCustomer:
        """The bank's answer about them."""
        key = self.phone_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        phones = (
            RegisteredPhone("mobile", PhoneKind.MOBILE, _masked(self.mobile)),
            RegisteredPhone("overseas", PhoneKind.OVERSEAS, _masked(self.overseas)),
        )
        return BankCustomer(self.customer_number, self.name, self.birth_date, phones, self.media, key, self.exposed)

    def sign(self, text: str) -> bytes:
        """The phone's signature."""
        return self.phone_key.sign(text.encode(), ec.ECDSA(SHA256()))


class MemoryBank:
    """The customers, by user id."""

    def __init__(self, *customers: MemoryCustomer) -> None:
        self._customers = {customer.user_id: customer for customer in customers}

    def by_user_id(self, user_id: str) -> MemoryCustomer | None:
        """None if nobody has it."""
        return self._customers.get(user_id)

    def by_number(self, customer_number: str) -> MemoryCustomer:
        """The customer of this number."""
        return next(c for c in self._customers.values() if c.customer_number == customer_number)


def _masked(number: str) -> str:
    return f"{number[:3]}****{number[-4:]}"
